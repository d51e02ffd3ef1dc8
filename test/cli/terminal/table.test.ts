import { TableContent, renderTable } from '../../../cli/terminal/table';

const CONTENT: TableContent = {
  head: ['Repository', 'Has', 'Should have'],
  rows: [
    ['team-a/api', 'IMMUTABLE_WITH_EXCLUSION\nlatest\ndev-*', 'IMMUTABLE_WITH_EXCLUSION\nlatest\ndev-*'],
    [`team-b/${'long-'.repeat(30)}name`, 'MUTABLE', 'IMMUTABLE'],
  ],
};

test('where there is no terminal, each row is one whole line in plain columns', () => {
  expect(renderTable({ head: ['Repository', 'Has'], rows: [['team-a/api', 'IMMUTABLE_WITH_EXCLUSION\nlatest'], ['web', 'MUTABLE']] }, undefined)).toBe([
    'Repository  Has',
    'team-a/api  IMMUTABLE_WITH_EXCLUSION latest',
    'web         MUTABLE',
  ].join('\n'));
});

test.each([30, 60, 80, 100, 120, 400])('at %i columns no line is longer', (width) => {
  const lines = renderTable(CONTENT, width).split('\n');
  // Below 45 columns not even the longest mutability and a column's name fit side by side.
  expect(lines.filter((line) => line.length > Math.max(width, 45))).toEqual([]);
});

test.each([45, 60, 80, 100, 120, 400])('at %i columns nothing is cut', (width) => {
  const text = renderTable(CONTENT, width);
  const { head, rows } = CONTENT;
  for (const word of [...head, ...rows[0].flatMap((cell) => cell.split('\n')), 'MUTABLE', 'IMMUTABLE']) {
    expect(text).toContain(word);
  }
  // The long name is on several lines. Once in each of them comes what belongs to it.
  expect(text.match(/long/g)!.length).toBeGreaterThanOrEqual(20);
});

test('a terminal that is wide enough has one column for each', () => {
  const [, head] = renderTable(CONTENT, 120).split('\n');
  expect(head.split('│').map((cell) => cell.trim())).toEqual(['', 'Repository', 'Has', 'Should have', '']);
});

test('at 60 columns each row is a table of its own, with the names on the left', () => {
  expect(renderTable({ ...CONTENT, rows: [CONTENT.rows[0]] }, 60)).toBe([
    '┌─────────────┬────────────────────────────────────────────┐',
    '│ Repository  │ team-a/api                                 │',
    '│ Has         │ IMMUTABLE_WITH_EXCLUSION                   │',
    '│             │ latest                                     │',
    '│             │ dev-*                                      │',
    '│ Should have │ IMMUTABLE_WITH_EXCLUSION                   │',
    '│             │ latest                                     │',
    '│             │ dev-*                                      │',
    '└─────────────┴────────────────────────────────────────────┘',
  ].join('\n'));
});
