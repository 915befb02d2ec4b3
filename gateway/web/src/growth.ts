// SPDX-License-Identifier: EUPL-1.2
// The page Groei: one question of the council, its answer, and why. The address holds the whole question.
import type { Answer, Decomposition, Dimension, Measure, Session, Source } from './api';
import { pairedBars } from './charts/bars';
import { indexLines } from './charts/lines';
import { waterfall } from './charts/waterfall';
import type { Context } from './csv';
import { byId, h } from './dom';
import { earlierPart } from './earlier';
import { absent, definitions, statements, type Figure } from './figure';
import { fileButtons } from './files';
import { dateOf, dateTime, euro, glue, monthLong, monthShort } from './format';
import {
  LAW_TITLES, MEASURES, comparedFigures, definitionTable, effectDescription, effectTable, groupDescription, groupTable, groupsOf,
  headlinesOf, overTimeDescription, overTimeOf, provenanceTable, questionOf, tablesOf, unregistered, waterfallOf, type Headline,
} from './growth_model';
import { t } from './language';
import { knownTime as knownTimeOf, monthChoices } from './query';
import { knownFields, selectField } from './screen';
import { printButtons } from './print';
import { alert, announce, problemAlert, runPage } from './shell';
import { FIRST_MONTH, formatState, parseState, periodOf, seriesPeriod, type Factors, type GrowthState } from './state';
import { tableElement, type Table } from './table';

/** Everything the services said about one question. */
interface Answers {
  decomposition: Decomposition;
  series: Answer;
  measures: Measure[];
  dimensions: Dimension[];
  sources: Source[];
}

/** What the parts of the page need to be drawn. */
interface View {
  session: Session;
  state: GrowthState;
  answers: Answers;
  /** Known time of the figures, RFC 3339. */
  known: string;
  figures: Array<Figure | undefined>;
}

const knownTime = (state: GrowthState) => knownTimeOf(state.known, dateOf(new Date().toISOString()));

async function askFigures(session: Session, state: GrowthState): Promise<Pick<Answers, 'decomposition' | 'series'>> {
  const filters = [{ dimension: 'law', values: [state.law] }];
  const decomposition = await session.decompose({
    before: periodOf(state.before),
    after: periodOf(state.after),
    group_by: 'ivn',
    filters,
    ...knownTime(state),
  });
  // Both answers at the same known time, also when the question was for the newest figures.
  const known = decomposition.known_time ? { known_time: decomposition.known_time } : knownTime(state);
  const series = await session.query({ measures: [...MEASURES], dimensions: ['month'], period: seriesPeriod(state), filters, ...known });
  return { decomposition, series };
}

async function ask(session: Session, state: GrowthState): Promise<Answers> {
  const described = Promise.all([session.measures(), session.dimensions(), session.sources()]);
  // A failure of these is reported where they are awaited.
  described.catch(() => undefined);
  const figures = await askFigures(session, state);
  const [measures, dimensions, sources] = await described;
  return { ...figures, measures, dimensions, sources };
}

function headline(each: Headline): HTMLElement {
  return h(
    'li',
    { class: 'nmd-headline' },
    h('h3', { class: 'nmd-headline__title' }, each.title),
    h('p', { class: `nmd-headline__change${each.answered ? '' : ' nmd-headline__change--word'}` }, each.change),
    h(
      'p',
      { class: 'nmd-headline__values' },
      h('span', { class: 'nmd-visually-hidden' }, 'van '),
      each.before,
      h('span', { class: 'nmd-headline__arrow', 'aria-hidden': 'true' }, ' → '),
      h('span', { class: 'nmd-visually-hidden' }, ' naar '),
      h('strong', {}, each.after),
    ),
    h('p', { class: 'nmd-headline__base' }, glue(each.base)),
    ...(each.note ? [h('p', { class: 'nmd-headline__base' }, each.note)] : []),
  );
}

