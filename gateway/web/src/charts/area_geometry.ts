// SPDX-License-Identifier: EUPL-1.2
// Where areas are on a map: by their borders where a file has them, and else as equal tiles. Pure.
import { ticks } from 'd3-array';
import { geoIdentity, geoPath, type GeoPermissibleObjects } from 'd3-geo';

type Ring = Array<[x: number, y: number]>;

/** Polygons of one area, each an outer ring and its holes, in degrees (CRS84) or in metres (RD). */
export type Border = Ring[][];

/** From the code of a wijk or buurt to its border. */
export type Borders = Map<string, Border>;

// CBS codes: municipality, then two signs of the wijk, then two of the buurt.
const BUURT = /^BU\w{8}$/;
const WIJK = /^WK\w{6}$/;

function polygonsOf(geometry: { type?: unknown; coordinates?: unknown } | null | undefined): Border {
  if (geometry?.type === 'Polygon') return [geometry.coordinates as Ring[]];
  return geometry?.type === 'MultiPolygon' ? (geometry.coordinates as Border) : [];
}

/**
 * The borders in a GeoJSON FeatureCollection, under the code that a property of the feature holds whatever its name is: PDOK has
 * "buurtcode" in one set and "statcode" in another. Parts with the same code, as land and water, are one area. Throws RangeError when
 * it is something else.
 */
export function bordersOf(json: unknown): Borders {
  const { type, features } = (json ?? {}) as { type?: unknown; features?: Array<{ properties?: Record<string, unknown> | null; geometry?: { type?: unknown; coordinates?: unknown } | null }> };
  if (type !== 'FeatureCollection' || !Array.isArray(features)) throw new RangeError('no FeatureCollection');
  const borders: Borders = new Map();
  for (const { properties, geometry } of features) {
    const words = Object.values(properties ?? {}).filter((each): each is string => typeof each === 'string');
    // A buurt also names its wijk.
    const code = words.find((word) => BUURT.test(word)) ?? words.find((word) => WIJK.test(word));
    const polygons = polygonsOf(geometry);
    if (!code || polygons.length === 0) continue;
    if (!polygons.flat(2).every((point) => Number.isFinite(point[0]) && Number.isFinite(point[1]))) throw new RangeError(`${code}: a point is no pair of numbers`);
    borders.set(code, [...(borders.get(code) ?? []), ...polygons]);
  }
  return borders;
}

