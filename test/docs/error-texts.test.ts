import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Node, ScriptTarget, createSourceFile, forEachChild, isNoSubstitutionTemplateLiteral, isStringLiteral, isTemplateExpression } from 'typescript';
import { page, sectionOf } from './pages';
import { filesBelow } from '../support/files';
import { ROOT } from '../support/project';

/** Strings in the sources, with an ellipsis for each part that is put in. */
function stringsOf(folder: string): string[] {
  const strings: string[] = [];
  const visit = (node: Node): void => {
    if (isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node)) strings.push(node.text);
    if (isTemplateExpression(node)) strings.push([node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join('…'));
    forEachChild(node, visit);
  };
  for (const file of filesBelow(join(ROOT, folder), '.ts')) visit(createSourceFile(file, readFileSync(file, 'utf8'), ScriptTarget.Latest));
  return strings;
}

const TROUBLESHOOTING = page('docs/troubleshooting.md');

/** What a heading or a row of a table quotes first. */
const quotesOf = (heading: string) => [...sectionOf(TROUBLESHOOTING, heading).matchAll(/^(?:### |\| )`([^`]+)`/gm)].map(([, quote]) => quote);

const strings = [...stringsOf('src'), ...stringsOf('lambda')];
const isInCode = (quote: string) => strings.some((string) => string.includes(quote.replace(/<[^>]*>/g, '…')));

test.each(['Refused at synthesis', 'Warnings at synthesis', 'Failed at deployment'])('%s: the code has the texts that are quoted', (heading) => {
  const quotes = quotesOf(heading);
  expect(quotes.length).toBeGreaterThan(2);
  expect(quotes.filter((quote) => !isInCode(quote))).toEqual([]);
});

test('no error of this library is called one of AWS', () => {
  const quotes = quotesOf('Errors of AWS');
  expect(quotes.length).toBeGreaterThan(2);
  expect(quotes.filter(isInCode)).toEqual([]);
});
