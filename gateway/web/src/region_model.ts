// SPDX-License-Identifier: EUPL-1.2
// What the page Regio says of nmd.publication.v1.RegionService: what members published side by side, of how many members an answer is,
// and why the others are not there. A value that a member hides has its bounds, and is never a number. Pure.
import type { Bar } from './charts/interval_bars';
import { absent, cellOf, count, day, rounded, text, value, type Cell, type Figure } from './figure';
import { number } from './format';
import { t } from './language';
import { periodWords, type Choice } from './query';
import { show, type Kind, type Table } from './table';

type Period = { start_date: string; end_date: string };

export interface Member {
  municipality: string;
  title?: string;
  last_received_time?: string;
  age_days?: number;
  publication_count?: string;
  withdrawn_count?: string;
  refused_count?: string;
  last_refusal?: string;
  agreement_count?: number;
}
export interface TableInfo {
  name: string;
  title?: string;
  periods?: Array<{ period: Period; member_count?: number; of_count?: number }>;
}
interface TableMember {
  municipality: string;
  title?: string;
  state?: string;
  reason?: string;
  publication?: string;
  received_time?: string;
  age_days?: number;
}
interface Bounded {
  state?: string;
  state_reason?: string;
  count?: string;
  amount_cents?: string;
  ratio?: number;
  lower?: number;
  upper?: number;
}
export interface RegionalTable {
  name: string;
  title?: string;
  period?: Period;
  known_time?: string;
  members?: TableMember[];
  member_count?: number;
  coverage?: string;
  dimensions?: Array<{ dimension?: string; title?: string; codes?: Array<{ value?: string; label?: string }> }>;
  measures?: Array<{ measure?: string; title?: string; unit?: string; definition?: string; note?: string }>;
  cells?: Array<{ codes?: number[]; values?: Array<Bounded & { members?: Array<Bounded & { member?: number }> }> }>;
  proof?: string;
}
interface MemberRate {
  municipality?: string;
  title?: string;
  rate?: Figure;
  standardised_rate?: Figure;
  expected_lower?: number;
  expected_upper?: number;
  state?: string;
  reason?: string;
}
export interface Comparison {
  members?: MemberRate[];
  together?: MemberRate;
  coverage?: string;
  note?: string;
}

const MEMBER_STATES: Record<string, string> = {
  PUBLISHED: 'gepubliceerd', NOT_DELIVERED: 'niet aangeleverd', WITHDRAWN: 'ingetrokken', NOT_AGREED: 'niet afgesproken', NOT_COMPARABLE: 'niet vergelijkbaar',
};
// By the causes of STATEMENT_REFUSED.
const REFUSALS: Record<string, string> = {
  unsigned: 'zonder handtekening', key_unknown: 'onbekende sleutel', signature_wrong: 'de handtekening klopt niet', edition_old: 'verouderde versie', unreadable: 'niet te lezen', too_large: 'te groot', member_foreign: 'van een andere gemeente',
  agreement_unknown: 'onbekende afspraak', agreement_ended: 'de afspraak is beëindigd', audience: 'niet voor de regio', table: 'de tabel is niet afgesproken', schema: 'de tabel is anders ingedeeld', replayed: 'al eerder ontvangen', order: 'niet op volgorde',
};
/** What counts the people that a rate is of. */
export const INHABITANTS = 'population';

const nameOf = (member: { title?: string; municipality?: string }) => member.title || member.municipality || 'onbekend';
const kindOf = (unit: string | undefined): Kind => (unit === 'cents' ? 'euro' : unit === 'ratio' ? 'ratio' : 'count');

/** "clienten-niveau/2018-01-01/2019-01-01": a table with a period that members published about. */
export function tableChoices(infos: TableInfo[]): Choice[] {
  return infos.flatMap(({ name, title, periods = [] }) => {
    const id = name.slice(name.lastIndexOf('/') + 1);
    return periods.map(({ period, member_count, of_count }) => ({
      value: `${id}/${period.start_date}/${period.end_date}`,
      title: t`${title || id}, ${periodWords(period)} (${number(member_count ?? 0)} van ${number(of_count ?? 0)})`,
    }));
  });
}

