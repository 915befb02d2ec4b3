// SPDX-License-Identifier: EUPL-1.2
// Answers of nmd.publication.v1 for the end-to-end test: invented. What was proposed and decided stays so until the next start.
import { TOGETHER } from './public_answers.mjs';

const AGREEMENT = {
  name: 'municipalities/gm1730/agreements/regio', title: 'Jeugdhulp in de regio', audiences: ['regio'], purpose: 'Contractmanagement', legal_basis: 'Jeugdwet artikel 2.7', contact: 'privacyfunctionaris', start_date: '2017-01-01', end_date: '2030-01-01', version: '1',
  tables: [{ table: 'niveau', title: 'Cliënten per niveau', measures: ['clients'], dimensions: ['ivn'], minimum_clients: 10 }],
};
const KNOWN = '2018-04-03T09:30:00Z';
const CELLS = [['totaal', 'Totaal', 'SHOWN', 598], ['4', 'IVN 4', 'SHOWN', 56], ['5', 'IVN 5', 'SHOWN', 276], ['6', 'IVN 6', 'HIDDEN_SECONDARY'], ['7', 'IVN 7', 'HIDDEN_PRIMARY'], ['8', 'IVN 8', 'ZERO', 0]];
const AUDIT = { safe: true, primary_count: '1', hidden_count: '2', sum_count: '1', program_count: '4', release_count: '1' };
const LEAK = { cell: 'ivn 7', kind: 'exact', attacker: 'wie alles van de regio ziet', path: ['totaal min ivn 4', 'min ivn 5'], measure: 'Cliënten' };

// The year 2016 has thin areas, which its rule merges.
const MERGING = {
  dimension: 'district', areas: [{ value: { dimension: 'district', value: 'WK173001+WK173002', label: 'Eelde en Vries' }, members: ['WK173001', 'WK173002'] }], value_count: '5', unmerged_count: '6', hiding_alone: { hidden_cells: 0.5, hidden_value: 0.6 }, hiding_alone_safe: true,
};

// In 2015 its rule rounds instead of hiding.
const ROUNDING = { measures: [{ measure: 'clients', rounded_to: '10', uncertainty: '9', mean_distance: 2.25 }], hiding_alone: { hidden_cells: 2 / 6, hidden_value: 0.4 }, hiding_alone_safe: true };
const rounded = (period) => ({
  cells: [['totaal', 'Totaal', 600], ['4', 'IVN 4', 60], ['5', 'IVN 5', 270], ['6', 'IVN 6', 260], ['7', 'IVN 7', 10], ['8', 'IVN 8', 0]].map(([ivn, label, clients]) => ({ dimensions: [{ dimension: 'ivn', value: ivn, label }], state: 'SHOWN', figures: [{ measure: 'clients', period, state: 'ANSWERED', count: String(clients) }] })),
  shown_count: '6', zero_count: '0', primary_count: '0', secondary_count: '0', proof: 'Afgerond: elk aantal is een veelvoud van 10 en zit hoogstens 9 van het echte aantal.', known_time: KNOWN, loss: { hidden_cells: 0, hidden_value: 0 }, audit: { ...AUDIT, hidden_count: '0' }, rounding: ROUNDING,
});

const preview = (period) => period.start_date === '2015-01-01' ? rounded(period) : ({
  cells: CELLS.map(([ivn, label, state, clients]) => ({
    dimensions: [{ dimension: 'ivn', value: ivn, label }], state,
    figures: [{ measure: 'clients', period, ...(clients === undefined ? { state: 'SUPPRESSED' } : { state: 'ANSWERED', count: String(clients) }) }],
  })),
  shown_count: '3', zero_count: '1', primary_count: '1', secondary_count: '1', proof: 'Geen van de 2 afgeschermde cellen volgt uit wat is getoond.', known_time: KNOWN, loss: { hidden_cells: 2 / 6, hidden_value: 0.4 }, audit: AUDIT, ...(period.start_date === '2016-01-01' && { merging: MERGING }),
});

const publication = () => ({
  title: 'Cliënten per niveau', minimum_clients: 10, dimensions: [{ dimension: 'ivn', title: 'Interventieniveau', codes: CELLS.map(([code, label]) => ({ value: code, label })) }], measures: [{ measure: 'clients', title: 'Cliënten', unit: 'count', definition: 'clients/1' }],
  cells: CELLS.map(([, , state, clients], index) => ({ codes: [index], state: state.startsWith('HIDDEN') ? 'HIDDEN' : state, ...(clients !== undefined && { values: [{ count: String(clients) }] }) })),
});

