// SPDX-License-Identifier: EUPL-1.2
// The page Aanbieders: how money is spread over providers, who grew and why, where each stands against its ceiling, and the signals.
// Never a ranking by duration or level: the order is that of the money, which is the question, or of the name.
import type { Answer, Provenance, Signal } from './api';
import { ACTOR_CHOICES, accountBlocks, readAccount, type Shown } from './account';
import { block, headlines, noAnswer } from './block';
import { pairedBars } from './charts/bars';
import { funnel } from './charts/funnel';
import { intervalBars } from './charts/interval_bars';
import { h } from './dom';
import { positionTable, type Position } from './dossiers_model';
import { cellIf, count, growth, text, value, type Cell, type DimensionValue } from './figure';
import { euro, number, percent } from './format';
import { funnelTable, funnelWords, LEAST, pointsOf } from './funnel_model';
import { t } from './language';
import { providerChoices } from './provider_choices';
import { formatQuery, yearChoices, yearPeriod } from './query';
import { careOf, joinProvenance, lawField, lawFilter, runScreen, type View } from './screen';
import { maySee, screenOf } from './screens';
import { takeUpButton } from './signal_action';
import { conclusionOf, NO_VERDICT, signalTable } from './signals_model';
import { cellText, type Table } from './table';

interface ProviderGrowth {
  provider?: DimensionValue;
  cohort?: string;
  provider_count?: string;
  clients_before?: string;
  clients_after?: string;
  mean_ivn_before?: number;
  mean_ivn_after?: number;
  amount_before_cents?: string;
  amount_after_cents?: string;
  growth_cents?: string;
  effects?: Array<{ factor?: string; title?: string; amount_cents?: string }>;
}

interface Growth {
  state?: string;
  state_reason?: string;
  providers?: ProviderGrowth[];
  cohorts?: ProviderGrowth[];
  total?: ProviderGrowth;
  conclusion?: string;
  remarks?: string[];
  provenance?: Provenance[];
  known_time?: string;
}

interface Range {
  least?: number;
  most?: number;
}

interface Concentration {
  state?: string;
  state_reason?: string;
  providers?: {
    state?: string;
    state_reason?: string;
    provider_count?: string;
    amount_cents?: string;
    largest5_share?: Range;
    hhi?: Range;
    largest?: Array<{ provider?: DimensionValue; amount_cents?: string; share?: number }>;
    changes?: Array<{ text?: string }>;
  };
  conclusion?: string;
  remarks?: string[];
  provenance?: Provenance[];
  known_time?: string;
}

interface Answers {
  growth: Growth;
  totals: Answer;
  /** New provisions per provider and level. */
  started?: Answer;
  concentration?: Concentration;
  positions?: Position[];
  signals?: Signal[];
  account?: Shown;
}

const COHORTS: Record<string, string> = { NEW_PROVIDER: 'Nieuwe aanbieders', SMALL_PROVIDER: 'Kleine aanbieders', LARGE_PROVIDER: 'Grote aanbieders' };
const FACTORS: Array<[factor: string, header: string]> = [['clients', 'Door cliënten'], ['intensity', 'Door voorzieningen per cliënt'], ['mix', 'Door zwaarte'], ['price', 'Door prijs']];
const TOLD = 'De tabel onder de grafiek geeft dezelfde cijfers.';
const MOST_BARS = 20;

const nameOf = (each: ProviderGrowth) => each.provider?.label || each.provider?.value || COHORTS[each.cohort ?? ''] || 'onbekend';
const optional = (number: number | undefined): Cell => cellIf(number === undefined ? 'NOT_AVAILABLE' : 'ANSWERED', '', number);

