import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAVEN_REPOSITORY } from './caches';
import { replaceIn, type Language } from './language';
import { run } from './run';
import { PINNED } from './versions';

const MAVEN = { MAVEN_OPTS: `${process.env.MAVEN_OPTS ?? ''} -Dmaven.repo.local=${MAVEN_REPOSITORY}` };

export const java: Language = {
  name: 'java',
  pin: (example, cdkVersion) => replaceIn(join(example, 'pom.xml'), `<cdk.version>${PINNED}<`, `<cdk.version>${cdkVersion}<`),
  install: async (example) => {
    // Maven does not look again for a version that it has. The tests keep a local repository of their own, which the packaging does not know.
    rmSync(join(MAVEN_REPOSITORY, 'io/github/cdk-ecr-tag-mutability'), { recursive: true, force: true });
    await run('mvn', ['--batch-mode', '--quiet', 'package'], { cwd: example, env: MAVEN });
    return MAVEN;
  },
  compileSample: async (example, sample) => {
    const lines = sample.split('\n');
    const isImport = (line: string) => line.startsWith('import ');
    const code = [
      ...lines.filter(isImport), 'class Sample {', 'static void main(String[] args) {', ...lines.filter((line) => !isImport(line)), '}', '}',
    ].join('\n');
    writeFileSync(join(example, 'src/main/java/Sample.java'), code);
    await run('mvn', ['--batch-mode', '--quiet', 'compile'], { cwd: example, env: MAVEN });
  },
};
