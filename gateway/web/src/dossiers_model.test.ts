// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import { contractTable, dossierSignalTable, durationOf, endingsTable, expectationTable, growthSteps, indicatorTable, levelTable, levelWords, ownMarketTable, saidOf, termTable, yearTable } from './dossiers_model';
import { cellText, type Table } from './table';

const written = (table: Table) => [...table.rows, ...(table.total ? [table.total] : [])].map((row) => row.map((cell, index) => cellText(cell, table.columns[index]!.kind)));

describe('a year beside the year before', () => {
  it('has the unit of each figure, and no growth from what is not known or from nothing', () => {
    const figures = [
      { figure: { measure: 'paid', state: 'ANSWERED', amount_cents: '20000' }, before: { measure: 'paid', state: 'ANSWERED', amount_cents: '10000' } },
      { figure: { measure: 'clients', state: 'ANSWERED', count: '5' }, before: { measure: 'clients', state: 'ANSWERED', count: '0' } },
      { figure: { measure: 'clients', state: 'SUPPRESSED' }, before: { measure: 'clients', state: 'ANSWERED', count: '4' } },
    ];
    expect(written(yearTable('t', 't', figures, 2018, (id) => id))).toEqual([['paid', '€\u00a0200', '€\u00a0100', '+100,0%'], ['clients', '5', '0', 'niet te berekenen'], ['clients', 'afgeschermd', '4', 'afgeschermd']]);
  });
});

describe('how care ended', () => {
  const year = { state: 'ANSWERED', count: '3', imputed: '1', endings: [{ ending: 'planned', title: 'volgens plan', count: '3' }] };
  it('has every reason of both years; a reason that did not occur is a counted zero', () => {
    const before = { state: 'ANSWERED', count: '2', endings: [{ ending: 'moved', title: 'verhuizing', count: '2' }] };
    expect(written(endingsTable([year, before], 2018))).toEqual([['verhuizing', '0', '2'], ['volgens plan', '3', '0'], ['Waarvan zonder stopbericht', '1', '0'], ['Alle trajecten die eindigden', '3', '2']]);
  });
  it('is not there when it could not be asked, which is an empty message', () => {
    expect(written(endingsTable([year, { state: 'STATE_UNSPECIFIED', count: '0' }], 2018)).at(-1)).toEqual(['Alle trajecten die eindigden', '3', 'niet beschikbaar']);
    expect(endingsTable([{ ...year, provisional: true }, year], 2018).columns.map(({ header }) => header)).toEqual(['Reden', '2018 (voorlopig)', '2017']);
    expect(durationOf(undefined, 'x').state).toBe('NOT_AVAILABLE');
    expect(durationOf({ state: 'ANSWERED' }, 'x').state).toBe('ANSWERED');
  });
});

describe('what else was agreed', () => {
  it('has a title and a unit for every kind, and leaves products to the contract', () => {
    const of = (kind: string, value?: string, more = {}) => ({ kind, ...(value && { value }), ...more });
    const terms = [
      of('PRODUCT', undefined, { product: '45A48' }), of('DURATION_NORM', '180', { product: '45A48' }), of('BEDS', '12'), of('YEAR_BUDGET', '40000000'), of('INDEXATION', '3500'), of('NOTICE_SHARE', '70000'), of('KPI_AT_LEAST', '7500', { indicator: 'tevreden' }), of('KPI_AT_MOST', '10000', { indicator: 'uitval' }),
      of('WAITING_NORM', '42'), of('CLIENT_STOP', undefined, { category: '45' }), of('CLIENT_STOP_AGREED'), of('LEAST_TURNOVER', '10000000'), of('LEAST_CLIENTS', '20'), of('WAGE_SHARE', '90000'), of('ROOM_ANNOUNCED', '2019'), of('ROOM_DECIDED', '2019', { start_date: '2018-10-01', end_date: '2019-01-01' }), of('NEW', '1'),
    ];
    expect(written(termTable([{ name: 'municipalities/gm1730/contracts/jh-1', terms }])).map((cells) => cells.slice(1, 4))).toEqual([
      ['langste duur', '45A48', '180 dagen'], ['bedden', 'alles', '12'], ['jaarbudget', 'alles', '€\u00a0400.000'], ['indexatie', 'alles', '3,5%'], ['meldgrens', 'alles', '70,0%'], ['indicator, ten minste', 'tevreden', '7,50'], ['indicator, ten hoogste', 'uitval', '10,00'],
      ['langste wachttijd', 'alles', '42 dagen'], ['cliëntenstop zonder toestemming', '45', 'afgesproken'], ['cliëntenstop met toestemming', 'alles', 'afgesproken'], ['omzet per jaar, ten minste', 'alles', '€\u00a0100.000'], ['cliënten per jaar, ten minste', 'alles', '20'],
      ['aandeel van lonen in de prijs', 'alles', '90,0%'], ['bestedingsruimte aangekondigd', 'alles', 'voor 2019'], ['bestedingsruimte vastgesteld', 'alles', 'voor 2019'], ['onbekend', 'alles', 'onbekend'],
    ]);
    expect(written(termTable([{ name: 'c/1', terms: [terms[15]!] }]))[0]!.slice(4)).toEqual(['01-10-2018', '01-01-2019']);
    expect(termTable([{ name: 'c/1' }]).rows).toEqual([]);
  });
});

