// SPDX-License-Identifier: EUPL-1.2
// What an answer is made of: a heading with a conclusion, a chart, the table under it, its file, and the label that says what the
// figures are worth.
import { idOf, type Provenance } from './api';
import type { Context as FileContext } from './csv';
import { h } from './dom';
import { earlierPart } from './earlier';
import { absent, definitions, statements, type Figure } from './figure';
import { fileButtons } from './files';
import { dateOf, dateTime, glue, number, percent } from './format';
import { t } from './language';
import { notesAbout } from './notes';
import type { View } from './screen';
import { alert } from './shell';
import { tableElement, type Table } from './table';
import { termTip } from './tips';

/** What the figures of a block rest on. */
export interface Ground {
  /** Figures shown, for their reliability and definitions. */
  figures?: Array<Figure | undefined> | undefined;
  /** Measures of the glossary that it shows, besides those of the figures. */
  measures?: string[];
  provenance?: Provenance[] | undefined;
  /** Figures that are not shown but rest on the same records, where an answer does not say itself how far it can be trusted. */
  reliability?: Array<Figure | undefined> | undefined;
}

export interface Block {
  /** Letters, digits and dashes; of the section. */
  id: string;
  title: string;
  /** The outcome in plain Dutch. */
  conclusion?: string | undefined;
  /** Draws the chart under the title it gets. */
  chart?: ((title: string) => HTMLElement) | undefined;
  /** Of the chart; numbered here. */
  caption?: string;
  /** Its caption is numbered here. */
  table?: Table | undefined;
  /** Long tables scroll by themselves. */
  tall?: boolean;
  /** What one must know to read it. */
  remarks?: string[] | undefined;
  ground?: Ground | undefined;
  /** Between the conclusion and the chart. */
  before?: HTMLElement[];
  /** Buttons per row of the table. */
  actions?: (row: number) => HTMLElement[];
}

export function block(view: View, parts: Block): HTMLElement {
  const { table, chart } = parts;
  const body: HTMLElement[] = [];
  if (parts.conclusion) body.push(h('p', { class: 'nmd-conclusion' }, glue(parts.conclusion)));
  body.push(...(parts.before ?? []));
  if (chart) {
    const title = t`Figuur ${view.next.figure++}. ${parts.caption ?? table?.caption ?? parts.title}`;
    body.push(h('p', { class: 'nmd-figure-caption' }, glue(title)), chart(title));
  }
  if (table) view.tables.set(parts.id, table);
  const numbered = table && { ...table, caption: t`Tabel ${view.next.table++}. ${table.caption}` };
  if (numbered) body.push(tableElement(numbered, parts.tall ?? numbered.rows.length > 20, parts.actions, (header) => termTip(header, view.measures, view.dimensions)));
  const remarks = [...new Set(parts.remarks ?? [])];
  if (remarks.length > 0) body.push(h('ul', { class: 'nmd-list nmd-remarks' }, ...remarks.map((remark) => h('li', {}, glue(remark)))));
  if (parts.ground || numbered) body.push(label(view, parts.ground ?? {}, numbered, table ? earlierPart(view, parts.id, table) : []));
  return h('section', { class: 'nmd-section', 'aria-labelledby': parts.id }, h('h2', { class: 'nl-heading nl-heading--level-2', id: parts.id }, parts.title), ...body);
}

/** Words instead of an answer. */
export function noAnswer(id: string, title: string, state: string | undefined, reason: string | undefined, next = ''): HTMLElement {
  const { word, why } = absent(state ?? 'NOT_AVAILABLE', reason);
  return h(
    'section',
    { class: 'nmd-section', 'aria-labelledby': id },
    h('h2', { class: 'nl-heading nl-heading--level-2', id }, title),
    alert('info', t`Dit antwoord is ${word}`, [why || 'Over deze periode en deze keuze zijn geen cijfers.', ...(next ? [next] : [])]),
  );
}

// The lowest of a label over the figures of a block: a reader must not be told better than the worst.
function least(figures: Array<Figure | undefined>, of: 'completeness' | 'link_quality' | 'source_quality' | 'stability'): string {
  const shares = figures.flatMap((figure) => figure?.reliability?.[of] ?? []);
  return shares.length > 0 ? percent(Math.min(...shares)) : 'niet te zeggen';
}

