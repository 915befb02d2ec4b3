// SPDX-License-Identifier: EUPL-1.2
// Answers of the log, of contracts and of reconciliation for the end-to-end test: invented, no real data, no real persons. Shaped as the
// gateway writes them. What is changed by a call stays changed until the next `startScreens`.
import { NEWEST } from './answers.mjs';
import { areaAnswer } from './area_answers.mjs';
import { dossier, GROUPS, productGroup } from './dossier_answers.mjs';
import { startProvider } from './provider_answers.mjs';
import { startPublishing, startReleasing } from './publication_answers.mjs';
import { regionAnswer } from './region_answers.mjs';

const money = (count, euro) => ({ count: String(count), amount_cents: String(euro * 100) });
const PROVIDERS = [
  ['91000001', 'Stichting Voorbeeld', 12, 40], ['91000002', '=Voorbeeld & Zoon', 30, 36], ['91000003', 'Jeugdhulp Proef', 6, 22], ['91000004', 'Begeleiding Model', 2, 4],
];

/** Who is signed in as a provider. */
const OWN = '91000001';
const provider = (id) => ({ dimension: 'provider', value: id, label: PROVIDERS.find(([each]) => each === id)[1] });
const figure = (measure, year, value, dimensions, known) => ({
  measure, period: { start_date: `${year}-01-01`, end_date: `${year + 1}-01-01` }, state: 'ANSWERED', ...value, dimensions, known_time: known, definition: `${measure}/1`,
  reliability: { completeness: 0.98, link_quality: 0.997, source_quality: 0.994, statement: 'Van de berichten is 98% binnen.' },
});

// What is asked by level of clients, as in T-06.
const LEVELS = [['4', 56], ['5', 276], ['6', 238], ['7', 189], ['8', 27]];

const CALCULATED = (option, extra = 0) => ({
  title: option === 'sociaal' ? 'Sociaal' : 'Huidig beleid', expenses_cents: String((option === 'sociaal' ? 2_610_000_000 : 2_400_000_000) + extra), budget_cents: '2400000000', relation_cents: String((option === 'sociaal' ? 210_000_000 : 0) + extra),
  items: [{ item: 'subsidies', title: 'Subsidies', amount_cents: option === 'sociaal' ? '310000000' : '100000000', printed: { text: '3,1', state: 'AMOUNT', amount_cents: '310000000' } }, { item: 'hulp', title: 'Hulp', amount_cents: '2300000000', printed: { text: '23,0', state: 'AMOUNT', amount_cents: '2300000000' } }],
  years: [{ year: 2019, expenses_cents: '2400000000', budget_cents: '2400000000', relation_cents: '0', waiting: ['Subsidies'] }, { year: 2020, expenses_cents: '2610000000', budget_cents: '2400000000', relation_cents: '210000000' }],
  statement: option === 'sociaal' ? 'Deze keuze kost € 26,1 miljoen per jaar.' : 'Zo doet de gemeente het nu.',
});

const TABLE = {
  name: 'municipalities/gm1730/scenariotables/nota', title: 'Nota', source: 'een verzonnen nota', year: 2018, current_option: 'huidig',
  items: [{ item: 'subsidies', title: 'Subsidies', amounts: [{ text: '1,0', state: 'AMOUNT', amount_cents: '100000000' }, { text: '3,1', state: 'AMOUNT', amount_cents: '310000000' }] }, { item: 'hulp', title: 'Hulp', amounts: [{ text: '23,0', state: 'AMOUNT', amount_cents: '2300000000' }, { text: '23,0', state: 'AMOUNT', amount_cents: '2300000000' }] }],
  options: [{ option: 'huidig', title: 'Huidig beleid', expenses: { state: 'CLOSES', sum_cents: '2400000000' } }, { option: 'sociaal', title: 'Sociaal', expenses: { state: 'CLOSES', sum_cents: '2610000000' } }],
};

const personal = (text) => /\b\d{9}\b/.test(text ?? '') && { status: 400, reason: 'FIELDS_INVALID', detail: 'text: must not have a burgerservicenummer' };
const ANNOTATED = '2018-04-04T10:00:00Z';

