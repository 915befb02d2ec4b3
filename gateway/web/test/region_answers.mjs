// SPDX-License-Identifier: EUPL-1.2
// Answers of nmd.publication.v1.RegionService for the end-to-end test: invented. Five members, of which four have something to say.
const KNOWN = '2018-04-03T09:30:00Z';
const PERIOD = { start_date: '2017-01-01', end_date: '2018-01-01' };
const NAMES = [['gm1730', 'Tynaarlo'], ['gm0106', 'Assen'], ['gm1680', 'Aa en Hunze'], ['gm1731', 'Midden-Drenthe'], ['gm1699', 'Noordenveld']];
const STATES = [['PUBLISHED'], ['PUBLISHED'], ['PUBLISHED'], ['WITHDRAWN', 'Verkeerde periode.'], ['NOT_DELIVERED', 'Er is over deze periode niets gepubliceerd.']];

const who = (index) => ({ municipality: NAMES[index][0], title: NAMES[index][1] });
const members = NAMES.map((_, index) => ({
  ...who(index), ...(index < 4 && { last_statement: `${NAMES[index][0]}/000002`, last_received_time: '2018-04-01T10:00:00Z' }), last_sequence: index < 4 ? '2' : '0', age_days: index < 4 ? 2 : 0, statement_count: index < 4 ? '2' : '0',
  publication_count: index < 3 ? '1' : '0', withdrawn_count: index === 3 ? '1' : '0', refused_count: index === 1 ? '1' : '0', last_refusal: index === 1 ? 'signature_wrong' : '', agreement_count: 1,
}));

const shown = (count) => ({ state: 'ANSWERED', count: String(count), state_reason: '' });
const hidden = (lower, upper) => ({ state: 'SUPPRESSED', state_reason: 'CELL_PROTECTED', lower, upper });
const cell = (code, region, ...values) => ({ codes: [code], values: [{ ...region, members: values.map((each, member) => ({ ...each, member })) }] });
const table = (known) => ({
  name: 'municipalities/nmd/tables/niveau', title: 'Cliënten per niveau', period: PERIOD, known_time: known ?? KNOWN, audience: 'regio',
  members: STATES.map(([state, reason = ''], index) => ({ ...who(index), state, reason, publication: index < 4 ? `${NAMES[index][0]}-2018-0001` : '', ...(index < 4 && { received_time: '2018-04-01T10:00:00Z' }), age_days: index < 4 ? 2 : 0 })),
  member_count: 3, coverage: '3 van 5 gemeenten',
  dimensions: [{ dimension: 'ivn', title: 'Interventieniveau', codes: [{ value: 'totaal', label: 'Totaal' }, { value: '5', label: 'IVN 5' }, { value: '6', label: 'IVN 6' }] }],
  measures: [{ measure: 'clients', title: 'Cliënten', unit: 'count', definition: 'clients/1', together: 'SUM_OF_DISTINCT', note: 'Wie verhuisde tussen gemeenten telt twee keer mee.' }],
  cells: [cell(0, shown(1500), shown(600), shown(800), shown(100)), cell(1, hidden(902, 909), shown(400), shown(500), hidden(2, 9)), cell(2, hidden(591, 598), shown(200), shown(300), hidden(91, 98))],
  proof: '',
});

// About 2016 one member rounded instead of hiding.
const BEFORE = { start_date: '2016-01-01', end_date: '2017-01-01' };
const near = (count, off) => ({ ...shown(count), lower: Math.max(0, count - off), upper: count + off });
const rounded = (known) => ({
  ...table(known), period: BEFORE,
  cells: [cell(0, near(1500, 9), near(600, 9), shown(800), shown(100)), cell(1, near(900, 9), near(400, 9), shown(498), shown(2)), cell(2, near(600, 9), near(200, 9), shown(302), shown(98))],
});

const rate = (ratio, low, high) => ({ measure: 'clients', period: PERIOD, state: 'ANSWERED', ratio, interval: { low, high } });
const none = { measure: 'clients', period: PERIOD, state: 'NOT_AVAILABLE', state_reason: 'PERIOD_NOT_DELIVERED' };
const RATES = [rate(90.5, 83.4, 98.1), rate(52.1, 48.6, 55.8), rate(40.2, 32.7, 48.9)];
const comparison = () => ({
  members: STATES.map(([state, reason = ''], index) => ({ ...who(index), rate: RATES[index] ?? none, standardised_rate: none, state, reason })),
  together: { municipality: '', title: '', rate: rate(60.3, 57.3, 63.4), standardised_rate: none, state: 'STATE_UNSPECIFIED', reason: '' },
  coverage: '3 van 5 gemeenten', note: 'De volgorde is vast en zegt niets over wie het beter doet.', known_time: KNOWN,
});

const TABLES = [['niveau', 'Cliënten per niveau'], ['inwoners', 'Inwoners per leeftijd']].map(([id, title]) => ({ name: `municipalities/nmd/tables/${id}`, title, periods: [PERIOD, BEFORE].map((period) => ({ period, member_count: 3, of_count: 5 })) }));
const ROLES = ['regio', 'contractmanager', 'beleidsadviseur', 'controller'];
const READERS = [...ROLES, 'privacyfunctionaris'];

/** The answer to a call of the region, `{ status, reason }` for an error, or undefined when it is another's. */
export function regionAnswer(method, path, query, body, role) {
  if (!/^(members|tables)(\/|$)/.test(path)) return undefined;
  if (!(method === 'GET' ? READERS : ROLES).includes(role)) return { status: 403, reason: 'ROLE_MISSING', detail: 'stub' };
  switch (`${method} ${path}`) {
    case 'GET members':
      return { members, next_page_token: '', coverage: '3 van 5 gemeenten' };
    case 'GET tables':
      return { tables: TABLES, next_page_token: '' };
    case 'GET tables/niveau':
      if (query.get('period.start_date') === BEFORE.start_date) return rounded(query.get('known_time'));
      return query.get('period.start_date') === PERIOD.start_date && query.get('period.end_date') === PERIOD.end_date ? table(query.get('known_time')) : { status: 404, reason: 'RESOURCE_NOT_FOUND', detail: 'stub' };
    case 'POST members/_compare':
      return body.inhabitants_table === 'inwoners' ? comparison() : { status: 400, reason: 'FIELDS_INVALID', detail: 'measure: no inhabitants' };
    default:
      return { status: 404, reason: 'RESOURCE_NOT_FOUND', detail: 'stub' };
  }
}
