// SPDX-License-Identifier: EUPL-1.2
// Answers of nmd.contracts.v1.DossiersService for the end-to-end test: invented, in the shape that the gateway writes.
import { NEWEST } from './answers.mjs';

const figure = (measure, year, value) => ({ measure, period: { start_date: `${year}-01-01`, end_date: `${year + 1}-01-01` }, state: 'ANSWERED', ...value, known_time: NEWEST, definition: `${measure}/1`, reliability: { completeness: 0.98, statement: 'Van de berichten is 98% binnen.' } });
const missing = (measure, year) => ({ measure, period: { start_date: `${year}-01-01`, end_date: `${year + 1}-01-01` }, state: 'NOT_AVAILABLE', state_reason: 'PERIOD_NOT_DELIVERED', dimensions: [] });
const cents = (euro) => ({ amount_cents: String(euro * 100) });

const ending = (planned, other) => ({ month: '', state: 'ANSWERED', state_reason: '', provisional: false, count: String(planned + other), imputed: '3', endings: [{ ending: 'planned', title: 'volgens plan', count: String(planned) }, { ending: 'client', title: 'door de cliënt', count: String(other) }], lower: '0', same: '0', higher: '0', unknown_level: '0' });
const share = (provider, title, euro, part, before) => ({ law: 'jeugdwet', provider, provider_title: title, amount_cents: String(euro * 100), share: part, share_before: before });
const month = (value) => ({ state: 'ANSWERED', value, low: value - 1, high: value + 1, text: '' });

/** GetProductGroup: the group jeugdwet-45 whole, jeugdwet-50 with parts that could not be asked. */
export function productGroup(id, year, known) {
  const [law, category] = id.split('-');
  const whole = category === '45';
  const nothing = { month: '', state: 'STATE_UNSPECIFIED', state_reason: '', provisional: false, count: '0', imputed: '0', endings: [] };
  return {
    name: `municipalities/gm1730/productgroups/${id}`, law, category, year, known_time: known ?? NEWEST,
    endings: whole ? ending(40, 12) : nothing, endings_before: whole ? ending(30, 10) : nothing,
    durations: whole
      ? { state: 'ANSWERED', state_reason: '', trajectories: '80', ended: '52', imputed: '3', summary: { quarter: month(4), median: month(9), three_quarters: month(15), longer_than_6: month(0.7), longer_than_9: month(0.5), longer_than_12: { state: 'NOT_AVAILABLE', state_reason: 'TOO_FEW', text: '' } } }
      : { state: 'STATE_UNSPECIFIED', state_reason: '', trajectories: '0', ended: '0', imputed: '0' },
    money: ['indicated', 'declared', 'approved', 'paid'].map((measure, index) => ({ figure: whole ? figure(measure, year, cents(90_000 - index * 1000)) : missing(measure, year), before: figure(measure, year - 1, cents(60_000 - index * 1000)) })),
    market: whole ? [share('91000001', 'Stichting Voorbeeld', 66_000, 0.75, 0.6), share('91000002', '=Voorbeeld & Zoon', 22_000, 0.25, 0.4)] : [],
    five_greatest_share: whole ? 1 : 0, herfindahl: whole ? 0.625 : 0,
    situation: [{ figure: figure('clients', year, { count: '75' }), before: figure('clients', year - 1, { count: '60' }) }],
    contract_count: 2, provider_count: 2, open_signal_count: whole ? 1 : 0,
    expectation: whole ? [95_000, 70_000, 5_000, 15_000, 5_000].map((euro) => figure('forecast', year, cents(euro))) : [],
    summary: whole
      ? ['Resultaat: in 2018 eindigden 52 trajecten; het jaar ervoor 40.', 'Geld: goedgekeurd is € 88.000; het jaar ervoor was dat € 58.000.', 'Marktaandelen: 2 aanbieders kregen geld; de vijf grootste samen 100%.', 'Situatie: 2 contracten met 2 aanbieders en 1 open signaal.', 'Verwachting: 2018 kost naar verwachting € 95.000.']
      : ['Marktaandelen: er zijn geen goedgekeurde bedragen.', 'Situatie: 2 contracten met 2 aanbieders en 0 open signalen.', 'Verwachting: die is er nu niet.'],
    remarks: whole ? [] : ['Een deel van de cijfers is er nu niet (UNAVAILABLE_NOW).'],
  };
}

/** What there is to choose from. */
export const GROUPS = [['jeugdwet', 'Jeugdwet', '45', 'Jeugdhulp ambulant'], ['jeugdwet', 'Jeugdwet', '50', '50']].map(([law, title, category, label]) => ({
  ...figure('indicated', 2018, cents(90_000)), dimensions: [{ dimension: 'law', value: law, label: title }, { dimension: 'category', value: category, label }],
}));