/** The register of answers, notes about measures, and scenarios that are kept. */
function startCouncil() {
  const registered = [];
  const notes = [{ name: 'municipalities/gm1730/policynotes/1', about: 'municipalities/gm1730/measures/clients', sign: 'NEUTRAL', text: 'In 2017 werd de inkoop anders.', subject: 'nota', date: '2017' }];
  const scenarios = [];
  return (method, path, body, role) => {
    const figures = (question) => queried({ ...question, known_time: question.known_time ?? NEWEST });
    switch (`${method} ${path}`) {
      case 'GET policynotes':
        return { policy_notes: notes };
      case 'POST policynotes': {
        const wrong = personal(body.policy_note.text);
        if (wrong) return wrong;
        notes.unshift({ ...body.policy_note, name: `municipalities/gm1730/policynotes/${notes.length + 1}`, subject: `demo-${role}`, add_time: ANNOTATED });
        return notes[0];
      }
      case 'GET frozensnapshots':
        return { frozen_snapshots: [{ name: 'municipalities/gm1730/frozensnapshots/1', title: 'Bestuursrapportage 2018-1', known_time: NEWEST, reason: 'rapportage', subject: 'demo-controller' }] };
      case 'GET registeredanswers':
        return { registered_answers: registered };
      case 'POST registeredanswers':
        registered.unshift({ name: `municipalities/gm1730/registeredanswers/2018-${String(registered.length + 1).padStart(4, '0')}`, ...body, subject: `demo-${role}`, register_time: ANNOTATED, figures: figures(body.question), measures: [{ name: 'municipalities/gm1730/measures/clients', title: 'Cliënten', unit: 'cliënten' }], answerability: { state: 'ANSWERABLE' } });
        return registered[0];
      case 'GET scenariotables':
        return { scenario_tables: [TABLE] };
      case 'POST scenarios/_calculate':
        return CALCULATED(body.option);
      case 'GET scenarios':
        return { stored_scenarios: scenarios };
      case 'POST scenarios':
        scenarios.unshift({ name: `municipalities/gm1730/scenarios/${scenarios.length + 1}`, version: scenarios.filter((each) => each.title === body.title).length + 1, title: body.title, text: body.text, subject: `demo-${role}`, store_time: ANNOTATED, outcome: CALCULATED(body.question.option) });
        return scenarios[0];
    }
    const [, id, deed] = /^registeredanswers\/([^/]+)(?:\/(_check|_annotate))?$/.exec(path) ?? [];
    const found = registered.find((each) => each.name.endsWith(`/${id}`));
    if (!found) return undefined;
    if (deed === '_check') return { check_time: ANNOTATED, reproduced: true, changes: [], statement: 'Dit antwoord klopt nog.' };
    if (deed === '_annotate') {
      const wrong = personal(body.text);
      if (wrong) return wrong;
      found.annotations = [...(found.annotations ?? []), { subject: `demo-${role}`, annotate_time: ANNOTATED, text: body.text, measure: body.measure, dimensions: (body.dimensions ?? []).map((each) => ({ ...each, label: `IVN ${each.value}` })) }];
    }
    return found;
  };
}

// Two working weeks of calls: who asks for figures, who looks at persons, and one who may not.
function logRecords(first, many) {
  const calls = [
    ['demo-controller', 'CONTROLLER', 'beleidsinformatie', 'nmd.costs.v1.CostsService.QueryFigures', 'municipalities/gm1730', 'SUCCEEDED', '', 0],
    ['demo-koppelbeheerder', 'LINK_STEWARD', 'beoordelen van koppelingen', 'nmd.linking.v1.ReviewService.ShowReviewItem', 'municipalities/gm1730/reviewitems/r1', 'SUCCEEDED', '', 2],
    ['demo-griffie', 'CLERK', 'beantwoorden van raadsvragen', 'nmd.contracts.v1.ContractsService.ListSignals', 'municipalities/gm1730', 'REFUSED', 'ROLE_MISSING', 0],
  ];
  return Array.from({ length: many }, (_, index) => {
    const [actor, role, purpose, method, object, outcome, reason, persons] = calls[index % calls.length];
    const start = new Date(Date.parse(first) + index * 3600_000).toISOString();
    return {
      sequence: String(2 * index + 1), start_time: start, actor, roles: [role], purpose, method, object, origin: '127.0.0.1', request_id: `r${index}`,
      // The process ended during the last one.
      ...(index < many - 1 && { end_sequence: String(2 * index + 2), end_time: start, outcome, ...(reason && { reason }) }),
      ...(persons && { clients: Array.from({ length: persons }, (_, each) => `c${'0'.repeat(18)}${(index + each) % 10}`) }),
    };
  });
}

