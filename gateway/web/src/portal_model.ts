// SPDX-License-Identifier: EUPL-1.2
// What the page Aanbiedersportaal says of nmd.contracts.v1.ProviderService: the posts of the own account as they are now, and what the
// provider states. Pure.
import type { Account, Amount, Item } from './account_model';
import { count, day, moment, text, value, type Cell } from './figure';
import { addDays, monthShort, number } from './format';
import { t } from './language';
import type { StatementLine } from './statement_file';
import { LAWS } from './signals_model';
import type { Table } from './table';

export interface Changes {
  changes?: Array<{ name: string; item?: Item; sequence?: string }>;
  next_sequence?: string;
  restarted?: boolean;
}

export interface Statement {
  /** "municipalities/gm1730/accounts/91000001/statements/3" */
  name: string;
  law?: string;
  start_date?: string;
  end_date?: string;
  time?: string;
  confirmed_draft?: string;
  line_count?: number;
  amount_cents?: string;
  replaced_months?: string[];
  outcomes?: Array<{ outcome?: string; title?: string; items?: Amount }>;
}

export interface Draft {
  name: string;
  law?: string;
  year?: number;
  lines?: StatementLine[];
  amount_cents?: string;
  open?: Amount;
  etag?: string;
  known_time?: string;
}

/** The posts of an account, kept by its feed: what came, changed or went. */
export class Posts {
  private readonly items = new Map<string, Item>();
  /** Where the feed goes on. */
  next = '0';

  /** Takes a page of the feed in; answers how many posts it is about. */
  apply({ changes = [], next_sequence, restarted }: Changes): number {
    if (restarted) this.items.clear();
    for (const { name, item } of changes) {
      if (item) this.items.set(name, item);
      else this.items.delete(name);
    }
    this.next = next_sequence ?? this.next;
    return changes.length;
  }

  get(name: string): Item | undefined {
    return this.items.get(name);
  }

  /** In order of law, allocation, first day and name. */
  all(): Item[] {
    const key = (item: Item) => [item.law ?? '', String(item.allocation ?? '').padStart(12, '0'), item.start_date ?? '', item.name].join(' ');
    return [...this.items.values()].map((item) => ({ item, by: key(item) })).sort((a, b) => (a.by < b.by ? -1 : 1)).map(({ item }) => item);
  }
}

export const AGES: Array<[value: string, title: string, from: number, to: number]> = [
  ['alle', 'Maakt niet uit', -1, Infinity], ['30', '30 dagen of korter', 0, 30], ['60', '31 tot en met 60 dagen', 31, 60], ['90', '61 tot en met 90 dagen', 61, 90], ['langer', 'Langer dan 90 dagen', 91, Infinity],
];

/** Of the year of the care: a post without dates is of the year in which it was declared. */
function isOf(item: Item, year: string): boolean {
  if (!item.start_date) return (item.declared_date ?? '').startsWith(year);
  const last = item.end_date ? addDays(item.end_date, -1) : '9999';
  // A line is about the year it begins in; an allocation about each in which it runs.
  return item.kind === 'LINE' ? item.start_date.startsWith(year) : item.start_date.slice(0, 4) <= year && last.slice(0, 4) >= year;
}

/** Posts that fit what the address asks. */
export function chosenItems(items: Item[], { jaar, wet, wie, soort, open }: Record<string, string>): Item[] {
  const [, , from, to] = AGES.find(([age]) => age === open) ?? AGES[0]!;
  return items.filter(
    (item) =>
      (!jaar || jaar === 'alle' || isOf(item, jaar)) && (!wet || wet === 'alle' || item.law === wet) && (!wie || wie === 'iedereen' || item.actor === wie) && (!soort || soort === 'alle' || item.kind === soort) &&
      (from < 0 || (item.standing === 'OPEN' && (item.open_days ?? 0) >= from && (item.open_days ?? 0) <= to)),
  );
}

/** How many posts wait for the provider, how many for the municipality, and how long the oldest is open. */
export function waiting(items: Item[]): { own: number; other: number; oldest: number } {
  const of = (actor: string) => items.filter((item) => item.actor === actor).length;
  return { own: of('CARE_PROVIDER'), other: of('MUNICIPALITY'), oldest: Math.max(0, ...items.filter((item) => item.standing === 'OPEN').map((item) => item.open_days ?? 0)) };
}

