// SPDX-License-Identifier: EUPL-1.2
// A gateway in small for the end-to-end test: serves the built pages with the security headers of the real one, and answers
// with fixture F1. Made for one test run at a time, on a free port of this machine.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import * as answers from './answers.mjs';
import { startLinking } from './link_answers.mjs';
import { isPublic, publicAnswer } from './public_answers.mjs';
import { startScreens } from './screen_answers.mjs';

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' };
const HEADERS = {
  'Content-Security-Policy': "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
  'X-Request-Id': 'stub-1',
};

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString() || '{}');
}

// A token that tells who it is for, as a real one does; nothing signs it.
const tokenOf = (role) => `stub.${Buffer.from(JSON.stringify({ sub: role === 'aanbieder' ? 'agb:91000001' : `demo-${role}`, municipality: 'gm1730', role })).toString('base64url')}.`;
const roleOf = (authorization) => authorization && JSON.parse(Buffer.from(authorization.split('.')[1] ?? '', 'base64url').toString()).role;

/**
 * Serves the folder `dist`. `faults` may be changed while it runs: `signIn` answers 404 to the development issuer ('issuer':
 * people sign in at the municipality instead), `closed` lets nobody read without a token, `links` is
 * an answer 503 of linking, `region` makes it the instance of the region, `slow` keeps every call waiting so many milliseconds, `status` and `problem` are the answer to every
 * other call. `restartLinking` and `restartScreens` forget what was decided.
 */
export async function startStub(dist) {
  const faults = {};
  const calls = [];
  const stub = { linking: startLinking(), screens: startScreens() };
  const server = createServer((request, response) => void handle(request, response).catch((error) => response.destroy(error)));

  async function handle(request, response) {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    const send = (status, type, body) => response.writeHead(status, { ...HEADERS, 'Content-Type': type }).end(body);
    const json = (value, status = 200) => send(status, status < 400 ? 'application/json' : 'application/problem+json', JSON.stringify(value));
    const problem = (status, reason, detail, violations = []) => json({ status, title: reason, detail, reason, violations }, status);

    if (!pathname.startsWith('/v1/')) {
      const file = normalize(pathname === '/' ? '/index.html' : pathname);
      const contents = await readFile(join(dist, file)).catch(() => undefined);
      return contents ? send(200, TYPES[extname(file)] ?? 'application/octet-stream', contents) : problem(404, 'ROUTE_UNKNOWN', 'no such file');
    }
    if (pathname === '/v1/dev/token') {
      if (faults.signIn) return problem(404, 'ROUTE_UNKNOWN', 'no route');
      return json({ token: tokenOf(searchParams.get('role')), ...(faults.region ? { municipality: 'nmd', title: 'Noord-Midden-Drenthe' } : { municipality: 'gm1730', title: 'Tynaarlo' }) });
    }
    if (pathname.startsWith('/v1/session')) {
      if (faults.signIn !== 'issuer') return problem(404, 'ROUTE_UNKNOWN', 'no route');
      if (pathname === '/v1/session/login') return send(200, 'text/html; charset=utf-8', `<title>Issuer</title><p>${searchParams.get('return')}`);
      return problem(401, 'IDENTITY_MISSING', 'nobody is signed in');
    }
    const role = roleOf(request.headers.authorization);
    const below = pathname.replace(`/v1/municipalities/${faults.region ? 'nmd' : 'gm1730'}/`, '');
    if (isPublic(below) && (role || !faults.closed)) {
      calls.push({ path: request.url, body: undefined, role });
      const found = publicAnswer(request.method, below, faults.region);
      return typeof found.status === 'number' ? problem(found.status, found.reason, found.detail) : json(found);
    }
    if (!role) return problem(401, 'IDENTITY_MISSING', 'no token');
    const body = request.method === 'POST' ? await bodyOf(request) : undefined;
    calls.push({ path: request.url, body });
    if (faults.slow) await pause(faults.slow);
    if (faults.status) return problem(faults.status, faults.problem, 'stub', faults.violations);
    const path = below.replace('/v1/', '/');
    const linked = role === 'koppelbeheerder' ? stub.linking.answer(request.method, path, searchParams, body) : undefined;
    if (linked) return typeof linked.status === 'number' ? problem(linked.status, linked.reason, linked.detail) : json(linked);
    const given = answers.isMonthly(path, body) ? undefined : await stub.screens.answer(request.method, path, searchParams, body, role, faults.region);
    if (given) return typeof given.status === 'number' ? problem(given.status, given.reason, given.detail, given.violations) : json(given);
    // The region has no services for figures, sources or links.
    if (faults.region) return problem(501, 'METHOD_UNKNOWN', 'stub');
    switch (`${request.method} ${path}`) {
      case 'POST figures/_decompose':
        return json(answers.decompose(body));
      case 'POST figures/_query':
        return json(answers.query(body));
      case 'GET measures':
        return json(answers.measures);
      case 'GET dimensions':
        return json(answers.dimensions);
      case 'GET sourceanalyses':
        return json(answers.sourceAnalyses);
      case 'GET linksummary':
        if (faults.links) return problem(503, 'UNAVAILABLE_NOW', 'stub');
        return json(answers.linkSummary);
      case 'GET sources':
        return json(answers.sources);
      default:
        return problem(404, 'ROUTE_UNKNOWN', 'no route');
    }
  }

  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    faults,
    calls,
    restartLinking: (options) => (stub.linking = startLinking(options)),
    restartScreens: () => (stub.screens = startScreens()),
    stop: () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))),
  };
}
