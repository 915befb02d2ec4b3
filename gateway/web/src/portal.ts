// SPDX-License-Identifier: EUPL-1.2
// The page Aanbiedersportaal: a provider sees its own account as it is now, answers the municipality, and states what it delivered. What
// changes is shown when it changes, until somebody pauses that.
import { accountSummary } from './account';
import { postOf, PROVIDER_READS, postTable, postWords, responseTable, type Account, type Item, type ItemResponse } from './account_model';
import { Problem, Stopped, type Session } from './api';
import { block, headlines } from './block';
import { askWords } from './dialog';
import { byId, h } from './dom';
import { dateTime, euro, number } from './format';
import { t } from './language';
import { AGES, chosenItems, draftsOf, lineTable, monthsUntil, Posts, statementTable, waiting, type Changes, type Draft, type Statement } from './portal_model';
import { ownProvider } from './provider_choices';
import { monthChoices, periodBetween, type Field } from './query';
import { respondButton } from './respond';
import { runScreen, selectField, type View } from './screen';
import { alert, announce, button, problemAlert } from './shell';
import { LAWS } from './signals_model';
import { readStatement, type StatementLine } from './statement_file';

interface Answers {
  own: string;
  account: Account;
  posts: Posts;
  responses: ItemResponse[];
  statements: Statement[];
  draft?: Draft | undefined;
}

const NONE = 'geen';
const PAGE = 200;
const FEED_PAGE = 1000;
const WAIT_SECONDS = 25;
const PATIENCE_MILLISECONDS = 60_000;
const KINDS = [['alle', 'Alle soorten'], ['LINE', 'Declaratieregels'], ['CLAIM', 'Declaraties'], ['ALLOCATION', 'Toewijzingen'], ['STATEMENT', 'Productieverantwoording']];

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const readAccount = (session: Session, own: string, year: string | undefined) => session.call(`accounts/${own}?${new URLSearchParams(year && year !== 'alle' ? { year } : {}).toString()}`) as Promise<Account>;
const readResponses = async (session: Session, own: string) => (await session.list<ItemResponse>(`accounts/${own}/responses`, {}, 'responses')).reverse();
const readStatements = (session: Session, own: string) => session.list<Statement>(`accounts/${own}/statements`, {}, 'statements');
const readDraft = async (session: Session, own: string, id: string | undefined) => (id && id !== NONE ? ((await session.call(`accounts/${own}/drafts/${encodeURIComponent(id)}`)) as Draft) : undefined);

function readChanges(session: Session, own: string, posts: Posts, wait: number, signal?: AbortSignal): Promise<Changes> {
  const asked = new URLSearchParams({ after_sequence: posts.next, wait_seconds: String(wait), page_size: String(FEED_PAGE) });
  return session.call(`accounts/${own}/itemchanges?${asked.toString()}`, signal ? { signal } : {}, PATIENCE_MILLISECONDS) as Promise<Changes>;
}

/** Every post there is now: the feed from its beginning to its end. */
async function readPosts(session: Session, own: string): Promise<Posts> {
  const posts = new Posts();
  while (posts.apply(await readChanges(session, own, posts, 0)) === FEED_PAGE);
  return posts;
}

/** Draws the parts of the page, and some of them anew when something changed. */
class Portal {
  private readonly parts = { top: h('div', {}), posts: h('div', {}), history: h('div', {}), account: h('div', {}), statement: h('div', {}) };
  private readonly live = h('p', { class: 'nmd-facts', id: 'stand' });
  private readonly numbers;
  /** Where the numbers of what the provider states begin: after those of all else when the page was opened. */
  private after: View['next'] | undefined;
  private shown = PAGE;
  /** Post whose history is shown; empty is all. */
  private about = '';
  private following: AbortController | undefined;

  constructor(
    private readonly view: View,
    private readonly now: Answers,
  ) {
    this.numbers = { ...view.next };
    this.draw();
  }

  elements(): HTMLElement[] {
    const toggle = button('Pauzeer het bijwerken', () => {
      if (this.following) this.pause();
      else void this.follow();
      toggle.querySelector('.nl-button__label')!.textContent = this.following ? 'Pauzeer het bijwerken' : 'Werk weer bij';
    });
    void this.follow();
    const bar = h('div', { class: 'nmd-actions nmd-screen-only' }, toggle);
    return [this.live, bar, this.parts.top, this.parts.posts, this.parts.history, this.parts.account, this.parts.statement];
  }

