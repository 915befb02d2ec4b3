// SPDX-License-Identifier: EUPL-1.2
// The page Vragenregister: what was answered, with its figures as they were given, whether it still holds and what is behind a
// difference (R7, R15, Q24).
import { idOf, type Measure, type Provenance } from './api';
import { block, headlines } from './block';
import { pairedBars } from './charts/bars';
import { askWords } from './dialog';
import { h } from './dom';
import { cellOf, day, difference, growth, moment, text, value, type Cell, type DimensionValue, type Figure } from './figure';
import { dateShort, dateTime, glue, number } from './format';
import { kindOf } from './explorer_model';
import { t } from './language';
import { periodWords } from './query';
import { runScreen, type View } from './screen';
import { announce, button, problemAlert } from './shell';
import { cellText, type Kind, type Table } from './table';

interface Annotation {
  subject?: string;
  annotate_time?: string;
  text?: string;
  measure?: string;
  dimensions?: DimensionValue[];
}
interface Registered {
  name: string;
  title?: string;
  text?: string;
  subject?: string;
  register_time?: string;
  question?: { measures?: string[]; dimensions?: string[]; period?: { start_date: string; end_date: string }; reference_date?: string; known_time?: string };
  figures?: { figures?: Figure[]; totals?: Figure[]; provenance?: Provenance[] };
  measures?: Measure[];
  answerability?: { state?: string };
  annotations?: Annotation[];
}
interface Change {
  given?: Figure;
  found?: Figure;
  steps?: Array<{ cause?: string; statement?: string; count?: string; amount_cents?: string; ratio?: number }>;
}
interface Check {
  check_time?: string;
  reproduced?: boolean;
  changes?: Change[];
  causes?: Array<{ statement?: string }>;
  reproduction_changes?: Change[];
  reproduction_causes?: Array<{ statement?: string }>;
  statement?: string;
}
interface Snapshot {
  name: string;
  title?: string;
  known_time?: string;
  reason?: string;
  subject?: string;
}
interface Answers {
  list: Registered[];
  snapshots: Snapshot[];
  chosen?: Registered;
  check?: Check;
}

const ANSWERABLE: Record<string, string> = { ANSWERABLE: 'beantwoordbaar', PARTLY: 'deels beantwoordbaar', NOT_REGISTERED: 'niet geregistreerd', NOT_ANSWERABLE: 'niet te beantwoorden' };
const CAUSES: Record<string, string> = {
  DEFINITION: 'andere definitie', HORIZON: 'andere maand', EXTERNAL: 'andere tarieven of tabellen', WITHDRAWAL: 'ingetrokken leveringen', CORRECTION: 'correcties', LATE: 'late berichten', LINK: 'andere koppelingen', HOUSEHOLD: 'andere huishoudens',
};

let register: Registered[] = [];

const cellWords = (figure: Figure | undefined) => (figure?.dimensions ?? []).map((each) => each.label || each.value || 'onbekend').join(' · ') || 'Totaal';
const titleOf = (measures: Measure[], figure: Figure | undefined) => measures.find((each) => idOf(each.name) === figure?.measure)?.title ?? figure?.measure ?? '';
const measuredKind = (measures: Measure[], figure: Figure | undefined): Kind => kindOf(measures.find((each) => idOf(each.name) === figure?.measure), [figure]);

function words(cell: Cell, kind: Kind): Cell {
  return cell.kind === 'value' ? value(cell.value, kind) : cell;
}

const figuresOf = (answer: Registered): Figure[] => [...(answer.figures?.figures ?? []), ...(answer.figures?.totals ?? [])];

