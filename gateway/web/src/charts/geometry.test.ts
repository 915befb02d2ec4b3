// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import { bandPath, barScale, barsOf, levelScale, spread, spreadWithin, stepPath, stepsOf } from './geometry';

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

describe('labels at the ends of lines', () => {
  it('stay above the axis, in order and apart', () => expect(spreadWithin([95, 98, 99], 20, 100)).toEqual([59, 79, 99]));
  it('stay where they are when there is room', () => expect(spreadWithin([10, 50], 20, 100)).toEqual([10, 50]));
});

describe('a bar', () => {
  it('begins at zero, which is always there', () => {
    const scale = barScale([50, 100], 200);
    expect([scale(0), scale(50), scale(100)]).toEqual([0, 100, 200]);
    expect(barScale([-50, 50], 100)(0)).toBe(50);
  });
  it('of nothing has no length and is a number', () => expect(barScale([], 100)(0)).toBe(0));
});

describe('a curve of what still runs', () => {
  const points = [{ months: 0, share: 1 }, { months: 1, share: 0.8, low: 0.7, high: 0.9 }, { months: 2, share: 0.5, low: 0.4, high: 0.6 }, { months: 3, share: 0.1, low: 0, high: 0.2 }];
  const [x, y] = [(value: number) => value * 10, (value: number) => 100 - value * 100];
  it('keeps its level until somebody ends', () => expect(stepPath(points, x, y, 2)).toBe('M0 0H10V20H20V50'));
  it('has a band that goes there and back', () => expect(bandPath(points, x, y, 2)).toBe('M10 10H20V40L20 60V30H10Z'));
  it('has no band where nothing is known', () => expect(bandPath(points.slice(0, 1), x, y, 2)).toBe(''));
});
