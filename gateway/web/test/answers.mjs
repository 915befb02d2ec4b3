// SPDX-License-Identifier: EUPL-1.2
// Answers of the services on fixture F1 (requirements section 7): invented, no real data. Shaped as the gateway writes them:
// protobuf JSON with the names of the proto files, int64 as strings, fields with a default value left out.
// T-04 and T-05 give the effects in euro; the cents are theirs, rounded so that they sum to the growth.

/** When the newest delivery of the fixture became known. */
export const NEWEST = '2018-04-03T09:30:00Z';
/** Since when January 2018 is known. */
const DELIVERED = '2018-02-05T08:00:00Z';

const RELIABILITY = {
  source_quality: 0.994,
  completeness: 0.98,
  link_quality: 0.997,
  newest_delivery_time: NEWEST,
  statement:
    'Van de berichten is 98% binnen, 99,4% daarvan kwam door alle controles en 99,7% is gekoppeld op een geldig burgerservicenummer.',
};

const UNITS = { clients: 'count', provisions: 'count', indicated: 'amount_cents' };

const nextMonth = (month) => {
  const [year, number] = month.split('-').map(Number);
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
};

function figure(measure, month, value, known, more = {}) {
  return {
    measure,
    period: { start_date: `${month}-01`, end_date: `${nextMonth(month)}-01` },
    state: 'ANSWERED',
    [UNITS[measure]]: String(value),
    reliability: RELIABILITY,
    known_time: known,
    definition: `${measure}/1`,
    ...more,
  };
}

function noFigure(measure, month, state, reason, known, more = {}) {
  const { [UNITS[measure]]: _, ...rest } = figure(measure, month, 0, known, more);
  return { ...rest, state, state_reason: reason };
}

// IVN: provisions 2017, 2018; amount per month in euro 2017, 2018; growth in euro (T-05).
const IVN = [
  ['4', 70, 56, 14_000, 11_480, -2_520],
  ['5', 183, 276, 73_200, 120_060, 46_860],
  ['6', 178, 238, 116_056, 168_266, 52_210],
  ['7', 152, 189, 146_072, 198_450, 52_378],
  ['8', 18, 27, 66_672, 100_008, 33_336],
];

const effect = (factor, title, cents, share) => ({ factor, title, amount_euro: cents / 100, amount_cents: String(cents), share });

const provenance = (known) => [
  { source: 'jw301', delivery_count: '412', newest_known_time: known },
  { source: 'jw315', delivery_count: '187', newest_known_time: '2018-03-29T07:12:00Z' },
  { source: 'tarieven', delivery_count: '2', newest_known_time: '2017-12-18T10:00:00Z' },
];

const start = (period) => period.start_date.slice(0, 7);
const lawOf = (request) => request.filters?.find((each) => each.dimension === 'law')?.values?.[0];

