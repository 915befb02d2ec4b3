// SPDX-License-Identifier: EUPL-1.2
// What the page Aanbieders says of nmd.contracts.v1.ReconciliationService: one account, both sides, to the cent. Pure.
import type { Bar } from './charts/interval_bars';
import { cellOf, count, day, moment, text, value, type Cell, type Figure } from './figure';
import { euro, monthShort, number } from './format';
import { t } from './language';
import { LAWS } from './signals_model';
import type { Table } from './table';

export interface Amount {
  count?: string;
  amount_cents?: string;
}

export interface Account {
  name: string;
  provider?: string;
  provider_title?: string;
  year?: number;
  balances?: Array<{
    law?: string;
    year?: number;
    debits?: Amount;
    credits?: Amount;
    declared?: Amount;
    approved?: Amount;
    rejected?: Amount;
    open?: Amount;
    not_counted?: Amount;
    taken_back?: Amount;
  }>;
  ages?: Array<{ from_days?: number; to_days?: number; open?: Amount }>;
  outcomes?: Array<{ kind?: string; outcome?: string; actor?: string; items?: Amount; title?: string }>;
  indicated?: Figure;
  paid?: Figure;
  booked?: Figure;
  known_time?: string;
  text?: string;
}

export interface Item {
  name: string;
  kind?: string;
  outcome?: string;
  rule?: string;
  actor?: string;
  standing?: string;
  law?: string;
  allocation?: string;
  category?: string;
  product?: string;
  /** First day, and first day after. */
  start_date?: string;
  end_date?: string;
  claim?: string;
  reference?: string;
  amount_cents?: string;
  expected_cents?: string;
  months?: string[];
  declared_date?: string;
  open_days?: number;
  text?: string;
  next_step?: string;
  last_response?: ItemResponse;
  response_count?: number;
}

/** What one side said about an item. */
export interface ItemResponse {
  /** "municipalities/gm1730/accounts/91000001/items/i1/responses/2" */
  name: string;
  side?: string;
  position?: string;
  reason?: string;
  note?: string;
  time?: string;
  subject?: string;
  outcome?: string;
  amount_cents?: string;
}

export const SIDES: Record<string, string> = { OF_PROVIDER: 'de aanbieder', OF_MUNICIPALITY: 'de gemeente' };
export const POSITIONS: Record<string, string> = {
  AGREED: 'erkend', DISPUTED: 'weersproken', INVESTIGATING: 'wordt uitgezocht', WILL_CREDIT: 'wordt gecrediteerd', WILL_DECLARE: 'wordt gedeclareerd', WILL_REPORT: 'het bericht volgt', WILL_ANSWER: 'het antwoord volgt',
  WILL_CHANGE_ALLOCATION: 'de toewijzing wordt aangepast', SETTLED: 'afgesproken',
};
export const REASONS: Record<string, string> = {
  MESSAGE_NOT_RECEIVED: 'het bericht van de ander kwam niet aan', ALLOCATION_DIFFERS: 'de toewijzing is anders afgesproken', PRICE_DIFFERS: 'de prijs is anders afgesproken', QUANTITY_RIGHT: 'de hoeveelheid klopt volgens de eigen administratie',
  QUANTITY_WRONG: 'de hoeveelheid klopt niet volgens de eigen administratie', NOT_DELIVERED: 'de hulp is niet geleverd', OTHER_PERIOD: 'de hulp is in een andere periode geleverd', OTHER_MUNICIPALITY: 'een andere gemeente is verantwoordelijk', TYPING_FAULT: 'een fout in software of bij het invoeren', OTHER_REASON: 'anders',
};

export const ACTORS: Record<string, string> = { NOBODY: 'niemand', CARE_PROVIDER: 'de aanbieder', MUNICIPALITY: 'de gemeente' };
const KINDS: Record<string, string> = { LINE: 'declaratieregel', CLAIM: 'declaratie', ALLOCATION: 'toewijzing', STATEMENT: 'productieverantwoording' };

const cents = (amount: Amount | undefined) => count(amount?.amount_cents);

