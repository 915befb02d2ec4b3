// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import { positionWords, responseTable } from './account_model';
import { ownProvider } from './provider_choices';
import { cellText, type Table } from './table';

const written = (table: Table) => table.rows.map((row) => row.map((cell, index) => cellText(cell, table.columns[index]!.kind)));

describe('what was said about a post', () => {
  it('is the position with its reason, and nothing where nobody said anything', () => {
    expect(positionWords(undefined)).toBe('nog niets gezegd');
    expect(positionWords({ name: 'r', position: 'DISPUTED', reason: 'PRICE_DIFFERS' })).toBe('weersproken: de prijs is anders afgesproken');
    expect(positionWords({ name: 'r', position: 'AGREED', reason: 'REASON_UNSPECIFIED' })).toBe('erkend');
    expect(positionWords({ name: 'r', position: 'NEW' })).toBe('onbekend');
  });
  it('has no blank cell, and names a person for the own side only', () => {
    expect(written(responseTable([{ name: 'a/b/items/i1/responses/2' }, { name: 'x', side: 'OF_PROVIDER', subject: 'agb:91000001', position: 'AGREED', note: 'Ja.', time: '2018-03-01T10:00:00Z', amount_cents: '100' }], 'r', (name) => `over ${name}`))).toEqual([
      ['onbekend', 'onbekend', 'onbekend', 'geen', 'over a/b/items/i1', '€\u00a00'], ['01-03-2018 om 11:00', 'de aanbieder, agb:91000001', 'erkend', 'Ja.', 'over x', '€\u00a01'],
    ]);
  });
});

describe('a provider that is signed in', () => {
  it('is known by an AGB code of eight digits only', () => {
    expect(['agb:91000001', 'agb:9100', 'demo-aanbieder', 'x agb:91000001', ''].map(ownProvider)).toEqual(['91000001', '', '', '', '']);
  });
});
