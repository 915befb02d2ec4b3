// SPDX-License-Identifier: EUPL-1.2
// What the pages Productgroepen and Dossier say of nmd.contracts.v1.DossiersService. Providers stand in order of AGB code, never as a
// ranking. Pure.
import type { Account, Item, ItemResponse } from './account_model';
import type { Effect, Provenance, Signal } from './api';
import { stepsOf, type Step } from './charts/geometry';
import type { Bar } from './charts/interval_bars';
import type { DurationGroup } from './durations_model';
import { absent, cellOf, count, day, growth, text, value, type Cell, type Figure } from './figure';
import { dateShort, number, percent } from './format';
import { t } from './language';
import { isOpen, LAWS, takenUp } from './signals_model';
import type { Kind, Table } from './table';

export interface YearFigure {
  figure?: Figure;
  before?: Figure;
}
export interface EndingsOfYear {
  state?: string;
  state_reason?: string;
  provisional?: boolean;
  count?: string;
  imputed?: string;
  endings?: Array<{ ending?: string; title?: string; count?: string }>;
}
export interface MarketShare {
  law?: string;
  provider?: string;
  provider_title?: string;
  amount_cents?: string;
  share?: number;
  share_before?: number;
}
export interface ProductGroup {
  name: string;
  law?: string;
  category?: string;
  year?: number;
  known_time?: string;
  endings?: EndingsOfYear;
  endings_before?: EndingsOfYear;
  durations?: DurationGroup;
  money?: YearFigure[];
  market?: MarketShare[];
  five_greatest_share?: number;
  herfindahl?: number;
  situation?: YearFigure[];
  contract_count?: number;
  provider_count?: number;
  open_signal_count?: number;
  expectation?: Figure[];
  summary?: string[];
  remarks?: string[];
}

/** Where a contract stands against its ceiling in a year. */
export interface Position {
  provider_title?: string;
  provider?: string;
  law?: string;
  indicated?: Figure;
  declared?: Figure;
  approved?: Figure;
  ceiling?: Figure;
  used?: Figure;
  expected?: Figure;
}
interface Term {
  kind?: string;
  category?: string;
  product?: string;
  indicator?: string;
  value?: string;
  start_date?: string;
  end_date?: string;
}
export interface Contract {
  name: string;
  law?: string;
  start_date?: string;
  end_date?: string;
  ceilings?: Array<{ year?: number; amount_cents?: string }>;
  prices?: Array<{ product?: string }>;
  findings?: Array<{ text?: string }>;
  terms?: Term[];
}
export interface FunnelPoint {
  provider?: string;
  provider_title?: string;
  count?: string;
  total?: string;
  low?: string;
  high?: string;
  others_share?: number;
  own?: boolean;
}
export interface Dossier {
  name: string;
  provider?: string;
  provider_title?: string;
  year?: number;
  known_time?: string;
  summary?: string[];
  contracts?: Contract[];
  positions?: Position[];
  account?: Account;
  figures?: YearFigure[];
  growth?: {
    state?: string;
    state_reason?: string;
    points?: Array<{ amount?: Figure }>;
    effects?: Effect[];
    growth_cents?: string;
    conclusion?: string;
    remarks?: string[];
    provenance?: Provenance[];
  };
  durations?: DurationGroup;
  endings?: EndingsOfYear;
  indicators?: Array<{ contract?: string; indicator?: string; kind?: string; agreed?: string; measured?: Figure; met?: boolean }>;
  signals?: Signal[];
  open_items?: Item[];
  responses?: ItemResponse[];
  market?: MarketShare[];
  funnel?: FunnelPoint[];
  for_provider?: boolean;
  remarks?: string[];
}

// A part that could not be asked is an empty message: its state says nothing.
const stateOf = (state: string | undefined) => (!state || state === 'STATE_UNSPECIFIED' ? 'NOT_AVAILABLE' : state);

