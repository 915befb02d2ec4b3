// SPDX-License-Identifier: EUPL-1.2
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Problem, Session, municipalityOf, problemOf } from './api';

afterEach(() => vi.unstubAllGlobals());

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { 'X-Request-Id': 'r-1' } });
const TOKEN = { token: 't1', municipality: 'gm1730', title: 'Tynaarlo' };

describe('a problem', () => {
  it('is told by its reason, with every fault of the request', () => {
    const problem = problemOf(400, {
      reason: 'FIELDS_INVALID', detail: '2 fields are wrong',
      violations: [{ field: 'measures', description: 'must not be empty' }, { field: 'before', description: 'is required' }],
    });
    expect(problem.title).toBe('De vraag klopt niet.');
    expect(problem.details).toEqual(['measures: must not be empty', 'before: is required']);
  });
  it.each([[401, /Aanmelden/], [403, /mag deze cijfers niet zien/], [404, /niet aanwezig/], [429, /druk/], [502, /niet bereikbaar/], [500, /ging iets mis/], [400, /vraag klopt niet/]])(
    'of status %d without a reason still says what to do',
    (status, title) => {
      const problem = problemOf(status, '<html>proxy</html>');
      expect(problem.title).toMatch(title);
      expect(problem.next).toMatch(/\.$/);
    },
  );
});

describe('a session', () => {
  it('says that signing in is needed where the development issuer is off', async () => {
    vi.stubGlobal('fetch', async () => json({ reason: 'ROUTE_UNKNOWN' }, 404));
    await expect(Session.signIn('beleidsadviseur')).rejects.toMatchObject({ title: 'Aanmelden is nodig.' });
  });
  it('takes the session of who signed in at the municipality, with its cookie and no token', async () => {
    const asked: Array<[string, RequestInit]> = [];
    vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
      asked.push([path, init]);
      if (path.includes('dev/token')) return json({ reason: 'ROUTE_UNKNOWN' }, 404);
      if (path === '/v1/session') return json({ subject: 'jansen', municipality: 'gm1730', title: 'Tynaarlo', roles: ['controller'] });
      return json({ measures: [] });
    });
    const session = await Session.signIn('beleidsadviseur');
    expect([session.subject, session.title, session.roles]).toEqual(['jansen', 'Tynaarlo', ['controller']]);
    await session.measures();
    const [, init] = asked.at(-1)!;
    expect(init.credentials).toBe('same-origin');
    expect(init.headers).not.toHaveProperty('Authorization');
    expect(asked[0]![1].credentials).toBe('omit');
  });
  it('goes to the sign-in of the municipality, and back to the same page', async () => {
    const went = new Promise<string>((resolve) => {
      vi.stubGlobal('location', { pathname: '/signalen.html', search: '?j=2018', assign: resolve });
    });
    vi.stubGlobal('fetch', async (path: string) => (path === '/v1/session' ? json({ reason: 'IDENTITY_MISSING' }, 401) : json({}, 404)));
    void Session.signIn('beleidsadviseur');
    expect(await went).toBe('/v1/session/login?return=%2Fsignalen.html%3Fj%3D2018');
  });
  it('signs out here, and goes where the municipality ends its own session', async () => {
    const went = new Promise<string>((resolve) => {
      vi.stubGlobal('location', { assign: resolve });
    });
    const asked: string[] = [];
    vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
      asked.push(`${init.method ?? 'GET'} ${path} ${init.credentials}`);
      if (path.includes('dev/token')) return json({}, 404);
      return json(path === '/v1/session' ? { municipality: 'gm1730', title: 'Tynaarlo', roles: ['controller'] } : { end_session: 'https://login.test/end' });
    });
    await (await Session.signIn('controller')).signOut();
    expect(await went).toBe('https://login.test/end');
    expect(asked.at(-1)).toBe('POST /v1/session/logout same-origin');
  });
  it('reads every page of a list', async () => {
    const asked: string[] = [];
    vi.stubGlobal('fetch', async (path: string) => {
      asked.push(path);
      if (path.includes('dev/token')) return json(TOKEN);
      return path.includes('page_token=p2') ? json({ sources: [{ name: 'b' }] }) : json({ sources: [{ name: 'a' }], next_page_token: 'p2' });
    });
    const session = await Session.signIn('beleidsadviseur');
    expect((await session.sources()).map((source) => source.name)).toEqual(['a', 'b']);
    expect(asked.at(-1)).toBe('/v1/municipalities/gm1730/sources?page_size=1000&page_token=p2');
  });
  it('renews an expired token once', async () => {
    let tokens = 0;
    vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
      if (path.includes('dev/token')) return json({ ...TOKEN, token: `t${++tokens}` });
      const bearer = (init.headers as Record<string, string>)['Authorization'];
      return bearer === 'Bearer t2' ? json({ measures: [] }) : json({ reason: 'TOKEN_INVALID' }, 401);
    });
    const session = await Session.signIn('beleidsadviseur');
    await expect(session.measures()).resolves.toEqual([]);
    expect(tokens).toBe(2);
  });
  it('gives up when a new token is refused too', async () => {
    vi.stubGlobal('fetch', async (path: string) => (path.includes('dev/token') ? json(TOKEN) : json({ reason: 'TOKEN_INVALID' }, 401)));
    const session = await Session.signIn('beleidsadviseur');
    await expect(session.measures()).rejects.toMatchObject({ title: 'Uw aanmelding is verlopen.', requestId: 'r-1' });
  });
  it('says so when there is no connection', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed to fetch')));
    await expect(Session.signIn('beleidsadviseur')).rejects.toBeInstanceOf(Problem);
  });
});

describe('the municipality of a token', () => {
  it('is a claim of its payload', () => {
    const payload = btoa(JSON.stringify({ municipality: 'gm1730' })).replaceAll('=', '');
    expect(municipalityOf(`x.${payload}.y`)).toBe('gm1730');
  });
  it.each(['', 'x', 'x.y.z'])('is empty when the token %j cannot be read', (token) => expect(municipalityOf(token)).toBe(''));
});
