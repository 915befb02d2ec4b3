// SPDX-License-Identifier: EUPL-1.2
// Answers of nmd.publication.v1.OpenDataService for the end-to-end test: invented. A table that holds, one that was replaced and one that
// was taken back.
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
const DATASETS = [
  dataset('gm1730-2018-0003', 2017, 'CURRENT', { replaces: 'gm1730-2018-0001', publication: publication('gm1730-2018-0003', 2017, CELLS) }),
  dataset('gm1730-2018-0002', 2016, 'WITHDRAWN', { reason: 'Een wijk was verkeerd geteld.', withdrawn_time: '2018-05-01T10:00:00Z', files: [] }),
  dataset('gm1730-2018-0001', 2017, 'REPLACED', { replaced_by: 'gm1730-2018-0003', publication: publication('gm1730-2018-0001', 2017, CELLS) }),
];

export const isPublic = (path) => /^(datasets|catalogue|odata)(\/|$)/.test(path);

/** The answer to who asks what is public, with or without a token. */
export function publicAnswer(method, path) {
  if (method !== 'GET') return { status: 405, reason: 'METHOD_UNKNOWN', detail: 'stub' };
  if (path === 'datasets') return { datasets: DATASETS.map(({ publication: of, ...each }) => ({ ...each, ...(of && { publication: { ...of, cells: [], dimensions: of.dimensions.map(({ codes, ...rest }) => rest) } }) })) };
  const found = DATASETS.find((each) => `datasets/${each.name.slice(each.name.lastIndexOf('/') + 1)}` === path);
  return found ?? { status: 404, reason: 'RESOURCE_NOT_FOUND', detail: 'stub' };
}
