// SPDX-License-Identifier: EUPL-1.2
// Duiding: what people make of a figure. It stands under every block that shows the measure, on paper too, and is never edited
// (nmd.costs.v1.PoliciesService).
import { idOf, type Measure, type Session } from './api';
import { askWords } from './dialog';
import { h } from './dom';
import { dateShort, glue } from './format';
import { t } from './language';
import { announce, button, problemAlert } from './shell';

export interface Note {
  name?: string;
  /** "municipalities/gm1730/measures/clients" */
  about?: string;
  sign?: string;
  text?: string;
  action?: string;
  review_date?: string;
  subject?: string;
  add_time?: string;
  date?: string;
}

const SIGNS: Record<string, string> = { PLUS: 'Kans of plus', MINUS: 'Bedreiging of min', NEUTRAL: 'Opmerking' };

/** What is read of a note: its sign, its words, what was agreed, who wrote it and when. */
export function noteWords(note: Note): { sign: string; words: string } {
  const when = note.date || (note.add_time && dateShort(note.add_time));
  return {
    sign: SIGNS[note.sign ?? ''] ?? 'Opmerking',
    words: [
      note.text, note.action && t`Afspraak: ${note.action}${note.review_date ? t` (terugkijken op ${dateShort(note.review_date)})` : ''}`, `(${[note.subject || 'onbekend', when].filter(Boolean).join(', ')})`,
    ].filter(Boolean).join(' '),
  };
}

export function noteList(notes: Note[], heading: 'h3' | 'h4' = 'h3'): HTMLElement[] {
  if (notes.length === 0) return [];
  return [
    h(heading, { class: 'nl-heading nl-heading--level-3' }, 'Duiding'),
    h('ul', { class: 'nmd-list nmd-notes' }, ...notes.map((note) => {
      const { sign, words } = noteWords(note);
      return h('li', {}, h('strong', {}, t`${sign}. `), glue(words));
    })),
  ];
}

/** Everything that was written about figures; what cannot be read leaves the figures as they are. */
export function readNotes(session: Session): Promise<Note[]> {
  return session.list<Note>('policynotes', {}, 'policy_notes').catch(() => []);
}

/** The notes about measures; `notes` grows when somebody writes one. */
export function notesAbout(session: Session, notes: Note[], measures: Measure[]): { list: HTMLElement; button: HTMLElement[] } {
  const names = measures.map((measure) => measure.name);
  const list = h('div', {});
  const draw = () => list.replaceChildren(...noteList(notes.filter((note) => names.includes(note.about ?? ''))));
  draw();
  if (measures.length === 0) return { list, button: [] };
  const write = async () => {
    const words = await askWords({
      title: 'Duiding bij deze cijfers', action: 'Leg vast',
      hint: 'Wat u schrijft, staat voortaan onder dit cijfer, ook op papier, met uw naam. Het verandert niet meer. Schrijf geen namen, nummers of adressen van inwoners op.',
      fields: [
        ...(measures.length > 1 ? [{ id: 'duiding-over', label: 'Over welk cijfer?', choices: measures.map((measure) => ({ value: measure.name, title: measure.title || idOf(measure.name) })), initial: names[0]! }] : []),
        { id: 'duiding-soort', label: 'Wat is het?', choices: Object.entries(SIGNS).map(([value, title]) => ({ value, title })), initial: 'NEUTRAL' },
        { id: 'duiding-tekst', label: 'Wat ziet u?', type: 'lines', most: 2000 },
        { id: 'duiding-afspraak', label: 'Wat is er afgesproken?', most: 500, optional: true },
        { id: 'duiding-terug', label: 'Wanneer kijkt u terug?', type: 'day', optional: true },
      ],
    });
    if (!words) return;
    const note: Note = {
      about: words['duiding-over'] ?? names[0]!, sign: words['duiding-soort']!, text: words['duiding-tekst']!,
      ...(words['duiding-afspraak'] && { action: words['duiding-afspraak'] }), ...(words['duiding-terug'] && { review_date: words['duiding-terug'] }),
    };
    try {
      notes.unshift(await session.post<Note>('policynotes', { policy_note: note, request_id: crypto.randomUUID() }));
      draw();
      announce('De duiding is vastgelegd.');
    } catch (error) {
      list.append(problemAlert(error, () => void write()));
    }
  };
  return { list, button: [button('Schrijf duiding…', () => void write())] };
}
