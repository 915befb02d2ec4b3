// SPDX-License-Identifier: EUPL-1.2
// The page Publicaties: what may be shared, what a table looks like when it leaves, and publishing it by two persons. Who approves has
// seen exactly the table that leaves; nothing is chosen beforehand. In the region it is about what the region tells the public: it has
// no agreements of its own and no figures to preview, so a table is seen when it was proposed.
import { idOf, Problem } from './api';
import { block, headlines } from './block';
import { askWords } from './dialog';
import { h } from './dom';
import { number } from './format';
import {
  agreementTable, auditWords, deedsOf, deliveryTable, findingTable, lossTable, lossWords, mergedTable, isRounded, mergingWords, newestYear, previewTable, publicationTable, releaseTable, roundedWords, roundingTable, roundingWords, STATES, versionTable, type Agreement, type AgreementVersion, type Preview, type Publication, type Release, type TableRule,
} from './publications_model';
import { t } from './language';
import { formatQuery, monthChoices, periodBetween, periodWords, type Choice, type Field } from './query';
import { tableChoices as regionalChoices, type TableInfo } from './region_model';
import { runScreen, type View } from './screen';
import { alert, announce, button, problemAlert } from './shell';

interface Answers {
  agreements: Agreement[];
  versions: AgreementVersion[];
  releases: Release[];
  titles: Map<string, string>;
  preview?: Preview;
  problem?: Problem;
  chosen?: Release;
}

const NONE = 'geen';
const PROPOSERS = ['privacyfunctionaris', 'controller'];
let agreements: Agreement[] = [];
let releases: Release[] = [];

function releaseField(): Field {
  return { key: 'uitgave', label: 'Publicatie', initial: NONE, choices: [{ value: NONE, title: 'Alle' }, ...releases.map((release) => ({ value: idOf(release.name), title: t`${idOf(release.name)}: ${release.title || release.table || ''}` }))] };
}

/** "regio-jeugdhulp/clienten-wijk/regio": what can be shown, to whom. */
function tableChoices(): Choice[] {
  return agreements.flatMap((agreement) =>
    (agreement.tables ?? []).flatMap((table) => (agreement.audiences ?? []).map((audience) => ({ value: `${idOf(agreement.name)}/${table.table}/${audience}`, title: t`${table.title || table.table} (voor ${audience})` }))),
  );
}

function ruleOf(choice: string | undefined): { agreement: Agreement; rule: TableRule; audience: string } | undefined {
  const [id, table, audience] = (choice ?? '').split('/');
  const agreement = agreements.find((each) => idOf(each.name) === id);
  const rule = agreement?.tables?.find((each) => each.table === table);
  return agreement && rule && audience ? { agreement, rule, audience } : undefined;
}

/** A button that asks for a reason where one is needed, does a deed and opens what came of it. */
function deedButton(view: View, title: string, path: string, reason: string | undefined, after: (answer: { name: string }) => string, sentences = ''): HTMLElement {
  const place = h('div', { class: 'nmd-screen-only' });
  const run = async () => {
    const words = reason === undefined ? {} : await askWords({ title: title.replace(/…$/, ''), hint: sentences, fields: [{ id: 'reden', label: reason, type: 'lines', most: 500 }], action: 'Leg vast' });
    if (!words) return;
    try {
      const answer = await view.session.post<{ name: string }>(path, reason === undefined ? {} : { reason: (words as Record<string, string>)['reden'] });
      announce('Vastgelegd.');
      location.assign(after(answer));
    } catch (error) {
      place.replaceChildren(button(title, () => void run()), problemAlert(error));
    }
  };
  place.append(button(title, () => void run()));
  return place;
}

function protectedBy(publication: Publication): string[] {
  const least = publication.minimum_clients ?? 0;
  return [...(least > 0 && !isRounded(publication) ? [t`Onder de ${number(least)} cliënten is een cel afgeschermd.`] : []), ...roundedWords(publication)];
}

