import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { extract, packed } from './samples';
import { version } from '../../package.json';
import { DIST } from '../../projenrc/artifacts';

/** The registries' pages show a README without the files around it. */
const READMES = {
  npm: () => extract('tar', '-xzOf', packed('.jsii.tgz'), 'package/README.md'),
  PyPI: () => extract('tar', '-xzOf', packed('.tar.gz'), `cdk_ecr_tag_mutability-${version}/README.md`),
  Go: () => readFileSync(join(DIST, 'go/cdkecrtagmutability/README.md'), 'utf8'),
  Javadoc: () => extract('unzip', '-p', packed('-sources.jar'), 'io/github/cdkecrtagmutability/package-info.java'),
};

describe.each(Object.entries(READMES))('the README on %s', (_, read) => {
  const text = read();
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)|(?:href|src)="([^"]+)"/g)].map(([, markdown, html]) => markdown ?? html);

  test('has absolute links and images only', () => {
    expect(targets.length).toBeGreaterThan(0);
    expect(targets.filter((target) => !/^(https:\/\/|#)/.test(target))).toEqual([]);
  });

  test('has its samples in TypeScript and Python as they were written', () => {
    expect(text).toMatch(/new ImageTagMutability\(this, /);
    expect(text).toMatch(/ImageTagMutability\([\s*]*self,/);
  });
});
