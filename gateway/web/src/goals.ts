// SPDX-License-Identifier: EUPL-1.2
// The page Doelen en maatregelen: whether goals come nearer, what measures did against what was expected, what happened at an
// event, and what pilots cost and whom they reached (R140-R153).
import { idOf, type Provenance } from './api';
import { block, noAnswer } from './block';
import { intervalBars } from './charts/interval_bars';
import { valueLines } from './charts/value_lines';
import { h } from './dom';
import { cellOf, count, monthCell, text, value, type Cell, type Figure } from './figure';
import { dateShort, euro, glue, monthShort, number } from './format';
import { t } from './language';
import { noteList, type Note } from './notes';
import { kindOf } from './explorer_model';
import { joinProvenance, runScreen, type Context, type View } from './screen';
import { type Table } from './table';

interface Published {
  year?: number;
  area?: string;
  printed?: string;
  method?: string;
  source?: string;
  respondent_count?: string;
}
interface Indicator {
  indicator?: string;
  title?: string;
  kind?: string;
  level?: string;
  direction?: string;
  target?: { text?: string };
  measure?: string;
  values?: Published[];
  unregistered_reason?: string;
  note?: string;
}
interface Goal {
  name: string;
  title?: string;
  description?: string;
  parent_goal?: string;
  indicators?: Indicator[];
  source?: string;
}
interface Reading {
  indicator?: Indicator;
  figure?: Figure;
  before?: Figure;
  signal?: string;
  statement?: string;
  caveat?: string;
}
interface GoalPage {
  goal?: Goal;
  readings?: Reading[];
  parts?: Goal[];
  notes?: Note[];
  statement?: string;
  period?: { start_date: string; end_date: string };
  known_time?: string;
  provenance?: Provenance[];
}
interface PolicyMeasure {
  name: string;
  version?: number;
  title?: string;
  text?: string;
  start_date?: string;
  expected_per_year?: string;
  measure?: string;
  statuses?: Array<{ quarter?: string; state?: string; text?: string }>;
}
interface Assessment {
  state?: string;
  state_reason?: string;
  statement?: string;
  warnings?: string[];
  method?: string;
  months?: Array<{ month: string; population?: number; comparison?: number; counterfactual?: number }>;
  totals?: Figure[];
  provenance?: Provenance[];
}
interface PolicyEvent {
  name: string;
  date?: string;
  title?: string;
  text?: string;
  source?: string;
}
interface Interruption {
  state?: string;
  state_reason?: string;
  figures?: Figure[];
  statement?: string;
  warnings?: string[];
  method?: string;
  provenance?: Provenance[];
}
interface Programme {
  name: string;
  title?: string;
  source?: string;
  notes?: string[];
  years?: Array<{ year?: number; check?: { statement?: string; sum_cents?: string }; parts?: Array<{ part?: string; amount_cents?: string }> }>;
  lines?: Array<{ part?: string; title?: string; reached?: string; result?: string; amounts?: Array<{ text?: string; state?: string; amount_cents?: string; charged_to?: string }> }>;
}
interface Answers {
  page: GoalPage;
  measures: Array<{ measure: PolicyMeasure; assessment: Assessment }>;
  events: PolicyEvent[];
  interruption?: Interruption;
  programmes: Programme[];
}

const KINDS: Record<string, string> = { INPUT: 'inzet', THROUGHPUT: 'verloop', OUTPUT: 'geleverde hulp', EFFECT: 'effect' };
const SIGNALS: Record<string, string> = { GOOD: 'gaat goed', NOT_GOOD: 'gaat niet goed', UNDECIDED: 'niet te zeggen' };
const STATES: Record<string, string> = { PROPOSED: 'voorgesteld', ADOPTED: 'besloten', ON_TRACK: 'op schema', BEHIND: 'loopt achter', STOPPED: 'gestopt', DONE: 'klaar' };

let goals: Goal[] = [];
let events: PolicyEvent[] = [];

const measureOf = (context: Context, id: string | undefined) => context.measures.find((each) => idOf(each.name) === id);