function detail(view: View, release: Release): HTMLElement[] {
  const id = idOf(release.name);
  const here = () => formatQuery({ uitgave: id }, '');
  const path = (deed: string) => `releases/${encodeURIComponent(id)}/${deed}`;
  const deeds: Record<string, () => HTMLElement> = {
    approve: () => deedButton(view, 'Keur goed en publiceer', path('_approve'), undefined, here),
    refuse: () => deedButton(view, 'Wijs af…', path('_refuse'), 'Waarom?', here, 'Het voorstel wordt gesloten. Wie het deed, leest de reden.'),
    withdraw: () => deedButton(view, 'Trek in…', path('_withdraw'), 'Waarom?', here, 'Wie de publicatie zag, ziet voortaan deze reden in plaats van de cijfers.'),
  };
  const known = release.deliveries ?? [];
  return [
    h('p', { class: 'nmd-screen-only' }, h('a', { class: 'nl-link', href: './publicaties.html' }, 'Alle publicaties')),
    block(view, {
      id: 'uitgave', title: t`${id}: ${release.title || release.table || ''}`,
      conclusion: t`Stand: ${STATES[release.state ?? ''] ?? 'onbekend'}. ${release.reason ?? ''}`.trim(),
      before: [
        headlines([
          { title: 'Periode', figure: release.period ? periodWords(release.period) : 'onbekend', word: true, base: [t`voor ${release.audience || 'onbekend'}`, ...(release.coverage ? [release.coverage] : [])] },
          { title: 'Voorgesteld door', figure: release.proposed_by || 'onbekend', word: true, base: ['iemand anders beslist'] },
          { title: 'Besloten door', figure: release.decided_by || 'nog niemand', word: true, base: [release.replaces ? t`vervangt ${release.replaces}` : 'vervangt niets'] },
        ]),
        h('p', { class: 'nl-paragraph' }, [release.proof, auditWords(release.audit)].filter(Boolean).join(' ')),
      ],
      ...(release.publication && { table: publicationTable(release.publication), tall: true }),
      remarks: release.publication ? protectedBy(release.publication) : ['De cijfers van deze publicatie zijn niet meer te zien.'],
    }),
    ...(release.audit?.findings?.length ? [block(view, { id: 'lekken', title: 'Waar zit het lek?', table: findingTable(release.audit) })] : []),
    ...(known.length > 0 ? [block(view, { id: 'ontvangst', title: 'Is het aangekomen?', table: deliveryTable(release) })] : []),
    ...(deedsOf(release, view.role).length > 0
      ? [
          h(
            'section',
            { class: 'nmd-section nmd-screen-only', 'aria-labelledby': 'besluit' },
            h('h2', { class: 'nl-heading nl-heading--level-2', id: 'besluit' }, 'Uw besluit'),
            h('p', { class: 'nl-paragraph' }, 'U beslist over precies de tabel hierboven. Wie een voorstel deed, kan het niet zelf goedkeuren.'),
            h('div', { class: 'nmd-actions' }, ...deedsOf(release, view.role).map((deed) => deeds[deed]!())),
          ),
        ]
      : []),
  ];
}

function previewBlocks(view: View, { preview, problem, titles }: Answers): HTMLElement[] {
  const chosen = ruleOf(view.values['tabel']);
  if (!chosen) return [];
  const title = 'Zo zou de tabel eruitzien';
  if (!preview) {
    return [h('section', { class: 'nmd-section', 'aria-labelledby': 'voorbeeld' }, h('h2', { class: 'nl-heading nl-heading--level-2', id: 'voorbeeld' }, title), problem ? problemAlert(problem) : alert('info', 'Er is nog geen voorbeeld', ['Kies een tabel en een periode.']))];
  }
  const period = periodBetween(view.values['van']!, view.values['tot']!);
  return [
    block(view, {
      id: 'voorbeeld', title, conclusion: t`${lossWords(preview)} ${auditWords(preview.audit)}`,
      before: [
        headlines(
          preview.rounding?.measures?.length
            ? [{ title: 'Getoond', figure: number(preview.cells?.length ?? 0), base: ['cellen met een afgerond getal'] }, { title: 'Afgeschermd', figure: number(Number(preview.secondary_count ?? 0)), base: ['cellen'] }]
            : [
                { title: 'Getoond', figure: number(Number(preview.shown_count ?? 0)), base: ['cellen met hun cijfer'] },
                { title: 'Nul', figure: number(Number(preview.zero_count ?? 0)), base: ['cellen zonder cliënten'] },
                { title: 'Te klein', figure: number(Number(preview.primary_count ?? 0)), base: [t`minder dan ${number(chosen.rule.minimum_clients ?? 0)} cliënten`] },
                { title: 'Mee afgeschermd', figure: number(Number(preview.secondary_count ?? 0)), base: ['anders zijn de kleine te berekenen'] },
              ],
        ),
      ],
      table: previewTable(preview, chosen.rule, (id) => titles.get(id) ?? id), tall: true,
      remarks: [preview.proof ?? ''].filter(Boolean),
    }),
    ...(preview.rounding?.measures?.length
      ? [
          block(view, {
            id: 'afronden', title: 'Wat doet afronden?', conclusion: roundingWords(preview), table: roundingTable(preview, (id) => titles.get(id) ?? id),
            remarks: ['Naar welk veelvoud een getal gaat, is deels toeval: wie de regels kent, kan niet terugrekenen. Totalen zijn de som van wat er staat, en tellen dus precies op.'],
          }),
        ]
      : []),
    ...(preview.merging?.dimension
      ? [
          block(view, {
            id: 'samenvoegen', title: 'Wat doet samenvoegen van gebieden?', conclusion: mergingWords(preview), table: lossTable(preview),
            remarks: ['Een gebied met te weinig cliënten wordt samengevoegd met het gebied waarvan de code ernaast staat; dat ligt meestal ernaast. Van het geheel is dan wel een cijfer te geven.'],
          }),
          ...(preview.merging.areas?.length ? [block(view, { id: 'samengevoegd', title: 'Welke gebieden zijn samengevoegd?', table: mergedTable(preview.merging, (id) => titles.get(id) ?? id), tall: preview.merging.areas.length > 12 })] : []),
        ]
      : []),
    ...(preview.audit?.findings?.length ? [block(view, { id: 'lekken', title: 'Waar zit het lek?', table: findingTable(preview.audit) })] : []),
    proposal(view, { agreement: chosen.agreement.name, table: chosen.rule.table, period, audience: chosen.audience, ...(preview.known_time && { known_time: preview.known_time }) }),
  ];
}

