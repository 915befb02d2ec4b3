// SPDX-License-Identifier: EUPL-1.2
// Areas coloured by class: on a map where there are borders, and else as equal tiles. Classes go from light to dark, so that they
// stay apart without colour and on paper; what has no number has a pattern of its own per state, and its word.
import { h, svg } from '../dom';
import type { Cell } from '../figure';
import { t } from '../language';
import { boundsOf, type Borders, classOf, neighbourOf, shapesOf, tilesOf } from './area_geometry';
import { chart, hatch, label } from './frame';
import { fit } from './interval_bars';

export interface AreaMark {
  /** Of CBS: "WK173005", "BU17300501"; or of an area without one. */
  code: string;
  title: string;
  cell: Cell;
  /** The number as it is read, or its word. */
  words: string;
  /** What stands under it: the interval. */
  detail: string;
}

export interface Scale {
  /** Of the classes. */
  title: string;
  /** A bound as it is read. */
  bound: (value: number) => string;
  /** Numbers of things: a bound is a whole number. */
  whole?: boolean;
}

const TILE = { least: 136, most: 200, height: 78, gap: 6 };
const MAP_HEIGHT = 560;
// From this class on the ground is dark and letters are light.
const DARK = 3;
const STATES = [['SUPPRESSED', 'suppressed'], ['NOT_REGISTERED', 'not-registered'], ['NOT_AVAILABLE', 'not-available'], ['NOT_COMPARABLE', 'not-comparable']] as const;

const stateOf = (cell: Cell) => STATES.find(([state]) => cell.kind === 'absent' && cell.state === state)?.[1] ?? 'not-available';

// Lines of a state: across, lying, upright and crossed, as behind its word in a table.
function patterns(id: string): SVGElement[] {
  const lines = (name: string, ...marks: SVGElement[]) => svg('pattern', { id: `${id}-${name}`, width: 8, height: 8, patternUnits: 'userSpaceOnUse' }, svg('rect', { width: 8, height: 8, class: 'nmd-map-ground' }), ...marks);
  const line = (d: string) => svg('path', { d, class: 'nmd-map-line' });
  return [
    hatch(`${id}-suppressed`, 'nmd-map-hatch'),
    lines('not-registered', line('M0 4H8')),
    lines('not-available', line('M4 0V8')),
    lines('not-comparable', line('M0 0L8 8M8 0L0 8')),
  ];
}

interface Place {
  mark: AreaMark;
  x: number;
  y: number;
  /** Room for words. */
  width: number;
  height: number;
  element: SVGElement;
}

function written(place: Omit<Place, 'element'>, light: boolean, named: boolean): SVGElement[] {
  const { mark, x, y, width, height } = place;
  const name = t`${light ? 'nmd-label--light' : ''} ${mark.cell.kind === 'absent' ? 'nmd-label--absent' : ''}`;
  if (named) {
    const word = label(x, y + 5, fit(mark.words, width), `${name} nmd-figures ${mark.cell.kind === 'value' ? 'nmd-label--strong' : ''}`, 'middle');
    return [label(x, y - 16, fit(mark.title, width - 8), name, 'middle'), word, ...(mark.detail ? [label(x, y + 25, fit(mark.detail, width - 8), `${name} nmd-figures nmd-label--small`, 'middle')] : [])];
  }
  return width > 8 * mark.words.length + 8 && height > 24 ? [label(x, y + 5, mark.words, `${name} nmd-figures`, 'middle')] : [];
}

// Classes and the states that occur, with their words, from left to right on as many lines as it takes.
function legend(id: string, marks: AreaMark[], bounds: number[], scale: Scale, width: number): { height: number; marks: SVGElement[] } {
  const classes = bounds.slice(1).map((bound, index) => ({ fill: '', name: `nmd-class--${index}`, words: t`${scale.bound(bounds[index]!)} tot ${scale.bound(bound)}` }));
  const states = [...new Map(marks.flatMap(({ cell }) => (cell.kind === 'absent' ? [[stateOf(cell), cell.word.split(':')[0]!] as const] : [])))];
  const items = [...classes, ...states.map(([state, words]) => ({ fill: `url(#${id}-${state})`, name: '', words }))];
  const drawn: SVGElement[] = [label(0, 14, scale.title, 'nmd-label--strong')];
  let [x, y] = [0, 26];
  for (const { fill, name, words } of items) {
    const room = 34 + 8 * words.length + 20;
    if (x > 0 && x + room > width) [x, y] = [0, y + 26];
    drawn.push(svg('rect', { x: x + 0.5, y: y + 0.5, width: 26, height: 17, class: `nmd-map-area ${name}`.trim(), fill }), label(x + 34, y + 14, words, 'nmd-figures'));
    x += room;
  }
  return { height: y + 34, marks: drawn };
}

