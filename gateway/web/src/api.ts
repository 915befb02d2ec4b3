// SPDX-License-Identifier: EUPL-1.2
// Talks to the gateway. JSON is protobuf JSON with the field names of the proto files; fields with a default value may be
// left out, so every list is read with `?? []`.
import type { DimensionValue, Figure } from './figure';
import { t } from './language';

export interface Provenance {
  source: string;
  delivery_count?: string;
  newest_known_time?: string;
}

export interface Effect {
  factor: string;
  title?: string;
  amount_cents?: string;
  share?: number;
}

export interface GroupEffect {
  group: DimensionValue;
  provisions_before?: Figure;
  provisions_after?: Figure;
  amount_before?: Figure;
  amount_after?: Figure;
  growth_cents?: string;
}

export interface Decomposition {
  state: string;
  state_reason?: string;
  before?: Figure[];
  after?: Figure[];
  growth_cents?: string;
  three_factor?: Effect[];
  four_factor?: Effect[];
  groups?: GroupEffect[];
  conclusion?: string;
  provenance?: Provenance[];
  known_time?: string;
}

export interface Answer {
  figures?: Figure[];
  totals?: Figure[];
  provenance?: Provenance[];
  /** The question as it was understood. */
  effective?: { known_time?: string };
}

export interface Measure {
  name: string;
  title?: string;
  definition?: string;
  description?: string;
  unit?: string;
  stage?: string;
  formula?: string;
  population?: string;
  kind?: string;
  confidentiality?: string;
  edge_rules?: string[];
  expression?: string;
  own?: boolean;
  unregistered_reason?: string;
  dimensions?: string[];
}

export interface Dimension {
  name: string;
  title?: string;
  description?: string;
  registered?: boolean;
  reason?: string;
}

export interface Source {
  name: string;
  title?: string;
  owner?: string;
  delivery_count?: string;
  rejected_count?: string;
  newest_known_time?: string;
}

export interface MissingSender {
  sender: string;
  title?: string;
  last_month?: string;
}

export interface SourceMonth {
  month: string;
  method?: string;
  due_date?: string;
  expected_count?: string;
  received_count?: string;
  missing_count?: string;
  pending_count?: string;
  extra_count?: string;
  missing?: MissingSender[];
  delivery_count?: string;
  rejected_count?: string;
  statement?: string;
}

export interface FailedCheck {
  rule: string;
  level?: number;
  finding_count?: string;
  delivery_count?: string;
  text?: string;
}

export interface SourceAnalysis {
  /** "municipalities/gm1730/sources/jw301/analysis" */
  name: string;
  title?: string;
  owner?: string;
  fields?: string[];
  legal_basis?: string;
  contact?: string;
  first_known_time?: string;
  newest_known_time?: string;
  period?: { start_date: string; end_date: string };
  known_time?: string;
  completeness?: number;
  timeliness?: number;
  median_days_late?: number;
  grade?: string;
  delivery_count?: string;
  rejected_count?: string;
  failed_checks?: FailedCheck[];
  months?: SourceMonth[];
  statement?: string;
}

export interface LinkSummary {
  client_count?: string;
  open_pair_count?: string;
  least_client_count?: string;
  sources?: Array<{ source: string; person_count?: string; linked_count?: string }>;
}

export interface Signal {
  name: string;
  /** "CEILING_70" */
  rule?: string;
  state: string;
  provider?: string;
  provider_title?: string;
  law?: string;
  year?: number;
  text?: string;
  next_step?: string;
  open_time?: string;
  close_time?: string;
  close_text?: string;
  severity?: number;
  acknowledgements?: Array<{ time?: string; subject?: string; note?: string }>;
  title?: string;
  formula?: string;
  explanation?: string;
  window?: string;
  owner_role?: string;
}

/** "jw301" of "municipalities/gm1730/sources/jw301". */
export function idOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

export interface Filter {
  dimension: string;
  values: string[];
}

