// SPDX-License-Identifier: EUPL-1.2
// A workbook of one table (ECMA-376, SpreadsheetML): numbers are numbers with the notation they have on screen, times are dates,
// and a figure without a value is its word. The sheet "Toelichting" says what the figures are and when they were known. No
// macros, no formulas, no merged cells (requirements 5.2). Loaded when somebody asks for a file.
import type { Context } from './csv';
import type { Cell } from './figure';
import { dateOf, dateTime } from './format';
import { said, say, t } from './language';
import { cellText, withSpreads, type Kind, type Table } from './table';
import { zip } from './zip';

const EURO = '[$€-413]\\ #,##0.00';
// Names of months are in the language of the page in every Excel: 413 is Dutch, 809 English.
const MONTHS = { nl: '[$-413]mmm\\ yyyy', en: '[$-809]mmm\\ yyyy' };
const FORMATS: Record<Kind | 'month' | 'day' | 'moment', string> = {
  text: 'General',
  count: '#,##0',
  months: '#,##0.0',
  euro: `${EURO};\\-${EURO}`,
  growth_euro: `\\+${EURO};\\-${EURO};${EURO}`,
  share: '0.0%',
  growth: '\\+0.0%;\\-0.0%;0.0%',
  index: '#,##0.0',
  ratio: '#,##0.00',
  change: '\\+#,##0;\\-#,##0;0',
  bits: '\\+0.000;\\-0.000;0.000',
  month: MONTHS.nl,
  day: 'dd\\-mm\\-yyyy',
  moment: 'dd\\-mm\\-yyyy\\ hh:mm',
};
type Format = keyof typeof FORMATS;
const NAMES = Object.keys(FORMATS) as Format[];
// Numbers below are those of Excel itself.
const FIRST_FORMAT = 164;
// Before the formats, each plain and bold, stand the styles of words.
const WORDS = { plain: 0, header: 1, text: 2, absent: 3, strongText: 4 };
const FIRST_STYLE = Object.keys(WORDS).length;

const styleOf = (format: Format, strong: boolean) => FIRST_STYLE + 2 * NAMES.indexOf(format) + (strong ? 1 : 0);

// XML 1.0 knows no control characters but these three.
const escape = (text: string) =>
  text.replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';

/** "A", "Z", "AA". */
export function columnName(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnName(Math.floor(index / 26) - 1) + letter;
}

/** Days since 30 December 1899, with the part of the day: how Excel counts from 1 March 1900 on. A moment is as on Dutch clocks. */
export function serial(time: string): number {
  const days = (date: string) => (Date.parse(`${date}T00:00:00Z`) - Date.UTC(1899, 11, 30)) / 86_400_000;
  if (time.length === 7) return days(`${time}-01`);
  if (time.length === 10) return days(time);
  const [hours, minutes] = dateTime(time).slice(-5).split(':').map(Number);
  return days(dateOf(time)) + (60 * (hours ?? 0) + (minutes ?? 0)) / 1440;
}

interface Written {
  text?: string;
  number?: number;
  style: number;
}

function write(cell: Cell, kind: Kind, strong: boolean): Written {
  switch (cell.kind) {
    case 'text':
      return { text: cell.text, style: strong ? WORDS.strongText : WORDS.text };
    case 'absent':
      return { text: cell.word, style: WORDS.absent };
    case 'time':
      return { number: serial(cell.time), style: styleOf(cell.time.length === 7 ? 'month' : cell.time.length === 10 ? 'day' : 'moment', strong) };
    case 'value': {
      const shown = cell.as ?? kind;
      // Euro are held in cents, and a share is a share: Excel writes the percentage.
      return { number: shown === 'euro' || shown === 'growth_euro' ? cell.value / 100 : cell.value, style: styleOf(shown, strong) };
    }
  }
}

const words = (text: string, style: number): Written => ({ text, style });

function rowXml(cells: Written[], row: number): string {
  const written = cells.map(({ text, number, style }, column) => {
    const at = `r="${columnName(column)}${row}" s="${style}"`;
    return number !== undefined && Number.isFinite(number) ? `<c ${at}><v>${number}</v></c>` : `<c ${at} t="inlineStr"><is><t xml:space="preserve">${escape(say(text ?? ''))}</t></is></c>`;
  });
  return `<row r="${row}">${written.join('')}</row>`;
}

function sheetXml(rows: Written[][], widths: number[], frozen: boolean): string {
  const pane = frozen ? '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft" activeCell="A2" sqref="A2"/>' : '';
  const columns = widths.map((width, index) => `<col min="${index + 1}" max="${index + 1}" width="${width}" customWidth="1"/>`).join('');
  return `${XML}<worksheet ${MAIN}><sheetViews><sheetView workbookViewId="0">${pane}</sheetView></sheetViews><cols>${columns}</cols><sheetData>${rows.map((cells, index) => rowXml(cells, index + 1)).join('')}</sheetData></worksheet>`;
}

