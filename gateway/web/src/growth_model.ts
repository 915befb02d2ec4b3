// SPDX-License-Identifier: EUPL-1.2
// From the answers of the services to what the page Groei shows: pure, so that every number on screen can be tested.
import { idOf, type Answer, type Decomposition, type Dimension, type Effect, type Measure, type Provenance, type Source } from './api';
import type { Group } from './charts/bars';
import type { Series } from './charts/lines';
import { stepsOf, type Step } from './charts/geometry';
import { absent, cellOf, definitions, difference, growth, moment, monthCell, text, value, type Absent, type Cell, type Figure, type Value } from './figure';
import { euro, glue, monthLong, monthShort, percent, type Month } from './format';
import { t } from './language';
import { monthsOf, seriesPeriod, type Factors, type GrowthState, type Law } from './state';
import { cellText, type Kind, type Table } from './table';

/** The measures of the page, in the order of the question. */
export const MEASURES = ['clients', 'provisions', 'indicated'] as const;
type MeasureId = (typeof MEASURES)[number];

const TITLES: Record<MeasureId, string> = { clients: 'Cliënten', provisions: 'Voorzieningen', indicated: 'Geïndiceerd bedrag' };
const KINDS: Record<MeasureId, Kind> = { clients: 'count', provisions: 'count', indicated: 'euro' };
const STROKES: Record<MeasureId, Series['stroke']> = { clients: 'solid', provisions: 'dashed', indicated: 'dotted' };

/** What a law pays for, as people say it. */
export const CARE: Record<Law, string> = { jeugdwet: 'jeugdhulp', wmo: 'Wmo-ondersteuning' };
export const LAW_TITLES: Record<Law, string> = { jeugdwet: 'Jeugdwet', wmo: 'Wmo' };

// A month with less than this share of its messages says more about the messages than about the care (requirements 5.3).
const COMPLETE = 0.9;

const MEANINGS: Record<string, string> = {
  clients: 'Het aantal cliënten veranderde.',
  intensity: 'Per cliënt zijn er meer of minder voorzieningen.',
  mix: 'Voorzieningen verschoven naar zwaardere of lichtere niveaus.',
  price: 'Dezelfde voorziening werd duurder of goedkoper.',
};
const THREE_FACTOR_PRICE = 'Een voorziening werd gemiddeld duurder of goedkoper. Zwaardere zorg telt hier mee.';

export function questionOf(state: GrowthState): string {
  return glue(t`Hoe groeiden cliënten, voorzieningen en kosten van ${CARE[state.law]} van ${monthLong(state.before)} tot ${monthLong(state.after)}, en waarom?`);
}

export interface Headline {
  title: string;
  before: string;
  after: string;
  /** "+24%", or the word for why there is none. */
  change: string;
  answered: boolean;
  /** "+114 ten opzichte van januari 2017"; names its base. */
  base: string;
  /** "precies +23,6%", or why there is no growth. */
  note: string;
}

function monthOf(figure: Figure): Month {
  const value = figure.dimensions?.find((each) => each.dimension === 'month')?.value ?? figure.period?.start_date ?? '';
  return value.slice(0, 7);
}

/** The figure of a measure in one of the two months: the decomposition's, or when that has none the one of the series. */
export function figureOf(measure: string, month: Month, side: Figure[] | undefined, series: Answer): Figure | undefined {
  return (
    side?.find((figure) => figure.measure === measure) ??
    series.figures?.find((figure) => figure.measure === measure && monthOf(figure) === month)
  );
}

/** Figures of both months: clients, provisions and amount before, then after. */
export function comparedFigures(answer: Decomposition, series: Answer, state: GrowthState): Array<Figure | undefined> {
  return [
    ...MEASURES.map((measure) => figureOf(measure, state.before, answer.before, series)),
    ...MEASURES.map((measure) => figureOf(measure, state.after, answer.after, series)),
  ];
}