  pause(): void {
    this.following?.abort();
    this.following = undefined;
    this.live.textContent = t`Het bijwerken is gepauzeerd. Dit is de stand van ${dateTime(new Date().toISOString())}.`;
  }

  // Waits for what changes until somebody pauses, or leaves. A connection that fell away is tried again, ever less often.
  private async follow(): Promise<void> {
    const { session } = this.view;
    const mine = (this.following = new AbortController());
    let trouble = 0;
    this.stand();
    while (!mine.signal.aborted) {
      const started = performance.now();
      try {
        const changed = this.now.posts.apply(await readChanges(session, this.now.own, this.now.posts, WAIT_SECONDS, mine.signal));
        trouble = 0;
        if (changed > 0) {
          await this.refresh();
          announce(t`${number(changed)} ${changed === 1 ? 'post is' : 'posten zijn'} bijgewerkt.`);
        }
        this.stand();
        // Who answers at once with nothing is not asked without end.
        if (changed === 0 && performance.now() - started < 1000) await pause(1000);
      } catch (error) {
        if (error instanceof Stopped || mine.signal.aborted) return;
        if (!(error instanceof Problem)) throw error;
        trouble++;
        this.live.textContent = t`De verbinding viel weg: ${error.title} Er wordt opnieuw geprobeerd. Dit is de stand van ${dateTime(new Date().toISOString())}.`;
        await pause(Math.min(60, 2 ** trouble) * 1000);
      }
    }
  }

  private stand(): void {
    if (this.following) this.live.textContent = t`Dit is de stand van ${dateTime(new Date().toISOString())}. Wat verandert, komt vanzelf in beeld.`;
  }

  /** Asks again what follows from the posts, and draws it. */
  private async refresh(): Promise<void> {
    const { session, values } = this.view;
    [this.now.account, this.now.responses] = await Promise.all([readAccount(session, this.now.own, values['jaar']), readResponses(session, this.now.own)]);
    this.draw();
  }

  // Where somebody is on the page stays where it is: the focus and the place in a long table.
  private draw(): void {
    const focus = document.activeElement?.id ?? '';
    const places = [...document.querySelectorAll('#content table')].map((table) => [table.id, table.closest('.nmd-table__frame')?.scrollTop ?? 0] as const);
    const view: View = { ...this.view, next: { ...this.numbers } };
    this.parts.top.replaceChildren(...this.top(view));
    this.parts.posts.replaceChildren(...this.posts(view));
    this.parts.history.replaceChildren(...this.history(view));
    this.parts.account.replaceChildren(...accountSummary(view, this.now.account));
    this.after ??= view.next;
    // A statement that somebody is making is left alone: only its own deeds draw it.
    if (!this.parts.statement.firstChild) this.drawStatement();
    for (const [id, top] of places) document.getElementById(id)?.closest('.nmd-table__frame')?.scrollTo({ top });
    if (focus && document.activeElement?.id !== focus) document.getElementById(focus)?.focus({ preventScroll: true });
  }

  private top(view: View): HTMLElement[] {
    const { account, posts } = this.now;
    const { own, other, oldest } = waiting(chosenItems(posts.all(), { jaar: view.values['jaar']!, wet: view.values['wet']! }));
    const open = (account.balances ?? []).reduce((sum, each) => sum + Number(each.open?.amount_cents ?? 0), 0);
    return [
      h('section', { class: 'nmd-section', 'aria-labelledby': 'wacht' }, h('h2', { class: 'nl-heading nl-heading--level-2', id: 'wacht' }, 'Wie is aan zet?'), headlines([
        { title: 'Wacht op u', figure: number(own), base: [own === 1 ? 'post' : 'posten'] },
        { title: 'Wacht op de gemeente', figure: number(other), base: [other === 1 ? 'post' : 'posten'] },
        { title: 'Nog zonder antwoord', figure: euro(open), base: [oldest > 0 ? t`het langst ${number(oldest)} dagen` : 'van wat u declareerde'] },
      ])),
    ];
  }

