// SPDX-License-Identifier: EUPL-1.2
// The page Scenario's: the printed choices of a document, added up again, mixed as one likes, and what that costs over the years.
import { idOf } from './api';
import { block, headlines, noAnswer } from './block';
import { timeColumns } from './charts/columns';
import type { Step } from './charts/geometry';
import { stepsOf } from './charts/geometry';
import { intervalBars } from './charts/interval_bars';
import { waterfall } from './charts/waterfall';
import { askWords } from './dialog';
import { h } from './dom';
import { count, day, text, value, type Cell } from './figure';
import { euro, glue, number } from './format';
import { t } from './language';
import type { Choice, Field, Values } from './query';
import { runScreen, type Context, type View } from './screen';
import { announce, button, problemAlert } from './shell';
import type { Table } from './table';

interface Printed {
  text?: string;
  state?: string;
  amount_cents?: string;
  charged_to?: string;
}
interface SumCheck {
  state?: string;
  printed?: Printed;
  sum_cents?: string;
  difference_cents?: string;
  statement?: string;
}
interface Adjustment {
  adjustment?: string;
  title?: string;
  side?: string;
  amount_cents?: string;
  formula?: string;
  counted?: boolean;
  note?: string;
}
interface ScenarioTable {
  name: string;
  title?: string;
  source?: string;
  year?: number;
  items?: Array<{ item?: string; title?: string; amounts?: Printed[]; minimum?: boolean }>;
  options?: Array<{ option?: string; title?: string; description?: string; expenses?: SumCheck; relation?: SumCheck; above_minimum_cents?: string }>;
  current_option?: string;
  adjustments?: Adjustment[];
  notes?: string[];
}
interface Calculated {
  title?: string;
  items?: Array<{ item?: string; title?: string; printed?: Printed; amount_cents?: string; chosen?: boolean; earliest_date?: string }>;
  adjustments?: Adjustment[];
  expenses_cents?: string;
  expenses_low_cents?: string;
  expenses_high_cents?: string;
  budget_cents?: string;
  relation_cents?: string;
  relation_low_cents?: string;
  relation_high_cents?: string;
  years?: Array<{ year?: number; expenses_cents?: string; budget_cents?: string; relation_cents?: string; waiting?: string[] }>;
  positive_effects?: string[];
  negative_effects?: string[];
  remarks?: string[];
  statement?: string;
}
interface Stored {
  name: string;
  version?: number;
  title?: string;
  text?: string;
  subject?: string;
  store_time?: string;
  outcome?: Calculated;
}
interface Answers {
  table: ScenarioTable | undefined;
  now?: Calculated;
  chosen?: Calculated;
  stored?: Stored[];
}

const AS_PRINTED = 'zoals';
const MIXED = 'Stel zelf samen: andere bedragen per post, en wat er meetelt';
let tables: ScenarioTable[] = [];

const printedWords = (printed: Printed | undefined): string =>
  printed?.state === 'BLANK' ? 'leeg' : printed?.state === 'PRO_MEMORIE' ? 'pm' : printed?.state === 'CHARGED_ELSEWHERE' ? t`ten laste van ${printed.charged_to || 'een ander budget'}` : printed?.amount_cents !== undefined ? euro(Number(printed.amount_cents)) : (printed?.text ?? 'leeg');

function tableFor(search: string): ScenarioTable | undefined {
  const asked = new URLSearchParams(search).get('tabel');
  return tables.find((each) => idOf(each.name) === asked) ?? tables[0];
}

// What every option has for an item, each amount once.
function amountChoices(table: ScenarioTable, amounts: Printed[]): Choice[] {
  const found = new Map<string, string[]>();
  amounts.forEach((printed, index) => {
    if (printed.amount_cents === undefined) return;
    found.set(printed.amount_cents, [...(found.get(printed.amount_cents) ?? []), table.options?.[index]?.title ?? '']);
  });
  const sorted = [...found].sort(([a], [b]) => Number(a) - Number(b));
  return [{ value: AS_PRINTED, title: 'Zoals in de denkrichting' }, ...sorted.map(([cents, options]) => ({ value: cents, title: t`${euro(Number(cents))} (${options.join(', ')})` }))];
}

