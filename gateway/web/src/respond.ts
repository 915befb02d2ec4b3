// SPDX-License-Identifier: EUPL-1.2
// Saying something about a post, for the own side. What is said stays, and the other side reads it at once; who sees it otherwise later says
// so anew.
import { POSITIONS, REASONS, type Item, type ItemResponse } from './account_model';
import type { Session } from './api';
import { askWords } from './dialog';
import { h } from './dom';
import { t } from './language';
import { announce, button, problemAlert } from './shell';

type Side = 'provider' | 'municipality';

// What each side may say, as in ItemResponse.Position.
const MAY: Record<Side, string[]> = {
  provider: ['AGREED', 'DISPUTED', 'INVESTIGATING', 'WILL_CREDIT', 'WILL_DECLARE', 'WILL_REPORT', 'SETTLED'],
  municipality: ['AGREED', 'DISPUTED', 'INVESTIGATING', 'WILL_ANSWER', 'WILL_CHANGE_ALLOCATION', 'SETTLED'],
};
const NO_REASON = 'geen';

/** What is missing in an answer, in Dutch; nothing when it can be sent. */
export function responseFault({ positie, reden, toelichting }: Record<string, string>): string | undefined {
  if (positie === 'DISPUTED' && reden === NO_REASON) return 'Kies waarom u het weerspreekt.';
  if ((positie === 'SETTLED' || reden === 'OTHER_REASON') && !toelichting) return positie === 'SETTLED' ? 'Schrijf op wat is afgesproken.' : 'Schrijf op wat de reden is.';
  return undefined;
}

const upper = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);

/** The button of a post; `said` is called with what was said. The focus comes back to it by its id, also when the page was drawn anew. */
export function respondButton(session: Session, side: Side, item: Item, about: string, said: (response: ItemResponse) => void): HTMLElement {
  const place = h('div', {});
  const requestId = crypto.randomUUID();
  const start = async () => {
    const words = await askWords({
      title: 'Reageren op een post', action: 'Verstuur',
      hint: t`${upper(about)}. ${item.text ?? ''} Wat u zegt, verandert niet meer; ${side === 'provider' ? 'de gemeente' : 'de aanbieder'} leest het meteen. Schrijf geen namen of nummers van personen op.`,
      fields: [
        { id: 'positie', label: 'Wat zegt u?', choices: [{ value: '', title: 'Kies…' }, ...MAY[side].map((value) => ({ value, title: upper(POSITIONS[value]!) }))] },
        { id: 'reden', label: 'Waarom?', choices: [{ value: NO_REASON, title: 'Geen reden' }, ...Object.entries(REASONS).map(([value, title]) => ({ value, title: upper(title) }))], initial: NO_REASON },
        { id: 'toelichting', label: 'Toelichting', type: 'lines', most: 500, optional: true },
      ],
      check: responseFault,
    });
    if (!words) return;
    try {
      const path = `${item.name.replace(/^municipalities\/[^/]+\//, '')}/_respond`;
      const response = await session.post<ItemResponse>(path, { position: words['positie'], ...(words['reden'] !== NO_REASON && { reason: words['reden'] }), ...(words['toelichting'] && { note: words['toelichting'] }), request_id: requestId });
      announce('Uw reactie is verstuurd.');
      said(response);
    } catch (error) {
      place.replaceChildren(problemAlert(error, () => void start()));
    }
  };
  const open = button('Reageer…', () => void start());
  open.id = `reageer-${item.name.slice(item.name.lastIndexOf('/') + 1)}`;
  open.append(h('span', { class: 'nmd-visually-hidden' }, t` op ${about}`));
  place.append(open);
  return place;
}
