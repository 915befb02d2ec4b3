// SPDX-License-Identifier: EUPL-1.2
// The workbook is read back by a reader that knows the format and not the writer.
import { describe, expect, it } from 'vitest';
import { readWorkbook, unzip } from '../test/workbook.mjs';
import { absent, day, moment, monthCell, text, value } from './figure';
import { setCatalogue } from './language';
import type { Table } from './table';
import { columnName, serial, xlsx } from './xlsx';
import { crc32, zip } from './zip';

const table: Table = {
  id: 'proef',
  caption: 'Proef < & >',
  columns: [
    { header: 'Niveau', kind: 'text' },
    { header: 'Bedrag', kind: 'growth_euro' },
    { header: 'Groei', kind: 'growth' },
    { header: 'Sinds', kind: 'text' },
  ],
  rows: [
    [text('=1+1 & "meer" \u0001<b>'), value(-252_005), value(-0.2), day('2018-03-31T22:30:00Z')],
    [text('IVN 5'), absent('SUPPRESSED', 'CELL_PROTECTED'), absent('NOT_AVAILABLE'), monthCell('2018-01')],
    [text('IVN 6'), value(100, 'count'), value(0), moment('2018-03-31T21:59:00Z')],
  ],
  total: [text('Totaal'), value(18_226_400), value(0.43813), text('–')],
};
const context = { known: '31-03-2018 om 23:59', definitions: ['clients/1', 'indicated/1'], about: [['Bronnen', 'iJw 301']] as Array<[string, string]> };

describe('a workbook', () => {
  const { sheets, formats, frozen } = readWorkbook(xlsx(table, context));

  it('holds numbers as numbers, times as dates, and a figure that is not there as its word', () => {
    expect(sheets['Cijfers']).toEqual([
      ['Niveau', 'Bedrag', 'Groei', 'Sinds', 'Toestand'],
      // Half past twelve at night in the Netherlands: 1 April.
      ['=1+1 & "meer" <b>', -2520.05, -0.2, 43191, 'beantwoord'],
      ['IVN 5', 'afgeschermd', 'niet beschikbaar', 43101, 'Bedrag: afgeschermd, Groei: niet beschikbaar'],
      ['IVN 6', 100, 0, 43190 + (23 * 60 + 59) / 1440, 'beantwoord'],
      ['Totaal', 182264, 0.43813, '–', 'beantwoord'],
    ]);
  });

  it('writes them as on screen: euro, percent, day, month and moment', () => {
    const first = formats['Cijfers']![1]!;
    expect(first.slice(1, 4)).toEqual(['\\+[$€-413]\\ #,##0.00;\\-[$€-413]\\ #,##0.00;[$€-413]\\ #,##0.00', '\\+0.0%;\\-0.0%;0.0%', 'dd\\-mm\\-yyyy']);
    expect(formats['Cijfers']![2]![3]).toBe('[$-413]mmm\\ yyyy');
    expect(formats['Cijfers']![3]!.slice(1, 4)).toEqual(['#,##0', '\\+0.0%;\\-0.0%;0.0%', 'dd\\-mm\\-yyyy\\ hh:mm']);
  });

  it('says in a second sheet what the figures are and when they were known, and keeps the head in sight', () => {
    expect(sheets['Toelichting']!.slice(0, 4)).toEqual([
      ['Tabel', 'Proef < & >'], ['Cijfers bekend op', '31-03-2018 om 23:59'], ['Definities', 'clients/1, indicated/1'], ['Bronnen', 'iJw 301'],
    ]);
    expect(frozen).toEqual({ Cijfers: true, Toelichting: false });
  });

  it('names months in the language of the page, whatever language Excel has', () => {
    try {
      setCatalogue({ jan: 'Jan' });
      expect(readWorkbook(xlsx(table, context)).formats['Cijfers']![2]![3]).toBe('[$-809]mmm\\ yyyy');
    } finally {
      setCatalogue(undefined);
    }
  });

  it('is the same archive for the same table', () => {
    expect(xlsx(table, context)).toEqual(xlsx(table, context));
  });
});

describe('days of a spreadsheet', () => {
  it.each([['1900-03-01', 61], ['1970-01-01', 25569], ['2018-01', 43101], ['2018-02-28', 43159], ['2018-07-01T22:00:00Z', 43283]])('%s is day %d', (time, expected) => {
    expect(serial(time)).toBe(expected);
  });
});

describe('names of columns', () => {
  it.each([[0, 'A'], [25, 'Z'], [26, 'AA'], [51, 'AZ'], [52, 'BA'], [701, 'ZZ'], [702, 'AAA']])('%d is %s', (index, name) => expect(columnName(index)).toBe(name));
});

describe('an archive', () => {
  it('has the checksum of the standard', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  });

  it('gives back every file, whatever its letters', () => {
    const files = [{ name: 'a.txt', contents: '' }, { name: 'map/ë.txt', contents: 'Cliënten € 😀' }];
    expect(unzip(zip(files))).toEqual(files);
  });
});
