// SPDX-License-Identifier: EUPL-1.2
// What is said of the log, of accounts and of signals.
import { describe, expect, it } from 'vitest';
import { ageWords, balanceTable, itemTable, lastWords, PROVIDER_READS, waitingWords, type Account } from './account_model';
import type { Signal } from './api';
import { actorTable, deedOf, headOf, logTable, outcomeWords, personsCell, processingTable, roleWords, verifiedWords } from './logbook_model';
import { conclusionOf, rulesOf, signalTable, takenUp } from './signals_model';
import { cellText } from './table';
import type { Table } from './table';

const written = (table: Table) => [...table.rows, ...(table.total ? [table.total] : [])].map((row) => row.map((cell, index) => cellText(cell, table.columns[index]!.kind).replaceAll('\u00a0', ' ')));

describe('the log', () => {
  it('has words for roles, deeds and what became of them, and names what it does not know', () => {
    expect(roleWords(['PRIVACY_OFFICER', 'SERVICE', 'NEW_ROLE'])).toBe('privacyfunctionaris, dienst, new_role');
    expect(roleWords([])).toBe('onbekend');
    expect(deedOf('nmd.costs.v1.CostsService.QueryFigures')).toBe('cijfers gevraagd (CostsService.QueryFigures)');
    expect(deedOf('nmd.new.v1.NewService.DoIt')).toBe('NewService.DoIt');
    expect(outcomeWords({ outcome: 'REFUSED', reason: 'ROLE_MISSING' })).toBe('geweigerd (ROLE_MISSING)');
    expect(outcomeWords({})).toBe('onbekend: het einde is niet vastgelegd');
  });

  it('counts persons, and says when the log holds no more of them', () => {
    expect(personsCell({})).toEqual({ kind: 'value', value: 0 });
    expect(cellText(personsCell({ clients: Array(100).fill('c'), more_clients: true }), 'count')).toBe('meer dan 100');
  });

  it('is a table without a blank cell, whatever is left out', () => {
    expect(written(logTable([{}], 'Proef'))).toEqual([['onbekend', 'onbekend', 'onbekend', 'niet opgegeven', 'onbekend', 'de gemeente', '0', 'onbekend: het einde is niet vastgelegd']]);
  });

  it('puts who looked at persons first, then by name', () => {
    const records = [{ actor: 'b', roles: ['CLERK'] }, { actor: 'a', roles: ['CONTROLLER'], outcome: 'REFUSED' }, { actor: 'c', roles: ['LINK_STEWARD', 'OPERATOR'], clients: ['x'] }];
    expect(written(actorTable(records))).toEqual([['c', 'koppelbeheerder, beheerder', '1', '1', '0'], ['a', 'controller', '1', '0', '1'], ['b', 'griffie', '1', '0', '0']]);
  });

  it('says what a check found and what to do with it', () => {
    expect(verifiedWords({ intact: true, explanation: 'Heel.', pruned_count: '1200' })).toEqual(['Heel.', expect.stringContaining('Van 1.200 regels'), expect.stringContaining('Schrijf het kenmerk')]);
    expect(verifiedWords({ explanation: 'Regel 7 is veranderd.' })).toEqual(['Regel 7 is veranderd.', expect.stringContaining('Meld dit vandaag')]);
  });

  it.each([['60:' + 'a'.repeat(64), '60'], [` 7 ${'F0'.repeat(32)} `, '7'], ['60', undefined], [`x:${'a'.repeat(64)}`, undefined], [`60:${'a'.repeat(63)}`, undefined]])('reads a mark that was written down: %s', (text, sequence) => {
    expect(headOf(text)?.known_sequence).toBe(sequence);
  });

  it('tells a processing on Dutch clocks', () => {
    expect(written(processingTable([{ status: 'ERROR', name: 'X', start_time_milliseconds: String(Date.parse('2018-07-01T22:30:00Z')) }]))).toEqual([['02-07-2018 om 00:30', 'X', 'mislukt']]);
  });
});