/** An error as a person can use it: what is wrong, and what to do next. */
export class Problem extends Error {
  constructor(
    readonly title: string,
    readonly next: string,
    /** Faults per field, in the words of the service. */
    readonly details: string[] = [],
    /** Number by which the operator finds the call in the log. */
    readonly requestId = '',
    /** Of the answer over HTTP; 0 when there was none. */
    readonly status = 0,
  ) {
    super(title);
  }
}

const SIGN_IN = 'Meld u opnieuw aan. Lukt dat niet, vraag dan de beheerder van de monitor om hulp.';
const RETRY = 'Probeer het over een minuut opnieuw. Blijft het misgaan, meld dit dan bij de beheerder van de monitor.';

// By nmd.type.ErrorReason: the error in plain Dutch and the way out.
const ADVICE: Record<string, [title: string, next: string]> = {
  FIELDS_INVALID: ['De vraag klopt niet.', 'Pas de keuzes boven aan de pagina aan en vraag opnieuw.'],
  IDENTITY_MISSING: ['Aanmelden is nodig.', SIGN_IN],
  TOKEN_INVALID: ['Uw aanmelding is verlopen.', SIGN_IN],
  ROLE_MISSING: ['U mag deze cijfers niet zien.', 'Vraag de beheerder van de monitor om een rol die dit toestaat.'],
  SCOPE_FOREIGN: ['Deze cijfers zijn van een andere gemeente.', 'Open de monitor van uw eigen gemeente.'],
  OVERLOADED: ['Het is druk.', 'Wacht even en probeer het dan opnieuw.'],
  DECISION_IMPOSSIBLE: [
    'Dit kan niet één persoon zijn.',
    'Er zijn twee verschillende geldige burgerservicenummers. Laat het nummer dat fout is verbeteren in de bron waar het vandaan komt.',
  ],
  DECISION_CLOSED: ['Dit besluit is al teruggedraaid.', 'Laad de pagina opnieuw om te zien hoe het nu is.'],
  FOUR_EYES: ['Iemand anders moet dit bevestigen.', 'U hebt dit zelf voorgesteld. Vraag het een collega met dezelfde rol.'],
  PERSON_RESTRICTED: ['Deze persoon mag nu niet worden bekeken.', 'De persoon heeft daarom gevraagd. De privacyfunctionaris kan de beperking opheffen.'],
  REQUEST_FORGED: ['Deze vraag kwam niet van een pagina van de monitor.', 'Open de monitor in een nieuw venster en probeer het daar.'],
  AGREEMENT_NOT_IN_FORCE: ['De afspraak geldt niet meer of nog niet.', 'Kijk bij de afspraken van wanneer tot wanneer zij geldt.'],
  TABLE_NOT_AGREED: ['Deze tabel, periode of ontvanger is niet afgesproken.', 'Kies een andere periode, of stel een nieuwe versie van de afspraak voor.'],
  TABLE_NOT_COUNTED: ['Deze tabel kan niet worden geteld.', 'Kies een periode waarover gegevens zijn aangeleverd.'],
  TABLE_NOT_PROVEN: ['Van deze tabel is niet te bewijzen dat zij veilig is.', 'Publiceer minder uitsplitsingen of een langere periode.'],
  PROPOSAL_CLOSED: ['Hierover is al besloten.', 'Laad de pagina opnieuw om te zien hoe het nu is.'],
  RELEASE_OUTDATED: ['Er is intussen iets anders gepubliceerd.', 'Wijs dit voorstel af en stel de tabel opnieuw voor: dan wordt hij daarmee samen beoordeeld.'],
  WRITE_CONFLICT: ['Er is intussen iets veranderd.', 'Laad de pagina opnieuw, kijk wat er veranderde en doe het dan nog eens.'],
  RESOURCE_NOT_FOUND: ['Dit is er niet meer.', 'Misschien heeft iemand anders het al behandeld. Laad de pagina opnieuw.'],
  METHOD_UNKNOWN: ['Dit onderdeel is hier niet aanwezig.', 'Vraag de beheerder of deze dienst aan staat.'],
  UNAVAILABLE_NOW: ['De monitor is nu niet bereikbaar.', RETRY],
  DEADLINE_PASSED: ['Het antwoord duurde te lang.', 'Kies een kortere periode of probeer het later opnieuw.'],
  RESULT_TOO_LARGE: ['Het antwoord is te groot.', 'Kies een kortere periode.'],
};

