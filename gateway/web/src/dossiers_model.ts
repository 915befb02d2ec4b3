// SPDX-License-Identifier: EUPL-1.2
// What the pages Productgroepen and Dossier say of nmd.contracts.v1.DossiersService. Providers stand in order of AGB code, never as a
// ranking. Pure.
import type { DurationGroup } from './durations_model';
import { absent, cellOf, count, growth, text, value, type Cell, type Figure } from './figure';
import { LAWS } from './signals_model';
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
    columns: [{ header: 'Cijfer', kind: 'text' }, { header: String(year), kind: 'count' }, { header: String(year - 1), kind: 'count' }, { header: `Groei t.o.v. ${year - 1}`, kind: 'growth' }],
    rows: figures.map(({ figure, before }): Cell[] => {
      const kind = kindOf(figure) ?? kindOf(before) ?? 'count';
      const [now, then] = [cell(figure, kind), cell(before, kind)];
      return [text(titleOf(figure?.measure ?? before?.measure ?? '')), now, then, growth(then, now)];
    }),
  };
}

/** How care ended, by reason, in a year and the year before. */
export function endingsTable(now: EndingsOfYear | undefined, before: EndingsOfYear | undefined, year: number): Table {
  const reasons = new Map([...(before?.endings ?? []), ...(now?.endings ?? [])].map((each) => [each.ending ?? '', each.title || each.ending || 'onbekend']));
  const cell = (of: EndingsOfYear | undefined, number: string | undefined): Cell => (of?.state === 'ANSWERED' ? count(number) : absent(stateOf(of?.state), of?.state_reason));
  const row = (title: string, of: (each: EndingsOfYear | undefined) => string | undefined): Cell[] => [text(title), cell(now, of(now)), cell(before, of(before))];
  return {
    id: 'tabel-einde',
    caption: `Hoe trajecten eindigden, ${year} en ${year - 1}`,
    columns: [{ header: 'Reden', kind: 'text' }, { header: `${year}${now?.provisional ? ' (voorlopig)' : ''}`, kind: 'count' }, { header: String(year - 1), kind: 'count' }],
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
    caption: `Aandeel in het goedgekeurde bedrag, ${year}, op volgorde van AGB-code`,
    columns: [{ header: 'Aanbieder', kind: 'text' }, { header: 'AGB-code', kind: 'text' }, { header: 'Wet', kind: 'text' }, { header: 'Goedgekeurd', kind: 'euro' }, { header: `Aandeel ${year}`, kind: 'share' }, { header: `Aandeel ${year - 1}`, kind: 'share' }],
    rows: market.map((each) => [text(each.provider_title || each.provider || 'onbekend'), text(each.provider || 'onbekend'), text(LAWS[each.law ?? ''] ?? 'onbekend'), count(each.amount_cents), value(each.share ?? 0), value(each.share_before ?? 0)]),
  };
}

// In the order of ProductGroup.expectation.
const EXPECTED = ['Verwachte kosten van het jaar', 'Waarvan al gedeclareerd', 'Waarvan nog te declareren over maanden die voorbij zijn', 'Waarvan toegewezen voor de rest van het jaar', 'Waarvan nog toe te wijzen'];

export function expectationTable(figures: Figure[], year: number): Table {
  return {
    id: 'tabel-verwachting',
    caption: `Wat ${year} naar verwachting kost, en waaruit dat bestaat`,
    columns: [{ header: 'Deel', kind: 'text' }, { header: 'Bedrag', kind: 'euro' }],
    rows: EXPECTED.map((title, index) => [text(title), cellOf(figures[index])]),
  };
}

/** The sentence of a block: it begins with the name of the block. */
export function saidOf(group: { summary?: string[] }, name: string): string {
  const found = group.summary?.find((each) => each.startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
  return found.charAt(0).toUpperCase() + found.slice(1);
}
