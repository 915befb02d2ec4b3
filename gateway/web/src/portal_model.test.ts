// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import { postTable, postWords, PROVIDER_READS, type Item } from './account_model';
import { chosenItems, draftsOf, lineTable, monthsUntil, Posts, statementTable, waiting } from './portal_model';
import { responseFault } from './respond';
import { cellText, type Table } from './table';

const written = (table: Table) => table.rows.map((row) => row.map((cell, index) => cellText(cell, table.columns[index]!.kind)));
const item = (name: string, more: Partial<Item> = {}): Item => ({ name, ...more });

describe('the posts of an account', () => {
  it('are what the feed left of them: last said holds, what went is gone', () => {
    const posts = new Posts();
    expect(posts.apply({ restarted: true, changes: [{ name: 'b', item: item('b', { allocation: '20' }) }, { name: 'a', item: item('a', { allocation: '3' }) }], next_sequence: '7' })).toBe(2);
    posts.apply({ changes: [{ name: 'a', item: item('a', { allocation: '3', outcome: 'MATCHED' }) }, { name: 'b' }], next_sequence: '9' });
    expect(posts.all()).toEqual([item('a', { allocation: '3', outcome: 'MATCHED' })]);
    expect(posts.next).toBe('9');
    expect(posts.apply({})).toBe(0);
    expect(posts.next).toBe('9');
  });
  it('begin anew when the feed does', () => {
    const posts = new Posts();
    posts.apply({ changes: [{ name: 'a', item: item('a') }], next_sequence: '1' });
    posts.apply({ restarted: true, changes: [{ name: 'c', item: item('c') }], next_sequence: '2' });
    expect(posts.all().map(({ name }) => name)).toEqual(['c']);
  });
  it('stand in order of law, allocation as a number, and first day, however they came', () => {
    const all = [item('x', { law: 'wmo', allocation: '1' }), item('z', { law: 'jeugdwet', allocation: '20' }), item('y', { law: 'jeugdwet', allocation: '3', start_date: '2018-02-01' }), item('w', { law: 'jeugdwet', allocation: '3', start_date: '2018-01-01' })];
    for (const order of [all, [...all].reverse()]) {
      const posts = new Posts();
      posts.apply({ changes: order.map((each) => ({ name: each.name, item: each })) });
      expect(posts.all().map(({ name }) => name).join('')).toBe('wyzx');
    }
  });
});

describe('what the address asks of posts', () => {
  const line = item('l', { kind: 'LINE', law: 'wmo', actor: 'CARE_PROVIDER', standing: 'OPEN', open_days: 31, start_date: '2017-12-01', end_date: '2018-01-01' });
  const allocation = item('a', { kind: 'ALLOCATION', law: 'jeugdwet', actor: 'MUNICIPALITY', start_date: '2016-05-01' });
  const claim = item('c', { kind: 'CLAIM', law: 'jeugdwet', actor: 'NOBODY', declared_date: '2018-02-05' });
  const all = [line, allocation, claim];
  it.each([
    [{}, 'lac'], [{ jaar: 'alle', wet: 'alle', wie: 'iedereen', soort: 'alle', open: 'alle' }, 'lac'],
    // A line is of the year it begins in, an allocation of each it runs in, a claim of that in which it was made.
    [{ jaar: '2017' }, 'la'], [{ jaar: '2018' }, 'ac'], [{ jaar: '2015' }, ''],
    [{ wet: 'wmo' }, 'l'], [{ wie: 'MUNICIPALITY' }, 'a'], [{ soort: 'CLAIM' }, 'c'], [{ open: '30' }, ''], [{ open: '60' }, 'l'], [{ open: 'langer' }, ''],
  ])('%j gives %s', (asked, names) => expect(chosenItems(all, asked as Record<string, string>).map(({ name }) => name).join('')).toBe(names));
  it('counts who waits for whom, and the longest without an answer', () => {
    expect(waiting(all)).toEqual({ own: 1, other: 1, oldest: 31 });
    expect(waiting([])).toEqual({ own: 0, other: 0, oldest: 0 });
  });
});