const HEAD = '9f2c'.repeat(16);

const RULES = {
  CEILING_PACE: { title: 'In dit tempo komt de aanbieder boven het plafond', formula: 'gedeclareerd bedrag / maanden x 12', window: 'kalenderjaar van de hulp', explanation: 'Het standaardcontract vraagt een gesprek.', owner_role: 'contractmanager' },
  CEILING_70: { title: 'Zeventig procent van het plafond is gebruikt', formula: 'gedeclareerd bedrag / plafond', window: 'kalenderjaar van de hulp', explanation: 'Het standaardcontract vraagt een melding.', owner_role: 'contractmanager' },
};

function signals() {
  return [
    { name: 'municipalities/gm1730/signals/1', rule: 'CEILING_PACE', state: 'OPEN', provider: '91000001', provider_title: 'Stichting Voorbeeld', law: 'jeugdwet', year: 2018, severity: 2, open_time: '2018-04-03T09:30:00Z', text: 'In dit tempo is het plafond van € 400.000 in september op.', next_step: 'Bespreek met de aanbieder de instroom en spreek af wat er na het plafond gebeurt.' },
    { name: 'municipalities/gm1730/signals/2', rule: 'CEILING_70', state: 'OPEN', provider: '91000002', provider_title: '=Voorbeeld & Zoon', law: 'wmo', year: 2018, severity: 1, open_time: '2018-03-12T09:30:00Z', text: 'Van het plafond is 70% gedeclareerd.', next_step: 'Kijk of de prognose nog klopt.', acknowledgements: [{ time: '2018-03-14T10:00:00Z', subject: 'demo-contractmanager', note: 'Gesprek gepland op 20 maart.' }] },
    { name: 'municipalities/gm1730/signals/3', rule: 'CEILING_70', state: 'CLOSED', provider: '91000003', provider_title: 'Jeugdhulp Proef', law: 'jeugdwet', year: 2017, severity: 1, open_time: '2017-10-02T09:30:00Z', close_time: '2017-11-01T09:30:00Z', close_text: 'Het plafond is verhoogd.', text: 'Van het plafond is 72% gedeclareerd.', next_step: 'Kijk of de prognose nog klopt.' },
  ].map((signal) => ({ ...signal, ...RULES[signal.rule] }));
}

const OUTCOMES = [
  ['LINE', 'MATCHED', 'NOBODY', 'Past en is toegekend', '', '', ''],
  ['LINE', 'REJECTED', 'CARE_PROVIDER', 'Afgekeurd door de gemeente', '9307', 'De regel is afgekeurd: de periode valt buiten de toewijzing.', 'Verbeter de periode en declareer opnieuw.'],
  ['LINE', 'ANSWER_LATE', 'MUNICIPALITY', 'Wacht te lang op antwoord', 'OP090x4', 'De regel past en heeft na tien werkdagen nog geen antwoord.', 'Beantwoord de declaratie.'],
];

// More posts than fit one page.
const ITEMS = Array.from({ length: 450 }, (_, index) => {
  const [kind, outcome, actor, , rule, text, next] = OUTCOMES[index % OUTCOMES.length];
  return {
    name: `municipalities/gm1730/accounts/91000001/items/i${index}`, kind, outcome, actor, rule, law: 'jeugdwet', allocation: String(100 + index), category: '45', standing: { MATCHED: 'APPROVED', REJECTED: 'REFUSED', ANSWER_LATE: 'OPEN' }[outcome], start_date: '2018-01-01', end_date: '2018-02-01', product: '45A48', claim: 'D2018-01', reference: `R${index + 1}`,
    amount_cents: String(12_345 + index), ...(outcome !== 'ANSWER_LATE' && { expected_cents: String(12_345) }), declared_date: '2018-02-05', ...(outcome === 'ANSWER_LATE' && { open_days: 57 }), text: text || 'De regel past en is toegekend.', next_step: next,
  };
});