describe('an account', () => {
  const account: Account = {
    name: 'a', year: 2018,
    balances: [
      { law: 'jeugdwet', year: 2018, debits: { amount_cents: '1000' }, credits: { amount_cents: '-200' }, declared: { amount_cents: '800' }, approved: { amount_cents: '500' }, rejected: { amount_cents: '100' }, open: { amount_cents: '200' } },
      { law: 'wmo', year: 2018, debits: { amount_cents: '300' }, declared: { amount_cents: '300' }, open: { amount_cents: '300' } },
    ],
    outcomes: [{ actor: 'CARE_PROVIDER', items: { count: '3' } }, { actor: 'CARE_PROVIDER', items: { count: '4' } }, { actor: 'MUNICIPALITY', items: { count: '1' } }, { actor: 'NOBODY', items: { count: '90' } }],
  };

  it('sums over laws to the cent', () => {
    expect(balanceTable(account).total!.slice(1)).toEqual([1300, -200, 0, 1100, 500, 100, 500].map((value) => ({ kind: 'value', value })));
    expect(waitingWords(account)).toBe('7 posten wachten op de aanbieder en 1 op de gemeente. Nog open: €\u00a05.');
  });

  it('has words for ages', () => {
    expect([ageWords(0, 30), ageWords(undefined, 30), ageWords(91, undefined)]).toEqual(['0 tot en met 30 dagen', '0 tot en met 30 dagen', 'meer dan 90 dagen']);
  });

  it('says who spoke last about a post, as its reader is called', () => {
    const item = { name: 'i', last_response: { name: 'i/responses/1', side: 'OF_PROVIDER', position: 'DISPUTED', reason: 'PRICE_DIFFERS' } };
    expect(lastWords(item)).toBe('de aanbieder: weersproken: de prijs is anders afgesproken');
    expect(lastWords(item, PROVIDER_READS)).toBe('u: weersproken: de prijs is anders afgesproken');
    expect(lastWords({ name: 'i', last_response: { name: 'i/responses/2', side: 'OF_MUNICIPALITY', position: 'AGREED' } }, PROVIDER_READS)).toBe('de gemeente: erkend');
  });

  it('is a table without a blank cell, whatever is left out of a post', () => {
    expect(written(itemTable([{ name: 'i', allocation: '0' }, { name: 'j', allocation: '12', months: ['2018-01', '2018-02'], text: 'Niet gedeclareerd.', expected_cents: '0' }], 'Proef'))).toEqual([
      ['geen', 'geen', 'geen', 'niet', '€ 0', 'niet te zeggen', 'onbekend', 'geen', 'onbekend', 'niets', '–'],
      ['12', 'geen', 'geen', 'niet', '€ 0', '€ 0', 'Niet gedeclareerd. Maanden: jan 2018, feb 2018.', 'geen', 'onbekend', 'niets', '–'],
    ]);
  });
});

describe('signals', () => {
  const signal = (more: Partial<Signal>): Signal => ({ name: 's', state: 'OPEN', rule: 'R', title: 'Regel', ...more });

  it('are counted in a sentence', () => {
    expect(conclusionOf([])).toBe('Er staan nu geen signalen open.');
    expect(conclusionOf([signal({ severity: 2 })])).toBe('Er staat 1 signaal open; 1 vraagt nu om actie; 1 is nog niet opgepakt.');
    expect(conclusionOf([signal({ acknowledgements: [{ note: 'x' }] }), signal({ acknowledgements: [{ note: 'y' }] }), signal({ state: 'CLOSED' })])).toBe('Er staan 2 signalen open; alle zijn opgepakt.');
  });

  it('say who took them up last', () => {
    expect(takenUp(signal({}))).toEqual({ kind: 'text', text: 'nog niet' });
    expect(takenUp(signal({ acknowledgements: [{ note: 'eerst' }, { time: '2018-04-04T10:00:00Z', subject: 'a', note: 'later' }] }))).toEqual({ kind: 'text', text: '04-04-2018, a: later' });
  });

  it('have no blank cell when closed without words, and one explanation per rule', () => {
    const table = signalTable([signal({ state: 'CLOSED', text: 'x' })], 'Proef', true);
    expect(written(table)).toEqual([['onbekend', 'onbekend', 'x', 'niets meer', 'bespreken', 'onbekend', 'ja', 'nog niet']]);
    expect(rulesOf([signal({}), signal({ name: 't' }), signal({ rule: 'Q', title: '' })])).toHaveLength(1);
  });
});
