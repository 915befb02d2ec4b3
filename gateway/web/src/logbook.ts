// SPDX-License-Identifier: EUPL-1.2
// The page Inzage en logboek: who looked at what, when and what for, whether the log is whole, and what must be kept (R23, F-33).
// Who or whom one searches for is never in the address: it stays on the page.
import { idOf, LONG_MILLISECONDS, Stopped } from './api';
import { block, headlines } from './block';
import { askWords } from './dialog';
import { h } from './dom';
import { addDays, dateShort, number, startOfDay } from './format';
import { t } from './language';
import { actorTable, headOf, logTable, processingTable, shortMethod, verifiedWords, type LogRecord, type ProcessingRecord, type Verified } from './logbook_model';
import type { Values } from './query';
import { runScreen, type View } from './screen';
import { alert, announce, button, offerStop, problemAlert } from './shell';

/** What is shown at once, and in one file. */
const MOST = 5000;
/** What is read before something is shown. */
const FIRST = 200;

interface Log {
  items: LogRecord[];
  /** Of what was not read. */
  token: string;
}

/** Shows more of the log of the page that is open. */
let showMore: (log: Log) => void = () => undefined;

const periodOf = ({ vanaf, t_m }: Record<string, string>) => ({ start_time: startOfDay(vanaf!), end_time: startOfDay(addDays(t_m!, 1)) });
const periodWords = ({ vanaf, t_m }: Record<string, string>) => (vanaf === t_m ? t`op ${dateShort(vanaf!)}` : t`van ${dateShort(vanaf!)} tot en met ${dateShort(t_m!)}`);

const section = (id: string, title: string, ...children: HTMLElement[]) =>
  h('section', { class: 'nmd-section', 'aria-labelledby': id }, h('h2', { class: 'nl-heading nl-heading--level-2', id }, title), ...children);

function textField(id: string, label: string): { element: HTMLElement; input: HTMLInputElement } {
  const input = h('input', { class: 'utrecht-textbox utrecht-textbox--html-input', id, type: 'text', autocomplete: 'off', spellcheck: 'false' });
  return { input, element: h('div', { class: 'nmd-field' }, h('label', { class: 'utrecht-form-label', for: id }, label), input) };
}

// The calls of the period, and of them those that are searched for; drawn anew when more of the log was read.
function calls(view: View, first: Log): { element: HTMLElement; update: (log: Log) => void } {
  let log = first;
  const words = periodWords(view.values);
  const found = h('div', {});
  const who = textField('wie', 'Wie');
  const what = textField('wat', 'Wat (deel van de naam)');
  const whom = textField('persoon', 'Persoon (pseudoniem)');
  const draw = () => {
    const [actor, method, client] = [who, what, whom].map(({ input }) => input.value.trim().toLowerCase()) as [string, string, string];
    const shown = log.items.filter(
      (record) =>
        (actor === '' || (record.actor ?? '').toLowerCase().includes(actor)) &&
        (method === '' || shortMethod(record.method).toLowerCase().includes(method)) &&
        (client === '' || (record.clients ?? []).some((each) => each.toLowerCase() === client)),
    );
    const searched = shown.length < log.items.length ? t`, ${number(shown.length)} van ${number(log.items.length)}` : '';
    found.replaceChildren(
      block({ ...view, next: { figure: 1, table: 2 } }, {
        id: 'regels', title: 'Wat er is gevraagd',
        conclusion: shown.length === 0 ? 'Er zijn geen regels die hierbij passen.' : t`${number(shown.length)} ${shown.length === 1 ? 'regel' : 'regels'} ${words}.`,
        ...(shown.length > 0 && { table: logTable(shown, t`Vragen en handelingen ${words}${searched}`), tall: shown.length > 15 }),
        remarks: log.token && log.items.length === MOST ? [t`De periode heeft meer dan ${number(MOST)} regels; dit zijn de eerste. Kies een kortere periode om de rest te zien.`] : [],
      }),
    );
  };
  const search = h(
    'form',
    { class: 'nmd-filter', role: 'search', 'aria-label': 'Zoek in de regels' },
    who.element, what.element, whom.element,
    h('button', { class: 'nl-button nl-button--secondary', type: 'submit' }, h('span', { class: 'nl-button__label' }, 'Zoek in deze periode')),
  );
  search.onsubmit = (event) => {
    event.preventDefault();
    draw();
    announce('De regels die passen zijn getoond.');
  };
  draw();
  return {
    element: h('div', {}, search, found),
    update: (more) => {
      log = more;
      draw();
    },
  };
}

