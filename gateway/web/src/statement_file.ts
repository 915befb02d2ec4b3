// SPDX-License-Identifier: EUPL-1.2
// A file of a provider with what was delivered, as rows of nmd.contracts.v1.StatementLine. Every fault is told at once, by row and
// column; nothing is guessed and nothing is left out. Pure.
import { addDays } from './format';
import { say, t } from './language';

export interface StatementLine {
  allocation: string;
  product: string;
  /** First day, and first day after. */
  start_date: string;
  end_date: string;
  unit: string;
  volume_thousandths: string;
  amount_cents: string;
}

export interface StatementFile {
  lines: StatementLine[];
  /** Dutch sentences. */
  faults: string[];
}

const MOST_LINES = 20_000;
const MOST_FAULTS = 100;
// The headers of the table of the draft, so that it can be taken, mended and handed in.
const COLUMNS = ['toewijzing', 'product', 'van', 'tot en met', 'eenheid', 'aantal', 'bedrag'] as const;
type Column = (typeof COLUMNS)[number];

/** Rows of a file with ';' or ',' between fields and quotes around those that need them. */
export function fieldsOf(contents: string): string[][] {
  const text = contents.replace(/^\ufeff/, '');
  const separator = /^[^\r\n]*;/.test(text) ? ';' : ',';
  const rows: string[][] = [];
  let fields: string[] = [];
  let field = '';
  let quoted = false;
  const endRow = () => {
    fields.push(field);
    if (fields.length > 1 || field !== '') rows.push(fields);
    [fields, field] = [[], ''];
  };
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]!;
    if (quoted) {
      if (letter !== '"') field += letter;
      else if (text[at + 1] === '"') field += text[++at]!;
      else quoted = false;
    } else if (letter === '"' && field === '') quoted = true;
    else if (letter === separator) {
      fields.push(field);
      field = '';
    } else if (letter === '\n') endRow();
    else if (letter !== '\r') field += letter;
  }
  if (field !== '' || fields.length > 0) endRow();
  return rows;
}

/** "31-01-2018" or "2018-01-31" as "2018-01-31"; undefined for no day of a calendar. */
export function dayOf(written: string): string | undefined {
  const [, day, month, year] = /^(\d\d)-(\d\d)-(\d{4})$/.exec(written) ?? [];
  const date = day ? `${year}-${month}-${day}` : written;
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) return undefined;
  const moment = new Date(`${date}T00:00:00Z`);
  return Number.isNaN(moment.getTime()) || moment.toISOString().slice(0, 10) !== date ? undefined : date;
}

/**
 * A number with at most so many decimals, as a whole number of its smallest parts: "1.234,50" with 2 is 123450. A point that can be
 * read in two ways ("1.234") is no number.
 */
export function partsOf(written: string, decimals: number): string | undefined {
  const found = /^(-?)(\d{1,3}(?:\.\d{3})+|\d+),(\d+)$/.exec(written) ?? /^(-?)(\d+)()$/.exec(written) ?? /^(-?)(\d+)\.(\d{1,2})$/.exec(written);
  if (!found) return undefined;
  const [, sign, whole, rest = ''] = found;
  if (rest.length > decimals) return undefined;
  const digits = (whole!.replaceAll('.', '') + rest.padEnd(decimals, '0')).replace(/^0+(?=\d)/, '');
  if (digits.length > 15) return undefined;
  return digits === '0' ? '0' : sign + digits;
}

export function readStatement(contents: string): StatementFile {
  const [head = [], ...rows] = fieldsOf(contents);
  const names = head.map((each) => each.trim().toLowerCase().replace(/ \(.*\)$/, '')).map((each) => COLUMNS.find((column) => each === say(column).toLowerCase()) ?? each);
  const missing = COLUMNS.filter((column) => !names.includes(column));
  if (missing.length > 0) return { lines: [], faults: [t`Het bestand heeft geen kolom ${missing.map((each) => `"${each}"`).join(', ')}. Neem de koppen van het concept over.`] };
  if (rows.length > MOST_LINES) return { lines: [], faults: [t`Het bestand heeft ${rows.length} regels; ten hoogste ${MOST_LINES} kunnen tegelijk. Lever per maand in.`] };
  const faults: string[] = [];
  const lines = rows.map((fields, index): StatementLine => {
    const of = (column: Column) => (fields[names.indexOf(column)] ?? '').trim().replace(/^'(?=[=+\-@])/, '');
    const wrong = (column: Column, words: string) => {
      faults.push(t`Regel ${index + 2}, ${column}: ${words}${of(column) ? t` ("${of(column).slice(0, 20)}")` : ''}.`);
      return '';
    };
    const allocation = /^[1-9]\d{0,8}$/.test(of('toewijzing')) ? of('toewijzing') : wrong('toewijzing', 'geen nummer van een toewijzing');
    // The table of the draft has a word where there is none.
    const product = of('product') === 'geen' || of('product') === say('geen') ? '' : /^[0-9A-Za-z]{0,5}$/.test(of('product')) ? of('product') : wrong('product', 'geen productcode');
    const unit = /^\d\d$/.test(of('eenheid')) ? of('eenheid') : wrong('eenheid', 'geen code van twee cijfers (WJ756)');
    const from = dayOf(of('van')) ?? wrong('van', 'geen datum (dd-mm-jjjj)');
    const until = dayOf(of('tot en met')) ?? wrong('tot en met', 'geen datum (dd-mm-jjjj)');
    if (from && until && until < from) wrong('tot en met', 'ligt voor de eerste dag');
    const volume = partsOf(of('aantal'), 3) ?? wrong('aantal', 'geen getal met een komma en ten hoogste drie decimalen');
    const amount = of('bedrag') === '' ? '0' : (partsOf(of('bedrag'), 2) ?? wrong('bedrag', 'geen bedrag met een komma en ten hoogste twee decimalen'));
    return { allocation, product, start_date: from, end_date: until && addDays(until, 1), unit, volume_thousandths: volume, amount_cents: amount };
  });
  const told = faults.slice(0, MOST_FAULTS);
  return { lines: faults.length > 0 ? [] : lines, faults: faults.length > MOST_FAULTS ? [...told, t`En nog ${faults.length - MOST_FAULTS} fouten.`] : told };
}
