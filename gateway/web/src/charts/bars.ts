// SPDX-License-Identifier: EUPL-1.2
// Two values per group side by side, from zero: before hatched, after solid.
import { max } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { svg } from '../dom';
import type { Cell } from '../figure';
import { cellText, type Kind } from '../table';
import { chart, hatch, label } from './frame';
import { fit } from './interval_bars';

export interface Group {
  title: string;
  before: Cell;
  after: Cell;
  /** What stands at the end of the group: the growth in words. */
  change: string;
}

const BAR = 18;

/** The chart. A value that is not there is its word, at the axis; there is no bar of length zero for it. */
export function pairedBars(title: string, description: string, groups: Group[], legend: { before: string; after: string; change?: string }, kind: Kind = 'count'): HTMLElement {
  return chart(title, description, (width, id) => {
    const narrow = width < 560;
    // Room for the names at about 8 px a letter, within reason, and for the growth at the right.
    const left = Math.min(narrow ? 96 : 210, 24 + 8.2 * (max(groups, (group) => group.title.length) ?? 0));
    const right = narrow ? 112 : 130;
    const numbers = groups.flatMap((group) => [group.before, group.after]).flatMap((cell) => (cell.kind === 'value' ? [cell.value] : []));
    const x = scaleLinear([0, Math.max(1, max(numbers) ?? 1)], [0, width - left - right]);
    const marks: SVGElement[] = [svg('defs', {}, hatch(`${id}-before`, 'nmd-before'))];
    const second = left + Math.max(narrow ? 112 : 150, 46 + 7.6 * legend.before.length);
    // Legend: two swatches with words.
    marks.push(svg('rect', { x: left, y: 2, width: 22, height: 14, class: 'nmd-bar nmd-bar--before', fill: `url(#${id}-before)` }));
    marks.push(label(left + 30, 14, legend.before));
    marks.push(svg('rect', { x: second, y: 2, width: 22, height: 14, class: 'nmd-bar nmd-bar--after' }));
    marks.push(label(second + 30, 14, legend.after));
    if (!narrow) marks.push(label(width - 2, 14, legend.change ?? 'groei', '', 'end'));
    const top = 34;
    const pitch = 2 * BAR + 20;
    groups.forEach((group, index) => {
      const y = top + index * pitch;
      marks.push(label(left - 14, y + BAR + 5, fit(group.title, left - 14), 'nmd-label--strong', 'end'));
      for (const [offset, cell, name] of [[0, group.before, 'before'], [BAR, group.after, 'after']] as const) {
        const middle = y + offset + BAR / 2 + 5;
        const length = cell.kind === 'value' ? x(cell.value) : 0;
        if (cell.kind === 'value') {
          marks.push(
            svg('rect', {
              x: left,
              y: y + offset + 1,
              width: length,
              height: BAR - 2,
              class: `nmd-bar nmd-bar--${name}`,
              ...(name === 'before' && { fill: `url(#${id}-before)` }),
            }),
          );
        }
        marks.push(label(left + length + 8, middle, cellText(cell, kind), 'nmd-figures'));
      }
      marks.push(label(width - 2, y + BAR + 5, group.change, 'nmd-label--strong nmd-figures', 'end'));
    });
    const height = top + groups.length * pitch - 10;
    marks.push(svg('line', { x1: left, x2: left, y1: top - 4, y2: height, class: 'nmd-axis' }));
    return { height, marks };
  });
}