  private posts(view: View): HTMLElement[] {
    const found = chosenItems(this.now.posts.all(), view.values);
    const items = found.slice(0, this.shown);
    const place = block(view, {
      id: 'posten', title: 'Welke posten zijn dat?',
      conclusion: found.length === 0 ? 'Er zijn geen posten die hierbij passen.' : t`${number(found.length)} ${found.length === 1 ? 'post past' : 'posten passen'} bij uw keuzes${items.length < found.length ? t`; de eerste ${number(items.length)} staan hieronder` : ''}.`,
      ...(items.length > 0 && {
        table: postTable(items, t`Posten op uw rekening${items.length < found.length ? t`, ${number(items.length)} van ${number(found.length)}` : ''}`, PROVIDER_READS), tall: items.length > 12,
        actions: (row: number) => this.deeds(items[row]!),
      }),
    });
    const more = items.length < found.length ? [button(t`Toon de volgende ${number(Math.min(PAGE, found.length - items.length))}`, () => ((this.shown += PAGE), this.draw()))] : [];
    for (const each of more) each.id = 'meer-posten';
    return [place, ...(more.length > 0 ? [h('div', { class: 'nmd-actions nmd-screen-only' }, ...more)] : [])];
  }

  private deeds(item: Item): HTMLElement[] {
    const about = postWords(item);
    const answer = respondButton(this.view.session, 'provider', item, about, () => void this.refresh());
    if (!item.response_count) return [answer];
    const history = button('Wat is gezegd', () => {
      this.about = item.name;
      this.draw();
      byId('gezegd').scrollIntoView();
      byId('gezegd').focus();
    }, 'subtle');
    history.append(h('span', { class: 'nmd-visually-hidden' }, t` over ${about}`));
    return [answer, history];
  }

  private history(view: View): HTMLElement[] {
    const { posts } = this.now;
    const found = this.about ? this.now.responses.filter((each) => postOf(each) === this.about) : this.now.responses;
    const section = block(view, {
      id: 'gezegd', title: 'Wat is er gezegd?',
      conclusion: found.length === 0 ? 'U en de gemeente zeiden nog niets over een post.' : t`${number(found.length)} ${found.length === 1 ? 'reactie' : 'reacties'}${this.about ? t` over ${postWords(posts.get(this.about))}` : ''}, nieuwste eerst. Wat is gezegd, verandert niet.`,
      ...(found.length > 0 && { table: responseTable(found, t`Wat u en de gemeente zeiden${this.about ? t` over ${postWords(posts.get(this.about))}` : ''}`, (name) => postWords(posts.get(name))), tall: found.length > 12 }),
    });
    section.querySelector('h2')!.tabIndex = -1;
    return [section, ...(this.about ? [h('div', { class: 'nmd-actions nmd-screen-only' }, button('Toon alle reacties', () => ((this.about = ''), this.draw())))] : [])];
  }

  private drawStatement(): void {
    const view: View = { ...this.view, next: { ...(this.after ?? this.numbers) } };
    this.parts.statement.replaceChildren(...draftBlocks(view, this.now, () => this.stated()), uploadBlock(this.view, this.now, () => this.stated()), ...statementBlocks(view, this.now));
  }

  // Something was stated: what the account says of it comes by the feed; the list is read again.
  private async stated(): Promise<void> {
    this.now.statements = await readStatements(this.view.session, this.now.own);
    this.drawStatement();
    byId('opgaven').focus();
  }
}

function draftBlocks(view: View, { own, draft }: Answers, stated: () => Promise<void>): HTMLElement[] {
  if (!draft) return [];
  const { lines = [] } = draft;
  const title = t`${LAWS[draft.law ?? ''] ?? 'onbekend'} ${draft.year ?? ''}`.trim();
  const place = h('div', { class: 'nmd-actions nmd-screen-only' });
  const requestId = crypto.randomUUID();
  const confirm = async () => {
    const words = await askWords({
      title: t`Bevestigen: ${title}`, action: 'Bevestig', fields: [],
      hint: t`U verklaart dat de hulp in deze ${number(lines.length)} regels, samen ${euro(Number(draft.amount_cents ?? 0), 2)}, echt is geleverd. Dat verandert niet meer; een latere opgave kan ervoor in de plaats komen.`,
    });
    if (!words) return;
    try {
      await view.session.post(`accounts/${own}/drafts/${encodeURIComponent(`${draft.law}-${draft.year}`)}/_confirm`, { etag: draft.etag, request_id: requestId });
      announce('Uw opgave is vastgelegd.');
      await stated();
    } catch (error) {
      place.replaceChildren(problemAlert(error, () => void confirm()));
    }
  };
  if (lines.length > 0) place.append(button('Bevestig dat dit is geleverd…', () => void confirm()));
  const waits = Number(draft.open?.count ?? 0);
  return [
    block(view, {
      id: 'concept', title: t`Productieverantwoording ${title}: klopt dit concept?`,
      conclusion: lines.length === 0 ? t`Over ${title} is niets goedgekeurd.` : t`${number(lines.length)} regels die zijn goedgekeurd en niet teruggenomen, samen ${euro(Number(draft.amount_cents ?? 0), 2)}.`,
      ...(lines.length > 0 && { table: lineTable(lines, 'tabel-concept', t`Wat er over ${title} is goedgekeurd, per toewijzing, product en maand`), tall: lines.length > 12 }),
      remarks: [
        'Klopt het, bevestig het dan. Klopt het niet, download dan de tabel als CSV, verbeter haar en lever haar hieronder in.',
        ...(waits > 0 ? [t`${number(waits)} ${waits === 1 ? 'regel heeft' : 'regels hebben'} nog geen antwoord en ${waits === 1 ? 'staat' : 'staan'} niet in het concept: ${euro(Number(draft.open?.amount_cents ?? 0), 2)}.`] : []),
      ],
    }),
    place,
  ];
}

