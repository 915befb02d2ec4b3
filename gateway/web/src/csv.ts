// SPDX-License-Identifier: EUPL-1.2
// CSV profile A, "Excel NL" (requirements 5.2): UTF-8 with BOM, ';', decimal comma, CRLF, Dutch headers. A figure without a
// value is its word, never 0 or blank, and the column Toestand says so once more for filters and sums.
import type { Cell } from './figure';
import { timeText } from './format';
import { say, t } from './language';
import { scaleOf, withSpreads, type Table } from './table';

/** What holds for every row of a file. */
export interface Context {
  /** "31-03-2018 om 23:59". */
  known: string;
  definitions: string[];
  /** What else one must know of the figures, name and words: the sheet "Toelichting" of a workbook. */
  about?: Array<[name: string, words: string]>;
}

// A spreadsheet runs a text that begins with one of these as a formula.
const FORMULA = /^[=+\-@\t\r]/;

function quote(field: string): string {
  return /[;"\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** A text in the language of the page, that a spreadsheet leaves a text. */
export function textField(text: string): string {
  const said = say(text);
  return quote(FORMULA.test(said) ? `'${said}` : said);
}

/** A number without thousands separators: -2520 with 2 decimals is "-2520,00". */
export function numberField(value: number, decimals: number): string {
  // The same rounding as on screen: toFixed would make 5,72 of 5.725 where the screen says 5,73.
  const fixed = new Intl.NumberFormat('nl-NL', { useGrouping: false, minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(Math.abs(value));
  return value < 0 && /[1-9]/.test(fixed) ? `-${fixed}` : fixed;
}

/** The whole file. */
export function csv(shown: Table, context: Context): string {
  const table = withSpreads(shown);
  const headers = table.columns.map((column) => say(column.header) + (scaleOf(column.kind).unit && t` (${scaleOf(column.kind).unit})`));
  const lines = [[...headers, 'Toestand', 'Bekend op', 'Definitie'].map(textField)];
  for (const row of [...table.rows, ...(table.total ? [table.total] : [])]) {
    const fields = row.map((cell, index) => field(cell, table, index));
    const missing = row.flatMap((cell, index) => (cell.kind === 'absent' ? [t`${table.columns[index]?.header}: ${cell.word}`] : []));
    lines.push([
      ...fields,
      textField(missing.join(', ') || 'beantwoord'),
      textField(context.known),
      textField(context.definitions.join(', ')),
    ]);
  }
  return '\ufeff' + lines.map((line) => line.join(';') + '\r\n').join('');
}

function field(cell: Cell, table: Table, index: number): string {
  if (cell.kind === 'text') return textField(cell.text);
  if (cell.kind === 'absent') return textField(cell.word);
  if (cell.kind === 'time') return timeText(cell.time);
  const scale = scaleOf(cell.as ?? table.columns[index]?.kind ?? 'count');
  return numberField(cell.value * scale.factor, scale.decimals);
}
