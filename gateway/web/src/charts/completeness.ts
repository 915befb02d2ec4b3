// SPDX-License-Identifier: EUPL-1.2
// How much of what was expected came, per month: a column is everything that was expected, filled as far as it was received.
import { scaleBand, scaleLinear } from 'd3-scale';
import { svg } from '../dom';
import { monthShort, number } from '../format';
import type { Column } from '../sources_model';
import { chart, hatch, label } from './frame';

const HEIGHT = 96;

/** The picture. Filled is received, hatched is missing, open with a dashed edge may still come. */
export function completenessColumns(title: string, description: string, columns: Column[]): HTMLElement {
  return chart(title, description, (width, id) => {
    const top = 34;
    const bottom = top + HEIGHT;
    const x = scaleBand(columns.map((column) => column.month), [0, width]).paddingInner(0.25);
    const y = scaleLinear([0, 1], [bottom, top]);
    const narrow = x.bandwidth() < 44;
    const marks: SVGElement[] = [svg('defs', {}, hatch(`${id}-missing`, 'nmd-before'))];
    for (const [index, [name, words]] of Object.entries([['after', 'ontvangen'], ['before', 'ontbreekt'], ['open', 'kan nog komen']]).map(
      ([place, each]) => [Number(place), each] as const,
    )) {
      const left = index * 142;
      marks.push(
        svg('rect', {
          x: left + 1, y: 2, width: 20, height: 13, class: `nmd-bar nmd-bar--${name}`, ...(name === 'before' && { fill: `url(#${id}-missing)` }),
        }),
      );
      marks.push(label(left + 28, 14, words ?? ''));
    }
    for (const [index, column] of columns.entries()) {
      const left = x(column.month) ?? 0;
      let from = 0;
      for (const [name, share] of [['after', column.received], ['before', column.missing], ['open', column.pending]] as const) {
        if (share <= 0) continue;
        marks.push(
          svg('rect', {
            x: left, y: y(from + share), width: x.bandwidth(), height: y(from) - y(from + share), class: `nmd-bar nmd-bar--${name}`,
            ...(name === 'before' && { fill: `url(#${id}-missing)` }),
          }),
        );
        from += share;
      }
      const middle = left + x.bandwidth() / 2;
      if (column.expected > 0 && !narrow) {
        const received = Math.round(column.received * column.expected);
        marks.push(label(middle, bottom + 38, `${number(received)}/${number(column.expected)}`, 'nmd-figures', 'middle'));
      }
      if (!narrow || index % 3 === 0) marks.push(label(narrow ? left : middle, bottom + 18, monthShort(column.month).replace(/ 20/, " '"), '', narrow ? 'start' : 'middle'));
    }
    marks.push(svg('line', { x1: 0, x2: width, y1: bottom, y2: bottom, class: 'nmd-axis' }));
    return { height: bottom + (narrow ? 26 : 46), marks };
  });
}