// What both sides said, newest first.
const RESPONSES = [
  { name: `${ITEMS[1].name}/responses/2`, side: 'OF_MUNICIPALITY', position: 'INVESTIGATING', reason: 'REASON_UNSPECIFIED', note: '', time: '2018-03-02T10:00:00Z', outcome: 'REJECTED', amount_cents: ITEMS[1].amount_cents },
  { name: `${ITEMS[1].name}/responses/1`, side: 'OF_PROVIDER', position: 'DISPUTED', reason: 'PRICE_DIFFERS', note: 'De prijs staat in de brief van januari.', time: '2018-03-01T10:00:00Z', outcome: 'REJECTED', amount_cents: ITEMS[1].amount_cents },
];

ITEMS[1].last_response = RESPONSES[0];

const bookings = (year) => ({
  indicated: figure('indicated', year, { amount_cents: '7000000' }, [], NEWEST), paid: figure('paid', year, { amount_cents: '1850000' }, [], NEWEST),
  booked: { measure: 'booked', period: { start_date: `${year}-01-01`, end_date: `${year + 1}-01-01` }, state: 'NOT_AVAILABLE', state_reason: 'PERIOD_NOT_DELIVERED' },
});

// All years together are those of 2018: nothing is known of another.
const account = (id, year) => ({
  name: `municipalities/gm1730/accounts/${id}`, provider: id, provider_title: provider(id).label, year,
  balances: [
    { law: 'jeugdwet', year: year || 2018, debits: money(440, 60_000), credits: money(10, -2_000), declared: money(450, 58_000), approved: money(150, 19_000), rejected: money(150, 20_000), open: money(150, 19_000), not_counted: {}, taken_back: money(10, 2_000) },
    { law: 'wmo', year: year || 2018, debits: money(5, 500), credits: {}, declared: money(5, 500), approved: money(5, 500), rejected: {}, open: {}, not_counted: {} },
  ],
  ages: [{ from_days: 0, to_days: 30, open: money(100, 12_000) }, { from_days: 31, to_days: 60, open: money(50, 7_000) }, { from_days: 61, to_days: 90, open: {} }, { from_days: 91, open: {} }],
  outcomes: OUTCOMES.map(([kind, outcome, actor, title]) => ({ kind, outcome, actor, items: money(150, 19_500), title })),
  ...(year > 0 && bookings(year)),
  known_time: NEWEST, text: 'Van wat is gedeclareerd is een derde goedgekeurd.',
});

const position = (id, year, used) => {
  const amount = (measure, euro) => figure(measure, year, { amount_cents: String(euro * 100) }, [], NEWEST);
  return {
    name: `municipalities/gm1730/positions/${id}-jeugdwet-${year}`, provider: id, provider_title: provider(id).label, law: 'jeugdwet', year, indicated: amount('indicated', 70_000), declared: amount('declared', 58_000), approved: amount('approved', 19_000),
    ceiling: amount('ceiling', 50_000), used: figure('used', year, { ratio: used }, [], NEWEST), expected: amount('expected', 61_000),
  };
};

/** Figures of the year that a screen opens with, and of providers. */
function queried(body) {
  const known = body.known_time ?? NEWEST;
  const year = Number(body.period.start_date.slice(0, 4));
  const answer = (figures, totals = []) => ({ figures, totals, provenance: [{ source: 'jw301', delivery_count: '412', newest_known_time: known }], effective: { ...body, known_time: known } });
  const measure = body.measures[0];
  if (body.dimensions.join() === 'year') return answer([2017, 2018].map((each) => figure(measure, each, { amount_cents: '100000' }, [{ dimension: 'year', value: String(each) }], known)));
  if (measure === 'provisions_started' && body.dimensions.join() === 'provider,ivn') {
    const figures = PROVIDERS.flatMap(([id, , six, both]) => [['6', six], ['5', both - six], ['4', 3]].map(([ivn, count]) => figure(measure, year, { count: String(count) }, [provider(id), { dimension: 'ivn', value: ivn, label: `IVN ${ivn}` }], known)));
    return answer(figures, [figure(measure, year, { count: '114' }, [], known)]);
  }
  if (body.dimensions.join() === 'law,category') return answer(GROUPS);
  if (body.dimensions.join() === 'ivn') {
    // A delivery of the summer of 2017 brought two clients of level 6.
    const late = known < '2017-07-01' ? 2 : 0;
    return answer(LEVELS.map(([ivn, count]) => figure(measure, year, { count: String(count - (ivn === '6' ? late : 0)) }, [{ dimension: 'ivn', value: ivn, label: `IVN ${ivn}` }], known)), [figure(measure, year, { count: String(598 - late) }, [], known)]);
  }
  if (body.dimensions.length === 0) return answer([], body.measures.map((each) => figure(each, year, each === 'clients' ? { count: '598' } : { amount_cents: '59826400' }, [], known)));
  return undefined;
}