export function startPublishing() {
  const released = [];
  const versions = [{ name: `${AGREEMENT.name}/versions/2`, agreement: AGREEMENT, state: 'PROPOSED', proposed_by: 'demo-controller', proposed_time: KNOWN, changes: ['Tabel "Cliënten per niveau": grens van 5 naar 10.'] }, { name: `${AGREEMENT.name}/versions/1`, agreement: AGREEMENT, state: 'IN_FORCE', proposed_by: 'demo-controller', proposed_time: KNOWN, decided_by: 'demo-privacyfunctionaris', decided_time: KNOWN }];
  const propose = (subject, body, state) => {
    const number = `gm1730-2018-${String(released.length + 1).padStart(4, '0')}`;
    released.unshift({ name: `municipalities/gm1730/releases/${number}`, agreement: body.agreement, table: body.table, title: 'Cliënten per niveau', period: body.period, known_time: KNOWN, audience: body.audience, state, proposed_by: subject, proposed_time: KNOWN, proof: 'Geen cel volgt uit wat is getoond.', cell_count: '6', audit: state === 'BLOCKED' ? { ...AUDIT, safe: false, findings: [LEAK] } : AUDIT });
    return released[0];
  };
  propose('demo-controller', { agreement: AGREEMENT.name, table: 'niveau', period: { start_date: '2017-01-01', end_date: '2018-01-01' }, audience: 'regio' }, 'BLOCKED');
  return (method, path, body, role) => {
    const subject = `demo-${role}`;
    if (!/^(agreements|releases)/.test(path)) return undefined;
    if (role === 'koppelbeheerder' || role === 'beheerder') return error(403, 'ROLE_MISSING');
    switch (`${method} ${path}`) {
      case 'GET agreements':
        return { agreements: [AGREEMENT] };
      case 'GET agreements/-/versions':
        return { versions };
      case 'POST agreements/regio/_preview':
        return body.period.end_date > '2019-01-01' ? error(412, 'TABLE_NOT_AGREED') : preview(body.period);
      case 'GET releases':
        return { releases: released };
      case 'POST releases':
        return propose(subject, body, 'PROPOSED');
    }
    const [, number, deed] = /^agreements\/regio\/versions\/(\d)\/_(approve|refuse)$/.exec(path) ?? [];
    if (number) return decided(versions.find((each) => each.name.endsWith(number)), deed === 'approve' ? 'IN_FORCE' : 'REFUSED', subject, body);
    return decide(released, path, body, subject, publication(), [{ recipient: 'nmd', state: 'RECEIVED', received_time: KNOWN }]);
  };
}

/** The region: tables of what members told the public, proposed and approved as elsewhere; no agreements, and nothing to preview. */
export function startReleasing() {
  const released = [];
  return (method, path, body, role) => {
    if (!/^(agreements|releases)/.test(path)) return undefined;
    const subject = `demo-${role}`;
    if (path.startsWith('agreements')) return error(501, 'METHOD_UNKNOWN');
    if (!['privacyfunctionaris', 'controller', 'beleidsadviseur', 'contractmanager', 'griffie'].includes(role)) return error(403, 'ROLE_MISSING');
    if (`${method} ${path}` === 'GET releases') return { releases: released };
    if (`${method} ${path}` !== 'POST releases') return decide(released, path, body, subject, TOGETHER, []);
    if (Object.keys(body).sort().join() !== 'period,table') return { status: 400, reason: 'FIELDS_INVALID', detail: 'agreement, known_time: must be empty' };
    if (body.table !== 'niveau') return error(404, 'RESOURCE_NOT_FOUND');
    released.unshift({ name: `municipalities/nmd/releases/nmd-2018-${String(released.length + 1).padStart(4, '0')}`, agreement: '', table: body.table, title: 'Cliënten per niveau', period: body.period, known_time: KNOWN, audience: 'openbaar', state: 'PROPOSED', proposed_by: subject, proposed_time: KNOWN, proof: 'Nagerekend naast wat de gemeenten zelf vertelden.', cell_count: '18', loss: { hidden_cells: 1 / 3 }, audit: { safe: true, release_count: '3' }, coverage: '3 van 5 gemeenten', deliveries: [] });
    return released[0];
  };
}

const error = (status, reason) => ({ status, reason, detail: 'stub' });
const decided = (of, state, subject, body) => Object.assign(of, { state, decided_by: subject, decided_time: KNOWN, ...(body.reason && { reason: body.reason }) });

function decide(released, path, body, subject, publication, deliveries) {
  const [, id, act] = /^releases\/([^/]+?)(?:\/_(approve|refuse|withdraw))?$/.exec(path) ?? [];
  const release = released.find((each) => each.name.endsWith(`/${id}`));
  if (!release) return error(404, 'RESOURCE_NOT_FOUND');
  if (act === 'approve') {
    if (release.proposed_by === subject) return error(403, 'FOUR_EYES');
    // About 2016 a member said something since.
    if (release.period.start_date === '2016-01-01') return error(412, 'RELEASE_OUTDATED');
    return Object.assign(decided(release, 'RELEASED', subject, body), { deliveries });
  }
  if (act === 'refuse') return decided(release, 'REFUSED', subject, body);
  if (act === 'withdraw') return Object.assign(release, { state: 'WITHDRAWN', withdrawn_by: subject, withdrawn_time: KNOWN, reason: body.reason });
  return { ...release, ...(release.state !== 'WITHDRAWN' && { publication }) };
}
