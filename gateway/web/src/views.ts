// SPDX-License-Identifier: EUPL-1.2
// Saved views of a screen: a name and the query of an address, in this browser only. A query holds no person.
import { askWords } from './dialog';
import { h } from './dom';
import { t } from './language';
import { announce, button } from './shell';

export interface SavedView {
  name: string;
  /** "?maat=clients&per=ivn" */
  query: string;
}

const MOST = 50;

/** What was kept under a key; nothing of what cannot be read. */
export function parseViews(kept: string | null): SavedView[] {
  try {
    const found: unknown = JSON.parse(kept ?? '[]');
    if (!Array.isArray(found)) return [];
    return found.filter((each): each is SavedView => typeof each?.name === 'string' && typeof each?.query === 'string' && each.query.startsWith('?')).slice(0, MOST);
  } catch {
    return [];
  }
}

/** With a view added; one of the same name takes its place. */
export function withView(views: SavedView[], view: SavedView): SavedView[] {
  const collator = new Intl.Collator('nl');
  return [...views.filter((each) => each.name !== view.name), view].sort((a, b) => collator.compare(a.name, b.name)).slice(0, MOST);
}

/** The saved views of a screen and the button that saves this one. `newest` is its query without a known time. */
export function savedViews(screen: string, exact: string, newest: string): HTMLElement {
  const key = `nmd-weergaven-${screen}`;
  const read = () => parseViews(localStorage.getItem(key));
  const place = h('div', {});
  const keep = (views: SavedView[]) => {
    if (views.length > 0) localStorage.setItem(key, JSON.stringify(views));
    else localStorage.removeItem(key);
    draw();
  };
  const save = async () => {
    const words = await askWords({
      title: 'Deze weergave bewaren', action: 'Bewaar',
      hint: 'Een weergave blijft in deze browser op deze computer. Schrijf geen namen van personen op.',
      fields: [
        { id: 'weergave-naam', label: 'Naam', most: 80 },
        { id: 'weergave-tijd', label: 'Welke cijfers wilt u later zien?', initial: newest, choices: [{ value: newest, title: 'De nieuwste van dat moment' }, { value: exact, title: 'Precies deze' }] },
      ],
    });
    if (!words) return;
    keep(withView(read(), { name: words['weergave-naam']!, query: words['weergave-tijd']! }));
    announce('De weergave is bewaard.');
  };
  function draw(): void {
    const views = read();
    const remove = (view: SavedView, index: number) => {
      const element = button('Verwijder', () => {
        keep(read().filter((each) => each.name !== view.name));
        announce(t`De weergave ${view.name} is verwijderd.`);
        const next = place.querySelectorAll<HTMLElement>('.nmd-views button');
        (next[Math.min(index, next.length - 1)] ?? place.querySelector<HTMLElement>('button'))?.focus();
      }, 'subtle');
      element.append(h('span', { class: 'nmd-visually-hidden' }, t` ${view.name}`));
      return element;
    };
    place.replaceChildren(
      ...(views.length > 0
        ? [h('ul', { class: 'nmd-views' }, ...views.map((view, index) => h('li', {}, h('a', { class: 'nl-link', href: view.query }, view.name), ' ', remove(view, index))))]
        : [h('p', { class: 'nl-paragraph' }, 'U hebt nog geen weergaven bewaard.')]),
      button('Bewaar deze weergave…', () => void save()),
    );
  }
  draw();
  return h(
    'section',
    { class: 'nmd-section nmd-screen-only', 'aria-labelledby': 'weergaven' },
    h('h2', { class: 'nl-heading nl-heading--level-2', id: 'weergaven' }, 'Bewaarde weergaven'), place,
  );
}