export function memberTable(members: Member[]): Table {
  return {
    id: 'tabel-leden',
    caption: 'Gemeenten van de regio en wat zij het laatst lieten weten',
    columns: [
      { header: 'Gemeente', kind: 'text' }, { header: 'Laatste bericht', kind: 'text' }, { header: 'Dagen geleden', kind: 'count' }, { header: 'Afspraken die gelden', kind: 'count' },
      { header: 'Publicaties', kind: 'count' }, { header: 'Ingetrokken', kind: 'count' }, { header: 'Geweigerd', kind: 'text' },
    ],
    rows: members.map((each): Cell[] => [
      text(nameOf(each)), day(each.last_received_time, 'nog niets'), each.last_received_time ? count(each.age_days) : text('nog niets'), count(each.agreement_count), count(each.publication_count), count(each.withdrawn_count),
      text(t`${number(Number(each.refused_count ?? 0))}${each.last_refusal ? t`, het laatst: ${REFUSALS[each.last_refusal] ?? 'andere reden'}` : ''}`),
    ]),
  };
}

/** Every member, and why those that are not part of a table are not. */
export function deliveryTable(table: RegionalTable): Table {
  return {
    id: 'tabel-bijdragen',
    caption: t`${table.title || 'Tabel'}: wie erin zit, en waarom een ander niet`,
    columns: [{ header: 'Gemeente', kind: 'text' }, { header: 'Stand', kind: 'text' }, { header: 'Waarom', kind: 'text' }, { header: 'Publicatie', kind: 'text' }, { header: 'Ontvangen', kind: 'text' }, { header: 'Dagen oud', kind: 'count' }],
    rows: (table.members ?? []).map((each): Cell[] => [
      text(nameOf(each)), text(MEMBER_STATES[each.state ?? ''] ?? 'onbekend'), text(each.reason || 'geen bijzonderheden'), text(each.publication || 'geen'), day(each.received_time, 'niet'), each.received_time ? count(each.age_days) : text('niet'),
    ]),
  };
}

/** "2 tot 9", "ten minste 2", "ten hoogste 9", or nothing. */
function boundWords({ lower, upper }: Bounded, kind: Kind): string {
  if (lower !== undefined && upper !== undefined) return t`${show(lower, kind)} tot ${show(upper, kind)}`;
  if (lower !== undefined) return t`ten minste ${show(lower, kind)}`;
  return upper === undefined ? '' : t`ten hoogste ${show(upper, kind)}`;
}

/** A number, of a rounded one with how far it is off at most; of one that is not known the words, with what is known all the same. */
export function boundedCell(found: Bounded | undefined, kind: Kind): Cell {
  if (!found) return absent('NOT_AVAILABLE');
  const bounds = boundWords(found, kind);
  if (found.state !== 'ANSWERED') {
    const words = absent(found.state ?? 'NOT_AVAILABLE', found.state_reason);
    return bounds ? { ...words, word: t`${words.word}: ${bounds}` } : words;
  }
  const raw = found.count ?? found.amount_cents ?? found.ratio;
  if (raw === undefined || !Number.isFinite(Number(raw))) return absent('NOT_AVAILABLE');
  const { lower, upper } = found;
  // As uncertain as its farther bound, which is what the service writes beside it in its files.
  if (lower !== undefined && upper !== undefined) return rounded(Number(raw), Math.max(Number(raw) - lower, upper - Number(raw)));
  return bounds ? text(t`${show(Number(raw), kind)}, afgerond: ${bounds}`) : value(Number(raw));
}

