// SPDX-License-Identifier: EUPL-1.2
// Answers of nmd.publication.v1.OpenDataService for the end-to-end test: invented. A table that holds, one that was replaced and one that
// was taken back; and those of the region, which has its members as the first dimension.
const KNOWN = '2018-04-03T09:30:00Z';
const year = (number) => ({ start_date: `${number}-01-01`, end_date: `${number + 1}-01-01` });
const RELIABILITY = { completeness: 0.98, link_quality: 0.997, source_quality: 0.994, statement: 'Van de berichten is 98% binnen.' };

const code = (value, label) => ({ value, label });
const cell = (codes, state, clients) => ({ codes, state, ...(clients !== undefined && { values: [{ count: String(clients) }] }), ...(state !== 'HIDDEN' && { reliability: RELIABILITY }) });
const publication = (id, number, cells) => ({
  publication: id, table: 'clienten-wet-wijk', title: 'Cliënten per wet en wijk', period: year(number), known_time: KNOWN, audience: 'openbaar', minimum_clients: 10, rounded_to: '0', proof: 'Bewezen: geen van de 2 verborgen cellen volgt uit wat is getoond.',
  dimensions: [{ dimension: 'law', title: 'Wet', codes: [code('totaal', 'Totaal'), code('jeugdwet', 'Jeugdwet'), code('wmo', 'Wmo')] }, { dimension: 'district', title: 'Wijk', codes: [code('totaal', 'Totaal'), code('WK173001', 'Eelde'), code('WK173002', '=Vries')] }],
  measures: [{ measure: 'clients', title: 'Cliënten', unit: 'count', definition: 'clients/1' }], cells,
});
const CELLS = [
  cell([0, 0], 'SHOWN', 900), cell([0, 1], 'SHOWN', 500), cell([0, 2], 'SHOWN', 400), cell([1, 0], 'SHOWN', 598), cell([1, 1], 'SHOWN', 400), cell([1, 2], 'SHOWN', 198), cell([2, 0], 'SHOWN', 302), cell([2, 1], 'HIDDEN'), cell([2, 2], 'HIDDEN'),
];
const FILES = [{ file: 'csv', title: 'CSV voor op het web', media_type: 'text/csv; charset=utf-8; header=present' }, { file: 'sdmx-csv', title: 'SDMX-CSV', media_type: 'application/vnd.sdmx.data+csv; version=2.0.0' }];

const dataset = (id, number, state, more) => ({ name: `municipalities/gm1730/datasets/${id}`, title: 'Cliënten per wet en wijk', state, reason: '', table: 'clienten-wet-wijk', period: year(number), known_time: KNOWN, released_time: '2018-04-05T10:00:00Z', replaces: '', replaced_by: '', coverage: '', files: FILES, ...more });
// Of 2015 numbers were rounded instead of hidden.
const rounded = (id) => {
  const whole = publication(id, 2015, [[[0, 0], 900], [[0, 1], 500], [[0, 2], 400], [[1, 0], 600], [[1, 1], 400], [[1, 2], 200], [[2, 0], 300], [[2, 1], 100], [[2, 2], 200]].map(([codes, clients]) => ({ ...cell(codes, 'SHOWN', clients), reliability: undefined })));
  return { ...whole, measures: whole.measures.map((each) => ({ ...each, rounded_to: '10', uncertainty: '9' })), proof: 'Afgerond: elk aantal is een veelvoud van 10.' };
};
const DATASETS = [
  dataset('gm1730-2018-0003', 2017, 'CURRENT', { replaces: 'gm1730-2018-0001', publication: publication('gm1730-2018-0003', 2017, CELLS) }),
  dataset('gm1730-2018-0002', 2016, 'WITHDRAWN', { reason: 'Een wijk was verkeerd geteld.', withdrawn_time: '2018-05-01T10:00:00Z', files: [] }),
  dataset('gm1730-2018-0001', 2017, 'REPLACED', { replaced_by: 'gm1730-2018-0003', publication: publication('gm1730-2018-0001', 2017, CELLS) }),
  dataset('gm1730-2018-0000', 2015, 'CURRENT', { publication: rounded('gm1730-2018-0000') }),
];

// Of five members one hides a level, one took its publication back and one never had any; the region hides what would tell the hidden one.
const MEMBERS = [['gm1730', 'Tynaarlo', 600, 400, 200], ['gm0106', 'Assen', 800, 500, 300], ['gm1680', 'Aa en Hunze', 100], ['gm1731', 'Midden-Drenthe'], ['gm1699', 'Noordenveld']];
const together = [[0, 'SHOWN', 1500], [1, 'HIDDEN'], [2, 'HIDDEN']].map(([level, state, clients]) => cell([0, level], state, clients));
const ofMember = ([, title, ...clients], index) =>
  [0, 1, 2].map((level) => (clients.length === 0 ? { ...cell([index + 1, level], 'SHOWN'), values: [{ missing: title === 'Noordenveld' ? 'NOT_PUBLISHED' : 'PUBLICATION_WITHDRAWN' }] } : cell([index + 1, level], clients[level] === undefined ? 'HIDDEN' : 'SHOWN', clients[level])));
export const TOGETHER = {
  ...publication('niveau_2017-01-01_2018-01-01', 2017, [...together, ...MEMBERS.flatMap(ofMember)]), table: 'niveau', title: 'Cliënten per niveau',
  dimensions: [{ dimension: 'municipality', title: 'Gemeente', codes: [code('totaal', 'Regio'), ...MEMBERS.map(([id, title]) => code(id, title))] }, { dimension: 'ivn', title: 'Interventieniveau', codes: [code('totaal', 'Totaal'), code('5', 'IVN 5'), code('6', 'IVN 6')] }],
};
const OF_REGION = [
  { ...dataset('niveau_2017-01-01_2018-01-01', 2017, 'CURRENT', { coverage: '3 van 5 gemeenten', publication: TOGETHER }), name: 'municipalities/nmd/datasets/niveau_2017-01-01_2018-01-01', title: 'Cliënten per niveau', table: 'niveau' },
  { ...dataset('niveau_2016-01-01_2017-01-01', 2016, 'WITHDRAWN', { coverage: '0 van 5 gemeenten', reason: 'Midden-Drenthe: Verkeerde periode.', files: [] }), name: 'municipalities/nmd/datasets/niveau_2016-01-01_2017-01-01', title: 'Cliënten per niveau', table: 'niveau' },
];

export const isPublic = (path) => /^(datasets|catalogue|odata)(\/|$)/.test(path);

/** The answer to who asks what is public, with or without a token, of the municipality or of the region. */
export function publicAnswer(method, path, region = false) {
  if (method !== 'GET') return { status: 405, reason: 'METHOD_UNKNOWN', detail: 'stub' };
  const all = region ? OF_REGION : DATASETS;
  if (path === 'datasets') return { datasets: all.map(({ publication: of, ...each }) => ({ ...each, ...(of && { publication: { ...of, cells: [], dimensions: of.dimensions.map(({ codes, ...rest }) => rest) } }) })) };
  const found = all.find((each) => `datasets/${each.name.slice(each.name.lastIndexOf('/') + 1)}` === path);
  return found ?? { status: 404, reason: 'RESOURCE_NOT_FOUND', detail: 'stub' };
}
