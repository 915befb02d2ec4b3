// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import { DEFAULT_STATE, formatState, monthsOf, parseState, periodOf, seriesPeriod, type GrowthState } from './state';

describe('the address', () => {
  const states: GrowthState[] = [
    DEFAULT_STATE,
    { law: 'wmo', before: '2015-01', after: '2026-12', known: '2018-03-31', factors: 3 },
    { law: 'jeugdwet', before: '2017-06', after: '2018-06', known: '2018-03-31T21:59:59.123456789Z', factors: 4 },
    { law: 'jeugdwet', before: '2017-06', after: '2018-06', known: '2018-03-31T23:59:59+02:00', factors: 4 },
  ];
  it.each(states)('holds the whole question: %o comes back as it went', (state) => {
    expect(parseState(formatState(state))).toEqual({ state, faults: [] });
  });
  it('without anything is the question the page opens with', () => expect(parseState('')).toEqual({ state: DEFAULT_STATE, faults: [] }));
  it.each([
    ['?wet=zorg', /wet is onbekend/], ['?van=2017-13', /eerste maand is geen maand/], ['?naar=jan', /tweede maand is geen maand/],
    ['?bekend_op=2018-02-31', /geen datum/], ['?bekend_op=gisteren', /geen datum/], ['?bekend_op=2018-03-31T25:00:00Z', /geen datum/],
    ['?factoren=5', /3 of 4/], ['?van=2018-01&naar=2018-01', /voor de tweede maand/], ['?van=2014-12', /voor januari 2015/],
  ])('%s is a fault in words', (search, words) => expect(parseState(search).faults).toEqual([expect.stringMatching(words)]));
  it('names every fault at once', () => expect(parseState('?wet=x&van=y&factoren=z').faults).toHaveLength(3));
});

describe('periods', () => {
  it('are half-open', () => expect(periodOf('2017-12')).toEqual({ start_date: '2017-12-01', end_date: '2018-01-01' }));
  it('over time run from the year before the first month to the end of the year of the second', () => {
    const months = monthsOf(seriesPeriod(DEFAULT_STATE));
    expect([months.length, months[0], months.at(-1)]).toEqual([36, '2016-01', '2018-12']);
  });
  it('never begin before the laws did', () =>
    expect(seriesPeriod({ ...DEFAULT_STATE, before: '2015-06' }).start_date).toBe('2015-01-01'));
});
