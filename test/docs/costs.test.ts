import { linesOf, page, sectionOf } from './pages';
import { readText } from '../support/project';

test('the figures of what it costs are those of the benchmark', () => {
  const numbers = (text: string) => (text.match(/\d[\d,]*\d(?:\.\d+)?|\d(?:\.\d+)?/g) ?? []).map((number) => number.replaceAll(',', ''));
  const measured = numbers(readText('bench/RESULTS.md'));
  const section = sectionOf(page('docs/comparison.md'), 'What it costs');
  const cells = linesOf(section).filter((line) => line.startsWith('| ')).flatMap((row) => row.split('|').slice(2));
  const ratios = section.match(/(?<!\d)\d\.\d+/g) ?? [];

  expect(cells.length).toBeGreaterThan(10);
  expect(ratios.length).toBeGreaterThan(3);
  expect([...numbers(cells.join('|')), ...ratios].filter((number) => !measured.includes(number))).toEqual([]);
});
