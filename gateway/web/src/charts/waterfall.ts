// SPDX-License-Identifier: EUPL-1.2
// From one total to another in steps that sum exactly: horizontal, so that the names of the steps can be read.
import { svg } from '../dom';
import { chart, hatch, label } from './frame';
import { barsOf, type Step } from './geometry';

const BAR = 28;

/** The chart. `valueOf` writes what stands beside a bar. */
export function waterfall(title: string, description: string, steps: Step[], valueOf: (step: Step) => string): HTMLElement {
  return chart(title, description, (width, id) => {
    // On a narrow screen the name stands above its bar.
    const narrow = width < 560;
    const left = narrow ? 0 : 210;
    const valueSpace = 96;
    const pitch = narrow ? BAR + 34 : BAR + 16;
    const bars = barsOf(steps, width - left - valueSpace);
    const marks: SVGElement[] = [svg('defs', {}, hatch(`${id}-down`, 'nmd-down'))];
    const yOf = (index: number) => index * pitch + (narrow ? 22 : 4);
    // Connectors first: a name is written over them.
    bars.slice(0, -1).forEach((bar, index) => {
      marks.push(svg('line', { x1: left + bar.end, x2: left + bar.end, y1: yOf(index) + BAR, y2: yOf(index + 1), class: 'nmd-connector' }));
    });
    steps.forEach((step, index) => {
      const bar = bars[index]!;
      const y = yOf(index);
      const strong = step.kind === 'total' ? 'nmd-label--strong' : '';
      const middle = y + BAR / 2 + 5;
      marks.push(narrow ? label(0, y - 6, step.title, strong) : label(left - 14, middle, step.title, strong, 'end'));
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
    const height = steps.length * pitch + (narrow ? 2 : 0);
    if (!narrow) marks.push(svg('line', { x1: left, x2: left, y1: 0, y2: height - 8, class: 'nmd-axis' }));
    return { height, marks };
  });
}
