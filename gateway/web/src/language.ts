// SPDX-License-Identifier: EUPL-1.2
// The language of the pages. Sources are written in Dutch; English is a catalogue from the Dutch text to the English one (english/),
// loaded only by who chose it. A text with values in it is written with `t`; any other text is found as it is put in the page. What the
// catalogue does not have came from a service, or is a name: it stays as it is and is marked as Dutch, for who has it read aloud.
// Numbers and dates keep Dutch notation in both languages: they are on the same paper and in the same files.

export type Language = 'nl' | 'en';

// Kept in this browser; it says nothing about a person.
const CHOSEN = 'nmd-taal';
const NBSP = /\u00a0/g;
const LETTERS = /\p{L}{2}/u;
/** Attributes that a person reads or hears. */
const SPOKEN = ['aria-label', 'title', 'placeholder', 'label', 'abbr'];

export type Catalogue = Readonly<Record<string, string>>;

let catalogue: Catalogue | undefined;
/** Texts that are in English already, with their parts where a value in them is not. */
const made = new Map<string, Part[]>();

const plain = (text: string) => text.replace(NBSP, ' ');
const first = (text: string, change: (letter: string) => string) => change(text.charAt(0)) + text.slice(1);
const upper = (letter: string) => letter.toUpperCase();
const lower = (letter: string) => letter.toLowerCase();

// The English of a whole text: as it is in the catalogue, or with another first letter where a word was put in a sentence.
function found(text: string): string | undefined {
  if (!catalogue) return undefined;
  if (Object.hasOwn(catalogue, text)) return catalogue[text];
  const capital = first(text, upper);
  if (capital !== text && Object.hasOwn(catalogue, capital)) return first(catalogue[capital]!, lower);
  const small = first(text, lower);
  if (small !== text && Object.hasOwn(catalogue, small)) return first(catalogue[small]!, upper);
  return undefined;
}

export interface Part {
  text: string;
  /** It is not known here: a text of a service, or a name. */
  foreign: boolean;
}

const ours = (text: string): Part => ({ text, foreign: false });

// With another first letter too; what is Dutch as well ("jan", "Jan") is looked up before.
function madeOf(text: string): Part[] | undefined {
  return made.get(text) ?? made.get(first(text, lower)) ?? made.get(first(text, upper));
}

function make(text: string, parts: Part[] = []): string {
  const mixed = parts.some((part) => part.foreign);
  made.set(plain(text).trim(), mixed ? parts.map((part, index) => ({ ...part, text: index === 0 ? part.text.trimStart() : index === parts.length - 1 ? part.text.trimEnd() : part.text })) : []);
  return text;
}

// A text that was made, in its parts; its spaces or its first letter may be others than when it was.
function cut(text: string, parts: Part[]): Part[] {
  let from = 0;
  return parts.length === 0 ? [ours(text)] : parts.map(({ text: { length }, foreign }) => ({ text: text.slice(from, (from += length)), foreign }));
}

/** A text in parts that are in the language of the page and parts that are not. Sentences are found one by one when the whole is not known. */
export function partsOf(text: string): Part[] {
  if (!catalogue || !LETTERS.test(text)) return [ours(text)];
  const [, before = '', body = '', after = ''] = /^(\s*)(.*?)(\s*)$/su.exec(text) ?? [];
  const key = plain(body);
  const whole = (parts: Part[]) => joined([ours(before), ...parts, ours(after)]);
  const exact = made.get(key);
  if (exact) return whole(cut(body, exact));
  // A text with spaces around it may be in the catalogue with them.
  const english = found(plain(text)) ?? (found(key) === undefined ? undefined : before + found(key)! + after);
  if (english !== undefined) return [ours(make(english))];
  const ready = madeOf(key);
  if (ready) return whole(cut(body, ready));
  const sentences = body.split(/(?<=[.!?]\)?)(\s+)/u).flatMap(partsOfSentence);
  if (!sentences.some((part) => !part.foreign && LETTERS.test(part.text))) return [{ text, foreign: true }];
  return whole(sentences);
}

// One sentence; or a list, of which everything must be known: a word of ours in a sentence of another is no translation.
function partsOfSentence(sentence: string): Part[] {
  if (!LETTERS.test(sentence)) return [ours(sentence)];
  return wordsOf(sentence) ?? listOf(sentence) ?? [{ text: sentence, foreign: true }];
}

function wordsOf(text: string): Part[] | undefined {
  const key = plain(text);
  const exact = made.get(key);
  if (exact) return cut(text, exact);
  // "afgeschermd," in a list: the sign at the end is no part of the word.
  const [, words = '', sign = ''] = /^(.*?)([.!?:;,]\)?)?$/su.exec(key) ?? [];
  const english = found(key) ?? (found(words) === undefined ? undefined : found(words)! + sign);
  if (english !== undefined) return [ours(make(english))];
  const ready = madeOf(key) ?? madeOf(words);
  return ready && [...cut(text.slice(0, words.length), ready), ours(text.slice(words.length))];
}

function listOf(sentence: string): Part[] | undefined {
  // The parts of a list may have commas themselves.
  for (const between of [/(?<=;)(\s+)/u, /(?<=[;:,])(\s+)/u]) {
    const items = sentence.split(between).map((item) => (LETTERS.test(item) ? wordsOf(item) : [ours(item)]));
    if (items.length > 1 && items.every((item) => item !== undefined)) return items.flat();
  }
  return undefined;
}

