import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newClone, type Clone } from './clone';
import { gettingStarted } from './getting-started';
import { makeOwnApp, OWN_APPS, type OwnApp } from './own-app';
import { run } from './run';

const isThere = ({ tool }: OwnApp) => spawnSync(tool, ['--help'], { stdio: 'ignore' }).error === undefined;
const tried = OWN_APPS.filter(isThere);
const notTried = OWN_APPS.filter((language) => !isThere(language));

let clone: Clone;
beforeAll(async () => {
  clone = await newClone();
  for (const { heading, tool } of notTried) process.stderr.write(`NOT TRIED: docs/getting-started.md in ${heading}, as there is no ${tool} on the PATH.\n`);
});
afterAll(() => clone?.remove());

/** Two builds, two installations of aws-cdk-lib and four syntheses, on a machine that may have other work. */
const TIMEOUT_MS = 1_800_000;

test.each(tried)('$heading: the steps of docs/getting-started.md use each new build, and leave nothing for git to see', async (language) => {
  const steps = gettingStarted(language.heading);
  const env = language.env?.() ?? {};
  const shell = (cwd: string, ...commands: string[]) => run('bash', ['-e', '-c', commands.join('\n')], { cwd, env });
  const templateOf = (app: string) => readFileSync(join(app, 'cdk.out/TagMutability.template.json'), 'utf8');
  const example = join(clone.folder, 'examples', language.name);
  const app = await makeOwnApp(language, steps, clone);

  for (const text of [`First build for ${language.name}`, `Second build for ${language.name}`]) {
    clone.changeLibrary(text);
    await shell(clone.folder, steps.example);
    expect(templateOf(example)).toContain(text);
    expect(templateOf(example).match(/"Type": "Custom::ECR(?:Registry)?ImageTagMutability"/g)).toHaveLength(5);

    const install = language.once && text.startsWith('Second') ? '' : steps.ownApp;
    await shell(app, language.activate ?? '', install, 'npx cdk synth --quiet');
    expect(templateOf(app)).toContain(text);
  }
  expect(await clone.changedFiles()).toEqual(['src/image-tag-mutability-provider.ts']);
}, TIMEOUT_MS);