async function fields(context: Context): Promise<Field[]> {
  tables = await context.session.list<ScenarioTable>('scenariotables', {}, 'scenario_tables');
  const table = tableFor(location.search);
  if (!table) return [];
  const thisYear = Number(context.today.slice(0, 4));
  const first = Math.min(thisYear, (table.year ?? thisYear) + 1);
  const years = Array.from({ length: 12 }, (_, index) => String(first + index)).map((year) => ({ value: year, title: year }));
  return [
    ...(tables.length > 1 ? [{ key: 'tabel', label: 'Nota', choices: tables.map((each) => ({ value: idOf(each.name), title: each.title ?? idOf(each.name) })), initial: idOf(table.name) }] : []),
    { key: 'denkrichting', label: 'Denkrichting', choices: (table.options ?? []).map((each) => ({ value: each.option ?? '', title: each.title ?? each.option ?? '' })), initial: table.options?.find((each) => each.option !== table.current_option)?.option ?? '' },
    { key: 'van', label: 'Eerste jaar', choices: years, initial: String(first) },
    { key: 'naar', label: 'Laatste jaar', choices: years, initial: String(first + 3) },
    ...(table.items ?? []).map((item): Field => ({ key: `post-${item.item}`, label: item.title ?? item.item ?? '', choices: amountChoices(table, item.amounts ?? []), initial: AS_PRINTED, group: MIXED })),
    ...(table.adjustments ?? []).map((each): Field => ({
      key: `telt-${each.adjustment}`, label: t`${each.title ?? ''} (${euro(Number(each.amount_cents ?? 0), 0, true)})`, initial: each.counted ? 'ja' : 'nee', group: MIXED,
      choices: [{ value: 'nee', title: 'Telt niet mee' }, { value: 'ja', title: 'Telt mee' }],
    })),
  ];
}

function questionOf(table: ScenarioTable, values: Values): object {
  return {
    scenario_table: table.name,
    option: values['denkrichting'],
    choices: (table.items ?? []).flatMap((item) => {
      const amount = values[`post-${item.item}`];
      return amount && amount !== AS_PRINTED ? [{ item: item.item, amount_cents: amount }] : [];
    }),
    toggles: (table.adjustments ?? []).map((each) => ({ adjustment: each.adjustment, counted: values[`telt-${each.adjustment}`] === 'ja' })),
    first_year: Number(values['van']),
    last_year: Number(values['naar']),
  };
}

function itemCells(now: Calculated, chosen: Calculated): Array<{ title: string; before: Cell; after: Cell; difference: number; from: string; own: boolean }> {
  return (chosen.items ?? []).map((item) => {
    const before = now.items?.find((each) => each.item === item.item);
    const cell = (each: typeof item | undefined): Cell => (each?.amount_cents === undefined ? { kind: 'absent', word: printedWords(each?.printed), why: '' } : count(each.amount_cents));
    return { title: item.title ?? '', before: cell(before), after: cell(item), difference: Number(item.amount_cents ?? 0) - Number(before?.amount_cents ?? 0), from: item.earliest_date ?? '', own: item.chosen === true };
  });
}

function adjustmentSum(of: Calculated): number {
  return (of.adjustments ?? []).filter((each) => each.counted && each.side === 'EXPENSES').reduce((sum, each) => sum + Number(each.amount_cents ?? 0), 0);
}

function changeSteps(now: Calculated, chosen: Calculated): Step[] {
  const causes = itemCells(now, chosen).map((item) => ({ title: item.title, value: item.difference }));
  const extra = adjustmentSum(chosen) - adjustmentSum(now);
  return stepsOf({ title: 'Huidig beleid', value: Number(now.expenses_cents ?? 0) }, [...causes, { title: 'Wat er verder meetelt', value: extra }].filter((cause) => cause.value !== 0), chosen.title ?? 'Keuze');
}