// For answers without a reason of ours, such as those of a proxy.
function adviceOf(status: number): [string, string] {
  if (status === 401) return ADVICE['IDENTITY_MISSING']!;
  if (status === 403) return ADVICE['ROLE_MISSING']!;
  if (status === 404) return ['Dit onderdeel is hier niet aanwezig.', 'Vraag de beheerder of deze dienst aan staat.'];
  if (status === 429) return ADVICE['OVERLOADED']!;
  if (status === 502 || status === 503 || status === 504) return ADVICE['UNAVAILABLE_NOW']!;
  if (status >= 500) return ['Er ging iets mis in de monitor.', RETRY];
  return ADVICE['FIELDS_INVALID']!;
}

interface ProblemJson {
  reason?: string;
  detail?: string;
  violations?: Array<{ field?: string; description?: string }>;
}

/** Turns an answer that is not 2xx into a Problem; the body is application/problem+json, or anything else. */
export function problemOf(status: number, body: unknown, requestId = ''): Problem {
  const json = (typeof body === 'object' && body !== null ? body : {}) as ProblemJson;
  const [title, next] = ADVICE[json.reason ?? ''] ?? adviceOf(status);
  const violations = Array.isArray(json.violations) ? json.violations : [];
  const details = violations.map((each) => [each.field, each.description].filter(Boolean).join(': ')).filter(Boolean);
  if (details.length === 0 && json.detail) details.push(json.detail);
  return new Problem(title, next, details, requestId, status);
}

interface Token {
  /** Empty of somebody who signed in at the municipality: then the browser sends a cookie that no script can read. */
  token: string;
  /** "gm1730"; a claim of the token where the answer leaves it out. */
  municipality: string;
  /** "Tynaarlo". */
  title: string;
  /** Of somebody who signed in at the municipality. */
  subject?: string;
  roles?: string[];
}

/** A claim of a token, or nothing: read for what the page shows only. The gateway checks the token. */
export function claimOf(token: string, claim: string): string {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const value = (JSON.parse(atob(payload)) as Record<string, unknown>)[claim];
    return typeof value === 'string' ? value : '';
  } catch {
    return '';
  }
}

/** The municipality a token is for. */
export function municipalityOf(token: string): string {
  return claimOf(token, 'municipality');
}

const TIMEOUT_MILLISECONDS = 20_000;
/** What a service gives at most at once (AIP-158). */
const MOST_PER_PAGE = 1000;
/** For work that reads everything there is, and that somebody can stop. */
export const LONG_MILLISECONDS = 600_000;

/** Somebody stopped the work: there is nothing to explain. */
export class Stopped extends Error {}

async function request(path: string, init: RequestInit, stop?: AbortSignal, milliseconds = TIMEOUT_MILLISECONDS): Promise<Response> {
  const timeout = AbortSignal.timeout(milliseconds);
  try {
    return await fetch(path, { credentials: 'omit', ...init, cache: 'no-store', signal: stop ? AbortSignal.any([stop, timeout]) : timeout });
  } catch (error) {
    if (stop?.aborted) throw new Stopped();
    if (timeout.aborted) throw new Problem(...ADVICE['DEADLINE_PASSED']!);
    throw new Problem('Er is geen verbinding met de monitor.', 'Controleer uw netwerk en probeer het opnieuw.');
  }
}

/** The body of an answer; throws the Problem of one that is not 2xx. */
async function bodyOf(response: Response): Promise<unknown> {
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw problemOf(response.status, body, response.headers.get('x-request-id') ?? '');
  if (body === undefined) throw new Problem('Het antwoord van de monitor is niet te lezen.', RETRY);
  return body;
}

