// SPDX-License-Identifier: EUPL-1.2
// A funnel plot: a share against the number it is of, with the limits of chance around the share of all. Points outside have a
// shape of their own and their name, so that nothing is told by colour alone.
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { svg } from '../dom';
import { number, percent } from '../format';
import { LEAST, limitsOf, placeOf, shareOf, type Limits, type Point } from '../funnel_model';
import { t } from '../language';
import { chart, label } from './frame';
import { spreadWithin } from './geometry';
import { fit } from './interval_bars';

const STEPS = 120;

export function funnel(title: string, description: string, points: Point[], axis: string): HTMLElement {
  return chart(title, description, (width) => {
    const narrow = width < 560;
    const [left, right, top, bottom] = [54, narrow ? 16 : 170, narrow ? 60 : 16, 56];
    const height = 360 + (narrow ? 44 : 0);
    const shown = points.filter((point) => point.of >= LEAST);
    const p = shareOf(points);
    const most = Math.max(LEAST + 10, ...shown.map((point) => point.of));
    const x = scaleLinear([LEAST, most], [left + 8, width - right]).nice();
    const y = scaleLinear([0, 1], [height - bottom, top]);
    const [, end] = x.domain() as [number, number];
    const marks: SVGElement[] = [];
    for (const tick of [0, 0.25, 0.5, 0.75, 1]) {
      marks.push(svg('line', { x1: left, x2: width - right, y1: y(tick), y2: y(tick), class: tick === 0 ? 'nmd-axis' : 'nmd-grid' }));
      marks.push(label(left - 8, y(tick) + 5, percent(tick, 0), 'nmd-figures', 'end'));
    }
    for (const tick of x.ticks(narrow ? 4 : 7)) {
      marks.push(svg('line', { x1: x(tick), x2: x(tick), y1: height - bottom, y2: height - bottom + 5, class: 'nmd-axis' }));
      marks.push(label(x(tick), height - bottom + 20, number(tick), 'nmd-figures', 'middle'));
    }
    marks.push(label(width - right, height - 8, axis, '', 'end'));
    // Whole numbers only: the limits are steps, drawn where there is room to see them.
    const first = LEAST;
    const stride = Math.max(1, Math.ceil((end - first) / STEPS));
    const numbers = Array.from({ length: Math.floor((end - first) / stride) + 1 }, (_, index) => first + index * stride);
    for (const [confidence, stroke, name] of [[0.95, 'dashed', '95%'], [0.998, 'dotted', '99,8%']] as const) {
      const limits = numbers.map((of) => limitsOf(of, p, confidence));
      for (const side of ['low', 'high'] as const) {
        marks.push(svg('path', { d: line<Limits>().x((each) => x(each.of)).y((each) => y(each[side]))(limits) ?? '', class: `nmd-line nmd-line--limit nmd-line--${stroke}` }));
      }
      if (narrow) {
        const row = confidence === 0.95 ? 0 : 1;
        marks.push(svg('line', { x1: 0, x2: 30, y1: 12 + 22 * row, y2: 12 + 22 * row, class: `nmd-line nmd-line--limit nmd-line--${stroke}` }), label(38, 17 + 22 * row, t`grens van ${name}`));
      }
    }
    marks.push(svg('line', { x1: left, x2: width - right, y1: y(p), y2: y(p), class: 'nmd-base' }));
    const outside: Array<{ point: Point; y: number }> = [];
    for (const point of shown) {
      const at = { x: x(point.of), y: y(point.count / point.of) };
      const far = placeOf(point, p) !== 'inside';
      if (far) {
        marks.push(svg('path', { d: `M${at.x} ${at.y - 7}L${at.x + 7} ${at.y}L${at.x} ${at.y + 7}L${at.x - 7} ${at.y}Z`, class: 'nmd-point nmd-point--outside' }));
        outside.push({ point, y: at.y });
      } else {
        marks.push(svg('circle', { cx: at.x, cy: at.y, r: 4.5, class: 'nmd-point' }));
      }
    }
    if (!narrow) {
      const last = [
        { title: t`alle aanbieders: ${percent(p, 0)}`, y: y(p), strong: true },
        ...([[0.95, '95%'], [0.998, '99,8%']] as const).map(([confidence, name]) => ({ title: t`grens van ${name}`, y: y(limitsOf(Math.round(end), p, confidence).high), strong: false })),
      ];
      const places = spreadWithin(last.map((each) => each.y), 20, height - bottom - 4);
      last.forEach((each, index) => marks.push(label(width - right + 8, places[index]! + 5, each.title, each.strong ? 'nmd-label--strong' : '')));
    }
    // Names beside their points, left of a point that stands at the right.
    for (const { point, y: level } of outside) {
      const at = x(point.of);
      const room = at > (left + width - right) / 2;
      marks.push(label(at + (room ? -12 : 12), level - 8, fit(point.title, narrow ? 130 : 220), 'nmd-label--strong', room ? 'end' : 'start'));
    }
    return { height, marks };
  });
}
