// SPDX-License-Identifier: EUPL-1.2
// Asking why: a common reason, a note, or both. What is missing or wrong is said at the fields, and the focus goes there.
import { h } from './dom';
import { reasonOf } from './koppel_model';
import { button } from './shell';

export interface ReasonFields {
  element: HTMLElement;
  /** The reason; undefined when there is none yet, which is then told. */
  read: () => string | undefined;
}

let fields = 0;

export function reasonFields(title: string, choices: string[], most: number): ReasonFields {
  const id = `reden${++fields}`;
  const select = h(
    'select',
    { class: 'utrecht-select utrecht-select--html-select', id, 'aria-describedby': `${id}-hint` },
    h('option', { value: '' }, 'Kies er een, of schrijf er zelf een'),
    ...choices.map((choice) => h('option', {}, choice)),
  );
  // The empty value of the first option is left out by h.
  select.options[0]!.value = '';
  const note = h('input', {
    class: 'utrecht-textbox utrecht-textbox--html-input',
    id: `${id}-note`,
    type: 'text',
    autocomplete: 'off',
    'aria-describedby': `${id}-hint`,
  });
  const fault = h('p', { class: 'nmd-fault', id: `${id}-fault` });
  fault.hidden = true;
  const element = h(
    'div',
    { class: 'nmd-reason' },
    h('div', { class: 'nmd-field' }, h('label', { class: 'utrecht-form-label', for: id }, title), select),
    h('div', { class: 'nmd-field' }, h('label', { class: 'utrecht-form-label', for: `${id}-note` }, 'In eigen woorden'), note),
    h('p', { class: 'nmd-form__hint', id: `${id}-hint` }, 'Zet hier geen namen, nummers of adressen in.'),
    fault,
  );
  return {
    element,
    read: () => {
      const reason = reasonOf(select.value, note.value, most);
      const wrong = 'fault' in reason;
      fault.hidden = !wrong;
      fault.textContent = wrong ? reason.fault : '';
      for (const field of [select, note]) {
        field.setAttribute('aria-invalid', String(wrong));
        field.setAttribute('aria-describedby', wrong ? `${id}-fault ${id}-hint` : `${id}-hint`);
      }
      if (!wrong) return reason.reason;
      (select.value || note.value ? note : select).focus();
      return undefined;
    },
  };
}

/** Asks for a reason in a dialog; undefined when the person thinks better of it. The focus returns to where it was. */
export function askReason(title: string, sentences: string[], action: string, choices: string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const id = `vraag${++fields}`;
    const reason = reasonFields('Waarom?', choices, 500);
    let given: string | undefined;
    const dialog = h(
      'dialog',
      { class: 'nmd-dialog', 'aria-labelledby': id },
      h('h2', { class: 'nl-heading nl-heading--level-3', id }, title),
      ...sentences.map((sentence) => h('p', { class: 'nl-paragraph' }, sentence)),
      reason.element,
      h(
        'div',
        { class: 'nmd-actions' },
        button(action, () => {
          given = reason.read();
          if (given !== undefined) dialog.close();
        }),
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