// A figure in the words of its measure; a published value as it was printed.
function readingCells(view: View, reading: Reading): [Cell, Cell] {
  const { indicator } = reading;
  if (indicator?.measure) {
    const kind = kindOf(measureOf(view, indicator.measure), [reading.figure, reading.before]);
    const words = (figure: Figure | undefined): Cell => {
      const cell = cellOf(figure);
      return cell.kind === 'value' ? value(cell.value, kind) : cell;
    };
    return [words(reading.before), words(reading.figure)];
  }
  if (indicator?.unregistered_reason) {
    const cell: Cell = { kind: 'absent', word: 'niet geregistreerd', why: indicator.unregistered_reason, state: 'NOT_REGISTERED' };
    return [cell, cell];
  }
  const values = indicator?.values ?? [];
  const newest = values.at(-1);
  const none: Cell = { kind: 'absent', word: 'niet beschikbaar', why: '', state: 'NOT_AVAILABLE' };
  return [none, newest ? text(values.map((each) => t`${each.area ?? ''} ${each.year ?? ''}: ${each.printed ?? ''}`).join('; ')) : none];
}

function readingTable(view: View, page: GoalPage): Table {
  const readings = page.readings ?? [];
  const targets = readings.some((reading) => reading.indicator?.target?.text);
  return {
    id: 'tabel-indicatoren',
    caption: t`${page.goal?.title ?? 'Doel'}: indicatoren, het laatste jaar en het jaar ervoor`,
    columns: ['Indicator', 'Jaar ervoor', 'Nu', ...(targets ? ['Streefwaarde'] : []), 'Hoe staat het?', 'Waarom'].map((header) => ({ header, kind: 'text' as const })),
    rows: readings.map((reading) => {
      const [before, now] = readingCells(view, reading);
      return [
        text(t`${reading.indicator?.title ?? ''} (${KINDS[reading.indicator?.kind ?? ''] ?? 'onbekend'})`), before, now,
        ...(targets ? [text(reading.indicator?.target?.text || 'geen')] : []), text(SIGNALS[reading.signal ?? ''] ?? 'niet te zeggen'), text(reading.statement || 'Er is niets over te zeggen.'),
      ];
    }),
  };
}

function measureBlocks(view: View, measures: Answers['measures']): HTMLElement[] {
  const title = 'Werkt wat wij doen?';
  if (measures.length === 0) {
    return [
      h(
        'section',
        { class: 'nmd-section', 'aria-labelledby': 'maatregelen' },
        h('h2', { class: 'nl-heading nl-heading--level-2', id: 'maatregelen' }, title),
        h('p', { class: 'nl-paragraph' }, 'Er is nog geen maatregel vastgelegd. Leg een maatregel vast voordat hij begint, met wat u ervan verwacht: alleen dan is later te zeggen of hij werkte. De opdracht daarvoor is nmdctl policies add.'),
      ),
    ];
  }
  return measures.map(({ measure, assessment }, index) => {
    const kind = kindOf(measureOf(view, measure.measure), assessment.totals ?? []);
    // The months of money are in euro.
    const scale = kind === 'euro' ? 100 : 1;
    const series = (of: 'population' | 'comparison' | 'counterfactual') => (assessment.months ?? []).map((month): Cell => (month[of] === undefined ? { kind: 'absent', word: 'geen', why: '' } : value(month[of]! * scale)));
    const months = assessment.months ?? [];
    const last = measure.statuses?.at(-1);
    const amount = (cents: string | undefined) => (kind === 'euro' ? euro(Number(cents ?? 0), 0, true) : number(Number(cents ?? 0), 0, true));
    const remarks = [
      t`Begint ${measure.start_date ? dateShort(measure.start_date) : 'op een onbekende dag'}. Verwacht per jaar: ${amount(measure.expected_per_year)}.`,
      ...(last ? [t`Stand in ${last.quarter}: ${STATES[last.state ?? ''] ?? 'onbekend'}. ${last.text ?? ''}`] : []),
      ...(assessment.warnings ?? []), ...(assessment.method ? [t`Methode: ${assessment.method}`] : []),
    ];
    return block(view, {
      id: `maatregel-${index}`, title: t`${index === 0 ? t`${title} ` : ''}${measure.title ?? ''}`, conclusion: assessment.statement, remarks,
      caption: t`${measure.title ?? ''}: de groep zelf, zonder de maatregel, en de groep waarmee is vergeleken`,
      ...(months.length > 0 && {
        chart: (words: string) => valueLines(words, 'De tabel onder de grafiek geeft dezelfde cijfers.', months.map((month) => monthShort(month.month)), [
          { title: 'De groep', stroke: 'solid', values: series('population') },
          { title: 'Zonder maatregel', stroke: 'dotted', values: series('counterfactual') },
          { title: 'Vergelijking', stroke: 'thin', values: series('comparison') },
        ], kind),
        table: {
          id: `tabel-maatregel-${index}`,
          caption: t`${measure.title ?? ''} per maand`,
          columns: [{ header: 'Maand', kind: 'text' as const }, { header: 'De groep', kind }, { header: 'Zonder maatregel', kind }, { header: 'Vergelijking', kind }],
          rows: months.map((month, row) => [monthCell(month.month), series('population')[row]!, series('counterfactual')[row]!, series('comparison')[row]!]),
        },
      }),
      ground: { figures: assessment.totals, provenance: assessment.provenance },
    });
  });
}

