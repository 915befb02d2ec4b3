// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import { durationOf, endingsTable, expectationTable, saidOf, yearTable } from './dossiers_model';
import { cellText, type Table } from './table';

const written = (table: Table) => [...table.rows, ...(table.total ? [table.total] : [])].map((row) => row.map((cell, index) => cellText(cell, table.columns[index]!.kind)));

describe('a year beside the year before', () => {
  it('has the unit of each figure, and no growth from what is not known or from nothing', () => {
    const figures = [
      { figure: { measure: 'paid', state: 'ANSWERED', amount_cents: '20000' }, before: { measure: 'paid', state: 'ANSWERED', amount_cents: '10000' } },
      { figure: { measure: 'clients', state: 'ANSWERED', count: '5' }, before: { measure: 'clients', state: 'ANSWERED', count: '0' } },
      { figure: { measure: 'clients', state: 'SUPPRESSED' }, before: { measure: 'clients', state: 'ANSWERED', count: '4' } },
    ];
    expect(written(yearTable('t', 't', figures, 2018, (id) => id))).toEqual([['paid', '€\u00a0200', '€\u00a0100', '+100,0%'], ['clients', '5', '0', 'niet te berekenen'], ['clients', 'afgeschermd', '4', 'afgeschermd']]);
  });
});

describe('how care ended', () => {
  const year = { state: 'ANSWERED', count: '3', imputed: '1', endings: [{ ending: 'planned', title: 'volgens plan', count: '3' }] };
  it('has every reason of both years; a reason that did not occur is a counted zero', () => {
    const before = { state: 'ANSWERED', count: '2', endings: [{ ending: 'moved', title: 'verhuizing', count: '2' }] };
    expect(written(endingsTable(year, before, 2018))).toEqual([['verhuizing', '0', '2'], ['volgens plan', '3', '0'], ['Waarvan zonder stopbericht', '1', '0'], ['Alle trajecten die eindigden', '3', '2']]);
  });
  it('is not there when it could not be asked, which is an empty message', () => {
    expect(written(endingsTable(year, { state: 'STATE_UNSPECIFIED', count: '0' }, 2018)).at(-1)).toEqual(['Alle trajecten die eindigden', '3', 'niet beschikbaar']);
    expect(endingsTable({ ...year, provisional: true }, year, 2018).columns.map(({ header }) => header)).toEqual(['Reden', '2018 (voorlopig)', '2017']);
    expect(durationOf(undefined, 'x').state).toBe('NOT_AVAILABLE');
    expect(durationOf({ state: 'ANSWERED' }, 'x').state).toBe('ANSWERED');
  });
});

describe('what a group is expected to cost', () => {
  it('is in words where a part is missing', () => {
    expect(written(expectationTable([{ measure: 'forecast', state: 'ANSWERED', amount_cents: '100' }], 2018)).map((cells) => cells[1])).toEqual(['€\u00a01', ...Array.from({ length: 4 }, () => 'niet beschikbaar')]);
  });
  it('stands under its own block', () => {
    expect(saidOf({ summary: ['Geld: goedgekeurd is € 1.', 'Verwachting: die is er nu niet.'] }, 'Verwachting')).toBe('Die is er nu niet.');
    expect(saidOf({}, 'Geld')).toBe('');
  });
});
