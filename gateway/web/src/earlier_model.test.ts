// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import { changesOf, changesTable } from './earlier_model';
import { absent, monthCell, rounded, text, value } from './figure';
import { cellText, type Table } from './table';

const table = (rows: Table['rows'], more: Partial<Table> = {}): Table => ({
  id: 'tabel-proef', caption: 'Proef', columns: [{ header: 'Wie', kind: 'text' }, { header: 'Cliënten', kind: 'count' }, { header: 'Bedrag', kind: 'euro' }, { header: 'Deel', kind: 'share' }], rows, ...more,
});
const written = (now: Table, then: Table) => changesTable(now, changesOf(now, then).rows, '01-01-2018').rows.map((row) => row.map((cell) => cellText(cell, 'count')));
const row = (name: string, clients: number, cents: number, share: number) => [text(name), value(clients), value(cents), value(share)];

describe('what changed since an earlier moment', () => {
  it('is every figure that is another, with its difference in its own unit', () => {
    const [now, then] = [table([row('a', 5, 12_300, 0.5), row('b', 7, 100, 0.5)]), table([row('a', 4, 24_600, 0.25), row('b', 7, 100, 0.5)])];
    expect(written(now, then)).toEqual([['a', 'Cliënten', '4', '5', '+1'], ['a', 'Bedrag', '€\u00a0246', '€\u00a0123', '−€\u00a0123'], ['a', 'Deel', '25,0%', '50,0%', '+25,0 procentpunt']]);
    expect(changesOf(now, now)).toEqual({ rows: [], more: 0 });
  });

  it('of rounded numbers is as uncertain as both together, and the same number told rounded is another figure', () => {
    const [now, then] = [[text('a'), rounded(60, 9), rounded(500_000, 99_999), value(0)], [text('a'), rounded(50, 9), value(500_000), value(0)]];
    expect(written(table([now]), table([then]))).toEqual([['a', 'Cliënten', '50\u00a0±\u00a09', '60\u00a0±\u00a09', '+10\u00a0±\u00a018'], ['a', 'Bedrag', '€\u00a05.000', '€\u00a05.000\u00a0±\u00a0€\u00a01.000', '€\u00a00\u00a0±\u00a0€\u00a01.000']]);
    expect(changesOf(table([now]), table([now])).rows).toEqual([]);
  });

  it('has the total, rows that came or went, and words for a figure that is not there', () => {
    const hidden = [text('a'), absent('SUPPRESSED', 'CELL_PROTECTED'), value(1), value(0)];
    expect(written(table([hidden, row('c', 1, 1, 0)], { total: row('Samen', 9, 1, 0) }), table([row('a', 12, 1, 0), row('d', 2, 1, 0)], { total: row('Samen', 14, 1, 0) })).filter((cells) => cells[1] === 'Cliënten')).toEqual([
      ['a', 'Cliënten', '12', 'afgeschermd', 'afgeschermd'], ['c', 'Cliënten', 'stond er niet bij', '1', 'stond er niet bij'], ['Samen', 'Cliënten', '14', '9', '−5'], ['d', 'Cliënten', '2', 'stond er niet bij', 'stond er niet bij'],
    ]);
  });

  it('knows rows by their first words, also of one name, and columns by their header', () => {
    const then = { ...table([[text('a'), value(100), value(3)], [text('a'), value(200), value(4)]]), columns: [{ header: 'Wie', kind: 'text' as const }, { header: 'Bedrag', kind: 'euro' as const }, { header: 'Cliënten', kind: 'count' as const }] };
    const now = { ...table([[text('a'), value(3), value(100)], [text('a'), value(5), value(200)]]), columns: [{ header: 'Wie', kind: 'text' as const }, { header: 'Cliënten', kind: 'count' as const }, { header: 'Bedrag', kind: 'euro' as const }] };
    expect(written(now, then)).toEqual([['a (2)', 'Cliënten', '4', '5', '+1']]);
  });

  it('names a month as people do, and takes one with a remark beside it for the same month', () => {
    const columns = [{ header: 'Maand', kind: 'text' as const }, { header: 'Cliënten', kind: 'count' as const }];
    const now = table([[monthCell('2018-02'), value(5)], [{ ...text('mrt 2018 (niet volledig)'), name: 'mrt 2018' }, value(3)]], { columns });
    expect(written(now, table([[monthCell('2018-02'), value(4)], [monthCell('2018-03'), value(2)]], { columns }))).toEqual([['feb 2018', 'Cliënten', '4', '5', '+1'], ['mrt 2018', 'Cliënten', '2', '3', '+1']]);
  });

  it('says how many more there are than it shows', () => {
    const many = (add: number) => table(Array.from({ length: 60 }, (_, index) => row(`r${index}`, index + add, 1, 0)));
    expect(changesOf(many(1), many(0)).more).toBe(10);
  });
});