function eventBlock(view: View, event: PolicyEvent, answer: Interruption): HTMLElement {
  const measure = measureOf(view, view.values['maat']);
  const title = t`Wat deed "${event.title ?? ''}" met ${(measure?.title ?? '').toLowerCase()}?`;
  const figures = answer.figures ?? [];
  if (figures.length === 0) return noAnswer('gebeurtenis', title, answer.state, answer.state_reason);
  const kind = kindOf(measure, figures);
  const periods = figures.map((figure) => monthShort((figure.period?.start_date ?? '').slice(0, 7)));
  const cells = figures.map((figure) => cellOf(figure));
  return block(view, {
    id: 'gebeurtenis', title, conclusion: answer.statement,
    remarks: [t`Sinds ${event.date ? dateShort(event.date) : 'onbekend'}. ${event.text ?? ''}`, ...(answer.warnings ?? []), ...(answer.method ? [t`Methode: ${answer.method}`] : [])],
    caption: t`${measure?.title ?? ''} per maand rond ${event.date ? dateShort(event.date) : ''}`,
    chart: (words) => valueLines(words, 'De tabel onder de grafiek geeft dezelfde cijfers.', periods, [{ title: measure?.title ?? '', stroke: 'solid', values: cells }], kind),
    table: { id: 'tabel-gebeurtenis', caption: t`${measure?.title ?? ''} per maand`, columns: [{ header: 'Maand', kind: 'text' }, { header: measure?.title ?? '', kind }], rows: periods.map((period, index) => [text(period), cells[index]!]) },
    ground: { figures, provenance: answer.provenance },
  });
}

function programmeBlock(view: View, programme: Programme, index: number): HTMLElement {
  const years = programme.years ?? [];
  const parts = [...new Set(years.flatMap((year) => (year.parts ?? []).map((part) => part.part ?? '')))];
  const spent = parts.map((part) => ({ part, cents: years.reduce((sum, year) => sum + Number(year.parts?.find((each) => each.part === part)?.amount_cents ?? 0), 0) }));
  const amount = (of: NonNullable<NonNullable<Programme['lines']>[number]['amounts']>[number] | undefined): Cell => {
    if (of?.amount_cents !== undefined && of.state !== 'BLANK') return count(of.amount_cents);
    const word = of?.state === 'PRO_MEMORIE' ? 'pm' : of?.state === 'CHARGED_ELSEWHERE' ? t`uit ${of.charged_to || 'een ander budget'}` : 'leeg';
    return { kind: 'absent', word, why: '' };
  };
  return block(view, {
    id: `pilots-${index}`, title: t`Wat kostten de pilots: ${programme.title ?? ''}`,
    conclusion: years.map((year) => t`${year.year}: ${euro(Number(year.check?.sum_cents ?? 0))}.`).join(' '),
    remarks: [...years.map((year) => t`${year.year}: ${year.check?.statement ?? ''}`), ...(programme.notes ?? []), t`Bron: ${programme.source ?? 'onbekend'}.`],
    caption: t`Uitgaven per onderdeel, ${years.map((year) => String(year.year)).reduce((all, each) => (all ? t`${all} en ${each}` : each), '')} samen`,
    chart: (words) => intervalBars(words, 'De tabel onder de grafiek geeft de bedragen per activiteit.', spent.map(({ part, cents }) => ({ title: part, cell: value(cents) })), 'euro'),
    table: {
      id: `tabel-pilots-${index}`,
      caption: t`${programme.title ?? ''}: activiteiten, bereik en bedragen`,
      columns: [{ header: 'Activiteit', kind: 'text' }, { header: 'Onderdeel', kind: 'text' }, { header: 'Bereikt', kind: 'text' }, ...years.map((year) => ({ header: String(year.year), kind: 'euro' as const }))],
      rows: (programme.lines ?? []).map((line) => [text(line.title ?? ''), text(line.part || 'onbekend'), text(line.reached || 'niet opgegeven'), ...years.map((_, at) => amount(line.amounts?.[at]))]),
    },
    tall: true,
  });
}