function growthTable(id: string, title: string, rows: ProviderGrowth[], total: ProviderGrowth | undefined, before: number, after: number): Table {
  const factors = FACTORS.filter(([factor]) => [...rows, ...(total ? [total] : [])].some((each) => each.effects?.some((effect) => effect.factor === factor)));
  const row = (each: ProviderGrowth, name: string): Cell[] => {
    const [from, to] = [count(each.amount_before_cents), count(each.amount_after_cents)];
    const named = factors.map(([factor]) => Number(each.effects?.find((effect) => effect.factor === factor)?.amount_cents ?? 0));
    const other = Number(each.growth_cents ?? 0) - named.reduce((sum, amount) => sum + amount, 0);
    return [
      text(name), count(each.clients_before), count(each.clients_after), optional(each.mean_ivn_before), optional(each.mean_ivn_after), from, to, count(each.growth_cents), growth(from, to),
      ...named.map((amount) => value(amount)), value(other),
    ];
  };
  return {
    id,
    caption: t`${title}, ${before} en ${after}`,
    columns: [
      { header: 'Aanbieder', kind: 'text' }, { header: t`Cliënten ${before}`, kind: 'count' }, { header: t`Cliënten ${after}`, kind: 'count' },
      { header: t`Gemiddeld IVN ${before}`, kind: 'ratio' }, { header: t`Gemiddeld IVN ${after}`, kind: 'ratio' },
      { header: t`Bedrag ${before}`, kind: 'euro' }, { header: t`Bedrag ${after}`, kind: 'euro' }, { header: 'Groei', kind: 'growth_euro' }, { header: t`Groei t.o.v. ${before}`, kind: 'growth' },
      ...factors.map(([, header]) => ({ header, kind: 'growth_euro' as const })), { header: 'Door andere oorzaken', kind: 'growth_euro' },
    ],
    rows: rows.map((each) => row(each, nameOf(each))),
    ...(total && { total: row(total, 'Alle aanbieders') }),
  };
}

function rangeWords(range: Range | undefined, show: (value: number) => string): string {
  if (range?.least === undefined && range?.most === undefined) return 'niet te zeggen';
  const [least, most] = [range.least ?? 0, range.most ?? 0];
  return least === most ? show(most) : t`${show(least)} tot ${show(most)}`;
}

function concentrationBlock(view: View, answer: Concentration, totals: Answer, year: number): HTMLElement {
  const spread = answer.providers;
  const title = 'Hoe is het geld verdeeld?';
  if (answer.state !== 'ANSWERED' || spread?.state !== 'ANSWERED') return noAnswer('verdeling', title, spread?.state ?? answer.state, spread?.state_reason ?? answer.state_reason);
  const largest = spread.largest ?? [];
  return block(view, {
    id: 'verdeling', title,
    conclusion: t`In ${year} ging ${euro(Number(spread.amount_cents ?? 0))} naar ${number(Number(spread.provider_count ?? 0))} aanbieders. De vijf grootste kregen samen ${rangeWords(spread.largest5_share, (share) => percent(share))}.`,
    before: [
      headlines([
        { title: 'Deel van de vijf grootste', figure: rangeWords(spread.largest5_share, (share) => percent(share)), base: ['van het goedgekeurde bedrag'] },
        { title: 'Concentratie (HHI)', figure: rangeWords(spread.hhi, (points) => number(points)), base: ['0 is gelijk verdeeld, 10.000 is alles bij één aanbieder'] },
        { title: 'Aanbieders', figure: number(Number(spread.provider_count ?? 0)), base: ['met een goedgekeurd bedrag'] },
      ]),
    ],
    caption: t`Deel van het goedgekeurde bedrag, de ${largest.length} grootste aanbieders, ${year}`,
    chart: (words) => intervalBars(words, TOLD, largest.map((each) => ({ title: each.provider?.label || each.provider?.value || 'onbekend', cell: value(each.share ?? 0) })), 'share'),
    table: {
      id: 'tabel-verdeling',
      caption: t`De ${largest.length} grootste aanbieders, ${year}`,
      columns: [{ header: 'Aanbieder', kind: 'text' }, { header: 'Goedgekeurd bedrag', kind: 'euro' }, { header: 'Deel', kind: 'share' }],
      rows: largest.map((each) => [text(each.provider?.label || each.provider?.value || 'onbekend'), count(each.amount_cents), value(each.share ?? 0)]),
    },
    remarks: [...(answer.remarks ?? []), ...(spread.changes ?? []).map((change) => change.text ?? '').filter(Boolean)],
    ground: { measures: ['approved', 'largest5_share', 'hhi'], provenance: answer.provenance, reliability: totals.totals },
  });
}

