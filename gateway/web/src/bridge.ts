// SPDX-License-Identifier: EUPL-1.2
// The page Aansluiting: from the indicated amount to the booked one, in steps that close to the cent, with the list behind each (R84).
import type { Answer, Provenance } from './api';
import { block, noAnswer } from './block';
import { waterfall } from './charts/waterfall';
import type { Step } from './charts/geometry';
import { count, text, value, type Cell, type DimensionValue } from './figure';
import { euro, monthShort, number, percent } from './format';
import { t } from './language';
import { monthChoices, periodBetween, periodWords } from './query';
import { careOf, lawField, lawFilter, runScreen, type View } from './screen';
import type { Table } from './table';

interface BridgeStep {
  step?: string;
  title?: string;
  description?: string;
  subtotal?: boolean;
  amount_cents?: string;
  items?: Array<{ dimensions?: DimensionValue[]; amount_cents?: string; count?: string }>;
  item_count?: string;
}

interface Bridge {
  state?: string;
  state_reason?: string;
  steps?: BridgeStep[];
  remarks?: string[];
  provenance?: Provenance[];
  known_time?: string;
}

interface Answers {
  bridge: Bridge;
  totals: Answer;
}

/** Lines of the list behind a step that are shown; the file of the command line has all. */
const MOST_ITEMS = 25;
const cents = (step: BridgeStep | undefined) => Number(step?.amount_cents ?? 0);

function stepsOf(steps: BridgeStep[]): Step[] {
  let level = 0;
  return steps.flatMap((step): Step[] => {
    const amount = cents(step);
    const title = step.title ?? '';
    if (step.subtotal) {
      level = amount;
      return [{ title, kind: 'total', start: 0, end: amount }];
    }
    const start = level;
    level += amount;
    return amount === 0 ? [] : [{ title, kind: amount < 0 ? 'down' : 'up', start, end: level }];
  });
}

function tableOf(steps: BridgeStep[], now: string): Table {
  return {
    id: 'tabel-brug',
    caption: t`Van geïndiceerd naar geboekt, ${now}`,
    columns: [{ header: 'Stap', kind: 'text' }, { header: 'Stand', kind: 'euro' }, { header: 'Verschil', kind: 'growth_euro' }, { header: 'Regels', kind: 'count' }, { header: 'Wat het is', kind: 'text' }],
    rows: steps.map((step) => {
      const none: Cell = text('–');
      return [text(step.title ?? ''), step.subtotal ? value(cents(step)) : none, step.subtotal ? none : value(cents(step)), step.subtotal ? none : count(step.item_count), text(step.description ?? '')];
    }),
  };
}

function wordsOf({ dimension, value: code, label }: DimensionValue): string {
  return dimension === 'month' && code ? monthShort(code) : label || code || 'onbekend';
}

function itemTable(step: BridgeStep): Table {
  const items = (step.items ?? []).slice(0, MOST_ITEMS);
  const names: Record<string, string> = { law: 'Wet', category: 'Categorie', product: 'Product', provider: 'Aanbieder', month: 'Maand', taakveld: 'Taakveld' };
  const dimensions = [...new Set(items.flatMap((item) => (item.dimensions ?? []).map((each) => each.dimension)))];
  return {
    id: `tabel-${step.step ?? ''}`,
    caption: t`${step.title}: de ${items.length === 1 ? 'grootste regel' : t`grootste ${number(items.length)}`} van ${number(Number(step.item_count ?? 0))} regels`,
    columns: [...dimensions.map((id) => ({ header: names[id] ?? id, kind: 'text' as const })), { header: 'Aantal', kind: 'count' }, { header: 'Bedrag', kind: 'growth_euro' }],
    rows: items.map((item) => [
      ...dimensions.map((id) => {
        const found = item.dimensions?.find((each) => each.dimension === id);
        return text(found ? wordsOf(found) : '–');
      }),
      count(item.count),
      value(Number(item.amount_cents ?? 0)),
    ]),
  };
}

function conclusionOf(steps: BridgeStep[], now: string): string {
  const at = (id: string) => steps.find((step) => step.step === id);
  const indicated = cents(at('indicated'));
  const told = ([['declared', 'gedeclareerd'], ['approved', 'goedgekeurd'], ['booked', 'geboekt']] as const).flatMap(([id, words]) => {
    const step = at(id);
    return step && indicated > 0 ? [t`${words}: ${euro(cents(step))} (${percent(cents(step) / indicated, 1)})`] : [];
  });
  return t`Over ${now} was ${euro(indicated)} toegewezen${told.length > 0 ? t`; ${told.join(', ')}` : ''}.`;
}

function show(view: View, { bridge, totals }: Answers): HTMLElement[] {
  const now = periodWords(periodBetween(view.values['van']!, view.values['tot']!));
  const steps = bridge.steps ?? [];
  if (bridge.state !== 'ANSWERED' || steps.length === 0) return [noAnswer('brug', 'Van geïndiceerd naar geboekt', bridge.state, bridge.state_reason, 'Kies een andere periode.')];
  const drawn = stepsOf(steps);
  const ground = { measures: ['indicated', 'declared', 'approved', 'booked'], provenance: bridge.provenance, reliability: totals.totals };
  const behind = steps.filter((step) => !step.subtotal && (step.items ?? []).length > 0);
  return [
    block(view, {
      id: 'brug', title: 'Van geïndiceerd naar geboekt', conclusion: conclusionOf(steps, now), remarks: bridge.remarks, ground, table: tableOf(steps, now),
      caption: t`Van geïndiceerd naar geboekt, ${now}`,
      chart: (title) =>
        waterfall(title, t`${drawn.map((step) => t`${step.title}: ${euro(step.kind === 'total' ? step.end : step.end - step.start, 0, step.kind !== 'total')}`).join('; ')}. De tabel onder de grafiek geeft dezelfde bedragen.`, drawn, (step) => (step.kind === 'total' ? euro(step.end) : euro(step.end - step.start, 0, true))),
    }),
    ...behind.map((step) => block(view, { id: `stap-${step.step ?? ''}`, title: t`Wat zit er achter "${step.title ?? ''}"?`, conclusion: step.description, table: itemTable(step), ground })),
  ];
}

runScreen<Answers>({
  id: 'aansluiting',
  fields: (context) => {
    const months = monthChoices(context.today.slice(0, 7));
    return [
      { ...lawField(), initial: 'alle' },
      { key: 'van', label: 'Van', choices: months, initial: `${context.year}-01` },
      { key: 'tot', label: 'Tot en met', choices: months, initial: `${context.year}-12` },
    ];
  },
  question: ({ wet, van, tot }) => t`Sluit wat is toegewezen voor ${careOf(wet)} aan op wat is gedeclareerd, goedgekeurd en geboekt, ${periodWords(periodBetween(van!, tot!))}?`,
  ask: async ({ session }, { wet, van, tot }, known) => {
    const [period, filters] = [periodBetween(van!, tot!), lawFilter(wet)];
    const [bridge, totals] = await Promise.all([
      session.post<Bridge>('figures/_bridge', { period, filters, ...known }),
      session.query({ measures: ['indicated', 'declared', 'approved'], dimensions: [], period, filters, ...known }),
    ]);
    return { bridge, totals };
  },
  knownOf: ({ bridge }) => bridge.known_time,
  show,
});
