// SPDX-License-Identifier: EUPL-1.2
// What every screen with figures has: a form and an address that say the same question, an answer, and words when there is none.
import './style/screen.css';
import { idOf, Session, Stopped, type Dimension, type Measure, type Provenance, type Source } from './api';
import { byId, h } from './dom';
import type { Figure } from './figure';
import { dateOf, dateTime, glue } from './format';
import { t } from './language';
import { readNotes, type Note } from './notes';
import { printButtons } from './print';
import { type Choice, chosenOf, type Field, formatQuery, knownTime, parseQuery, presetsOf, type Query, type Values, yearPeriod } from './query';
import { alert, announce, offerStop, problemAlert, runPage, stoppedAlert } from './shell';
import type { Table } from './table';

/** What holds for every question of a page. */
export interface Context {
  session: Session;
  role: string;
  measures: Measure[];
  dimensions: Dimension[];
  sources: Source[];
  /** What people wrote about measures. */
  notes: Note[];
  /** The last year about which approved claims are in: what a screen opens with. */
  year: number;
  /** Today in the Netherlands, "2026-11-26". */
  today: string;
}

export interface View extends Context {
  values: Values;
  /** Known time of the figures, RFC 3339. */
  known: string;
  /** Figures and tables are numbered in the order in which they stand on the page. */
  next: { figure: number; table: number };
  /** Tables that are shown, by the section they are in. */
  tables: Map<string, Table>;
  /** Those of the same question as known at another moment; absent where an answer has no known time. */
  earlier?: (known_time: string) => Promise<Map<string, Table>>;
}

export interface Plan<Answer> {
  id: string;
  /** What it asks has no known time: documents and registers, not figures. */
  timeless?: boolean;
  /** It shows no measures, or is for roles that may not ask for figures: the context has none. */
  bare?: boolean | ((role: string) => boolean);
  /** For everybody, without signing in; the field "bij" of the address says of whom. */
  open?: boolean;
  /** Field on which the choices of the others depend: another value of it is another form. */
  root?: string;
  fields: (context: Context) => Field[] | Promise<Field[]>;
  /** What cannot be asked, in Dutch. */
  check?: (values: Values, context: Context) => string[];
  question: (values: Values, context: Context) => string;
  ask: (context: Context, values: Values, known: { known_time?: string }) => Promise<Answer>;
  /** The known time that the answer says it has. */
  knownOf: (answer: Answer) => string | undefined;
  show: (view: View, answer: Answer) => HTMLElement[];
  /** What the first figures do not need: asked once they are shown, and put after them. */
  rest?: (view: View, answer: Answer) => Promise<HTMLElement[]>;
}

export const lawField = (all = true): Field => ({
  key: 'wet',
  label: 'Wet',
  choices: [...(all ? [{ value: 'alle', title: 'Jeugdwet en Wmo' }] : []), { value: 'jeugdwet', title: 'Jeugdwet' }, { value: 'wmo', title: 'Wmo' }],
  initial: 'jeugdwet',
});

/** The filter of a field "wet". */
export function lawFilter(law: string | undefined): Array<{ dimension: string; values: string[] }> {
  return !law || law === 'alle' ? [] : [{ dimension: 'law', values: [law] }];
}

/** What a law pays for, as people say it. */
export function careOf(law: string | undefined): string {
  return law === 'jeugdwet' ? 'jeugdhulp' : law === 'wmo' ? 'Wmo-ondersteuning' : 'jeugdhulp en Wmo-ondersteuning';
}

export function choicesOf(items: Array<{ name: string; title?: string }>): Choice[] {
  return items.map((item) => ({ value: idOf(item.name), title: item.title || idOf(item.name) }));
}

async function lastYear(session: Session, today: string): Promise<number> {
  const now = Number(today.slice(0, 4));
  const answer = await session.query({ measures: ['approved'], dimensions: ['year'], period: { start_date: '2015-01-01', end_date: yearPeriod(now).end_date }, filters: [] });
  const years = (answer.figures ?? []).flatMap((figure: Figure) => {
    const year = Number(figure.dimensions?.find((each) => each.dimension === 'year')?.value ?? figure.period?.start_date.slice(0, 4));
    return figure.state === 'ANSWERED' && Number(figure.amount_cents) > 0 && figure.reliability?.provisional !== true ? [year] : [];
  });
  return years.length > 0 ? Math.max(...years) : now - 1;
}

