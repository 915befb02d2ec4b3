// SPDX-License-Identifier: EUPL-1.2
// What of a table changed since an earlier moment: the same question asked as known then, cell by cell beside what is shown. Pure.
import { absent, difference, text, type Absent, type Cell, type Value } from './figure';
import { number, timeText } from './format';
import { t } from './language';
import { spread, type Kind, type Table } from './table';

const MOST = 50;

type Known = Value | Absent;
const isKnown = (cell: Cell | undefined): cell is Known => cell?.kind === 'value' || cell?.kind === 'absent';

/** The texts that a row begins with are its name; rows of one name are told apart by their order. */
function named(table: Table): Map<string, Cell[]> {
  const found = new Map<string, Cell[]>();
  for (const row of [...table.rows, ...(table.total ? [table.total] : [])]) {
    const words: string[] = [];
    for (const cell of row) {
      if (cell.kind === 'text') words.push(cell.name ?? cell.text);
      else if (cell.kind === 'time') words.push(timeText(cell.time));
      else break;
    }
    let name = words.join(' · ');
    for (let each = 2; found.has(name); each++) name = `${words.join(' · ')} (${each})`;
    found.set(name, row);
  }
  return found;
}

// A share changes by points: "+1,2%" would be read as growth of the share.
function changeCell(change: Cell, kind: Kind): Cell {
  if (change.kind !== 'value') return change;
  if (kind === 'euro' || kind === 'growth_euro') return { ...change, as: 'growth_euro' };
  if (kind === 'count' || kind === 'change') return { ...change, as: 'change' };
  if (kind === 'share' || kind === 'growth') return text(t`${number(change.value * 100, 1, true)} procentpunt`);
  return text(`${number(change.value, 2, true)}${change.off ? ` ${spread(change.off, 'ratio')}` : ''}`);
}

const written = (cell: Known, kind: Kind): Cell => (cell.kind === 'value' ? { ...cell, as: cell.as ?? kind } : cell);

/** A row for each figure that is another than it was; `more` when there are too many to show. */
export function changesOf(now: Table, then: Table): { rows: Cell[][]; more: number } {
  const rows: Cell[][] = [];
  const [present, past] = [named(now), named(then)];
  const missing: Known = { ...absent('NOT_AVAILABLE'), word: 'stond er niet bij' };
  for (const name of new Set([...present.keys(), ...past.keys()])) {
    const [row, before] = [present.get(name), past.get(name)];
    now.columns.forEach(({ header, kind }, index) => {
      const at = then.columns.findIndex((each) => each.header === header);
      const [after, earlier] = [row?.[index], before?.[at]];
      if (!isKnown(after) && !isKnown(earlier)) return;
      const [is, was] = [isKnown(after) ? after : missing, isKnown(earlier) ? earlier : missing];
      if (is.kind === 'value' ? was.kind === 'value' && is.value === was.value && (is.off ?? 0) === (was.off ?? 0) : was.kind === 'absent' && is.word === was.word) return;
      const unit = (is.kind === 'value' ? is.as : was.kind === 'value' ? was.as : undefined) ?? kind;
      rows.push([text(name), text(header), written(was, unit), written(is, unit), changeCell(difference(was, is), unit)]);
    });
  }
  return { rows: rows.slice(0, MOST), more: Math.max(0, rows.length - MOST) };
}

export function changesTable(table: Table, rows: Cell[][], day: string): Table {
  return {
    id: `eerder-${table.id}`,
    caption: t`Wat er veranderde sinds ${day}`,
    columns: [{ header: 'Wat', kind: 'text' }, { header: 'Cijfer', kind: 'text' }, { header: t`Bekend op ${day}`, kind: 'count' }, { header: 'Nu getoond', kind: 'count' }, { header: 'Verschil', kind: 'count' }],
    rows,
  };
}
