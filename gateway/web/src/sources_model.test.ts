// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import { linkSummary, sourceAnalyses } from '../test/answers.mjs';
import type { SourceAnalysis } from './api';
import {
  checksTable, columnsOf, expectation, facts, gradeOf, isActive, linkRate, missingTable, monthsTold, monthTable, newestStatements, overview, pictureDescription,
  scope, sourceOf,
} from './sources_model';
import { cellText } from './table';

const [claims, clients, silent] = sourceAnalyses.source_analyses as [SourceAnalysis, SourceAnalysis, SourceAnalysis];

describe('a source', () => {
  it('is known by the name of its analysis', () => expect(sourceOf(claims)).toBe('jw323'));
  it('is in use when it delivered or was expected to', () => {
    expect([claims, clients, silent].map(isActive)).toEqual([true, true, false]);
    expect(isActive({ name: 'x', months: [{ month: '2018-01', expected_count: '1' }] })).toBe(true);
  });
  it('has no grade without records', () => {
    expect([gradeOf(claims), gradeOf(clients), gradeOf(silent)]).toEqual(['A', '', '']);
  });
  it('has no link rate without persons', () => {
    expect(linkRate('clienten', linkSummary)).toBe(0.95);
    expect(linkRate('jw323', linkSummary)).toBeUndefined();
    expect(linkRate('jw323', { sources: [{ source: 'jw323', person_count: '0' }] })).toBeUndefined();
  });
  it('says what is not said too', () => {
    expect(facts(claims, linkSummary)).toContainEqual(['Vragen aan', 'niet opgegeven']);
    expect(facts(clients, linkSummary)).toContainEqual(['Vragen aan', 'Backoffice sociaal domein']);
    expect(facts(clients, linkSummary)).toContainEqual(['Gekoppeld aan een cliënt', '190 van de 200 personen']);
    expect(facts(silent, linkSummary)).toContainEqual(['Nieuwste levering', 'nog niets ontvangen']);
  });
});

describe('the overview', () => {
  const table = overview([claims, clients, silent], linkSummary);
  it('leaves out what is not in use', () => expect(table.rows).toHaveLength(2));
  it('never shows 0% for what nobody can know', () => {
    const row = table.rows[1]!.map((cell, index) => cellText(cell, table.columns[index]!.kind));
    expect(row.slice(4)).toEqual(['niet te zeggen', 'niet te zeggen', 'niet te zeggen', '95,0%', '29-03-2018']);
  });
});

describe('months', () => {
  it('are rows with counts', () => {
    const table = monthTable(claims);
    expect(table.rows[10]!.map((cell, index) => cellText(cell, table.columns[index]!.kind))).toEqual(['feb 2018', '4', '3', '1', '0', '0', '5', '0']);
  });
  it('are left out when they say nothing', () => expect([claims, clients, silent].map(monthsTold)).toEqual([true, false, false]));
  it('name who is missing once, with its months, who is missing most first', () => {
    const twice: SourceAnalysis = {
      name: 'a/b/c/d/e',
      months: [
        { month: '2018-01', missing: [{ sender: '1', last_month: '2017-12' }, { sender: '2', title: 'Zorg' }] },
        { month: '2018-02', missing: [{ sender: '2', title: 'Zorg' }] },
      ],
    };
    expect(missingTable(twice)!.rows.map((row) => row.map((cell) => cellText(cell, 'text')))).toEqual([
      ['Zorg', '2', 'jan 2018, feb 2018', 'nooit'],
      ['1', '1', 'jan 2018', 'december 2017'],
    ]);
    expect(missingTable(clients)).toBeUndefined();
  });
  it('that are not complete speak, the newest first', () => {
    expect(newestStatements(claims)).toEqual([
      'Voor maart 2018 hebben 2 van de 4 aanbieders geleverd; de rest kan nog komen tot en met 30-04-2018.',
      '1 van de 4 aanbieders ontbreekt voor februari 2018.',
    ]);
    expect(newestStatements(clients)).toEqual([]);
  });
  it('say how it is known what to expect', () => {
    expect(expectation(claims.months!)).toMatch(/^aanbieders met een geldige toewijzing/);
    expect(expectation(clients.months!)).toBe('hierover is niets bekend');
  });
});

describe('the picture', () => {
  it('has columns whose parts are the whole', () => {
    for (const column of columnsOf(claims.months!)) expect(column.received + column.missing + column.pending).toBe(1);
    expect(columnsOf(claims.months!)[10]).toEqual({ month: '2018-02', expected: 4, received: 0.75, missing: 0.25, pending: 0 });
  });
  it('has nothing in a month in which nothing is expected', () => {
    expect(columnsOf([{ month: '2018-01' }])).toEqual([{ month: '2018-01', expected: 0, received: 0, missing: 0, pending: 0 }]);
  });
  it('is told in words', () => {
    expect(pictureDescription(columnsOf(claims.months!))).toMatch(/^Van 12 maanden waarin iets verwacht werd, zijn er 10 volledig\./);
    expect(pictureDescription(columnsOf(clients.months!))).toBe('In geen van de maanden werd iets verwacht.');
  });
});

it('says nothing of checks that did not fail', () => {
  expect(checksTable(clients)).toBeUndefined();
  expect(checksTable(claims)!.rows).toHaveLength(1);
});

it('says over which months and as known when', () => {
  expect(scope([claims])).toEqual({ period: 'april 2017 tot en met maart 2018', known: '03-04-2018 om 11:30' });
  expect(scope([])).toEqual({ period: '', known: '' });
});