/** What the region may propose: a table of what its members told the public themselves. */
function regionalBlocks(view: View): HTMLElement[] {
  if (!PROPOSERS.includes(view.role)) return [];
  const [table, start_date, end_date] = (view.values['tabel'] ?? NONE).split('/');
  return [
    h(
      'section',
      { class: 'nmd-section nmd-screen-only', 'aria-labelledby': 'voorstel' },
      h('h2', { class: 'nl-heading nl-heading--level-2', id: 'voorstel' }, 'Welke tabel wilt u openbaar maken?'),
      h('p', { class: 'nl-paragraph' }, 'De tabel wordt gemaakt van wat gemeenten zelf openbaar maakten, en vastgezet zoals zij nu is. U krijgt haar daarna te zien; iemand anders keurt haar goed.'),
      start_date && end_date ? proposal(view, { table, period: { start_date, end_date } }) : h('p', { class: 'nl-paragraph' }, 'Kies eerst een tabel.'),
    ),
  ];
}

function proposal(view: View, body: object): HTMLElement {
  const place = h('div', { class: 'nmd-actions nmd-end nmd-screen-only' });
  const propose = async () => {
    try {
      const release = await view.session.post<Release>('releases', body);
      location.assign(formatQuery({ uitgave: idOf(release.name) }, ''));
    } catch (error) {
      place.replaceChildren(problemAlert(error, () => void propose()));
    }
  };
  if (PROPOSERS.includes(view.role)) place.append(button('Stel deze publicatie voor', () => void propose()));
  return place;
}

const section = (id: string, title: string, words: string) => h('section', { class: 'nmd-section', 'aria-labelledby': id }, h('h2', { class: 'nl-heading nl-heading--level-2', id }, title), h('p', { class: 'nl-paragraph' }, words));

function show(view: View, answers: Answers): HTMLElement[] {
  if (answers.chosen) return detail(view, answers.chosen);
  const waiting = answers.releases.filter((release) => release.state === 'PROPOSED').length;
  return [
    answers.releases.length > 0
      ? block(view, {
          id: 'uitgaven', title: 'Wat is gepubliceerd, en wat wacht?',
          conclusion: waiting === 0 ? 'Er wacht geen voorstel.' : t`${number(waiting)} ${waiting === 1 ? 'voorstel wacht' : 'voorstellen wachten'} op een besluit.`,
          table: releaseTable(answers.releases),
          actions: (row) => {
            const id = idOf(answers.releases[row]!.name);
            return [h('a', { class: 'nl-link', href: formatQuery({ uitgave: id }, '') }, 'Bekijk', h('span', { class: 'nmd-visually-hidden' }, t` ${id}`))];
          },
        })
      : section('uitgaven', 'Wat is gepubliceerd, en wat wacht?', 'Er is nog niets gepubliceerd of voorgesteld.'),
    ...(view.session.isRegion ? regionalBlocks(view) : [...previewBlocks(view, answers), ...agreementBlocks(view, answers)]),
  ];
}