function itemTable(now: Calculated, chosen: Calculated): Table {
  const extra: [number, number] = [adjustmentSum(now), adjustmentSum(chosen)];
  return {
    id: 'tabel-posten',
    caption: t`Posten per jaar: huidig beleid en ${chosen.title ?? 'de keuze'}`,
    columns: [
      { header: 'Post', kind: 'text' }, { header: 'Huidig beleid', kind: 'euro' }, { header: 'Deze keuze', kind: 'euro' }, { header: 'Verschil', kind: 'growth_euro' }, { header: 'Kan anders vanaf', kind: 'text' }, { header: 'Waarvandaan', kind: 'text' },
    ],
    rows: [
      ...itemCells(now, chosen).map((item): Cell[] => [text(item.title), item.before, item.after, value(item.difference), day(item.from, 'direct'), text(item.own ? 'eigen keuze' : 'de nota')]),
      ...(extra[0] !== 0 || extra[1] !== 0 ? [[text('Wat er verder meetelt'), value(extra[0]), value(extra[1]), value(extra[1] - extra[0]), text('zie de opmerkingen'), text('eigen keuze')]] : []),
    ],
    total: [text('Uitgaven'), count(now.expenses_cents), count(chosen.expenses_cents), value(Number(chosen.expenses_cents ?? 0) - Number(now.expenses_cents ?? 0)), text('–'), text('opgeteld')],
  };
}

function optionTable(table: ScenarioTable): Table {
  return {
    id: 'tabel-denkrichtingen',
    caption: t`Denkrichtingen: opgeteld en zoals gedrukt, ${table.year ?? ''}`,
    columns: [
      { header: 'Denkrichting', kind: 'text' }, { header: 'Uitgaven opgeteld', kind: 'euro' }, { header: 'Gedrukt', kind: 'text' }, { header: 'Gedrukt min opgeteld', kind: 'growth_euro' },
      { header: 'Uitgaven min budget', kind: 'growth_euro' }, { header: 'Boven het wettelijk minimum', kind: 'euro' }, { header: 'Wat er opvalt', kind: 'text' },
    ],
    rows: (table.options ?? []).map((option) => [
      text(option.title ?? ''), count(option.expenses?.sum_cents), text(option.expenses?.printed?.text || 'niet gedrukt'), count(option.expenses?.difference_cents), count(option.relation?.sum_cents), count(option.above_minimum_cents), text(option.expenses?.statement || 'De som klopt.'),
    ]),
  };
}

function yearTable(chosen: Calculated): Table {
  return {
    id: 'tabel-jaren',
    caption: t`${chosen.title ?? 'De keuze'} over de jaren: niet alles kan meteen anders`,
    columns: [{ header: 'Jaar', kind: 'text' }, { header: 'Uitgaven', kind: 'euro' }, { header: 'Budget', kind: 'euro' }, { header: 'Uitgaven min budget', kind: 'growth_euro' }, { header: 'Nog niet anders', kind: 'text' }],
    rows: (chosen.years ?? []).map((year) => [text(String(year.year)), count(year.expenses_cents), count(year.budget_cents), count(year.relation_cents), text((year.waiting ?? []).join(', ') || 'niets')]),
  };
}

function effects(chosen: Calculated): HTMLElement[] {
  const list = (title: string, items: string[]) => (items.length > 0 ? [h('h3', { class: 'nl-heading nl-heading--level-3' }, title), h('ul', { class: 'nmd-list' }, ...items.map((item) => h('li', {}, glue(item))))] : []);
  const both = [...list('Wat de nota hoopt', chosen.positive_effects ?? []), ...list('Wat de nota vreest', chosen.negative_effects ?? [])];
  if (both.length === 0) return [];
  return [h('section', { class: 'nmd-section', 'aria-labelledby': 'gevolgen' }, h('h2', { class: 'nl-heading nl-heading--level-2', id: 'gevolgen' }, 'Wat betekent het voor inwoners?'), ...both)];
}