/** One measure of a table: the region, and beside it every member with its value or why it has none. */
export function measureTable(table: RegionalTable, index: number): Table {
  const measure = table.measures?.[index];
  const kind = kindOf(measure?.unit);
  const dimensions = table.dimensions ?? [];
  const members = table.members ?? [];
  return {
    id: `tabel-regio-${index + 1}`,
    caption: t`${measure?.title || measure?.measure || 'Cijfer'}${table.period ? t`, ${periodWords(table.period)}` : ''}: ${table.coverage || 'geen gemeenten'}`,
    columns: [...dimensions.map((each) => ({ header: each.title || each.dimension || 'Indeling', kind: 'text' as const })), ...(dimensions.length === 0 ? [{ header: 'Cijfer', kind: 'text' as const }] : []), { header: 'Regio', kind }, ...members.map((each) => ({ header: nameOf(each), kind }))],
    rows: (table.cells ?? []).map((cell): Cell[] => {
      const found = cell.values?.[index];
      return [
        ...dimensions.map((each, place) => {
          const code = each.codes?.[cell.codes?.[place] ?? 0];
          return text(code?.label || code?.value || 'onbekend');
        }),
        ...(dimensions.length === 0 ? [text(measure?.title || measure?.measure || 'onbekend')] : []),
        boundedCell(found, kind),
        ...members.map((each, place): Cell => {
          // Who is not part of the table has no value: not zero, and not hidden either.
          if (each.state !== 'PUBLISHED') return { kind: 'absent', word: MEMBER_STATES[each.state ?? ''] ?? 'onbekend', why: each.reason || '', state: 'NOT_AVAILABLE' };
          return boundedCell(found?.members?.find((one) => (one.member ?? 0) === place), kind);
        }),
      ];
    }),
  };
}

/** Of how many members an answer is, and who is missing. */
export function coverageWords(table: RegionalTable): string {
  const missing = (table.members ?? []).filter((each) => each.state !== 'PUBLISHED').map((each) => t`${nameOf(each)} (${MEMBER_STATES[each.state ?? ''] ?? 'onbekend'})`);
  return t`${table.coverage || 'Geen gemeenten'}. ${missing.length > 0 ? t`Niet erin: ${missing.join(', ')}.` : 'Alle gemeenten zitten erin.'}`;
}

/** The measure that members are compared on: the first count of people that is not that of all inhabitants. */
export function comparedOf(table: RegionalTable): { measure: string; title: string } | undefined {
  const found = table.measures?.find((each) => each.unit === 'count' && each.measure !== INHABITANTS);
  return found?.measure ? { measure: found.measure, title: found.title || found.measure } : undefined;
}

function intervalCell(figure: Figure | undefined): Cell {
  const cell = cellOf(figure);
  if (cell.kind === 'absent') return cell;
  const { low, high } = figure?.interval ?? {};
  return low === undefined || high === undefined ? { kind: 'absent', word: 'niet te zeggen', why: '' } : text(t`${number(low, 1)} tot ${number(high, 1)}`);
}

// A member that is not part of the table, in the words of the table.
function rateCell(member: MemberRate, figure: Figure | undefined): Cell {
  if (member.state && member.state !== 'PUBLISHED' && MEMBER_STATES[member.state]) return { kind: 'absent', word: MEMBER_STATES[member.state]!, why: member.reason || '', state: 'NOT_AVAILABLE' };
  return cellOf(figure);
}

export function comparisonTable({ members, together }: Comparison, title: string): Table {
  const row = (each: MemberRate, name: string): Cell[] => {
    const rate = rateCell(each, each.rate);
    const same = rateCell(each, each.standardised_rate);
    return [text(name), rate, rate.kind === 'absent' ? rate : intervalCell(each.rate), same, same.kind === 'absent' ? same : intervalCell(each.standardised_rate)];
  };
  return {
    id: 'tabel-vergelijking',
    caption: t`${title} per 1000 inwoners, met het interval van 95%`,
    columns: [{ header: 'Gemeente', kind: 'text' }, { header: 'Per 1000 inwoners', kind: 'index' }, { header: 'Tussen', kind: 'text' }, { header: 'Per 1000 bij gelijke leeftijden', kind: 'index' }, { header: 'Dan tussen', kind: 'text' }],
    rows: (members ?? []).map((each) => row(each, nameOf(each))),
    ...(together && { total: row(together, 'Samen') }),
  };
}

/** In the order of the configuration: it is for a conversation, and no ranking. */
export function comparisonBars({ members, together }: Comparison): Bar[] {
  const bar = (each: MemberRate, title: string, reference: boolean): Bar => ({ title, reference, cell: rateCell(each, each.rate), low: each.rate?.interval?.low, high: each.rate?.interval?.high });
  return [...(together ? [bar(together, 'Samen', true)] : []), ...(members ?? []).map((each) => bar(each, nameOf(each), false))];
}
