// SPDX-License-Identifier: EUPL-1.2
// Linking in small, for the tests of the page: three doubtful pairs, a gold sample, two models. Invented persons. It remembers
// what is decided, as the service does.
const MODEL = '3f0c11aa90be2d47';
const KNOWN = '2018-03-31T10:00:00Z';

const field = (name, title, value_a, value_b, level, millibits) => ({ field: name, title, value_a, value_b, level, millibits });

const PAIRS = [
  {
    item: {
      item: 'r01',
      reason: 'DOUBTFUL',
      sources: ['clienten', 'jw301'],
      permille: 640,
      known_time: KNOWN,
      record_count: 5,
      proposed_decision: '',
    },
    fields: [
      field('number', 'Burgerservicenummer', '', 'geldig', 'niet te vergelijken', 0),
      field('given', 'Voornaam', 'Sanne', 'S.', 'voorletter gelijk', 2100),
      field('family', 'Achternaam', 'de Vries', 'de Vriess', 'één teken anders', 6600),
      field('birth', 'Geboortedatum', '04-05-2006', '04-05-2006', 'gelijk', 14_200),
      field('address', 'Adres', '9471 AB 12', '9482 CD 3', 'anders', -4100),
    ],
    steps: [
      { title: 'Vooraf', millibits: -18_000 },
      { title: 'Voornaam: voorletter gelijk', millibits: 2100 },
      { title: 'Achternaam: één teken anders', millibits: 6600 },
      { title: 'Geboortedatum gelijk', millibits: 14_200 },
      { title: 'Ander adres', millibits: -4070 },
    ],
    score_millibits: 830,
    statement: 'Zelfde geboortedatum (+14,2), achternaam één teken anders (+6,6), ander adres (-4,1).',
    model: MODEL,
    client_a: `c${'a'.repeat(20)}`,
    client_b: `c${'b'.repeat(20)}`,
  },
  {
    item: {
      item: 'r02',
      reason: 'TWO_NUMBERS',
      sources: ['jw301'],
      permille: 981,
      known_time: KNOWN,
      record_count: 7,
      proposed_decision: '',
    },
    fields: [
      field('number', 'Burgerservicenummer', 'geldig', 'geldig', 'verschillend', -8000),
      field('birth', 'Geboortedatum', '01-02-2010', '01-02-2010', 'gelijk', 14_200),
    ],
    steps: [
      { title: 'Vooraf', millibits: -18_000 },
      { title: 'Geboortedatum gelijk', millibits: 23_700 },
    ],
    score_millibits: 5700,
    statement: 'Alles gelijk, behalve het nummer.',
    model: MODEL,
  },
  {
    item: {
      item: 'r03',
      reason: 'WEAK_SUPPORT',
      sources: ['clienten', 'pgb'],
      permille: 310,
      known_time: KNOWN,
      record_count: 9,
      proposed_decision: 'municipalities/gm1730/linkdecisions/d1',
    },
    fields: [field('family', 'Achternaam', 'Bakker', 'Bakker', 'gelijk', 5100)],
    steps: [
      { title: 'Vooraf', millibits: -18_000 },
      { title: 'Achternaam gelijk', millibits: 16_850 },
    ],
    score_millibits: -1150,
    statement: 'Zelfde achternaam (+5,1).',
    model: MODEL,
  },
];

const SAMPLE = ['s01', 's02'].map((item) => ({
  item: { item, reason: 'SAMPLE', sources: ['clienten', 'jw301'], record_count: 0, proposed_decision: '' },
  fields: [
    field('family', 'Achternaam', 'Bakker', 'Visser', 'anders', undefined),
    field('birth', 'Geboortedatum', '01-02-2010', '01-02-2010', 'gelijk', undefined),
  ],
  steps: [],
  statement: '',
}));

/** The two clients of the first pair, and a third. */
export const CLIENTS = ['a', 'b', 'd'].map((digit) => `c${digit.repeat(20)}`);

const name = (collection, id) => `municipalities/gm1730/${collection}/${id}`;

