// SPDX-License-Identifier: EUPL-1.2
// What is downloaded is what is on screen: reads files back and holds them beside the table above their button.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { page } from './browser.mjs';

const { readWorkbook } = await import(new URL('../../gateway/web/test/workbook.mjs', import.meta.url));

/** The fields of a line of a file with quotes. */
export function fieldsOf(line) {
  const fields = [];
  let rest = `${line};`;
  while (rest) {
    const [all, quoted, plain] = /^(?:"((?:[^"]|"")*)"|([^;]*));/.exec(rest);
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    rest = rest.slice(all.length);
  }
  return fields;
}

/** A number as it is on screen: its value, and the half of its last digit; what a rounded one is off stands behind it. */
export function numberOf(text) {
  const found = /^([+−]?)(?:€\s*)?([\d.]+)(?:,(\d+))?%?(?:\s±\s(?:€\s*)?[\d.,]+)?$/u.exec(text.trim());
  if (!found) return undefined;
  const [, sign, whole, decimals = ''] = found;
  return { value: (sign === '−' ? -1 : 1) * Number(`${whole.replaceAll('.', '')}.${decimals || 0}`), tolerance: 0.5 * 10 ** -decimals.length + 1e-9 };
}

/** What a cell says it is off at most: a number that is rounded upwards; 0 when it is exact, nothing when it has no number. */
const spreadOf = (cell) => numberOf(cell) && (numberOf(cell.split('±')[1] ?? '0')?.value ?? 0);
/** The columns that have more than exact numbers: a file has what they are off in columns of its own, behind the others. */
const uncertain = (table) => table[0]?.flatMap((_, column) => (table.some((cells) => /±/.test(cells[column]) && numberOf(cells[column])) ? [column] : [])) ?? [];

function assertSpread(written, cell, place) {
  const shown = spreadOf(cell);
  if (shown === undefined) return assert.equal(words(written), words(cell), place);
  const value = Number(String(written).replace(',', '.'));
  assert.ok(value <= shown && shown - value < 1, `${place}: ${written} is not what ${cell} is off`);
}

const words = (cell) => cell.replaceAll('\u00a0', ' ');
const textOf = (cell) => words(cell.replace(/^'(?=[=+\-@])/, ''));

// The cells above a button, without the column of what one can do.
const tableOf = (button) =>
  button.evaluate((element) => {
    const found = element.closest('section').querySelector('table');
    const data = (row) => [...row.cells].filter((cell) => !cell.classList.contains('nmd-row-actions')).map((cell) => cell.textContent);
    return [...found.querySelectorAll('tbody tr, tfoot tr')].map(data);
  });

// Chromium counts files that come in a row and now and then holds one back for a permission that nobody gives here, also when every
// file had its own click; the next click starts its count anew. Measured: 26 files of 40 clicks without a pause, all after one more.
async function downloadOf(button) {
  const download = async () => {
    const [file] = await Promise.all([page.waitForEvent('download', { timeout: 10_000 }), button.click()]);
    return file;
  };
  const file = await download().catch(download);
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

/** A CSV file holds the cells of the table: the same words, and numbers that round to those on screen. */
export async function assertFileIsTable(button) {
  const { name, bytes } = await downloadOf(button);
  const lines = bytes.toString('utf8').slice(1).split('\r\n').slice(0, -1).map(fieldsOf);
  const table = await tableOf(button);
  assert.equal(lines.length - 1, table.length, name);
  table.forEach((cells, row) =>
    cells.forEach((cell, column) => {
      const written = textOf(lines[row + 1][column]);
      const shown = numberOf(cell);
      if (!shown || written === textOf(cell)) return assert.equal(written, textOf(cell), `${name} row ${row} column ${column}`);
      const value = Number(written.replace(',', '.'));
      assert.ok(Math.abs(value - shown.value) <= shown.tolerance, `${name} row ${row} column ${column}: ${written} is not ${cell}`);
    }),
  );
  table.forEach((cells, row) => uncertain(table).forEach((column, index) => assertSpread(textOf(lines[row + 1][cells.length + index]), cells[column], `${name} row ${row} column ${column}`)));
}

// By the language that the notation of a cell names.
const MONTHS = {
  413: ['jan', 'feb', 'mrt', 'apr', 'mei', 'jun', 'jul', 'aug', 'sep', 'okt', 'nov', 'dec'],
  809: ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
};

// A day of a spreadsheet as it is on screen, in the notation of its cell.
function dayText(serial, format, at) {
  const date = new Date(Date.UTC(1899, 11, 30) + Math.round(serial * 1440) * 60_000);
  if (format.includes('mmm')) return `${MONTHS[/\[\$-(\d+)\]/.exec(format)[1]][date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  const [year, month, day] = date.toISOString().slice(0, 10).split('-');
  return `${day}-${month}-${year}${format.includes('hh') ? ` ${at} ${date.toISOString().slice(11, 16)}` : ''}`;
}

/**
 * A workbook holds the cells of the table, numbers as numbers and times as dates; a figure that is not there is its word and is
 * named in a column of its own. Answers the rows of the sheet that says what the figures are.
 */
export async function assertWorkbookIsTable(button) {
  const { name, bytes } = await downloadOf(button);
  const { sheets, formats } = readWorkbook(bytes);
  const [figures, about] = Object.keys(sheets);
  const [, ...lines] = sheets[figures];
  const [, ...notations] = formats[figures];
  const at = (await page.getAttribute('html', 'lang')) === 'en' ? 'at' : 'om';
  const table = await tableOf(button);
  assert.equal(lines.length, table.length, name);
  table.forEach((cells, row) => {
    assert.equal(lines[row].length, cells.length + uncertain(table).length + 1, `${name} row ${row}`);
    uncertain(table).forEach((column, index) => assertSpread(lines[row][cells.length + index], cells[column], `${name} row ${row} column ${column}`));
    cells.forEach((cell, column) => {
      const [written, notation] = [lines[row][column], notations[row][column]];
      const place = `${name} row ${row} column ${column}`;
      if (typeof written === 'string') return assert.equal(words(written), words(cell), place);
      if (notation.includes('yyyy')) return assert.equal(dayText(written, notation, at), words(cell), place);
      const shown = numberOf(cell);
      assert.ok(shown, `${place}: ${written} is not ${cell}`);
      assert.ok(Math.abs(written * (notation.includes('%') ? 100 : 1) - shown.value) <= shown.tolerance, `${place}: ${written} is not ${cell}`);
    });
  });
  return sheets[about];
}

/** Every table of the page as CSV, and at most ten files in all when there are workbooks too. Answers how many tables have a file. */
export async function assertFiles() {
  const files = await page.getByRole('button', { name: /^Download (tabel|table) \(CSV\)$/ }).all();
  for (const button of files) await assertFileIsTable(button);
  const workbooks = await page.getByRole('button', { name: /^Download (tabel|table) \(Excel\)$/ }).all();
  for (const button of workbooks.slice(0, Math.max(0, 10 - files.length))) await assertWorkbookIsTable(button);
  return files.length;
}
