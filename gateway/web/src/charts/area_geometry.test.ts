// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import file from '../../test/gebieden.json';
import { type Borders, bordersOf, boundsOf, classOf, neighbourOf, shapesOf, tilesOf } from './area_geometry';

describe('borders', () => {
  const borders = bordersOf(file);
  it('are found by the code of CBS in whatever property it is, a buurt by its own; parts of one area are one', () => {
    expect([...borders.keys()]).toEqual(['WK173001', 'WK173002', 'WK173003', 'BU17300401']);
    expect(borders.get('WK173001')).toHaveLength(2);
  });
  it('are not taken from something else', () => {
    for (const wrong of [null, {}, [], { type: 'Topology' }, { type: 'FeatureCollection' }]) expect(() => bordersOf(wrong)).toThrow(RangeError);
    expect(() => bordersOf({ type: 'FeatureCollection', features: [{ properties: { code: 'WK173001' }, geometry: { type: 'Polygon', coordinates: [[['a', 1]]] } }] })).toThrow('WK173001');
    expect(bordersOf({ type: 'FeatureCollection', features: [] }).size).toBe(0);
  });
  it('are drawn north up and as they lie, within the room there is', () => {
    const { shapes, height } = shapesOf(borders, 600, 500);
    const at = (code: string) => shapes.find((shape) => shape.code === code)!;
    expect(at('WK173002').x).toBeGreaterThan(at('WK173001').x);
    expect(at('WK173003').y).toBeGreaterThan(at('WK173001').y);
    for (const shape of shapes) {
      expect(shape.x + shape.width / 2).toBeLessThan(640);
      expect(shape.path).toMatch(/^M[\d.,LMZ-]+Z$/);
    }
    expect(height).toBeLessThanOrEqual(500);
    // 0,10 degree to the east and 0,06 to the north are 6,7 km both at 53 degrees.
    expect(at('WK173001').width / at('WK173001').height).toBeCloseTo(1, 1);
  });
  it('turned the other way round are the same area, not all the rest of the earth', () => {
    const turned: Borders = new Map([...borders].map(([code, polygons]) => [code, polygons.map((rings) => rings.map((ring) => [...ring].reverse()))]));
    const sizes = (of: Borders) => shapesOf(of, 600, 500).shapes.map(({ width, height }) => [Math.round(width), Math.round(height)]);
    expect(sizes(turned)).toEqual(sizes(borders));
  });
  it('in metres (RD) are not stretched', () => {
    const square: Borders = new Map([['WK173001', [[[[230_000, 570_000], [231_000, 570_000], [231_000, 571_000], [230_000, 571_000], [230_000, 570_000]]]]]]);
    const [shape] = shapesOf(square, 300, 500).shapes;
    expect(shape!.width).toBeCloseTo(shape!.height, 5);
  });
});

describe('tiles', () => {
  it('of buurten stand per wijk in the order of their codes, none on another, and within the columns', () => {
    const codes = ['BU17300202', 'BU17300101', 'onbekend', 'BU17300201', 'BU17300103', 'BU17300102'];
    const groups = tilesOf(codes, 2);
    expect(groups.map(({ title, rows, tiles }) => [title, rows, tiles.map(({ code }) => code)])).toEqual([
      ['WK173001', 2, ['BU17300101', 'BU17300102', 'BU17300103']], ['WK173002', 1, ['BU17300201', 'BU17300202']], ['', 1, ['onbekend']],
    ]);
    for (const { tiles } of groups) {
      expect(new Set(tiles.map(({ column, row }) => `${column} ${row}`)).size).toBe(tiles.length);
      expect(Math.max(...tiles.map(({ column }) => column))).toBeLessThan(2);
    }
  });
  it('of the wijken of one municipality need no heading', () => {
    expect(tilesOf(['WK173002', 'WK173001'], 6)).toEqual([{ title: '', rows: 1, tiles: [{ code: 'WK173001', column: 0, row: 0 }, { code: 'WK173002', column: 1, row: 0 }] }]);
  });
});

describe('classes', () => {
  it('have round bounds around all values, and every value is in one of at most six', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const values = Array.from({ length: 1 + (seed % 17) }, (_, index) => ((seed * 7919 + index * 104_729) % 1000) / (1 + (seed % 30)));
      const bounds = boundsOf(values);
      expect(bounds.length).toBeGreaterThanOrEqual(2);
      expect(bounds.length).toBeLessThanOrEqual(7);
      for (const value of values) {
        const at = classOf(value, bounds);
        expect(value).toBeGreaterThanOrEqual(bounds[at]!);
        expect(value).toBeLessThanOrEqual(bounds[at + 1]!);
      }
    }
  });
  it('of numbers of things have whole bounds; a bound belongs to the class above it', () => {
    expect(boundsOf([0, 1, 2], true)).toEqual([0, 1, 2]);
    expect(boundsOf([42, 90, 31], true)).toEqual([20, 40, 60, 80, 100]);
    expect([39, 40, 100].map((value) => classOf(value, [20, 40, 60, 80, 100]))).toEqual([0, 1, 3]);
    expect(boundsOf([7, 7])).toEqual([7, 8]);
    expect(boundsOf([])).toEqual([]);
  });
});

describe('arrow keys', () => {
  it('go to the nearest in their direction, and nowhere at the edge', () => {
    const places = [{ x: 0, y: 0 }, { x: 10, y: 0 }, { x: 0, y: 10 }, { x: 10, y: 10 }];
    expect(['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp'].map((key) => neighbourOf(places, 0, key))).toEqual([1, 2, -1, -1]);
    expect(neighbourOf(places, 3, 'ArrowLeft')).toBe(2);
  });
});