// Two values may each be an answer and still not be comparable.
function comparable(answer: Decomposition, change: Value | Absent): Value | Absent {
  if (change.kind === 'absent' || answer.state === 'ANSWERED') return change;
  return absent(answer.state, answer.state_reason);
}

export function headlinesOf(answer: Decomposition, series: Answer, state: GrowthState): Headline[] {
  return MEASURES.map((measure) => {
    const kind = KINDS[measure];
    const before = cellOf(figureOf(measure, state.before, answer.before, series));
    const after = cellOf(figureOf(measure, state.after, answer.after, series));
    const change = comparable(answer, growth(before, after));
    const more = comparable(answer, difference(before, after));
    const base = t`ten opzichte van ${monthLong(state.before)}`;
    return {
      title: measure === 'indicated' ? 'Geïndiceerd bedrag per maand' : TITLES[measure],
      before: cellText(before, kind),
      after: cellText(after, kind),
      change: change.kind === 'value' ? percent(change.value, 0, true) : change.word,
      answered: change.kind === 'value',
      base: more.kind === 'value' ? t`${cellText(more, kind === 'euro' ? 'growth_euro' : 'change')} ${base}` : base,
      note: change.kind === 'value' ? t`precies ${percent(change.value, 1, true)}` : change.why,
    };
  });
}

function effectsOf(answer: Decomposition, factors: Factors): Effect[] {
  return (factors === 3 ? answer.three_factor : answer.four_factor) ?? [];
}

function effectTitle(effect: Effect): string {
  return effect.title || effect.factor;
}

function levelOf(factors: Factors): string {
  return factors === 3 ? 'drie factoren, gerekend over totalen' : 'vier factoren, gerekend per interventieniveau';
}

/** The bars of the decomposition; none when the services gave no decomposition. */
export function waterfallOf(answer: Decomposition, state: GrowthState): Step[] {
  const before = cellOf(answer.before?.find((figure) => figure.measure === 'indicated'));
  const effects = effectsOf(answer, state.factors);
  if (before.kind !== 'value' || effects.length === 0) return [];
  return stepsOf(
    { title: monthLong(state.before), value: before.value },
    effects.map((effect) => ({ title: effectTitle(effect), value: Number(effect.amount_cents ?? 0) })),
    monthLong(state.after),
  );
}

export function effectTable(answer: Decomposition, state: GrowthState): Table {
  return {
    id: 'tabel-oorzaken',
    caption: t`Tabel 1. Groei van het geïndiceerde bedrag per maand, ${monthShort(state.before)} – ${monthShort(state.after)}: ${levelOf(state.factors)}`,
    columns: [
      { header: 'Oorzaak', kind: 'text' },
      { header: 'Bedrag per maand', kind: 'growth_euro' },
      { header: 'Deel van de groei', kind: 'share' },
      { header: 'Betekenis', kind: 'text' },
    ],
    rows: effectsOf(answer, state.factors).map((effect) => [
      text(effectTitle(effect)),
      value(Number(effect.amount_cents ?? 0)),
      value(effect.share ?? 0),
      text(state.factors === 3 && effect.factor === 'price' ? THREE_FACTOR_PRICE : (MEANINGS[effect.factor] ?? 'Zie de definities.')),
    ]),
    total: [text('Hele groei'), value(Number(answer.growth_cents ?? 0)), value(1), text('De oorzaken samen zijn precies de groei.')],
  };
}

export function effectDescription(steps: Step[]): string {
  const [first, last] = [steps[0], steps.at(-1)];
  if (!first || !last) return '';
  const parts = steps.slice(1, -1).map((step) => t`${step.title}: ${euro(step.end - step.start, 0, true)}`);
  return t`Van ${euro(first.end)} in ${first.title} naar ${euro(last.end)} in ${last.title}. ${parts.join('; ')}. De tabel onder de grafiek geeft dezelfde bedragen.`;
}