/** A figure of a year beside that of the year before, with the growth. */
export function yearTable(id: string, caption: string, figures: YearFigure[], year: number, titleOf: (measure: string) => string): Table {
  const kindOf = (figure: Figure | undefined): Kind | undefined => (figure?.amount_cents !== undefined ? 'euro' : figure?.ratio !== undefined ? 'ratio' : figure?.count !== undefined ? 'count' : undefined);
  // Each row has a unit of its own.
  const cell = (figure: Figure | undefined, kind: Kind): Cell => {
    const found = cellOf(figure);
    return found.kind === 'value' ? value(found.value, kind) : found;
  };
  return {
    id, caption,
    columns: [{ header: 'Cijfer', kind: 'text' }, { header: String(year), kind: 'count' }, { header: String(year - 1), kind: 'count' }, { header: t`Groei t.o.v. ${year - 1}`, kind: 'growth' }],
    rows: figures.map(({ figure, before }): Cell[] => {
      const kind = kindOf(figure) ?? kindOf(before) ?? 'count';
      const [now, then] = [cell(figure, kind), cell(before, kind)];
      return [text(titleOf(figure?.measure ?? before?.measure ?? '')), now, then, growth(then, now)];
    }),
  };
}

/** How care ended, by reason, in a year and where it was asked the years before it. */
export function endingsTable(years: Array<EndingsOfYear | undefined>, year: number): Table {
  const reasons = new Map([...years].reverse().flatMap((each) => each?.endings ?? []).map((each) => [each.ending ?? '', each.title || each.ending || 'onbekend']));
  const cell = (of: EndingsOfYear | undefined, number: string | undefined): Cell => (of?.state === 'ANSWERED' ? count(number) : absent(stateOf(of?.state), of?.state_reason));
  const row = (title: string, of: (each: EndingsOfYear | undefined) => string | undefined): Cell[] => [text(title), ...years.map((each) => cell(each, of(each)))];
  return {
    id: 'tabel-einde',
    caption: t`Hoe trajecten eindigden, ${years.map((_, index) => String(year - index)).reduce((all, each) => t`${all} en ${each}`)}`,
    columns: [{ header: 'Reden', kind: 'text' }, ...years.map((each, index) => ({ header: t`${year - index}${each?.provisional ? ' (voorlopig)' : ''}`, kind: 'count' as const }))],
    rows: [...[...reasons].map(([ending, title]) => row(title, (each) => each?.endings?.find((one) => one.ending === ending)?.count)), row('Waarvan zonder stopbericht', (each) => each?.imputed)],
    total: row('Alle trajecten die eindigden', (each) => each?.count),
  };
}

/** A group of trajectories, or the words for one that could not be asked. */
export function durationOf(group: DurationGroup | undefined, title: string): DurationGroup {
  return { ...group, state: stateOf(group?.state), group: { dimension: 'category', label: title } };
}

export function marketTable(market: MarketShare[], year: number): Table {
  return {
    id: 'tabel-markt',
    caption: t`Aandeel in het goedgekeurde bedrag, ${year}, op volgorde van AGB-code`,
    columns: [{ header: 'Aanbieder', kind: 'text' }, { header: 'AGB-code', kind: 'text' }, { header: 'Wet', kind: 'text' }, { header: 'Goedgekeurd', kind: 'euro' }, { header: t`Aandeel ${year}`, kind: 'share' }, { header: t`Aandeel ${year - 1}`, kind: 'share' }],
    rows: market.map((each) => [text(each.provider_title || each.provider || 'onbekend'), text(each.provider || 'onbekend'), text(LAWS[each.law ?? ''] ?? 'onbekend'), count(each.amount_cents), value(each.share ?? 0), value(each.share_before ?? 0)]),
  };
}

// In the order of ProductGroup.expectation.
const EXPECTED = ['Verwachte kosten van het jaar', 'Waarvan al gedeclareerd', 'Waarvan nog te declareren over maanden die voorbij zijn', 'Waarvan toegewezen voor de rest van het jaar', 'Waarvan nog toe te wijzen'];

export function expectationTable(figures: Figure[], year: number): Table {
  return {
    id: 'tabel-verwachting',
    caption: t`Wat ${year} naar verwachting kost, en waaruit dat bestaat`,
    columns: [{ header: 'Deel', kind: 'text' }, { header: 'Bedrag', kind: 'euro' }],
    rows: EXPECTED.map((title, index) => [text(title), cellOf(figures[index])]),
  };
}