// Thousandths that are whole are numbers; others a text with all of their decimals, which a file keeps too.
function volume(thousandths: string | undefined): Cell {
  const parts = Number(thousandths ?? 0);
  return parts % 1000 === 0 ? value(parts / 1000) : text(number(parts / 1000, 3));
}

export function lineTable(lines: StatementLine[], id: string, caption: string): Table {
  return {
    id, caption,
    columns: [
      { header: 'Toewijzing', kind: 'text' }, { header: 'Product', kind: 'text' }, { header: 'Van', kind: 'text' }, { header: 'Tot en met', kind: 'text' }, { header: 'Eenheid', kind: 'text' }, { header: 'Aantal', kind: 'count' }, { header: 'Bedrag', kind: 'euro' },
    ],
    rows: lines.map((line) => [
      text(String(line.allocation)), text(line.product || 'geen'), day(line.start_date), day(line.end_date && addDays(line.end_date, -1)), text(line.unit || 'onbekend'), volume(line.volume_thousandths), count(line.amount_cents),
    ]),
  };
}

const monthsOf = (statement: Statement) => {
  const [first, last] = [statement.start_date?.slice(0, 7), statement.end_date && addDays(statement.end_date, -1).slice(0, 7)];
  return !first || !last ? 'onbekend' : first === last ? monthShort(first) : t`${monthShort(first)} tot en met ${monthShort(last)}`;
};

export function statementTable(statements: Statement[]): Table {
  return {
    id: 'tabel-opgaven',
    caption: 'Wat u opgaf, nieuwste eerst, en wat ervan klopt met wat is gedeclareerd',
    columns: [
      { header: 'Nummer', kind: 'text' }, { header: 'Wet', kind: 'text' }, { header: 'Maanden', kind: 'text' }, { header: 'Binnengekomen', kind: 'text' }, { header: 'Hoe', kind: 'text' }, { header: 'Regels', kind: 'count' }, { header: 'Bedrag', kind: 'euro' }, { header: 'Geldt', kind: 'text' }, { header: 'Uitkomst', kind: 'text' },
    ],
    rows: statements.map((each) => [
      text(each.name.slice(each.name.lastIndexOf('/') + 1)), text(LAWS[each.law ?? ''] ?? 'onbekend'), text(monthsOf(each)), moment(each.time), text(each.confirmed_draft ? 'concept bevestigd' : 'eigen opgave'), count(each.line_count), count(each.amount_cents),
      text(each.replaced_months?.length ? t`niet meer over ${each.replaced_months.map(monthShort).join(', ')}` : 'ja'),
      text((each.outcomes ?? []).map((outcome) => t`${number(Number(outcome.items?.count ?? 0))}: ${(outcome.title || outcome.outcome || 'onbekend').toLowerCase()}`).join('; ') || 'geen'),
    ]),
  };
}

/** Laws and years with something on the account, newest first: of these there is a production statement. */
export function draftsOf(account: Account): Array<{ value: string; title: string }> {
  return [...(account.balances ?? [])]
    .sort((a, b) => (b.year ?? 0) - (a.year ?? 0) || ((a.law ?? '') < (b.law ?? '') ? -1 : 1))
    .map(({ law, year }) => ({ value: `${law}-${year}`, title: t`${LAWS[law ?? ''] ?? 'onbekend'} ${year}` }));
}

/** Whole months of a year that are not in the future: first day, and first day after. */
export function monthsUntil(year: number, today: string): { start_date: string; end_date: string } {
  const next = today.slice(0, 4) === String(year) ? `${addMonth(today.slice(0, 7))}-01` : `${year + 1}-01-01`;
  return { start_date: `${year}-01-01`, end_date: next };
}

const addMonth = (month: string) => (month.endsWith('-12') ? `${Number(month.slice(0, 4)) + 1}-01` : `${month.slice(0, 5)}${String(Number(month.slice(5)) + 1).padStart(2, '0')}`);
