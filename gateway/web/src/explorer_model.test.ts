// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import { barsOf, comparedRows, conclusionOf, kindOf, linesOf, matchedRows, rowsOf, splitFault, tableOf, type Words } from './explorer_model';
import { cellText } from './table';
import type { Figure } from './figure';

const figure = (ivn: string, count: number | undefined, more: Partial<Figure> = {}): Figure => ({
  measure: 'clients', dimensions: [{ dimension: 'ivn', value: ivn, label: `IVN ${ivn}` }],
  ...(count === undefined ? { state: 'SUPPRESSED', state_reason: 'CELL_PROTECTED' } : { state: 'ANSWERED', count: String(count) }), ...more,
});
const words: Words = { title: 'Cliënten', dimensions: ['Niveau'], now: '2018', kind: 'count' };

describe('rows', () => {
  it('keep a figure without a value as its word', () => {
    const rows = rowsOf([figure('4', 10), figure('5', undefined)], ['ivn']);
    expect(tableOf(rows, undefined, words, 'x').rows[1]![1]).toMatchObject({ kind: 'absent', word: 'afgeschermd', state: 'SUPPRESSED' });
    expect(barsOf(rows)[1]!.cell.kind).toBe('absent');
  });
  it('of two periods that may not be compared have both values and no growth (R17)', () => {
    const rows = comparedRows([{ before: figure('4', 10), after: figure('4', 20), state: 'NOT_COMPARABLE', state_reason: 'TREND_BREAK' }], ['ivn']);
    const cells = tableOf(rows, undefined, { ...words, before: '2016' }, 'x').rows[0]!;
    expect(cells.map((cell) => (cell.kind === 'value' ? cell.value : cellText(cell, 'text')))).toEqual(['IVN 4', 10, 20, 'niet vergelijkbaar', 'niet vergelijkbaar']);
  });
  it('of two known times are matched by value; what is gone comes last', () => {
    const rows = matchedRows([figure('5', 12), figure('6', 3)], [figure('4', 9), figure('5', 11)], ['ivn']);
    expect(rows.map((row) => [row.labels[0], row.before?.count, row.now?.count])).toEqual([['IVN 5', '11', '12'], ['IVN 6', undefined, '3'], ['IVN 4', '9', undefined]]);
  });
});

describe('lines', () => {
  it('are the five largest, and say how many are left', () => {
    const at = (month: string, value: string, count: number): Figure => ({
      measure: 'clients', state: 'ANSWERED', count: String(count), dimensions: [{ dimension: 'month', value: month, label: month }, { dimension: 'ivn', value, label: value }],
    });
    const figures = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].flatMap((name, index) => [at('2018-01', name, index), ...(name === 'g' ? [] : [at('2018-02', name, index)])]);
    const { periods, series, left } = linesOf(rowsOf(figures, ['month', 'ivn']));
    expect(periods).toEqual(['jan 2018', 'feb 2018']);
    expect([series.map((each) => each.title), left]).toEqual([['f', 'e', 'd', 'g', 'c'], 2]);
    expect(series.find((each) => each.title === 'g')!.values[1]!.kind).toBe('absent');
  });
});

describe('the conclusion', () => {
  it('says the total, the highest and the lowest', () => {
    const total = { labels: [], now: { ...figure('', 30), dimensions: [] } };
    expect(conclusionOf(rowsOf([figure('4', 10), figure('5', 25)], ['ivn']), total, words, '2018')).toBe('Cliënten, 2018: 30. Het hoogst: IVN 5 (25). Het laagst: IVN 4 (10).');
  });
  it('has the word of a total that is not there, and no number', () => {
    expect(conclusionOf([], { labels: [], now: figure('', undefined) }, words, '2018')).toBe('Cliënten, 2018: afgeschermd. Het gaat om zo weinig personen dat zij herkenbaar kunnen zijn.');
  });
});

describe('the kind of a measure', () => {
  it.each([
    ['count', 'cliënten', { count: '3' }],
    ['euro', 'euro per cliënt', { amount_cents: '3' }],
    ['share', 'deel', { ratio: 0.3 }],
    ['ratio', 'punten', { ratio: 444.7 }],
  ] as const)('is %s of "%s"', (kind, unit, value) => {
    expect(kindOf({ name: 'municipalities/x/measures/m', unit }, [{ measure: 'm', state: 'ANSWERED', ...value }])).toBe(kind);
  });
});

describe('a split', () => {
  const measure = { name: 'm/measures/booked', title: 'Geboekte lasten', dimensions: ['month', 'provider'] };
  it('that the catalogue does not allow is told', () => {
    expect(splitFault(measure, { name: 'm/dimensions/ivn', title: 'Interventieniveau', registered: true })).toBe('"Geboekte lasten" is niet uit te splitsen naar interventieniveau.');
  });
  it('that is allowed, or that nobody registers, may be asked', () => {
    expect(splitFault(measure, { name: 'm/dimensions/provider', registered: true })).toBeUndefined();
    expect(splitFault(measure, { name: 'm/dimensions/inkomen', title: 'Inkomen' })).toBeUndefined();
  });
});