const SIGN_IN_PATH = '/v1/session/login';

/** Goes to the municipality's own sign-in and comes back to this page; never returns. */
function goToSignIn(): Promise<never> {
  location.assign(t`${SIGN_IN_PATH}?return=${encodeURIComponent(location.pathname + location.search)}`);
  return new Promise(() => undefined);
}

/**
 * A signed-in session with one municipality. In the demo it has a token, kept in memory only: closing the page signs out. Elsewhere it
 * has a cookie that no script can read, until somebody signs out.
 */
export class Session {
  /** Ends the calls that are made from now on, where somebody can stop them. */
  stop: AbortSignal | undefined;

  private constructor(
    private token: Token,
    private readonly role: string,
    /** Of somebody who is not known: the token to bring where the monitor lets nobody in without one; empty where there is none. */
    private spare?: string,
  ) {}

  /**
   * Somebody of whom nothing is known, who reads what is public. The address says of whom it is; in the demo the monitor does too, and has a
   * token for where nobody gets in without one.
   */
  static async anybody(municipality: string): Promise<Session> {
    const response = await request('/v1/dev/token?role=openbaar', {});
    if (response.ok) {
      const { token = '', municipality: own, title } = (await bodyOf(response)) as Partial<Token>;
      const here = own || municipalityOf(token);
      return new Session({ token: '', municipality: here, title: title || here }, '', token);
    }
    if (municipality) return new Session({ token: '', municipality, title: municipality }, '', '');
    throw new Problem('Van welke gemeente wilt u cijfers zien?', 'Open deze pagina via de website van de gemeente of van de regio: het adres zegt om wie het gaat.');
  }

  /** Whether a link can be followed without signing in. */
  get isOpen(): boolean {
    return this.spare !== undefined && this.token.token === '';
  }

  /** Somebody of whom nothing is known, outside the demo. */
  get isUnknown(): boolean {
    return this.spare === '';
  }

  /**
   * Signs in at the development issuer of the demo. Where that is switched off, as it must be outside the demo, it takes the session
   * of who signed in at the municipality, or goes there; where the gateway has neither, this throws the Problem that says so.
   */
  static async signIn(role: string): Promise<Session> {
    return new Session(await Session.fetchToken(role), role);
  }

  private static async fetchToken(role: string): Promise<Token> {
    const response = await request(`/v1/dev/token?role=${encodeURIComponent(role)}`, {});
    if (response.status === 404) {
      const session = await request('/v1/session', { credentials: 'same-origin' });
      if (session.ok) return { ...((await bodyOf(session)) as Token), token: '' };
      if (session.status === 401) return goToSignIn();
      throw new Problem(
        'Aanmelden is nodig.',
        'Open deze pagina via het portaal van uw gemeente. De proefaanmelding van de monitor staat hier uit, zoals het hoort buiten de demonstratie.',
      );
    }
    const answer = (await bodyOf(response)) as Partial<Token>;
    const token = answer.token ?? '';
    const municipality = answer.municipality || municipalityOf(token);
    if (!token || !municipality) throw new Problem('Het antwoord van de monitor is niet te lezen.', RETRY);
    return { token, municipality, title: answer.title || municipality };
  }

  /** "gm1730". */
  get municipality(): string {
    return this.token.municipality;
  }

  /** "Tynaarlo". */
  get title(): string {
    return this.token.title;
  }

  /** Only a municipality has the code of one. */
  get isRegion(): boolean {
    return !/^gm\d{4}$/.test(this.municipality);
  }

  /** "Gemeente Tynaarlo"; a region has its name only. */
  get owner(): string {
    return this.isRegion ? this.title : t`Gemeente ${this.title}`;
  }

  /** Who is signed in; empty where the token does not tell. */
  get subject(): string {
    return this.token.subject ?? claimOf(this.token.token, 'sub');
  }

