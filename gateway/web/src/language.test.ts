// SPDX-License-Identifier: EUPL-1.2
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { stringsOf, textsOf } from '../test/texts.mjs';
import { english } from './english';
import { words } from './english/words';
import { partsOf, say, setCatalogue, t } from './language';

const source = fileURLToPath(new URL('./', import.meta.url));
const texts = textsOf(source);
// As `t` finds it: whole, its first letter as it may be.
const known = (text: string) => [text, text.charAt(0).toUpperCase() + text.slice(1), text.charAt(0).toLowerCase() + text.slice(1)].some((each) => Object.hasOwn(english, each));
const placeholders = (text: string) => [...text.matchAll(/\{\d+\}/g)].map(([found]) => found).sort();

afterEach(() => setCatalogue(undefined));

describe('the English catalogue', () => {
  it('has every text of the dashboard', () => {
    setCatalogue(english);
    const missing = texts.filter(({ text, template }) => (template ? /\p{L}{2}/u.test(text.replaceAll(/\{\d+\}/g, '')) && !known(text) : partsOf(text).some((part) => part.foreign)));
    expect(missing.map(({ text, where }) => `${where} ${text}`)).toEqual([]);
    expect(texts.length).toBeGreaterThan(1500);
  });
  it('has no text that is in no source any more', () => {
    const used = new Set(texts.map(({ text }) => text));
    expect(Object.keys(english).filter((text) => !Object.hasOwn(words, text) && !used.has(text))).toEqual([]);
    const strings = stringsOf(source);
    const page = readFileSync(new URL('../screen.html', import.meta.url), 'utf8');
    expect(Object.keys(words).filter((word) => !strings.has(word) && !page.includes(word))).toEqual([]);
  });
  it('uses every value of a text, each once or more, and no other', () => {
    for (const [dutch, text] of Object.entries(english)) expect([...new Set(placeholders(text))], dutch).toEqual([...new Set(placeholders(dutch))]);
  });
  it('has texts with values only where t says them', () => {
    expect(texts.filter(({ template, tagged }) => template && !tagged).map(({ text, where }) => `${where} ${text}`)).toEqual([]);
  });
  it('keeps the spaces at the ends of a part of a sentence', () => {
    const ends = (text: string) => [/^\s/.test(text), /\s$/.test(text)];
    for (const [dutch, text] of Object.entries(english)) expect(ends(text), dutch).toEqual(ends(dutch));
  });
});

describe('a text', () => {
  const catalogue = { wijk: 'district', 'In {0} kregen {1} inwoners hulp, per {2}.': 'In {0}, {1} inhabitants received care, per {2}.', 'Er is niets.': 'There is nothing.', afgeschermd: 'suppressed', ' en ': ' and ', 'Alle leeftijden': 'All ages', maart: 'March', jan: 'Jan', '{1} na {0}': '{0} before {1}' };

  it('is Dutch until another language is chosen', () => {
    expect(say('Er is niets.')).toBe('Er is niets.');
    expect(t`In ${2018} kregen ${'1.234'} inwoners hulp, per ${'wijk'}.`).toBe('In 2018 kregen 1.234 inwoners hulp, per wijk.');
  });
  it('is said with its values, and those that are words of ours too', () => {
    setCatalogue(catalogue);
    expect(t`In ${2018} kregen ${'1.234'} inwoners hulp, per ${'wijk'}.`).toBe('In 2018, 1.234 inhabitants received care, per district.');
    expect(t`${'maart'} ${2018}`).toBe('March 2018');
    expect(t`${'jan'} ${2018}`).toBe('Jan 2018');
    expect(t` en `).toBe(' and ');
  });
  it('is known with another first letter, with spaces around it, and with the spaces of an amount', () => {
    setCatalogue(catalogue);
    expect([say('Wijk'), say('alle leeftijden'), say(' wijk '), say('Er\u00a0is niets.')]).toEqual(['District', 'all ages', ' district ', 'There is nothing.']);
  });
  it('of a service is foreign, alone or as a sentence among ours', () => {
    setCatalogue(catalogue);
    expect(partsOf('Controleer het nummer.')).toEqual([{ text: 'Controleer het nummer.', foreign: true }]);
    expect(partsOf('Er is niets. Controleer het nummer. Er is niets.')).toEqual([
      { text: 'There is nothing. ', foreign: false }, { text: 'Controleer het nummer. ', foreign: true }, { text: 'There is nothing.', foreign: false },
    ]);
    expect(partsOf('12,3%')).toEqual([{ text: '12,3%', foreign: false }]);
  });
  it('that was made is not taken for Dutch afterwards, whole, in a list or with another letter', () => {
    setCatalogue(catalogue);
    const made = t`In ${2018} kregen ${3} inwoners hulp, per ${'wijk'}.`;
    for (const text of [made, `${made} ${made}`, made.charAt(0).toLowerCase() + made.slice(1)]) expect(partsOf(text).some((part) => part.foreign), text).toBe(false);
    expect(say('afgeschermd, afgeschermd')).toBe('suppressed, suppressed');
    const listed = t`${'maart'} ${2018} (${'jan'})`;
    expect(partsOf(`${listed}; ${listed}`)).toEqual([{ text: 'March 2018 (Jan); March 2018 (Jan)', foreign: false }]);
    expect(partsOf('Dit, afgeschermd')).toEqual([{ text: 'Dit, afgeschermd', foreign: true }]);
  });
  it('of a service that is put beside another is still of a service', () => {
    setCatalogue(catalogue);
    expect(partsOf(t`${'Stichting'} ${'Voorbeeld'}`)[0]?.foreign).toBe(true);
  });
  it('of a service that is a value in a text of ours stays foreign, also among sentences, in a list and with a glued amount', () => {
    setCatalogue({ ...catalogue, 'teruggedraaid: {0}': 'reversed: {0}', 'Betaald: {0} voor {1}.': 'Paid: {0} for {1}.' });
    const why = t`${'Nagekeken'}; ${t`teruggedraaid: ${'Vergissing'}`}`;
    const parts = [{ text: 'Nagekeken; ', foreign: true }, { text: 'reversed: ', foreign: false }, { text: 'Vergissing', foreign: true }];
    expect(partsOf(why)).toEqual(parts);
    expect(partsOf(` ${why} `)).toEqual([{ ...parts[0], text: ' Nagekeken; ' }, parts[1], { ...parts[2], text: 'Vergissing ' }]);
    expect(partsOf(`Er is niets. ${t`Betaald: ${'€ 3'} voor ${'Zorg'}.`}`.replace('€ ', '€\u00a0'))).toEqual([
      { text: 'There is nothing. Paid: €\u00a03 for ', foreign: false }, { text: 'Zorg.', foreign: true },
    ]);
    expect(partsOf(t`${'Stichting'}: ${'afgeschermd'}`)).toEqual([{ text: 'Stichting: ', foreign: true }, { text: 'suppressed', foreign: false }]);
    expect(say(why)).toBe('Nagekeken; reversed: Vergissing');
  });
});
