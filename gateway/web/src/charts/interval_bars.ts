// SPDX-License-Identifier: EUPL-1.2
// One value per row from zero, with the interval in which chance may move it. A row without a value has its word.
import { svg } from '../dom';
import type { Cell } from '../figure';
import { cellText, type Kind } from '../table';
import { say } from '../language';
import { chart, label } from './frame';
import { barScale } from './geometry';

export interface Bar {
  title: string;
  /** A heading above this row, when it differs from the one before. */
  group?: string;
  cell: Cell;
  low?: number | undefined;
  high?: number | undefined;
  /** Drawn as the one to compare with: the whole municipality. */
  reference?: boolean;
}

const HEIGHT = 20;
const PITCH = 34;

/** Shortens a name to the room there is; the table has the whole name. */
export function fit(written: string, room: number): string {
  const title = say(written);
  const letters = Math.max(6, Math.floor(room / 7.4));
  return title.length > letters ? `${title.slice(0, letters - 1).trimEnd()}…` : title;
}

export function intervalBars(title: string, description: string, bars: Bar[], kind: Kind): HTMLElement {
  return chart(title, description, (width) => {
    const narrow = width < 560;
    const longest = Math.max(...bars.map((bar) => bar.title.length), 6);
    const left = narrow ? 0 : Math.min(260, 24 + 7.6 * longest);
    // Room for the longest number, such as "€ 1.200 ± € 100".
    const right = Math.max(96, 16 + 8 * Math.max(...bars.map((bar) => (bar.cell.kind === 'value' ? cellText(bar.cell, kind).length : 0))));
    const scale = barScale(
      bars.flatMap((bar) => (bar.cell.kind === 'value' ? [bar.cell.value, bar.high ?? bar.cell.value, bar.low ?? bar.cell.value] : [])),
      width - left - right,
    );
    const marks: SVGElement[] = [];
    let y = 4;
    let group = '';
    // Zero is a line beside rows, and not through the heading above them.
    let from = 0;
    const axis = (to: number) => to > from && marks.push(svg('line', { x1: left + scale(0), x2: left + scale(0), y1: from, y2: to, class: 'nmd-axis' }));
    for (const bar of bars) {
      if (bar.group !== undefined && bar.group !== group) {
        group = bar.group;
        if (y > 4) axis(y - 8);
        marks.push(label(0, y + 16, group, 'nmd-label--strong'));
        y += 28;
        from = y - 4;
      }
      if (narrow) {
        marks.push(label(0, y + 13, fit(bar.title, width), bar.reference ? 'nmd-label--strong' : ''));
        y += 20;
      } else {
        marks.push(label(left - 12, y + HEIGHT / 2 + 5, fit(bar.title, left - 12), bar.reference ? 'nmd-label--strong' : '', 'end'));
      }
      const middle = y + HEIGHT / 2;
      if (bar.cell.kind === 'value') {
        const [start, to] = [scale(Math.min(0, bar.cell.value)), scale(Math.max(0, bar.cell.value))];
        marks.push(svg('rect', { x: left + start, y, width: Math.max(to - start, 1.5), height: HEIGHT, class: `nmd-bar nmd-bar--${bar.reference ? 'reference' : 'after'}` }));
        let end = to;
        if (bar.low !== undefined && bar.high !== undefined) {
          const [low, high] = [left + scale(bar.low), left + scale(bar.high)];
          marks.push(svg('path', { d: `M${low} ${middle}H${high}M${low} ${middle - 6}V${middle + 6}M${high} ${middle - 6}V${middle + 6}`, class: 'nmd-whisker-ground' }));
          marks.push(svg('path', { d: `M${low} ${middle}H${high}M${low} ${middle - 6}V${middle + 6}M${high} ${middle - 6}V${middle + 6}`, class: 'nmd-whisker' }));
          end = Math.max(end, scale(bar.high));
        }
        marks.push(label(left + end + 8, middle + 5, cellText(bar.cell, kind), `nmd-figures ${bar.reference ? 'nmd-label--strong' : ''}`));
      } else {
        marks.push(label(left + scale(0) + 8, middle + 5, cellText(bar.cell, kind), 'nmd-label--absent'));
      }
      y += PITCH;
    }
    axis(y - 8);
    return { height: y, marks };
  });
}