describe('what a group is expected to cost', () => {
  it('is in words where a part is missing', () => {
    expect(written(expectationTable([{ measure: 'forecast', state: 'ANSWERED', amount_cents: '100' }], 2018)).map((cells) => cells[1])).toEqual(['€\u00a01', ...Array.from({ length: 4 }, () => 'niet beschikbaar')]);
  });
  it('stands under its own block', () => {
    expect(saidOf({ summary: ['Geld: goedgekeurd is € 1.', 'Verwachting: die is er nu niet.'] }, 'Verwachting')).toBe('Die is er nu niet.');
    expect(saidOf({}, 'Geld')).toBe('');
  });
});

describe('a dossier', () => {
  const own = { name: 'd', provider: '91000001', provider_title: 'Proef' };
  const amount = (euro: number) => ({ amount: { measure: 'indicated', state: 'ANSWERED', amount_cents: String(euro * 100) } });

  it('names no other provider in the shares of the market, and has one row when there is no other', () => {
    const of = (provider: string, law: string, cents: string, share: number) => ({ provider, law, amount_cents: cents, share, share_before: 0.5 });
    const market = [of('91000001', 'jeugdwet', '300', 0.3), of('91000002', 'jeugdwet', '500', 0.5), of('91000003', 'jeugdwet', '200', 0.2), of('91000001', 'wmo', '100', 1)];
    expect(written(ownMarketTable({ ...own, market }, 2018)).map((cells) => [cells[0], cells[1], cells[3]])).toEqual([['Proef', 'Jeugdwet', '30,0%'], ['De 2 andere aanbieders samen', 'Jeugdwet', '70,0%'], ['Proef', 'Wmo', '100,0%']]);
    expect(ownMarketTable({ ...own, provider: '91000009', market: [of('91000002', 'wmo', '1', 1)] }, 2018).rows).toHaveLength(2);
  });

  it('goes from the one amount to the other by causes that are not zero, and has no steps where growth cannot be told', () => {
    const effects = [{ factor: 'clients', title: 'Meer cliënten', amount_cents: '500' }, { factor: 'price', title: 'Prijs', amount_cents: '0' }, { factor: 'mix', title: 'Lichter', amount_cents: '-200' }];
    expect(growthSteps({ ...own, growth: { state: 'ANSWERED', points: [amount(10)], effects } }, 2018).map((step) => [step.title, step.end])).toEqual([['2017', 1000], ['Meer cliënten', 1500], ['Lichter', 1300], ['2018', 1300]]);
    expect(growthSteps({ ...own, growth: { state: 'NOT_AVAILABLE', points: [amount(10)], effects } }, 2018)).toEqual([]);
    expect(growthSteps(own, 2018)).toEqual([]);
  });

  it('has the ceiling of the year, else that of every year, else words', () => {
    const contract = (ceilings: Array<{ year?: number; amount_cents?: string }>) => ({ name: 'a/b/contracts/c', law: 'wmo', start_date: '2018-01-01', ceilings });
    expect(written(contractTable([contract([{ year: 2018, amount_cents: '500' }, { amount_cents: '900' }]), contract([{ year: 2017, amount_cents: '500' }, { amount_cents: '900' }]), contract([])], 2018)).map((cells) => [cells[0], cells[3], cells[4]])).toEqual([['c', 'zonder einde', '€\u00a05'], ['c', 'zonder einde', '€\u00a09'], ['c', 'zonder einde', 'geen plafond']]);
  });

  it('says whether a result is as agreed only where that was measured', () => {
    const indicator = (kind: string, agreed: string, met?: boolean) => ({ indicator: 'uitval', contract: 'x/y', kind, agreed, measured: { measure: 'uitval', state: 'ANSWERED', count: '3' }, ...(met !== undefined && { met }) });
    expect(written(indicatorTable({ ...own, indicators: [indicator('KPI_AT_MOST', '10000', true), indicator('KPI_AT_LEAST', '2500', false), indicator('KPI_AT_LEAST', '1000')] }, 2018)).map((cells) => [cells[2], cells[4]])).toEqual([['ten hoogste 10', 'ja'], ['ten minste 2,50', 'nee'], ['ten minste 1', 'niet te zeggen']]);
  });

  it.each([
    [12, 20, 4, 11, 'vaker dan toeval verklaart', /groter dan toeval verklaart/], [3, 20, 4, 11, 'minder vaak dan toeval verklaart', /groter dan toeval verklaart/], [11, 20, 4, 11, 'kan toeval zijn', /kan toeval zijn/],
  ])('calls %i of %i with %i to %i by chance: %s', (count, total, low, high, words, told) => {
    const funnel = [{ ...own, count: String(count), total: String(total), low: String(low), high: String(high), others_share: 0.4, own: true }];
    expect(written(levelTable(funnel, 2018))[0]!.at(-1)).toBe(words);
    expect(levelWords({ ...own, funnel })).toMatch(told);
    expect(levelWords(own)).toMatch(/te weinig/);
  });

  it('keeps times and notes of the municipality out of the copy of the provider', () => {
    const signal = { name: 's', rule: 'CEILING_70', title: 'Zeventig procent', state: 'OPEN', law: 'wmo', text: 'Vol.', open_time: '2018-01-02T10:00:00Z', acknowledgements: [{ note: 'Gebeld.' }] };
    expect(written(dossierSignalTable([signal], 2018, true))[0]!.join()).not.toMatch(/Gebeld|2018-01|02-01/);
    expect(written(dossierSignalTable([signal], 2018, false))[0]!.join()).toMatch(/02-01-2018.*Gebeld/);
  });
});