/** What was declared and what became of it; the columns close: declared = approved + rejected + open. */
export function balanceTable(account: Account): Table {
  const balances = account.balances ?? [];
  const sum = (of: 'debits' | 'credits' | 'not_counted' | 'declared' | 'approved' | 'rejected' | 'open') => value(balances.reduce((all, each) => all + Number(each[of]?.amount_cents ?? 0), 0));
  const parts = ['debits', 'credits', 'not_counted', 'declared', 'approved', 'rejected', 'open'] as const;
  return {
    id: 'tabel-saldo',
    caption: 'Wat is gedeclareerd en wat ervan werd: gedeclareerd is goedgekeurd, afgekeurd en open samen',
    columns: [
      { header: 'Wet en jaar', kind: 'text' }, { header: 'Regels', kind: 'euro' }, { header: 'Gecrediteerd', kind: 'euro' }, { header: 'Telt niet mee', kind: 'euro' }, { header: 'Gedeclareerd', kind: 'euro' },
      { header: 'Goedgekeurd', kind: 'euro' }, { header: 'Afgekeurd', kind: 'euro' }, { header: 'Nog open', kind: 'euro' },
    ],
    rows: balances.map((each) => [text(t`${LAWS[each.law ?? ''] ?? 'onbekend'} ${each.year ?? ''}`.trim()), ...parts.map((part) => cents(each[part]))]),
    ...(balances.length > 1 && { total: [text('Samen'), ...parts.map(sum)] }),
  };
}

export const ageWords = (from: number | undefined, to: number | undefined) => (to ? t`${number(from ?? 0)} tot en met ${number(to)} dagen` : t`meer dan ${number((from ?? 1) - 1)} dagen`);

export function ageTable(account: Account): Table {
  return {
    id: 'tabel-ouderdom',
    caption: 'Wat nog open staat, naar hoe lang geleden het is gedeclareerd',
    columns: [{ header: 'Gedeclareerd', kind: 'text' }, { header: 'Regels', kind: 'count' }, { header: 'Bedrag', kind: 'euro' }],
    rows: (account.ages ?? []).map((age) => [text(t`${ageWords(age.from_days, age.to_days)} geleden`), count(age.open?.count), cents(age.open)]),
  };
}

export const ageBars = (account: Account): Bar[] => (account.ages ?? []).map((age) => ({ title: ageWords(age.from_days, age.to_days), cell: cents(age.open) }));

/** How often what is the case, and who has to do something. */
export function outcomeTable(account: Account): Table {
  return {
    id: 'tabel-uitkomsten',
    caption: 'Wat er met de posten is, en wie iets moet doen',
    columns: [{ header: 'Uitkomst', kind: 'text' }, { header: 'Soort post', kind: 'text' }, { header: 'Wie moet iets doen', kind: 'text' }, { header: 'Posten', kind: 'count' }, { header: 'Bedrag', kind: 'euro' }],
    rows: (account.outcomes ?? []).map((each) => [text(each.title || 'onbekend'), text(KINDS[each.kind ?? ''] ?? 'onbekend'), text(ACTORS[each.actor ?? ''] ?? 'onbekend'), count(each.items?.count), cents(each.items)]),
  };
}

export function bookedTable(account: Account): Table {
  return {
    id: 'tabel-boeking',
    caption: t`Toegewezen, betaald en geboekt in ${account.year ?? ''}`,
    columns: [{ header: 'Wat', kind: 'text' }, { header: 'Bedrag', kind: 'euro' }],
    rows: [[text('Toegewezen'), cellOf(account.indicated)], [text('Betaald'), cellOf(account.paid)], [text('Geboekt'), cellOf(account.booked)]],
  };
}

const careOf = (item: Item) => [item.category, item.product].filter(Boolean).join(' ') || 'geen';

/** The line of a claim that a post is about. */
export function reference(item: Item): string {
  if (item.reference) return item.claim ? t`${item.claim}, regel ${item.reference}` : t`regel ${item.reference}`;
  return item.claim || 'geen';
}

/** The amount that the other side says it is. */
export const expected = (item: Item): Cell => (item.expected_cents === undefined ? { kind: 'absent', word: 'niet te zeggen', why: '' } : count(item.expected_cents));

/** What is the case, with the months it is about. */
export const caseWords = (item: Item) => [item.text || 'onbekend', ...(item.months?.length ? [t`Maanden: ${item.months.map(monthShort).join(', ')}.`] : [])].join(' ');

export const openDays = (item: Item): Cell => (item.open_days ? value(item.open_days) : text('–'));

export function itemTable(items: Item[], caption: string): Table {
  return {
    id: 'tabel-posten',
    caption,
    columns: [
      { header: 'Toewijzing', kind: 'text' }, { header: 'Product', kind: 'text' }, { header: 'Declaratie', kind: 'text' }, { header: 'Gedeclareerd op', kind: 'text' }, { header: 'Bedrag', kind: 'euro' }, { header: 'Past of verwacht', kind: 'euro' },
      { header: 'Wat er is', kind: 'text' }, { header: 'Regel', kind: 'text' }, { header: 'Wie', kind: 'text' }, { header: 'Wat te doen', kind: 'text' }, { header: 'Dagen open', kind: 'count' },
    ],
    rows: items.map((item) => [
      text(Number(item.allocation ?? 0) > 0 ? String(item.allocation) : 'geen'), text(careOf(item)), text(reference(item)), day(item.declared_date, 'niet'), count(item.amount_cents), expected(item),
      text(caseWords(item)), text(item.rule || 'geen'), text(ACTORS[item.actor ?? ''] ?? 'onbekend'), text(item.next_step || 'niets'),
      openDays(item),
    ]),
  };
}

