// SPDX-License-Identifier: EUPL-1.2
// Keeping what the council is told: a question and an answer in words, beside the figures on the screen, under a number for good.
import { idOf } from './api';
import { askWords } from './dialog';
import { h } from './dom';
import type { Filter } from './api';
import { t } from './language';
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
async function wordsOf(proposal: Words): Promise<Words | undefined> {
  const given = await askWords({
    title: 'Vastleggen als antwoord aan de raad',
    hint: 'Het antwoord krijgt een nummer en verandert nooit meer. Schrijf geen namen, nummers of adressen van inwoners op.',
    fields: [
      { id: 'vraag', label: 'De vraag', most: 200, initial: proposal.title },
      { id: 'antwoordtekst', label: 'Het antwoord', type: 'lines', most: 20_000, initial: proposal.text },
    ],
    action: 'Leg vast',
  });
  return given && { title: given['vraag']!, text: given['antwoordtekst']! };
}

/** The button that keeps the answer of a screen; nothing for who may not. */
export function registerButton(view: View, question: Asked, proposal: Words): HTMLElement[] {
  if (!REGISTRARS.includes(view.role)) return [];
  const place = h('div', { class: 'nmd-screen-only' });
  const start = async () => {
    const words = await wordsOf(proposal);
    if (!words) return;
    try {
      const kept = await view.session.post<{ name: string }>('registeredanswers', { ...words, question: { ...question, known_time: view.known }, request_id: crypto.randomUUID() });
      const number = idOf(kept.name);
      place.replaceChildren(alert('info', t`Vastgelegd als ${number}`, ['Dit antwoord verandert niet meer. In het vragenregister ziet u later of het nog klopt.'], h('a', { class: 'nl-link', href: `./vragen.html?antwoord=${number}` }, 'Naar het vragenregister')));
      announce(t`Vastgelegd als ${number}.`);
    } catch (error) {
      place.replaceChildren(problemAlert(error, () => void start()), ...again());
    }
  };
  const again = () => [h('div', { class: 'nmd-actions nmd-end' }, button('Leg vast als antwoord aan de raad', () => void start()))];
  place.replaceChildren(...again());
  return [place];
}
