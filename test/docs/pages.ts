import { join } from 'node:path';
import { filesBelow } from '../support/files';
import { ROOT, readText } from '../support/project';

/** A page of Markdown, by its path from the root. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

export const page = (path: string): Page => ({ path, text: readText(path) });

export const README = page('README.md');

/** Every page that people read. */
export const PAGES: readonly Page[] = [
  README, page('CONTRIBUTING.md'), page('CHANGELOG.md'),
  ...filesBelow(join(ROOT, 'docs'), '.md').map((path) => page(path.slice(ROOT.length + 1))),
];

const BLOCK = /^( *)```(.*)\n((?:.*\n)*?)\1```$/gm;

/** The blocks of code: what stands behind the fence, and the code. */
export const blocksOf = ({ text }: Page): { fence: string; code: string }[] =>
  [...text.matchAll(BLOCK)].map(([, , fence, code]) => ({ fence, code }));

/** Less the blocks of code, whose comments would read as headings. */
export const proseOf = ({ text }: Page): string => text.replace(BLOCK, '');

/** What stands below a heading, to the next one that is not below it. */
export function sectionOf(of: Page, heading: string): string {
  const lines = proseOf(of).split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (start < 0) throw new Error(`${of.path} has no heading '${heading}'`);
  const level = lines[start].indexOf(' ');
  const length = lines.slice(start + 1).findIndex((line) => /^#+ /.test(line) && line.indexOf(' ') <= level);
  return lines.slice(start + 1, length < 0 ? undefined : start + 1 + length).join('\n');
}

/** As GitHub makes them of headings. */
export const anchorsOf = (of: Page): string[] => [...proseOf(of).matchAll(/^#+ (.*)$/gm)]
  .map(([, heading]) => heading.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-'));

/** The lines that say something, less their indentation. */
export const linesOf = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
