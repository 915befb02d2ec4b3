// SPDX-License-Identifier: EUPL-1.2
// In the label of a table: what of it was known otherwise at an earlier moment. The screen asks its own question again, as known then.
import { h } from './dom';
import { changesOf, changesTable } from './earlier_model';
import { addDays, dateOf, dateShort, endOfDay, number } from './format';
import { t } from './language';
import type { View } from './screen';
import { announce, button, problemAlert } from './shell';
import { tableElement, type Table } from './table';

/** Nothing on a screen whose answer has no known time. */
export function earlierPart(view: Pick<View, 'known' | 'earlier'>, id: string, table: Table): HTMLElement[] {
  const { earlier } = view;
  if (!earlier) return [];
  const latest = addDays(dateOf(view.known), -1);
  const input = h('input', { class: 'utrecht-textbox utrecht-textbox--html-input', id: `sinds-${id}`, type: 'date', max: latest });
  input.value = addDays(dateOf(view.known), -30);
  const outcome = h('div', {});
  const show = async () => {
    if (!input.value || input.value > latest) return input.focus();
    const day = dateShort(input.value);
    announce('Het verschil wordt opgezocht…', true);
    outcome.setAttribute('aria-busy', 'true');
    try {
      const then = (await earlier(endOfDay(input.value))).get(id);
      const { rows, more } = then ? changesOf(table, then) : { rows: [], more: 0 };
      outcome.replaceChildren(
        h('p', { class: 'nl-paragraph' }, !then ? t`Op ${day} was er nog geen antwoord.` : rows.length === 0 ? t`Geen cijfer in deze tabel is sinds ${day} veranderd.` : t`${number(rows.length + more)} ${rows.length + more === 1 ? 'cijfer veranderde' : 'cijfers veranderden'} sinds ${day}${more > 0 ? t`; dit zijn de eerste ${number(rows.length)}` : ''}.`),
        ...(rows.length > 0 ? [tableElement(changesTable(table, rows, day), rows.length > 12)] : []),
      );
      announce('Het verschil is getoond.');
    } catch (error) {
      announce('');
      outcome.replaceChildren(problemAlert(error, () => void show()));
    } finally {
      outcome.removeAttribute('aria-busy');
    }
  };
  return [
    h(
      'div',
      { class: 'nmd-filter' },
      h('div', { class: 'nmd-field' }, h('label', { class: 'utrecht-form-label', for: input.id }, 'Wat was er eerder bekend? Op'), input),
      button('Toon het verschil', () => void show()),
    ),
    outcome,
  ];
}