/** The posts with what was said about them last: what one must see to answer. `own` is how who reads it is called. */
export function postTable(items: Item[], caption: string, own?: Reader): Table {
  return {
    id: 'tabel-posten',
    caption,
    columns: [
      { header: 'Toewijzing', kind: 'text' }, { header: 'Product', kind: 'text' }, { header: 'Declaratie', kind: 'text' }, { header: 'Bedrag', kind: 'euro' }, { header: 'Past of verwacht', kind: 'euro' }, { header: 'Wat er is', kind: 'text' },
      { header: 'Wie', kind: 'text' }, { header: 'Dagen open', kind: 'count' }, { header: 'Het laatst gezegd', kind: 'text' },
    ],
    rows: items.map((item) => [
      text(Number(item.allocation ?? 0) > 0 ? String(item.allocation) : 'geen'), text(item.product || item.category || 'geen'), text(reference(item)), count(item.amount_cents), expected(item),
      text([caseWords(item), item.rule && `(${item.rule})`, item.next_step].filter(Boolean).join(' ')), text(item.actor && item.actor === own?.actor ? own.word : (ACTORS[item.actor ?? ''] ?? 'onbekend')), openDays(item), text(lastWords(item, own)),
    ]),
  };
}

/** What a post is about, for who reads about it elsewhere. */
export function postWords(item: Item | undefined, otherwise = 'een post die er niet meer is'): string {
  if (!item) return otherwise;
  const parts = [Number(item.allocation ?? 0) > 0 && t`toewijzing ${item.allocation}`, item.product, item.claim && t`declaratie ${item.claim}`, item.reference && t`regel ${item.reference}`];
  return parts.filter(Boolean).join(', ') || 'een post';
}

/** Who reads it, on which side, and what they are called. */
interface Reader {
  actor: string;
  side: string;
  word: string;
}
export const PROVIDER_READS: Reader = { actor: 'CARE_PROVIDER', side: 'OF_PROVIDER', word: 'u' };

/** What was said about a post last, and by whom. */
export function lastWords({ last_response: last }: Item, own?: Reader): string {
  if (!last) return 'nog niets';
  return t`${last.side === own?.side ? own!.word : (SIDES[last.side ?? ''] ?? 'onbekend')}: ${positionWords(last)}`;
}

/** How many items wait for whom, in a sentence. */
export function waitingWords(account: Account): string {
  const of = (actor: string) => (account.outcomes ?? []).filter((each) => each.actor === actor).reduce((sum, each) => sum + Number(each.items?.count ?? 0), 0);
  const open = (account.balances ?? []).reduce((sum, each) => sum + Number(each.open?.amount_cents ?? 0), 0);
  return t`${number(of('CARE_PROVIDER'))} posten wachten op de aanbieder en ${number(of('MUNICIPALITY'))} op de gemeente. Nog open: ${euro(open)}.`;
}

/** "weersproken: de prijs is anders afgesproken", or nothing yet. */
export function positionWords(response: ItemResponse | undefined): string {
  if (!response) return 'nog niets gezegd';
  const [position, reason] = [POSITIONS[response.position ?? ''] ?? 'onbekend', REASONS[response.reason ?? '']];
  return reason ? t`${position}: ${reason}` : position;
}

/** The post that something was said about: the name of the response without its end. */
export const postOf = (response: ItemResponse) => response.name.replace(/\/responses\/[^/]*$/, '');

/** What both sides said, in the order given; `about` tells what a post is. Only the own side tells who said it. */
export function responseTable(responses: ItemResponse[], caption: string, about: (name: string) => string): Table {
  return {
    id: 'tabel-reacties',
    caption,
    columns: [...['Wanneer', 'Wie', 'Wat', 'Toelichting', 'Post'].map((header) => ({ header, kind: 'text' as const })), { header: 'Bedrag toen', kind: 'euro' }],
    rows: responses.map((each) => [
      moment(each.time), text(each.subject ? t`${SIDES[each.side ?? '']}, ${each.subject}` : (SIDES[each.side ?? ''] ?? 'onbekend')), text(positionWords(each)), text(each.note || 'geen'), text(about(postOf(each))), count(each.amount_cents),
    ]),
  };
}
