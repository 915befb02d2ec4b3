// SPDX-License-Identifier: EUPL-1.2
// A table as a file: what is on screen is what is in it, in two forms.
import { csv, type Context } from './csv';
import { h } from './dom';
import { button } from './shell';
import type { Table } from './table';

/** Offers contents as a file. */
function download(name: string, contents: BlobPart, type: string): void {
  const address = URL.createObjectURL(new Blob([contents], { type }));
  const link = h('a', { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  // The browser has taken the bytes when the click was handled; the address is given back afterwards.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

async function downloadWorkbook(name: string, table: Table, context: Context): Promise<void> {
  const { xlsx } = await import('./xlsx');
  download(`${name}.xlsx`, xlsx(table, context), 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet');
}

/** The buttons under a table. `name` is that of the file, without its ending. */
export function fileButtons(name: string, table: Table, context: Context): HTMLElement[] {
  return [
    button('Download tabel (Excel)', () => void downloadWorkbook(name, table, context)),
    button('Download tabel (CSV)', () => download(`${name}.csv`, csv(table, context), 'text/csv;charset=utf-8')),
  ];
}
