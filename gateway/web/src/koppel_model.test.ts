// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import { startLinking } from '../test/link_answers.mjs';
import {
  bits,
  boundsOf,
  canBeSame,
  chanceSentence,
  chanceWord,
  changeSentences,
  chosenOf,
  clientOf,
  COMMON_PURPOSES,
  COMMON_REASONS,
  comparedTable,
  counted,
  decisionTable,
  headlines,
  historyTable,
  mayConfirm,
  mayUndo,
  membersOf,
  memberTable,
  modelTable,
  progressOf,
  queueTable,
  reasonOf,
  reasonSentence,
  resultOf,
  sizeOf,
  sourcesOf,
  sourceTable,
  stateOf,
  stratumTable,
  unlabelled,
  weightDescription,
  weightSteps,
  weightTable,
  whatOf,
} from './koppel_model';
import type { LinkDecision, ReviewItem, ReviewItemDetail } from './link_api';
import { cellText, type Table } from './table';

const shown = (table: Table) => table.rows.map((row) => row.map((cell, index) => cellText(cell, table.columns[index]!.kind)));
const show = (item: string) =>
  startLinking().answer('POST', 'reviewitems/_show', new URLSearchParams(), { item, purpose: 'x' }) as ReviewItemDetail;
const doubt = show('r01');
const sample = show('s01');

describe('a chance', () => {
  it('has words with fixed borders, those of nmdctl', () => {
    expect([999, 950, 949, 750, 749, 250, 249, 50, 49, 1].map(chanceWord)).toEqual([
      'bijna zeker',
      'bijna zeker',
      'waarschijnlijk',
      'waarschijnlijk',
      'onzeker',
      'onzeker',
      'onwaarschijnlijk',
      'onwaarschijnlijk',
      'bijna zeker niet',
      'bijna zeker niet',
    ]);
  });
  it('is a number and a word, and nothing in a sample', () => {
    expect(chanceSentence(doubt.item)).toBe('Kans dat het één persoon is: 64,0% (onzeker).');
    expect(chanceSentence(sample.item)).toBe('');
  });
  it('is told in whole words', () =>
    expect([counted(1, 'paar', 'paren'), counted(1200, 'paar', 'paren')]).toEqual(['1 paar', '1.200 paren']));
});

describe('the queue', () => {
  it('names nobody', () => {
    const rows = shown(queueTable([doubt.item, sample.item]));
    expect(rows).toEqual([
      ['1', 'twijfel', 'clienten en jw301', '64,0%', 'onzeker', '5', '31-03-2018'],
      ['2', 'steekproef', 'clienten en jw301', 'verborgen', '', '0', 'onbekend'],
    ]);
    expect(JSON.stringify(rows)).not.toMatch(/Vries|Sanne/);
  });
  it('writes sources as a sentence', () => {
    const of = (...sources: string[]) => sourcesOf({ item: 'r', sources });
    expect([of(), of('a'), of('a', 'b'), of('a', 'b', 'c')]).toEqual(['', 'a', 'a en b', 'a, b en c']);
  });
  it('has a sentence for every reason the service knows', () => {
    const reasons = ['DOUBTFUL', 'NUMBER_OF_OTHER', 'TWO_NUMBERS', 'WEAK_SUPPORT', 'SAMPLE'];
    const sentences = reasons.map((reason) => reasonSentence({ item: 'r', reason }));
    expect(new Set(sentences.filter(Boolean)).size).toBe(reasons.length);
    expect(reasonSentence({ item: 'r', reason: 'LATER_REASON' })).toBe('');
  });
  it('offers one person unless the numbers forbid it', () => {
    const item = (reason: string): ReviewItem => ({ item: 'r', reason });
    expect(['DOUBTFUL', 'NUMBER_OF_OTHER', 'TWO_NUMBERS', 'WEAK_SUPPORT'].map(item).map(canBeSame)).toEqual([true, true, false, true]);
  });
});

describe('two persons side by side', () => {
  it('have a row per field with what it says', () => {
    expect(shown(comparedTable(doubt))[2]).toEqual(['Achternaam', 'de Vries', 'de Vriess', 'één teken anders', '+6,6']);
    expect(shown(comparedTable(doubt))[0]![1]).toBe('onbekend');
  });
  it('have no weights in a sample, even if a service sent them', () => {
    const leaky = { ...sample, fields: sample.fields!.map((field) => ({ ...field, millibits: 9900 })) };
    const table = comparedTable(leaky);
    expect(table.columns.map((column) => column.header)).not.toContain('Gewicht in bits');
    expect(JSON.stringify(shown(table))).not.toContain('9,9');
  });
});