/** The groups of the decomposition, for the chart. */
export function groupsOf(answer: Decomposition): Group[] {
  return (answer.groups ?? []).map((group) => {
    const before = cellOf(group.provisions_before);
    const after = cellOf(group.provisions_after);
    const change = growth(before, after);
    return {
      title: group.group.label || group.group.value || 'onbekend',
      before,
      after,
      change: change.kind === 'value' ? percent(change.value, 0, true) : change.word,
    };
  });
}

export function groupDescription(groups: Group[]): string {
  const parts = groups.map((group) => t`${group.title}: van ${cellText(group.before, 'count')} naar ${cellText(group.after, 'count')} (${group.change})`);
  return t`${parts.join('; ')}. De tabel onder de grafiek geeft dezelfde aantallen.`;
}

export function groupTable(answer: Decomposition, state: GrowthState): Table {
  const total = (measure: string, side: Figure[] | undefined) => cellOf(side?.find((figure) => figure.measure === measure));
  const cells = (title: string, before: Cell, after: Cell, amountBefore: Cell, amountAfter: Cell): Cell[] => [
    text(title), before, after, growth(before, after), amountBefore, amountAfter, difference(amountBefore, amountAfter),
  ];
  const [first, second] = [monthShort(state.before), monthShort(state.after)];
  return {
    id: 'tabel-niveaus',
    caption: t`Tabel 2. Voorzieningen en geïndiceerd bedrag per interventieniveau (IVN), ${first} en ${second}`,
    columns: [
      { header: 'Niveau', kind: 'text' },
      { header: t`Voorzieningen ${first}`, kind: 'count' },
      { header: t`Voorzieningen ${second}`, kind: 'count' },
      { header: t`Groei voorzieningen t.o.v. ${first}`, kind: 'growth' },
      { header: t`Bedrag ${first}`, kind: 'euro' },
      { header: t`Bedrag ${second}`, kind: 'euro' },
      { header: 'Groei bedrag', kind: 'growth_euro' },
    ],
    rows: (answer.groups ?? []).map((group) =>
      cells(
        group.group.label || group.group.value || 'onbekend',
        cellOf(group.provisions_before), cellOf(group.provisions_after), cellOf(group.amount_before), cellOf(group.amount_after),
      ),
    ),
    total: cells(
      'Totaal',
      total('provisions', answer.before), total('provisions', answer.after), total('indicated', answer.before), total('indicated', answer.after),
    ),
  };
}

/** The tables of an answer, by the section they are in; one that has no answer is not there. */
export function tablesOf(answer: Decomposition, series: Answer, state: GrowthState): Map<string, Table> {
  return new Map([
    ...(waterfallOf(answer, state).length > 0 ? [['waarom', effectTable(answer, state)] as const] : []), ...((answer.groups ?? []).length > 0 ? [['niveaus', groupTable(answer, state)] as const] : []),
    ['verloop', overTimeOf(series, state).table] as const,
  ]);
}

export interface OverTime {
  months: Month[];
  series: Series[];
  table: Table;
  /** Months left out of the lines because their messages are not complete. */
  incomplete: Month[];
}

