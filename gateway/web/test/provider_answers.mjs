// SPDX-License-Identifier: EUPL-1.2
// Answers of nmd.contracts.v1.ProviderService for the end-to-end test: invented. What either side says about a post changes it, and the feed
// tells who waits; so does a statement. Rows name allocations and nobody.
import { NEWEST } from './answers.mjs';

const ACCOUNT = 'municipalities/gm1730/accounts/91000001';
const SAID = '2018-04-04T10:00:00Z';
const OF_PROVIDER = ['AGREED', 'DISPUTED', 'INVESTIGATING', 'WILL_CREDIT', 'WILL_DECLARE', 'WILL_REPORT', 'SETTLED'];
const OF_MUNICIPALITY = ['AGREED', 'DISPUTED', 'INVESTIGATING', 'WILL_ANSWER', 'WILL_CHANGE_ALLOCATION', 'SETTLED'];

const line = (allocation, month, volume, euro) => ({ allocation: String(allocation), product: '45A48', start_date: `2018-0${month}-01`, end_date: `2018-0${month + 1}-01`, unit: '16', volume_thousandths: String(volume), amount_cents: String(euro * 100) });
const LINES = [line(100, 1, 12_000, 600), line(100, 2, 10_500, 525), line(101, 1, 8_000, 400)];

/** Begins with the posts and what was said about them, newest first. */
export function startProvider(items, responses) {
  const posts = new Map(items.map((item) => [item.name, { ...item }]));
  const said = [...responses].reverse();
  const log = items.map(({ name }, index) => ({ name, sequence: index + 1 }));
  const statements = [];
  let waiters = [];
  let conflict = false;
  for (const { name } of said) {
    const post = posts.get(name.replace(/\/responses.*/, ''));
    Object.assign(post, { response_count: (post.response_count ?? 0) + 1, last_response: said.filter((each) => each.name.startsWith(`${post.name}/`)).at(-1) });
  }
  const changed = (name) => {
    log.push({ name, sequence: log.length + 1 });
    const waiting = waiters;
    waiters = [];
    for (const each of waiting) each();
  };
  const changes = (after, size) => {
    const latest = new Map(log.map(({ name, sequence }) => [name, sequence]));
    const found = [...latest].filter(([, sequence]) => sequence > after).sort(([, a], [, b]) => a - b).slice(0, size);
    return { changes: found.map(([name, sequence]) => ({ name, ...(posts.has(name) && { item: posts.get(name) }), sequence: String(sequence) })), next_sequence: String(found.at(-1)?.[1] ?? after), restarted: after === 0 };
  };
  const outcomes = (lines) => [{ kind: 'STATEMENT', outcome: 'MATCHED', items: { count: String(lines.length) }, title: 'Klopt' }];
  const state = (fields, lines) => {
    statements.unshift({ name: `${ACCOUNT}/statements/${statements.length + 1}`, time: SAID, line_count: lines.length, amount_cents: String(lines.reduce((sum, each) => sum + Number(each.amount_cents), 0)), replaced_months: [], outcomes: outcomes(lines), confirmed_draft: '', ...fields });
    for (const before of statements.slice(1)) before.replaced_months = ['2018-01', '2018-02'];
    return statements[0];
  };

  /** The answer to a call below the account of the provider, `{ status, reason }` for an error, or undefined when it is another's. */
  return function answer(method, path, query, body, role) {
    const [, part] = /^accounts\/91000001\/(.*)$/.exec(path) ?? [];
    if (!part) return undefined;
    const faults = (detail) => ({ status: 400, reason: 'FIELDS_INVALID', detail });
    if (`${method} ${part}` === 'GET itemchanges') {
      const [after, size] = [Number(query.get('after_sequence')), Number(query.get('page_size'))];
      const now = changes(after, size);
      if (now.changes.length > 0 || query.get('wait_seconds') === '0') return now;
      return new Promise((resolve) => waiters.push(() => resolve(changes(after, size))));
    }
    if (`${method} ${part}` === 'GET responses') return { responses: said };
    if (`${method} ${part}` === 'GET statements') return { statements };
    const [, draft, confirm] = /^drafts\/([a-z]+-\d{4})(\/_confirm)?$/.exec(part) ?? [];
    if (confirm) {
      // The first time something came in between.
      if (body.etag !== 'e1') return faults('etag: must be that of the draft');
      if (!conflict) {
        conflict = true;
        return { status: 409, reason: 'WRITE_CONFLICT', detail: 'stub' };
      }
      return state({ law: 'jeugdwet', start_date: '2018-01-01', end_date: '2019-01-01', confirmed_draft: 'e1' }, LINES);
    }
    if (draft) {
      const lines = draft === 'jeugdwet-2018' ? LINES : [];
      return { name: `${ACCOUNT}/drafts/${draft}`, law: draft.slice(0, -5), year: 2018, lines, amount_cents: String(lines.reduce((sum, each) => sum + Number(each.amount_cents), 0)), open: lines.length ? { count: '150', amount_cents: '1900000' } : {}, etag: 'e1', known_time: NEWEST };
    }
    if (`${method} ${part}` === 'POST statements') {
      if (role !== 'aanbieder') return { status: 403, reason: 'ROLE_MISSING', detail: 'stub' };
      if (body.lines.some((each) => each.product === '00000')) return { ...faults('lines[1].product: must be a product code'), violations: [{ field: 'lines[1].product', description: 'must be a product code' }] };
      return state({ law: body.law, start_date: body.start_date, end_date: body.end_date }, body.lines);
    }
    const [, id] = /^items\/([^/]+)\/_respond$/.exec(part) ?? [];
    const post = posts.get(`${ACCOUNT}/items/${id}`);
    if (!post) return undefined;
    if (!(role === 'aanbieder' ? OF_PROVIDER : OF_MUNICIPALITY).includes(body.position)) return faults('position: must be one of the own side');
    if (/\b\d{9}\b/.test(body.note ?? '')) return faults('note: must not have a burgerservicenummer');
    const number = (post.response_count ?? 0) + 1;
    const response = { name: `${post.name}/responses/${number}`, side: role === 'aanbieder' ? 'OF_PROVIDER' : 'OF_MUNICIPALITY', position: body.position, reason: body.reason ?? 'REASON_UNSPECIFIED', note: body.note ?? '', time: SAID, outcome: post.outcome, amount_cents: post.amount_cents };
    said.push(response);
    Object.assign(post, { response_count: number, last_response: response });
    // Who says that it was answered has nothing to do any more.
    if (body.position === 'WILL_ANSWER') posts.delete(post.name);
    changed(post.name);
    return response;
  };
}
