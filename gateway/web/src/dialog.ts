// SPDX-License-Identifier: EUPL-1.2
// Asking for a few words in a dialog: what is missing is said at the fields, nothing is chosen beforehand, and the focus returns to
// where it was.
import { h } from './dom';
import { t } from './language';
import type { Choice } from './query';
import { button } from './shell';

export interface Asked {
  id: string;
  label: string;
  /** A few lines, a day, or one of the choices; without it one line. */
  type?: 'lines' | 'day';
  choices?: Choice[];
  /** Letters. */
  most?: number;
  initial?: string;
  optional?: boolean;
}

export interface Question {
  title: string;
  /** What one must know before answering. */
  hint: string;
  fields: Asked[];
  /** What the button says. */
  action: string;
  /** What is missing in words that are all there, in Dutch. */
  check?: (given: Record<string, string>) => string | undefined;
}

const TEXT = 'utrecht-textbox utrecht-textbox--html-input';

function inputOf(field: Asked): HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement {
  const common = { id: field.id, 'aria-describedby': 'dialoog-hint', ...(field.most !== undefined && { maxlength: String(field.most) }) };
  if (field.choices) {
    const options = field.choices.map(({ value, title }) => {
      const option = h('option', {}, title);
      option.value = value;
      return option;
    });
    return h('select', { ...common, class: 'utrecht-select utrecht-select--html-select' }, ...options);
  }
  if (field.type === 'lines') return h('textarea', { ...common, class: TEXT, rows: '4' });
  return h('input', { ...common, class: TEXT, type: field.type === 'day' ? 'date' : 'text', autocomplete: 'off' });
}

/** The words, by the id of their field; undefined when the person thinks better of it. */
export function askWords(question: Question): Promise<Record<string, string> | undefined> {
  return new Promise((resolve) => {
    const fields = question.fields.map((asked) => {
      const input = inputOf(asked);
      input.value = asked.initial ?? '';
      return { asked, input };
    });
    const fault = h('p', { class: 'nmd-fault', id: 'dialoog-fout', role: 'alert' });
    fault.hidden = true;
    let given: Record<string, string> | undefined;
    const read = () => {
      const missing = fields.filter(({ asked, input }) => !asked.optional && input.value.trim() === '');
      for (const { asked, input } of fields) input.setAttribute('aria-invalid', String(missing.some((each) => each.asked === asked)));
      if (missing.length > 0) {
        fault.hidden = false;
        fault.textContent = t`Vul in: ${missing.map(({ asked }) => asked.label.toLowerCase().replace(/[?:]$/, '')).join(', ')}.`;
        missing[0]!.input.focus();
        return;
      }
      const words = Object.fromEntries(fields.map(({ asked, input }) => [asked.id, input.value.trim()]));
      const missed = question.check?.(words);
      if (missed) {
        fault.hidden = false;
        fault.textContent = missed;
        return;
      }
      given = words;
      dialog.close();
    };
    const dialog = h(
      'dialog',
      { class: 'nmd-dialog', 'aria-labelledby': 'dialoog-titel' },
      h('h2', { class: 'nl-heading nl-heading--level-3', id: 'dialoog-titel' }, question.title),
      h('p', { class: 'nl-paragraph', id: 'dialoog-hint' }, question.hint),
      ...fields.map(({ asked, input }) => h('div', { class: 'nmd-field' }, h('label', { class: 'utrecht-form-label', for: asked.id }, asked.optional ? t`${asked.label} (hoeft niet)` : asked.label), input)),
      fault,
      h('div', { class: 'nmd-actions nmd-dialog__actions' }, button(question.action, read, 'primary'), button('Annuleer', () => dialog.close())),
    );
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(given);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
