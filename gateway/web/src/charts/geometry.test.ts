// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import { barsOf, levelScale, spread, stepsOf } from './geometry';

describe('a waterfall', () => {
  const steps = stepsOf({ title: 'voor', value: 100 }, [{ title: 'op', value: 40 }, { title: 'neer', value: -60 }, { title: 'niets', value: 0 }], 'na');
  it('begins every bar where the last one ended', () => {
    expect(steps.map((step) => [step.kind, step.start, step.end])).toEqual([
      ['total', 0, 100], ['up', 100, 140], ['down', 140, 80], ['up', 80, 80], ['total', 0, 80],
    ]);
  });
  it('draws lengths in proportion to amounts, from zero', () => {
    expect(barsOf(steps, 280)).toEqual([
      { x: 0, width: 200, end: 200 }, { x: 200, width: 80, end: 280 }, { x: 160, width: 120, end: 160 }, { x: 160, width: 0, end: 160 }, { x: 0, width: 160, end: 160 },
    ]);
  });
  it('has room left of zero when a total is negative', () => {
    const bars = barsOf(stepsOf({ title: 'voor', value: 50 }, [{ title: 'credit', value: -100 }], 'na'), 100);
    expect(bars).toEqual([{ x: 50, width: 50, end: 100 }, { x: 0, width: 100, end: 0 }, { x: 0, width: 50, end: 0 }]);
  });
  it('makes room for a bound beyond all bars', () => {
    const falls = stepsOf({ title: 'voor', value: -50 }, [], 'na');
    expect(barsOf(falls, 100, [50]).map((bar) => [bar.x, bar.width])).toEqual([[0, 50], [0, 50]]);
    expect(levelScale(falls, 100, [50])(50)).toBe(100);
  });
});

describe('labels', () => {
  it('keep their order and their distance', () => expect(spread([50, 48, 10], 20)).toEqual([68, 48, 10]));
  it('stay where they are when they do not touch', () => expect(spread([10, 50, 90], 20)).toEqual([10, 50, 90]));
});