// What was said of the answer and of its figures, on paper too.
function annotationList(answer: Registered): HTMLElement {
  const place = h('div', { id: 'duiding' });
  const annotations = answer.annotations ?? [];
  if (annotations.length === 0) return place;
  const about = (each: Annotation) => {
    if (!each.measure) return 'Het hele antwoord';
    const coordinates = (each.dimensions ?? []).map((dimension) => dimension.label || dimension.value || 'onbekend').join(' · ');
    return t`${titleOf(answer.measures ?? [], { measure: each.measure, state: '' })}, ${coordinates || 'totaal'}`;
  };
  place.append(
    h('h3', { class: 'nl-heading nl-heading--level-3' }, 'Duiding'),
    h('ul', { class: 'nmd-list' }, ...annotations.map((each) => h('li', {}, h('strong', {}, t`${about(each)}. `), glue(t`${each.text ?? ''} (${each.subject || 'onbekend'}${each.annotate_time ? t`, ${dateShort(each.annotate_time)}` : ''})`)))),
  );
  return place;
}

/** Says something of the whole answer, or of one of its figures, for good. */
function annotateButton(view: View, answer: Registered, figure?: Figure): HTMLElement {
  const place = h('div', { class: 'nmd-screen-only' });
  const title = figure ? t`${titleOf(answer.measures ?? [], figure)}, ${cellWords(figure).toLowerCase()}` : 'het hele antwoord';
  const write = async () => {
    const words = await askWords({
      title: t`Duiding bij ${title}`, action: 'Leg vast',
      hint: 'Wat u schrijft, hoort voortaan bij dit antwoord, ook op papier, met uw naam. Schrijf geen namen, nummers of adressen van inwoners op.',
      fields: [{ id: 'duiding-tekst', label: 'Wat moet wie dit leest weten?', type: 'lines', most: 2000 }],
    });
    if (!words) return;
    try {
      const changed = await view.session.post<Registered>(`registeredanswers/${encodeURIComponent(idOf(answer.name))}/_annotate`, {
        text: words['duiding-tekst'], request_id: crypto.randomUUID(),
        ...(figure && { measure: figure.measure, dimensions: (figure.dimensions ?? []).map(({ dimension, value }) => ({ dimension, ...(value !== undefined && { value }) })) }),
      });
      answer.annotations = changed.annotations ?? [];
      document.getElementById('duiding')?.replaceWith(annotationList(answer));
      announce('De duiding is vastgelegd.');
    } catch (error) {
      place.append(problemAlert(error, () => void write()));
    }
  };
  const element = button(figure ? 'Duiding…' : 'Schrijf duiding bij dit antwoord…', () => void write());
  if (figure) element.append(h('span', { class: 'nmd-visually-hidden' }, t` bij ${title}`));
  place.append(element);
  return place;
}

function figureTable(answer: Registered): Table {
  const measures = answer.measures ?? [];
  const figures = figuresOf(answer);
  return {
    id: 'tabel-gegeven',
    caption: t`De cijfers zoals zij zijn gegeven, bekend op ${answer.question?.known_time ? dateTime(answer.question.known_time) : 'een onbekend moment'}`,
    columns: ['Cijfer', 'Waarvan', 'Waarde'].map((header) => ({ header, kind: 'text' as const })),
    rows: figures.map((figure) => [text(titleOf(measures, figure)), text(cellWords(figure)), words(cellOf(figure), measuredKind(measures, figure))]),
  };
}

function stepWords(change: Change, kind: Kind): string {
  return (change.steps ?? []).map((step) => t`${CAUSES[step.cause ?? ''] ?? 'anders'}: ${cellText({ kind: 'value', value: Number(step.count ?? step.amount_cents ?? step.ratio ?? 0) }, kind === 'euro' ? 'growth_euro' : kind === 'count' ? 'change' : kind)}`).join('; ') || 'niet te splitsen';
}

function changeTable(answer: Registered, changes: Change[], id: string, now: string): Table {
  const measures = answer.measures ?? [];
  return {
    id,
    caption: t`Wat is er veranderd? Toen gegeven en ${now}`,
    columns: ['Cijfer', 'Waarvan', 'Toen', 'Nu', 'Verschil', 'Waardoor'].map((header) => ({ header, kind: 'text' as const })),
    rows: changes.map((change) => {
      const figure = change.given ?? change.found;
      const kind = measuredKind(measures, figure);
      const [given, found] = [cellOf(change.given), cellOf(change.found)];
      return [
        text(titleOf(measures, figure)), text(cellWords(figure)), words(given, kind), words(found, kind),
        words(difference(given, found), kind === 'euro' ? 'growth_euro' : kind === 'count' ? 'change' : kind), text(stepWords(change, kind)),
      ];
    }),
  };
}

