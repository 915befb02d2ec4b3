// SPDX-License-Identifier: EUPL-1.2
// The page Signalen: what asks for a conversation with a provider now, and who took it up. Never a ranking, never about a person.
import type { Signal } from './api';
import { block } from './block';
import { h } from './dom';
import { glue, number } from './format';
import { t } from './language';
import { yearChoices } from './query';
import { runScreen, type View } from './screen';
import { takeUpButton } from './signal_action';
import { conclusionOf, isOpen, NO_VERDICT, rulesOf, signalTable } from './signals_model';

function rules(signals: Signal[]): HTMLElement[] {
  const found = rulesOf(signals);
  if (found.length === 0) return [];
  return [
    h(
      'section',
      { class: 'nmd-section', 'aria-labelledby': 'regels' },
      h('h2', { class: 'nl-heading nl-heading--level-2', id: 'regels' }, 'Wat betekenen deze signalen?'),
      ...found.map((rule) =>
        h(
          'details',
          { class: 'nmd-label-box' },
          h('summary', {}, rule.title!),
          h(
            'dl',
            { class: 'nmd-facts nmd-source-facts' },
            ...[['Waarom', rule.explanation], ['Hoe berekend', rule.formula], ['Over welke tijd', rule.window], ['Wie pakt het op', rule.owner_role]].flatMap(([name, words]) => [h('dt', {}, name!), h('dd', {}, glue(words || 'niet opgegeven'))]),
          ),
        ),
      ),
    ),
  ];
}

function show(view: View, signals: Signal[]): HTMLElement[] {
  const closed = view.values['toestand'] !== 'open';
  const place = h('div', {});
  const draw = () => {
    const open = signals.filter(isOpen).length;
    place.replaceChildren(
      block({ ...view, next: { figure: 1, table: 1 } }, {
        id: 'open', title: closed ? 'Signalen' : 'Openstaande signalen', conclusion: conclusionOf(signals),
        before: [h('p', { class: 'nl-paragraph' }, NO_VERDICT)],
        ...(signals.length > 0 && {
          table: signalTable(signals, closed ? t`Signalen: ${number(open)} open en ${number(signals.length - open)} gesloten` : 'Openstaande signalen, zwaarste eerst', closed),
          actions: (row: number) =>
            takeUpButton(view.session, signals[row]!, (changed) => {
              signals[row] = changed;
              draw();
              place.querySelector<HTMLElement>(`#signalen tbody tr:nth-child(${row + 1}) button`)?.focus();
            }),
        }),
      }),
    );
  };
  draw();
  return [place, ...rules(signals)];
}

runScreen<Signal[]>({
  id: 'signalen',
  timeless: true,
  bare: true,
  fields: (context) => [
    { key: 'toestand', label: 'Welke', choices: [{ value: 'open', title: 'Open' }, { value: 'gesloten', title: 'Gesloten' }, { value: 'alle', title: 'Alle' }], initial: 'open' },
    { key: 'jaar', label: 'Jaar', choices: [{ value: 'alle', title: 'Alle jaren' }, ...yearChoices(context.year)], initial: 'alle' },
  ],
  question: ({ toestand, jaar }) => t`Welke signalen ${toestand === 'open' ? 'staan open' : toestand === 'gesloten' ? 'zijn gesloten' : 'zijn er'}${jaar === 'alle' ? '' : t` over ${jaar}`}?`,
  ask: ({ session }, { toestand, jaar }) =>
    session.signals({ ...(toestand === 'open' && { state: 'OPEN' }), ...(toestand === 'gesloten' && { state: 'CLOSED' }), ...(jaar !== 'alle' && { year: jaar! }) }),
  knownOf: () => undefined,
  show,
});
