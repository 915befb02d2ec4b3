// SPDX-License-Identifier: EUPL-1.2
// What every chart has: a title and a description for who cannot see it, a width that follows the page, and a width of
// its own on paper.
import { h, svg } from '../dom';

/** Width that is drawn for paper, in CSS pixels: scaled to an A4 page its letters are those of the printed text. */
const PRINT_WIDTH = 800;

export interface Drawing {
  height: number;
  marks: SVGElement[];
}

let charts = 0;
const redraws = new WeakMap<Element, (width: number) => void>();

function redrawAll(widthOf: (frame: Element) => number): void {
  for (const frame of document.querySelectorAll('.nmd-chart')) redraws.get(frame)?.(widthOf(frame));
}
window.addEventListener('beforeprint', () => redrawAll(() => PRINT_WIDTH));
window.addEventListener('afterprint', () => redrawAll((frame) => frame.clientWidth));

/**
 * A chart that is drawn for the width it gets, so that its letters keep their size on a telephone and on paper. `draw` is
 * called again when the width changes. `title` and `description` are what a screen reader says. A picture is a "group" when its parts
 * can be reached one by one.
 */
export function chart(title: string, description: string, draw: (width: number, id: string) => Drawing, role: 'img' | 'group' = 'img'): HTMLElement {
  const id = `chart${++charts}`;
  const frame = h('div', { class: 'nmd-chart' });
  let drawn = 0;
  const redraw = (width: number) => {
    if (width < 1 || Math.abs(width - drawn) < 1) return;
    drawn = width;
    const { height, marks } = draw(width, id);
    frame.replaceChildren(
      svg(
        'svg',
        { viewBox: `0 0 ${Math.round(width)} ${Math.round(height)}`, role, 'aria-labelledby': `${id}-title ${id}-description` },
        svg('title', { id: `${id}-title` }, title),
        svg('desc', { id: `${id}-description` }, description),
        ...marks,
      ),
    );
  };
  redraws.set(frame, redraw);
  new ResizeObserver(() => redraw(frame.clientWidth)).observe(frame);
  return frame;
}

/** Diagonal lines as a fill `url(#id)`: tells two series apart without colour, on a black-and-white printer too. */
export function hatch(id: string, name: string): SVGElement {
  return svg(
    'pattern',
    { id, width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
    svg('rect', { width: 6, height: 6, class: `${name}-ground` }),
    svg('rect', { width: 2, height: 6, class: `${name}-line` }),
  );
}

/** A text in a chart; `anchor` is start, middle or end. */
export function label(x: number, y: number, content: string, name = '', anchor = 'start'): SVGElement {
  return svg('text', { x, y, 'text-anchor': anchor, class: `nmd-label ${name}`.trim() }, content);
}