/** The three measures per month, as numbers and as an index of the first compared month. */
export function overTimeOf(series: Answer, state: GrowthState): OverTime {
  const months = monthsOf(seriesPeriod(state));
  const found = new Map((series.figures ?? []).map((figure) => [`${figure.measure} ${monthOf(figure)}`, figure]));
  const figures = (measure: MeasureId) => months.map((month) => found.get(`${measure} ${month}`));
  const incomplete = months.filter((month) =>
    MEASURES.some((measure) => {
      const completeness = found.get(`${measure} ${month}`)?.reliability?.completeness;
      return completeness !== undefined && completeness < COMPLETE;
    }),
  );
  const columns = MEASURES.map((measure) => {
    const base = cellOf(found.get(`${measure} ${state.before}`));
    const cells = figures(measure).map((figure) => cellOf(figure));
    const indices = cells.map((cell): Value | Absent => {
      // A month without a figure says why itself; only then does the base matter.
      const change = cell.kind === 'absent' ? cell : growth(base, cell);
      return change.kind === 'value' ? value(100 * (1 + change.value)) : change;
    });
    return { measure, cells, indices };
  });
  return {
    months,
    incomplete,
    series: columns.map(({ measure, indices }) => ({
      title: TITLES[measure],
      stroke: STROKES[measure],
      values: indices.map((cell, index) => (incomplete.includes(months[index]!) ? absent('NOT_AVAILABLE') : cell)),
    })),
    table: {
      id: 'tabel-verloop',
      caption: t`Tabel 3. Cliënten, voorzieningen en geïndiceerd bedrag per maand; index: ${monthShort(state.before)} = 100`,
      columns: [
        { header: 'Maand', kind: 'text' },
        ...MEASURES.map((measure) => ({ header: TITLES[measure], kind: KINDS[measure] })),
        ...MEASURES.map((measure) => ({ header: t`Index ${TITLES[measure].toLowerCase()}`, kind: 'index' as const })),
      ],
      rows: months.map((month, index) => [
        incomplete.includes(month) ? { ...text(t`${monthShort(month)} (niet volledig)`), name: monthShort(month) } : monthCell(month),
        ...columns.map(({ cells }) => cells[index]!),
        ...columns.map(({ indices }) => indices[index]!),
      ]),
    },
  };
}

export function overTimeDescription(data: OverTime, state: GrowthState): string {
  const at = data.months.indexOf(state.after);
  const parts = data.series.map((each) => {
    const cell = each.values[at];
    return t`${each.title.toLowerCase()} ${cell ? cellText(cell, 'index') : 'niet beschikbaar'}`;
  });
  return t`Drie lijnen per maand, ${monthLong(state.before)} is 100. In ${monthLong(state.after)}: ${parts.join(', ')}. De tabel onder de grafiek geeft alle maanden.`;
}

export function provenanceTable(answer: Decomposition, sources: Source[]): Table {
  const titles = new Map(sources.map((source) => [idOf(source.name), source]));
  const row = (line: Provenance): Cell[] => [
    text(titles.get(line.source)?.title || line.source),
    text(titles.get(line.source)?.owner || 'onbekend'),
    value(Number(line.delivery_count ?? 0)),
    line.newest_known_time ? moment(line.newest_known_time) : { ...absent('NOT_AVAILABLE'), word: 'nog niets ontvangen' },
  ];
  return {
    id: 'tabel-bronnen',
    caption: 'Tabel 4. Bronnen achter deze cijfers',
    columns: [
      { header: 'Bron', kind: 'text' },
      { header: 'Eigenaar', kind: 'text' },
      { header: 'Leveringen', kind: 'count' },
      { header: 'Nieuwste bekend op', kind: 'text' },
    ],
    rows: (answer.provenance ?? []).map(row),
  };
}

export function definitionTable(figures: Array<Figure | undefined>, measures: Measure[]): Table {
  return {
    id: 'tabel-definities',
    caption: 'Tabel 5. Wat is er geteld?',
    columns: [
      { header: 'Maat', kind: 'text' },
      { header: 'Definitie en versie', kind: 'text' },
      { header: 'Omschrijving', kind: 'text' },
    ],
    rows: MEASURES.map((id) => {
      const measure = measures.find((each) => idOf(each.name) === id);
      const used = definitions(figures.filter((figure) => figure?.measure === id)).join(', ');
      return [
        text(measure?.title || TITLES[id]),
        text(used || measure?.definition || 'onbekend'),
        text(measure?.description || 'niet beschikbaar'),
      ];
    }),
  };
}

/** What people ask for and nobody registers (R3): named, with the reason. */
export function unregistered(dimensions: Dimension[]): Array<{ title: string; reason: string }> {
  return dimensions
    .filter((dimension) => dimension.registered !== true)
    .map((dimension) => ({
      title: dimension.title || idOf(dimension.name),
      reason: dimension.reason || 'Geen enkele bron van deze gemeente legt dit vast.',
    }));
}
