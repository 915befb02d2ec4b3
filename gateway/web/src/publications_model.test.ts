// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import { auditWords, deedsOf, lossTable, lossWords, mergedTable, mergingWords, newestYear, previewTable, publicationTable, releaseTable } from './publications_model';
import { cellText, type Table } from './table';

const written = (table: Table) => table.rows.map((row) => row.map((cell, index) => cellText(cell, table.columns[index]!.kind)));

describe('a table that leaves', () => {
  it('never shows a value of a hidden cell, and says why there is none', () => {
    const table = publicationTable({
      dimensions: [{ title: 'Niveau', codes: [{ value: 'totaal', label: 'Totaal' }, { value: '5' }] }], measures: [{ title: 'Bedrag', unit: 'cents' }],
      cells: [{ codes: [0], state: 'SHOWN', values: [{ amount_cents: '12300' }] }, { codes: [1], state: 'HIDDEN' }, { codes: [1], state: 'ZERO', values: [{ amount_cents: '0' }] }, { codes: [1], state: 'SHOWN', values: [{ missing: 'TARIFF_MISSING' }] }, { codes: [7], state: 'NEW' }],
    });
    expect(written(table)).toEqual([['Totaal', 'getoond', '€\u00a0123'], ['5', 'afgeschermd', 'afgeschermd'], ['5', 'nul', '€\u00a00'], ['5', 'zonder cijfer', 'niet beschikbaar'], ['onbekend', 'onbekend', '€\u00a00']]);
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

describe('areas that are told as one', () => {
  const merging = { dimension: 'district', areas: [{ value: { dimension: 'district', value: 'WK173001+WK173002', label: 'Eelde en Vries' }, members: ['WK173001', 'WK173002'] }], value_count: '5', unmerged_count: '6', hiding_alone: { hidden_cells: 0.5, hidden_value: 0.1 } };
  const preview = { loss: { hidden_cells: 0.125 }, audit: { safe: true }, merging };

  it('are beside what hiding alone would cost, with words for who may not know a share', () => {
    expect(mergingWords(preview)).toBe('Van 6 gebieden zijn er in deze tabel 5 over: 1 is een samenvoeging. Zonder samenvoegen zou 50,0% van de cellen zijn afgeschermd, nu is dat 12,5%. Zonder samenvoegen zou de tabel niet veilig zijn.');
    expect(mergingWords({ ...preview, merging: { ...merging, hiding_alone_safe: true } })).toMatch(/nu is dat 12,5%\.$/);
    expect(written(lossTable(preview))).toEqual([['Samenvoegen, en dan afschermen', '5', '12,5%', 'niet te zeggen', 'ja'], ['Alleen afschermen', '6', '50,0%', '10,0%', 'nee']]);
  });

  it('are named with what they stand for', () => {
    const table = mergedTable(merging, (id) => (id === 'district' ? 'Wijk' : id));
    expect(table.columns[0]!.header).toBe('Wijk');
    expect(written(table)).toEqual([['Eelde en Vries', 'WK173001, WK173002', '2']]);
  });

  it('are none where nothing is thin: nothing is lost then', () => {
    const none = { loss: {}, audit: { safe: true }, merging: { dimension: 'district', value_count: '6', unmerged_count: '6', hiding_alone: {}, hiding_alone_safe: true } };
    expect(mergingWords(none)).toBe('Geen gebied hoefde te worden samengevoegd.');
    expect(written(lossTable(none)).map((cells) => cells[2])).toEqual(['0,0%', '0,0%']);
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