const between = (low: string | undefined, high: string | undefined, of: string | undefined) => (low === high || low === undefined ? euro(Number(of ?? 0)) : t`${euro(Number(low))} tot ${euro(Number(high ?? 0))}`);

// Who may store, as in ScenariosService.StoreScenario.
const STORERS = ['beleidsadviseur', 'controller'];

function storedTable(stored: Stored[]): Table {
  return {
    id: 'tabel-bewaard',
    caption: 'Scenario\'s die zijn bewaard, nieuwste eerst',
    columns: [{ header: 'Naam', kind: 'text' }, { header: 'Versie', kind: 'count' }, { header: 'Waarvoor', kind: 'text' }, { header: 'Uitkomst', kind: 'text' }, { header: 'Door', kind: 'text' }, { header: 'Bewaard op', kind: 'text' }],
    rows: stored.map((each) => [text(each.title ?? ''), count(each.version), text(each.text || 'niet opgegeven'), text(each.outcome?.statement || 'onbekend'), text(each.subject || 'onbekend'), day(each.store_time)]),
  };
}

// What was stored, and storing this one: question and outcome for good, the same name again as a next version.
function keeping(view: View, table: ScenarioTable, stored: Stored[]): HTMLElement {
  const place = h('div', {});
  const numbers = { ...view.next };
  const store = async () => {
    const words = await askWords({
      title: 'Dit scenario bewaren', action: 'Bewaar',
      hint: 'Vraag en uitkomst veranderen niet meer. Dezelfde naam nog eens is een volgende versie. Schrijf geen namen, nummers of adressen van inwoners op.',
      fields: [{ id: 'scenario-naam', label: 'Naam', most: 100 }, { id: 'scenario-waarvoor', label: 'Waarvoor is dit scenario?', type: 'lines', most: 2000 }],
    });
    if (!words) return;
    try {
      stored.unshift(await view.session.post<Stored>('scenarios', { title: words['scenario-naam'], text: words['scenario-waarvoor'], question: questionOf(table, view.values), request_id: crypto.randomUUID() }));
      draw();
      announce('Het scenario is bewaard.');
      place.querySelector<HTMLElement>('.nmd-table__frame')?.focus();
    } catch (error) {
      place.append(problemAlert(error, () => void store()));
    }
  };
  function draw(): void {
    place.replaceChildren(
      block({ ...view, next: { ...numbers } }, {
        id: 'bewaard', title: 'Bewaarde scenario\'s',
        before: [
          ...(stored.length === 0 ? [h('p', { class: 'nl-paragraph' }, 'Er is nog geen scenario bewaard.')] : []),
          ...(STORERS.includes(view.role) ? [h('div', { class: 'nmd-actions nmd-screen-only' }, button('Bewaar dit scenario…', () => void store()))] : []),
        ],
        ...(stored.length > 0 && { table: storedTable(stored) }),
      }),
    );
  }
  draw();
  return place;
}