/** A linking service of one test. `fourEyes` makes every decision wait; `subject` is who is signed in. */
export function startLinking({ fourEyes = false, subject = 'demo-koppelbeheerder' } = {}) {
  let drawn = 2;
  const labels = new Map();
  const decisions = [
    {
      name: name('linkdecisions', 'd1'),
      kind: 'PAIR',
      verdict: 'DIFFERENT_PERSONS',
      state: 'PROPOSED',
      reason: 'Familielid of huisgenoot op hetzelfde adres',
      proposed_by: 'anna',
      proposed_time: KNOWN,
      confirmed_by: '',
      undone_by: '',
      undone_reason: '',
      followed: false,
      persons: [],
      taken_out: [],
    },
  ];
  const models = [
    {
      name: name('linkmodels', MODEL),
      create_time: KNOWN,
      record_count: '2000',
      release_time: KNOWN,
      released_by: 'anna',
      reason: 'Eerste model',
      in_force: true,
    },
  ];
  let polls = 0;
  const requests = new Map();

  const strata = () => [
    {
      kind: 'LINKED_BY_WEIGHT',
      pair_count: '300',
      drawn_count: String(drawn - 1),
      labelled_count: String(Math.min(labels.size, drawn - 1)),
      same_count: String([...labels.values()].filter((verdict) => verdict === 'SAME_PERSON').length),
    },
    { kind: 'OPEN', pair_count: '3', drawn_count: '1', labelled_count: String(Math.max(0, labels.size - drawn + 1)), same_count: '0' },
  ];
  const open = () => PAIRS.filter(({ item }) => !decisions.some((each) => each.item === item.item && each.state === 'EFFECTIVE'));
  const found = (id) => decisions.find((each) => each.name.endsWith(`/${id}`));
  const refuse = (status, reason, detail) => ({ status, reason, detail });
  const said = ({ item: _, clients: __, ...decision }) => decision;

  /** The answer to a call: a JSON value, or `{status, reason, detail}`; undefined for what is not of linking. */
  function answer(method, path, query, body) {
    const decision = /^linkdecisions\/(\w+)\/_(confirm|undo)$/.exec(path);
    if (decision) {
      const one = found(decision[1]);
      if (!one) return refuse(404, 'RESOURCE_NOT_FOUND', 'no such decision');
      if (decision[2] === 'confirm') {
        if (one.proposed_by === subject) return refuse(403, 'FOUR_EYES', 'somebody else must confirm it');
        Object.assign(one, { state: 'EFFECTIVE', confirmed_by: subject, known_time: '2018-04-03T09:30:00Z', followed: true });
      } else {
        if (!body.reason) return refuse(400, 'FIELDS_INVALID', 'reason: is needed');
        Object.assign(one, {
          state: 'UNDONE',
          undone_by: subject,
          undone_time: '2018-04-03T10:00:00Z',
          undone_reason: body.reason,
          followed: false,
        });
      }
      return said(one);
    }
    switch (`${method} ${path}`) {
      case 'GET linkquality':
        return {
          name: name('', 'linkquality'),
          statement: 'Van de koppelingen is naar schatting 99,8% terecht.',
          precision: { value: 0.998, low: 0.991, high: 1 },
          strata: strata(),
          open_pair_count: String(open().length),
          client_count: '604',
          least_client_count: String(604 - open().length),
          model: MODEL,
        };
      case 'GET reviewitems': {
        const rows = (query.get('sample') === 'true' ? SAMPLE.filter(({ item }) => !labels.has(item.item)) : open())
          .map((pair) => pair.item)
          .filter((item) => !query.get('source') || item.sources.includes(query.get('source')));
        const from = Number(query.get('page_token') ?? 0);
        const size = Number(query.get('page_size'));
        return {
          items: rows.slice(from, from + size),
          total_count: String(rows.length),
          next_page_token: from + size < rows.length ? String(from + size) : '',
        };
      }
      case 'POST reviewitems/_show': {
        const pair = [...PAIRS, ...SAMPLE].find(({ item }) => item.item === body.item);
        if (!body.purpose) return refuse(400, 'FIELDS_INVALID', 'purpose: is needed');
        return pair ?? refuse(404, 'RESOURCE_NOT_FOUND', 'no such pair');
      }
      case 'POST clients/_history': {
        if (!CLIENTS.includes(body.client)) return refuse(404, 'RESOURCE_NOT_FOUND', 'no such client');
        const event = (source, person_key, joined, text, other_client = '') => ({
          known_time: KNOWN,
          source,
          person_key,
          joined,
          text,
          other_client,
          model: MODEL,
        });
        const about = decisions.filter((each) => each.clients?.includes(body.client));
        return {
          client: body.client,
          aliases: body.client === CLIENTS[0] ? [`c${'e'.repeat(20)}`] : [],
          events: [
            event('jw301', 'p1', true, 'Zelfde geldig burgerservicenummer'),
            event('clienten', 'p2', true, 'Naam en geboortedatum gelijk'),
            event('pgb', 'p3', true, 'Naam gelijk'),
            event('pgb', 'p3', false, 'Losgemaakt door een besluit', CLIENTS[2]),
          ],
          decisions: about.map(said),
        };
      }
      case 'POST clients/_merge':
      case 'POST clients/_split': {
        const merges = path.endsWith('_merge');
        const made = {
          name: name('linkdecisions', `d${decisions.length + 1}`),
          kind: merges ? 'MERGE' : 'SPLIT',
          verdict: merges ? 'SAME_PERSON' : 'DIFFERENT_PERSONS',
          reason: body.reason,
          proposed_by: subject,
          proposed_time: '2018-04-03T09:00:00Z',
          confirmed_by: '',
          undone_by: '',
          undone_reason: '',
          state: 'EFFECTIVE',
          followed: true,
          known_time: '2018-04-03T09:00:00Z',
          persons: merges ? ['p1', 'p9'] : ['p1'],
          taken_out: merges ? [] : body.persons,
          clients: merges ? body.clients : [body.client],
        };
        decisions.unshift(made);
        return said(made);
      }
      case 'POST linkdecisions': {
        const before = requests.get(body.request_id);
        if (before) return said(before);
        const made = {
          name: name('linkdecisions', `d${decisions.length + 1}`),
          kind: 'PAIR',
          verdict: body.verdict,
          reason: body.reason,
          proposed_by: subject,
          proposed_time: '2018-04-03T09:00:00Z',
          item: body.item,
          confirmed_by: '',
          undone_by: '',
          undone_reason: '',
          persons: [],
          taken_out: [],
          ...(fourEyes
            ? { state: 'PROPOSED', followed: false }
            : { state: 'EFFECTIVE', followed: true, known_time: '2018-04-03T09:00:00Z' }),
        };
        decisions.unshift(made);
        requests.set(body.request_id, made);
        return said(made);
      }
      case 'GET linkdecisions':
        return { decisions: decisions.map(said), next_page_token: '' };
      case 'GET linkmodels':
        return { models, next_page_token: '' };
      case `GET linkmodels/${MODEL}`:
        return { ...models.find((model) => model.name.endsWith(MODEL)), text: 'nmd koppelmodel 1\ngrenzen 6629 0 -4248 -4000\n' };
      case 'POST linkmodels/_train':
        polls = 0;
        return { name: 'linkoperations/o1', done: false, metadata: { '@type': 'x', pairs_done: '0', pairs_all: '40000' } };
      case 'GET /linkoperations/o1':
        if (++polls < 2)
          return { name: 'linkoperations/o1', done: false, metadata: { '@type': 'x', pairs_done: '10000', pairs_all: '40000' } };
        if (models.length === 1) {
          models.unshift({
            name: name('linkmodels', '00aa'),
            create_time: '2018-04-03T09:00:00Z',
            record_count: '2100',
            released_by: '',
            reason: '',
            in_force: false,
            difference: { clients_before: '604', clients_after: '601', persons_moved: '7', open_pairs_before: '3', open_pairs_after: '2' },
          });
        }
        return { name: 'linkoperations/o1', done: true, response: models[0] };
      case 'POST linkmodels/00aa/_release':
        for (const model of models) model.in_force = false;
        return Object.assign(models[0], {
          in_force: true,
          release_time: '2018-04-03T10:00:00Z',
          released_by: subject,
          reason: body.reason,
        });
      case 'POST goldsamples/_draw':
        drawn = body.size;
        return { name: name('goldsamples', 'g1'), strata: strata() };
      case 'POST goldsamples/_label':
        labels.set(body.item, body.verdict);
        return { name: name('goldsamples', 'g1'), strata: strata() };
      default:
        return undefined;
    }
  }
  return { answer, labels, decisions };
}