// What every part ends with: how far it can be trusted, what of it was known otherwise, and the way to take it along.
function trust(view: View, id: string, sentences: string[], table: Table): HTMLElement {
  const { session, state } = view;
  const context: Context = {
    known: dateTime(view.known),
    definitions: definitions(view.figures),
    about: [['Gemeente', session.title], ['Adres van de vraag', location.href], ['Betrouwbaarheid', sentences.join(' ') || 'onbekend']],
  };
  const file = (each: Table) => `${each.id.replace('tabel-', 'groei-')}_${session.municipality}_${state.law}_${state.before}_${state.after}_bekend-${dateOf(view.known)}`;
  const earlier = async (known: string) => {
    const then = { ...state, known };
    const { decomposition, series } = await askFigures(session, then);
    return tablesOf(decomposition, series, then);
  };
  return h(
    'div',
    { class: 'nmd-trust' },
    h('p', { class: 'nmd-trust__text' }, h('strong', {}, 'Betrouwbaarheid. '), sentences.join(' ') || 'Over de betrouwbaarheid is niets bekend.'),
    h('p', { class: 'nmd-trust__text' }, t`Cijfers bekend op ${dateTime(view.known)}. Definities: ${context.definitions.join(', ') || 'onbekend'}.`),
    h('details', { class: 'nmd-label-box' }, h('summary', {}, 'Wat er eerder bekend was'), ...earlierPart({ known: view.known, earlier }, id, table)),
    h('div', { class: 'nmd-actions' }, ...fileButtons(file(table), table, context)),
  );
}

function section(id: string, title: string, ...children: HTMLElement[]): HTMLElement {
  return h('section', { class: 'nmd-section', 'aria-labelledby': id }, h('h2', { class: 'nl-heading nl-heading--level-2', id }, title), ...children);
}

function figureCaption(words: string): HTMLElement {
  return h('p', { class: 'nmd-figure-caption' }, glue(words));
}

// Words instead of a chart.
function noChart(state: string, reason: string | undefined): HTMLElement {
  const { word, why } = absent(state === 'ANSWERED' ? 'NOT_AVAILABLE' : state, reason);
  return alert('info', t`Uitsplitsing ${word}`, [why || 'De cijfers van een van beide maanden ontbreken.']);
}

function causes(view: View, changeFactors: (factors: Factors) => void): HTMLElement {
  const { decomposition } = view.answers;
  const drawing = h('div', {});
  const draw = (state: GrowthState) => {
    const steps = waterfallOf(decomposition, state);
    const table = effectTable(decomposition, state);
    const title = t`Figuur 1. Van ${monthShort(state.before)} naar ${monthShort(state.after)}: wat het bedrag per maand liet veranderen`;
    drawing.replaceChildren(
      figureCaption(title),
      waterfall(title, effectDescription(steps), steps, (step) => (step.kind === 'total' ? euro(step.end) : euro(step.end - step.start, 0, true))),
      tableElement(table),
      trust({ ...view, state }, 'waarom', statements(view.figures), table),
    );
  };
  const radio = (factors: Factors, title: string) => {
    const input = h('input', { type: 'radio', name: 'weergave', value: String(factors), id: `factoren-${factors}` });
    input.checked = view.state.factors === factors;
    input.addEventListener('change', () => {
      changeFactors(factors);
      draw({ ...view.state, factors });
      announce(t`Uitsplitsing in ${factors === 3 ? 'drie' : 'vier'} factoren getoond.`);
    });
    return h('label', { class: 'nmd-choice', for: `factoren-${factors}` }, input, title);
  };
  const heading = 'Waar komt het verschil vandaan?';
  if (waterfallOf(decomposition, view.state).length === 0) {
    return section('waarom', heading, noChart(decomposition.state, decomposition.state_reason));
  }
  draw(view.state);
  return section(
    'waarom',
    heading,
    h('fieldset', { class: 'nmd-choices' }, h('legend', {}, 'Uitsplitsing'), radio(4, 'Vier factoren, met zwaarte apart'), radio(3, 'Drie factoren, over totalen')),
    drawing,
  );
}

