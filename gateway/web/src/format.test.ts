// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import { addMonths, dateOf, dateShort, dateTime, endOfDay, euro, glue, monthLong, monthShort, number, percent } from './format';

const NBSP = '\u00a0';

describe('numbers', () => {
  it.each([
    [0, 0, '0'], [598, 0, '598'], [1234567, 0, '1.234.567'], [1.5, 1, '1,5'], [-20, 0, '−20'], [-0.4, 0, '0'], [0.25, 1, '0,3'],
  ])('%d with %d decimals is %s', (value, decimals, expected) => expect(number(value, decimals)).toBe(expected));

  it('has a plus only for growth, and none for zero', () => {
    expect([number(114, 0, true), number(-14, 0, true), number(0, 0, true)]).toEqual(['+114', '−14', '0']);
  });
});

describe('money', () => {
  it('is whole euros unless cents are asked for (T-03)', () => {
    expect(euro(59_826_400)).toBe(`€${NBSP}598.264`);
    expect(euro(10_609_669, 2)).toBe(`€${NBSP}106.096,69`);
  });
  it('has its sign before the euro sign', () => {
    expect([euro(-252_000), euro(18_226_400, 0, true)]).toEqual([`−€${NBSP}2.520`, `+€${NBSP}182.264`]);
  });
});

describe('percentages', () => {
  it('round as the documents do: 24, 31 and 44 (T-01..T-03)', () => {
    expect([598 / 484 - 1, 786 / 601 - 1, 598264 / 416000 - 1].map((share) => percent(share, 0, true))).toEqual(['+24%', '+31%', '+44%']);
  });
  it('have one decimal in tables', () => expect(percent(0.4381)).toBe('43,8%'));
});

describe('months', () => {
  it('are Dutch', () => expect([monthLong('2018-03'), monthShort('2018-03')]).toEqual(['maart 2018', 'mrt 2018']));
  it.each([['2017-12', 1, '2018-01'], ['2018-01', -1, '2017-12'], ['2016-01', 35, '2018-12']])('%s plus %d is %s', (month, count, expected) =>
    expect(addMonths(month, count)).toBe(expected),
  );
});

describe('texts', () => {
  it('keep an amount with its sign and a year with its month', () =>
    expect(glue('Van € 416.000 in januari 2017 tot mei 2018, in 2018')).toBe(`Van €${NBSP}416.000 in januari${NBSP}2017 tot mei${NBSP}2018, in 2018`));
});

describe('moments', () => {
  it('are Dutch civil time: midnight UTC is another day', () => {
    expect([dateOf('2018-03-31T22:30:00Z'), dateShort('2018-03-31T22:30:00Z'), dateTime('2018-03-31T22:30:00Z')]).toEqual([
      '2018-04-01', '01-04-2018', '01-04-2018 om 00:30',
    ]);
  });
  // The clock goes forward on 25-3-2018 and back on 28-10-2018.
  it.each([
    ['2018-01-31', '2018-01-31T22:59:59.999Z'], ['2018-03-24', '2018-03-24T22:59:59.999Z'], ['2018-03-25', '2018-03-25T21:59:59.999Z'],
    ['2018-10-27', '2018-10-27T21:59:59.999Z'], ['2018-10-28', '2018-10-28T22:59:59.999Z'],
  ])('%s ends at %s', (date, expected) => {
    expect(endOfDay(date)).toBe(expected);
    expect(dateOf(endOfDay(date))).toBe(date);
  });
});
