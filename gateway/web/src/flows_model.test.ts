// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import type { Cell } from './figure';
import { cellText } from './table';
import { endingConclusion, endingTable, referrerTable, stockSteps, stockTable, waitingTable } from './flows_model';

const shown = (cell: Cell | undefined) => (cell?.kind === 'value' ? cell.value : cell && cellText(cell, 'text'));
const total = { start: '560', end: '604', inflow: '239', returned: '38', resumed: '2', moved_in: '0', moved_out: '0', outflow: '233', interrupted: '2', growth: '44' };

describe('the stock of clients', () => {
  it('goes in steps from the beginning to the end, and leaves out what did nothing', () => {
    const steps = stockSteps(total, 'begin', 'eind');
    expect(steps.map((step) => [step.title, step.end - step.start])).toEqual([
      ['begin', 560], ['Nieuw', 239], ['Terug na meer dan 28 dagen', 38], ['Terug binnen 28 dagen', 2], ['Vertrokken', -233], ['Onderbroken', -2], ['eind', 604],
    ]);
  });
  it('closes in the table, and has words where there was no period before', () => {
    const table = stockTable({ total }, '2018', 'De periode ervoor');
    const column = (index: number) => [...table.rows, table.total!].map((row) => shown(row[index]));
    const numbers = column(2) as number[];
    expect(numbers.slice(0, -1).reduce((sum, each) => sum + each, 0)).toBe(numbers.at(-1));
    expect(new Set(column(1))).toEqual(new Set(['niet beschikbaar']));
  });
});

describe('endings', () => {
  const endings = [{ ending: 'planned', title: 'Volgens plan', count: '3' }, { ending: 'by_client', title: 'Door cliënt', count: '1' }];
  const answer = {
    months: [
      { month: '2018-01', state: 'ANSWERED', count: '10', imputed: '6', endings },
      { month: '2018-02', state: 'NOT_AVAILABLE', state_reason: 'PERIOD_NOT_DELIVERED' },
    ],
    total: { count: '10', imputed: '6', endings },
  };
  it('count a reason of those only that told one', () => {
    expect(endingConclusion(answer)).toBe('Er eindigden 10 trajecten. Van 4 kwam een stopbericht met een reden; daarvan eindigde 75% volgens plan.');
  });
  it('say so when nobody told one, or nothing ended', () => {
    expect(endingConclusion({ total: { count: '6', imputed: '6' } })).toContain('Van geen enkel traject');
    expect(endingConclusion({})).toBe('In deze periode eindigden geen trajecten.');
  });
  it('of a month that was not delivered are words, never zero', () => {
    expect(endingTable(answer, '2018').rows[1]!.map(shown)).toEqual(['feb 2018', ...Array(4).fill('niet beschikbaar')]);
  });
});

describe('referrers', () => {
  it('differ from the municipality with an interval, which is compared with itself', () => {
    const estimate = (value: number, low?: number, high?: number) => ({ state: 'ANSWERED', value, ...(low !== undefined && high !== undefined && { interval: { low, high } }) });
    const table = referrerTable({
      groups: [
        { group: 'municipality', title: 'Gemeente', course_count: '139', share: estimate(0.28), ivn: estimate(5.85), amount: estimate(782.5) },
        { group: 'doctor', title: 'Arts', course_count: '209', share: estimate(0.42), ivn: estimate(5.76), amount: estimate(726), difference: { ivn: estimate(-0.09, -0.31, 0.12), amount: { state: 'NOT_AVAILABLE', state_reason: 'TOO_FEW' } } },
      ],
    }, '2018');
    expect(shown(table.rows[0]![4])).toBe('hiermee vergeleken');
    // Euro of the service are cents of the table.
    expect(shown(table.rows[0]![5])).toBe(78250);
    expect(shown(table.rows[1]![4])).toBe('−0,1 (−0,3 tot 0,1)');
    expect(shown(table.rows[1]![6])).toBe('niet beschikbaar');
  });
});

describe('waiting', () => {
  it('has all together as its total, and a word for what was not reached', () => {
    const table = waitingTable({
      groups: [
        { course_count: '10', started: '6', waiting: '4', before: '0', median: { state: 'ANSWERED', value: 39 }, p90: { state: 'NOT_AVAILABLE', state_reason: 'NOT_REACHED' }, longer: [{ days: 28, share: { state: 'ANSWERED', value: 0.5 } }] },
        { group: { dimension: 'law', value: 'wmo', label: 'Wmo' }, course_count: '3' },
      ],
    }, 'Wet', '2018');
    expect(table.total!.map(shown)).toEqual(['Samen', 10, 6, 4, 0, 39, 'niet beschikbaar', 0.5]);
    expect(table.rows.map((row) => shown(row[0]))).toEqual(['Wmo']);
    expect(table.columns.at(-1)!.header).toBe('Langer dan 28 dagen');
  });
});
