// SPDX-License-Identifier: EUPL-1.2
// One pair on the page Koppelen: both persons side by side, why the model doubts, and three choices of equal weight. Nothing is
// chosen beforehand, no key decides, and the focus never lands on a button by itself.
import { waterfall } from './charts/waterfall';
import { h } from './dom';
import { glue } from './format';
import {
  bits,
  canBeSame,
  chanceSentence,
  COMMON_REASONS,
  comparedTable,
  isBlind,
  reasonSentence,
  sourcesOf,
  stateOf,
  weightDescription,
  weightSteps,
  weightTable,
  whatOf,
  type Bounds,
} from './koppel_model';
import { t } from './language';
import type { LinkDecision, ReviewItemDetail, Verdict } from './link_api';
import { reasonFields } from './reason';
import { button } from './shell';
import { tableElement } from './table';

export interface PairActions {
  /** `reason` is empty in a gold sample. Never rejects: what goes wrong is shown by who decides. */
  decide: (verdict: Verdict, reason: string) => Promise<void>;
  later: () => void;
  back: () => void;
  /** Shows the history of a client, by pseudonym. */
  client: (client: string) => void;
}

/** A heading that takes the focus when what it stands above is new. */
export function focusable(level: 2 | 3, id: string, title: string): HTMLElement {
  return h(`h${level}`, { class: `nl-heading nl-heading--level-${level}`, id, tabindex: '-1' }, title);
}

function why(detail: ReviewItemDetail, bounds: Bounds | undefined): HTMLElement[] {
  const steps = weightSteps(detail);
  if (steps.length === 0) return [];
  const title = 'Wat pleit voor één persoon, en wat ertegen';
  return [
    h('h3', { class: 'nl-heading nl-heading--level-3' }, title),
    h(
      'p',
      { class: 'nmd-note' },
      'Gewichten in bits: elke bit erbij maakt één persoon twee keer zo waarschijnlijk, elke bit eraf half zo waarschijnlijk. “Vooraf” is de kans voor twee willekeurige personen.',
    ),
    waterfall(title, weightDescription(detail, bounds), steps, (step) => bits(step.end - step.start), {
      bounds: bounds
        ? [
            { title: t`vanaf ${bits(bounds.open)}: open`, level: bounds.open },
            { title: t`vanaf ${bits(bounds.linked)}: gekoppeld`, level: bounds.linked },
          ]
        : [],
      names: 300,
    }),
    tableElement(weightTable(detail)),
    ...(detail.model ? [h('p', { class: 'nmd-note' }, t`Koppelmodel ${detail.model}.`)] : []),
  ];
}

// A decision somebody proposed about this pair: whoever looks confirms or withdraws it, and makes no other beside it.
function proposal(decision: LinkDecision, buttons: HTMLElement[]): HTMLElement {
  return h(
    'div',
    { class: 'nmd-choice-box' },
    h('h3', { class: 'nl-heading nl-heading--level-3' }, t`Voorgesteld: ${whatOf(decision)}`),
    h(
      'p',
      { class: 'nl-paragraph' },
      t`${decision.proposed_by ?? 'Iemand'} stelde dit voor: “${decision.reason ?? ''}”. Toestand: ${stateOf(decision)}.`,
    ),
    h('div', { class: 'nmd-actions' }, ...buttons),
  );
}

/** The pair, `title` above it. `proposed` is the decision that waits about it, with its buttons. */
export function pairView(
  title: string,
  detail: ReviewItemDetail,
  bounds: Bounds | undefined,
  actions: PairActions,
  proposed?: { decision: LinkDecision; buttons: HTMLElement[] },
): HTMLElement {
  const item = detail.item;
  const blind = isBlind(item);
  const reason = blind ? undefined : reasonFields('Reden van uw besluit', COMMON_REASONS, 500);
  const later = button('Later', actions.later);
  const choose = (words: string, verdict: Verdict) =>
    button(words, () => {
      const given = reason ? reason.read() : '';
      if (given === undefined) return;
      // A key that is held down is one choice.
      for (const each of buttons) each.disabled = true;
      void actions.decide(verdict, given).finally(() => {
        for (const each of buttons) each.disabled = false;
      });
    });
  const buttons = [
    ...(canBeSame(item) ? [choose('Zelfde persoon', 'SAME_PERSON')] : []),
    choose('Niet dezelfde persoon', 'DIFFERENT_PERSONS'),
    later,
  ];
  const choice = h(
    'div',
    { class: 'nmd-choice-box', role: 'group', 'aria-labelledby': 'keuze' },
    h('h3', { class: 'nl-heading nl-heading--level-3', id: 'keuze' }, 'Is dit dezelfde persoon?'),
    ...(reason ? [reason.element] : []),
    h('div', { class: 'nmd-actions nmd-verdicts' }, ...buttons),
  );
  const touched = item.record_count ? t`Een besluit raakt ${item.record_count} records. ` : '';
  return h(
    'div',
    {},
    focusable(3, 'paar-titel', t`${title}: ${sourcesOf(item)}`),
    h('p', { class: 'nl-paragraph' }, reasonSentence(item)),
    ...(blind ? [] : [h('p', { class: 'nl-paragraph' }, h('strong', {}, chanceSentence(item)), t` ${glue(detail.statement ?? '')}`)]),
    ...(blind ? [] : [h('p', { class: 'nmd-note' }, t`${touched}Een burgerservicenummer is hier nooit te zien, alleen of het geldig is.`)]),
    tableElement(comparedTable(detail)),
    proposed ? proposal(proposed.decision, [...proposed.buttons, later]) : choice,
    ...why(detail, bounds),
    h(
      'div',
      { class: 'nmd-actions' },
      button('Terug naar het overzicht', actions.back),
      // What became of a client tells what was thought of it: not to who judges a sample.
      ...(blind
        ? []
        : [
            ['eerste', detail.client_a],
            ['tweede', detail.client_b],
          ].flatMap(([which, client]) => (client ? [button(t`Geschiedenis van de ${which} persoon`, () => actions.client(client))] : []))),
    ),
  );
}
