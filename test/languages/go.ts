import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceIn, type Language } from './language';
import { run } from './run';
import { PINNED } from './versions';

const CDK = 'github.com/aws/aws-cdk-go/awscdk/v2';

export const go: Language = {
  name: 'go',
  pin: async (example, cdkVersion) => {
    const mod = join(example, 'go.mod');
    replaceIn(mod, `${CDK} v${PINNED}`, `${CDK} v${cdkVersion}`);
    // What the other version needs itself, Go finds out.
    replaceIn(mod, /^.*(\/\/ indirect|constructs-go).*\n/gm, '');
    await run('go', ['mod', 'tidy'], { cwd: example });
  },
  install: async (example) => {
    await run('go', ['vet', '.'], { cwd: example });
    // The CDK CLI gets a home of its own, so that Go would build all of aws-cdk-lib again there.
    const variables = ['GOPATH', 'GOCACHE', 'GOMODCACHE', 'GOPROXY', 'GOSUMDB'];
    const values = (await run('go', ['env', ...variables], { cwd: example })).trimEnd().split('\n');
    return Object.fromEntries(variables.map((variable, index) => [variable, values[index] ?? '']));
  },
  compileSample: async (example, sample) => {
    const [, imports, statements] = /^(import \(.*?^\))(.*)/ms.exec(sample)!;
    const folder = join(example, 'sample');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'main.go'), `package main\n${imports}\nfunc main() {${statements}\n}\n`);
    await run('go', ['vet', './sample'], { cwd: example });
  },
};
