import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceIn, type Language } from './language';
import { run } from './run';
import { PINNED } from './versions';

export const typescript: Language = {
  name: 'typescript',
  pin: (example, cdkVersion) => replaceIn(join(example, 'package.json'), `"aws-cdk-lib": "${PINNED}"`, `"aws-cdk-lib": "${cdkVersion}"`),
  install: async (example) => {
    await run('npm', ['install', '--no-audit', '--no-fund'], { cwd: example });
    await run('npx', ['tsc'], { cwd: example });
    return {};
  },
  compileSample: async (example, sample) => {
    writeFileSync(join(example, 'sample.ts'), sample);
    await run('npx', ['tsc'], { cwd: example });
  },
};
