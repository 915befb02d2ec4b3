// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import { auditWords, deedsOf, lossTable, lossWords, mergedTable, mergingWords, newestYear, previewTable, publicationTable, releaseTable, roundedWords, roundingTable, roundingWords } from './publications_model';
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
    expect(auditWords({ safe: true, release_count: '2' })).toBe('Er is geprobeerd meer te weten te komen dan er staat, naast 2 eerdere publicaties. Dat lukte niet.');
    expect(auditWords({ hidden_count: '2' })).toMatch(/Dat lukte: deze tabel kan niet worden gepubliceerd\.$/);
    expect(lossWords({ shown_count: '6', loss: { hidden_cells: 0, hidden_value: 0 } })).toBe('Geen cel is afgeschermd.');
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

describe('a table that is rounded instead of hidden', () => {
  const figures = (clients: string, paid: string) => ({ state: 'SHOWN', dimensions: [{ dimension: 'ivn', value: '5' }], figures: [{ measure: 'clients', state: 'ANSWERED', count: clients }, { measure: 'paid', state: 'ANSWERED', amount_cents: paid }, { measure: 'population', state: 'ANSWERED', count: '31' }] });
  const preview = {
    cells: [figures('60', '1000000'), figures('0', '0')],
    rounding: { measures: [{ measure: 'clients', rounded_to: '10', uncertainty: '9', mean_distance: 2.25 }, { measure: 'paid', rounded_to: '100000', uncertainty: '99999', mean_distance: 31_250 }, { measure: 'population' }], hiding_alone: { hidden_cells: 0.5, hidden_value: 0.4 } },
  };

  it('shows in a preview beside each number how far it is off at most, and none beside an exact one', () => {
    const table = previewTable(preview, { dimensions: ['ivn'], measures: ['clients', 'paid', 'population'] }, (id) => id);
    expect(written(table)).toEqual([['5', 'getoond', '60\u00a0±\u00a09', '€\u00a010.000\u00a0±\u00a0€\u00a01.000', '31'], ['5', 'getoond', '0\u00a0±\u00a09', '€\u00a00\u00a0±\u00a0€\u00a01.000', '31']]);
  });

  it('tells what hiding would have cost, and the mean distance to who may know it', () => {
    expect(roundingWords(preview).replaceAll('\u00a0', ' ')).toBe('Elk getal is een veelvoud van 10 (± 9), € 1.000 (± € 1.000). Zonder afronden zou 50,0% van de cellen zijn afgeschermd; daarin zit 40,0% van alle cliënten. Zonder afronden zou de tabel niet veilig zijn.');
    expect(roundingWords({ ...preview, rounding: { ...preview.rounding, hiding_alone: { hidden_cells: 0.5 }, hiding_alone_safe: true } })).toMatch(/zou 50,0% van de cellen zijn afgeschermd\.$/);
    expect(written(roundingTable(preview, (id) => id))).toEqual([['clients', '10', '9', '2,3'], ['paid', '€\u00a01.000', '€\u00a01.000', '€\u00a0313'], ['population', 'niet afgerond', '0', 'niet te zeggen']]);
  });

  it('keeps the distance beside every number that leaves, also of one that is rounded to the nearest', () => {
    const cells = [{ codes: [0], state: 'SHOWN', values: [{ count: '60' }] }, { codes: [0], state: 'ZERO', values: [{ count: '0' }] }];
    const controlled = { dimensions: [], measures: [{ title: 'Cliënten', unit: 'count', rounded_to: '10', uncertainty: '9' }], cells };
    const nearest = { dimensions: [], measures: [{ title: 'Cliënten', unit: 'count' }], rounded_to: '5', cells };
    expect(written(publicationTable(controlled)).map((row) => row[1])).toEqual(['60\u00a0±\u00a09', '0\u00a0±\u00a09']);
    expect(written(publicationTable(nearest))[0]).toEqual(['getoond', '60\u00a0±\u00a02']);
    expect(roundedWords(controlled)).toEqual([expect.stringMatching(/^Cliënten: afgerond op een veelvoud van 10, .*\(±\u00a09\)\. Totalen zijn de som van wat er staat\.$/)]);
    expect(roundedWords(nearest)).toEqual([expect.stringMatching(/^Cliënten: afgerond op 5 \(±\u00a02\)\./)]);
    // Of the region: what its members rounded.
    expect(roundedWords({ measures: [{ title: 'Cliënten', unit: 'count', uncertainty: '18' }] })).toEqual([expect.stringMatching(/gemeenten rondden af\. .*\(±\u00a018\)/)]);
    expect(roundedWords({ measures: [{ title: 'Cliënten', unit: 'count' }] })).toEqual([]);
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