export async function contextOf(session: Session, role: string, bare = false): Promise<Context> {
  const today = dateOf(new Date().toISOString());
  if (bare) return { session, role, measures: [], dimensions: [], sources: [], notes: [], year: Number(today.slice(0, 4)), today };
  const [measures, dimensions, sources, notes, year] = await Promise.all([session.measures(), session.dimensions(), session.sources(), readNotes(session), lastYear(session, today)]);
  return { session, role, measures, dimensions, sources, notes, year, today };
}

/** A labelled list of choices. */
export function selectField(key: string, label: string, choices: Choice[], chosen: string): HTMLElement {
  const select = h(
    'select',
    { class: 'utrecht-select utrecht-select--html-select', id: key, name: key },
    ...choices.map(({ value, title }) => {
      const option = h('option', {}, title);
      option.value = value;
      return option;
    }),
  );
  select.value = chosen;
  return h('div', { class: 'nmd-field' }, h('label', { class: 'utrecht-form-label', for: key }, label), select);
}

/** A labelled day. */
function dayField(key: string, label: string, chosen: string, last: string): HTMLElement {
  const input = h('input', { class: 'utrecht-textbox utrecht-textbox--html-input', id: key, name: key, type: 'date', max: last, required: 'required' });
  input.value = chosen;
  return h('div', { class: 'nmd-field' }, h('label', { class: 'utrecht-form-label', for: key }, label), input);
}

const askButton = (title = 'Toon cijfers') => h('button', { class: 'nl-button nl-button--primary', type: 'submit' }, h('span', { class: 'nl-button__label' }, title));

/** When figures were known, with its explanation and the button that asks. */
export function knownFields(): HTMLElement[] {
  return [
    h(
      'div',
      { class: 'nmd-field' },
      h('label', { class: 'utrecht-form-label', for: 'bekend_op' }, 'Cijfers bekend op'),
      h('input', { class: 'utrecht-textbox utrecht-textbox--html-input', id: 'bekend_op', name: 'bekend_op', type: 'date', 'aria-describedby': 'bekend_op_uitleg' }),
    ),
    askButton(),
    h(
      'p',
      { class: 'nmd-form__hint', id: 'bekend_op_uitleg' },
      'Kies een eerdere datum om te zien wat de gemeente toen wist. Laat de datum leeg voor de nieuwste cijfers.',
    ),
  ];
}

// Fills in the months of a period of the planning and control cycle; the months themselves are the question.
function presetField(context: Context): HTMLElement {
  const years = [context.year + 1, context.year, context.year - 1, context.year - 2].filter((year) => `${year}-01-01` <= context.today && year >= 2016);
  const select = h(
    'select',
    { class: 'utrecht-select utrecht-select--html-select', id: 'pc' },
    h('option', {}, 'Eigen keuze'),
    ...years.map((year) =>
      h('optgroup', { label: String(year) }, ...presetsOf(year).map(({ title, from, to }) => h('option', { value: `${from} ${to}` }, title))),
    ),
  );
  select.addEventListener('change', () => {
    const [from, to] = select.value.split(' ');
    if (!/^\d{4}-\d\d$/.test(from ?? '') || !to) return;
    (byId('van') as HTMLSelectElement).value = from!;
    (byId('tot') as HTMLSelectElement).value = to;
  });
  return h('div', { class: 'nmd-field' }, h('label', { class: 'utrecht-form-label', for: 'pc' }, 'P&C-periode'), select);
}

/** The form and the address say the same; both only ever change through here. */
class ScreenPage<Answer> {
  private asked = 0;
  private stopping: AbortController | undefined;
  /** The query of the address that is shown or being asked. */
  private shown = '';

