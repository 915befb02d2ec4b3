// SPDX-License-Identifier: EUPL-1.2
// The page Verkenner: any measure of the catalogue over one or two dimensions, filtered, beside another period or another known time.
import { idOf, type Answer } from './api';
import { block, noAnswer } from './block';
import { pairedBars } from './charts/bars';
import { timeColumns } from './charts/columns';
import { intervalBars } from './charts/interval_bars';
import { valueLines } from './charts/value_lines';
import { h } from './dom';
import {
  barsOf, comparedRows, conclusionOf, kindOf, linesOf, matchedRows, MOST_BARS, pairsOf, rowsOf, splitFault, tableOf, TIMES, type Comparison, type Row, type Words,
} from './explorer_model';
import { cellOf, type Figure } from './figure';
import { number } from './format';
import { t } from './language';
import { type Choice, formatQuery, knownTime, monthChoices, periodBetween, periodWords, yearsEarlier } from './query';
import { registerButton } from './register';
import { choicesOf, type Context, joinProvenance, lawField, lawFilter, runScreen, type View } from './screen';
import { savedViews } from './views';

// Dimensions to filter by: those a policy adviser asks about, not the fine ones.
const FILTERS = ['ivn', 'category', 'product', 'provider', 'referrer', 'age_band', 'sex', 'wijk'];

interface Explored {
  answer?: Answer;
  compared?: { comparisons?: Comparison[]; totals?: Comparison[]; provenance?: Answer['provenance']; known_time?: string };
  earlier?: Answer;
}

const measureOf = (context: Context, id: string | undefined) => context.measures.find((each) => idOf(each.name) === id);
const dimensionOf = (context: Context, id: string | undefined) => context.dimensions.find((each) => idOf(each.name) === id);
const splitsOf = (values: Record<string, string>) => [values['per'], values['ook']].filter((id): id is string => Boolean(id) && id !== 'geen');

// Every value that occurs, per dimension to filter by: "ivn:5" is one choice.
async function filterChoices(context: Context): Promise<Choice[]> {
  const period = { start_date: '2015-01-01', end_date: `${Number(context.today.slice(0, 4)) + 1}-01-01` };
  const registered = FILTERS.filter((id) => dimensionOf(context, id)?.registered === true);
  const answers = await Promise.all(registered.map((dimension) => context.session.query({ measures: ['clients'], dimensions: [dimension], period, filters: [] })));
  return registered.flatMap((dimension, index) =>
    (answers[index]?.figures ?? []).flatMap((figure) => {
      const found = figure.dimensions?.find((each) => each.dimension === dimension);
      if (!found) return [];
      return [{ value: `${dimension}:${found.value ?? ''}`, title: t`${dimensionOf(context, dimension)?.title ?? dimension}: ${found.label || found.value || 'onbekend'}` }];
    }),
  );
}

function filtersOf(values: Record<string, string>): Array<{ dimension: string; values: string[] }> {
  const where = values['waar'] ?? 'geen';
  const [dimension, ...value] = where.split(':');
  return [...lawFilter(values['wet']), ...(where === 'geen' || !dimension ? [] : [{ dimension, values: [value.join(':')] }])];
}