// Reading the whole chain takes time: it is asked for, and can be stopped.
function check(view: View): HTMLElement {
  const outcome = h('div', {});
  const head = textField('kenmerk', 'Eerder opgeschreven kenmerk (hoeft niet)');
  head.input.placeholder = '1200:9f2c…';
  const fault = h('p', { class: 'nmd-fault', role: 'alert' });
  fault.hidden = true;
  const run = async () => {
    const written = head.input.value.trim();
    const known = headOf(written);
    fault.hidden = written === '' || known !== undefined;
    fault.textContent = fault.hidden ? '' : 'Een kenmerk is het nummer van een regel, een dubbele punt en 64 tekens.';
    if (!fault.hidden) return head.input.focus();
    const stopping = new AbortController();
    view.session.stop = stopping.signal;
    const waited = offerStop(() => stopping.abort());
    announce('Het hele logboek wordt gelezen…', true);
    try {
      const verified = await view.session.post<Verified>('logrecords/_verify', known ?? {}, LONG_MILLISECONDS);
      const mark = `${verified.last_sequence ?? '0'}:${verified.head_hash ?? ''}`;
      outcome.replaceChildren(
        alert(
          verified.intact ? 'info' : 'error', verified.intact ? 'Het logboek is heel' : 'Het logboek is niet heel', verifiedWords(verified),
          ...(verified.intact && verified.head_hash ? [h('p', { class: 'nl-paragraph' }, h('strong', {}, 'Kenmerk: '), h('code', { class: 'nmd-code' }, mark))] : []),
        ),
      );
      announce(verified.intact ? 'Het logboek is heel.' : 'Het logboek is niet heel.');
    } catch (error) {
      announce('');
      outcome.replaceChildren(error instanceof Stopped ? alert('info', 'Gestopt', ['Het logboek is niet gecontroleerd.']) : problemAlert(error));
    } finally {
      waited();
      view.session.stop = undefined;
    }
  };
  return section(
    'heel', 'Is het logboek heel?',
    h('p', { class: 'nl-paragraph' }, 'Elke regel hangt met een kenmerk aan de regel ervoor. Zo is te zien of er later iets is veranderd of weggehaald.'),
    h('div', { class: 'nmd-filter nmd-screen-only' }, head.element, button('Controleer het hele logboek', () => void run())),
    fault, outcome,
  );
}

// What was done with the data of one person: for who asks that of the municipality (AVG article 15).
function person(view: View): HTMLElement {
  const found = h('div', {});
  const field = textField('betrokkene', 'Pseudoniem van de persoon');
  const run = async () => {
    const client = field.input.value.trim();
    if (!client) return field.input.focus();
    try {
      const { items, token } = await view.session.postList<ProcessingRecord>('processingactivities/_query', { data_subject_id: client }, 'records', MOST);
      found.replaceChildren(
        block({ ...view, next: { figure: 1, table: 3 } }, {
          id: 'verwerkingen', title: 'Wat er is gedaan',
          conclusion: items.length === 0 ? 'Over deze persoon is niets vastgelegd. Klopt het pseudoniem?' : t`${number(items.length)} ${items.length === 1 ? 'verwerking' : 'verwerkingen'} van gegevens van deze persoon.`,
          ...(items.length > 0 && { table: processingTable(items) }),
          remarks: token ? [t`Dit zijn de eerste ${number(MOST)}.`] : [],
        }),
      );
      announce(t`${number(items.length)} verwerkingen getoond.`);
    } catch (error) {
      found.replaceChildren(problemAlert(error, () => void run()));
    }
  };
  const search = h('form', { class: 'nmd-filter nmd-screen-only', role: 'search', 'aria-label': 'Zoek een persoon' }, field.element, h('button', { class: 'nl-button nl-button--secondary', type: 'submit' }, h('span', { class: 'nl-button__label' }, 'Toon de verwerkingen')));
  search.onsubmit = (event) => {
    event.preventDefault();
    void run();
  };
  return section(
    'een-persoon', 'Wat gebeurde er met de gegevens van één persoon?',
    h('p', { class: 'nl-paragraph' }, 'Vraagt een inwoner dit, zoek dan eerst zijn pseudoniem met de opdracht nmdctl link find. Ook deze blik komt in het logboek.'), search, found,
  );
}