// The label of a figure: definition, sources, completeness, link quality and known time (requirements 6.8).
function label(view: View, ground: Ground, table: Table | undefined, earlier: HTMLElement[]): HTMLElement {
  const figures = ground.figures ?? [];
  const used = definitions(figures);
  const ids = [...new Set([...figures.flatMap((figure) => (figure?.measure ? [figure.measure] : [])), ...(ground.measures ?? [])])];
  const measures = ids.flatMap((id) => view.measures.find((measure) => idOf(measure.name) === id) ?? []);
  const judged = [...figures, ...(ground.reliability ?? [])];
  const named = used.length > 0 ? used : measures.map((measure) => measure.definition ?? '').filter(Boolean);
  const titles = new Map(view.sources.map((source) => [idOf(source.name), source.title || idOf(source.name)]));
  const sources = (ground.provenance ?? []).filter((line) => Number(line.delivery_count ?? 0) > 0);
  const sourceWords = sources.map((line) => t`${titles.get(line.source) ?? line.source} (${number(Number(line.delivery_count ?? 0))} leveringen)`);
  // The sentence about the figure that is least complete: a block is not better than that.
  const said = statements([...judged].sort((a, b) => (a?.reliability?.completeness ?? 1) - (b?.reliability?.completeness ?? 1)));
  const provisional = judged.some((figure) => figure?.reliability?.provisional);
  const rows: Array<[string, string]> = [
    ...measures.map((measure): [string, string] => [measure.title || idOf(measure.name), [measure.description, measure.formula && t`Berekening: ${measure.formula}.`].filter(Boolean).join(' ')]),
    ...(sourceWords.length > 0 ? [['Bronnen', sourceWords.join('; ')] as [string, string]] : []),
    ...(judged.length > 0
      ? ([
          ['Volledig', least(judged, 'completeness')],
          ['Gekoppeld op een geldig burgerservicenummer', least(judged, 'link_quality')],
          ['Zonder fouten door de controles', least(judged, 'source_quality')],
          ['Eerdere cijfers veranderden achteraf gemiddeld', least(judged, 'stability')],
        ] as Array<[string, string]>)
      : []),
    ['Bekend op', dateTime(view.known)],
  ];
  const context: FileContext = {
    known: dateTime(view.known),
    definitions: named,
    about: [[view.session.isRegion ? 'Regio' : 'Gemeente', view.session.title], ['Adres van de vraag', location.href], ...said.slice(0, 1).map((words): [string, string] => ['Betrouwbaarheid', words]), ...rows.filter(([name]) => name !== 'Bekend op')],
  };
  const chosen = Object.values(view.values).join('_').replaceAll(/[^a-z0-9_-]/gi, '');
  const file = (each: Table) => `${each.id}_${view.session.municipality}_${chosen}_bekend-${dateOf(view.known)}`;
  const duiding = notesAbout(view.session, view.notes, measures);
  return h(
    'div',
    { class: 'nmd-trust' },
    duiding.list,
    ...(said.length > 0 ? [h('p', { class: 'nmd-trust__text' }, h('strong', {}, 'Betrouwbaarheid. '), said[0]!)] : []),
    ...(provisional ? [h('p', { class: 'nmd-trust__text' }, 'Voorlopig: over deze periode moeten nog gegevens komen. Een lager cijfer is dan geen daling.')] : []),
    h(
      'p',
      { class: 'nmd-trust__text' },
      t`Bron: Monitor sociaal domein, ${view.session.isRegion ? '' : 'gemeente '}${view.session.title}; cijfers bekend op ${dateTime(view.known)}${named.length > 0 ? t`; definities ${named.slice(0, 6).join(', ')}` : ''}.`,
    ),
    h(
      'details',
      { class: 'nmd-label-box' },
      h('summary', {}, 'Over deze cijfers: definitie, bronnen en betrouwbaarheid'),
      h('dl', { class: 'nmd-facts nmd-source-facts' }, ...rows.flatMap(([name, words]) => [h('dt', {}, name), h('dd', {}, glue(words))])),
      ...earlier,
    ),
    ...(table || duiding.button.length > 0 ? [h('div', { class: 'nmd-actions' }, ...(table ? fileButtons(file(table), table, context) : []), ...duiding.button)] : []),
  );
}

/** A few numbers that matter, large. */
export interface Headline {
  title: string;
  figure: string;
  /** A word instead of a number. */
  word?: boolean;
  /** What the number is of, or against. */
  base: string[];
  link?: { href: string; title: string };
}

export function headlines(items: Headline[], terms?: Pick<View, 'measures' | 'dimensions'>): HTMLElement {
  return h(
    'ul',
    { class: 'nmd-headlines' },
    ...items.map(({ title, figure, word, base, link }) =>
      h(
        'li',
        { class: 'nmd-headline' },
        h('h3', { class: 'nmd-headline__title' }, title, ...(terms ? termTip(title, terms.measures, terms.dimensions) : [])),
        h('p', { class: `nmd-headline__change${word ? ' nmd-headline__change--word' : figure.length > 9 ? ' nmd-headline__change--range' : ''}` }, figure),
        ...base.map((each) => h('p', { class: 'nmd-headline__base' }, glue(each))),
        ...(link ? [h('p', { class: 'nmd-headline__base nmd-screen-only' }, h('a', { class: 'nl-link', href: link.href }, link.title))] : []),
      ),
    ),
  );
}
