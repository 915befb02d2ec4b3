// SPDX-License-Identifier: EUPL-1.2
// From figures of any measure over one or two dimensions to rows, chart and words: pure.
import { idOf, type Dimension, type Measure } from './api';
import type { Group } from './charts/bars';
import type { Bar } from './charts/interval_bars';
import type { Series } from './charts/lines';
import { STROKES } from './charts/strokes';
import { absent, cellOf, difference, growth, labelOf, text, type Absent, type Cell, type Figure, type Value } from './figure';
import { monthShort, percent } from './format';
import { t } from './language';
import { cellText, type Kind, type Table } from './table';

export const TIMES = ['month', 'quarter', 'year'];
/** Most rows that a chart of bars can be read with; the table has all. */
export const MOST_BARS = 30;

/** A measure in one cell; with what it is compared with. */
export interface Row {
  labels: string[];
  now: Figure | undefined;
  before?: Figure | undefined;
  /** What the service says of the two together, when it says so. */
  state?: string;
  reason?: string;
}

export interface Comparison {
  before?: Figure;
  after?: Figure;
  state?: string;
  state_reason?: string;
}

/** What the numbers of a measure are, by what a figure holds. */
export function kindOf(measure: Measure | undefined, figures: Array<Figure | undefined>): Kind {
  const found = figures.find((figure) => figure?.state === 'ANSWERED');
  if (found?.amount_cents !== undefined || /^euro/.test(measure?.unit ?? '')) return 'euro';
  if (found?.ratio !== undefined || (found === undefined && measure?.unit === 'deel')) return measure?.unit === 'deel' ? 'share' : 'ratio';
  return 'count';
}

function wordOf(figure: Figure, dimension: string): string {
  const label = labelOf(figure, dimension);
  return dimension === 'month' && /^\d{4}-\d\d/.test(label) ? monthShort(label) : label;
}

export function rowsOf(figures: Figure[], dimensions: string[]): Row[] {
  return figures.map((now) => ({ labels: dimensions.map((dimension) => wordOf(now, dimension)), now }));
}

export function comparedRows(comparisons: Comparison[], dimensions: string[]): Row[] {
  return comparisons.map((each) => ({
    labels: dimensions.map((dimension) => wordOf((each.after ?? each.before)!, dimension)),
    now: each.after,
    before: each.before,
    ...(each.state !== undefined && { state: each.state }),
    ...(each.state_reason !== undefined && { reason: each.state_reason }),
  }));
}

const keyOf = (figure: Figure, dimensions: string[]) => dimensions.map((dimension) => figure.dimensions?.find((each) => each.dimension === dimension)?.value ?? '').join('\u0000');

/** The same cells as known at two moments: those of now in their order, then those that are no longer there. */
export function matchedRows(now: Figure[], before: Figure[], dimensions: string[]): Row[] {
  const earlier = new Map(before.map((figure) => [keyOf(figure, dimensions), figure]));
  const rows: Row[] = rowsOf(now, dimensions).map((row) => {
    const key = keyOf(row.now!, dimensions);
    const found = earlier.get(key);
    earlier.delete(key);
    return { ...row, before: found };
  });
  return [...rows, ...[...earlier.values()].map((figure): Row => ({ labels: dimensions.map((dimension) => wordOf(figure, dimension)), now: undefined, before: figure }))];
}

function changeOf(row: Row, of: (before: Cell, after: Cell) => Value | Absent): Cell {
  const change = of(cellOf(row.before), cellOf(row.now));
  if (change.kind === 'value' && row.state !== undefined && row.state !== 'ANSWERED') return absent(row.state, row.reason);
  return change;
}

export interface Words {
  title: string;
  dimensions: string[];
  /** Headers of the two columns that are compared. */
  now: string;
  before?: string;
  kind: Kind;
}

