// SPDX-License-Identifier: EUPL-1.2
// Index lines: every series is 100 in the base month, so that growth of people and of money can be compared in one chart.
import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { svg } from '../dom';
import type { Cell } from '../figure';
import { type Month, monthShort, number } from '../format';
import { chart, label } from './frame';
import { spread } from './geometry';
import type { Stroke } from './strokes';

export interface Series {
  title: string;
  stroke: Stroke;
  /** One per month; an absent one is a gap. */
  values: Cell[];
}

/** The chart. `marked` are the months that are compared. */
export function indexLines(title: string, description: string, months: Month[], series: Series[], marked: Month[]): HTMLElement {
  return chart(title, description, (width) => {
    const narrow = width < 560;
    const [left, right, top, bottom] = [40, narrow ? 14 : 176, narrow ? 88 : 26, 34];
    const height = (narrow ? 250 : 330) + (narrow ? 62 : 0);
    const x = scaleLinear([0, Math.max(1, months.length - 1)], [left, width - right]);
    const values = series.flatMap((each) => each.values.flatMap((cell) => (cell.kind === 'value' ? [cell.value] : [])));
    const [low, high] = extent([...values, 100]) as [number, number];
    const y = scaleLinear([low, high], [height - bottom, top]).nice(5);
    const marks: SVGElement[] = [];
    for (const tick of y.ticks(5)) {
      marks.push(svg('line', { x1: left, x2: width - right, y1: y(tick), y2: y(tick), class: tick === 100 ? 'nmd-base' : 'nmd-grid' }));
      marks.push(label(left - 8, y(tick) + 5, number(tick), 'nmd-figures', 'end'));
    }
    months.forEach((month, index) => {
      if (month.endsWith('-01')) {
        marks.push(svg('line', { x1: x(index), x2: x(index), y1: height - bottom, y2: height - bottom + 6, class: 'nmd-axis' }));
        marks.push(label(x(index), height - bottom + 22, monthShort(month), '', index === 0 ? 'start' : 'middle'));
      }
      if (marked.includes(month)) {
        marks.push(svg('line', { x1: x(index), x2: x(index), y1: top - 8, y2: height - bottom, class: 'nmd-marked' }));
        if (!narrow) marks.push(label(x(index), top - 13, monthShort(month), 'nmd-label--strong', 'middle'));
      }
    });
    const path = line<Cell>()
      .defined((cell) => cell.kind === 'value')
      .x((_, index) => x(index))
      .y((cell) => y(cell.kind === 'value' ? cell.value : 100));
    const ends: Array<{ each: Series; position: number }> = [];
    for (const each of series) {
      marks.push(svg('path', { d: path(each.values) ?? '', class: `nmd-line nmd-line--${each.stroke}` }));
      const last = each.values.findLast((cell) => cell.kind === 'value');
      if (last?.kind === 'value') ends.push({ each, position: y(last.value) });
    }
    if (narrow) {
      // A legend above the lines; names at their ends would not fit.
      series.forEach((each, index) => {
        marks.push(svg('line', { x1: 0, x2: 34, y1: 12 + index * 22, y2: 12 + index * 22, class: `nmd-line nmd-line--${each.stroke}` }));
        marks.push(label(42, 17 + index * 22, each.title));
      });
    } else {
      const places = spread(ends.map((end) => end.position), 20);
      ends.forEach((end, index) => {
        marks.push(svg('line', { x1: width - right + 4, x2: width - right + 26, y1: places[index]!, y2: places[index]!, class: `nmd-line nmd-line--${end.each.stroke}` }));
        marks.push(label(width - right + 32, places[index]! + 5, end.each.title, 'nmd-label--strong'));
      });
    }
    return { height, marks };
  });
}
