// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import { boundedCell, comparedOf, comparisonTable, coverageWords, measureTable } from './region_model';
import { cellText, type Kind, type Table } from './table';

const written = (table: Table) => table.rows.map((row) => row.map((cell, index) => cellText(cell, table.columns[index]!.kind)));
const said = (found: Parameters<typeof boundedCell>[0], kind: Kind = 'count') => cellText(boundedCell(found, kind), kind);

describe('a value of the region', () => {
  it('is a number only when it is answered; a counted zero is one', () => {
    expect(said({ state: 'ANSWERED', count: '0' })).toBe('0');
    expect(said({ state: 'SUPPRESSED', count: '7', state_reason: 'CELL_PROTECTED' })).toBe('afgeschermd');
    expect(said(undefined)).toBe('niet beschikbaar');
    expect(said({ state: 'ANSWERED' })).toBe('niet beschikbaar');
  });
  it('has the bounds that are known, also when one of them is zero', () => {
    expect(said({ state: 'SUPPRESSED', lower: 0, upper: 9 })).toBe('afgeschermd: 0 tot 9');
    expect(said({ state: 'SUPPRESSED', lower: 0 })).toBe('afgeschermd: ten minste 0');
    expect(said({ state: 'NOT_AVAILABLE', upper: 12_300 }, 'euro')).toBe('niet beschikbaar: ten hoogste €\u00a0123');
  });
  it('that is rounded is never told as an exact number: it is off by its farther bound, and is a number all the same', () => {
    expect(said({ state: 'ANSWERED', count: '10', lower: 8, upper: 12 })).toBe('10\u00a0±\u00a02');
    expect(said({ state: 'ANSWERED', count: '0', lower: 0, upper: 4 })).toBe('0\u00a0±\u00a04');
    expect(boundedCell({ state: 'ANSWERED', count: '10', lower: 7, upper: 12 }, 'count')).toEqual({ kind: 'value', value: 10, off: 3 });
    // Upwards: what is between € 987,65 and € 988 is not within € 987.
    expect(said({ state: 'ANSWERED', amount_cents: '500000', lower: 401_235, upper: 598_765 }, 'euro')).toBe('€\u00a05.000\u00a0±\u00a0€\u00a0988');
    expect(said({ state: 'ANSWERED', ratio: 1.5, lower: 1.399, upper: 1.6 }, 'ratio')).toBe('1,50\u00a0±\u00a00,11');
    expect(said({ state: 'ANSWERED', count: '10', lower: 10, upper: 10 })).toBe('10');
    expect(said({ state: 'ANSWERED', count: '10', lower: 8 })).toBe('10, afgerond: ten minste 8');
  });
});

describe('a table of the region', () => {
  const table = {
    name: 't', coverage: '1 van 2 gemeenten', members: [{ municipality: 'gm1730', title: 'Tynaarlo', state: 'PUBLISHED' }, { municipality: 'gm0106', title: 'Assen', state: 'NOT_AGREED' }],
    measures: [{ measure: 'population', unit: 'count' }, { measure: 'clients', title: 'Cliënten', unit: 'count' }],
    cells: [{ values: [{}, { state: 'ANSWERED', count: '5', members: [{ state: 'ANSWERED', count: '5' }] }] }],
  };
  it('gives a member that is not in it its state, and the first member its value though its number is left out', () => {
    expect(written(measureTable(table, 1))).toEqual([['Cliënten', '5', '5', 'niet afgesproken']]);
    expect(coverageWords(table)).toBe('1 van 2 gemeenten. Niet erin: Assen (niet afgesproken).');
  });
  it('is compared on people who get help, never on all inhabitants or on money', () => {
    expect(comparedOf(table)?.measure).toBe('clients');
    expect(comparedOf({ ...table, measures: [{ measure: 'population', unit: 'count' }, { measure: 'paid', unit: 'cents' }] })).toBeUndefined();
  });
});

describe('a comparison', () => {
  it('keeps the order it gets, and has no interval without a rate', () => {
    const rate = { measure: 'clients', state: 'ANSWERED', ratio: 40.25, interval: { low: 0, high: 48.9 } };
    const table = comparisonTable({ members: [{ title: 'B', state: 'PUBLISHED', rate }, { title: 'A', state: 'WITHDRAWN', reason: 'Fout.' }, { title: 'C', state: 'PUBLISHED', rate: { measure: 'clients', state: 'SUPPRESSED' } }] }, 'Cliënten');
    expect(written(table).map((cells) => cells.slice(0, 3))).toEqual([['B', '40,3', '0,0 tot 48,9'], ['A', 'ingetrokken', 'ingetrokken'], ['C', 'afgeschermd', 'afgeschermd']]);
  });
});
