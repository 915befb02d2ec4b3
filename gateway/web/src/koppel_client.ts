// SPDX-License-Identifier: EUPL-1.2
// One client on the page Koppelen: who came and went, and putting clients together or taking persons out. By pseudonym only:
// nobody is named here, and a pseudonym is never in the address.
import { h } from './dom';
import { chosenOf, clientOf, COMMON_REASONS, decisionTable, historyTable, membersOf, memberTable } from './koppel_model';
import { focusable } from './koppel_pair';
import { t } from './language';
import type { ClientHistory, LinkDecision, Links } from './link_api';
import { askReason } from './reason';
import { button } from './shell';
import { tableElement } from './table';

/** A text field with a button, and what is wrong with what was typed. */
export function ask(
  id: string,
  title: string,
  action: string,
  hint: string,
  read: (written: string) => { fault: string } | object,
  then: (written: string) => void,
  value = '',
): HTMLElement {
  const input = h('input', {
    class: 'utrecht-textbox utrecht-textbox--html-input',
    id,
    type: 'text',
    autocomplete: 'off',
    spellcheck: 'false',
    'aria-describedby': `${id}-hint`,
  });
  input.value = value;
  const fault = h('p', { class: 'nmd-fault', id: `${id}-fout` });
  fault.hidden = true;
  const go = button(action, () => {
    const answer = read(input.value);
    const wrong = 'fault' in answer ? answer.fault : '';
    fault.hidden = wrong === '';
    fault.textContent = wrong;
    input.setAttribute('aria-invalid', String(wrong !== ''));
    input.setAttribute('aria-describedby', wrong ? `${id}-fout ${id}-hint` : `${id}-hint`);
    if (wrong) input.focus();
    else then(input.value);
  });
  return h(
    'div',
    {},
    h(
      'div',
      { class: 'nmd-filter' },
      h('div', { class: 'nmd-field' }, h('label', { class: 'utrecht-form-label', for: id }, title), input),
      go,
    ),
    h('p', { class: 'nmd-form__hint', id: `${id}-hint` }, hint),
    fault,
  );
}

/** What became of the client, with what can be decided about it. `decide` makes the decision and shows what comes of it. */
export function clientView(links: Links, history: ClientHistory, decide: (make: () => Promise<LinkDecision>) => void): HTMLElement {
  const client = history.client ?? '';
  const members = membersOf(history);
  const boxes = members.map(() => h('input', { type: 'checkbox' }));
  const fault = h('p', { class: 'nmd-fault', role: 'alert' });
  fault.hidden = true;
  // Sent again after an answer that was lost, it is the same decision.
  const requestId = crypto.randomUUID();

  const split = button('Maak los', () => {
    const chosen = chosenOf(
      members,
      boxes.map((box) => box.checked),
    );
    fault.hidden = 'persons' in chosen;
    fault.textContent = 'fault' in chosen ? chosen.fault : '';
    if ('fault' in chosen) return;
    void askReason(
      'Losmaken van een cliënt',
      ['De gekozen personen worden samen een andere cliënt. Dat geldt vanaf nu; wat er eerder bekend was, blijft na te vragen.'],
      'Maak los',
      COMMON_REASONS,
    ).then((reason) => reason !== undefined && decide(() => links.split(client, chosen.persons, reason, requestId)));
  });
  const merge = (other: string) =>
    void askReason(
      'Samenvoegen van twee cliënten',
      ['De twee cliënten worden één. Dat geldt vanaf nu; wat er eerder bekend was, blijft na te vragen.'],
      'Voeg samen',
      COMMON_REASONS,
    ).then((reason) => reason !== undefined && decide(() => links.merge([client, other], reason, requestId)));
  const readOther = (written: string) => {
    const other = clientOf(written);
    return 'client' in other && other.client === client ? { fault: 'Dit is dezelfde cliënt.' } : other;
  };

  return h(
    'div',
    {},
    focusable(3, 'client-titel', client ? t`Cliënt ${client}` : 'Deze cliënt is er niet meer'),
    ...(history.aliases?.length ? [h('p', { class: 'nl-paragraph' }, t`Ook bekend als ${history.aliases.join(', ')}.`)] : []),
    ...(members.length > 0
      ? [
          // One person alone cannot be taken out.
          ...(members.length > 1
            ? [
                tableElement(memberTable(members), members.length > 15, (row) => [
                  h('label', { class: 'nmd-choice' }, boxes[row]!, t`Maak persoon ${row + 1} los`),
                ]),
                h('div', { class: 'nmd-actions' }, split),
                fault,
              ]
            : [tableElement(memberTable(members))]),
        ]
      : []),
    ...(client
      ? [
          ask('andere-client', 'Voeg samen met cliënt', 'Voeg samen', 'Het pseudoniem van de andere cliënt.', readOther, (written) =>
            merge(written.trim().toLowerCase()),
          ),
        ]
      : []),
    tableElement(historyTable(history), (history.events?.length ?? 0) > 15),
    ...(history.decisions?.length
      ? [tableElement({ ...decisionTable(history.decisions), id: 'clientbesluiten', caption: 'Besluiten over deze cliënt' })]
      : []),
  );
}