const PROVIDER = ['91000001', 'Stichting Voorbeeld'];
const point = ([provider, provider_title], count, total, low, high, own = false) => ({ provider, provider_title, count: String(count), total: String(total), low: String(low), high: String(high), others_share: 0.5, own });
const effect = (factor, title, euro, share) => ({ factor, title, ...cents(euro), share });

/** GetProviderDossier of 91000001; the copy of the provider has nothing about others. `parts` are what other answers say of it. */
export function dossier(id, year, forProvider, known, { account, signals, items, responses }) {
  const whole = !forProvider;
  return {
    name: `municipalities/gm1730/dossiers/${id}`, provider: id, provider_title: PROVIDER[1], year, known_time: known ?? NEWEST, for_provider: forProvider,
    summary: ['Over 2018 is € 58.000 gedeclareerd.', 'De kosten stegen met € 30.000.', ...(whole ? ['Het aandeel in het goedgekeurde bedrag voor de Jeugdwet is 75,0%; het jaar ervoor was dat 60,0%.'] : [])],
    contracts: [{ name: 'municipalities/gm1730/contracts/jh-1', provider: id, law: 'jeugdwet', start_date: '2017-01-01', end_date: '', ceilings: [{ year: 0, amount_cents: '4000000' }, { year: 2018, amount_cents: '5000000' }], prices: [{ product: '45A48' }, { product: '45A48' }, { product: '50A01' }], findings: whole ? [{ text: 'Het contract heeft geen organisatie.' }] : [], terms: [{ kind: 'PRODUCT', product: '45A48', start_date: '2017-01-01' }, { kind: 'WAGE_SHARE', value: '90000', start_date: '2017-01-01' }, { kind: 'CLIENT_STOP', category: '45', start_date: '2018-03-01', end_date: '2018-06-01' }, { kind: 'ROOM_DECIDED', value: '2019', start_date: '2018-10-01' }] }],
    positions: [{ name: `municipalities/gm1730/positions/${id}-jeugdwet-${year}`, provider: id, provider_title: PROVIDER[1], law: 'jeugdwet', year, indicated: figure('indicated', year, cents(70_000)), declared: figure('declared', year, cents(58_000)), approved: figure('approved', year, cents(19_000)), ceiling: figure('ceiling', year, cents(50_000)), used: figure('used', year, { ratio: 1.16 }), expected: figure('expected', year, cents(61_000)) }],
    account,
    figures: [['clients', { count: '24' }, { count: '20' }], ['provisions', { count: '30' }, { count: '25' }], ['indicated', cents(70_000), cents(40_000)], ['indicated_per_client', { ratio: 2916.67 }, { ratio: 2000 }]].map(([measure, now, then]) => ({ figure: figure(measure, year, now), before: figure(measure, year - 1, then) })),
    growth: {
      state: 'ANSWERED', state_reason: '', points: [{ amount: figure('indicated', year - 1, cents(40_000)) }, { amount: figure('indicated', year, cents(70_000)) }], growth_cents: '3000000',
      effects: [effect('clients', 'Meer cliënten', 18_000, 0.6), effect('tariff', 'Hogere tarieven', 12_000, 0.4), effect('price', 'Hogere prijs per dag', 0, 0)], conclusion: 'De kosten stegen met € 30.000.', remarks: [], provenance: [{ source: 'jw301', delivery_count: '412' }],
    },
    durations: { state: 'ANSWERED', state_reason: '', trajectories: '30', ended: '12', imputed: '3', summary: { quarter: month(4), median: month(9), three_quarters: month(15), longer_than_6: month(0.7), longer_than_9: month(0.5), longer_than_12: { state: 'NOT_AVAILABLE', state_reason: 'TOO_FEW', text: '' } } },
    endings: ending(9, 3),
    indicators: [{ contract: 'municipalities/gm1730/contracts/jh-1', indicator: 'uitval', kind: 'KPI_AT_MOST', agreed: '10000', measured: { measure: 'uitval', state: 'NOT_AVAILABLE', state_reason: 'MEASURE_UNKNOWN', dimensions: [], definition: '' } }],
    signals: forProvider ? signals.map(({ acknowledgements, open_time, ...signal }) => ({ ...signal, acknowledgements: [] })) : signals, open_items: items, responses,
    market: whole ? [share('91000001', 'Stichting Voorbeeld', 66_000, 0.75, 0.6), share('91000002', '=Voorbeeld & Zoon', 22_000, 0.25, 0.4)] : [],
    funnel: whole ? [point(PROVIDER, 30, 40, 9, 28, true), point(['91000002', '=Voorbeeld & Zoon'], 11, 24, 4, 19)] : [], remarks: [],
  };
}
