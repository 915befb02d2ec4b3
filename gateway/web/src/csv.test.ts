// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import { csv, numberField, textField } from './csv';
import { absent, rounded, text, value } from './figure';
import type { Table } from './table';

const context = { known: '31-03-2018 om 23:59', definitions: ['clients/1', 'indicated/1'] };

const table: Table = {
  id: 'proef',
  caption: 'Proef',
  columns: [
    { header: 'Niveau', kind: 'text' },
    { header: 'Bedrag', kind: 'growth_euro' },
    { header: 'Groei', kind: 'growth' },
  ],
  rows: [
    [text('IVN 4'), value(-252_000), value(-0.2)],
    [text('IVN 5'), absent('SUPPRESSED', 'CELL_PROTECTED'), absent('NOT_AVAILABLE')],
  ],
  total: [text('Totaal'), value(18_226_400), value(0.43813)],
};

describe('profile A', () => {
  it('is what a Dutch spreadsheet opens: BOM, semicolons, decimal commas, CRLF, Dutch headers', () => {
    expect(csv(table, context)).toBe(
      '\ufeffNiveau;Bedrag (euro);Groei (%);Toestand;Bekend op;Definitie\r\n' +
        'IVN 4;-2520,00;-20,00;beantwoord;31-03-2018 om 23:59;clients/1, indicated/1\r\n' +
        'IVN 5;afgeschermd;niet beschikbaar;Bedrag: afgeschermd, Groei: niet beschikbaar;31-03-2018 om 23:59;clients/1, indicated/1\r\n' +
        'Totaal;182264,00;43,81;beantwoord;31-03-2018 om 23:59;clients/1, indicated/1\r\n',
    );
  });
});

describe('rounded numbers', () => {
  it('are numbers in a file, with what they are off at most in a column behind the others', () => {
    const near: Table = { id: 'p', caption: 'P', columns: [{ header: 'Wie', kind: 'text' }, { header: 'Bedrag', kind: 'euro' }, { header: 'Cliënten', kind: 'count' }], rows: [[text('a'), rounded(500_000, 99_999), value(3)], [text('b'), value(100), value(1)], [text('c'), absent('SUPPRESSED'), value(2)]] };
    expect(csv(near, { known: 'nu', definitions: [] }).slice(1).split('\r\n').slice(0, -1)).toEqual([
      'Wie;Bedrag (euro);Cliënten;Bedrag: onzekerheid (euro);Toestand;Bekend op;Definitie', 'a;5000,00;3;999,99;beantwoord;nu;', 'b;1,00;1;0,00;beantwoord;nu;', 'c;afgeschermd;2;afgeschermd;Bedrag: afgeschermd;nu;',
    ]);
  });
});

describe('text fields', () => {
  it.each([
    ['Eelde', 'Eelde'], ['a;b', '"a;b"'], ['zegt "ja"', '"zegt ""ja"""'], ['twee\nregels', '"twee\nregels"'],
    ['=1+1', "'=1+1"], ['+31', "'+31"], ['-2', "'-2"], ['@SUM(A1)', "'@SUM(A1)"], ['\t=1', "'\t=1"], ['=a;b', '"\'=a;b"'],
  ])('%j becomes %j and is never a formula', (given, expected) => expect(textField(given)).toBe(expected));
});

describe('number fields', () => {
  it.each([[598264, 2, '598264,00'], [-2520, 2, '-2520,00'], [-0.001, 2, '0,00'], [786, 0, '786'], [5.725, 2, '5,73']])('%d with %d decimals is %s', (given, decimals, expected) =>
    expect(numberField(given, decimals)).toBe(expected),
  );
});
