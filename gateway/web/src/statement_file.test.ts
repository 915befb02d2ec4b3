// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import { csv } from './csv';
import { lineTable } from './portal_model';
import { english } from './english';
import { setCatalogue } from './language';
import { dayOf, fieldsOf, partsOf, readStatement } from './statement_file';

const HEAD = 'Toewijzing;Product;Van;Tot en met;Eenheid;Aantal;Bedrag (euro)';
const file = (...rows: string[]) => [HEAD, ...rows].join('\r\n');

describe('fields of a file', () => {
  it('are kept whole between quotes, over lines too', () => {
    expect(fieldsOf('\ufeffa;"b;""c""\r\nd"\r\n\r\n;e\n')).toEqual([['a', 'b;"c"\r\nd'], ['', 'e']]);
    expect(fieldsOf('a,b\n1,2')).toEqual([['a', 'b'], ['1', '2']]);
    expect(fieldsOf('')).toEqual([]);
  });
});

describe('a day', () => {
  it.each([['31-01-2018', '2018-01-31'], ['2018-01-31', '2018-01-31'], ['29-02-2018', undefined], ['29-02-2020', '2020-02-29'], ['31-13-2018', undefined], ['1-1-2018', undefined], ['', undefined]])('"%s" is %s', (written, day) => expect(dayOf(written)).toBe(day));
});

describe('a number', () => {
  it.each([
    ['12', 2, '1200'], ['12,5', 2, '1250'], ['1.234,50', 2, '123450'], ['12.5', 2, '1250'], ['-3', 2, '-300'], ['0', 2, '0'], ['-0,00', 2, '0'], ['0,001', 3, '1'], ['007', 0, '7'],
    // In two ways to be read, or more exact than there is room for.
    ['1.234', 2, undefined], ['12,345', 2, undefined], ['1,2345', 3, undefined], ['12,', 2, undefined], ['1 234', 2, undefined], ['€ 12', 2, undefined], ['', 2, undefined], ['12345678901234567', 2, undefined],
  ])('"%s" with %i decimals is %s', (written, decimals, parts) => expect(partsOf(written, decimals)).toBe(parts));
});

describe('a statement', () => {
  it('is read row by row, in cents and thousandths, with the day after the last', () => {
    expect(readStatement(file('100;45A48;01-01-2018;31-01-2018;16;12,5;600,00', '101;;2018-12-01;2018-12-31;84;1;'))).toEqual({
      faults: [],
      lines: [
        { allocation: '100', product: '45A48', start_date: '2018-01-01', end_date: '2018-02-01', unit: '16', volume_thousandths: '12500', amount_cents: '60000' },
        { allocation: '101', product: '', start_date: '2018-12-01', end_date: '2019-01-01', unit: '84', volume_thousandths: '1000', amount_cents: '0' },
      ],
    });
  });
  it('that is the file of the draft is the draft (only care that was delivered is paid, 3.14.2)', () => {
    const lines = [
      { allocation: '100', product: '45A48', start_date: '2018-01-01', end_date: '2018-02-01', unit: '16', volume_thousandths: '1234567', amount_cents: '-60001' },
      { allocation: '101', product: '', start_date: '2018-02-01', end_date: '2018-03-01', unit: '84', volume_thousandths: '2000', amount_cents: '123456789' },
    ];
    const read = () => readStatement(csv(lineTable(lines, 't', 't'), { known: 'nu', definitions: [] }));
    expect(read()).toEqual({ lines, faults: [] });
    setCatalogue(english);
    expect(read()).toEqual({ lines, faults: [] });
    setCatalogue(undefined);
  });
  it('with faults gives none of its rows, and every fault by row and column', () => {
    const { lines, faults } = readStatement(file('100;45A48;01-01-2018;31-01-2018;16;12;600', 'x;45A48Z;32-01-2018;31-01-2018;1;1.234;600,001', '100;45A48;31-01-2018;01-01-2018;16;1;1'));
    expect(lines).toEqual([]);
    expect(faults.map((fault) => fault.replace(/: .*/, ''))).toEqual(['Regel 3, toewijzing', 'Regel 3, product', 'Regel 3, eenheid', 'Regel 3, van', 'Regel 3, aantal', 'Regel 3, bedrag', 'Regel 4, tot en met']);
    expect(faults[0]).toBe('Regel 3, toewijzing: geen nummer van een toewijzing ("x").');
  });
  it('says which columns it has not, and when it has too many rows or faults', () => {
    expect(readStatement('Toewijzing;Van\n1;2').faults).toEqual(['Het bestand heeft geen kolom "product", "tot en met", "eenheid", "aantal", "bedrag". Neem de koppen van het concept over.']);
    expect(readStatement('').faults).toHaveLength(1);
    expect(readStatement(file(...Array.from({ length: 20_001 }, () => '1;;;;;;'))).faults[0]).toMatch(/20001 regels/);
    const many = readStatement(file(...Array.from({ length: 60 }, () => 'x;;x;31-01-2018;16;1;1'))).faults;
    expect(many).toHaveLength(101);
    expect(many.at(-1)).toBe('En nog 20 fouten.');
  });
});