// Given and found side by side, of the first measure that changed.
function changeChart(answer: Registered, changes: Change[]): ((title: string) => HTMLElement) | undefined {
  const measure = (changes[0]?.given ?? changes[0]?.found)?.measure;
  const shown = changes.filter((change) => (change.given ?? change.found)?.measure === measure).slice(0, 20);
  if (shown.length === 0) return undefined;
  const kind = measuredKind(answer.measures ?? [], shown[0]!.given ?? shown[0]!.found);
  return (title) =>
    pairedBars(title, 'De tabel onder de grafiek geeft dezelfde cijfers.', shown.map((change) => {
      const [before, after] = [cellOf(change.given), cellOf(change.found)];
      const grown = growth(before, after);
      return { title: cellWords(change.given ?? change.found), before, after, change: cellText(grown, 'growth') };
    }), { before: 'toen gegeven', after: 'nu' }, kind);
}

function detail(view: View, answer: Registered, check: Check): HTMLElement[] {
  const changes = check.changes ?? [];
  const { question } = answer;
  const period = question?.period ? periodWords(question.period) : question?.reference_date ? t`op ${dateShort(question.reference_date)}` : '';
  const ground = { figures: [...(answer.figures?.totals ?? []), ...(answer.figures?.figures ?? []).slice(0, 50)], provenance: answer.figures?.provenance };
  return [
    block(view, {
      id: 'antwoord', title: t`${idOf(answer.name)}: ${answer.title ?? ''}`, conclusion: check.statement,
      before: [
        headlines([
          { title: 'Zelfde vraag, toen bekend', figure: check.reproduced ? 'precies hetzelfde' : 'niet hetzelfde', word: true, base: ['cijfers, betrouwbaarheid en bronnen'] },
          { title: 'Zelfde vraag, nu bekend', figure: changes.length === 0 ? 'geen verschil' : t`${number(changes.length)} ${changes.length === 1 ? 'cijfer anders' : 'cijfers anders'}`, word: true, base: [check.check_time ? t`nagevraagd op ${dateTime(check.check_time)}` : ''] },
          { title: 'Te beantwoorden', figure: ANSWERABLE[answer.answerability?.state ?? ''] ?? 'onbekend', word: true, base: [period] },
        ]),
        h('h3', { class: 'nl-heading nl-heading--level-3' }, 'Wat er is geantwoord'),
        h('p', { class: 'nl-paragraph' }, glue(answer.text ?? '')),
        h('p', { class: 'nmd-note' }, t`Vastgelegd op ${answer.register_time ? dateTime(answer.register_time) : 'een onbekend moment'} door ${answer.subject || 'onbekend'}.`),
        annotationList(answer), annotateButton(view, answer),
      ],
      table: figureTable(answer), ground,
      actions: (row) => [annotateButton(view, answer, figuresOf(answer)[row]!)],
    }),
    ...(changes.length > 0
      ? [
          block(view, {
            id: 'verschil', title: 'Wat is er sindsdien veranderd?', remarks: (check.causes ?? []).map((cause) => cause.statement ?? '').filter(Boolean),
            caption: t`${titleOf(answer.measures ?? [], changes[0]!.given ?? changes[0]!.found)}: toen gegeven en nu bekend`, chart: changeChart(answer, changes),
            table: changeTable(answer, changes, 'tabel-verschil', 'zoals nu bekend'), ground,
          }),
        ]
      : []),
    ...(check.reproduction_changes?.length
      ? [
          block(view, {
            id: 'herberekening', title: 'Waarom geeft dezelfde vraag over toen iets anders?', remarks: (check.reproduction_causes ?? []).map((cause) => cause.statement ?? '').filter(Boolean),
            table: changeTable(answer, check.reproduction_changes, 'tabel-herberekening', 'opnieuw gerekend zoals toen bekend'), ground,
          }),
        ]
      : []),
  ];
}