export interface Shape {
  code: string;
  /** Of an SVG path. */
  path: string;
  /** Where a label stands, and the room for it. */
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Borders drawn within `width` and `most` pixels, north up. */
export function shapesOf(borders: Borders, width: number, most: number): { shapes: Shape[]; height: number } {
  const points = [...borders.values()].flat(3);
  const middle = (Math.min(...points.map(([, y]) => y)) + Math.max(...points.map(([, y]) => y))) / 2;
  // A degree to the east is shorter than one to the north; a metre is not. Within one municipality the earth is flat.
  const degrees = points.every(([x, y]) => Math.abs(x) <= 180 && Math.abs(y) <= 90);
  const east = degrees ? Math.cos((middle * Math.PI) / 180) : 1;
  const objectOf = (border: Border): GeoPermissibleObjects => ({ type: 'MultiPolygon', coordinates: border.map((rings) => rings.map((ring) => ring.map(([x, y]) => [x * east, y]))) });
  const objects = [...borders].map(([code, border]) => ({ code, object: objectOf(border) }));
  // A planar projection: on the globe a ring that goes round the other way would be all the rest of the earth.
  const projection = geoIdentity().reflectY(true).fitExtent([[1, 1], [Math.max(2, width - 1), most - 1]], { type: 'MultiPolygon', coordinates: [...borders.values()].flat(1).map((rings) => rings.map((ring) => ring.map(([x, y]) => [x * east, y]))) });
  const path = geoPath(projection).digits(1);
  let height = 0;
  const shapes = objects.map(({ code, object }) => {
    const [[left, top], [right, bottom]] = path.bounds(object);
    const [x, y] = path.centroid(object);
    height = Math.max(height, bottom);
    return { code, path: path(object) ?? '', x, y, width: right - left, height: bottom - top };
  });
  const first = Math.min(...objects.map(({ object }) => path.bounds(object)[0][1]));
  return first <= 1 ? { shapes, height: height + 1 } : shapesOf(borders, width, most - 2 * (first - 1));
}

export interface Tile {
  code: string;
  column: number;
  row: number;
}

export interface TileGroup {
  /** Code of the wijk or municipality that the tiles are in; empty when all tiles are in one group. */
  title: string;
  tiles: Tile[];
  rows: number;
}

/** Where a code belongs: a buurt to its wijk, a wijk to its municipality. */
function parentOf(code: string): string {
  if (BUURT.test(code)) return `WK${code.slice(2, 8)}`;
  return WIJK.test(code) ? `GM${code.slice(2, 6)}` : '';
}

/** Equal tiles in the order of their codes, which CBS gives by place; those of one wijk, or municipality, together. */
export function tilesOf(codes: string[], most: number): TileGroup[] {
  const groups = new Map<string, string[]>();
  // An area without a code of CBS, such as "onbekend", comes last.
  const order = (code: string) => `${parentOf(code) || '~'} ${code}`;
  for (const code of [...codes].sort((a, b) => (order(a) < order(b) ? -1 : 1))) groups.set(parentOf(code), [...(groups.get(parentOf(code)) ?? []), code]);
  const titled = [...groups.keys()].filter((parent) => parent !== '').length > 1;
  return [...groups].map(([parent, members]) => {
    // Wider than high, as a screen and a page are.
    const columns = titled ? Math.max(1, most) : Math.max(1, Math.min(most, Math.ceil(Math.sqrt(members.length * 1.6))));
    return { title: titled ? parent : '', rows: Math.ceil(members.length / columns), tiles: members.map((code, index) => ({ code, column: index % columns, row: Math.floor(index / columns) })) };
  });
}

/** Bounds of classes with round numbers: a value is in class i when it is at least bounds[i], and less than the next; the last has its end. */
export function boundsOf(values: number[], whole = false): number[] {
  if (values.length === 0) return [];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const steps = ticks(low, high, whole ? Math.min(3, Math.max(1, Math.floor(high - low))) : 3);
  if (low === high || steps.length < 2) return [Math.floor(low), Math.max(Math.ceil(high), Math.floor(low) + 1)];
  const step = steps[1]! - steps[0]!;
  const tidy = (bound: number) => Number(bound.toPrecision(12));
  const first = steps[0]! > low ? [tidy(steps[0]! - step)] : [];
  const last = steps.at(-1)! < high ? [tidy(steps.at(-1)! + step)] : [];
  return [...first, ...steps, ...last];
}

/** In which class a value is, from 0. */
export function classOf(value: number, bounds: number[]): number {
  const above = bounds.findIndex((bound) => value < bound);
  return above < 0 ? Math.max(0, bounds.length - 2) : Math.max(0, above - 1);
}

/** The place nearest in a direction, for arrow keys; -1 when there is none. */
export function neighbourOf(places: Array<{ x: number; y: number }>, from: number, key: string): number {
  const [dx, dy] = key === 'ArrowLeft' ? [-1, 0] : key === 'ArrowRight' ? [1, 0] : key === 'ArrowUp' ? [0, -1] : [0, 1];
  const here = places[from];
  if (!here) return -1;
  let best = -1;
  let least = Infinity;
  for (const [index, place] of places.entries()) {
    const along = (place.x - here.x) * dx + (place.y - here.y) * dy;
    const aside = Math.abs((place.x - here.x) * dy) + Math.abs((place.y - here.y) * dx);
    // What is twice as far aside as along is not in that direction.
    if (index === from || along <= 0 || aside > 2 * along) continue;
    if (along + 2 * aside < least) [least, best] = [along + 2 * aside, index];
  }
  return best;
}