function levels(view: View): HTMLElement {
  const { decomposition } = view.answers;
  const groups = groupsOf(decomposition);
  const heading = 'Hoe veranderde het per niveau?';
  if (groups.length === 0) return section('niveaus', heading, noChart(decomposition.state, decomposition.state_reason));
  const { state } = view;
  const table = groupTable(decomposition, state);
  const title = t`Figuur 2. Voorzieningen per interventieniveau (IVN), ${monthShort(state.before)} en ${monthShort(state.after)}, met de groei`;
  const behind = decomposition.groups!.flatMap((group) => [group.provisions_before, group.provisions_after]);
  return section(
    'niveaus',
    heading,
    figureCaption(title),
    pairedBars(title, groupDescription(groups), groups, { before: monthShort(state.before), after: monthShort(state.after) }),
    tableElement(table),
    trust(view, 'niveaus', statements(behind.some((figure) => figure?.reliability?.statement) ? behind : view.figures), table),
  );
}

function overTime(view: View): HTMLElement {
  const { state, answers } = view;
  const data = overTimeOf(answers.series, state);
  const title = t`Figuur 3. Ontwikkeling per maand, index: ${monthShort(state.before)} = 100`;
  const drawable = data.series.some((each) => each.values.some((cell) => cell.kind === 'value'));
  const totals = answers.series.totals ?? [];
  return section(
    'verloop',
    'Hoe liep het per maand?',
    figureCaption(title),
    drawable
      ? indexLines(title, overTimeDescription(data, state), data.months, data.series, [state.before, state.after])
      : alert('info', 'Geen lijn te tekenen', [t`Van ${monthLong(state.before)}, de maand die 100 is, zijn geen cijfers.`]),
    ...(data.incomplete.length
      ? [h('p', { class: 'nmd-note' }, t`Nog niet volledig en daarom niet getekend: ${data.incomplete.map(monthShort).join(', ')}.`)]
      : []),
    tableElement(data.table, true),
    trust(view, 'verloop', statements(totals.some((figure) => figure.reliability?.statement) ? totals : view.figures), data.table),
  );
}

function background(view: View): HTMLElement {
  const { decomposition, measures, dimensions, sources } = view.answers;
  const missing = unregistered(dimensions);
  return section(
    'bronnen',
    'Waar komen deze cijfers vandaan?',
    tableElement(provenanceTable(decomposition, sources)),
    tableElement(definitionTable(view.figures, measures)),
    ...(missing.length
      ? [
          h('h3', { class: 'nl-heading nl-heading--level-3' }, 'Wat deze cijfers niet kunnen zeggen'),
          h('ul', { class: 'nmd-list' }, ...missing.map((each) => h('li', {}, h('strong', {}, t`${each.title}: niet geregistreerd. `), each.reason))),
        ]
      : []),
  );
}

function render(view: View, changeFactors: (factors: Factors) => void): void {
  const { state, answers, session } = view;
  const { decomposition } = answers;
  const newest = formatState({ ...state, known: '' });
  const permalink = h('a', { class: 'nl-link nmd-permalink', href: formatState(state), 'data-address': location.href }, 'Vaste link naar deze cijfers');
  byId('content').replaceChildren(
    h(
      'p',
      { class: 'nmd-facts' },
      t`Gemeente ${session.title}, ${LAW_TITLES[state.law]}. Cijfers bekend op ${dateTime(view.known)}. Geïndiceerd is wat de gemeente heeft toegewezen tegen het afgesproken tarief, niet wat er is betaald. `,
      h('a', { class: 'nl-link nmd-screen-only', href: newest }, 'Toon de nieuwste cijfers'),
    ),
    h(
      'section',
      { class: 'nmd-answer', 'aria-labelledby': 'antwoord' },
      h('h2', { class: 'nmd-visually-hidden', id: 'antwoord' }, 'Het antwoord in het kort'),
      h('ul', { class: 'nmd-headlines' }, ...headlinesOf(decomposition, answers.series, state).map(headline)),
      ...(decomposition.conclusion ? [h('p', { class: 'nmd-conclusion', id: 'conclusie' }, glue(decomposition.conclusion))] : []),
      h('div', { class: 'nmd-actions' }, ...printButtons(), permalink),
    ),
    causes(view, (factors) => {
      changeFactors(factors);
      permalink.setAttribute('href', formatState({ ...state, factors }));
      permalink.dataset['address'] = location.href;
    }),
    levels(view),
    overTime(view),
    background(view),
  );
}