describe('the weights', () => {
  it('go from nothing to the score, each from where the last one ended', () => {
    const steps = weightSteps(doubt);
    expect(steps[0]!.start).toBe(0);
    for (let i = 1; i < steps.length - 1; i++) expect(steps[i]!.start).toBe(steps[i - 1]!.end);
    expect(steps.at(-1)).toEqual({ title: 'Samen', kind: 'total', start: 0, end: doubt.score_millibits });
    expect(steps.map((step) => step.kind)).toEqual(['down', 'up', 'up', 'up', 'down', 'total']);
    expect(weightSteps(sample)).toEqual([]);
  });
  it('are rows too', () =>
    expect(shown(weightTable(doubt)).slice(0, 2)).toEqual([
      ['Vooraf', '−18,0', '−18,0'],
      ['Voornaam: voorletter gelijk', '+2,1', '−15,9'],
    ]));
  it('are written with a sign, and nothing with none', () =>
    expect([bits(14_249), bits(-4070), bits(20), bits(-20)]).toEqual(['+14,2', '−4,1', '0,0', '0,0']));
  it('are a sentence that says on which side of the bounds they end', () => {
    const words = (linked: number, open: number) => weightDescription(doubt, { linked, open }).split('Samen +0,8.')[1];
    expect(words(800, -4000)).toBe(' Dat is genoeg om te koppelen.');
    expect(words(2000, -4000)).toBe(' Dat is niet genoeg om te koppelen, en te veel om niet te kijken.');
    expect(words(2000, 1000)).toBe(' Dat is te weinig om te koppelen.');
    expect(weightDescription(doubt, undefined)).toMatch(/^Vooraf: −18,0; .*Samen \+0,8\.$/);
  });
  it('have the bounds of the model, when its text has them', () => {
    expect(boundsOf('nmd koppelmodel 1\nrecords 0\ngrenzen 6629 0 -4248 -4000\nregel x\n')).toEqual({ linked: 6629, open: -4248 });
    expect(boundsOf('grenzen 6629 0\n')).toBeUndefined();
    expect(boundsOf('xgrenzen 1 2 3 4')).toBeUndefined();
    expect(boundsOf(undefined)).toBeUndefined();
  });
});

describe('a reason', () => {
  it('is chosen, written, or both', () => {
    expect(reasonOf('Vergissing', '', 500)).toEqual({ reason: 'Vergissing' });
    expect(reasonOf('', '  zelf gezien ', 500)).toEqual({ reason: 'zelf gezien' });
    expect(reasonOf('Vergissing', 'verkeerd paar', 500)).toEqual({ reason: 'Vergissing: verkeerd paar' });
  });
  it('is never empty, too long or a number of a person', () => {
    expect(reasonOf('', '   ', 500)).toHaveProperty('fault');
    expect(reasonOf('', 'x'.repeat(500), 500)).toHaveProperty('reason');
    expect(reasonOf('', 'x'.repeat(501), 500)).toEqual({ fault: 'Dit is te lang: 501 tekens, er mogen er 500.' });
    expect(reasonOf('', 'bsn 999900006', 500)).toHaveProperty('fault');
    expect(reasonOf('', 'melding 1234567', 500)).toHaveProperty('reason');
  });
  it('that is offered can be given', () => {
    for (const reason of COMMON_REASONS) expect(reasonOf(reason, '', 500)).toEqual({ reason });
    for (const purpose of COMMON_PURPOSES) expect(reasonOf(purpose, '', 200)).toEqual({ reason: purpose });
  });
});

