// SPDX-License-Identifier: EUPL-1.2
// The page In- en uitstroom: who came, who went and why, who referred, and who still waits.
import { idOf, type Answer } from './api';
import { block, noAnswer } from './block';
import { pairedBars } from './charts/bars';
import { timeColumns } from './charts/columns';
import { intervalBars } from './charts/interval_bars';
import { waterfall } from './charts/waterfall';
import { cellOf, count, growth, monthCell, text, type Cell } from './figure';
import { number, percent } from './format';
import {
  endingConclusion, endingTable, groupTable, referrerBars, referrerTable, stockSteps, stockTable, waitingTable, type Endings, type Referrers, type Stock, type Waiting,
} from './flows_model';
import { t } from './language';
import { monthChoices, periodBetween, periodWords } from './query';
import { careOf, joinProvenance, lawField, lawFilter, runScreen, type View } from './screen';
import { monthsOf } from './state';
import { cellText, type Table } from './table';

interface Flows {
  stock: Stock;
  months: Answer;
  endings: Endings;
  waiting: Waiting;
  referrers?: Referrers;
}

const GROUPS = ['referrer', 'product', 'category', 'ivn', 'age_band', 'wijk', 'provider'];
const MOST_GROUPS = 12;
const TOLD = 'De tabel onder de grafiek geeft dezelfde cijfers.';

function monthTable(answer: Answer, months: string[], now: string): Table {
  const at = (measure: string, month: string) => cellOf(answer.figures?.find((figure) => figure.measure === measure && figure.dimensions?.some((each) => each.dimension === 'month' && each.value === month)));
  const total = (measure: string) => cellOf(answer.totals?.find((figure) => figure.measure === measure));
  const measures = ['stock_start', 'inflow', 'returned', 'outflow', 'stock_end'];
  return {
    id: 'tabel-per-maand',
    caption: t`Cliënten die kwamen en vertrokken per maand, ${now}`,
    columns: [{ header: 'Maand', kind: 'text' }, ...['Begin', 'Nieuw', 'Teruggekeerd', 'Vertrokken', 'Eind'].map((header) => ({ header, kind: 'count' as const }))],
    rows: months.map((month) => [monthCell(month), ...measures.map((measure) => at(measure, month))]),
    total: [text('Hele periode'), ...measures.map(total)],
  };
}

const sum = (one: Cell | undefined, other: Cell | undefined): Cell => (one?.kind === 'value' && other?.kind === 'value' ? { kind: 'value', value: one.value + other.value } : (one ?? count(0)));