/** The sentence of a block: it begins with the name of the block. */
export function saidOf(group: { summary?: string[] }, name: string): string {
  const found = group.summary?.find((each) => each.startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
  return found.charAt(0).toUpperCase() + found.slice(1);
}

/** The share of the provider of a dossier in the approved amount of each law it works under, beside all others together. */
export function ownMarketTable(dossier: Dossier, year: number): Table {
  const market = dossier.market ?? [];
  const laws = [...new Set(market.map((each) => each.law ?? ''))];
  const cells = (shares: MarketShare[]): Cell[] => [
    value(shares.reduce((sum, each) => sum + Number(each.amount_cents ?? 0), 0)), value(shares.reduce((sum, each) => sum + (each.share ?? 0), 0)), value(shares.reduce((sum, each) => sum + (each.share_before ?? 0), 0)),
  ];
  return {
    id: 'tabel-markt',
    caption: t`Aandeel in het goedgekeurde bedrag per wet, ${year}`,
    columns: [{ header: 'Wie', kind: 'text' }, { header: 'Wet', kind: 'text' }, { header: 'Goedgekeurd', kind: 'euro' }, { header: t`Aandeel ${year}`, kind: 'share' }, { header: t`Aandeel ${year - 1}`, kind: 'share' }],
    rows: laws.flatMap((law) => {
      const of = market.filter((each) => each.law === law);
      const others = of.filter((each) => each.provider !== dossier.provider);
      return [
        [text(titleOf(dossier)), text(LAWS[law] ?? 'onbekend'), ...cells(of.filter((each) => each.provider === dossier.provider))],
        ...(others.length > 0 ? [[text(others.length === 1 ? 'De andere aanbieder' : t`De ${number(others.length)} andere aanbieders samen`), text(LAWS[law] ?? 'onbekend'), ...cells(others)]] : []),
      ];
    }),
  };
}

export const titleOf = (dossier: { provider?: string; provider_title?: string }) => dossier.provider_title || dossier.provider || 'deze aanbieder';

/** From the amount of the year before to that of the year, cause by cause; nothing where growth cannot be told. */
export function growthSteps({ growth: found }: Dossier, year: number): Step[] {
  const before = cellOf(found?.points?.[0]?.amount);
  if (found?.state !== 'ANSWERED' || before.kind !== 'value') return [];
  const effects = (found.effects ?? []).filter((effect) => Number(effect.amount_cents ?? 0) !== 0);
  return stepsOf({ title: String(year - 1), value: before.value }, effects.map((effect) => ({ title: effect.title || effect.factor, value: Number(effect.amount_cents ?? 0) })), String(year));
}

export function causesTable(dossier: Dossier, year: number): Table {
  const { effects = [], growth_cents } = dossier.growth ?? {};
  return {
    id: 'tabel-oorzaken',
    caption: t`Waardoor het geïndiceerde bedrag veranderde, van ${year - 1} naar ${year}`,
    columns: [{ header: 'Oorzaak', kind: 'text' }, { header: 'Bedrag', kind: 'growth_euro' }, { header: 'Deel van de groei', kind: 'share' }],
    rows: effects.filter((effect) => Number(effect.amount_cents ?? 0) !== 0).map((effect) => [text(effect.title || effect.factor), count(effect.amount_cents), value(effect.share ?? 0)]),
    total: [text('Hele groei'), count(growth_cents), text('–')],
  };
}

export function positionTable(positions: Position[], year: number): Table {
  return {
    id: 'tabel-posities',
    caption: t`Aanbieders met een contract: waar zij staan tegen hun plafond, ${year}`,
    columns: [
      { header: 'Aanbieder', kind: 'text' }, { header: 'Wet', kind: 'text' }, { header: 'Geïndiceerd', kind: 'euro' }, { header: 'Gedeclareerd', kind: 'euro' }, { header: 'Goedgekeurd', kind: 'euro' },
      { header: 'Plafond', kind: 'euro' }, { header: 'Deel van het plafond', kind: 'share' }, { header: 'Verwacht in het hele jaar', kind: 'euro' },
    ],
    rows: positions.map((each) => [
      text(each.provider_title || each.provider || 'onbekend'), text(LAWS[each.law ?? ''] ?? 'onbekend'), cellOf(each.indicated), cellOf(each.declared), cellOf(each.approved), cellOf(each.ceiling), cellOf(each.used), cellOf(each.expected),
    ]),
  };
}

const lastOf = (name: string | undefined) => name?.slice(name.lastIndexOf('/') + 1) || 'onbekend';

export function contractTable(contracts: Contract[], year: number): Table {
  const ceiling = (contract: Contract): Cell => {
    const found = contract.ceilings?.find((each) => each.year === year) ?? contract.ceilings?.find((each) => !each.year);
    return found ? count(found.amount_cents) : text('geen plafond');
  };
  return {
    id: 'tabel-contracten',
    caption: t`Contracten die lopen in ${year}`,
    columns: [
      { header: 'Contract', kind: 'text' }, { header: 'Wet', kind: 'text' }, { header: 'Van', kind: 'text' }, { header: 'Tot', kind: 'text' }, { header: t`Plafond ${year}`, kind: 'euro' }, { header: 'Producten met een prijs', kind: 'count' }, { header: 'Wat er mis is', kind: 'text' },
    ],
    rows: contracts.map((each) => [
      text(lastOf(each.name)), text(LAWS[each.law ?? ''] ?? 'onbekend'), day(each.start_date), day(each.end_date, 'zonder einde'), ceiling(each), value(new Set((each.prices ?? []).map((price) => price.product ?? '')).size),
      text((each.findings ?? []).map((finding) => finding.text ?? '').filter(Boolean).join(' ') || 'niets'),
    ]),
  };
}

// nmd.contracts.v1.Contract.Term: its title, and how its value is written; a product has a table of its own in the contract.
const TERMS: Record<string, [title: string, unit: 'days' | 'count' | 'euro' | 'percent' | 'thousandths' | 'year' | 'none']> = {
  DURATION_NORM: ['langste duur', 'days'], BEDS: ['bedden', 'count'], YEAR_BUDGET: ['jaarbudget', 'euro'], INDEXATION: ['indexatie', 'percent'], NOTICE_SHARE: ['meldgrens', 'percent'], KPI_AT_LEAST: ['indicator, ten minste', 'thousandths'],
  KPI_AT_MOST: ['indicator, ten hoogste', 'thousandths'], WAITING_NORM: ['langste wachttijd', 'days'], CLIENT_STOP: ['cliëntenstop zonder toestemming', 'none'], CLIENT_STOP_AGREED: ['cliëntenstop met toestemming', 'none'],
  LEAST_TURNOVER: ['omzet per jaar, ten minste', 'euro'], LEAST_CLIENTS: ['cliënten per jaar, ten minste', 'count'], WAGE_SHARE: ['aandeel van lonen in de prijs', 'percent'], ROOM_ANNOUNCED: ['bestedingsruimte aangekondigd', 'year'], ROOM_DECIDED: ['bestedingsruimte vastgesteld', 'year'],
};

function termValue(term: Term): Cell {
  const amount = Number(term.value ?? 0);
  switch (TERMS[term.kind ?? '']?.[1]) {
    case 'days':
      return text(t`${number(amount)} dagen`);
    case 'count':
      return value(amount, 'count');
    case 'euro':
      return value(amount, 'euro');
    case 'percent':
      return value(amount / 100_000, 'share');
    case 'thousandths':
      return value(amount / 1000, 'ratio');
    case 'year':
      return text(t`voor ${amount}`);
    case 'none':
      return text('afgesproken');
    case undefined:
      return text('onbekend');
  }
}

/** What else was agreed than ceilings, prices and products. */
export function termTable(contracts: Contract[]): Table {
  return {
    id: 'tabel-afspraken',
    caption: 'Wat er verder is afgesproken',
    columns: [{ header: 'Contract', kind: 'text' }, { header: 'Afspraak', kind: 'text' }, { header: 'Waarover', kind: 'text' }, { header: 'Afgesproken', kind: 'count' }, { header: 'Van', kind: 'text' }, { header: 'Tot', kind: 'text' }],
    rows: contracts.flatMap((contract) =>
      (contract.terms ?? []).filter(({ kind }) => kind !== 'PRODUCT').map((term): Cell[] => [
        text(lastOf(contract.name)), text(TERMS[term.kind ?? '']?.[0] ?? 'onbekend'), text([term.indicator, term.category, term.product].filter(Boolean).join(' ') || 'alles'), termValue(term), day(term.start_date), day(term.end_date, 'zonder einde'),
      ]),
    ),
  };
}

/** What was agreed about results, and what it is (R156). */
export function indicatorTable(dossier: Dossier, year: number): Table {
  return {
    id: 'tabel-indicatoren',
    caption: t`Afgesproken resultaten en wat zij zijn, ${year}`,
    columns: [{ header: 'Indicator', kind: 'text' }, { header: 'Contract', kind: 'text' }, { header: 'Afgesproken', kind: 'text' }, { header: t`Gemeten ${year}`, kind: 'ratio' }, { header: 'Zoals afgesproken', kind: 'text' }],
    rows: (dossier.indicators ?? []).map((each) => [
      text(each.indicator || 'onbekend'), text(lastOf(each.contract)), text(t`${each.kind === 'KPI_AT_MOST' ? 'ten hoogste' : 'ten minste'} ${number(Number(each.agreed ?? 0) / 1000, Number(each.agreed ?? 0) % 1000 === 0 ? 0 : 2)}`),
      cellOf(each.measured), text(each.met === undefined ? 'niet te zeggen' : each.met ? 'ja' : 'nee'),
    ]),
  };
}

const shareOf = (point: FunnelPoint) => Number(point.count ?? 0) / Math.max(1, Number(point.total ?? 0));
const outside = (point: FunnelPoint) => Number(point.count ?? 0) > Number(point.high ?? 0) || Number(point.count ?? 0) < Number(point.low ?? 0);

/** Each provider with the range that chance explains beside all others, in order of AGB code. */
export function levelTable(points: FunnelPoint[], year: number): Table {
  return {
    id: 'tabel-niveau-6',
    caption: t`Eerste toewijzingen met niveau 5 of 6, en hoeveel daarvan niveau 6, op volgorde van AGB-code, ${year}`,
    columns: [{ header: 'Aanbieder', kind: 'text' }, { header: 'Met niveau 6', kind: 'count' }, { header: 'Met niveau 5 of 6', kind: 'count' }, { header: 'Deel niveau 6', kind: 'share' }, { header: 'Toeval geeft', kind: 'text' }, { header: 'Wat zegt dat?', kind: 'text' }],
    rows: points.map((each) => [
      text(titleOf(each)), count(each.count), count(each.total), value(shareOf(each)), text(t`${number(Number(each.low ?? 0))} tot en met ${number(Number(each.high ?? 0))}`),
      text(!outside(each) ? 'kan toeval zijn' : Number(each.count ?? 0) > Number(each.high ?? 0) ? 'vaker dan toeval verklaart' : 'minder vaak dan toeval verklaart'),
    ]),
  };
}

export function levelBars(points: FunnelPoint[]): Bar[] {
  return points.map((each) => ({ title: titleOf(each), cell: value(shareOf(each)), low: Number(each.low ?? 0) / Math.max(1, Number(each.total ?? 0)), high: Number(each.high ?? 0) / Math.max(1, Number(each.total ?? 0)), reference: each.own === true }));
}

export function levelWords(dossier: Dossier): string {
  const own = dossier.funnel?.find((each) => each.own);
  if (!own) return t`${titleOf(dossier)} heeft te weinig eerste toewijzingen met niveau 5 of 6 om iets te kunnen zeggen.`;
  const told = t`Van de ${number(Number(own.total ?? 0))} eerste toewijzingen met niveau 5 of 6 bij ${titleOf(dossier)} ${Number(own.count ?? 0) === 1 ? 'heeft' : 'hebben'} er ${number(Number(own.count ?? 0))} niveau 6 (${percent(shareOf(own), 0)}); bij de andere aanbieders is dat ${percent(own.others_share ?? 0, 0)}.`;
  return t`${told} ${outside(own) ? 'Dat verschil is groter dan toeval verklaart.' : 'Dat verschil kan toeval zijn.'}`;
}

/** The signals of a dossier. The copy of a provider has no times and not what people of the municipality wrote. */
export function dossierSignalTable(signals: Signal[], year: number, forProvider: boolean): Table {
  return {
    id: 'tabel-signalen',
    caption: t`Signalen over ${year}, en wat nu open staat`,
    columns: ['Waarover', 'Wet', 'Wat er aan de hand is', 'Wat kan gebeuren', 'Stand', ...(forProvider ? [] : ['Sinds', 'Opgepakt'])].map((header) => ({ header, kind: 'text' as const })),
    rows: signals.map((signal) => [
      text(signal.title || signal.rule || 'onbekend'), text(t`${LAWS[signal.law ?? ''] ?? 'onbekend'}${signal.year ? t` ${signal.year}` : ''}`), text(signal.text || 'onbekend'), text(isOpen(signal) ? signal.next_step || 'onbekend' : 'niets meer'),
      text(isOpen(signal) ? 'open' : t`gesloten${signal.close_time ? t` op ${dateShort(signal.close_time)}` : ''}`), ...(forProvider ? [] : [day(signal.open_time), takenUp(signal)]),
    ]),
  };
}
