// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import { datasetBars, datasetRemarks, datasetsTable, datasetTable, datasetWords, type Dataset } from './public_model';
import { cellText, type Table } from './table';

const written = (table: Table) => table.rows.map((row) => row.map((cell, index) => cellText(cell, table.columns[index]!.kind)));
const codes = (...labels: string[]) => [{ value: 'totaal', label: 'Totaal' }, ...labels.map((label) => ({ value: label, label }))];
const cell = (at: number[], count?: string) => ({ codes: at, state: count === undefined ? 'HIDDEN' : 'SHOWN', ...(count !== undefined && { values: [{ count }] }) });
const clients = { measure: 'clients', title: 'Cliënten', unit: 'count' };
const of = (publication: NonNullable<Dataset['publication']>): Dataset => ({ name: 'm/datasets/d', title: 'Tabel', period: { start_date: '2017-01-01', end_date: '2018-01-01' }, publication: { minimum_clients: 10, measures: [clients], ...publication } });

describe('a table for everybody', () => {
  const one = of({ dimensions: [{ title: 'Wijk', codes: codes('Eelde', 'Vries') }], cells: [cell([0], '30'), cell([1], '28'), cell([2])] });

  it('has a bar for each part and none for the whole, and a word where a figure is hidden', () => {
    expect(datasetBars(one)?.bars.map((bar) => [bar.title, cellText(bar.cell, 'count')])).toEqual([['Eelde', '28'], ['Vries', 'afgeschermd']]);
    expect(datasetWords(one)).toBe('Alles samen, cliënten: 30.');
    expect(datasetTable(one).caption).toBe('Tabel, 2017');
  });

  it('is drawn over its last two dimensions with the first as totals', () => {
    const dimensions = [{ title: 'Gemeente', codes: codes('Assen') }, { title: 'Wet', codes: codes('Wmo') }, { title: 'Wijk', codes: codes('Eelde') }];
    const cells = [cell([0, 0, 0], '9'), cell([0, 0, 1], '8'), cell([0, 1, 0], '7'), cell([0, 1, 1], '6'), cell([1, 1, 1], '5')];
    expect(datasetBars(of({ dimensions, cells }))?.bars).toEqual([{ title: 'Eelde', group: 'Wmo', cell: { kind: 'value', value: 6 } }]);
  });

  it('without dimensions has a row with a name, and no picture', () => {
    const whole = of({ dimensions: [], cells: [cell([], '12')] });
    expect(written(datasetTable(whole))).toEqual([['Totaal', 'getoond', '12']]);
    expect(datasetBars(whole)).toBeUndefined();
    expect(datasetWords(whole)).toBe('Alles samen, cliënten: 12.');
  });

  it('of which the whole is hidden or missing says so, and never 0', () => {
    expect(datasetWords(of({ dimensions: [{ codes: codes('a') }], cells: [cell([0])] }))).toBe('Alles samen, cliënten: afgeschermd.');
    expect(datasetWords(of({ dimensions: [{ codes: codes('a') }], cells: [] }))).toBe('Alles samen, cliënten: niet beschikbaar.');
    expect(datasetBars(of({ dimensions: [{ codes: codes('a') }], cells: [{ codes: [1], state: 'SHOWN', values: [{ missing: 'TARIFF_MISSING' }] }] }))?.bars[0]?.cell.kind).toBe('absent');
  });

  it('tells what is hidden and why, what is rounded, and of how many municipalities it is', () => {
    expect(datasetRemarks(one).join(' ')).toMatch(/1 cijfer is afgeschermd: bij minder dan 10 cliënten/);
    expect(datasetRemarks(of({ rounded_to: '5', proof: 'Bewezen.', cells: [] }))).toEqual([expect.stringMatching(/^Een cliënt is/), expect.stringMatching(/^Geen cijfer hoeft/), expect.stringMatching(/afgerond op 5/), 'Bewezen.']);
    expect(datasetWords({ ...one, coverage: '4 van 5 gemeenten' })).toBe('4 van 5 gemeenten. Alles samen, cliënten: 30.');
  });
});

describe('a table for everybody that is rounded', () => {
  const near = of({ dimensions: [{ title: 'Wijk', codes: codes('Eelde', 'Vries') }], measures: [{ ...clients, rounded_to: '10', uncertainty: '9' }], cells: [cell([0], '40'), cell([1], '30'), cell([2], '0')] });

  it('has beside every number how far it is off at most, in words, table and picture', () => {
    expect(datasetWords(near)).toBe('Alles samen, cliënten: 40\u00a0±\u00a09.');
    expect(written(datasetTable(near)).map((row) => row.at(-1))).toEqual(['40\u00a0±\u00a09', '30\u00a0±\u00a09', '0\u00a0±\u00a09']);
    expect(datasetBars(near)?.bars.map(({ cell: told, low, high }) => [cellText(told, 'count'), low, high])).toEqual([['30\u00a0±\u00a09', 21, 39], ['0\u00a0±\u00a09', 0, 9]]);
    expect(datasetRemarks(near).join(' ')).toMatch(/afgerond op een veelvoud van 10/);
    expect(datasetRemarks(near).join(' ')).not.toMatch(/afgeschermd|hoeft/);
  });

  it('in the region tells that members rounded, and names no number of clients that it does not know', () => {
    const region = of({ minimum_clients: 0, dimensions: [], measures: [{ ...clients, uncertainty: '18' }], cells: [cell([], '40'), cell([])] });
    expect(datasetRemarks(region).join(' ')).toMatch(/bij heel weinig cliënten .* gemeenten rondden af/);
    expect(datasetWords(region)).toBe('Alles samen, cliënten: 40\u00a0±\u00a018.');
    expect(datasetRemarks(of({ minimum_clients: 0, dimensions: [], cells: [cell([], '40')] })).join(' ')).not.toMatch(/minder dan/);
  });
});

describe('the list of what is public', () => {
  it('keeps what was taken back, with when and why, and has no blank cell', () => {
    const rows = written(datasetsTable([{ name: 'm/datasets/1', state: 'WITHDRAWN', reason: 'Fout geteld.', withdrawn_time: '2018-05-01T10:00:00Z' }, { name: 'm/datasets/2', state: 'REPLACED', replaced_by: 'm-3' }, { name: 'm/datasets/3', state: 'CURRENT' }, { name: 'm/datasets/4', state: 'WITHDRAWN' }, { name: 'm/datasets/5', state: 'NEW' }]));
    expect(rows.map((cells) => cells[2])).toEqual(['ingetrokken op 01-05-2018: Fout geteld.', 'vervangen door een nieuwere: m-3', 'geldt', 'ingetrokken: geen reden bekend', 'onbekend']);
    expect(rows.flat().filter((text) => text === '')).toEqual([]);
  });
});
