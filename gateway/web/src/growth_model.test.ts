// SPDX-License-Identifier: EUPL-1.2
// What the page shows of fixture F1, and of answers that are no answer.
import { describe, expect, it } from 'vitest';
import { decompose, measures, dimensions, query } from '../test/answers.mjs';
import type { Answer, Decomposition } from './api';
import { cellOf, growth, value, type Figure } from './figure';
import * as model from './growth_model';
import { DEFAULT_STATE, periodOf, seriesPeriod, type GrowthState } from './state';
import { cellText } from './table';

const NBSP = '\u00a0';

function ask(changes: Partial<GrowthState> = {}): { state: GrowthState; decomposition: Decomposition; series: Answer } {
  const state = { ...DEFAULT_STATE, ...changes };
  const common = { filters: [{ dimension: 'law', values: [state.law] }], ...(state.known && { known_time: state.known }) };
  return {
    state,
    decomposition: decompose({ before: periodOf(state.before), after: periodOf(state.after), ...common }),
    series: query({ measures: [...model.MEASURES], period: seriesPeriod(state), ...common }),
  };
}

describe('a figure', () => {
  const figure = (more: Partial<Figure>): Figure => ({ measure: 'clients', state: 'ANSWERED', ...more });
  it('of 0 is a counted zero', () => expect(cellOf(figure({ count: '0' }))).toEqual({ kind: 'value', value: 0 }));
  it.each([
    ['SUPPRESSED', 'afgeschermd'], ['NOT_REGISTERED', 'niet geregistreerd'], ['NOT_AVAILABLE', 'niet beschikbaar'],
    ['NOT_COMPARABLE', 'niet vergelijkbaar'], ['STATE_UNSPECIFIED', 'onbekend'], ['SOMETHING_NEW', 'onbekend'],
  ])('in state %s is the word %s, also when a value came along', (state, word) =>
    expect(cellOf(figure({ state, count: '7' }))).toMatchObject({ kind: 'absent', word }),
  );
  it('that is answered without a value is not shown as one', () => {
    expect(cellOf(figure({}))).toMatchObject({ word: 'niet beschikbaar' });
    expect(cellOf(figure({ count: 'veel' }))).toMatchObject({ word: 'niet beschikbaar' });
    expect(cellOf(undefined)).toMatchObject({ word: 'niet beschikbaar' });
  });
  it('cannot grow from nothing', () => expect(growth(value(0), value(5))).toMatchObject({ word: 'niet te berekenen' }));
});

describe('headlines', () => {
  it('are 484 to 598, 601 to 786 and 416.000 to 598.264, with growth and base (T-01..T-03)', () => {
    const { decomposition, series, state } = ask();
    expect(model.headlinesOf(decomposition, series, state).map((each) => [each.before, each.after, each.change])).toEqual([
      ['484', '598', '+24%'], ['601', '786', '+31%'], [`€${NBSP}416.000`, `€${NBSP}598.264`, '+44%'],
    ]);
    expect(model.headlinesOf(decomposition, series, state)[0]).toMatchObject({ base: '+114 ten opzichte van januari 2017', note: 'precies +23,6%' });
  });
  it('show both months but no growth where they may not be compared', () => {
    const { series, state } = ask();
    const [clients] = model.headlinesOf({ state: 'NOT_COMPARABLE', state_reason: 'TREND_BREAK' }, series, state);
    expect(clients).toMatchObject({ before: '484', after: '598', change: 'niet vergelijkbaar' });
    expect(clients!.note).toMatch(/manier van inkopen/);
    expect(clients!.base).not.toMatch(/114/);
  });
  it('are words where a figure is protected', () => {
    const { decomposition, series, state } = ask({ law: 'wmo' });
    expect(model.headlinesOf(decomposition, series, state).map((each) => [each.before, each.after, each.change])).toEqual(
      Array(3).fill(['afgeschermd', 'afgeschermd', 'afgeschermd']),
    );
  });
});

