import type { Context } from 'aws-lambda';
import { systemClock } from './clock';
import { UntrustedEvent, namesOf } from './cloudformation/request';
import { Response, renderResponse } from './cloudformation/response';
import { responseUrlOf, submitResponse } from './cloudformation/submit';
import { ecr, ecrClient } from './ecr/client';
import { consoleLog, processEmit } from './log';
import { Environment } from './protocol/invocation';
import { handle } from './protocol/lifecycle';
import type { RegistryInvocation } from './registry';
import type { RegistryEnvironment, Services } from './registry/services';
import { ENV_OWNERSHIP_TAG_KEY, ENV_OWNERSHIP_TAG_VALUE, FUNCTION_TIMEOUT_MS } from '../src/shared/contract';
import type { GuardInput } from '../src/shared/guard';
import { RULE_RESOURCE_TYPE } from '../src/shared/registry';

/** What the handler asks of the world: tests stand in for it. */
type World = Pick<Environment, 'clock' | 'ecr'> & { readonly registryServices?: () => Services };

/** A step of the state machine gets what it returns, and nobody else gets anything. */
type Handler = (input: unknown, context?: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<unknown>;

export function handlerWith({ clock, ecr: ecrOf, registryServices }: World): Handler {
  return async (input, context) => {
    // Asked once, since not every emulator counts down.
    const deadline = clock.now() + (context?.getRemainingTimeInMillis() ?? FUNCTION_TIMEOUT_MS);
    const environment: Environment = {
      clock,
      log: consoleLog,
      ownershipTag: { key: process.env[ENV_OWNERSHIP_TAG_KEY] ?? '', value: process.env[ENV_OWNERSHIP_TAG_VALUE] ?? '' },
      lambdaRemaining: () => deadline - clock.now(),
      ecr: ecrOf,
    };
    const event: UntrustedEvent = typeof input === 'object' && input !== null ? input : {};
    if (isGuardInput(event)) {
      return loadGuard().guard(event, environment);
    }
    if (isRegistryInvocation(event)) {
      const registry = loadRegistry();
      return registry.handleRegistryInput(event, registryEnvironment(environment, registryServices ?? registry.ownRegistryServices));
    }
    const url = responseUrlOf(event, process.env);
    if (!url) {
      consoleLog('ERROR', 'no-response-url', { ...namesOf(event), reason: 'ResponseURL is not an https URL. Only CloudFormation is meant to invoke this function' });
      return undefined;
    }
    const response = await respond(event, url, environment, registryServices);
    if (response) {
      await submit(event, url, response, environment);
    }
    return undefined;
  };
}

/** Of a rule, the pass that is started responds. */
async function respond(
  event: UntrustedEvent & { readonly ResourceType?: unknown }, url: URL, environment: Environment, services: World['registryServices'],
): Promise<Response | undefined> {
  if (event.ResourceType !== RULE_RESOURCE_TYPE) {
    return handle(event, environment);
  }
  const registry = loadRegistry();
  return registry.handleRuleRequest(event, url, registryEnvironment(environment, services ?? registry.ownRegistryServices));
}

async function submit(event: UntrustedEvent, url: URL, response: Response, { clock }: Environment): Promise<void> {
  const error = await submitResponse(url, renderResponse(event, response), clock);
  if (error) {
    consoleLog('ERROR', 'response-not-sent', { ...namesOf(event), error });
    throw new Error('The response could not be sent to CloudFormation');
  }
}

// Bundles of their own, with their clients: a cold start for a single declaration does without. An `import()` would make Node.js load its
// loader of ES modules.

function loadGuard(): typeof import('./guard') {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require('./guard/index') as typeof import('./guard');
}

function loadRegistry(): typeof import('./registry') {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require('./registry/index') as typeof import('./registry');
}

function registryEnvironment(environment: Environment, services: () => Services): RegistryEnvironment {
  return { ...environment, services: services(), emit: processEmit };
}

const isGuardInput = (input: object): boolean => 'GuardMode' satisfies keyof GuardInput in input;

function isRegistryInvocation(input: object): input is RegistryInvocation {
  return 'Step' in input || 'RegistryInput' in input;
}

/** The function behind `ImageTagMutabilityProvider`. */
export const handler = handlerWith({
  clock: systemClock,
  ecr: (repository, remaining) => ecr(ecrClient(repository.region), repository, remaining),
});