describe('a decision', () => {
  const of = (more: Partial<LinkDecision>): LinkDecision => ({
    name: 'municipalities/gm1730/linkdecisions/d1',
    kind: 'PAIR',
    verdict: 'SAME_PERSON',
    state: 'EFFECTIVE',
    followed: true,
    ...more,
  });
  it('says what it is', () => {
    expect(whatOf(of({}))).toBe('zelfde persoon');
    expect(whatOf(of({ verdict: 'DIFFERENT_PERSONS' }))).toBe('niet dezelfde persoon');
    expect(whatOf(of({ kind: 'MERGE', persons: ['a', 'b'] }))).toBe('samenvoegen van 2 cliënten');
    expect(whatOf(of({ kind: 'SPLIT', persons: ['a', 'b'], taken_out: ['c'] }))).toBe('losmaken van 1 persoon');
  });
  it('says how it stands', () => {
    expect([of({}), of({ followed: false }), of({ state: 'PROPOSED' }), of({ state: 'UNDONE' })].map(stateOf)).toEqual([
      'geldt',
      'geldt, maar wordt niet gevolgd',
      'wacht op een tweede persoon',
      'teruggedraaid',
    ]);
    expect(resultOf(of({ known_time: '2018-03-31T10:00:00Z' })).sentences[0]).toMatch(/sinds 31-03-2018 om 12:00/);
    expect(resultOf(of({ state: 'PROPOSED' })).title).toBe('Voorgesteld: zelfde persoon');
    expect(resultOf(of({ followed: false })).sentences[0]).toMatch(/volgen het niet/);
    expect(resultOf(of({ state: 'UNDONE' })).title).toBe('Teruggedraaid: zelfde persoon');
  });
  it('is confirmed by another person only, and only while it waits', () => {
    const proposed = of({ state: 'PROPOSED', proposed_by: 'anna' });
    expect([
      mayConfirm(proposed, 'bert'),
      mayConfirm(proposed, 'anna'),
      mayConfirm(proposed, ''),
      mayConfirm(of({ proposed_by: 'anna' }), 'bert'),
    ]).toEqual([true, false, true, false]);
  });
  it('can be taken back once', () =>
    expect(['PROPOSED', 'EFFECTIVE', 'UNDONE'].map((state) => mayUndo(of({ state })))).toEqual([true, true, false]));
  it('tells who, when and why in the list', () => {
    const undone = of({
      state: 'UNDONE',
      reason: 'Nagekeken',
      proposed_by: 'anna',
      proposed_time: '2018-03-31T10:00:00Z',
      confirmed_by: 'bert',
      known_time: '2018-03-31T11:00:00Z',
      undone_by: 'cor',
      undone_time: '2018-04-01T11:00:00Z',
      undone_reason: 'Vergissing',
    });
    expect(shown(decisionTable([undone]))[0]).toEqual([
      'd1',
      'zelfde persoon',
      'teruggedraaid',
      'anna, 31-03-2018 om 12:00; bevestigd door bert, 31-03-2018 om 13:00; teruggedraaid door cor, 01-04-2018 om 13:00',
      'Nagekeken; teruggedraaid: Vergissing',
    ]);
  });
});

describe('the quality', () => {
  it('never is 0% because nobody looked', () => {
    const [precision, recall] = headlines({ precision: { value: 0.998, low: 0.991, high: 1 } });
    expect(precision).toEqual({
      title: 'Van wat gekoppeld is, is terecht',
      figure: '99,8%',
      word: false,
      base: 'met 95% zekerheid tussen 99,1% en 100,0%',
    });
    expect(recall).toMatchObject({ figure: 'niet te zeggen', word: true });
  });
  it('gives the range of the number of clients that the open pairs leave', () => {
    expect(headlines({ client_count: '604', least_client_count: '598', open_pair_count: '12' })[2]).toMatchObject({
      figure: '598 tot 604',
      base: '12 paren kunnen nog één persoon blijken',
    });
    expect(headlines({ client_count: '604', least_client_count: '604', open_pair_count: '0' })[2]).toMatchObject({
      figure: '604',
      base: 'geen enkel paar kan nog één persoon blijken',
    });
    // Pairs of persons who already are one client leave nothing open.
    expect(headlines({ client_count: '604', least_client_count: '604', open_pair_count: '1' })[2]).toMatchObject({
      figure: '604',
      base: '1 paar kan nog één persoon blijken',
    });
  });
  it('is told per source, without a share of nothing', () => {
    expect(shown(sourceTable({ sources: [{ source: 'pgb', person_count: '200', linked_count: '190' }, { source: 'leeg' }] }))).toEqual([
      ['pgb', '200', '190', '5,0%'],
      ['leeg', '0', '0', 'geen personen'],
    ]);
  });
});

describe('the gold sample', () => {
  const strata = [
    { kind: 'OPEN', pair_count: '120', drawn_count: '20', labelled_count: '15', same_count: '9' },
    { kind: 'NEW_KIND', drawn_count: '2', labelled_count: '2' },
  ];
  it('says what is left to judge', () => expect([unlabelled(strata), unlabelled([])]).toEqual([5, 0]));
  it('has a row per stratum', () =>
    expect(shown(stratumTable(strata))).toEqual([
      ['Open: wacht op een besluit', '120', '20', '15', '9'],
      ['onbekend', '0', '2', '2', '0'],
    ]));
  it('has a size within bounds', () => {
    expect(['10', ' 2000 '].map(sizeOf)).toEqual([{ size: 10 }, { size: 2000 }]);
    for (const wrong of ['9', '2001', '', '1e3', '-20', '20,5', 'veel']) expect(sizeOf(wrong)).toHaveProperty('fault');
  });
});