function show(view: View, { list, snapshots, chosen, check }: Answers): HTMLElement[] {
  if (chosen && check) {
    return [h('p', { class: 'nmd-screen-only' }, h('a', { class: 'nl-link', href: './vragen.html' }, 'Alle antwoorden')), ...detail(view, chosen, check)];
  }
  const sections: HTMLElement[] = [];
  if (list.length === 0) {
    sections.push(
      h(
        'section',
        { class: 'nmd-section', 'aria-labelledby': 'register' },
        h('h2', { class: 'nl-heading nl-heading--level-2', id: 'register' }, 'Antwoorden'),
        h('p', { class: 'nl-paragraph' }, 'Er is nog geen antwoord vastgelegd. Stel een vraag in de verkenner en kies daar "Leg vast als antwoord aan de raad".'),
        h('p', { class: 'nl-paragraph nmd-screen-only' }, h('a', { class: 'nl-link', href: './verkenner.html' }, 'Naar de verkenner')),
      ),
    );
  } else {
    sections.push(
      block(view, {
        id: 'register', title: 'Antwoorden', conclusion: list.length === 1 ? 'Er is 1 antwoord vastgelegd.' : t`Er zijn ${number(list.length)} antwoorden vastgelegd.`,
        table: {
          id: 'tabel-register',
          caption: 'Vastgelegde antwoorden, nieuwste eerst',
          columns: ['Nummer', 'Vraag', 'Vastgelegd op', 'Cijfers bekend op', 'Door'].map((header) => ({ header, kind: 'text' as const })),
          rows: list.map((answer) => [
            text(idOf(answer.name)), text(answer.title || 'onbekend'), day(answer.register_time),
            moment(answer.question?.known_time), text(answer.subject || 'onbekend'),
          ]),
        },
        actions: (row) => {
          const number = idOf(list[row]!.name);
          return [h('a', { class: 'nl-link', href: `./vragen.html?antwoord=${number}` }, t`Bekijk ${number}`)];
        },
      }),
    );
  }
  if (snapshots.length > 0) {
    sections.push(
      block(view, {
        id: 'momenten', title: 'Momenten met een naam',
        table: {
          id: 'tabel-momenten',
          caption: 'Momenten waarvan de cijfers zijn vastgezet, voor rapportages',
          columns: ['Naam', 'Cijfers bekend op', 'Waarvoor', 'Door'].map((header) => ({ header, kind: 'text' as const })),
          rows: snapshots.map((each) => [text(each.title ?? ''), moment(each.known_time), text(each.reason || 'niet opgegeven'), text(each.subject || 'onbekend')]),
        },
      }),
    );
  }
  return sections;
}

runScreen<Answers>({
  id: 'vragen',
  timeless: true,
  fields: async ({ session }) => {
    register = await session.list<Registered>('registeredanswers', {}, 'registered_answers');
    if (register.length === 0) return [];
    return [{ key: 'antwoord', label: 'Antwoord', initial: 'alle', choices: [{ value: 'alle', title: 'Alle antwoorden' }, ...register.map((answer) => ({ value: idOf(answer.name), title: t`${idOf(answer.name)}: ${answer.title ?? ''}` }))] }];
  },
  question: ({ antwoord }) => {
    const found = register.find((answer) => idOf(answer.name) === antwoord);
    return found ? t`Klopt antwoord ${antwoord} nog?` : 'Wat is eerder gezegd, en klopt dat nog?';
  },
  ask: async ({ session }, { antwoord }) => {
    const snapshots = await session.list<Snapshot>('frozensnapshots', {}, 'frozen_snapshots');
    if (!antwoord || antwoord === 'alle') return { list: register, snapshots };
    const name = `registeredanswers/${encodeURIComponent(antwoord)}`;
    const [chosen, check] = await Promise.all([session.call(name) as Promise<Registered>, session.post<Check>(`${name}/_check`, {})]);
    return { list: register, snapshots, chosen, check };
  },
  knownOf: () => undefined,
  show,
});