// The end of the last day of the period: what was known when it was over.
const atTheEnd = (values: Record<string, string>, today: string): { known_time?: string } => {
  const end = periodBetween(values['van']!, values['tot']!).end_date;
  const last = new Date(Date.parse(`${end}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
  return knownTime(last, today);
};

function chartOf(rows: Row[], splits: string[], words: Words): ((title: string) => HTMLElement) | undefined {
  const told = 'De tabel onder de grafiek geeft dezelfde cijfers.';
  const { kind } = words;
  if (splits.length === 0 || rows.length === 0) return undefined;
  if (words.before) return (title) => pairedBars(title, told, pairsOf(rows), { before: words.before!, after: words.now }, kind);
  if (!TIMES.includes(splits[0]!)) return (title) => intervalBars(title, told, barsOf(rows), kind);
  if (splits.length === 1) {
    return (title) => timeColumns(title, told, rows.map((row) => ({ title: row.labels[0]!, up: cellOf(row.now) })), { up: words.title.toLowerCase() }, kind);
  }
  const { periods, series } = linesOf(rows);
  return (title) => valueLines(title, told, periods, series, kind);
}

function remarksOf(rows: Row[], splits: string[], additivity: boolean, compared: boolean): string[] {
  const remarks: string[] = [];
  if (additivity) remarks.push('Het totaal is opnieuw geteld: wie in meer dan één groep zit, telt in het totaal één keer.');
  if (splits.length === 2 && TIMES.includes(splits[0]!) && !compared) {
    const { left } = linesOf(rows);
    if (left > 0) remarks.push(t`De grafiek toont de vijf grootste lijnen; ${number(left)} andere staan alleen in de tabel.`);
  } else if (rows.length > MOST_BARS && !(splits.length === 1 && TIMES.includes(splits[0]!))) {
    remarks.push(t`De grafiek toont de eerste ${MOST_BARS} van ${number(rows.length)} rijen. De tabel en het bestand hebben ze alle.`);
  }
  return remarks;
}

function show(view: View, explored: Explored): HTMLElement[] {
  const { values } = view;
  const measure = measureOf(view, values['maat']);
  const splits = splitsOf(values);
  const missing = splits.map((id) => dimensionOf(view, id)).find((dimension) => dimension && dimension.registered !== true);
  const title = measure?.title ?? '';
  if (missing || measure?.unregistered_reason) {
    const section = noAnswer('antwoord', t`${title}${missing ? t` naar ${missing.title?.toLowerCase()}` : ''}`, 'NOT_REGISTERED', 'ATTRIBUTE_NOT_REGISTERED');
    section.append(h('p', { class: 'nl-paragraph' }, (missing?.reason || measure?.unregistered_reason) ?? ''));
    return [section];
  }
  const period = periodBetween(values['van']!, values['tot']!);
  const now = periodWords(period);
  let rows: Row[];
  let total: Row | undefined;
  let before: string | undefined;
  if (explored.compared) {
    rows = comparedRows(explored.compared.comparisons ?? [], splits);
    total = comparedRows(explored.compared.totals ?? [], [])[0];
    before = periodWords(yearsEarlier(period, 1));
  } else if (explored.earlier) {
    rows = matchedRows(explored.answer?.figures ?? [], explored.earlier.figures ?? [], splits);
    total = matchedRows(explored.answer?.totals ?? [], explored.earlier.totals ?? [], [])[0];
    before = 'Bekend aan het eind van de periode';
  } else {
    rows = rowsOf(explored.answer?.figures ?? [], splits);
    total = rowsOf(explored.answer?.totals ?? [], [])[0];
  }
  if (splits.length === 0) rows = [];
  const figures: Array<Figure | undefined> = [...rows.flatMap((row) => [row.now, row.before]), total?.now, total?.before];
  const kind = kindOf(measure, figures);
  const names = splits.map((id) => dimensionOf(view, id)?.title ?? id);
  const words: Words = { title, dimensions: names, now: explored.earlier ? 'Zoals nu bekend' : before ? now : title, ...(before && { before }), kind };
  const caption = t`${title}${names.length > 0 ? t` naar ${names.join(t` en `).toLowerCase()}` : ''}, ${now}`;
  const shown = rows.length > 0 ? rows : total ? [{ ...total, labels: [view.session.title] }] : [];
  const where = view.values['waar'] === 'geen' ? '' : t` ${whereWords(view)}`;
  const conclusion = conclusionOf(rows, total, words, now);
  return [
    block(view, {
      id: 'antwoord',
      title: `${title}${where}`,
      conclusion,
      caption: caption + where,
      chart: chartOf(rows, splits, words),
      table: tableOf(shown, rows.length > 0 ? total : undefined, words, caption + where),
      remarks: remarksOf(rows, splits, rows.length > 0 && /verschillende|uniek/.test(measure?.formula ?? ''), Boolean(before)),
      ground: { figures: [total?.now, ...figures.slice(0, 200)], measures: [values['maat']!], provenance: joinProvenance(explored.answer?.provenance, explored.compared?.provenance) },
    }),
    // What is kept is one question: a comparison is two.
    ...(before ? [] : registerButton(view, { measures: [values['maat']!], dimensions: splits, period, filters: filtersOf(values) }, { title: `${caption}${where}`.slice(0, 200), text: conclusion })),
    savedViews('verkenner', formatQuery(values, view.known), formatQuery(values, '')),
  ];
}

let filterTitles = new Map<string, string>();
const whereWords = (view: View) => `(${(filterTitles.get(view.values['waar'] ?? '') ?? '').toLowerCase()})`;

runScreen<Explored>({
  id: 'verkenner',
  fields: async (context) => {
    const months = monthChoices(context.today.slice(0, 7));
    const where = await filterChoices(context);
    filterTitles = new Map(where.map(({ value, title }) => [value, title]));
    const dimensions = context.dimensions.map((dimension) => ({
      value: idOf(dimension.name),
      title: t`${dimension.title ?? idOf(dimension.name)}${dimension.registered === true ? '' : ' (niet geregistreerd)'}`,
    }));
    return [
      { key: 'maat', label: 'Wat wilt u weten?', choices: choicesOf(context.measures), initial: 'clients' },
      { key: 'per', label: 'Uitgesplitst naar', choices: [{ value: 'geen', title: 'Niet uitgesplitst' }, ...dimensions], initial: 'ivn' },
      { key: 'ook', label: 'En ook naar', choices: [{ value: 'geen', title: 'Niets anders' }, ...dimensions], initial: 'geen' },
      lawField(),
      { key: 'waar', label: 'Alleen', choices: [{ value: 'geen', title: 'Alles' }, ...where], initial: 'geen' },
      { key: 'van', label: 'Van', choices: months, initial: `${context.year}-01` },
      { key: 'tot', label: 'Tot en met', choices: months, initial: `${context.year}-12` },
      {
        key: 'vergelijk', label: 'Vergelijk met', initial: 'geen',
        choices: [{ value: 'geen', title: 'Niets' }, { value: 'jaar', title: 'Dezelfde maanden een jaar eerder' }, { value: 'toen', title: 'Wat bekend was aan het eind van de periode' }],
      },
    ];
  },
  check: (values, context) => {
    const measure = measureOf(context, values['maat']);
    const splits = splitsOf(values);
    const faults = splits.map((id) => splitFault(measure, dimensionOf(context, id)));
    const [dimension] = (values['waar'] ?? '').split(':');
    if (values['waar'] !== 'geen') faults.push(splitFault(measure, dimensionOf(context, dimension)));
    if (values['wet'] !== 'alle') {
      const fault = splitFault(measure, dimensionOf(context, 'law'));
      faults.push(fault && t`${fault.replace(/\.$/, '')}; kies bij "Wet" beide wetten.`);
    }
    if (splits.length === 2 && splits[0] === splits[1]) faults.push('Kies twee verschillende uitsplitsingen.');
    if (splits[1] && TIMES.includes(splits[1]) && !TIMES.includes(splits[0]!)) faults.push('Kies maand, kwartaal of jaar als eerste uitsplitsing.');
    if (values['vergelijk'] === 'jaar' && splits.some((id) => TIMES.includes(id))) faults.push('Vergelijken met een jaar eerder kan niet met een uitsplitsing naar maand, kwartaal of jaar.');
    return [...new Set(faults.filter((fault) => fault !== undefined))];
  },
  question: (values, context) => t`${measureOf(context, values['maat'])?.title ?? 'Cijfers'}: hoeveel, van wat, en waar?`,
  ask: async ({ session, today }, values, known) => {
    const body = { measures: [values['maat']!], dimensions: splitsOf(values), filters: filtersOf(values) };
    const period = periodBetween(values['van']!, values['tot']!);
    if (values['vergelijk'] === 'jaar') {
      return { compared: await session.post<NonNullable<Explored['compared']>>('figures/_compare', { ...body, before: yearsEarlier(period, 1), after: period, ...known }) };
    }
    const answer = await session.query({ ...body, period, ...known });
    if (values['vergelijk'] !== 'toen') return { answer };
    return { answer, earlier: await session.query({ ...body, period, ...atTheEnd(values, today) }) };
  },
  knownOf: ({ answer, compared }) => answer?.effective?.known_time ?? compared?.known_time,
  show,
});

