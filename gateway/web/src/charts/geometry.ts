// SPDX-License-Identifier: EUPL-1.2
// Where the marks of a chart are: pure, in cents and pixels.
import { scaleLinear } from 'd3-scale';

/** A bar from `start` to `end`, in cents. */
export interface Step {
  title: string;
  kind: 'total' | 'up' | 'down';
  start: number;
  end: number;
}

/** The bars of a waterfall. The last is the sum, so that a decomposition that does not close is seen and not hidden. */
export function stepsOf(first: { title: string; value: number }, effects: Array<{ title: string; value: number }>, last: string): Step[] {
  const steps: Step[] = [{ title: first.title, kind: 'total', start: 0, end: first.value }];
  let level = first.value;
  for (const { title, value } of effects) {
    steps.push({ title, kind: value < 0 ? 'down' : 'up', start: level, end: level + value });
    level += value;
  }
  return [...steps, { title: last, kind: 'total', start: 0, end: level }];
}

/** From levels to pixels from 0 to `width`, over all steps and `marks`. Zero is always there: a bar's length is its amount. */
export function levelScale(steps: Step[], width: number, marks: number[] = []): (level: number) => number {
  const levels = [...steps.flatMap((step) => [step.start, step.end]), ...marks];
  return scaleLinear([Math.min(0, ...levels), Math.max(0, ...levels)], [0, width]);
}

/** Where the bars are, in pixels. */
export function barsOf(steps: Step[], width: number, marks: number[] = []): Array<{ x: number; width: number; end: number }> {
  const x = levelScale(steps, width, marks);
  return steps.map((step) => {
    const [left, right] = [x(Math.min(step.start, step.end)), x(Math.max(step.start, step.end))];
    return { x: left, width: right - left, end: x(step.end) };
  });
}

/** Moves labels apart to at least `gap` pixels, keeping their order and staying close to where they belong. */
export function spread(positions: number[], gap: number): number[] {
  const order = positions.map((_, index) => index).sort((a, b) => positions[a]! - positions[b]!);
  const placed = [...positions];
  for (let i = 1; i < order.length; i++) {
    placed[order[i]!] = Math.max(placed[order[i]!]!, placed[order[i - 1]!]! + gap);
  }
  return placed;
}

/** As `spread`, and none of them below `most`. */
export function spreadWithin(positions: number[], gap: number, most: number): number[] {
  // Mirrored, what is pushed down is pushed up.
  const placed = spread(positions, gap);
  if (Math.max(...placed) <= most) return placed;
  return spread(positions.map((position) => -Math.min(position, most)), gap).map((position) => -position);
}

/** From values to pixels from 0 to `width`; zero is always there. */
export function barScale(values: number[], width: number): (value: number) => number {
  return scaleLinear([Math.min(0, ...values), Math.max(0, ...values) || 1], [0, Math.max(1, width)]);
}

/** A point of a curve of shares, at the end of so many months. */
export interface CurvePoint {
  months: number;
  share: number;
  low?: number | undefined;
  high?: number | undefined;
}

type Scale = (value: number) => number;
const tenth = (pixels: number) => Math.round(pixels * 10) / 10;

/** A line that keeps its level until the next point: between two messages nothing is known to have ended. */
export function stepPath(points: CurvePoint[], x: Scale, y: Scale, months: number): string {
  const shown = points.filter((point) => point.months <= months);
  return shown.map((point, index) => (index === 0 ? `M${tenth(x(point.months))} ${tenth(y(point.share))}` : `H${tenth(x(point.months))}V${tenth(y(point.share))}`)).join('');
}

/** The area between the bounds of the interval, where both are known. */
export function bandPath(points: CurvePoint[], x: Scale, y: Scale, months: number): string {
  const shown = points.filter((point) => point.months <= months && point.low !== undefined && point.high !== undefined);
  if (shown.length < 2) return '';
  const side = (of: 'low' | 'high') => shown.map((point): CurvePoint => ({ months: point.months, share: point[of]! }));
  const upper = stepPath(side('high'), x, y, months);
  // The lower side is walked back: down or up to each level, then along it to the left.
  const lower = [...side('low')].reverse();
  const back = lower.map((point, index) => (index === 0 ? `L${tenth(x(point.months))} ${tenth(y(point.share))}` : `V${tenth(y(point.share))}H${tenth(x(point.months))}`)).join('');
  return `${upper}${back}Z`;
}
