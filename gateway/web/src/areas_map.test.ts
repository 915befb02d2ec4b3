// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import { areaAnswer } from '../test/area_answers.mjs';
import { type Area, mapOf } from './areas_map';

const areas = (level: string) => areaAnswer({ area_level: level, year_before: 2017, year_after: 2018 }, '2018-04-03T10:00:00Z').areas as Area[];

describe('the map of areas', () => {
  it('shows the rate with its interval, the number, or what others said beside our own', () => {
    const first = (chosen: string) => mapOf(areas('wijk'), chosen, 2018, 'wijk').marks[0];
    expect(first('verhouding')).toMatchObject({ code: 'WK173001', title: 'Noordveld', words: '42,0', detail: '29,3 tot 54,7' });
    expect(first('aantal')).toMatchObject({ words: '42', detail: '' });
    expect(first('anderen')).toMatchObject({ words: '7,6%', detail: 'wij: 42,0', cell: { kind: 'value', value: 7.6 } });
  });
  it('has the words and the state of what has no number, never 0', () => {
    const { marks, table } = mapOf(areas('wijk'), 'verhouding', 2018, 'wijk');
    expect(marks.slice(3).map(({ words, cell }) => [words, cell.kind === 'absent' && cell.state])).toEqual([
      ['afgeschermd', 'SUPPRESSED'], ['niet beschikbaar', 'NOT_AVAILABLE'], ['niet vergelijkbaar', 'NOT_COMPARABLE'], ['niet geregistreerd', 'NOT_REGISTERED'],
    ]);
    expect(table.rows[3]!.slice(2).every((cell) => cell.kind === 'absent')).toBe(true);
    expect(mapOf(areas('wijk'), 'anderen', 2018, 'wijk').marks[2]).toMatchObject({ words: 'niet getoond', cell: { kind: 'absent' } });
  });
  it('falls back on our own figure where others said nothing', () => {
    expect(mapOf(areas('buurt'), 'anderen', 2018, 'buurt').scale.title).toBe('Cliënten per 1000 inwoners in 2018');
  });
  it('has on the map what is in its table', () => {
    const { marks, table } = mapOf(areas('buurt'), 'aantal', 2018, 'buurt');
    expect(table.rows.map((row) => row[1])).toEqual(marks.map(({ code }) => ({ kind: 'text', text: code })));
    expect(table.rows.map((row) => row[2])).toEqual(marks.map(({ cell }) => cell));
  });
});