function show(view: View, { stock, months, endings, waiting, referrers }: Flows): HTMLElement[] {
  const period = periodBetween(view.values['van']!, view.values['tot']!);
  const now = periodWords(period);
  const dimension = view.dimensions.find((each) => idOf(each.name) === view.values['per'])?.title ?? '';
  const table = monthTable(months, monthsOf(period), now);
  const ground = { figures: months.totals, provenance: joinProvenance(stock.provenance, months.provenance) };
  const sections: HTMLElement[] = [];
  if (stock.state === 'ANSWERED' && stock.total) {
    const steps = stockSteps(stock.total, 'Aan het begin', 'Aan het eind');
    const shown = (stock.groups ?? []).slice(0, MOST_GROUPS);
    sections.push(
      block(view, {
        id: 'stand', title: 'Waarom veranderde het aantal cliënten?', conclusion: stock.conclusion, remarks: stock.remarks, ground,
        caption: t`Cliënten van het begin naar het eind van de periode, ${now}`,
        chart: (title) => waterfall(title, t`${steps.map((step) => t`${step.title}: ${number(step.kind === 'total' ? step.end : step.end - step.start, 0, step.kind !== 'total')}`).join('; ')}. ${TOLD}`, steps, (step) => (step.kind === 'total' ? number(step.end) : number(step.end - step.start, 0, true))),
        table: stockTable(stock, now, 'De periode ervoor'),
      }),
      block(view, {
        id: 'per-maand', title: 'Hoe liep het per maand?', caption: t`Cliënten die kwamen (omhoog) en vertrokken (omlaag) per maand, ${now}`, ground, table,
        chart: (title) => timeColumns(title, TOLD, table.rows.map((row) => ({ title: cellText(row[0]!, 'text'), up: sum(row[2], row[3]), down: row[4]! })), { up: 'nieuw of teruggekeerd', down: 'vertrokken' }, 'count'),
      }),
      block(view, {
        id: 'groepen', title: `Waar veranderde het het meest?`, caption: t`Cliënten naar ${dimension.toLowerCase()} aan het begin en het eind, ${now}`, table: groupTable(stock, dimension, now),
        ground: { ...ground, measures: ['stock_start', 'stock_end'] },
        ...((stock.groups ?? []).length > MOST_GROUPS && { remarks: [t`De grafiek toont de ${MOST_GROUPS} groepen die het meest veranderden; de tabel heeft ze alle.`] }),
        chart: (title) => {
          const groups = shown.map((flow) => {
            const [before, after] = [count(flow.start), count(flow.end)];
            const change = growth(before, after);
            return { title: flow.group?.label || flow.group?.value || 'onbekend', before, after, change: change.kind === 'value' ? percent(change.value, 0, true) : change.word };
          });
          return pairedBars(title, t`${groups.map((group) => t`${group.title}: van ${cellText(group.before, 'count')} naar ${cellText(group.after, 'count')}`).join('; ')}. ${TOLD}`, groups, { before: 'begin', after: 'eind' });
        },
      }),
    );
  } else {
    sections.push(noAnswer('stand', 'Waarom veranderde het aantal cliënten?', stock.state, stock.state_reason, 'Kies een andere periode.'));
  }
  sections.push(
    block(view, {
      id: 'redenen', title: 'Waarom eindigde zorg?', conclusion: endingConclusion(endings), remarks: endings.remarks, table: endingTable(endings, now),
      caption: t`Beëindigde trajecten per maand, ${now}`,
      chart: (title) => timeColumns(title, TOLD, endingTable(endings, now).rows.map((row) => ({ title: cellText(row[0]!, 'text'), up: row[row.length - 2]! })), { up: 'beëindigde trajecten' }, 'count'),
      ground: { provenance: endings.provenance, reliability: months.totals },
    }),
  );
  if (referrers?.state === 'ANSWERED') {
    sections.push(
      block(view, {
        id: 'verwijzers', title: 'Via wie kwamen zij?', conclusion: referrers.conclusion, table: referrerTable(referrers, now), ground: { provenance: referrers.provenance, reliability: months.totals },
        caption: t`Deel van de begonnen voorzieningen per verwijzer, met het interval van 95%, ${now}`,
        chart: (title) => intervalBars(title, TOLD, referrerBars(referrers), 'share'),
      }),
    );
  } else if (referrers) {
    sections.push(noAnswer('verwijzers', 'Via wie kwamen zij?', referrers.state, referrers.state_reason));
  }
  sections.push(
    waiting.state === 'ANSWERED'
      ? block(view, {
          id: 'wachten', title: 'Hoe lang wachtten zij?', conclusion: waiting.conclusion, table: waitingTable(waiting, dimension, now), ground: { provenance: waiting.provenance, reliability: months.totals },
          caption: t`Deel dat langer dan ${waiting.groups?.[0]?.longer?.[0]?.days ?? 28} dagen wacht, met het interval van 95%, ${now}`,
          chart: (title) =>
            intervalBars(title, TOLD, (waiting.groups ?? []).map((group, index) => {
              const share = group.longer?.[0]?.share;
              const cell: Cell = share?.state === 'ANSWERED' ? { kind: 'value', value: share.value ?? 0 } : { kind: 'absent', word: 'niet te zeggen', why: '' };
              return { title: index === 0 ? 'Alle samen' : group.group?.label || group.group?.value || 'onbekend', cell, low: share?.interval?.low, high: share?.interval?.high, reference: index === 0 };
            }), 'share'),
        })
      : noAnswer('wachten', 'Hoe lang wachtten zij?', waiting.state, waiting.state_reason),
  );
  return sections;
}

runScreen<Flows>({
  id: 'stroom',
  fields: (context) => {
    const months = monthChoices(context.today.slice(0, 7));
    return [
      lawField(),
      {
        key: 'per', label: 'Groepen', initial: 'product',
        choices: GROUPS.flatMap((id) => context.dimensions.filter((each) => idOf(each.name) === id && each.registered === true).map((each) => ({ value: id, title: each.title ?? id }))),
      },
      { key: 'van', label: 'Van', choices: months, initial: `${context.year}-01` },
      { key: 'tot', label: 'Tot en met', choices: months, initial: `${context.year}-12` },
    ];
  },
  question: ({ wet, van, tot }) => t`Wie kwam erbij, wie vertrok, en via wie? ${careOf(wet).replace(/^./, (letter) => letter.toUpperCase())}, ${periodWords(periodBetween(van!, tot!))}`,
  ask: async ({ session, role }, values, known) => {
    const period = periodBetween(values['van']!, values['tot']!);
    const filters = lawFilter(values['wet']);
    const group_by = values['per']!;
    const [stock, months, endings, waiting, referrers] = await Promise.all([
      session.post<Stock>('growth/_stock', { period, group_by, filters, ...known }),
      session.query({ measures: ['stock_start', 'inflow', 'returned', 'outflow', 'stock_end'], dimensions: ['month'], period, filters, ...known }),
      session.post<Endings>('durations/_endings', { question: { filters, ...known }, period }),
      session.post<Waiting>('figures/_waiting', { period, from: 'ASSIGNED', group_by, filters, ...known }),
      role === 'griffie' ? undefined : session.post<Referrers>('figures/_referrers', { period, filters, ...known }),
    ]);
    return { stock, months, endings, waiting, ...(referrers && { referrers }) };
  },
  knownOf: ({ stock, months }) => stock.known_time ?? months.effective?.known_time,
  show,
});
