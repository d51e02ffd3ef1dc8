import { answerText, deliver, destinationOf } from './answer';
import { systemClock } from './clock';
import { ecr, ecrClient } from './ecr-client';
import { Environment, handle } from './lifecycle';
import { consoleLog } from './log';
import { UntrustedEvent, namesOf } from './request';
import { ENV_OWNERSHIP_TAG_KEY, ENV_OWNERSHIP_TAG_VALUE } from '../src/shared/contract';

/** The handler in a world of its own: tests stand in for ECR and for time. */
export function handlerWith({ clock, ecr: ecrOf }: Pick<Environment, 'clock' | 'ecr'>): (input: unknown) => Promise<void> {
  return async (input) => {
    const event: UntrustedEvent = typeof input === 'object' && input !== null ? input : {};
    const destination = destinationOf(event);
    if (!destination) {
      consoleLog('ERROR', 'no-response-url', { ...namesOf(event), reason: 'ResponseURL is not an https URL. Only CloudFormation is meant to invoke this function' });
      return;
    }
    const result = await handle(event, {
      clock,
      log: consoleLog,
      mark: { key: process.env[ENV_OWNERSHIP_TAG_KEY] ?? '', value: process.env[ENV_OWNERSHIP_TAG_VALUE] ?? '' },
      ecr: ecrOf,
    });
    const error = await deliver(destination, answerText(event, result), clock);
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
