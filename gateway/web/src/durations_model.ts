// SPDX-License-Identifier: EUPL-1.2
// From survival answers to the curves and tables of the page Looptijd: pure.
import type { Provenance } from './api';
import type { Curve } from './charts/curves';
import type { Bar } from './charts/interval_bars';
import { STROKES } from './charts/strokes';
import { absent, cellIf, count, text, value, type Absent, type Cell, type DimensionValue } from './figure';
import { t } from './language';
import type { Column, Table } from './table';

export interface DurationValue {
  state?: string;
  state_reason?: string;
  value?: number;
  low?: number;
  high?: number;
  text?: string;
}

interface Summary {
  quarter?: DurationValue;
  median?: DurationValue;
  three_quarters?: DurationValue;
  longer_than_6?: DurationValue;
  longer_than_9?: DurationValue;
  longer_than_12?: DurationValue;
  mean_within_12?: DurationValue;
}

export interface DurationGroup {
  group?: DimensionValue;
  state?: string;
  state_reason?: string;
  trajectories?: string;
  ended?: string;
  imputed?: string;
  summary?: Summary;
  without_imputed?: Summary;
  points?: Array<{ months?: number; at_risk?: string; share?: number; low?: number; high?: number }>;
  endings?: Array<{ ending?: string; title?: string; ended?: string; within_6?: DurationValue; within_9?: DurationValue; within_12?: DurationValue }>;
  ended_mean?: DurationValue;
  link_quality?: number;
}

export interface Durations {
  total?: DurationGroup;
  groups?: DurationGroup[];
  log_rank?: { state?: string; text?: string };
  effective?: { known_time?: string };
  remarks?: string[];
  provenance?: Provenance[];
}

/** A number, or what the service says instead: "langer dan 12,4 maanden" is more than a state. */
export function durationCell(value: DurationValue | undefined): Cell {
  const cell = cellIf(value?.state, value?.state_reason, value?.value);
  return cell.kind === 'absent' && value?.text ? { ...cell, word: value.text } : cell;
}

const titleOf = (group: DurationGroup) => group.group?.label || group.group?.value || 'onbekend';

/** Months that are drawn: as far as ten are at risk, at most four years. */
export function reachOf(total: DurationGroup | undefined): number {
  const enough = (total?.points ?? []).filter((point) => Number(point.at_risk ?? 0) >= 10).map((point) => point.months ?? 0);
  return Math.min(48, Math.max(12, ...enough));
}

/** The total with its band, then the largest groups that have a curve. */
export function curvesOf(answer: Durations, most = 3): Curve[] {
  const curve = (group: DurationGroup, title: string, stroke: Curve['stroke']): Curve => ({
    title,
    stroke,
    points: (group.points ?? []).map(({ months, share, low, high }) => ({ months: months ?? 0, share: share ?? 0, low, high })),
  });
  const drawn = (answer.groups ?? []).filter((group) => group.state === 'ANSWERED');
  const largest = [...drawn].sort((a, b) => Number(b.trajectories ?? 0) - Number(a.trajectories ?? 0)).slice(0, most);
  return [
    ...(answer.total?.state === 'ANSWERED' ? [curve(answer.total, 'Alle trajecten', STROKES[0])] : []),
    ...largest.map((group, index) => curve(group, titleOf(group), STROKES[index + 1]!)),
  ];
}

export function medianBars(answer: Durations): Bar[] {
  const bar = (group: DurationGroup, title: string, reference: boolean): Bar => {
    const median = group.summary?.median;
    const cell: Cell = group.state === 'ANSWERED' ? durationCell(median) : absent(group.state ?? 'NOT_AVAILABLE', group.state_reason);
    return { title, cell, low: median?.low, high: median?.high, reference };
  };
  return [...(answer.total ? [bar(answer.total, 'Alle trajecten', true)] : []), ...(answer.groups ?? []).map((group) => bar(group, titleOf(group), false))];
}

export function summaryTable(answer: Durations, dimension: string): Table {
  const months: Array<keyof Summary> = ['quarter', 'median', 'three_quarters'];
  const shares: Array<keyof Summary> = ['longer_than_6', 'longer_than_9', 'longer_than_12'];
  const row = (group: DurationGroup, title: string): Cell[] => {
    const none: Absent = absent(group.state ?? 'NOT_AVAILABLE', group.state_reason);
    const of = (name: keyof Summary): Cell => (group.state === 'ANSWERED' ? durationCell(group.summary?.[name]) : none);
    return [text(title), count(group.trajectories), count(group.ended), count(group.imputed), ...months.map(of), ...shares.map(of)];
  };
  const column = (header: string, kind: Column['kind']): Column => ({ header, kind });
  return {
    id: 'tabel-looptijd',
    caption: t`Looptijd in maanden naar ${dimension.toLowerCase()}; wat nog loopt telt mee`,
    columns: [
      column(dimension, 'text'),
      column('Trajecten', 'count'), column('Beëindigd', 'count'), column('Zonder stopbericht', 'count'),
      column('Kwart klaar na (maanden)', 'months'), column('Helft klaar na (maanden)', 'months'), column('Driekwart klaar na (maanden)', 'months'),
      column('Langer dan 6 maanden', 'share'), column('Langer dan 9 maanden', 'share'), column('Langer dan 12 maanden', 'share'),
    ],
    rows: (answer.groups ?? []).map((group) => row(group, titleOf(group))),
    ...(answer.total && { total: row(answer.total, 'Alle trajecten') }),
  };
}

