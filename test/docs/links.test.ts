import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PAGES, Page, README, anchorsOf, page, proseOf } from './pages';
import { ROOT } from '../support/project';

const OWN = 'https://github.com/cdk-ecr-tag-mutability/cdk-ecr-tag-mutability/';
const OWN_RAW = 'https://raw.githubusercontent.com/cdk-ecr-tag-mutability/cdk-ecr-tag-mutability/';

interface Link {
  readonly text: string;
  readonly target: string;
}

const linksOf = (from: Page): Link[] => [...proseOf(from).matchAll(/\[([^\]]*)\]\(([^)\s]*)\)/g)].map(([, text, target]) => ({ text, target }));

const isOwn = ({ target }: Link) => target.startsWith(OWN) || target.startsWith(OWN_RAW);
const isExternal = (link: Link) => /^https:\/\//.test(link.target) && !isOwn(link);

/** The file of the checkout, from its root, and the anchor in it. */
function destination(from: Page, link: Link): { file: string; anchor?: string } {
  const [file, anchor] = link.target.replace(`${OWN}blob/main/`, '/').replace(`${OWN}tree/main/`, '/').replace(`${OWN_RAW}main/`, '/').split('#');
  return { file: file === '' ? from.path : join(file.startsWith('/') ? '.' : join(from.path, '..'), file), anchor };
}

function leads(from: Page, link: Link): boolean {
  const { file, anchor } = destination(from, link);
  return existsSync(join(ROOT, file)) && (anchor === undefined || anchorsOf(page(file)).includes(anchor));
}

describe.each(PAGES)('$path', (from) => {
  test('has no two headings with one anchor', () => {
    const anchors = anchorsOf(from);
    expect(anchors.filter((anchor, index) => anchors.indexOf(anchor) !== index)).toEqual([]);
  });

  test('has no link into the project that leads nowhere', () => {
    expect(linksOf(from).filter((link) => !isExternal(link) && !leads(from, link))).toEqual([]);
  });
});

describe('the README', () => {
  // The pages of PyPI, Javadoc and Go's documentation show no relative links or images.
  test('has absolute links only', () => {
    const links = linksOf(README);
    expect(links.filter(({ target }) => !target.startsWith('https://'))).toEqual([]);
    expect(links.filter(isOwn).length).toBeGreaterThan(10);
  });

  // Somebody who reads it in a clone is to find the file there.
  test('names the file that a link of the project leads to', () => {
    const own = linksOf(README).filter((link) => link.target.startsWith(OWN));
    expect(own.filter((link) => link.text !== `\`${destination(README, link).file}\``)).toEqual([]);
  });

  test('lists every page of the docs', () => {
    const listed = linksOf(README).map((link) => destination(README, link).file);
    expect(PAGES.filter(({ path }) => path !== 'README.md' && !listed.includes(path))).toEqual([]);
  });
});