const growthOf = (id, clients, before, after) => ({
  provider: provider(id), provider_count: '1', clients_before: String(clients), clients_after: String(clients + 4), mean_ivn_before: 5.5, mean_ivn_after: 5.75, amount_before_cents: String(before * 100), amount_after_cents: String(after * 100),
  growth_cents: String((after - before) * 100), effects: [{ factor: 'clients', title: 'cliënten', amount_cents: String((after - before) * 60) }, { factor: 'price', title: 'prijs', amount_cents: String((after - before) * 40) }],
});

/** Begins with nothing changed. `answer` gives the answer to a call, `{ status, reason }` for an error, or undefined when it is not one of these. */
export function startScreens() {
  const open = signals();
  const council = startCouncil();
  const publishing = startPublishing();
  const releasing = startReleasing();
  const providing = startProvider(ITEMS, RESPONSES);
  const holds = new Map();
  const is = (role, ...roles) => roles.includes(role);
  const refused = { status: 403, reason: 'ROLE_MISSING', detail: 'no role of the caller' };
  function answer(method, path, query, body, role, region = false) {
    if (path.startsWith('logrecords/') || path.startsWith('logholds') || path.startsWith('processingactivities')) {
      if (!is(role, 'privacyfunctionaris', ...(path.startsWith('logrecords/') ? ['beheerder'] : []))) return refused;
    }
    if (/^(signals|positions|productgroups)/.test(path) && !is(role, 'contractmanager', 'controller')) return refused;
    const [, whose] = /^(?:accounts|dossiers)\/([^/]+)/.exec(path) ?? [];
    if (whose && !is(role, 'contractmanager', 'controller', 'aanbieder')) return refused;
    // A provider has its own, and is told nothing about whether there are others.
    if (whose && role === 'aanbieder' && whose !== OWN) return { status: 403, reason: 'SCOPE_FOREIGN', detail: 'stub' };
    if (path === 'figures/_query' && !is(role, 'privacyfunctionaris', 'beheerder', 'koppelbeheerder', 'aanbieder', 'openbaar')) return queried(body);
    if (path === 'figures/_query') return refused;
    switch (`${method} ${path}`) {
      case 'POST neighbourhoods/_compare':
        return areaAnswer(body, NEWEST);
      case 'POST logrecords/_query': {
        // A whole year has more than a screen shows.
        const long = Date.parse(body.end_time) - Date.parse(body.start_time) > 300 * 86_400_000;
        const all = logRecords(body.start_time, long ? 5200 : 30).filter((record) => record.start_time < body.end_time && (!body.only_clients || record.clients));
        const at = Number(body.page_token ?? 0);
        const size = long ? body.page_size : 20;
        return { records: all.slice(at, at + size), ...(at + size < all.length && { next_page_token: String(at + size) }) };
      }
      case 'POST logrecords/_verify':
        if (body.known_hash && body.known_hash !== HEAD) return { broken_sequence: body.known_sequence, explanation: `Het logboek is niet heel: regel ${body.known_sequence} is niet die van toen: het logboek is opnieuw geschreven.`, record_count: '60' };
        return { intact: true, explanation: 'Het logboek is heel: alle 60 regels zijn zoals ze geschreven zijn.', record_count: '60', pruned_count: '12', last_sequence: '60', head_hash: HEAD };
      case 'POST processingactivities/_query':
        return { records: body.data_subject_id.startsWith('c') ? [{ trace_id: 't', span_id: 's', status: 'OK', name: 'ShowReviewItem', start_time_milliseconds: String(Date.parse('2018-04-02T08:15:00Z')), attributes: { 'dpl.core.processing_activity_id': 'nmd.linking.v1.ReviewService.ShowReviewItem' } }] : [] };
      case 'POST logholds/_hold': {
        const hold = { name: `municipalities/gm1730/logholds/h${holds.size + 1}`, ...body };
        holds.set(hold.name, hold);
        return hold;
      }
      case 'GET signals':
        return { signals: open.filter((signal) => !query.get('state') || signal.state === query.get('state')).filter((signal) => !query.get('year') || signal.year === Number(query.get('year'))) };
      case 'GET positions':
        return { positions: [position('91000001', Number(query.get('year')), 1.16), position('91000002', Number(query.get('year')), 0.7)] };
      case 'POST growth/_providers':
        return { state: 'ANSWERED', providers: [growthOf('91000001', 20, 40_000, 70_000), growthOf('91000002', 10, 20_000, 21_000)], cohorts: [{ ...growthOf('91000001', 30, 60_000, 91_000), provider: undefined, cohort: 'LARGE_PROVIDER', provider_count: '2' }], total: { ...growthOf('91000001', 30, 60_000, 91_000), provider: undefined }, conclusion: 'De aanbieders groeiden samen met € 31.000.', known_time: body.known_time ?? NEWEST };
      case 'POST concentration/_describe':
        return { state: 'ANSWERED', providers: { state: 'ANSWERED', provider_count: '4', amount_cents: '9100000', largest5_share: { least: 1, most: 1 }, hhi: { least: 4000, most: 4100 }, largest: [{ provider: provider('91000001'), amount_cents: '7000000', share: 0.769 }, { provider: provider('91000002'), amount_cents: '2100000', share: 0.231 }] }, known_time: body.known_time ?? NEWEST };
    }
    const said = providing(method, path, query, body, role) ?? council(method, path, body, role) ?? (region ? releasing : publishing)(method, path, body, role) ?? regionAnswer(method, path, query, body, role);
    if (said) return said;
    const release = /^logholds\/([^/]+)\/_release$/.exec(path);
    if (release) {
      const hold = holds.get(`municipalities/gm1730/logholds/${release[1]}`);
      return hold ? { ...hold, released: true } : { status: 404, reason: 'RESOURCE_NOT_FOUND', detail: 'no such hold' };
    }
    const taken = /^signals\/([^/]+)\/_acknowledge$/.exec(path);
    if (taken) {
      const signal = open.find((each) => each.name.endsWith(`/${taken[1]}`));
      if (/\b\d{9}\b/.test(body.note)) return { status: 400, reason: 'FIELDS_INVALID', detail: 'note: must not have a burgerservicenummer' };
      signal.acknowledgements = [...(signal.acknowledgements ?? []), { time: '2018-04-04T10:00:00Z', subject: `demo-${role}`, note: body.note }];
      return signal;
    }
    const group = method === 'GET' && /^productgroups\/([^/]+)$/.exec(path);
    if (group) return productGroup(group[1], Number(query.get('year')), query.get('known_time'));
    const [, about] = /^dossiers\/(\d+)$/.exec(path) ?? [];
    if (about) {
      if (about !== OWN) return { status: 404, reason: 'RESOURCE_NOT_FOUND', detail: 'stub' };
      const year = Number(query.get('year'));
      const waiting = ITEMS.filter((item) => item.actor !== 'NOBODY').slice(0, 100);
      return dossier(about, year, role === 'aanbieder' || query.get('for_provider') === 'true', query.get('known_time'), { account: account(about, year), signals: open.filter((signal) => signal.provider === about), items: waiting, responses: RESPONSES });
    }
    const items = /^accounts\/(\d+)\/items$/.exec(path);
    if (items) {
      const found = ITEMS.filter((item) => !query.get('actor') || item.actor === query.get('actor'));
      const at = Number(query.get('page_token') ?? 0);
      const size = Number(query.get('page_size'));
      return { items: found.slice(at, at + size), total_size: found.length, ...(at + size < found.length && { next_page_token: String(at + size) }) };
    }
    const found = /^accounts\/(\d+)$/.exec(path);
    return found ? account(found[1], Number(query.get('year'))) : undefined;
  }
  return { answer };
}