function agreementBlocks(view: View, answers: Answers): HTMLElement[] {
  const open = answers.versions.filter((version) => version.state === 'PROPOSED');
  return [
    answers.agreements.length > 0
      ? block(view, { id: 'afspraken', title: 'Wat mag worden gedeeld?', conclusion: 'Zonder afspraak wordt er niets gedeeld.', table: agreementTable(answers.agreements) })
      : section('afspraken', 'Wat mag worden gedeeld?', 'Er zijn geen afspraken: er wordt niets gedeeld.'),
    ...(answers.versions.length > 0
      ? [
          block(view, {
            id: 'versies', title: 'Hoe kwamen de afspraken tot stand?',
            conclusion: open.length === 0 ? 'Er wacht geen nieuwe versie.' : t`${number(open.length)} nieuwe ${open.length === 1 ? 'versie wacht' : 'versies wachten'} op de privacyfunctionaris.`,
            table: versionTable(answers.versions),
            actions: (row) => {
              const version = answers.versions[row]!;
              if (version.state !== 'PROPOSED' || !PROPOSERS.includes(view.role)) return [h('span', { class: 'nmd-muted' }, 'besloten')];
              const path = version.name.replace(/^municipalities\/[^/]+\//, '');
              const here = () => './publicaties.html';
              return [
                ...(view.role === 'privacyfunctionaris' ? [deedButton(view, 'Keur goed', `${path}/_approve`, undefined, here)] : []),
                deedButton(view, 'Wijs af…', `${path}/_refuse`, 'Waarom?', here, 'Wie het voorstel deed, leest de reden.'),
              ];
            },
          }),
        ]
      : []),
  ];
}

runScreen<Answers>({
  id: 'publicaties',
  timeless: true,
  bare: true,
  fields: async ({ session, today, year }) => {
    if (session.isRegion) {
      const [known, tables] = await Promise.all([session.list<Release>('releases'), session.list<TableInfo>('tables')]);
      releases = known;
      return [releaseField(), { key: 'tabel', label: 'Tabel', initial: NONE, choices: [{ value: NONE, title: 'Geen' }, ...regionalChoices(tables)] }];
    }
    const [analyses, ...lists] = await Promise.all([session.sourceAnalyses(), session.list<Agreement>('agreements'), session.list<Release>('releases')]);
    [agreements, releases] = lists;
    // A preview of a year that nobody delivered yet tells nothing.
    const told = newestYear(analyses) ?? year - 1;
    const months = monthChoices(today.slice(0, 7));
    return [
      releaseField(),
      { key: 'tabel', label: 'Voorbeeld van', initial: NONE, choices: [{ value: NONE, title: 'Geen' }, ...tableChoices()] },
      { key: 'van', label: 'Van', choices: months, initial: `${told}-01` },
      { key: 'tot', label: 'Tot en met', choices: months, initial: `${told}-12` },
    ];
  },
  question: ({ uitgave }, { session }) => (uitgave && uitgave !== NONE ? t`Mag ${uitgave} naar buiten?` : session.isRegion ? 'Wat maakt de regio openbaar, en wat wacht?' : 'Wat delen wij, met wie, en is dat veilig?'),
  ask: async ({ session }, { uitgave, tabel, van, tot }) => {
    const list = { agreements, releases, versions: [], titles: new Map<string, string>() };
    if (uitgave && uitgave !== NONE) return { ...list, chosen: (await session.call(`releases/${encodeURIComponent(uitgave)}`)) as Release };
    if (session.isRegion) return list;
    const [versions, measures, dimensions] = await Promise.all([session.list<AgreementVersion>('agreements/-/versions', {}, 'versions'), session.measures(), session.dimensions()]);
    const titles = new Map([...measures, ...dimensions].map((each) => [idOf(each.name), each.title || idOf(each.name)]));
    const chosen = ruleOf(tabel);
    if (!chosen) return { ...list, versions, titles };
    try {
      return { ...list, versions, titles, preview: await session.post<Preview>(`agreements/${encodeURIComponent(idOf(chosen.agreement.name))}/_preview`, { table: chosen.rule.table, period: periodBetween(van!, tot!), audience: chosen.audience }) };
    } catch (error) {
      // What was agreed may not allow this table: the rest of the page still tells what does.
      if (error instanceof Problem) return { ...list, versions, titles, problem: error };
      throw error;
    }
  },
  knownOf: () => undefined,
  show,
});