const width = (letters: number) => Math.min(60, Math.max(10, letters + 2));

function tableRows(shown: Table): { rows: Written[][]; widths: number[] } {
  const table = withSpreads(shown);
  const all = [...table.rows, ...(table.total ? [table.total] : [])];
  const missing = (cells: Cell[]) => cells.flatMap((cell, index) => (cell.kind === 'absent' ? [t`${table.columns[index]?.header}: ${cell.word}`] : [])).join(', ') || 'beantwoord';
  const kindOf = (index: number) => table.columns[index]?.kind ?? 'text';
  return {
    rows: [
      [...table.columns.map(({ header }) => header), 'Toestand'].map((header) => words(header, WORDS.header)),
      ...all.map((cells) => [...cells.map((cell, index) => write(cell, kindOf(index), cells === table.total)), words(missing(cells), WORDS.text)]),
    ],
    widths: [
      ...table.columns.map(({ header }, index) => width(Math.max(Math.min(header.length, 18), ...all.map((cells) => (cells[index] ? cellText(cells[index], kindOf(index)).length + 3 : 0))))),
      width(24),
    ],
  };
}

function styles(): string {
  const formats = NAMES.map((name, index) => `<numFmt numFmtId="${FIRST_FORMAT + index}" formatCode="${escape(name === 'month' ? MONTHS[said()] : FORMATS[name])}"/>`).join('');
  const xf = (format: number, font: number, fill: number, wrap: boolean) =>
    `<xf numFmtId="${format}" fontId="${font}" fillId="${fill}" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyAlignment="1"><alignment vertical="top"${wrap ? ' wrapText="1"' : ''}/></xf>`;
  const [plain, bold, italic] = [0, 1, 2];
  const cells = [
    xf(0, plain, 0, false), xf(0, bold, 2, true), xf(0, plain, 0, true), xf(0, italic, 0, true), xf(0, bold, 0, true),
    ...NAMES.flatMap((_, index) => [xf(FIRST_FORMAT + index, plain, 0, false), xf(FIRST_FORMAT + index, bold, 0, false)]),
  ];
  const font = (mark: string) => `<font>${mark}<sz val="11"/><name val="Calibri"/><family val="2"/></font>`;
  return (
    `${XML}<styleSheet ${MAIN}><numFmts count="${NAMES.length}">${formats}</numFmts><fonts count="3">${font('')}${font('<b/>')}${font('<i/>')}</fonts>` +
    '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFF3F6F9"/><bgColor indexed="64"/></patternFill></fill></fills>' +
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
    `<cellXfs count="${cells.length}">${cells.join('')}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
  );
}

const SHEETS = ['Cijfers', 'Toelichting'];

/** The file: sheet "Cijfers" with the table, and sheet "Toelichting". */
export function xlsx(table: Table, context: Context): Uint8Array<ArrayBuffer> {
  const { rows, widths } = tableRows(table);
  const about: Array<[string, string]> = [
    ['Tabel', table.caption],
    ['Cijfers bekend op', context.known],
    ['Definities', context.definitions.join(', ') || 'geen'],
    ...(context.about ?? []),
    ['Toestand', 'Een cijfer zonder waarde staat in woorden: afgeschermd, niet geregistreerd, niet beschikbaar of niet vergelijkbaar. Het is nooit 0 en nooit leeg.'],
  ];
  const kind = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  return zip([
    {
      name: '[Content_Types].xml',
      contents: `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${kind}.sheet.main+xml"/>${SHEETS.map((_, index) => `<Override PartName="/xl/worksheets/sheet${index + 1}.xml" ContentType="${kind}.worksheet+xml"/>`).join('')}<Override PartName="/xl/styles.xml" ContentType="${kind}.styles+xml"/></Types>`,
    },
    { name: '_rels/.rels', contents: `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>` },
    { name: 'xl/workbook.xml', contents: `${XML}<workbook ${MAIN} xmlns:r="${OFFICE}"><sheets>${SHEETS.map((name, index) => `<sheet name="${escape(say(name))}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`).join('')}</sheets></workbook>` },
    {
      name: 'xl/_rels/workbook.xml.rels',
      contents: `${XML}<Relationships xmlns="${PACKAGE}/relationships">${SHEETS.map((_, index) => `<Relationship Id="rId${index + 1}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${index + 1}.xml"/>`).join('')}<Relationship Id="rId${SHEETS.length + 1}" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
    },
    { name: 'xl/styles.xml', contents: styles() },
    { name: 'xl/worksheets/sheet1.xml', contents: sheetXml(rows, widths, true) },
    { name: 'xl/worksheets/sheet2.xml', contents: sheetXml(about.map(([name, text]) => [words(name, WORDS.strongText), words(text, WORDS.text)]), [32, 90], false) },
  ]);
}
