import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { MAVEN_REPOSITORY } from './caches';
import { replaceIn, type Language } from './language';
import { run } from './run';
import { PINNED } from './versions';

export const java: Language = {
  name: 'java',
  pin: (example, cdkVersion) => replaceIn(join(example, 'pom.xml'), `<cdk.version>${PINNED}<`, `<cdk.version>${cdkVersion}<`),
  install: async (example) => {
    // Maven never looks again for a version that it has, and this one is built anew under its old number.
    rmSync(join(MAVEN_REPOSITORY, 'io/github/cdk-ecr-tag-mutability'), { recursive: true, force: true });
    const env = { MAVEN_OPTS: `${process.env.MAVEN_OPTS ?? ''} -Dmaven.repo.local=${MAVEN_REPOSITORY}` };
    await run('mvn', ['--batch-mode', '--quiet', 'package'], { cwd: example, env });
    return env;
  },
};
