// SPDX-License-Identifier: EUPL-1.2
// One model for what is on screen and in the file: a table that is shown can be downloaded, and holds the same cells.
import { h } from './dom';
import { text, value, type Cell } from './figure';
import { euro, glue, number, percent, timeText } from './format';
import { t } from './language';

/** What the numbers of a column are. Euro columns hold cents, percent columns shares, index columns 100 for the base. */
export type Kind = 'text' | 'count' | 'months' | 'euro' | 'growth_euro' | 'growth' | 'share' | 'change' | 'index' | 'ratio' | 'bits';

export interface Column {
  header: string;
  kind: Kind;
}

export interface Table {
  /** Of the file and the element; letters, digits and dashes. */
  id: string;
  caption: string;
  columns: Column[];
  rows: Cell[][];
  total?: Cell[];
}

/** How a kind is written in a file: times the factor, with decimals, in the unit named in the header. */
export function scaleOf(kind: Kind): { factor: number; decimals: number; unit: string } {
  switch (kind) {
    case 'euro':
    case 'growth_euro':
      return { factor: 0.01, decimals: 2, unit: 'euro' };
    case 'growth':
    case 'share':
      return { factor: 100, decimals: 2, unit: '%' };
    case 'index':
    case 'ratio':
      return { factor: 1, decimals: 2, unit: '' };
    case 'months':
      return { factor: 1, decimals: 1, unit: 'maanden' };
    case 'bits':
      return { factor: 1, decimals: 3, unit: '' };
    case 'count':
    case 'change':
    case 'text':
      return { factor: 1, decimals: 0, unit: '' };
  }
}

/** How a number of a kind is written on screen. */
export function show(value: number, kind: Kind): string {
  switch (kind) {
    case 'euro':
      return euro(value);
    case 'growth_euro':
      return euro(value, 0, true);
    case 'growth':
      return percent(value, 1, true);
    case 'share':
      return percent(value, 1);
    case 'index':
    case 'months':
      return number(value, 1);
    case 'ratio':
      return number(value, 2);
    case 'change':
      return number(value, 0, true);
    case 'bits':
      return number(value, 1, true);
    case 'count':
    case 'text':
      return number(value);
  }
}

/** How far a rounded number is off at most, upwards to what is shown of its kind: it must not seem nearer than it is. */
export function spread(off: number, kind: Kind): string {
  const [of, step]: [Kind, number] = kind === 'euro' || kind === 'growth_euro' ? ['euro', 100] : kind === 'ratio' ? ['ratio', 0.01] : [kind === 'change' ? 'count' : kind, 1];
  return `±\u00a0${show(Math.ceil(off / step - 1e-6) * step, of)}`;
}

/** A cell in words and digits. */
export function cellText(cell: Cell, kind: Kind): string {
  switch (cell.kind) {
    case 'text':
      return cell.text;
    case 'absent':
      return cell.word;
    case 'time':
      return timeText(cell.time);
    case 'value':
      return `${show(cell.value, cell.as ?? kind)}${cell.off ? `\u00a0${spread(cell.off, cell.as ?? kind)}` : ''}`;
  }
}

/**
 * As a file holds it: numbers are numbers there, so what rounded ones are off at most is in columns of its own, behind the others as
 * in the files of the service. A number that is exact is off by 0; a figure that is not there has its word there, too.
 */
export function withSpreads(table: Table): Table {
  const all = [...table.rows, ...(table.total ? [table.total] : [])];
  const uncertain = table.columns.flatMap((_, index) => (all.some((cells) => cells[index]?.kind === 'value' && cells[index].off) ? [index] : []));
  const wide = (cells: Cell[]): Cell[] => [
    ...cells.map((cell) => (cell.kind === 'value' ? value(cell.value, cell.as) : cell)),
    ...uncertain.map((index): Cell => {
      const cell = cells[index]!;
      return cell.kind === 'value' ? value(cell.off ?? 0, cell.as) : text(cellText(cell, table.columns[index]!.kind));
    }),
  ];
  if (uncertain.length === 0) return table;
  return {
    ...table,
    columns: [...table.columns, ...uncertain.map((index) => ({ ...table.columns[index]!, header: t`${table.columns[index]!.header}: onzekerheid` }))],
    rows: table.rows.map(wide),
    ...(table.total && { total: wide(table.total) }),
  };
}

