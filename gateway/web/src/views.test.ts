// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import { noteWords } from './notes';
import { parseViews, withView } from './views';

describe('saved views', () => {
  it.each([[null, []], ['', []], ['{', []], ['{"a":1}', []], ['[1,null,{"name":"x"},{"name":"a","query":"https://elders"}]', []], ['[{"name":"a","query":"?b=c"}]', [{ name: 'a', query: '?b=c' }]]])('read %s as %j', (kept, expected) => {
    expect(parseViews(kept)).toEqual(expected);
  });

  it('are in the order of their name; the same name again takes its place', () => {
    const views = withView(withView(withView([], { name: 'Öd', query: '?1' }), { name: 'zorg', query: '?2' }), { name: 'Aan', query: '?3' });
    expect(views.map((view) => view.name)).toEqual(['Aan', 'Öd', 'zorg']);
    expect(withView(views, { name: 'zorg', query: '?4' }).find((view) => view.name === 'zorg')!.query).toBe('?4');
    expect(withView(views, { name: 'zorg', query: '?4' })).toHaveLength(3);
  });
});

describe('a note', () => {
  it('says its sign, its words, what was agreed, and who wrote it when', () => {
    expect(noteWords({ sign: 'MINUS', text: 'Meer verwijzingen.', action: 'Bespreken', review_date: '2018-06-01', subject: 'demo-griffie', add_time: '2018-04-03T22:30:00Z' })).toEqual({
      sign: 'Bedreiging of min', words: 'Meer verwijzingen. Afspraak: Bespreken (terugkijken op 01-06-2018) (demo-griffie, 04-04-2018)',
    });
    expect(noteWords({ text: 'X.', date: '2018' })).toEqual({ sign: 'Opmerking', words: 'X. (onbekend, 2018)' });
  });
});
