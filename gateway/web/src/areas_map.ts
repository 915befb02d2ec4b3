// SPDX-License-Identifier: EUPL-1.2
// What the map of the page Wijken shows: one choice of what its areas are coloured by. Pure but for `readBorders`.
import { bordersOf, type Borders } from './charts/area_geometry';
import type { AreaMark, Scale } from './charts/area_map';
import { absent, cellIf, cellOf, text, value, type Cell, type DimensionValue, type Figure, type Interval } from './figure';
import { number } from './format';
import { t } from './language';
import type { Choice } from './query';
import { cellText, type Kind, type Table } from './table';

export interface AreaYear {
  year?: number;
  clients?: Figure;
  population?: Figure;
  state?: string;
  state_reason?: string;
  per_1000?: number;
  per_1000_interval?: Interval;
  standardised_per_1000?: number;
}

/** What others said of an area, with our own figure over the same period. */
export interface External {
  series?: string;
  title?: string;
  publisher?: string;
  period?: { start_date: string; end_date: string };
  state?: string;
  value?: { thousandths?: string };
  text?: string;
  withdrawn_date?: string;
  withdrawn_reason?: string;
  counterpart?: { figure?: Figure; difference?: string };
}

export interface Area {
  area?: DimensionValue;
  before?: AreaYear;
  after?: AreaYear;
  growth?: { state?: string; state_reason?: string; clients_growth?: number; rate_ratio?: number; rate_ratio_interval?: Interval; beyond_chance?: boolean };
  conclusion?: string;
  external_values?: External[];
}

export const nameOf = (area: Area) => area.area?.label || area.area?.value || 'onbekend';

export const MAPS: Choice[] = [
  { value: 'verhouding', title: 'Cliënten per 1000 inwoners' },
  { value: 'aantal', title: 'Aantal cliënten' },
  { value: 'anderen', title: 'Cijfer van anderen (zoals CBS)' },
];

/** "80,1 tot 97,8", or nothing to say. */
export function bounds(interval: Interval | undefined, decimals: number, otherwise: Cell): Cell {
  if (interval?.low === undefined || interval.high === undefined) return otherwise.kind === 'absent' ? otherwise : { kind: 'absent', word: 'niet te zeggen', why: '' };
  return text(t`${number(interval.low, decimals)} tot ${number(interval.high, decimals)}`);
}

export const rateOf = (area: Area) => cellIf(area.after?.state, area.after?.state_reason, area.after?.per_1000);

/** The series of others that says most of these areas; the first in order when several do. */
function seriesOf(areas: Area[]): External | undefined {
  const all = areas.flatMap((area) => area.external_values ?? []);
  const many = (series: External) => all.filter((each) => each.series === series.series).length;
  return [...all].sort((a, b) => many(b) - many(a) || ((a.series ?? '') < (b.series ?? '') ? -1 : 1))[0];
}

const saidOf = (area: Area, series: External | undefined) => (series ? area.external_values?.find((each) => each.series === series.series) : undefined);

// What another printed: its number, and its own way of writing it.
function externalCell(said: External | undefined): { cell: Cell; words: string } {
  if (said?.state !== 'PRINTED' || said.value === undefined) return { cell: absent('NOT_AVAILABLE'), words: said?.text || 'niet beschikbaar' };
  return { cell: value(Number(said.value.thousandths ?? 0) / 1000), words: said.text ?? '' };
}

export interface AreaMapModel {
  caption: string;
  marks: AreaMark[];
  scale: Scale;
  table: Table;
}

/** The map for a choice of MAPS, with its table: what it is coloured by, our rate and its interval beside it. */
export function mapOf(areas: Area[], chosen: string | undefined, year: number, level: string): AreaMapModel {
  const series = seriesOf(areas);
  const of = chosen === 'anderen' && series ? 'anderen' : chosen === 'aantal' ? 'aantal' : 'verhouding';
  const name = series ? [series.title, series.publisher && `(${series.publisher})`].filter(Boolean).join(' ') : '';
  const title = of === 'anderen' ? name : of === 'aantal' ? t`Cliënten in ${year}` : t`Cliënten per 1000 inwoners in ${year}`;
  // Without names the codes are the names.
  const named = areas.some((area) => area.area?.label && area.area.label !== area.area.value);
  const kind: Kind = of === 'aantal' ? 'count' : 'index';
  const marks = areas.map((area): AreaMark => {
    const rate = rateOf(area);
    const interval = cellText(bounds(area.after?.per_1000_interval, 1, rate), 'text');
    const own = of === 'aantal' ? cellOf(area.after?.clients) : rate;
    const external = externalCell(saidOf(area, series));
    return {
      code: area.area?.value ?? '', title: nameOf(area),
      ...(of === 'anderen' ? external : { cell: own, words: cellText(own, kind) }),
      detail: of === 'verhouding' && rate.kind === 'value' ? interval : of === 'anderen' && rate.kind === 'value' ? t`wij: ${number(rate.value, 1)}` : '',
    };
  });
  return {
    caption: t`${title}, per ${level}`,
    marks,
    scale: { title, bound: (bound) => number(bound, Number.isInteger(bound) ? 0 : 1), whole: of === 'aantal' },
    table: {
      id: 'tabel-kaart',
      caption: t`Wat op de kaart staat: ${title}`,
      columns: [
        { header: level === 'wijk' ? 'Wijk' : 'Buurt', kind: 'text' }, ...(named ? [{ header: 'Code', kind: 'text' as const }] : []),
        ...(of === 'anderen' ? [{ header: name, kind: 'text' as const }] : []),
        { header: 'Cliënten', kind: 'count' }, { header: 'Cliënten per 1000 inwoners', kind: 'index' }, { header: 'Tussen', kind: 'text' },
      ],
      rows: areas.map((area, index) => {
        const rate = rateOf(area);
        return [
          text(nameOf(area)), ...(named ? [text(area.area?.value || 'onbekend')] : []),
          ...(of === 'anderen' ? [marks[index]!.cell.kind === 'value' ? text(marks[index]!.words) : { ...absent('NOT_AVAILABLE'), word: marks[index]!.words }] : []),
          cellOf(area.after?.clients), rate, bounds(area.after?.per_1000_interval, 1, rate),
        ];
      }),
    },
  };
}

/** Borders from gebieden.json beside the pages; none, and a sentence for who put it there, when it cannot be read. */
export async function readBorders(): Promise<{ borders: Borders; fault: string }> {
  try {
    const answer = await fetch('./gebieden.json');
    return { borders: bordersOf(await answer.json()), fault: '' };
  } catch {
    return { borders: new Map(), fault: 'Het bestand met grenzen (gebieden.json) is niet te lezen; daarom staan de gebieden als vakken.' };
  }
}
