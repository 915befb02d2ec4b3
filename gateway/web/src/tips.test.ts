// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import { termOf } from './tips';

const measure = (id: string, title: string, description = 'Uitleg.') => ({ name: `municipalities/gm1730/measures/${id}`, title, description });
const measures = [measure('clients', 'Cliënten'), measure('clients_per_1000', 'Cliënten per 1000 inwoners'), measure('empty', 'Leeg', ''), measure('none', '')];

describe('the word a heading begins with', () => {
  it.each([['Cliënten', 'clients'], ['cliënten in 2018', 'clients'], ['Cliënten per 1000 inwoners', 'clients_per_1000'], ['Cliëntenbestand', undefined], ['Nieuwe cliënten', undefined], ['Leeg', undefined], ['', undefined]])('of "%s" is %s', (heading, id) => {
    expect(termOf(heading, measures, [])?.anchor).toBe(id);
  });
});