describe('a post in words', () => {
  it('has what was said last and by whom, and no blank cell', () => {
    const said = { name: 'r', position: 'AGREED' };
    const rows = written(postTable([item('a'), item('b', { last_response: { ...said, side: 'OF_PROVIDER' } }), item('c', { last_response: { ...said, side: 'OF_MUNICIPALITY' } })], 'p', PROVIDER_READS));
    expect(rows.map((cells) => cells.at(-1))).toEqual(['nog niets', 'u: erkend', 'de gemeente: erkend']);
    expect(rows.flat().filter((cell) => cell === '')).toEqual([]);
  });
  it('is known by what it is about, or said to be gone', () => {
    expect([postWords(item('a', { allocation: '7', product: '45A48', claim: 'D1', reference: 'R1' })), postWords(item('a')), postWords(undefined)]).toEqual(['toewijzing 7, 45A48, declaratie D1, regel R1', 'een post', 'een post die er niet meer is']);
  });
});

describe('what a provider states', () => {
  it('keeps thousandths, and the last day instead of the day after', () => {
    const line = { allocation: '7', product: '', start_date: '2018-01-01', end_date: '2018-02-01', unit: '16', volume_thousandths: '1500', amount_cents: '12345' };
    expect(written(lineTable([line, { ...line, volume_thousandths: '2000' }], 't', 't'))).toEqual([['7', 'geen', '01-01-2018', '31-01-2018', '16', '1,500', '€\u00a0123'], ['7', 'geen', '01-01-2018', '31-01-2018', '16', '2', '€\u00a0123']]);
  });
  it('says of a statement which months it is about, and of which it holds no more', () => {
    const [all, part] = written(statementTable([{ name: 'a/statements/2', law: 'wmo', start_date: '2018-01-01', end_date: '2019-01-01', time: SAID, confirmed_draft: 'e', line_count: 3, outcomes: [{ title: 'Klopt', items: { count: '3' } }] }, { name: 'a/statements/1', law: 'wmo', start_date: '2018-02-01', end_date: '2018-03-01', time: SAID, replaced_months: ['2018-02'] }]));
    expect([all![2], all![4], all![7], all![8]]).toEqual(['jan 2018 tot en met dec 2018', 'concept bevestigd', 'ja', '3: klopt']);
    expect([part![2], part![4], part![7], part![8]]).toEqual(['feb 2018', 'eigen opgave', 'niet meer over feb 2018', 'geen']);
  });
  it('is about laws and years with something on the account, and about no month that is still to come', () => {
    expect(draftsOf({ name: 'a', balances: [{ law: 'wmo', year: 2017 }, { law: 'wmo', year: 2018 }, { law: 'jeugdwet', year: 2018 }] }).map(({ value }) => value)).toEqual(['jeugdwet-2018', 'wmo-2018', 'wmo-2017']);
    expect(monthsUntil(2018, '2018-04-04')).toEqual({ start_date: '2018-01-01', end_date: '2018-05-01' });
    expect(monthsUntil(2018, '2018-12-04')).toEqual({ start_date: '2018-01-01', end_date: '2019-01-01' });
    expect(monthsUntil(2017, '2018-04-04')).toEqual({ start_date: '2017-01-01', end_date: '2018-01-01' });
  });
});

const SAID = '2018-04-04T10:00:00Z';

describe('an answer about a post', () => {
  it.each([
    ['DISPUTED', 'geen', '', /Kies waarom/], ['DISPUTED', 'PRICE_DIFFERS', '', undefined], ['AGREED', 'geen', '', undefined], ['AGREED', 'OTHER_REASON', '', /wat de reden is/], ['AGREED', 'OTHER_REASON', 'Zo is het.', undefined], ['SETTLED', 'geen', '', /wat is afgesproken/], ['SETTLED', 'geen', 'In mei.', undefined],
  ])('%s with reason %s and note "%s"', (positie, reden, toelichting, fault) => {
    const found = responseFault({ positie, reden, toelichting });
    if (fault) expect(found).toMatch(fault);
    else expect(found).toBeUndefined();
  });
});
