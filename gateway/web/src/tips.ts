// SPDX-License-Identifier: EUPL-1.2
// What a word of the glossary means, beside the word: a button that opens a few lines. It works by key and by touch, Escape closes
// it, and it is not there on paper (WCAG 1.4.13).
import { idOf, type Dimension, type Measure } from './api';
import { h } from './dom';
import { glue } from './format';
import { t } from './language';

export interface Term {
  /** Where the glossary has it. */
  anchor: string;
  title: string;
  words: string;
}

/** The measure or dimension a heading begins with: "Cliënten in 2018" is about Cliënten. The longest name wins. */
export function termOf(heading: string, measures: Measure[], dimensions: Dimension[]): Term | undefined {
  const text = heading.toLowerCase();
  const terms = [
    ...measures.map(({ name, title = '', description = '' }) => ({ anchor: idOf(name), title, words: description })),
    ...dimensions.map(({ name, title = '', description = '' }) => ({ anchor: `uitsplitsing-${idOf(name)}`, title, words: description })),
  ];
  const found = terms.filter(({ title, words }) => title !== '' && words !== '' && (text === title.toLowerCase() || text.startsWith(`${title.toLowerCase()} `)));
  return found.sort((a, b) => b.title.length - a.title.length)[0];
}

let tips = 0;

function place(button: HTMLElement, box: HTMLElement): void {
  const at = button.getBoundingClientRect();
  const room = document.documentElement.clientWidth;
  const left = Math.max(8, Math.min(at.left, room - box.offsetWidth - 8));
  const below = at.bottom + box.offsetHeight + 8 < window.innerHeight;
  box.style.setProperty('left', `${left}px`);
  box.style.setProperty('top', `${below ? at.bottom + 6 : Math.max(8, at.top - box.offsetHeight - 6)}px`);
}

/** The button beside a heading; nothing where its words are not in the glossary. */
export function termTip(heading: string, measures: Measure[], dimensions: Dimension[]): HTMLElement[] {
  const term = termOf(heading, measures, dimensions);
  if (!term) return [];
  const id = `begrip${++tips}`;
  const box = h('span', { class: 'nmd-tip', id, popover: 'auto' }, h('strong', {}, t`${term.title}. `), glue(term.words), ' ', h('a', { class: 'nl-link', href: `./begrippen.html#${term.anchor}` }, 'Naar de begrippenlijst'));
  const button = h('button', { class: 'nmd-tip-button', type: 'button', popovertarget: id, 'aria-label': t`Wat is ${term.title.toLowerCase()}?` });
  box.addEventListener('toggle', (event) => {
    if ((event as ToggleEvent).newState === 'open') place(button, box);
  });
  return [button, box];
}