function uploadBlock(view: View, { own, draft }: Answers, stated: () => Promise<void>): HTMLElement {
  const months = monthChoices(view.today.slice(0, 7));
  const year = draft?.year ?? Number(view.today.slice(0, 4));
  const within = monthsUntil(year, view.today);
  const file = h('input', { type: 'file', id: 'opgave-bestand', accept: '.csv,text/csv', class: 'utrecht-textbox utrecht-textbox--html-input' });
  const outcome = h('div', { 'aria-live': 'polite' });
  const valueOf = (id: string) => (byId(id) as HTMLSelectElement).value;
  const send = async (lines: StatementLine[], asked: object, requestId: string) => {
    try {
      const statement = await view.session.post<Statement>(`accounts/${own}/statements`, { ...asked, lines, request_id: requestId }, PATIENCE_MILLISECONDS);
      announce(t`Uw opgave is vastgelegd onder nummer ${statement.name.slice(statement.name.lastIndexOf('/') + 1)}.`);
      await stated();
    } catch (error) {
      // The service counts rows from 0, a spreadsheet from 2.
      const told = error instanceof Problem ? new Problem(error.title, error.status === 400 ? 'Verbeter het bestand en kies het opnieuw.' : error.next, error.details.map((each) => each.replace(/^lines\[(\d+)\]\.?/, (_, row) => t`Regel ${Number(row) + 2}, `)), error.requestId, error.status) : error;
      outcome.replaceChildren(problemAlert(told, () => void send(lines, asked, requestId)));
    }
  };
  const check = async () => {
    const chosen = file.files?.[0];
    if (!chosen) return outcome.replaceChildren(alert('warning', 'Er is geen bestand gekozen', ['Kies een CSV-bestand met wat u leverde.']));
    const [from, until] = [valueOf('opgave-van'), valueOf('opgave-tot')];
    if (until < from || from.slice(0, 4) !== until.slice(0, 4)) return outcome.replaceChildren(alert('warning', 'Deze maanden kunnen niet', ['De maanden liggen in één jaar, en de eerste ligt niet na de laatste.']));
    const { lines, faults } = readStatement(await chosen.text());
    if (faults.length > 0) {
      return outcome.replaceChildren(alert('error', t`Het bestand klopt niet: ${number(faults.length)} ${faults.length === 1 ? 'fout' : 'fouten'}`, ['Er is niets ingeleverd. Verbeter het bestand en kies het opnieuw.'], h('ul', { class: 'nmd-list' }, ...faults.map((fault) => h('li', {}, fault)))));
    }
    const asked = { law: valueOf('opgave-wet'), ...periodBetween(from, until) };
    const amount = lines.reduce((sum, line) => sum + Number(line.amount_cents), 0);
    const requestId = crypto.randomUUID();
    const hand = button('Lever deze opgave in', () => void send(lines, asked, requestId), 'primary');
    outcome.replaceChildren(alert('info', t`${number(lines.length)} ${lines.length === 1 ? 'regel' : 'regels'}, samen ${euro(amount, 2)}`, [t`Dit is alles wat u leverde voor de ${LAWS[asked.law] ?? ''} in deze maanden. Over deze maanden komt het in de plaats van wat u eerder opgaf.`], hand));
    hand.focus();
  };
  return h(
    'section',
    { class: 'nmd-section nmd-screen-only', 'aria-labelledby': 'inleveren' },
    h('h2', { class: 'nl-heading nl-heading--level-2', id: 'inleveren' }, 'Lever uw eigen administratie in'),
    h('p', { class: 'nl-paragraph' }, 'Een CSV-bestand met de kolommen Toewijzing, Product, Van, Tot en met, Eenheid, Aantal en Bedrag, zoals de tabel van het concept. Namen en burgerservicenummers horen er niet in.'),
    h(
      'div',
      { class: 'nmd-filter' },
      selectField('opgave-wet', 'Wet van de opgave', Object.entries(LAWS).map(([value, title]) => ({ value, title })), draft?.law ?? 'jeugdwet'),
      selectField('opgave-van', 'Eerste maand', months, within.start_date.slice(0, 7)),
      selectField('opgave-tot', 'Laatste maand', months, months.filter(({ value }) => `${value}-01` < within.end_date).at(-1)?.value ?? ''),
      h('div', { class: 'nmd-field' }, h('label', { class: 'utrecht-form-label', for: 'opgave-bestand' }, 'Bestand'), file),
      button('Controleer het bestand', () => void check()),
    ),
    outcome,
  );
}

