// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import { auditWords, deedsOf, lossWords, newestYear, previewTable, publicationTable, releaseTable } from './publications_model';
import { cellText, type Table } from './table';

const written = (table: Table) => table.rows.map((row) => row.map((cell, index) => cellText(cell, table.columns[index]!.kind)));

describe('a table that leaves', () => {
  it('never shows a value of a hidden cell, and says why there is none', () => {
    const table = publicationTable({
      dimensions: [{ title: 'Niveau', codes: [{ value: 'totaal', label: 'Totaal' }, { value: '5' }] }], measures: [{ title: 'Bedrag', unit: 'cents' }],
      cells: [{ codes: [0], state: 'SHOWN', values: [{ amount_cents: '12300' }] }, { codes: [1], state: 'HIDDEN' }, { codes: [1], state: 'ZERO', values: [{ amount_cents: '0' }] }, { codes: [1], state: 'SHOWN', values: [{ missing: 'TARIFF_MISSING' }] }, { codes: [7], state: 'NEW' }],
    });
    expect(written(table)).toEqual([['Totaal', 'getoond', '€\u00a0123'], ['5', 'afgeschermd', 'afgeschermd'], ['5', 'nul', '€\u00a00'], ['5', 'getoond', 'niet beschikbaar'], ['onbekend', 'onbekend', '€\u00a00']]);
  });

  it('tells in a preview which cells are small and which are hidden with them', () => {
    const cell = (state: string, count?: string) => ({ state, dimensions: [{ dimension: 'ivn', value: '5' }], figures: [{ measure: 'clients', state: count ? 'ANSWERED' : 'SUPPRESSED', ...(count && { count }) }] });
    const table = previewTable({ cells: [cell('HIDDEN_PRIMARY', '3'), cell('HIDDEN_SECONDARY'), cell('SHOWN', '30')] }, { dimensions: ['ivn'], measures: ['clients'] }, (id) => id);
    expect(written(table).map((cells) => cells.slice(1))).toEqual([['afgeschermd: te klein', 'afgeschermd'], ['afgeschermd: anders te berekenen', 'afgeschermd'], ['getoond', '30']]);
  });
});

describe('a release', () => {
  it.each([
    ['PROPOSED', 'privacyfunctionaris', ['approve', 'refuse']], ['PROPOSED', 'controller', ['refuse']], ['PROPOSED', 'beleidsadviseur', []], ['BLOCKED', 'privacyfunctionaris', ['refuse']],
    ['RELEASED', 'controller', ['withdraw']], ['RELEASED', 'griffie', []], ['WITHDRAWN', 'privacyfunctionaris', []], ['REFUSED', 'controller', []],
  ])('that is %s can by a %s be %j', (state, role, deeds) => expect(deedsOf({ name: 'r', state }, role)).toEqual(deeds));

  it('has no blank cell, whatever is left out', () => {
    expect(written(releaseTable([{ name: 'a/1' }]))).toEqual([['1', 'onbekend', 'onbekend', 'onbekend', 'onbekend', 'onbekend', 'nog niemand', '0']]);
  });

  it('says what the attack found', () => {
    expect(auditWords(undefined)).toMatch(/nog niet geprobeerd/);
    expect(auditWords({ safe: true, hidden_count: '2', release_count: '1' })).toBe('Er is geprobeerd 2 afgeschermde cellen terug te rekenen, naast 1 eerdere publicatie. Dat lukte niet.');
    expect(auditWords({ hidden_count: '2' })).toMatch(/Dat lukte: deze tabel kan niet worden gepubliceerd\.$/);
    expect(lossWords({ primary_count: '1', secondary_count: '1', loss: { hidden_cells: 0.25 } })).toBe('2 cellen zijn afgeschermd (25,0%).');
  });
});

describe('the year a preview opens on', () => {
  const source = (id: string, ...months: Array<[string, string]>) => ({ name: `municipalities/gm1730/sources/${id}/analysis`, months: months.map(([month, received_count]) => ({ month, received_count })) });
  it.each([
    // December is in: the whole year is. January: the year before is. October: that of the year before.
    [[source('jw301', ['2018-11', '3'], ['2018-12', '1'])], 2018], [[source('jw301', ['2019-01', '3'])], 2018], [[source('jw301', ['2018-10', '3'])], 2017],
    // A month in which nothing came in, and what no law sends, tell nothing.
    [[source('wmo301', ['2017-12', '3'], ['2018-12', '0']), source('contracten', ['2020-12', '1'])], 2017], [[source('jw301', ['2017-12', '1']), source('wmo301', ['2018-12', '1'])], 2018],
    [[], undefined],
  ])('%#', (analyses, year) => expect(newestYear(analyses)).toBe(year));
});