describe('the decomposition', () => {
  it.each([3, 4] as const)('of %d factors closes on the later amount to the cent (T-04, T-05)', (factors) => {
    const { decomposition, state } = ask({ factors });
    const steps = model.waterfallOf(decomposition, state);
    expect(steps).toHaveLength(factors + 2);
    expect([steps[0]!.end, steps.at(-1)!.end]).toEqual([41_600_000, 59_826_400]);
  });
  it('says its level and its sum', () => {
    const { decomposition, state } = ask({ factors: 3 });
    const table = model.effectTable(decomposition, state);
    expect(table.caption).toMatch(/drie factoren, gerekend over totalen/);
    expect(cellText(table.total![1]!, 'growth_euro')).toBe(`+€${NBSP}182.264`);
  });
  it('is no chart when there is none', () => {
    const { decomposition, state } = ask({ law: 'wmo' });
    expect(model.waterfallOf(decomposition, state)).toEqual([]);
    expect(model.groupsOf(decomposition)).toEqual([]);
  });
  it('shifts -20, +51, +34, +24 and +50 per level (T-06)', () => {
    const { decomposition } = ask();
    expect(model.groupsOf(decomposition).map((group) => group.change)).toEqual(['−20%', '+51%', '+34%', '+24%', '+50%']);
  });
  it('calls a level nobody knows by its name', () => {
    const [group] = model.groupsOf({ state: 'ANSWERED', groups: [{ group: { dimension: 'ivn' } }] });
    expect(group).toMatchObject({ title: 'onbekend', change: 'niet beschikbaar' });
  });
});

describe('over time', () => {
  const { series, state } = ask();
  const data = model.overTimeOf(series, state);
  it('every line is 100 in the first compared month', () => {
    const base = data.months.indexOf('2017-01');
    for (const each of data.series) expect(each.values[base]).toEqual({ kind: 'value', value: 100 });
  });
  it('has a row per month and leaves no cell empty', () => {
    expect(data.table.rows).toHaveLength(36);
    for (const row of data.table.rows) for (const cell of row) expect(cellText(cell, 'count')).not.toBe('');
  });
  it('lets a month without a figure say why itself, whatever the base', () => {
    const wmo = ask({ law: 'wmo' });
    const [first, base] = [0, 12].map((at) => model.overTimeOf(wmo.series, wmo.state).table.rows[at]!.map((cell) => cellText(cell, 'count')));
    expect(first).toEqual(['jan 2016', ...Array(6).fill('niet beschikbaar')]);
    expect(base).toEqual(['jan 2017', ...Array(6).fill('afgeschermd')]);
  });
  it('draws no month that is less than 90% complete, but keeps it in the table', () => {
    const march = data.months.indexOf('2018-03');
    expect(data.incomplete).toEqual(['2018-03']);
    expect(data.series[0]!.values[march]!.kind).toBe('absent');
    expect(data.table.rows[march]![0]).toEqual({ kind: 'text', text: 'mrt 2018 (niet volledig)', name: 'mrt 2018' });
    expect(data.table.rows[march]![1]!.kind).toBe('value');
  });
});

describe('background', () => {
  it('names the version every measure was calculated with', () => {
    const { decomposition, series, state } = ask();
    const table = model.definitionTable(model.comparedFigures(decomposition, series, state), measures.measures);
    expect(table.rows.map((row) => cellText(row[1]!, 'text'))).toEqual(['clients/1', 'provisions/1', 'indicated/1']);
  });
  it('names what nobody registers, with the reason (R3)', () => {
    expect(model.unregistered(dimensions.dimensions)).toEqual([{ title: 'Inkomen', reason: expect.stringMatching(/niet vastgelegd/) }]);
  });
  it('calls a source without a name by its id', () => {
    const table = model.provenanceTable({ state: 'ANSWERED', provenance: [{ source: 'jw323' }] }, []);
    expect(table.rows[0]!.map((cell) => cellText(cell, 'count'))).toEqual(['jw323', 'onbekend', '0', 'nog niets ontvangen']);
  });
});