function growthBlocks(view: View, answer: Growth, totals: Answer, before: number, after: number): HTMLElement[] {
  if (answer.state !== 'ANSWERED') return [noAnswer('groei', 'Wie groeide, en waardoor?', answer.state, answer.state_reason, 'Kies een ander jaar.')];
  const providers = answer.providers ?? [];
  const shown = providers.slice(0, MOST_BARS);
  const ground = { measures: ['indicated', 'clients'], provenance: answer.provenance, reliability: totals.totals };
  return [
    block(view, {
      id: 'groei', title: 'Wie groeide, en waardoor?', conclusion: answer.conclusion, ground,
      remarks: [...(answer.remarks ?? []), ...(providers.length > MOST_BARS ? [t`De grafiek toont de ${MOST_BARS} aanbieders die het meest groeiden; de tabel heeft ze alle.`] : [])],
      caption: t`Geïndiceerd bedrag per aanbieder, ${before} en ${after}, grootste groei bovenaan`,
      chart: (words) =>
        pairedBars(words, t`${shown.map((each) => t`${nameOf(each)}: van ${cellText(count(each.amount_before_cents), 'euro')} naar ${cellText(count(each.amount_after_cents), 'euro')}`).join('; ')}. ${TOLD}`, shown.map((each) => {
          const [from, to] = [count(each.amount_before_cents), count(each.amount_after_cents)];
          const change = growth(from, to);
          return { title: nameOf(each), before: from, after: to, change: change.kind === 'value' ? percent(change.value, 0, true) : change.word };
        }), { before: String(before), after: String(after) }, 'euro'),
      table: growthTable('tabel-groei', 'Groei per aanbieder', providers, answer.total, before, after), tall: true,
    }),
    block(view, { id: 'soorten', title: 'Groeien nieuwe, kleine en grote aanbieders even hard?', table: growthTable('tabel-soorten', 'Groei naar soort aanbieder', answer.cohorts ?? [], answer.total, before, after), ground }),
  ];
}

function funnelBlock(view: View, started: Answer, year: number): HTMLElement[] {
  const points = pointsOf(started.figures ?? [], '6', '5');
  if (points.length === 0) return [];
  return [
    block(view, {
      id: 'trechter', title: 'Kiest een aanbieder vaker niveau 6?', conclusion: funnelWords(points),
      remarks: [
        'Een punt buiten de grenzen is een reden om te vragen, geen oordeel: de cliënten van aanbieders verschillen, en daarvoor is niet gecorrigeerd.',
        'Wie weinig nieuwe voorzieningen heeft, kan door toeval ver van het gemiddelde liggen. Daarom lopen de grenzen naar links uit elkaar.',
        ...(points.some((point) => point.of < LEAST) ? [t`Aanbieders met minder dan ${LEAST} staan alleen in de tabel.`] : []),
      ],
      caption: t`Deel niveau 6 van de nieuwe voorzieningen met niveau 5 of 6, per aanbieder, ${year}`,
      chart: (words) => funnel(words, t`${funnelWords(points)} ${TOLD}`, points, 'nieuwe voorzieningen met niveau 5 of 6'),
      table: funnelTable(points, t`Nieuwe voorzieningen met niveau 5 en 6 per aanbieder, op naam, ${year}`), tall: points.length > 20,
      ground: { figures: started.totals, measures: ['provisions_started'], provenance: started.provenance },
    }),
  ];
}

function signalBlock(view: View, signals: Signal[], year: number): HTMLElement {
  const place = h('div', {});
  const numbers = { ...view.next };
  const draw = () =>
    place.replaceChildren(
      block({ ...view, next: { ...numbers } }, {
        id: 'signalen-titel', title: 'Welke signalen staan open?', conclusion: conclusionOf(signals),
        before: [h('p', { class: 'nl-paragraph' }, NO_VERDICT)],
        ...(signals.length > 0 && {
          table: signalTable(signals, t`Openstaande signalen over ${year}`, false),
          actions: (row: number) =>
            takeUpButton(view.session, signals[row]!, (changed) => {
              signals[row] = changed;
              draw();
              place.querySelector<HTMLElement>(`#signalen tbody tr:nth-child(${row + 1}) button`)?.focus();
            }),
        }),
      }),
    );
  draw();
  if (signals.length > 0) view.next.table++;
  return place;
}

