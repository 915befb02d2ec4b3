// SPDX-License-Identifier: EUPL-1.2
// From the answers about who came, who went and who waits to what the page In- en uitstroom shows: pure.
import type { Provenance } from './api';
import type { Bar } from './charts/interval_bars';
import type { Step } from './charts/geometry';
import { stepsOf } from './charts/geometry';
import { absent, cellIf, count, growth, monthCell, text, value, type Cell, type DimensionValue, type Interval } from './figure';
import { monthShort, number, percent } from './format';
import { t } from './language';
import type { Table } from './table';

export interface StockFlow {
  group?: DimensionValue;
  start?: string;
  end?: string;
  inflow?: string;
  returned?: string;
  resumed?: string;
  moved_in?: string;
  moved_out?: string;
  outflow?: string;
  interrupted?: string;
  growth?: string;
}

export interface Stock {
  state?: string;
  state_reason?: string;
  total?: StockFlow;
  previous?: StockFlow;
  groups?: StockFlow[];
  conclusion?: string;
  remarks?: string[];
  provenance?: Provenance[];
  known_time?: string;
}

/** What changes the number of clients: who came counts for, who went against. */
const CAUSES: Array<[field: keyof StockFlow, title: string, sign: 1 | -1]> = [
  ['inflow', 'Nieuw', 1],
  ['returned', 'Terug na meer dan 28 dagen', 1],
  ['resumed', 'Terug binnen 28 dagen', 1],
  ['moved_in', 'Uit een andere groep', 1],
  ['moved_out', 'Naar een andere groep', -1],
  ['outflow', 'Vertrokken', -1],
  ['interrupted', 'Onderbroken', -1],
];

const numberIn = (flow: StockFlow | undefined, field: keyof StockFlow) => Number((flow?.[field] as string | undefined) ?? 0);

export function stockSteps(total: StockFlow, first: string, last: string): Step[] {
  const causes = CAUSES.map(([field, title, sign]) => ({ title, value: sign * numberIn(total, field) })).filter((cause) => cause.value !== 0);
  return stepsOf({ title: first, value: numberIn(total, 'start') }, causes, last);
}

export function stockTable(stock: Stock, now: string, before: string): Table {
  const row = (title: string, of: (flow: StockFlow | undefined) => number): Cell[] => [
    text(title),
    stock.previous ? value(of(stock.previous)) : absent('NOT_AVAILABLE', 'PERIOD_NOT_DELIVERED'),
    value(of(stock.total)),
  ];
  return {
    id: 'tabel-stand',
    caption: t`Cliënten aan het begin en het eind, en wat er tussen zit: ${before.toLowerCase()} en ${now}`,
    columns: [{ header: 'Stap', kind: 'text' }, { header: t`${before} (even lang)`, kind: 'count' }, { header: now, kind: 'count' }],
    rows: [
      row('Cliënten aan het begin', (flow) => numberIn(flow, 'start')),
      ...CAUSES.map(([field, title, sign]) => row(title, (flow) => sign * numberIn(flow, field))),
    ],
    total: row('Cliënten aan het eind', (flow) => numberIn(flow, 'end')),
  };
}

export function groupTable(stock: Stock, dimension: string, now: string): Table {
  return {
    id: 'tabel-groepen',
    caption: t`Cliënten naar ${dimension.toLowerCase()}: begin, eind en stroom, ${now}`,
    columns: [
      { header: dimension, kind: 'text' },
      ...['Begin', 'Nieuw', 'Terug', 'Uit andere groep', 'Naar andere groep', 'Vertrokken', 'Onderbroken', 'Eind'].map((header) => ({ header, kind: 'count' as const })),
      { header: 'Groei', kind: 'change' },
      { header: 'Groei t.o.v. begin', kind: 'growth' },
    ],
    rows: (stock.groups ?? []).map((flow) => [
      text(flow.group?.label || flow.group?.value || 'onbekend'),
      count(flow.start),
      count(flow.inflow),
      value(numberIn(flow, 'returned') + numberIn(flow, 'resumed')),
      count(flow.moved_in),
      count(flow.moved_out),
      count(flow.outflow),
      count(flow.interrupted),
      count(flow.end),
      count(flow.growth),
      growth(count(flow.start), count(flow.end)),
    ]),
  };
}

export interface Estimate {
  state?: string;
  state_reason?: string;
  value?: number;
  interval?: Interval;
  count?: string;
}

export const estimate = (of: Estimate | undefined, times = 1): Cell => cellIf(of?.state, of?.state_reason, of?.value === undefined ? undefined : of.value * times);

export interface Referrers {
  state?: string;
  state_reason?: string;
  groups?: Array<{
    group?: string;
    title?: string;
    course_count?: string;
    share?: Estimate;
    ivn?: Estimate;
    amount?: Estimate;
    duration?: Estimate;
    largest_provider?: DimensionValue;
    largest_share?: Estimate;
    difference?: { ivn?: Estimate; amount?: Estimate; duration_p?: number };
  }>;
  conclusion?: string;
  provenance?: Provenance[];
}

export function referrerBars(answer: Referrers): Bar[] {
  return (answer.groups ?? []).map(({ title, share }) => ({ title: title || 'Onbekend', cell: estimate(share), low: share?.interval?.low, high: share?.interval?.high }));
}

/** "+0,1 (−0,1 tot 0,3)", or a word. */
function differenceWords(of: Estimate | undefined, decimals: number, own: boolean): Cell {
  if (own) return text('hiermee vergeleken');
  const cell = estimate(of);
  if (cell.kind !== 'value') return cell;
  const { low, high } = of?.interval ?? {};
  const bounds = low === undefined || high === undefined ? '' : t` (${number(low, decimals)} tot ${number(high, decimals)})`;
  return text(t`${number(cell.value, decimals, true)}${bounds}`);
}