function statementBlocks(view: View, { statements }: Answers): HTMLElement[] {
  const section = block(view, {
    id: 'opgaven', title: 'Wat gaf u eerder op?',
    conclusion: statements.length === 0 ? 'U gaf nog niets op.' : t`${number(statements.length)} ${statements.length === 1 ? 'opgave' : 'opgaven'}. Van een maand geldt wat het laatst binnenkwam.`,
    ...(statements.length > 0 && { table: statementTable(statements), tall: statements.length > 12 }),
  });
  section.querySelector('h2')!.tabIndex = -1;
  return [section];
}

let portal: Portal | undefined;
/** The longest of what the page waits for, asked as soon as it is known whose they are. */
let early: Promise<Posts> | undefined;

runScreen<Answers | undefined>({
  id: 'aanbiedersportaal',
  timeless: true,
  bare: true,
  fields: async ({ session }): Promise<Field[]> => {
    const own = ownProvider(session.subject);
    if (!own) return [];
    early = readPosts(session, own);
    // What fails is told by who waits for it.
    early.catch(() => undefined);
    const account = await readAccount(session, own, undefined);
    const years = [...new Set((account.balances ?? []).map((each) => String(each.year ?? 0)))].sort().reverse();
    const drafts = draftsOf(account);
    return [
      { key: 'jaar', label: 'Jaar van de hulp', initial: years[0] ?? 'alle', choices: [{ value: 'alle', title: 'Alle jaren' }, ...years.map((value) => ({ value, title: value }))] },
      { key: 'wet', label: 'Wet', initial: 'alle', choices: [{ value: 'alle', title: 'Jeugdwet en Wmo' }, ...Object.entries(LAWS).map(([value, title]) => ({ value, title }))] },
      { key: 'wie', label: 'Posten', initial: 'CARE_PROVIDER', choices: [{ value: 'CARE_PROVIDER', title: 'Wat u moet doen' }, { value: 'MUNICIPALITY', title: 'Wat de gemeente moet doen' }, { value: 'iedereen', title: 'Alle posten' }] },
      { key: 'soort', label: 'Soort', initial: 'alle', choices: KINDS.map(([value, title]) => ({ value: value!, title: title! })) },
      { key: 'open', label: 'Zonder antwoord sinds', initial: 'alle', choices: AGES.map(([value, title]) => ({ value, title })) },
      { key: 'opgave', label: 'Productieverantwoording over', initial: drafts[0]?.value ?? NONE, choices: [...drafts, { value: NONE, title: 'Geen' }] },
    ];
  },
  question: () => 'Wat staat er op uw rekening, en wat vraagt nu om actie?',
  ask: async ({ session }, { jaar, opgave }) => {
    portal?.pause();
    const own = ownProvider(session.subject);
    if (!own) return undefined;
    const asked = early ?? readPosts(session, own);
    early = undefined;
    const [account, posts, responses, statements, draft] = await Promise.all([readAccount(session, own, jaar), asked, readResponses(session, own), readStatements(session, own), readDraft(session, own, opgave)]);
    return { own, account, posts, responses, statements, draft };
  },
  knownOf: () => undefined,
  show: (view, answers) => {
    if (!answers) return [alert('warning', 'Uw aanmelding heeft geen AGB-code', ['Het portaal toont de rekening van de AGB-code waarmee u zich aanmeldt.', 'Meld u aan met het certificaat van uw organisatie, of vraag de gemeente om hulp.'])];
    portal = new Portal(view, answers);
    return portal.elements();
  },
});
