import { shown } from './units';

/** A row of a chart: its segments lie one after the other. */
export interface Row {
  readonly label: string;
  readonly segments: readonly number[];
}

export interface Chart {
  readonly title: string;
  readonly unit: string;
  /** What the segments are, in their order. */
  readonly legend: readonly string[];
  /** Rows that belong together stand together. */
  readonly groups: readonly { readonly label: string; readonly rows: readonly Row[] }[];
}

const WIDTH = 760;
const LEFT = 190;
const RIGHT = 70;
const BAR = 18;
const STEP = 24;
const GAP = 30;
const COLOURS = 4;

/** Bars as SVG, on no background, in colours for light and for dark. */
export function bars({ title, unit, legend, groups }: Chart): string {
  const longest = Math.max(...groups.flatMap(({ rows }) => rows.map(({ segments }) => sum(segments))));
  const scale = (WIDTH - LEFT - RIGHT) / longest;
  const parts: string[] = [];
  let y = 26;
  parts.push(text(0, y, title, 'title'));
  if (legend.length > 1) {
    y += 26;
    let x = LEFT;
    for (const [index, name] of legend.entries()) {
      parts.push(`<rect class="c${index % COLOURS}" x="${x}" y="${y - 10}" width="12" height="12" rx="2"/>`, text(x + 18, y, name));
      x += 42 + name.length * 7;
    }
  }
  for (const { label, rows } of groups) {
    y += GAP;
    parts.push(text(0, y, label, 'group'));
    y += 8;
    for (const row of rows) {
      parts.push(text(LEFT - 8, y + 14, row.label, 'label'));
      let x = LEFT;
      for (const [index, segment] of row.segments.entries()) {
        parts.push(`<rect class="c${index % COLOURS}" x="${x.toFixed(1)}" y="${y}" width="${Math.max(segment * scale, 0).toFixed(1)}" height="${BAR}"/>`);
        x += segment * scale;
      }
      parts.push(text(x + 6, y + 14, `${shown(sum(row.segments))} ${unit}`));
      y += STEP;
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y + 8}" viewBox="0 0 ${WIDTH} ${y + 8}" role="img" aria-label="${escaped(title)}">
<style>
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 15px; font-weight: 600 }
  .group { font-weight: 600 }
  .label { text-anchor: end }
  .c0 { fill: #9aa4b2 } .c1 { fill: #0969da } .c2 { fill: #8250df } .c3 { fill: #bf8700 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .c0 { fill: #6e7681 } .c1 { fill: #4493f8 } .c2 { fill: #ab7df8 } .c3 { fill: #d29922 }
  }
</style>
${parts.join('\n')}
</svg>
`;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

const escaped = (plain: string): string => plain.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');

const text = (x: number, y: number, content: string, kind = ''): string =>
  `<text${kind && ` class="${kind}"`} x="${x}" y="${y}">${escaped(content)}</text>`;
