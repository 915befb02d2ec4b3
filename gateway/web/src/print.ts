// SPDX-License-Identifier: EUPL-1.2
// Taking a page along on paper: the whole annex, or the answer on one page (style/print.css says what that leaves out).
import { button } from './shell';

const ONE_PAGE = 'een-pagina';

window.addEventListener('afterprint', () => {
  delete document.documentElement.dataset['druk'];
});

/** Print is the PDF: a browser offers both. */
export function printButtons(): HTMLElement[] {
  return [
    button('Afdrukken of bewaren als pdf', () => window.print()),
    button('Druk af op één pagina', () => {
      document.documentElement.dataset['druk'] = ONE_PAGE;
      window.print();
    }),
  ];
}