/** POST figures/_decompose. */
export function decompose(request) {
  const known = request.known_time ?? NEWEST;
  const [before, after] = [start(request.before), start(request.after)];
  const answer = { known_time: known, provenance: provenance(known) };
  if (before < '2017-01' && after >= '2017-01') return { ...answer, state: 'NOT_COMPARABLE', state_reason: 'TREND_BREAK' };
  if (lawOf(request) === 'wmo') return { ...answer, state: 'SUPPRESSED', state_reason: 'CELL_PROTECTED' };
  if (known < DELIVERED) return { ...answer, state: 'NOT_AVAILABLE', state_reason: 'PERIOD_NOT_DELIVERED' };
  const side = (month, values) => Object.keys(UNITS).map((measure, index) => figure(measure, month, values[index], known));
  return {
    ...answer,
    state: 'ANSWERED',
    before: side(before, [484, 601, 416_000_00]),
    after: side(after, [598, 786, 598_264_00]),
    growth_cents: '18226400',
    three_factor: [
      effect('clients', 'Meer cliënten', 10609669, 0.582104),
      effect('intensity', 'Meer voorzieningen per cliënt', 2852042, 0.156479),
      effect('price', 'Hogere prijs per voorziening', 4764689, 0.261417),
    ],
    four_factor: [
      effect('clients', 'Meer cliënten', 10598447, 0.581489),
      effect('intensity', 'Meer voorzieningen per cliënt', 2849025, 0.156313),
      effect('mix', 'Zwaardere voorzieningen', 1301015, 0.071381),
      effect('price', 'Hogere prijzen', 3477913, 0.190817),
    ],
    groups: IVN.map(([ivn, provisionsBefore, provisionsAfter, amountBefore, amountAfter, growth]) => {
      const dimensions = [{ dimension: 'ivn', value: ivn, label: `IVN ${ivn}` }];
      return {
        group: dimensions[0],
        provisions_before: figure('provisions', before, provisionsBefore, known, { dimensions }),
        provisions_after: figure('provisions', after, provisionsAfter, known, { dimensions }),
        amount_before: figure('indicated', before, amountBefore * 100, known, { dimensions }),
        amount_after: figure('indicated', after, amountAfter * 100, known, { dimensions }),
        growth_cents: String(growth * 100),
      };
    }),
    conclusion:
      'Het bedrag per maand groeide van € 416.000 naar € 598.264. Van die groei komt 58% door meer cliënten, 19% door hogere prijzen, 16% door meer voorzieningen per cliënt en 7% door zwaardere voorzieningen.',
  };
}

// From 484 in January 2017 to 598 in January 2018 and on, by straight lines; both ends exact.
const between = (from, to, index) => Math.round(from + ((to - from) * index) / 12);

/** Whether a call asks what `query` answers. */
export const isMonthly = (path, body) => path === 'figures/_query' && body.dimensions.join() === 'month';

/** POST figures/_query by month. The fixture begins in January 2017 and ends in April 2018. */
export function query(request) {
  const known = request.known_time ?? NEWEST;
  const figures = [];
  for (let month = start(request.period), index = 0; month < start({ start_date: request.period.end_date }); month = nextMonth(month)) {
    const dimensions = [{ dimension: 'month', value: month, label: month }];
    const since = month >= '2017-01' ? index++ : 0;
    for (const measure of request.measures) {
      const [from, to] = { clients: [484, 598], provisions: [601, 786], indicated: [416_000_00, 598_264_00] }[measure];
      const late = month > '2018-03' || (month >= '2018-01' && known < DELIVERED);
      if (month < '2017-01' || late) {
        figures.push(noFigure(measure, month, 'NOT_AVAILABLE', 'PERIOD_NOT_DELIVERED', known, { dimensions }));
      } else if (lawOf(request) === 'wmo') {
        figures.push(noFigure(measure, month, 'SUPPRESSED', 'CELL_PROTECTED', known, { dimensions }));
      } else {
        // The messages of March 2018 are still coming in.
        const more = month === '2018-03' ? { dimensions, reliability: { ...RELIABILITY, completeness: 0.71 } } : { dimensions };
        figures.push(figure(measure, month, between(from, to, since), known, more));
      }
    }
  }
  return { figures, totals: [], provenance: provenance(known), effective: { ...request, known_time: known } };
}

export const measures = {
  measures: [
    ['clients', 'Cliënten', 'Verschillende personen met in de maand ten minste een dag een geldige voorziening.', 'cliënten'],
    ['provisions', 'Voorzieningen', 'Toegewezen producten die in de maand ten minste een dag geldig zijn; een verlenging telt niet opnieuw.', 'voorzieningen'],
    ['indicated', 'Geïndiceerd bedrag', 'De toegewezen hoeveelheid in de maand maal het tarief dat op die dag gold.', 'euro'],
  ].map(([id, title, description, unit]) => ({ name: `municipalities/gm1730/measures/${id}`, title, definition: `${id}/1`, description, unit })),
};

export const dimensions = {
  dimensions: [
    { name: 'municipalities/gm1730/dimensions/ivn', title: 'Interventieniveau', registered: true },
    {
      name: 'municipalities/gm1730/dimensions/income',
      title: 'Inkomen',
      reason: 'Bij het toekennen van hulp wordt het inkomen niet vastgelegd. Nodig is een besluit om dit te registreren.',
    },
  ],
};

