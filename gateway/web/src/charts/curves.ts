// SPDX-License-Identifier: EUPL-1.2
// Shares that fall in steps over months since the start, with the interval of the first as a band.
import { scaleLinear } from 'd3-scale';
import { svg } from '../dom';
import { percent } from '../format';
import { chart, label } from './frame';
import { fit } from './interval_bars';
import { bandPath, spreadWithin, stepPath, type CurvePoint } from './geometry';
import type { Stroke } from './strokes';

export interface Curve {
  title: string;
  stroke: Stroke;
  points: CurvePoint[];
}

export function survivalCurves(title: string, description: string, curves: Curve[], months: number): HTMLElement {
  return chart(title, description, (width) => {
    const narrow = width < 560;
    const [left, right, top, bottom] = [48, narrow ? 12 : 190, narrow ? 12 + 22 * curves.length : 14, 50];
    const height = (narrow ? 260 : 340) + top;
    const x = scaleLinear([0, months], [left, width - right]);
    const y = scaleLinear([0, 1], [height - bottom, top]);
    const marks: SVGElement[] = [];
    for (const share of [0, 0.25, 0.5, 0.75, 1]) {
      marks.push(svg('line', { x1: left, x2: width - right, y1: y(share), y2: y(share), class: share === 0 ? 'nmd-axis' : share === 0.5 ? 'nmd-base' : 'nmd-grid' }));
      marks.push(label(left - 8, y(share) + 5, percent(share, 0), 'nmd-figures', 'end'));
    }
    const step = months > 36 ? 12 : narrow ? 6 : 3;
    for (let month = 0; month <= months; month += step) {
      marks.push(svg('line', { x1: x(month), x2: x(month), y1: height - bottom, y2: height - bottom + 6, class: 'nmd-axis' }));
      marks.push(label(x(month), height - bottom + 22, String(month), 'nmd-figures', 'middle'));
    }
    marks.push(label(width - right, height - 6, 'maanden na het begin', '', 'end'));
    const first = curves[0];
    if (first) marks.push(svg('path', { d: bandPath(first.points, x, y, months), class: 'nmd-band' }));
    const ends: number[] = [];
    for (const curve of curves) {
      marks.push(svg('path', { d: stepPath(curve.points, x, y, months), class: `nmd-line nmd-line--${curve.stroke}` }));
      ends.push(y(curve.points.filter((point) => point.months <= months).at(-1)?.share ?? 0));
    }
    const places = spreadWithin(ends, 20, height - bottom - 4);
    curves.forEach((curve, index) => {
      const at = narrow ? { x: 0, y: 12 + index * 22 } : { x: width - right + 6, y: places[index]! };
      marks.push(svg('line', { x1: at.x, x2: at.x + 26, y1: at.y, y2: at.y, class: `nmd-line nmd-line--${curve.stroke}` }));
      marks.push(label(at.x + 32, at.y + 5, narrow ? curve.title : fit(curve.title, 148), 'nmd-label--strong'));
    });
    return { height, marks };
  });
}
