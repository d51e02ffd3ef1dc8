import { writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { replaceIn, type Language } from './language';
import { run } from './run';
import { PINNED } from './versions';
import { findPython } from '../support/emulators/python';

export const python: Language = {
  name: 'python',
  pin: (example, cdkVersion) => replaceIn(join(example, 'requirements.txt'), `aws-cdk-lib==${PINNED}`, `aws-cdk-lib==${cdkVersion}`),
  install: async (example) => {
    const bin = join(example, '.venv/bin');
    await run(findPython(), ['-m', 'venv', '.venv'], { cwd: example });
    await run(join(bin, 'pip'), ['install', '--disable-pip-version-check', '--no-input', '--quiet', '--requirement', 'requirements.txt'], { cwd: example });
    return { PATH: [bin, process.env.PATH].join(delimiter) };
  },
  // Python finds an unknown name only when it comes to it, so the sample is run.
  compileSample: async (example, sample) => {
    writeFileSync(join(example, 'sample.py'), sample);
    await run(join(example, '.venv/bin/python'), ['sample.py'], { cwd: example });
  },
};
