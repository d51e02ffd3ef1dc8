import Table from 'cli-table3';

/** A cell may have several lines. */
export interface TableContent {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** No column is made narrower: the longest mutability has as many characters. */
const MIN_COLUMN = 24;
/** A space on both sides of a cell, and a line between two cells. */
const PADDING = 2;
const BORDER = 1;

/** Plain columns, as `grep` and `awk` like them: one line for each row, and nothing is cut. */
const PLAIN = {
  ...Object.fromEntries(['top', 'bottom', 'left', 'right'].flatMap((side) => [side, `${side}-mid`].map((name) => [name, '']))),
  ...Object.fromEntries(['top-left', 'top-right', 'bottom-left', 'bottom-right', 'mid', 'mid-mid'].map((name) => [name, ''])),
  middle: '  ',
};
const NO_LINES_BETWEEN_ROWS = { 'mid': '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };
/** Without colours, which not every reader can tell from the background. */
const STYLE = { head: [], border: [] };
const WRAP = { wordWrap: true, wrapOnWordBoundary: false };

/** @param width of the terminal, in characters; absent where the output goes to a file or a pipe */
export function renderTable(content: TableContent, width: number | undefined): string {
  if (width === undefined) {
    return renderPlain(content);
  }
  const widths = fittingWidths(content, width);
  return widths ? renderColumns(content, widths) : renderStacked(content, width);
}

function renderPlain({ head, rows }: TableContent): string {
  const table = new Table({ chars: PLAIN, style: { ...STYLE, 'padding-left': 0, 'padding-right': 0 } });
  table.push([...head], ...rows.map((row) => row.map((cell) => cell.replaceAll('\n', ' '))));
  return table.toString().split('\n').map((line) => line.trimEnd()).join('\n');
}

function renderColumns({ head, rows }: TableContent, colWidths: number[]): string {
  const table = new Table({ head: [...head], colWidths, style: STYLE, ...WRAP });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

/** For a terminal that is too narrow for the columns: a small table for each row, with the columns' names on the left. */
function renderStacked({ head, rows }: TableContent, width: number): string {
  const names = widestOf(head) + PADDING;
  const colWidths = [names, Math.max(width - names - 3 * BORDER, MIN_COLUMN)];
  return rows.map((row) => {
    const table = new Table({ colWidths, chars: NO_LINES_BETWEEN_ROWS, style: STYLE, ...WRAP });
    table.push(...head.map((name, index) => [name, row[index] ?? '']));
    return table.toString();
  }).join('\n');
}

/** The columns' widths, where the widest can be made narrow enough for the terminal. */
function fittingWidths({ head, rows }: TableContent, width: number): number[] | undefined {
  const widths = head.map((name, index) => rows.reduce((widest, row) => Math.max(widest, widestOf((row[index] ?? '').split('\n'))), name.length));
  const room = width - (head.length + 1) * BORDER - head.length * PADDING;
  for (let excess = widths.reduce((sum, column) => sum + column, 0) - room; excess > 0; excess--) {
    const widest = Math.max(...widths);
    if (widest <= MIN_COLUMN) {
      return undefined;
    }
    // By one at a time, so that equally wide columns shrink alike.
    widths[widths.indexOf(widest)] = widest - 1;
  }
  return widths.map((column) => column + PADDING);
}

const widestOf = (lines: readonly string[]): number => Math.max(...lines.map((line) => line.length));