describe('a model', () => {
  it('says what it would change', () => {
    const change = (persons_moved: string) =>
      changeSentences({
        name: 'm',
        difference: { clients_before: '604', clients_after: '601', persons_moved, open_pairs_before: '12', open_pairs_after: '9' },
      });
    expect(change('7')).toEqual([
      'Met dit model komen 7 personen bij een andere groep.',
      'Cliënten: nu 604, met dit model 601. Open paren: nu 12, met dit model 9.',
    ]);
    expect(change('1')[0]).toBe('Met dit model komt 1 persoon bij een andere groep.');
    expect(change('0')[0]).toBe('Met dit model verandert geen enkele koppeling.');
    expect(changeSentences({ name: 'm' })).toEqual(['Wat dit model zou veranderen, is niet bekend.']);
  });
  it('is in use, was, or never was', () => {
    const rows = shown(
      modelTable([
        { name: 'a/b/c', in_force: true, release_time: '1970-01-01T00:00:00Z', released_by: 'service:linking', reason: '' },
        { name: 'a/b/d', release_time: '2018-03-31T10:00:00Z', released_by: 'anna', reason: 'beter' },
        { name: 'a/b/e' },
      ]),
    );
    expect(rows.map((row) => [row[0], row[3], row[4]])).toEqual([
      ['c', 'ja, sinds het begin', 'de monitor zelf'],
      ['d', 'eerder, vanaf 31-03-2018 om 12:00', 'anna: beter'],
      ['e', 'nooit', ''],
    ]);
  });
  it('is learned with progress, which is not known at first and never beyond the end', () => {
    expect(progressOf({ name: 'o' })).toEqual({ sentence: 'Het model wordt geleerd. De paren worden gezocht.' });
    expect(progressOf({ name: 'o', metadata: { pairs_done: '10000', pairs_all: '40000' } })).toEqual({
      share: 0.25,
      sentence: 'Het model wordt geleerd: 10.000 van 40.000 paren vergeleken.',
    });
    expect(progressOf({ name: 'o', metadata: { pairs_done: '5', pairs_all: '4' } }).share).toBe(1);
  });
});

describe('a client', () => {
  const event = (person_key: string, joined: boolean, source = 'jw301') => ({
    person_key,
    joined,
    source,
    text: 'Omdat',
    known_time: '2018-03-31T10:00:00Z',
    other_client: joined ? '' : 'c9',
  });
  const history = {
    events: [
      event('p1', true),
      event('p2', true, 'pgb'),
      event('p2', false, 'pgb'),
      event('p3', true),
      event('p3', false),
      event('p3', true),
    ],
  };
  it('has a pseudonym', () => {
    const good = `c${'0a9'.repeat(7).slice(1)}`;
    expect(clientOf(` ${good.toUpperCase()} `)).toEqual({ client: good });
    for (const wrong of ['', 'c123', `d${'0'.repeat(20)}`, `${good}0`, '999900006', 'Sanne de Vries'])
      expect(clientOf(wrong)).toHaveProperty('fault');
  });
  it('is who came and did not leave', () => expect(membersOf(history).map((member) => member.person)).toEqual(['p1', 'p3']));
  it('is told without keys of persons', () => {
    expect(shown(memberTable(membersOf(history)))[0]).toEqual(['1', 'jw301', '31-03-2018 om 12:00', 'Omdat']);
    expect(shown(historyTable(history))[2]).toEqual(['31-03-2018 om 12:00', 'weg', 'pgb', 'Omdat', 'c9']);
    expect(JSON.stringify([memberTable(membersOf(history)), historyTable(history)])).not.toMatch(/"p\d"/);
  });
  it('keeps at least one person when others are taken out', () => {
    const members = membersOf(history);
    expect(chosenOf(members, [false, true])).toEqual({ persons: ['p3'] });
    expect(chosenOf(members, [false, false])).toHaveProperty('fault');
    expect(chosenOf(members, [true, true])).toHaveProperty('fault');
    const many = Array.from({ length: 102 }, (_, index) => ({ person: `p${index}`, source: '', since: '', why: '' }));
    expect(
      chosenOf(
        many,
        many.map((_, index) => index > 0),
      ),
    ).toEqual({ fault: 'Kies er ten hoogste 100.' });
    expect(
      chosenOf(
        many,
        many.map((_, index) => index > 1),
      ),
    ).toHaveProperty('persons');
  });
});
