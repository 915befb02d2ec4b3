// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import { chosenOf, type Field, formatQuery, knownTime, monthChoices, parseQuery, periodBetween, periodWords, presetsOf, yearsEarlier } from './query';

const TODAY = '2018-06-15';
const fields: Field[] = [
  { key: 'wet', label: 'Wet', choices: [{ value: 'jeugdwet', title: 'Jeugdwet' }, { value: 'wmo', title: 'Wmo' }], initial: 'jeugdwet' },
  { key: 'van', label: 'Van', choices: monthChoices('2018-06'), initial: '2018-01' },
  { key: 'tot', label: 'Tot', choices: monthChoices('2018-06'), initial: '2018-03' },
  { key: 'post', label: 'Post', choices: [{ value: 'zoals', title: 'zoals' }, { value: '1', title: '1' }], initial: 'zoals', group: 'Meer' },
];

describe('an address', () => {
  it('gives every field its value, and what it opens with when left out', () => {
    expect(parseQuery('?wet=wmo&bekend_op=2018-03-31', fields, TODAY)).toEqual({
      values: { wet: 'wmo', van: '2018-01', tot: '2018-03', post: 'zoals' }, known: '2018-03-31', faults: [],
    });
  });
  it('names every fault and changes nothing in silence', () => {
    const { faults, known } = parseQuery('?wet=zorg&van=2018-05&tot=2018-02&bekend_op=2018-02-30', fields, TODAY);
    expect(faults).toEqual(['"Wet" heeft geen keuze "zorg".', 'De datum bij "bekend op" is geen datum (jjjj-mm-dd).', 'De eerste maand ligt na de laatste maand.']);
    expect(known).toBe('');
  });
  it('refuses a known time that is still to come', () => {
    expect(parseQuery('?bekend_op=2018-06-16', fields, TODAY).faults).toEqual(['De datum bij "bekend op" ligt in de toekomst.']);
  });
  it('is read back as it was written', () => {
    const values = { wet: 'wmo', van: '2018-02', tot: '2018-04', post: '1' };
    const moment = '2018-03-31T21:59:59.999Z';
    expect(parseQuery(formatQuery(values, moment), fields, TODAY)).toEqual({ values, known: moment, faults: [] });
  });
  it('leaves out the fields of a group that are as they were', () => {
    expect(chosenOf({ wet: 'jeugdwet', post: 'zoals' }, fields)).toEqual({ wet: 'jeugdwet' });
    expect(chosenOf({ wet: 'jeugdwet', post: '1' }, fields)).toEqual({ wet: 'jeugdwet', post: '1' });
  });
});

describe('a known time', () => {
  it('is the end of a day in the Netherlands, in winter and in summer', () => {
    expect(knownTime('2018-01-31', TODAY)).toEqual({ known_time: '2018-01-31T22:59:59.999Z' });
    expect(knownTime('2018-05-31', TODAY)).toEqual({ known_time: '2018-05-31T21:59:59.999Z' });
  });
  it('of today is the newest: the day is not over', () => {
    expect(knownTime(TODAY, TODAY)).toEqual({});
    expect(knownTime('', TODAY)).toEqual({});
  });
});

describe('a period', () => {
  it('includes both months', () => expect(periodBetween('2018-01', '2018-12')).toEqual({ start_date: '2018-01-01', end_date: '2019-01-01' }));
  it.each([
    ['2018-01', '2018-01', 'januari 2018'],
    ['2018-01', '2018-12', '2018'],
    ['2017-11', '2018-02', 'november 2017 tot en met februari 2018'],
  ])('from %s to %s is "%s"', (from, to, words) => expect(periodWords(periodBetween(from, to))).toBe(words));
  it('of a year earlier has the same months', () => {
    expect(yearsEarlier(periodBetween('2018-11', '2018-12'), 1)).toEqual({ start_date: '2017-11-01', end_date: '2018-01-01' });
  });
  it('of the planning and control cycle is named', () => {
    const presets = new Map(presetsOf(2018).map((preset) => [preset.title, [preset.from, preset.to]]));
    expect(presets.get('Tweede bestuursrapportage 2018')).toEqual(['2018-01', '2018-08']);
    expect(presets.get('2018-K4')).toEqual(['2018-10', '2018-12']);
    expect(presets.get('Kadernota 2019: heel 2017')).toEqual(['2017-01', '2017-12']);
  });
});