  /** Roles of somebody who signed in at the municipality; empty in the demo, where one looks as any role. */
  get roles(): string[] {
    return this.token.roles ?? [];
  }

  /** Ends the session here and at the municipality. */
  async signOut(): Promise<void> {
    const answer = (await bodyOf(await request('/v1/session/logout', { method: 'POST', credentials: 'same-origin' }))) as { end_session?: string };
    location.assign(answer.end_session ?? '/');
  }

  /**
   * The answer to a GET, or what `init` says, below the municipality; a path that begins with a slash is below /v1. A token that
   * expired while the page was open is renewed once. A signal in `init` ends this call, whatever ends others.
   */
  async call(path: string, init: RequestInit = {}, milliseconds?: number): Promise<unknown> {
    const below = path.startsWith('/') ? path : `/municipalities/${encodeURIComponent(this.municipality)}/${path}`;
    const attempt = () =>
      request(`/v1${below}`, {
        ...init,
        ...(this.token.token ? {} : { credentials: 'same-origin' as const }),
        headers: {
          ...init.headers,
          Accept: 'application/json',
          ...(this.token.token ? { Authorization: t`Bearer ${this.token.token}` } : {}),
        },
      }, init.signal ?? this.stop, milliseconds);
    let response = await attempt();
    if (response.status === 401 && this.spare === undefined) {
      this.token = await Session.fetchToken(this.role);
      response = await attempt();
    } else if (response.status === 401 && this.spare && !this.token.token) {
      this.token = { ...this.token, token: this.spare };
      response = await attempt();
    }
    return bodyOf(response);
  }

  post<T = unknown>(path: string, body: object, milliseconds?: number): Promise<T> {
    return this.call(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }, milliseconds) as Promise<T>;
  }

  /** Pages of a list that is asked by POST, from `token` on, until there are `most` items or no more. `token` of the answer is of what is left. */
  async postList<T>(path: string, body: object, field: string, most: number, token = ''): Promise<{ items: T[]; token: string }> {
    const items: T[] = [];
    do {
      const size = Math.min(MOST_PER_PAGE, most - items.length);
      const page = await this.post<Record<string, unknown>>(path, { ...body, page_size: size, ...(token && { page_token: token }) });
      items.push(...((page[field] as T[] | undefined) ?? []));
      token = (page['next_page_token'] as string | undefined) ?? '';
    } while (token && items.length < most);
    return { items, token };
  }

  /** Every page of a list, as large as pages may be. */
  async list<T>(collection: string, query: Record<string, string> = {}, field = collection): Promise<T[]> {
    const items: T[] = [];
    let token = '';
    do {
      const parameters = new URLSearchParams({ page_size: String(MOST_PER_PAGE), ...query, ...(token && { page_token: token }) }).toString();
      const page = (await this.call(collection + (parameters && `?${parameters}`))) as Record<string, unknown>;
      items.push(...((page[field] as T[] | undefined) ?? []));
      token = (page['next_page_token'] as string | undefined) ?? '';
    } while (token);
    return items;
  }

  decompose(body: { before: object; after: object; group_by: string; filters: Filter[]; known_time?: string }): Promise<Decomposition> {
    return this.post('figures/_decompose', body);
  }

  query(body: { measures: string[]; dimensions: string[]; period: object; filters: Filter[]; known_time?: string }): Promise<Answer> {
    return this.post('figures/_query', body);
  }

  measures(): Promise<Measure[]> {
    return this.list('measures');
  }

  dimensions(): Promise<Dimension[]> {
    return this.list('dimensions');
  }

  sources(): Promise<Source[]> {
    return this.list('sources');
  }

  sourceAnalyses(): Promise<SourceAnalysis[]> {
    return this.list('sourceanalyses', {}, 'source_analyses');
  }

  linkSummary(): Promise<LinkSummary> {
    return this.call('linksummary') as Promise<LinkSummary>;
  }

  signals(query: Record<string, string> = { state: 'OPEN' }): Promise<Signal[]> {
    return this.list('signals', query);
  }
}
