// SPDX-License-Identifier: EUPL-1.2
// The funnel of a share per provider: how far chance alone may move it, by how many there are (requirements 6.7, T-09; Spiegelhalter,
// Stat Med 2005;24:1185-1202). Pure. Limits are a reason to look, never a verdict or a ranking: the order is that of the name.
import { text, value, type Figure } from './figure';
import { number, percent } from './format';
import { t } from './language';
import type { Table } from './table';

export interface Point {
  title: string;
  count: number;
  of: number;
}

export interface Limits {
  of: number;
  low: number;
  high: number;
}

/** Fewer than this say nothing. */
export const LEAST = 10;

/** The smallest k for which P(X <= k) is at least `probability`, X binomial of n and p. */
export function binomialQuantile(probability: number, n: number, p: number): number {
  if (p <= 0) return 0;
  if (p >= 1) return n;
  let log = n * Math.log1p(-p);
  let sum = Math.exp(log);
  let k = 0;
  // A sum that is the probability but for rounding has reached it, as in qbinom of R.
  while (sum < probability * (1 - 1e-12) && k < n) {
    log += Math.log((n - k) / (k + 1)) + Math.log(p) - Math.log1p(-p);
    sum += Math.exp(log);
    k++;
  }
  return k;
}

/** Exact limits as shares: p = 0.6, n = 20 at 95% is 8 to 16 of 20. */
export function limitsOf(of: number, p: number, confidence: number): Limits {
  const tail = (1 - confidence) / 2;
  return { of, low: binomialQuantile(tail, of, p) / of, high: binomialQuantile(1 - tail, of, p) / of };
}

/** Shares per provider of figures over provider and level: `level` of `level` and `beside`; without who has none of both. */
export function pointsOf(figures: Figure[], level: string, beside: string): Point[] {
  const found = new Map<string, Point>();
  for (const figure of figures) {
    const provider = figure.dimensions?.find((each) => each.dimension === 'provider');
    const ivn = figure.dimensions?.find((each) => each.dimension === 'ivn')?.value;
    if (!provider || figure.state !== 'ANSWERED' || (ivn !== level && ivn !== beside)) continue;
    const id = provider.value ?? '';
    const point = found.get(id) ?? { title: provider.label || id || 'onbekend', count: 0, of: 0 };
    const number = Number(figure.count ?? 0);
    point.of += number;
    if (ivn === level) point.count += number;
    found.set(id, point);
  }
  const collator = new Intl.Collator('nl');
  return [...found.values()].filter((point) => point.of > 0).sort((a, b) => collator.compare(a.title, b.title));
}

/** The share of all providers together. */
export function shareOf(points: Point[]): number {
  const of = points.reduce((sum, point) => sum + point.of, 0);
  return of === 0 ? 0 : points.reduce((sum, point) => sum + point.count, 0) / of;
}

export type Place = 'too few' | 'inside' | 'above' | 'below';

/** Where a point lies to the wide limits (99.8%). */
export function placeOf(point: Point, p: number): Place {
  if (point.of < LEAST) return 'too few';
  const { low, high } = limitsOf(point.of, p, 0.998);
  const share = point.count / point.of;
  return share < low ? 'below' : share > high ? 'above' : 'inside';
}

const PLACES: Record<Place, string> = { 'too few': 'te weinig om iets te zeggen', inside: 'kan toeval zijn', above: 'vaker dan toeval verklaart', below: 'minder vaak dan toeval verklaart' };

export function funnelTable(points: Point[], caption: string): Table {
  const p = shareOf(points);
  return {
    id: 'tabel-trechter',
    caption,
    columns: [
      { header: 'Aanbieder', kind: 'text' }, { header: 'Met niveau 6', kind: 'count' }, { header: 'Met niveau 5 of 6', kind: 'count' }, { header: 'Deel niveau 6', kind: 'share' }, { header: 'Toeval geeft', kind: 'text' }, { header: 'Wat zegt dat?', kind: 'text' },
    ],
    rows: points.map((point) => {
      const { low, high } = limitsOf(point.of, p, 0.998);
      const place = placeOf(point, p);
      return [
        text(point.title), value(point.count), value(point.of), value(point.count / point.of), place === 'too few' ? text(t`niet getoond onder ${LEAST}`) : text(t`${percent(low, 0)} tot ${percent(high, 0)}`), text(PLACES[place]),
      ];
    }),
    total: [text('Alle aanbieders'), value(points.reduce((sum, point) => sum + point.count, 0)), value(points.reduce((sum, point) => sum + point.of, 0)), value(p), text('–'), text('waarmee is vergeleken')],
  };
}

export function funnelWords(points: Point[]): string {
  const p = shareOf(points);
  const outside = points.filter((point) => ['above', 'below'].includes(placeOf(point, p)));
  const first = t`Van de nieuwe voorzieningen met niveau 5 of 6 heeft ${percent(p, 0)} niveau 6.`;
  if (outside.length === 0) return t`${first} Geen aanbieder wijkt daar meer van af dan toeval verklaart.`;
  return t`${first} Bij ${number(outside.length)} ${outside.length === 1 ? 'aanbieder' : 'aanbieders'} is het verschil groter dan toeval verklaart: ${outside.map((point) => point.title).join(', ')}.`;
}