/** The form and the address say the same; both only ever change through here. */
class Page {
  private asked = 0;
  /** The query of the address that is shown or being asked. */
  private shown = '';

  constructor(private readonly session: Session) {
    byId('form').replaceChildren(
      selectField('wet', 'Wet', Object.entries(LAW_TITLES).map(([value, title]) => ({ value, title })), 'jeugdwet'),
      selectField('van', 'Eerste maand', [], ''),
      selectField('naar', 'Tweede maand', [], ''),
      ...knownFields(),
    );
    byId('form').hidden = false;
    byId('form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.submit();
    });
    window.addEventListener('popstate', () => {
      // Moving inside the page, as the skip link does, asks nothing new.
      if (location.search !== this.shown) void this.load();
    });
  }

  private field(name: string): HTMLInputElement | HTMLSelectElement {
    return byId(name) as HTMLInputElement | HTMLSelectElement;
  }

  // A date that was not touched keeps its exact moment.
  private submit(): void {
    const { state } = parseState(location.search);
    const date = this.field('bekend_op').value;
    const known = state.known && dateOf(state.known) === date ? state.known : date;
    const next = { ...state, law: this.field('wet').value, before: this.field('van').value, after: this.field('naar').value, known } as GrowthState;
    history.pushState(null, '', formatState(next));
    void this.load();
  }

  // The address says what is on the screen.
  private write(state: GrowthState): void {
    history.replaceState(null, '', formatState(state));
    this.shown = location.search;
  }

  private fillForm(state: GrowthState): void {
    const today = dateOf(new Date().toISOString());
    for (const [name, chosen] of [['van', state.before], ['naar', state.after]] as const) {
      const last = [today.slice(0, 7), chosen].sort().at(-1)!;
      const first = [FIRST_MONTH, chosen].sort()[0]!;
      this.field(name).replaceChildren(...monthChoices(last, first).map(({ value, title }) => h('option', { value }, title)));
      this.field(name).value = chosen;
    }
    this.field('wet').value = state.law;
    this.field('bekend_op').value = state.known ? dateOf(state.known) : '';
    byId('bekend_op').setAttribute('max', today);
  }

  /** Asks what the address says and shows the answer; of two that overlap the last one asked is shown. */
  async load(): Promise<void> {
    const mine = ++this.asked;
    this.shown = location.search;
    const { state, faults } = parseState(location.search);
    const content = byId('content');
    if (state.known && dateOf(state.known) > dateOf(new Date().toISOString())) {
      faults.push('De datum bij "bekend op" ligt in de toekomst.');
    }
    this.fillForm(state);
    byId('question').textContent = questionOf(state);
    if (faults.length) {
      announce('');
      content.replaceChildren(alert('error', 'Deze vraag kan niet worden gesteld', [...faults, 'Pas de keuzes hierboven aan en kies "Toon cijfers".']));
      return;
    }
    announce('De cijfers worden geladen…', true);
    content.setAttribute('aria-busy', 'true');
    try {
      const answers = await ask(this.session, state);
      if (mine !== this.asked) return;
      this.show(state, answers);
    } catch (error) {
      if (mine !== this.asked) return;
      announce('');
      content.replaceChildren(problemAlert(error, () => void this.load()));
    } finally {
      if (mine === this.asked) content.removeAttribute('aria-busy');
    }
  }

  private show(asked: GrowthState, answers: Answers): void {
    const known = answers.decomposition.known_time ?? knownTime(asked).known_time ?? new Date().toISOString();
    // "The newest" becomes a moment, so that the address gives these same figures later.
    const state = { ...asked, known: knownTime(asked).known_time ? asked.known : known };
    this.write(state);
    this.fillForm(state);
    const view: View = { session: this.session, state, answers, known, figures: comparedFigures(answers.decomposition, answers.series, state) };
    render(view, (factors) => {
      view.state = { ...state, factors };
      this.write(view.state);
    });
    announce(t`Cijfers getoond, bekend op ${dateTime(known)}.`);
  }
}

// One page object per session: a retry after a failed sign-in makes the first one.
let page: Page | undefined;
void runPage('groei', (session) => (page ??= new Page(session)).load());
