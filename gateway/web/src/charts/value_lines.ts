// SPDX-License-Identifier: EUPL-1.2
// Values over time from zero, one line per series; a period without a figure is a gap.
import { max } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { svg } from '../dom';
import type { Cell } from '../figure';
import { show, type Kind } from '../table';
import { chart, label } from './frame';
import { spreadWithin } from './geometry';
import { fit } from './interval_bars';
import type { Series } from './lines';

export function valueLines(title: string, description: string, periods: string[], series: Series[], kind: Kind): HTMLElement {
  return chart(title, description, (width) => {
    const narrow = width < 560;
    const [left, right, top, bottom] = [narrow ? 62 : 92, narrow ? 12 : 190, narrow ? 16 + 22 * series.length : 16, 34];
    const height = 300 + top;
    const x = scaleLinear([0, Math.max(1, periods.length - 1)], [left, width - right]);
    const most = max(series.flatMap((each) => each.values.flatMap((cell) => (cell.kind === 'value' ? [cell.value] : [])))) ?? 1;
    const y = scaleLinear([0, most || 1], [height - bottom, top]).nice(5);
    const marks: SVGElement[] = [];
    for (const tick of y.ticks(5)) {
      marks.push(svg('line', { x1: left, x2: width - right, y1: y(tick), y2: y(tick), class: tick === 0 ? 'nmd-axis' : 'nmd-grid' }));
      marks.push(label(left - 8, y(tick) + 5, show(tick, kind), 'nmd-figures', 'end'));
    }
    const every = Math.max(1, Math.ceil(periods.length / Math.max(1, Math.floor((width - left - right) / 84))));
    periods.forEach((period, index) => {
      if (index % every === 0) marks.push(label(x(index), height - bottom + 20, period, '', index === 0 ? 'start' : 'middle'));
    });
    const path = line<Cell>()
      .defined((cell) => cell.kind === 'value')
      .x((_, index) => x(index))
      .y((cell) => y(cell.kind === 'value' ? cell.value : 0));
    const ends = series.map((each) => {
      marks.push(svg('path', { d: path(each.values) ?? '', class: `nmd-line nmd-line--${each.stroke}` }));
      const last = each.values.findLast((cell) => cell.kind === 'value');
      return y(last?.kind === 'value' ? last.value : 0);
    });
    const places = spreadWithin(ends, 20, height - bottom - 4);
    series.forEach((each, index) => {
      const at = narrow ? { x: 0, y: 12 + index * 22 } : { x: width - right + 6, y: places[index]! };
      marks.push(svg('line', { x1: at.x, x2: at.x + 26, y1: at.y, y2: at.y, class: `nmd-line nmd-line--${each.stroke}` }));
      marks.push(label(at.x + 32, at.y + 5, fit(each.title, narrow ? width : 156), 'nmd-label--strong'));
    });
    return { height, marks };
  });
}