export function tableOf(rows: Row[], total: Row | undefined, words: Words, caption: string): Table {
  const { kind } = words;
  const delta: Kind = kind === 'euro' ? 'growth_euro' : kind === 'count' ? 'change' : kind;
  const cells = (row: Row, labels: string[]): Cell[] => [
    ...labels.map(text),
    ...(words.before ? [cellOf(row.before)] : []),
    cellOf(row.now),
    ...(words.before ? [changeOf(row, difference), changeOf(row, growth)] : []),
  ];
  const names = words.dimensions.length > 0 ? words.dimensions : ['Gemeente'];
  return {
    id: 'tabel-verkenner',
    caption,
    columns: [
      ...names.map((header) => ({ header, kind: 'text' as const })),
      ...(words.before ? [{ header: words.before, kind }] : []),
      { header: words.now, kind },
      ...(words.before ? [{ header: 'Verschil', kind: delta }, { header: t`Groei t.o.v. ${words.before}`, kind: 'growth' as const }] : []),
    ],
    rows: rows.map((row) => cells(row, row.labels)),
    ...(total && { total: cells(total, names.map((_, index) => (index === 0 ? 'Totaal' : 'alle'))) }),
  };
}

export function barsOf(rows: Row[]): Bar[] {
  return rows.slice(0, MOST_BARS).map((row) => ({
    title: row.labels.at(-1) ?? '',
    ...(row.labels.length > 1 && { group: row.labels[0]! }),
    cell: cellOf(row.now),
    low: row.now?.interval?.low,
    high: row.now?.interval?.high,
  }));
}

export function pairsOf(rows: Row[]): Group[] {
  return rows.slice(0, MOST_BARS).map((row) => {
    const change = changeOf(row, growth);
    return { title: row.labels.join(' · '), before: cellOf(row.before), after: cellOf(row.now), change: change.kind === 'value' ? percent(change.value, 0, true) : change.kind === 'absent' ? change.word : '' };
  });
}

/** One line per value of the second dimension, largest first, as many as can be told apart. */
export function linesOf(rows: Row[]): { periods: string[]; series: Series[]; left: number } {
  const periods = [...new Set(rows.map((row) => row.labels[0]!))];
  const found = new Map<string, Map<string, Cell>>();
  for (const row of rows) {
    const name = row.labels[1] ?? '';
    const cells = found.get(name) ?? new Map<string, Cell>();
    cells.set(row.labels[0]!, cellOf(row.now));
    found.set(name, cells);
  }
  const sum = (cells: Map<string, Cell>) => [...cells.values()].reduce((all, cell) => all + (cell.kind === 'value' ? cell.value : 0), 0);
  const sorted = [...found].sort(([a, one], [b, other]) => sum(other) - sum(one) || (a < b ? -1 : 1));
  const series = sorted.slice(0, STROKES.length).map(([title, cells], index): Series => ({
    title,
    stroke: STROKES[index]!,
    values: periods.map((period) => cells.get(period) ?? absent('NOT_AVAILABLE')),
  }));
  return { periods, series, left: sorted.length - series.length };
}

/** The outcome in a sentence or two. */
export function conclusionOf(rows: Row[], total: Row | undefined, words: Words, period: string): string {
  const { kind } = words;
  const sentences: string[] = [];
  const whole = cellOf(total?.now);
  sentences.push(whole.kind === 'value' ? t`${words.title}, ${period}: ${cellText(whole, kind)}.` : t`${words.title}, ${period}: ${whole.word}. ${whole.why}`);
  if (words.before && total) {
    const change = changeOf(total, growth);
    sentences.push(t`${words.before}: ${cellText(cellOf(total.before), kind)}${change.kind === 'value' ? t` (${percent(change.value, 1, true)})` : ''}.`);
  }
  const known = rows.flatMap((row) => {
    const cell = cellOf(row.now);
    return cell.kind === 'value' ? [{ name: row.labels.join(' · '), value: cell.value }] : [];
  });
  if (known.length > 1) {
    const [most, least] = [known.reduce((a, b) => (b.value > a.value ? b : a)), known.reduce((a, b) => (b.value < a.value ? b : a))];
    const one = { kind: 'value', value: most.value } as const;
    const other = { kind: 'value', value: least.value } as const;
    sentences.push(t`Het hoogst: ${most.name} (${cellText(one, kind)}). Het laagst: ${least.name} (${cellText(other, kind)}).`);
  }
  return sentences.join(' ');
}

/** Why a dimension cannot split a measure, in Dutch; nothing when it can, or when nobody registers it: that is an answer. */
export function splitFault(measure: Measure | undefined, dimension: Dimension | undefined): string | undefined {
  if (!measure || !dimension || dimension.registered !== true) return undefined;
  if (measure.dimensions === undefined || measure.dimensions.includes(idOf(dimension.name))) return undefined;
  return t`"${measure.title}" is niet uit te splitsen naar ${(dimension.title ?? idOf(dimension.name)).toLowerCase()}.`;
}