function show(view: View, answers: Answers): HTMLElement[] {
  const after = Number(view.values['jaar']);
  const before = after - 1;
  const { positions, signals, concentration, started, account } = answers;
  const only = view.values['wet'] === 'alle' ? () => true : (each: { law?: string }) => each.law === view.values['wet'];
  const chosen = view.values['aanbieder'];
  const own = (each: { provider?: string }) => !chosen || chosen === GEEN || each.provider === chosen;
  const shownPositions = positions?.filter(only);
  const shownSignals = signals?.filter((signal) => only(signal) && own(signal) && signal.year === after);
  const over = (shownPositions ?? []).filter((each) => each.used?.state === 'ANSWERED' && (each.used.ratio ?? 0) > 1).length;
  return [
    ...(account ? accountBlocks(view, account) : []),
    ...(account && shownSignals ? [signalBlock(view, shownSignals, after)] : []),
    ...(concentration ? [concentrationBlock(view, concentration, answers.totals, after)] : []),
    ...growthBlocks(view, answers.growth, answers.totals, before, after),
    ...(started ? funnelBlock(view, started, after) : []),
    ...(shownPositions
      ? [
          block(view, {
            id: 'posities', title: 'Waar staan zij tegen hun plafond?',
            conclusion: over > 0 ? t`${number(over)} van de ${number(shownPositions.length)} contracten zitten boven het plafond van ${after}.` : t`Geen van de ${number(shownPositions.length)} contracten zit boven het plafond van ${after}.`,
            table: positionTable(shownPositions, after), tall: shownPositions.length > 20,
            actions: (row) => {
              const { provider = '', provider_title: title = provider } = shownPositions[row]!;
              const link = (href: string, words: string) => h('a', { class: 'nl-link', href }, words, h('span', { class: 'nmd-visually-hidden' }, t` van ${title}`));
              return [link(formatQuery({ ...view.values, aanbieder: provider }, view.known), 'Rekening'), link(`./dossier.html${formatQuery({ aanbieder: provider, jaar: String(after) }, view.known)}`, 'Dossier')];
            },
            ground: { figures: shownPositions.flatMap((each) => [each.indicated, each.declared, each.approved]), provenance: joinProvenance(answers.growth.provenance) },
          }),
        ]
      : []),
    ...(!account && shownSignals ? [signalBlock(view, shownSignals, after)] : []),
  ];
}

const GEEN = 'geen';

runScreen<Answers>({
  id: 'aanbieders',
  fields: async (context) => [
    lawField(),
    { key: 'jaar', label: 'Jaar', choices: yearChoices(Number(context.today.slice(0, 4))).slice(1), initial: String(context.year) },
    {
      key: 'niveau', label: 'Tel per', initial: 'provider',
      choices: [{ value: 'provider', title: 'Aanbieder' }, { value: 'concern', title: 'Concern' }, { value: 'organisation', title: 'Organisatie' }],
    },
    ...(maySee(screenOf('signalen'), context.role)
      ? [
          { key: 'aanbieder', label: 'Rekening van', choices: [{ value: GEEN, title: 'Geen: alle aanbieders samen' }, ...(await providerChoices(context.session, context.year))], initial: GEEN },
          { key: 'posten', label: 'Posten op die rekening', choices: ACTOR_CHOICES, initial: 'iedereen' },
        ]
      : []),
  ],
  question: ({ wet, jaar }) => t`Hoe is het geld voor ${careOf(wet)} in ${jaar} verdeeld over aanbieders, en wie groeide?`,
  ask: async ({ session, role }, { wet, jaar, niveau, aanbieder, posten }, known) => {
    const filters = lawFilter(wet);
    const year = Number(jaar);
    const contracts = maySee(screenOf('signalen'), role);
    const [growth, totals, concentration, positions, signals, started, account] = await Promise.all([
      session.post<Growth>('growth/_providers', { before: yearPeriod(year - 1), after: yearPeriod(year), provider_level: niveau, filters, ...known }),
      session.query({ measures: ['approved', 'indicated', 'clients'], dimensions: [], period: yearPeriod(year), filters, ...known }),
      role === 'griffie' ? undefined : session.post<Concentration>('concentration/_describe', { period: yearPeriod(year), provider_level: niveau, filters, ...known }),
      contracts ? session.list<Position>('positions', { year: String(year), ...(known.known_time && { known_time: known.known_time }) }) : undefined,
      contracts ? session.signals() : undefined,
      wet === 'wmo' ? undefined : session.query({ measures: ['provisions_started'], dimensions: ['provider', 'ivn'], period: yearPeriod(year), filters: lawFilter('jeugdwet'), ...known }),
      contracts && aanbieder && aanbieder !== GEEN ? readAccount(session, aanbieder, year, wet, posten ?? 'iedereen', known) : undefined,
    ]);
    return {
      growth, totals, ...(concentration && { concentration }), ...(positions && { positions }), ...(signals && { signals }), ...(started && { started }), ...(account && { account }),
    };
  },
  knownOf: ({ growth }) => growth.known_time,
  show,
});
