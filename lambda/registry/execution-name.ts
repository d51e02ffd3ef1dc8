import { createHash, randomInt } from 'node:crypto';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** What the names of all executions of a rule start with. */
export const executionPrefix = (stackId: string, logicalId: string): string => `${hash(stackId)}-${hash(logicalId)}-`;

/** Random, since CloudFormation may use the id of a request again, and Step Functions keeps a name for 90 days. */
export const newExecutionName = (stackId: string, logicalId: string, kind: string): string =>
  `${executionPrefix(stackId, logicalId)}${kind}-${randomInt(2 ** 47).toString(36)}`;
