import { Examination } from './examination';
import { Finding, countsOf, hasDrifted, isCorrected } from './finding';
import { Guard, parseGuard } from './input';
import { messageOf } from './message';
import { GuardEnvironment } from './services';
import { UntrustedEvent, namesOf } from '../cloudformation/request';
import { Log } from '../log';
import { renderMetrics } from '../metrics';
import { stackNameIn } from '../protocol/operation';

/** Compares what is declared with what is there, and reports or corrects what others have changed. It never throws: nobody repeats a run. */
export async function runGuard(input: unknown, given: GuardEnvironment): Promise<void> {
  const { clock, emit } = given;
  const log: Log = (level, decision, details) => given.log(level, decision, { ...namesOf(input as UntrustedEvent), ...details });
  const environment: GuardEnvironment = { ...given, log };
  let guard: Guard;
  try {
    guard = parseGuard(input);
  } catch (error) {
    log('ERROR', 'guard-refused', { reason: (error as Error).message });
    return;
  }
  const started = clock.now();
  const findings = await findingsOf(guard, environment);
  findings.forEach((finding) => logFinding(log, finding));
  await publish(guard, findings, environment);
  const counts = countsOf(findings);
  emit(renderMetrics({ stackName: stackNameIn(guard.stackId), logicalId: guard.name }, counts, clock.now()));
  log('INFO', 'guard-ran', { mode: guard.mode, declarations: findings.length, ...counts, ms: clock.now() - started });
}

async function findingsOf(guard: Guard, environment: GuardEnvironment): Promise<Finding[]> {
  try {
    return await new Examination(guard, environment).findings();
  } catch (error) {
    const { name, message } = error as Error;
    return guard.declarations.map((guarded): Finding => ({ guarded, outcome: 'failed', reason: `the stack was not examined: ${name}: ${message}` }));
  }
}

function logFinding(log: Log, finding: Finding): void {
  const { guarded: { id, logicalId: declaration }, outcome } = finding;
  const where = { repository: id.repository.arn, declaration };
  if (outcome === 'gave-way') {
    return log('INFO', 'gave-way', { ...where, reason: 'a stack operation has begun' });
  }
  if (hasDrifted(finding)) {
    const { expected, actual, ...drift } = 'drift' in finding && finding.drift ? finding.drift : {} as Partial<{ expected: unknown; actual: unknown }>;
    log('WARN', 'drift-found', { ...where, ...outcome === 'gone' && { reason: 'the repository no longer exists' }, declared: expected, before: actual, ...drift });
  }
  if (isCorrected(finding)) {
    log('INFO', 'drift-corrected', where);
  }
  if (outcome === 'failed') {
    log('ERROR', 'not-guarded', { ...where, reason: finding.reason });
  }
}

async function publish(guard: Guard, findings: readonly Finding[], environment: GuardEnvironment): Promise<void> {
  const message = messageOf(guard, findings);
  if (!message || guard.topicArn === undefined) {
    return;
  }
  try {
    await environment.publish(guard.topicArn, message.subject, message.text);
  } catch (error) {
    const { name, message: reason } = error as Error;
    environment.log('ERROR', 'not-published', { topic: guard.topicArn, reason: `${name}: ${reason}` });
  }
}