  constructor(
    private readonly plan: Plan<Answer>,
    private readonly context: Context,
    private readonly fields: Field[],
  ) {
    const form = byId('form');
    const { values } = parseQuery(location.search, fields, context.today);
    const months = fields.some(({ key }) => key === 'van') && fields.some(({ key }) => key === 'tot');
    const select = ({ key, label, type, choices }: Field) => (type === 'day' ? dayField(key, label, values[key] ?? '', context.today) : selectField(key, label, choices, values[key] ?? ''));
    const groups = [...new Set(fields.flatMap(({ group }) => group ?? []))];
    form.replaceChildren(
      ...fields.filter(({ group }) => group === undefined).map(select),
      ...(months ? [presetField(context)] : []),
      ...groups.map((group) => {
        const own = fields.filter((field) => field.group === group);
        const box = h('details', { class: 'nmd-form__more' }, h('summary', {}, group), h('div', { class: 'nmd-form__fields' }, ...own.map(select)));
        box.open = own.some(({ key, initial }) => values[key] !== initial);
        return box;
      }),
      ...(!plan.timeless ? knownFields() : [askButton(plan.bare ? 'Toon' : undefined)]),
    );
    if (!plan.timeless) byId('bekend_op').setAttribute('max', context.today);
    form.hidden = fields.length === 0;
    form.onsubmit = (event) => {
      event.preventDefault();
      this.submit();
    };
    window.addEventListener('popstate', () => {
      // Moving inside the page, as the skip link does, asks nothing new.
      if (location.search !== this.shown) void this.load();
    });
  }

  private valueOf(key: string): string {
    return (byId(key) as HTMLInputElement | HTMLSelectElement).value;
  }

  // A date that was not touched keeps its exact moment.
  private submit(): void {
    const { known } = parseQuery(location.search, this.fields, this.context.today);
    const date = this.plan.timeless ? '' : this.valueOf('bekend_op');
    const values = Object.fromEntries(this.fields.map(({ key }) => [key, this.valueOf(key)]));
    const { root } = this.plan;
    if (root && values[root] !== undefined && values[root] !== parseQuery(location.search, this.fields, this.context.today).values[root]) {
      location.assign(formatQuery({ [root]: values[root] }, date));
      return;
    }
    history.pushState(null, '', formatQuery(chosenOf(values, this.fields), known && dateOf(known) === date ? known : date));
    void this.load();
  }

  private write({ values }: Query, known: string): void {
    history.replaceState(null, '', formatQuery(chosenOf(values, this.fields), this.plan.timeless ? '' : known) + location.hash);
    this.shown = location.search;
    this.fill(values, known);
  }

  private fill(values: Values, known: string): void {
    for (const { key } of this.fields) (byId(key) as HTMLSelectElement).value = values[key] ?? '';
    if (!this.plan.timeless) (byId('bekend_op') as HTMLInputElement).value = known ? dateOf(known) : '';
  }

  /** Asks what the address says and shows the answer; of two that overlap the last one asked is shown. */
  async load(): Promise<void> {
    const mine = ++this.asked;
    this.shown = location.search;
    const { plan, context } = this;
    const query = parseQuery(location.search, this.fields, context.today);
    const content = byId('content');
    const faults = [...query.faults, ...(query.faults.length === 0 ? (plan.check?.(query.values, context) ?? []) : [])];
    this.fill(query.values, query.known);
    byId('question').textContent = glue(plan.question(query.values, context));
    if (faults.length) {
      announce('');
      content.replaceChildren(alert('error', 'Deze vraag kan niet worden gesteld', [...faults, 'Pas de keuzes hierboven aan en kies "Toon cijfers".']));
      return;
    }
    announce('De cijfers worden geladen…', true);
    content.setAttribute('aria-busy', 'true');
    // Who asks again, or stops, spares the services the rest of the first question.
    this.stopping?.abort();
    const stopping = (this.stopping = new AbortController());
    context.session.stop = stopping.signal;
    const waited = offerStop(() => stopping.abort());
    try {
      const answer = await plan.ask(context, query.values, knownTime(query.known, context.today));
      if (mine !== this.asked) return;
      const known = plan.knownOf(answer) ?? knownTime(query.known, context.today).known_time ?? new Date().toISOString();
      // "The newest" becomes a moment, so that the address gives these same figures later.
      this.write(query, knownTime(query.known, context.today).known_time ? query.known : known);
      const view: View = { ...context, values: query.values, known, next: { figure: 1, table: 1 }, tables: new Map(), ...(!plan.timeless && { earlier: (time: string) => this.earlier(query.values, time) }) };
      const place = h('p', { class: 'nl-paragraph', 'aria-busy': 'true' }, 'De rest wordt nog geladen…');
      content.replaceChildren(...(plan.timeless ? [] : head(view)), ...plan.show(view, answer), ...(plan.rest ? [place] : []), takeAlong());
      content.removeAttribute('aria-busy');
      if (plan.rest) await this.complete(mine, place, () => plan.rest!(view, answer));
      if (mine === this.asked) announce(plan.timeless ? 'Het antwoord is getoond.' : t`Cijfers getoond, bekend op ${dateTime(known)}.`);
    } catch (error) {
      if (mine !== this.asked) return;
      announce('');
      content.replaceChildren(error instanceof Stopped ? stoppedAlert(() => void this.load()) : problemAlert(error, () => void this.load()));
    } finally {
      waited();
      if (mine === this.asked) {
        content.removeAttribute('aria-busy');
        context.session.stop = undefined;
      }
    }
  }