// Neighbours of one language are one part; spaces go with what is before them.
function joined(parts: Part[]): Part[] {
  const result: Part[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (last && (last.foreign === part.foreign || !LETTERS.test(part.text))) last.text += part.text;
    else if (last && !LETTERS.test(last.text)) Object.assign(last, { text: last.text + part.text, foreign: part.foreign });
    else result.push({ ...part });
  }
  return result;
}

/** A text in the language of the page; as it is when it is not known. */
export function say(text: string): string {
  return partsOf(text)
    .map((part) => part.text)
    .join('');
}

/**
 * A text with values: t`In ${year} kregen ${count} inwoners hulp.` is in the catalogue as "In {0} kregen {1} inwoners hulp.". A value
 * that is a text of ours is said in the language too; one of a service stays Dutch, and is marked so where the text is put in the page.
 */
export function t(strings: TemplateStringsArray, ...values: Array<string | number | undefined>): string {
  if (!catalogue) return strings.reduce((text, part, index) => text + String(values[index - 1]) + part);
  const key = strings.reduce((text, part, index) => `${text}{${index - 1}}${part}`);
  const given = values.map((value) => partsOf(String(value)));
  // The numbers of values stand between what is said around them.
  const parts = joined((found(key) ?? key).split(/\{(\d+)\}/).flatMap((piece, index) => (index % 2 === 0 ? [ours(piece)] : (given[Number(piece)] ?? []))));
  const text = parts.map((part) => part.text).join('');
  // Texts of a service that are only put beside each other are still in Dutch.
  return parts.some((part) => !part.foreign && LETTERS.test(part.text)) || LETTERS.test(strings.join('')) ? make(text, parts) : text;
}

// Elements that were marked here, so that a mark goes when their text does.
const marked = new WeakSet<Element>();
// What was said around a value: no text by itself, and in the language already.
const pieces = new WeakSet<Text>();

function writeText(node: Text): void {
  const parent = node.parentElement;
  if (!parent || pieces.has(node) || /^(script|style|textarea)$/i.test(parent.tagName)) return;
  const parts = partsOf(node.data);
  const only = [...parent.childNodes].every((each) => each === node || !LETTERS.test(each.textContent ?? ''));
  if (only && marked.has(parent) && parts.some((part) => !part.foreign)) {
    parent.removeAttribute('lang');
    marked.delete(parent);
  }
  if (parts.length === 1) {
    const [{ text, foreign }] = parts as [Part];
    if (text !== node.data) node.data = text;
    if (!foreign || !LETTERS.test(text) || marked.has(parent)) return;
    if (only) return mark(parent);
  }
  // Only a part of the text is Dutch: it becomes an element, where an element may stand.
  if (parent.namespaceURI !== 'http://www.w3.org/1999/xhtml' || /^(option|title)$/i.test(parent.tagName)) {
    node.data = parts.map(({ text }) => text).join('');
    return;
  }
  node.replaceWith(
    ...parts.map(({ text, foreign }) => {
      if (!foreign) {
        const piece = new Text(text);
        pieces.add(piece);
        return piece;
      }
      const span = document.createElement('span');
      mark(span);
      span.append(text);
      return span;
    }),
  );
}

function mark(element: Element): void {
  marked.add(element);
  element.setAttribute('lang', 'nl');
}

function writeAttribute(element: Element, name: string): void {
  const text = element.getAttribute(name);
  if (text !== null && say(text) !== text) element.setAttribute(name, say(text));
}

function write(root: Node): void {
  if (root instanceof Text) return writeText(root);
  if (!(root instanceof Element)) return;
  for (const element of [root, ...root.querySelectorAll(SPOKEN.map((name) => `[${name}]`).join())]) for (const name of SPOKEN) writeAttribute(element, name);
  const texts: Text[] = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  texts.forEach(writeText);
}

/** From now on texts are in the language of this catalogue; without one in Dutch. */
export function setCatalogue(chosen: Catalogue | undefined): void {
  catalogue = chosen;
  made.clear();
  for (const text of Object.values(chosen ?? {})) make(text);
}

/** The language that texts are in now. */
export function said(): Language {
  return catalogue ? 'en' : 'nl';
}

export function languageOf(): Language {
  return localStorage.getItem(CHOSEN) === 'en' ? 'en' : 'nl';
}

/** Keeps the choice in this browser and shows the page in it. */
export function choose(language: Language): void {
  localStorage.setItem(CHOSEN, language);
  location.reload();
}

async function load(): Promise<void> {
  if (languageOf() === 'nl') return;
  setCatalogue((await import('./english')).english);
  document.documentElement.lang = 'en';
  write(document.documentElement);
  // Called before anything is painted: nobody sees what was in Dutch for a moment.
  new MutationObserver((changes) => {
    for (const change of changes) {
      change.addedNodes.forEach(write);
      if (change.type === 'attributes') writeAttribute(change.target as Element, change.attributeName!);
    }
  }).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: SPOKEN });
}

let loading: Promise<void> | undefined;

/** Resolves when texts can be made in the language that was chosen. */
export function languageReady(): Promise<void> {
  return (loading ??= load());
}