/**
 * One mark per area. One of them is in the order of the Tab key and arrow keys go from there to the next in that direction; what is
 * on it is read beneath the map, and told by a screen reader.
 */
export function areaMap(title: string, description: string, areas: AreaMark[], borders: Borders, scale: Scale): HTMLElement {
  const bounds = boundsOf(areas.flatMap(({ cell }) => (cell.kind === 'value' ? [cell.value] : [])), scale.whole);
  const readout = h('p', { class: 'nmd-map-readout nmd-screen-only', 'aria-hidden': 'true' }, 'Wijs een gebied aan, of ga er met de pijltjestoetsen langs.');
  const drawnBorders: Borders = new Map(areas.flatMap(({ code }) => (borders.has(code) ? [[code, borders.get(code)!] as const] : [])));
  let places: Place[] = [];
  let current = 0;

  const tell = (place: Place) => t`${place.mark.title}: ${[place.mark.words, place.mark.detail].filter(Boolean).join(', ')}`;
  const choose = (index: number, focus: boolean) => {
    places[current]?.element.setAttribute('tabindex', '-1');
    current = index;
    const element = places[index]?.element;
    element?.setAttribute('tabindex', '0');
    if (focus) element?.focus();
  };

  function placed(mark: AreaMark, shape: SVGElement, at: Omit<Place, 'mark' | 'element'>, named: boolean): SVGElement {
    const index = places.length;
    const level = mark.cell.kind === 'value' ? classOf(mark.cell.value, bounds) : -1;
    const element = svg('g', { role: 'img', tabindex: index === current ? '0' : '-1', class: 'nmd-map-item', 'data-code': mark.code }, shape, ...written({ mark, ...at }, level >= DARK, named));
    const place: Place = { mark, ...at, element };
    element.setAttribute('aria-label', tell(place));
    const read = () => readout.replaceChildren(tell(place));
    element.addEventListener('focus', read);
    element.addEventListener('pointerenter', read);
    element.addEventListener('keydown', (event) => {
      const next = event.key === 'Home' ? 0 : event.key === 'End' ? places.length - 1 : event.key.startsWith('Arrow') ? neighbourOf(places, index, event.key) : -1;
      if (next < 0) return;
      event.preventDefault();
      choose(next, true);
    });
    places.push(place);
    return element;
  }

  const looks = (id: string, { cell }: AreaMark) => (cell.kind === 'value' ? { class: `nmd-map-area nmd-class--${classOf(cell.value, bounds)}` } : { class: 'nmd-map-area', fill: `url(#${id}-${stateOf(cell)})` });

  const frame = chart(
    title,
    description,
    (width, id) => {
      places = [];
      const top = legend(id, areas, bounds, scale, width);
      let y = top.height;
      const drawn: SVGElement[] = [svg('defs', {}, ...patterns(id)), ...top.marks];
      if (drawnBorders.size > 0) {
        const { shapes, height } = shapesOf(drawnBorders, width, Math.min(MAP_HEIGHT, width));
        for (const shape of shapes) {
          const mark = areas.find(({ code }) => code === shape.code)!;
          const path = svg('path', { d: shape.path, 'fill-rule': 'evenodd', ...looks(id, mark), transform: `translate(0 ${Math.round(y)})` });
          drawn.push(placed(mark, path, { x: shape.x, y: Math.round(y) + shape.y, width: shape.width, height: shape.height }, false));
        }
        y += height + 16;
      }
      const rest = areas.filter(({ code }) => !drawnBorders.has(code));
      const columns = Math.max(1, Math.floor((width + TILE.gap) / (TILE.least + TILE.gap)));
      if (drawnBorders.size > 0 && rest.length > 0) {
        drawn.push(label(0, y + 12, 'Zonder grens op de kaart', 'nmd-label--strong'));
        y += 24;
      }
      const wide = Math.min(TILE.most, (width - TILE.gap * (columns - 1)) / columns);
      for (const group of rest.length > 0 ? tilesOf(rest.map(({ code }) => code), columns) : []) {
        if (group.title) {
          drawn.push(label(0, y + 12, group.title, 'nmd-label--strong'));
          y += 22;
        }
        for (const tile of group.tiles) {
          const mark = rest.find(({ code }) => code === tile.code)!;
          const [left, upper] = [tile.column * (wide + TILE.gap), y + tile.row * (TILE.height + TILE.gap)];
          const square = svg('rect', { x: left + 0.5, y: upper + 0.5, width: wide - 1, height: TILE.height - 1, ...looks(id, mark) });
          drawn.push(placed(mark, square, { x: left + wide / 2, y: upper + TILE.height / 2, width: wide, height: TILE.height }, true));
        }
        y += group.rows * (TILE.height + TILE.gap) + 10;
      }
      return { height: y, marks: drawn };
    },
    'group',
  );
  return h('div', { class: 'nmd-map' }, frame, readout);
}
