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
