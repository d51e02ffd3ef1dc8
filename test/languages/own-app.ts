import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { cut, insertBefore, type Clone } from './clone';
import type { Steps } from './getting-started';
import { run } from './run';
import { LEFT_OVER } from './workspace';
import { ROOT } from '../../projenrc/artifacts';
import { findPython } from '../support/emulators/python';

/** How an app of one's own, which does not have the library yet, is made of a language's example. */
export interface OwnApp {
  /** The folder below `examples`. */
  readonly name: string;
  /** The language's heading in docs/getting-started.md. */
  readonly heading: string;
  /** What must be on the PATH. */
  readonly tool: string;
  /** What to do first in each shell. */
  readonly activate?: string;
  /** The commands for the own app are needed once only. */
  readonly once?: boolean;
  /** Takes the library out of the example's copy, and installs the rest. */
  prepare(app: string, steps: Steps): void | Promise<void>;
  /** Variables for all that is run. */
  env?(): Record<string, string>;
}

export const OWN_APPS: readonly OwnApp[] = [
  {
    name: 'typescript',
    heading: 'TypeScript',
    tool: 'npm',
    prepare: async (app) => {
      // Most apps have a lock file.
      rmSync(join(app, '.npmrc'));
      cut(join(app, 'package.json'), /^.*"cdk-ecr-tag-mutability": .*\n/m);
      await run('npm', ['install', '--no-audit', '--no-fund'], { cwd: app });
    },
  },
  {
    name: 'python',
    heading: 'Python',
    tool: 'python3',
    prepare: async (app) => {
      cut(join(app, 'requirements.txt'), /^.*cdk-ecr-tag-mutability.*\n/m);
      cut(join(app, 'requirements.txt'), /^--find-links.*\n/m);
      await run(findPython(), ['-m', 'venv', '.venv'], { cwd: app });
      await run(join(app, '.venv/bin/pip'), ['install', '--quiet', '--requirement', 'requirements.txt'], { cwd: app });
    },
    activate: '. .venv/bin/activate',
  },
  {
    name: 'java',
    heading: 'Java',
    tool: 'mvn',
    prepare: (app, { xml: [dependency, repositories] }) => {
      const pom = join(app, 'pom.xml');
      cut(pom, /^ *<repositories>.*<\/repositories>\n/ms);
      cut(pom, /^ *<dependency>\s*<groupId>io\.github\.cdk-ecr-tag-mutability<.*?<\/dependency>\n/ms);
      insertBefore(pom, '  </dependencies>\n', dependency);
      insertBefore(pom, '  <dependencies>\n', repositories);
    },
  },
  {
    name: 'go',
    heading: 'Go',
    tool: 'go',
    prepare: (app) => cut(join(app, 'go.mod'), /^.*cdk-ecr-tag-mutability.*\n/gm),
  },
  {
    name: 'csharp',
    heading: 'C#',
    tool: 'dotnet',
    prepare: (app) => {
      cut(join(app, 'src/Example.csproj'), /^.*"CdkEcrTagMutability".*\n/m);
      rmSync(join(app, 'nuget.config'));
      // As `cdk init app --language csharp` lays an app out.
      renameSync(join(app, 'src'), join(app, 'App'));
      mkdirSync(join(app, 'src'));
      renameSync(join(app, 'App'), join(app, 'src/App'));
      renameSync(join(app, 'src/App/Example.csproj'), join(app, 'src/App/App.csproj'));
      writeFileSync(join(app, 'cdk.json'), JSON.stringify({ app: 'dotnet run --project src/App/App.csproj', context: { movingTags: 'latest,buildcache' } }));
    },
    once: true,
    // `dotnet nuget add source` writes to the user's configuration: let it be a copy.
    env: () => {
      const home = mkdtempSync(join(tmpdir(), 'dotnet-home-'));
      const configuration = '.nuget/NuGet/NuGet.Config';
      if (existsSync(join(homedir(), configuration))) cpSync(join(homedir(), configuration), join(home, configuration));
      return { HOME: home, DOTNET_CLI_HOME: home };
    },
  },
];

/** Makes the app, beside the clone. */
export async function makeOwnApp(language: OwnApp, steps: Steps, clone: Clone): Promise<string> {
  const app = join(clone.parent, `my-${language.name}-app`);
  cpSync(join(ROOT, 'examples', language.name), app, { recursive: true, filter: (path) => !LEFT_OVER.includes(basename(path)) });
  await language.prepare(app, steps);
  await run('npm', ['install', 'aws-cdk', '--no-audit', '--no-fund'], { cwd: app });
  return app;
}
