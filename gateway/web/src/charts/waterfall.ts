// SPDX-License-Identifier: EUPL-1.2
// From one total to another in steps that sum exactly: horizontal, so that the names of the steps can be read.
import { svg } from '../dom';
import { chart, hatch, label } from './frame';
import { barsOf, levelScale, type Step } from './geometry';
import { fit } from './interval_bars';

const BAR = 28;
const BOUND_ROW = 22;

/** A level that means something, drawn through all bars with its name above them. */
export interface Bound {
  title: string;
  level: number;
}

/** The chart. `valueOf` writes what stands beside a bar; `names` is the room for the names of the steps, in pixels. */
export function waterfall(
  title: string,
  description: string,
  steps: Step[],
  valueOf: (step: Step) => string,
  { bounds = [], names = 210 }: { bounds?: Bound[]; names?: number } = {},
): HTMLElement {
  return chart(title, description, (width, id) => {
    // On a narrow screen the name stands above its bar.
    const narrow = width < 560;
    const left = narrow ? 0 : names;
    const valueSpace = 96;
    const pitch = narrow ? BAR + 34 : BAR + 16;
    const levels = bounds.map((bound) => bound.level);
    const x = levelScale(steps, width - left - valueSpace, levels);
    const bars = barsOf(steps, width - left - valueSpace, levels);
    const marks: SVGElement[] = [svg('defs', {}, hatch(`${id}-down`, 'nmd-down'))];
    const top = bounds.length * BOUND_ROW;
    const yOf = (index: number) => top + index * pitch + (narrow ? 22 : 4);
    const height = top + steps.length * pitch + (narrow ? 2 : 0);
    // Each name on a row of its own, and the lines below the bars.
    bounds.forEach((bound, row) => {
      const at = left + x(bound.level);
      const right = at > width * 0.6;
      marks.push(svg('line', { x1: at, x2: at, y1: row * BOUND_ROW + 4, y2: height - 8, class: 'nmd-bound' }));
      marks.push(label(at + (right ? -6 : 6), row * BOUND_ROW + 15, bound.title, '', right ? 'end' : 'start'));
    });
    // Connectors first: a name is written over them.
    bars.slice(0, -1).forEach((bar, index) => {
      marks.push(svg('line', { x1: left + bar.end, x2: left + bar.end, y1: yOf(index) + BAR, y2: yOf(index + 1), class: 'nmd-connector' }));
    });
    steps.forEach((step, index) => {
      const bar = bars[index]!;
      const y = yOf(index);
      const strong = step.kind === 'total' ? 'nmd-label--strong' : '';
      const middle = y + BAR / 2 + 5;
      marks.push(narrow ? label(0, y - 6, fit(step.title, width), strong) : label(left - 14, middle, step.title, strong, 'end'));
      marks.push(
        svg('rect', {
          x: left + bar.x,
          y,
          // A tiny effect stays a visible line.
          width: Math.max(bar.width, 1.5),
          height: BAR,
          class: `nmd-bar nmd-bar--${step.kind}`,
          ...(step.kind === 'down' && { fill: `url(#${id}-down)` }),
        }),
      );
      marks.push(label(left + bar.x + Math.max(bar.width, 1.5) + 8, middle, valueOf(step), `nmd-figures ${strong}`));
    });
    if (!narrow) marks.push(svg('line', { x1: left + x(0), x2: left + x(0), y1: top, y2: height - 8, class: 'nmd-axis' }));
    return { height, marks };
  });
}
