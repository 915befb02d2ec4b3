// SPDX-License-Identifier: EUPL-1.2
// Keeping what the council is told: a question and an answer in words, beside the figures on the screen, under a number for good.
import { idOf } from './api';
import { h } from './dom';
import type { Filter } from './api';
import type { View } from './screen';
import { alert, announce, button, problemAlert } from './shell';

/** As in nmd.costs.v1.QueryFiguresRequest; its known time is that of the screen. */
export interface Asked {
  measures: string[];
  dimensions: string[];
  period: { start_date: string; end_date: string };
  filters: Filter[];
}

// Who may register, as in AnswersService.RegisterAnswer.
const REGISTRARS = ['griffie', 'beleidsadviseur', 'controller'];

interface Words {
  title: string;
  text: string;
}

/** Asks for the question and the answer in words; undefined when the person thinks better of it. */
function askWords(proposal: Words): Promise<Words | undefined> {
  return new Promise((resolve) => {
    const title = h('input', { class: 'utrecht-textbox utrecht-textbox--html-input', id: 'vraag', type: 'text', maxlength: '200', autocomplete: 'off', 'aria-describedby': 'vastleg-hint' });
    const text = h('textarea', { class: 'utrecht-textbox utrecht-textbox--html-input', id: 'antwoordtekst', rows: '5', maxlength: '20000', 'aria-describedby': 'vastleg-hint' });
    title.value = proposal.title;
    text.value = proposal.text;
    const fault = h('p', { class: 'nmd-fault', id: 'vastleg-fout', role: 'alert' });
    fault.hidden = true;
    let given: Words | undefined;
    const dialog = h(
      'dialog',
      { class: 'nmd-dialog', 'aria-labelledby': 'vastleg-titel' },
      h('h2', { class: 'nl-heading nl-heading--level-3', id: 'vastleg-titel' }, 'Vastleggen als antwoord aan de raad'),
      h('p', { class: 'nl-paragraph', id: 'vastleg-hint' }, 'Het antwoord krijgt een nummer en verandert nooit meer. Schrijf geen namen, nummers of adressen van inwoners op.'),
      h('div', { class: 'nmd-field' }, h('label', { class: 'utrecht-form-label', for: 'vraag' }, 'De vraag'), title),
      h('div', { class: 'nmd-field' }, h('label', { class: 'utrecht-form-label', for: 'antwoordtekst' }, 'Het antwoord'), text),
      fault,
      h(
        'div',
        { class: 'nmd-actions nmd-dialog__actions' },
        button('Leg vast', () => {
          const words = { title: title.value.trim(), text: text.value.trim() };
          if (words.title && words.text) {
            given = words;
            dialog.close();
            return;
          }
          fault.hidden = false;
          fault.textContent = 'Vul de vraag en het antwoord in.';
          (words.title ? text : title).focus();
        }, 'primary'),
        button('Annuleer', () => dialog.close()),
      ),
    );
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(given);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** The button that keeps the answer of a screen; nothing for who may not. */
export function registerButton(view: View, question: Asked, proposal: Words): HTMLElement[] {
  if (!REGISTRARS.includes(view.role)) return [];
  const place = h('div', { class: 'nmd-screen-only' });
  const start = async () => {
    const words = await askWords(proposal);
    if (!words) return;
    try {
      const kept = await view.session.post<{ name: string }>('registeredanswers', { ...words, question: { ...question, known_time: view.known }, request_id: crypto.randomUUID() });
      const number = idOf(kept.name);
      place.replaceChildren(alert('info', `Vastgelegd als ${number}`, ['Dit antwoord verandert niet meer. In het vragenregister ziet u later of het nog klopt.'], h('a', { class: 'nl-link', href: `./vragen.html?antwoord=${number}` }, 'Naar het vragenregister')));
      announce(`Vastgelegd als ${number}.`);
    } catch (error) {
      place.replaceChildren(problemAlert(error, () => void start()), ...again());
    }
  };
  const again = () => [h('div', { class: 'nmd-actions nmd-end' }, button('Leg vast als antwoord aan de raad', () => void start()))];
  place.replaceChildren(...again());
  return [place];
}
