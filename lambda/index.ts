import type { Context } from 'aws-lambda';
import { systemClock } from './clock';
import { UntrustedEvent, namesOf } from './cloudformation/request';
import { renderResponse } from './cloudformation/response';
import { responseUrlOf, submitResponse } from './cloudformation/submit';
import { ecr, ecrClient } from './ecr/client';
import { guard } from './guard';
import { isGuardInput } from './guard/input';
import { consoleLog } from './log';
import { Environment } from './protocol/invocation';
import { handle } from './protocol/lifecycle';
import { ENV_OWNERSHIP_TAG_KEY, ENV_OWNERSHIP_TAG_VALUE, FUNCTION_TIMEOUT_MS } from '../src/shared/contract';

type Handler = (input: unknown, context?: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<void>;

/** The handler in a world of its own: tests stand in for ECR and for time. */
export function handlerWith({ clock, ecr: ecrOf }: Pick<Environment, 'clock' | 'ecr'>): Handler {
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
    if (isGuardInput(input)) {
      return guard(input, environment);
    }
    const event: UntrustedEvent = typeof input === 'object' && input !== null ? input : {};
    const url = responseUrlOf(event, process.env);
    if (!url) {
      consoleLog('ERROR', 'no-response-url', { ...namesOf(event), reason: 'ResponseURL is not an https URL. Only CloudFormation is meant to invoke this function' });
      return;
    }
    const response = await handle(event, environment);
    const error = await submitResponse(url, renderResponse(event, response), clock);
    if (error) {
      consoleLog('ERROR', 'response-not-sent', { ...namesOf(event), error });
      throw new Error('The response could not be sent to CloudFormation');
    }
  };
}

/** The function behind `ImageTagMutabilityProvider`. */
export const handler = handlerWith({
  clock: systemClock,
  ecr: (repository, remaining) => ecr(ecrClient(repository.region), repository, remaining),
});