export function referrerTable(answer: Referrers, now: string): Table {
  return {
    id: 'tabel-verwijzers',
    caption: t`Begonnen voorzieningen naar verwijzer, ${now}; verschil met de gemeente, met het interval van 95%`,
    columns: [
      { header: 'Verwijzer', kind: 'text' },
      { header: 'Voorzieningen', kind: 'count' },
      { header: 'Deel', kind: 'share' },
      { header: 'Gemiddeld niveau (IVN)', kind: 'ratio' },
      { header: 'Verschil in niveau', kind: 'text' },
      { header: 'Bedrag per maand', kind: 'euro' },
      { header: 'Verschil in euro', kind: 'text' },
      { header: 'Dagen tot de helft klaar is', kind: 'count' },
      { header: 'Grootste aanbieder', kind: 'text' },
    ],
    rows: (answer.groups ?? []).map((each) => {
      const own = each.group === 'municipality';
      const largest = estimate(each.largest_share);
      return [
        text(each.title || 'Onbekend'),
        count(each.course_count),
        estimate(each.share),
        estimate(each.ivn),
        differenceWords(each.difference?.ivn, 1, own),
        estimate(each.amount, 100),
        differenceWords(each.difference?.amount, 0, own),
        estimate(each.duration),
        each.largest_provider ? text(t`${each.largest_provider.label || each.largest_provider.value || 'onbekend'}${largest.kind === 'value' ? t` (${percent(largest.value, 0)})` : ''}`) : absent('NOT_AVAILABLE'),
      ];
    }),
  };
}

export interface Endings {
  months?: Array<{ month: string; state?: string; state_reason?: string; provisional?: boolean; count?: string; imputed?: string; endings?: EndingCount[] }>;
  total?: { count?: string; imputed?: string; endings?: EndingCount[] };
  remarks?: string[];
  provenance?: Provenance[];
}
interface EndingCount {
  ending?: string;
  title?: string;
  count?: string;
}

export function endingTable(answer: Endings, now: string): Table {
  const reasons = answer.total?.endings ?? [];
  return {
    id: 'tabel-redenen',
    caption: t`Beëindigde trajecten per maand en reden, ${now}`,
    columns: [
      { header: 'Maand', kind: 'text' },
      ...reasons.map(({ title }) => ({ header: title || 'onbekend', kind: 'count' as const })),
      { header: 'Samen', kind: 'count' },
      { header: 'Waarvan zonder stopbericht', kind: 'count' },
    ],
    rows: (answer.months ?? []).map((month) => {
      const title = month.provisional ? text(t`${monthShort(month.month)} (voorlopig)`) : monthCell(month.month);
      if (month.state !== 'ANSWERED') return [title, ...Array.from({ length: reasons.length + 2 }, () => absent(month.state ?? 'NOT_AVAILABLE', month.state_reason))];
      return [title, ...reasons.map(({ ending }) => count(month.endings?.find((each) => each.ending === ending)?.count)), count(month.count), count(month.imputed)];
    }),
    total: [text('Samen'), ...reasons.map((each) => count(each.count)), count(answer.total?.count), count(answer.total?.imputed)],
  };
}

export function endingConclusion(answer: Endings): string {
  const all = Number(answer.total?.count ?? 0);
  if (all === 0) return 'In deze periode eindigden geen trajecten.';
  const planned = Number(answer.total?.endings?.find((each) => each.ending === 'planned')?.count ?? 0);
  const told = all - Number(answer.total?.imputed ?? 0);
  return told === 0
    ? t`Er eindigden ${number(all)} trajecten. Van geen enkel traject is een stopbericht met een reden gekomen.`
    : t`Er eindigden ${number(all)} trajecten. Van ${number(told)} kwam een stopbericht met een reden; daarvan eindigde ${percent(planned / told, 0)} volgens plan.`;
}

export interface Waiting {
  state?: string;
  state_reason?: string;
  groups?: Array<{
    group?: DimensionValue;
    course_count?: string;
    started?: string;
    waiting?: string;
    before?: string;
    median?: Estimate;
    p90?: Estimate;
    longer?: Array<{ days?: number; share?: Estimate }>;
  }>;
  conclusion?: string;
  provenance?: Provenance[];
}

export function waitingTable(answer: Waiting, dimension: string, now: string): Table {
  const days = (answer.groups?.[0]?.longer ?? []).map((each) => each.days ?? 0);
  const [all, ...groups] = answer.groups ?? [];
  const row = (group: NonNullable<Waiting['groups']>[number], title: string): Cell[] => [
    text(title),
    count(group.course_count),
    count(group.started),
    count(group.waiting),
    count(group.before),
    estimate(group.median),
    estimate(group.p90),
    ...days.map((_, index) => estimate(group.longer?.[index]?.share)),
  ];
  return {
    id: 'tabel-wachten',
    caption: t`Dagen tussen toewijzing en begin van de zorg naar ${dimension.toLowerCase()}, ${now}`,
    columns: [
      { header: dimension, kind: 'text' },
      ...['Voorzieningen', 'Begonnen', 'Nog niet begonnen', 'Begonnen vóór de toewijzing'].map((header) => ({ header, kind: 'count' as const })),
      { header: 'Helft begint binnen (dagen)', kind: 'count' },
      { header: '90% begint binnen (dagen)', kind: 'count' },
      ...days.map((each) => ({ header: t`Langer dan ${each} dagen`, kind: 'share' as const })),
    ],
    rows: groups.map((group) => row(group, group.group?.label || group.group?.value || 'onbekend')),
    ...(all && { total: row(all, 'Samen') }),
  };
}