export const sources = {
  sources: [
    ['jw301', 'iJw 301 Toewijzing', 'gemeente', '412', '3', NEWEST],
    ['jw315', 'iJw 315 Verzoek om toewijzing', 'aanbieder', '187', '0', '2018-03-29T07:12:00Z'],
    ['tarieven', 'Tarieven', 'gemeente', '2', '0', '2017-12-18T10:00:00Z'],
    ['pgb', 'Pgb-bestedingen', 'SVB', '0', '0', undefined],
  ].map(([id, title, owner, delivery_count, rejected_count, newest_known_time]) => ({
    name: `municipalities/gm1730/sources/${id}`, title, owner, delivery_count, rejected_count, newest_known_time,
  })),
};

// Twelve months of claims of four providers, of whom one is missing for February and two may still declare March.
const CLAIM_MONTHS = Array.from({ length: 12 }, (_, index) => {
  const month = index < 9 ? `2017-${String(index + 4).padStart(2, '0')}` : `2018-0${index - 8}`;
  const [missing, pending] = [index === 10 ? 1 : 0, index === 11 ? 2 : 0];
  return {
    month, method: 'ALLOCATIONS', due_date: '2018-04-30', expected_count: '4', received_count: String(4 - missing - pending),
    missing_count: String(missing), pending_count: String(pending), extra_count: '0', delivery_count: '5', rejected_count: index === 3 ? '1' : '0',
    statement: missing ? '1 van de 4 aanbieders ontbreekt voor februari 2018.' : pending ? 'Voor maart 2018 hebben 2 van de 4 aanbieders geleverd; de rest kan nog komen tot en met 30-04-2018.' : 'Alle 4 aanbieders hebben geleverd.',
    missing: missing ? [{ sender: '91000002', title: 'Voorbeeld & Zoon', last_month: '2018-01' }] : [],
  };
});

export const sourceAnalyses = {
  source_analyses: [
    {
      name: 'municipalities/gm1730/sources/jw323/analysis', title: 'iJw 323 Declaratie', owner: 'aanbieder',
      fields: ['Bsn', 'DeclaratieNummer', 'IngediendBedrag'], legal_basis: 'Jeugdwet artikel 7.4.0', contact: '',
      first_known_time: '2017-02-06T09:00:00Z', newest_known_time: NEWEST, known_time: NEWEST,
      period: { start_date: '2017-04-01', end_date: '2018-04-01' }, completeness: 43 / 44, timeliness: 0.9, median_days_late: 12, grade: 'A',
      delivery_count: '60', rejected_count: '1', statement: 'Van wat er van deze bron verwacht werd, is 97,7% ontvangen.',
      failed_checks: [{ rule: 'TR101', level: 2, finding_count: '3', delivery_count: '1', text: 'Een sleutel komt twee keer voor. Maak elke sleutel uniek.' }],
      months: CLAIM_MONTHS,
    },
    {
      name: 'municipalities/gm1730/sources/clienten/analysis', title: 'Cliëntenbestand', owner: 'gemeente', fields: ['geboortedatum'],
      legal_basis: 'Jeugdwet artikel 7.4.1', contact: 'Backoffice sociaal domein', newest_known_time: '2018-03-29T07:12:00Z', known_time: NEWEST,
      grade: 'GRADE_UNSPECIFIED', delivery_count: '0', rejected_count: '0', months: CLAIM_MONTHS.map(({ month }) => ({ month, statement: '' })),
      statement: 'Of deze bron volledig is, is niet te zeggen: er is niets bekend over wat er verwacht wordt.',
    },
    { name: 'municipalities/gm1730/sources/pgb/analysis', title: 'Pgb-bestedingen', owner: 'SVB', months: [] },
  ],
};

export const linkSummary = { client_count: '604', open_pair_count: '3', least_client_count: '601', sources: [{ source: 'clienten', person_count: '200', linked_count: '190' }] };
