// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import type { Cell } from './figure';
import { cellText } from './table';
import { comparedTable, conclusionOf, curvesOf, curveTable, durationCell, medianBars, reachOf, summaryTable, type DurationGroup, type Durations } from './durations_model';

const shown = (cell: Cell | undefined) => (cell?.kind === 'value' ? cell.value : cell && cellText(cell, 'text'));
const answered = (value: number, text: string) => ({ state: 'ANSWERED', value, text });
const points = [{ months: 0, at_risk: '40', share: 1 }, { months: 1, at_risk: '30', share: 0.8, low: 0.7, high: 0.9 }, { months: 14, at_risk: '12', share: 0.4, low: 0.3, high: 0.5 }, { months: 40, at_risk: '3', share: 0.1 }];

const group = (name: string, trajectories: number, state = 'ANSWERED'): DurationGroup => ({
  group: { dimension: 'provider', value: name, label: name }, state, ...(state !== 'ANSWERED' && { state_reason: 'TOO_FEW_CASES' }), trajectories: String(trajectories), ended: '5', points,
  summary: { median: { ...answered(13.3, '13,3 maanden'), low: 12, high: 14 }, longer_than_6: answered(0.738, '73,8%'), longer_than_12: answered(0.537, '53,7%') },
});
const answer: Durations = { total: { ...group('', 100), points }, groups: [group('A', 30), group('B', 50), group('C', 8, 'NOT_AVAILABLE'), group('D', 40), group('E', 45)] };

describe('a duration', () => {
  it('that was not reached says how long it lasts at least, not only that there is none', () => {
    expect(shown(durationCell({ state: 'NOT_AVAILABLE', state_reason: 'NOT_REACHED', value: 0, text: 'langer dan 12,4 maanden' }))).toBe('langer dan 12,4 maanden');
  });
  it('of too small a group is a word in every column but the counts', () => {
    const table = summaryTable(answer, 'Aanbieder');
    expect(table.rows[2]!.map(shown)).toEqual(['C', 8, 5, 0, ...Array(6).fill('niet beschikbaar')]);
    expect(medianBars(answer)[3]!.cell.kind).toBe('absent');
  });
  it('is told in a sentence with what still runs', () => {
    expect(conclusionOf(answer.total)).toBe('De helft van de trajecten is na 13,3 maanden klaar. 73,8% duurt langer dan een half jaar en 53,7% langer dan een jaar.');
    const none = { ...answer.total!, summary: { ...answer.total!.summary, median: { state: 'NOT_AVAILABLE', text: 'langer dan 20 maanden' } } };
    expect(conclusionOf(none)).toMatch(/^Minder dan de helft van de trajecten is klaar: de helft duurt langer dan 20 maanden\./);
  });
});

describe('curves', () => {
  it('are all trajectories, then the three largest groups with a curve, each with a stroke of its own', () => {
    const curves = curvesOf(answer);
    expect(curves.map((curve) => curve.title)).toEqual(['Alle trajecten', 'B', 'E', 'D']);
    expect(new Set(curves.map((curve) => curve.stroke)).size).toBe(4);
  });
  it('go on as long as ten are at risk, and at least a year', () => {
    expect(reachOf(answer.total)).toBe(14);
    expect(reachOf(undefined)).toBe(12);
  });
  it('have no margin where all are there', () => {
    expect(curveTable(answer.total!).rows[0]!.map(shown)).toEqual([0, 40, 1, 'geen marge', 'geen marge']);
  });
});

describe('against what was allocated', () => {
  it('is a word without a duration to compare with', () => {
    const table = comparedTable({ total: { allocated: { state: 'ANSWERED', trajectories: '9', median: answered(1.1, '110%'), ended_within: answered(0.4, '40%') }, extended: '2', agreed: { state: 'NOT_REGISTERED' } } }, 'Aanbieder');
    expect(table.total!.map(shown)).toEqual(['Alle trajecten', 9, 1.1, 0.4, 2, 0, 'niet geregistreerd']);
  });
});
