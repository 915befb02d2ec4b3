// SPDX-License-Identifier: EUPL-1.2
// Columns over time on both sides of zero: what came in above, what went out below; or one value per period.
import { scaleBand, scaleLinear } from 'd3-scale';
import { svg } from '../dom';
import type { Cell } from '../figure';
import { t } from '../language';
import { cellText, show, type Kind } from '../table';
import { chart, hatch, label } from './frame';

export interface TimeColumn {
  /** Below the axis. */
  title: string;
  up: Cell;
  /** Drawn downward; its number is positive. */
  down?: Cell;
}

export function timeColumns(title: string, description: string, columns: TimeColumn[], names: { up: string; down?: string }, kind: Kind): HTMLElement {
  return chart(title, description, (width, id) => {
    const narrow = width < 560;
    const numberOf = (cell: Cell | undefined) => (cell?.kind === 'value' ? cell.value : 0);
    const [most, least] = [Math.max(0, ...columns.map((column) => numberOf(column.up))), Math.min(0, ...columns.map((column) => numberOf(column.up)), ...columns.map((column) => -numberOf(column.down)))];
    const [left, top, bottom] = [narrow ? 58 : 84, 40, 34];
    const height = names.down ? 360 : 300;
    const x = scaleBand(columns.map((_, index) => String(index)), [left, width]).padding(columns.length > 40 ? 0.1 : 0.28);
    const y = scaleLinear([least, most || 1], [height - bottom, top]).nice(5);
    const marks: SVGElement[] = [svg('defs', {}, hatch(`${id}-down`, 'nmd-down'))];
    marks.push(svg('rect', { x: left, y: 4, width: 22, height: 14, class: 'nmd-bar nmd-bar--after' }), label(left + 30, 16, names.up));
    if (names.down) {
      const second = left + 60 + 8 * names.up.length;
      marks.push(svg('rect', { x: second, y: 4, width: 22, height: 14, class: 'nmd-bar nmd-bar--down', fill: `url(#${id}-down)` }), label(second + 30, 16, names.down));
    }
    for (const tick of y.ticks(5)) {
      marks.push(svg('line', { x1: left, x2: width, y1: y(tick), y2: y(tick), class: tick === 0 ? 'nmd-axis' : 'nmd-grid' }));
      marks.push(label(left - 8, y(tick) + 5, show(names.down ? Math.abs(tick) : tick, kind), 'nmd-figures', 'end'));
    }
    const every = Math.max(1, Math.ceil(columns.length / Math.max(1, Math.floor((width - left) / 66))));
    columns.forEach((column, index) => {
      const at = x(String(index)) ?? 0;
      const rect = (from: number, to: number, name: string) =>
        svg('rect', { x: at, y: Math.min(y(from), y(to)), width: x.bandwidth(), height: Math.abs(y(from) - y(to)), class: `nmd-bar nmd-bar--${name}`, ...(name === 'down' && { fill: `url(#${id}-down)` }) });
      if (column.up.kind === 'value' && column.up.value !== 0) marks.push(rect(0, column.up.value, 'after'));
      if (column.down?.kind === 'value' && column.down.value !== 0) marks.push(rect(0, -column.down.value, 'down'));
      // A period without a figure is marked, so that it is not taken for zero.
      if (column.up.kind === 'absent') marks.push(label(at + x.bandwidth() / 2, y(0) - 6, '×', 'nmd-label--absent', 'middle'));
      if (index % every === 0) marks.push(label(at + x.bandwidth() / 2, height - bottom + 20, column.title, '', 'middle'));
    });
    if (columns.some((column) => column.up.kind === 'absent')) {
      const words = [...new Set(columns.flatMap((column) => (column.up.kind === 'absent' ? [cellText(column.up, kind)] : [])))].join(', ');
      marks.push(label(width, 16, t`× = ${words}`, 'nmd-label--absent', 'end'));
    }
    return { height, marks };
  });
}