// At the beginning all are there, which is no estimate.
const bound = (share: number | undefined): Cell => (share === undefined ? { kind: 'absent', word: 'geen marge', why: '' } : value(share));

export function curveTable(total: DurationGroup): Table {
  return {
    id: 'tabel-kromme',
    caption: 'Alle trajecten: deel dat langer duurt, per maand, met het interval van 95%',
    columns: [
      { header: 'Maanden na het begin', kind: 'count' }, { header: 'Lopen nog', kind: 'count' },
      { header: 'Deel dat langer duurt', kind: 'share' }, { header: 'Ondergrens', kind: 'share' }, { header: 'Bovengrens', kind: 'share' },
    ],
    rows: (total.points ?? []).map((point) => [
      count(point.months), count(point.at_risk), value(point.share ?? 0), bound(point.low), bound(point.high),
    ]),
  };
}

export function endingBars(total: DurationGroup): Bar[] {
  return (total.endings ?? []).map((ending) => ({ title: ending.title || 'onbekend', cell: durationCell(ending.within_12), low: ending.within_12?.low, high: ending.within_12?.high }));
}

export function endingTable(total: DurationGroup): Table {
  return {
    id: 'tabel-eindes',
    caption: 'Kans om om deze reden te zijn geëindigd; de redenen en wat nog loopt zijn samen 100%',
    columns: [
      { header: 'Reden', kind: 'text' }, { header: 'Beëindigd', kind: 'count' },
      { header: 'Binnen 6 maanden', kind: 'share' }, { header: 'Binnen 9 maanden', kind: 'share' }, { header: 'Binnen 12 maanden', kind: 'share' },
    ],
    rows: (total.endings ?? []).map((ending) => [
      text(ending.title || 'onbekend'), count(ending.ended), durationCell(ending.within_6), durationCell(ending.within_9), durationCell(ending.within_12),
    ]),
  };
}

export function conclusionOf(total: DurationGroup | undefined): string {
  const median = total?.summary?.median;
  if (total?.state !== 'ANSWERED' || !median) return '';
  const within = (name: 'longer_than_6' | 'longer_than_12') => total.summary?.[name]?.text ?? 'onbekend';
  const half = median.state === 'ANSWERED' ? t`De helft van de trajecten is na ${median.text} klaar.` : t`Minder dan de helft van de trajecten is klaar: de helft duurt ${median.text}.`;
  return t`${half} ${within('longer_than_6')} duurt langer dan een half jaar en ${within('longer_than_12')} langer dan een jaar.`;
}

export interface DurationRatio {
  state?: string;
  state_reason?: string;
  trajectories?: string;
  left_out?: string;
  median?: DurationValue;
  ended_within?: DurationValue;
}
export interface Compared {
  total?: ComparedGroup;
  groups?: ComparedGroup[];
  remarks?: string[];
  provenance?: Provenance[];
}
interface ComparedGroup {
  group?: DimensionValue;
  allocated?: DurationRatio;
  agreed?: DurationRatio;
  extended?: string;
}

export function comparedTable(answer: Compared, dimension: string): Table {
  const cell = (ratio: DurationRatio | undefined, of: 'median' | 'ended_within'): Cell => (ratio?.state === 'ANSWERED' ? durationCell(ratio[of]) : absent(ratio?.state ?? 'NOT_AVAILABLE', ratio?.state_reason));
  const row = (group: ComparedGroup, title: string): Cell[] => [
    text(title),
    count(group.allocated?.trajectories), cell(group.allocated, 'median'), cell(group.allocated, 'ended_within'), count(group.extended),
    count(group.agreed?.trajectories), cell(group.agreed, 'median'),
  ];
  return {
    id: 'tabel-duur',
    caption: t`Echte duur tegen toegewezen en afgesproken duur naar ${dimension.toLowerCase()}; 100% is precies zo lang`,
    columns: [
      { header: dimension, kind: 'text' },
      { header: 'Trajecten met toegewezen duur', kind: 'count' }, { header: 'Echte duur van de middelste', kind: 'share' }, { header: 'Klaar binnen de toegewezen duur', kind: 'share' }, { header: 'Verlengd', kind: 'count' },
      { header: 'Trajecten met een plan', kind: 'count' }, { header: 'Echte duur tegen het plan', kind: 'share' },
    ],
    rows: (answer.groups ?? []).map((group) => row(group, group.group?.label || group.group?.value || 'onbekend')),
    ...(answer.total && { total: row(answer.total, 'Alle trajecten') }),
  };
}
