import { Command, InvalidArgumentError, Option } from 'commander';
import type { CommonOptions, PlanOptions, ReleaseOptions } from './options';
import { version } from '../package.json';
import { MUTABILITIES } from '../src/shared/contract';

/** What the commands do. Each gives its exit code. */
export interface Actions {
  status(options: CommonOptions): Promise<number>;
  plan(options: PlanOptions): Promise<number>;
  release(options: ReleaseOptions): Promise<number>;
}

const DEFAULTS: CommonOptions = { json: false, repositoryFilter: [], excludeRepositoryFilter: [] };
const PLAN_DEFAULTS: PlanOptions = { ...DEFAULTS, exclusionFilter: [], days: 7 };
const RELEASE_DEFAULTS: ReleaseOptions = { ...DEFAULTS, forget: false, evenIfDeployed: false, yes: false };

/** CloudTrail keeps events for so long. */
const MAX_DAYS = 90;

/** The commands and their options. `ended` learns the exit code of the command that ran. */
export function program(actions: Actions, ended: (exitCode: number) => void): Command {
  const root = new Command('cdk-ecr-tag-mutability')
    .description('Image tag mutability of Amazon ECR repositories, as declared by the construct library of this name.')
    .version(version)
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride()
    .addHelpText('after', '\nRegion, credentials and endpoints are taken from the environment and the profile, as the AWS CLI takes them.');

  common(root.command('status'))
    .summary('show what is declared, by whom, and whether it holds')
    .description('Shows every repository with declarations: what it has, what it should have, what it had before, and who declares it.\n'
      + 'Exits with 0 if all is as declared, 2 if a repository has drifted, 1 after an error. Changes nothing.')
    .action(async (options: Partial<CommonOptions>) => ended(await actions.status({ ...DEFAULTS, ...options })));

  common(root.command('plan'))
    .summary('show what a setting would change, and which pushes it would have refused')
    .description('Shows which repositories would change, and which pushes of the last days would have been refused, by CloudTrail\'s event history.\n'
      + 'Give the setting by --image-tag-mutability, or a synthesized app by --app. Changes nothing.')
    .addOption(new Option('--app <folder>', 'cloud assembly with the declarations, such as cdk.out')
      .conflicts(['imageTagMutability', 'exclusionFilter', 'repositoryFilter', 'excludeRepositoryFilter']))
    .addOption(new Option('--image-tag-mutability <setting>', 'the setting to look at').choices(MUTABILITIES))
    .option('--exclusion-filter <filter>', 'tags that the setting does not apply to, with at most two *; may be repeated', collect)
    .option('--days <number>', `how far to look back, at most ${MAX_DAYS}`, days, PLAN_DEFAULTS.days)
    .action(async (options: Partial<PlanOptions>) => ended(await actions.plan({ ...PLAN_DEFAULTS, ...options })));

  common(root.command('release'))
    .summary('restore what dead declarations have left, or forget them')
    .description('Restores repositories whose declaration is recorded, but deployed no more: its stack is gone, or CloudFormation skipped it.\n'
      + 'Shows what it will do, and asks. A declaration that was removed with RemovalPolicy.RETAIN looks the same: see --forget.')
    .option('--stack <name>', 'only declarations of this stack')
    .option('--forget', 'remove the record, and leave the settings as they are')
    .option('--even-if-deployed', 'also declarations that are still deployed; needs --stack')
    .option('--yes', 'do not ask')
    .action(async (options: Partial<ReleaseOptions>) => ended(await actions.release({ ...RELEASE_DEFAULTS, ...options })));

  return root;
}

function common(command: Command): Command {
  return command
    .option('--repository-filter <pattern>', 'only repositories whose whole name matches; * stands for any characters; may be repeated', collect)
    .option('--exclude-repository-filter <pattern>', 'but none whose whole name matches this; may be repeated', collect)
    .option('--region <region>', 'AWS region')
    .option('--profile <name>', 'profile of the AWS configuration files')
    .option('--json', 'print JSON instead of tables');
}

const collect = (value: string, former: readonly string[] = []): string[] => [...former, value];

function days(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > MAX_DAYS) {
    throw new InvalidArgumentError(`It is 1 to ${MAX_DAYS}.`);
  }
  return number;
}