  // Drawn where nobody sees it, for the tables it has.
  private async earlier(values: Values, known_time: string): Promise<Map<string, Table>> {
    const { plan, context } = this;
    const answer = await plan.ask(context, values, { known_time });
    const view: View = { ...context, values, known: known_time, next: { figure: 1, table: 1 }, tables: new Map() };
    plan.show(view, answer);
    if (plan.rest) await plan.rest(view, answer);
    return view.tables;
  }

  // What failed here leaves the figures that are shown alone.
  private async complete(mine: number, place: HTMLElement, rest: () => Promise<HTMLElement[]>): Promise<void> {
    announce('De eerste cijfers zijn getoond. De rest wordt nog geladen…', true);
    try {
      const elements = await rest();
      if (mine === this.asked) place.replaceWith(...elements);
    } catch (error) {
      if (mine !== this.asked) return;
      const again = () => {
        failed.replaceWith(place);
        void this.complete(mine, place, rest).then(() => mine === this.asked && announce('Het antwoord is getoond.'));
      };
      const failed = error instanceof Stopped ? stoppedAlert(again) : problemAlert(error, again);
      place.replaceWith(failed);
    }
  }
}

// Whose figures, as known when, and how to take the page along.
function head(view: View): HTMLElement[] {
  const newest = formatQuery(view.values, '');
  return [
    h(
      'p',
      { class: 'nmd-facts' },
      t`${view.session.owner}. Cijfers bekend op ${dateTime(view.known)}. `,
      h('a', { class: 'nl-link nmd-screen-only', href: newest }, 'Toon de nieuwste cijfers'),
    ),
  ];
}

// What every page ends its answer with.
function takeAlong(): HTMLElement {
  return h(
    'div',
    { class: 'nmd-actions nmd-end' },
    ...printButtons(),
    h('a', { class: 'nl-link nmd-permalink', href: location.search, 'data-address': location.href }, 'Vaste link naar deze cijfers'),
  );
}

/** Runs a screen. One page object per session: a retry after a failed sign-in makes the first one. */
export function runScreen<Answer>(plan: Plan<Answer>): void {
  let page: ScreenPage<Answer> | undefined;
  void runPage(plan.id, async (session, role) => {
    if (!page) {
      const context = await contextOf(session, role, typeof plan.bare === 'function' ? plan.bare(role) : plan.bare);
      page = new ScreenPage(plan, context, await plan.fields(context));
    }
    await page.load();
  }, plan.open ? () => Session.anybody(new URLSearchParams(location.search).get('bij') ?? '') : undefined);
}

/** Sources behind several answers, each once, with the newest and the most of what was said. */
export function joinProvenance(...lists: Array<Provenance[] | undefined>): Provenance[] {
  const found = new Map<string, Provenance>();
  for (const line of lists.flatMap((list) => list ?? [])) {
    const before = found.get(line.source);
    if (!before || Number(line.delivery_count ?? 0) > Number(before.delivery_count ?? 0)) found.set(line.source, line);
  }
  return [...found.values()].sort((a, b) => (a.source < b.source ? -1 : 1));
}