function show(view: View, { table, now, chosen, stored }: Answers): HTMLElement[] {
  if (!table || !now || !chosen) return [noAnswer('scenario', 'Scenario\'s', 'NOT_AVAILABLE', '', 'De beheerder kan een tabel uit een nota toevoegen aan de instellingen van de monitor.')];
  const steps = changeSteps(now, chosen);
  const relation = Number(chosen.relation_cents ?? 0);
  const words = (step: Step) => (step.kind === 'total' ? euro(step.end) : euro(step.end - step.start, 0, true));
  return [
    block(view, {
      id: 'scenario', title: chosen.title ?? 'De keuze', conclusion: chosen.statement, remarks: [...(chosen.remarks ?? []), ...(table.notes ?? []), t`Bron van de bedragen: ${table.source ?? 'onbekend'}.`],
      before: [
        headlines([
          { title: 'Uitgaven per jaar', figure: euro(Number(chosen.expenses_cents ?? 0)), base: [t`huidig beleid ${euro(Number(now.expenses_cents ?? 0))}`, ...(chosen.expenses_low_cents !== chosen.expenses_high_cents ? [t`tussen ${between(chosen.expenses_low_cents, chosen.expenses_high_cents, chosen.expenses_cents)}`] : [])] },
          { title: 'Budget per jaar', figure: euro(Number(chosen.budget_cents ?? 0)), base: ['wat er beschikbaar is'] },
          { title: relation > 0 ? 'Meer dan het budget' : 'Binnen het budget', figure: euro(Math.abs(relation)), base: [relation > 0 ? 'moet ergens vandaan komen' : 'blijft over', ...(chosen.relation_low_cents !== chosen.relation_high_cents ? [t`tussen ${between(chosen.relation_low_cents, chosen.relation_high_cents, chosen.relation_cents)}`] : [])] },
        ]),
      ],
      caption: t`Van huidig beleid naar ${chosen.title ?? 'de keuze'}, uitgaven per jaar`,
      chart: (title) => waterfall(title, t`${steps.map((step) => t`${step.title}: ${words(step)}`).join('; ')}. De tabel onder de grafiek geeft dezelfde bedragen.`, steps, words, { names: 330 }),
      table: itemTable(now, chosen),
    }),
    block(view, {
      id: 'jaren', title: 'Wanneer is het zover?',
      caption: t`Uitgaven min budget per jaar, ${chosen.title ?? ''}`,
      chart: (title) => timeColumns(title, 'De tabel onder de grafiek geeft dezelfde bedragen.', (chosen.years ?? []).map((year) => ({ title: String(year.year), up: count(year.relation_cents) })), { up: 'uitgaven min budget' }, 'euro'),
      table: yearTable(chosen),
    }),
    block(view, {
      id: 'denkrichtingen', title: 'Alle denkrichtingen naast elkaar',
      conclusion: t`Elke som is opnieuw opgeteld. ${number((table.options ?? []).filter((option) => option.expenses?.state === 'DOES_NOT_CLOSE').length)} van de ${number((table.options ?? []).length)} gedrukte totalen zijn niet de som van hun posten.`,
      caption: t`Uitgaven per denkrichting, opgeteld, ${table.year ?? ''}`,
      chart: (title) => intervalBars(title, 'De tabel onder de grafiek geeft dezelfde bedragen.', (table.options ?? []).map((option) => ({ title: option.title ?? '', cell: count(option.expenses?.sum_cents), reference: option.option === table.current_option })), 'euro'),
      table: optionTable(table),
    }),
    ...effects(chosen),
    keeping(view, table, stored ?? []),
  ];
}

runScreen<Answers>({
  id: 'scenarios',
  timeless: true,
  root: 'tabel',
  fields,
  check: ({ van, naar }) => (van === undefined || Number(van) <= Number(naar) ? [] : ['Het eerste jaar ligt na het laatste jaar.']),
  question: ({ denkrichting }) => {
    const option = tables.flatMap((each) => each.options ?? []).find((each) => each.option === denkrichting);
    return option ? t`Wat kost het als de gemeente kiest voor: ${option.title}?` : 'Wat kost een andere keuze?';
  },
  ask: async ({ session }, values) => {
    const table = tableFor(location.search);
    if (!table) return { table };
    const years = { first_year: Number(values['van']), last_year: Number(values['naar']) };
    const [now, chosen, stored] = await Promise.all([
      session.post<Calculated>('scenarios/_calculate', { scenario_table: table.name, option: table.current_option, ...years }),
      session.post<Calculated>('scenarios/_calculate', questionOf(table, values)),
      session.list<Stored>('scenarios', {}, 'stored_scenarios'),
    ]);
    return { table, now, chosen, stored };
  },
  knownOf: () => undefined,
  show,
});