// A short text stays on one line and a long one gets room, where the table is wider than the screen.
function lengthClass(content: string): string {
  if (content.length <= 20) return ' nmd-short';
  return content.length > 36 ? ' nmd-long' : '';
}

// The first column names the row.
function row(cells: Cell[], table: Table, action?: HTMLElement[]): HTMLElement {
  return h(
    'tr',
    { class: 'utrecht-table__row' },
    ...cells.map((cell, index) => {
      const kind = table.columns[index]?.kind ?? 'text';
      const content = glue(cellText(cell, kind));
      if (index === 0) return h('th', { scope: 'row', class: `utrecht-table__cell nmd-row-header${lengthClass(content)}` }, content);
      const numeric = kind === 'text' ? lengthClass(content) : ' utrecht-table__cell--numeric-column';
      if (cell.kind !== 'absent') return h('td', { class: `utrecht-table__cell${numeric}` }, content);
      return h('td', { class: `utrecht-table__cell${numeric}` }, h('span', { class: `nmd-absent${cell.state ? ` nmd-absent--${cell.state.toLowerCase()}` : ''}`, title: cell.why }, content));
    }),
    ...(action ? [h('td', { class: 'utrecht-table__cell nmd-row-actions' }, ...action)] : []),
  );
}

// Why cells are empty, once per reason, so that nobody depends on a tooltip.
function reasons(table: Table): string[] {
  const cells = [...table.rows, ...(table.total ? [table.total] : [])].flat();
  // "afgeschermd: 2 tot 9" is hidden for the same reason as any other.
  const found = cells.flatMap((cell) => (cell.kind === 'absent' && cell.why ? [t`${cell.word.split(':')[0]!}: ${cell.why}`] : []));
  return [...new Set(found)];
}

/**
 * The table as HTML: caption, scopes, and a frame that scrolls by itself where the screen is narrower than the table. `actions`
 * gives the buttons of a row, in a last column that is on screen only; `tip` what stands beside a header to explain it.
 */
export function tableElement(table: Table, tall = false, actions?: (row: number) => HTMLElement[], tip: (header: string) => HTMLElement[] = () => []): HTMLElement {
  const caption = `${table.id}-caption`;
  const why = reasons(table);
  return h(
    'div',
    { class: `nmd-table${table.columns.length > 7 ? ' nmd-table--wide' : ''}` },
    h(
      'div',
      { class: `nmd-table__frame${tall ? ' nmd-table__frame--tall' : ''}`, role: 'region', 'aria-labelledby': caption, tabindex: '0' },
      h(
        'table',
        { class: 'utrecht-table', id: table.id },
        h('caption', { class: 'utrecht-table__caption', id: caption }, h('span', { class: 'nmd-table__title' }, glue(table.caption))),
        h(
          'thead',
          { class: 'utrecht-table__header' },
          h(
            'tr',
            { class: 'utrecht-table__row' },
            ...table.columns.map((column) => {
              const explained = tip(column.header);
              // Beside every cell the header is read, and not the button in it.
              const short = explained.length > 0 ? column.header : '';
              const numeric = column.kind === 'text' ? '' : ' utrecht-table__header-cell--numeric-column';
              return h('th', { scope: 'col', class: `utrecht-table__header-cell${numeric}`, abbr: short }, glue(column.header), ...explained);
            }),
            ...(actions ? [h('th', { scope: 'col', class: 'utrecht-table__header-cell' }, 'Wat u kunt doen')] : []),
          ),
        ),
        h('tbody', { class: 'utrecht-table__body' }, ...table.rows.map((cells, index) => row(cells, table, actions?.(index)))),
        ...(table.total ? [h('tfoot', { class: 'utrecht-table__footer' }, row(table.total, table))] : []),
      ),
    ),
    ...why.map((sentence) => h('p', { class: 'nmd-note' }, sentence.charAt(0).toUpperCase() + sentence.slice(1))),
  );
}
