// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import type { Figure } from './figure';
import { binomialQuantile, funnelTable, funnelWords, limitsOf, placeOf, pointsOf, shareOf } from './funnel_model';
import { cellText } from './table';

describe('limits of chance (T-09)', () => {
  it('are the exact quantiles of the binomial: 8 to 16 of 20 at 60%', () => {
    expect(limitsOf(20, 0.6, 0.95)).toEqual({ of: 20, low: 8 / 20, high: 16 / 20 });
  });
  // qbinom of R.
  it.each([[0.025, 20, 0.6, 8], [0.975, 20, 0.6, 16], [0.025, 10, 0.5, 2], [0.5, 5, 0.5, 2], [0.001, 100, 0.2, 9], [0.999, 100, 0.2, 33], [0.5, 7, 0, 0], [0.5, 7, 1, 7]])('qbinom(%d, %d, %d) is %d', (probability, n, p, expected) => {
    expect(binomialQuantile(probability, n, p)).toBe(expected);
  });
  it('get narrower the more there are, and hold the share itself', () => {
    let before = 2;
    for (const n of [10, 40, 160, 640, 2560]) {
      const { low, high } = limitsOf(n, 0.4, 0.998);
      expect(low).toBeLessThanOrEqual(0.4);
      expect(high).toBeGreaterThanOrEqual(0.4);
      expect(high - low).toBeLessThan(before);
      before = high - low;
    }
  });
});

const figure = (provider: string, ivn: string, count: number, more: Partial<Figure> = {}): Figure => ({
  measure: 'provisions_started', state: 'ANSWERED', count: String(count), dimensions: [{ dimension: 'provider', value: provider, label: `Aanbieder ${provider}` }, { dimension: 'ivn', value: ivn }], ...more,
});

describe('points', () => {
  const figures = [figure('b', '6', 30), figure('b', '5', 6), figure('a', '6', 20), figure('a', '5', 60), figure('a', '4', 99), figure('c', '5', 9), figure('d', '6', 5, { state: 'SUPPRESSED' })];
  const points = pointsOf(figures, '6', '5');

  it('are in the order of the name, without other levels and without what is not told', () => {
    expect(points).toEqual([{ title: 'Aanbieder a', count: 20, of: 80 }, { title: 'Aanbieder b', count: 30, of: 36 }, { title: 'Aanbieder c', count: 0, of: 9 }]);
    expect(shareOf(points)).toBeCloseTo(50 / 125);
    expect(shareOf([])).toBe(0);
  });

  it('say where they lie, and nothing of fewer than ten', () => {
    expect(points.map((point) => placeOf(point, shareOf(points)))).toEqual(['inside', 'above', 'too few']);
    expect(placeOf({ title: '', count: 1, of: 80 }, 0.4)).toBe('below');
    expect(funnelWords(points)).toBe('Van de nieuwe voorzieningen met niveau 5 of 6 heeft 40% niveau 6. Bij 1 aanbieder is het verschil groter dan toeval verklaart: Aanbieder b.');
    expect(funnelWords([points[0]!])).toMatch(/Geen aanbieder wijkt/);
    const table = funnelTable(points, 'Proef');
    expect(table.rows.map((row) => cellText(row[4]!, 'text'))).toEqual(['24% tot 57%', '17% tot 67%', 'niet getoond onder 10']);
  });
});