function show(view: View, answers: Answers): HTMLElement[] {
  const { page } = answers;
  const event = events.find((each) => idOf(each.name) === view.values['gebeurtenis']);
  const caveats = [...new Set((page.readings ?? []).map((reading) => reading.caveat ?? '').filter(Boolean))];
  const parts = page.parts ?? [];
  return [
    block(view, {
      id: 'doel', title: page.goal?.title ?? 'Doel', conclusion: page.statement,
      before: [
        h('p', { class: 'nl-paragraph' }, glue(page.goal?.description ?? '')),
        ...(parts.length > 0 ? [h('p', { class: 'nl-paragraph' }, t`Hoort erbij: ${parts.map((part) => part.title ?? '').join(', ')}.`)] : []),
      ],
      table: readingTable(view, page), remarks: [...caveats, ...(page.goal?.source ? [t`Bron van het doel: ${page.goal.source}.`] : [])],
      ground: { figures: (page.readings ?? []).flatMap((reading) => [reading.figure, reading.before]), provenance: joinProvenance(page.provenance) },
    }),
    ...(page.notes?.length ? [h('div', { class: 'nmd-goal-notes' }, ...noteList(page.notes))] : []),
    ...measureBlocks(view, answers.measures),
    ...(event && answers.interruption ? [eventBlock(view, event, answers.interruption)] : []),
    ...answers.programmes.map((programme, index) => programmeBlock(view, programme, index)),
  ];
}

runScreen<Answers>({
  id: 'doelen',
  fields: async (context) => {
    [goals, events] = await Promise.all([
      context.session.list<Goal>('goals'),
      context.session.list<PolicyEvent>('policyevents', {}, 'policy_events'),
    ]);
    const asked = ['clients', 'provisions', 'indicated', 'inflow', 'outflow', 'waits'];
    return [
      { key: 'doel', label: 'Doel', choices: goals.map((goal) => ({ value: idOf(goal.name), title: goal.title ?? idOf(goal.name) })), initial: idOf(goals[0]?.name ?? '') },
      { key: 'gebeurtenis', label: 'Gebeurtenis', choices: [{ value: 'geen', title: 'Geen' }, ...events.map((event) => ({ value: idOf(event.name), title: event.title ?? idOf(event.name) }))], initial: idOf(events[0]?.name ?? 'geen') },
      { key: 'maat', label: 'Cijfer bij de gebeurtenis', choices: context.measures.filter((each) => asked.includes(idOf(each.name))).map((each) => ({ value: idOf(each.name), title: each.title ?? '' })), initial: 'clients' },
    ];
  },
  question: ({ doel }) => t`Komt het doel "${goals.find((goal) => idOf(goal.name) === doel)?.title ?? ''}" dichterbij, en werkt wat wij doen?`,
  ask: async ({ session }, { doel, gebeurtenis, maat }, known) => {
    const time: Record<string, string> = known.known_time ? { known_time: known.known_time } : {};
    const query = new URLSearchParams(time).toString();
    const [page, measures, programmes, interruption] = await Promise.all([
      session.call(`goals/${encodeURIComponent(doel ?? '')}${query && `?${query}`}`) as Promise<GoalPage>,
      session.list<PolicyMeasure>('policymeasures', time, 'policy_measures'),
      session.list<Programme>('pilotprogrammes', {}, 'pilot_programmes'),
      gebeurtenis === 'geen' ? undefined : session.post<Interruption>('figures/_interrupt', { measure: maat, policy_event: `municipalities/${session.municipality}/policyevents/${gebeurtenis}`, months_before: 12, months_after: 24, ...known }),
    ]);
    const assessments = await Promise.all(measures.map((measure) => session.post<Assessment>(`policymeasures/${encodeURIComponent(idOf(measure.name))}/_assess`, { ...known })));
    return { page, measures: measures.map((measure, index) => ({ measure, assessment: assessments[index]! })), events, programmes, ...(interruption && { interruption }) };
  },
  knownOf: ({ page }) => page.known_time,
  show,
});