// Entries that must stay longer than their term: for a complaint, or a case in court.
function holds(view: View): HTMLElement {
  const told = h('div', {});
  const hold = async () => {
    const words = await askWords({
      title: 'Regels langer bewaren', action: 'Bewaar deze regels',
      hint: t`Alle regels ${periodWords(view.values)} blijven staan tot u ze vrijgeeft. Schrijf geen namen, nummers of adressen van personen op.`,
      fields: [{ id: 'bewaarreden', label: 'Waarom moeten zij blijven?', most: 200 }],
    });
    if (!words) return;
    try {
      const kept = await view.session.post<{ name: string }>('logholds/_hold', { ...periodOf(view.values), reason: words['bewaarreden'] });
      told.replaceChildren(alert('info', t`Bewaard onder nummer ${idOf(kept.name)}`, ['Schrijf dit nummer op: ermee geeft u de regels later vrij.']));
      announce('De regels worden bewaard.');
    } catch (error) {
      told.replaceChildren(problemAlert(error, () => void hold()));
    }
  };
  const release = async () => {
    const words = await askWords({
      title: 'Regels vrijgeven', action: 'Geef vrij',
      hint: 'Wat over zijn termijn is, gaat weg als het logboek de volgende keer wordt opgeschoond.',
      fields: [{ id: 'bewaarnummer', label: 'Nummer van het bewaren', most: 64 }],
    });
    if (!words) return;
    try {
      const freed = await view.session.post<{ name: string }>(`logholds/${encodeURIComponent(words['bewaarnummer']!)}/_release`, {});
      told.replaceChildren(alert('info', t`Vrijgegeven: ${idOf(freed.name)}`, ['De gewone bewaartermijn geldt weer voor deze regels.']));
      announce('De regels zijn vrijgegeven.');
    } catch (error) {
      told.replaceChildren(problemAlert(error, () => void release()));
    }
  };
  return section(
    'bewaren', 'Moet iets langer blijven?',
    h('p', { class: 'nl-paragraph' }, 'Voor een klacht of een zaak bij de rechter kunt u de regels van deze periode langer bewaren dan hun termijn.'),
    h('div', { class: 'nmd-actions nmd-screen-only' }, button('Bewaar de regels van deze periode…', () => void hold()), button('Geef bewaarde regels vrij…', () => void release())),
    told,
  );
}

// How much there was, and who asked it.
function summary(view: View, { items, token }: Log): HTMLElement[] {
  const looks = items.filter((record) => record.clients?.length).length;
  const refused = items.filter((record) => record.outcome === 'REFUSED').length;
  const open = items.filter((record) => !record.outcome || record.outcome === 'OUTCOME_UNSPECIFIED').length;
  return [
    section(
      'kort', 'Het antwoord in het kort',
      headlines([
        { title: 'Vragen en handelingen', figure: t`${number(items.length)}${token ? ' of meer' : ''}`, base: [periodWords(view.values)] },
        { title: 'Waarvan over personen', figure: number(looks), base: ['met een pseudoniem erbij'] },
        { title: 'Waarvan geweigerd', figure: number(refused), base: [open > 0 ? t`van ${number(open)} is de afloop niet bekend` : 'de vrager mocht dit niet, of vroeg iets dat niet kan'] },
      ]),
    ),
    block({ ...view, next: { figure: 1, table: 1 } }, { id: 'wie-vroeg', title: 'Wie keek?', table: actorTable(items) }),
  ];
}

function show(view: View, log: Log): HTMLElement[] {
  const privacy = view.role === 'privacyfunctionaris';
  const top = h('div', {}, ...summary(view, log));
  const { element, update } = calls(view, log);
  showMore = (more) => {
    top.replaceChildren(...summary(view, more));
    update(more);
  };
  return [
    top,
    element,
    check(view),
    ...(privacy ? [person(view), holds(view)] : []),
  ];
}

const asked = (values: Values) => ({ ...periodOf(values), ...(values['welke'] === 'personen' && { only_clients: true }) });

async function rest({ session, values }: View, { items, token }: Log): Promise<HTMLElement[]> {
  if (!token) return [];
  const more = await session.postList<LogRecord>('logrecords/_query', asked(values), 'records', MOST - items.length, token);
  showMore({ items: [...items, ...more.items], token: more.token });
  return [];
}

runScreen<Log>({
  id: 'logboek',
  timeless: true,
  bare: true,
  fields: ({ today }) => [
    { key: 'vanaf', label: 'Van', type: 'day', choices: [], initial: addDays(today, -6) },
    { key: 't_m', label: 'Tot en met', type: 'day', choices: [], initial: today },
    { key: 'welke', label: 'Welke regels', choices: [{ value: 'alle', title: 'Alle' }, { value: 'personen', title: 'Alleen over personen' }], initial: 'alle' },
  ],
  check: ({ vanaf, t_m }) => (vanaf! <= t_m! ? [] : ['De eerste dag ligt na de laatste dag.']),
  question: (values) => t`Wie keek waarnaar ${periodWords(values)}, en waarvoor?`,
  ask: ({ session }, values) => session.postList('logrecords/_query', asked(values), 'records', FIRST),
  knownOf: () => undefined,
  show,
  rest,
});
