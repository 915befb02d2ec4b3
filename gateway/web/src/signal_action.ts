// SPDX-License-Identifier: EUPL-1.2
// Taking up a signal: a note of what was done or agreed, for good. The signal stays open until its cause goes away.
import type { Session, Signal } from './api';
import { askWords } from './dialog';
import { h } from './dom';
import { t } from './language';
import { isOpen, providerOf } from './signals_model';
import { announce, button, problemAlert } from './shell';

/** The button of a signal; `taken` is called with what became of it. Nothing for a signal that is closed. */
export function takeUpButton(session: Session, signal: Signal, taken: (signal: Signal) => void): HTMLElement[] {
  if (!isOpen(signal)) return [h('span', { class: 'nmd-muted' }, 'gesloten')];
  const place = h('div', {});
  const start = async () => {
    const words = await askWords({
      title: t`Signaal oppakken: ${providerOf(signal)}`, action: 'Leg vast',
      hint: t`${signal.text ?? ''} Het signaal blijft open tot de oorzaak weg is. Schrijf geen namen van personen op.`,
      fields: [{ id: 'notitie', label: 'Wat is er gedaan of afgesproken?', type: 'lines', most: 500 }],
    });
    if (!words) return;
    try {
      taken(await session.post<Signal>(signal.name.replace(/^municipalities\/[^/]+\//, '').concat('/_acknowledge'), { note: words['notitie'] }));
      announce('De notitie is vastgelegd.');
    } catch (error) {
      place.replaceChildren(problemAlert(error, () => void start()));
    }
  };
  place.append(button('Pak op…', () => void start()));
  place.querySelector('button')!.append(h('span', { class: 'nmd-visually-hidden' }, t` het signaal over ${providerOf(signal)}`));
  return [place];
}
