// SPDX-License-Identifier: EUPL-1.2
// The page Openbare cijfers: what was released to everybody, for who signs in nowhere. Nothing else can be asked here, and nobody is known.
import { idOf, type Session } from './api';
import { block } from './block';
import { intervalBars } from './charts/interval_bars';
import { h } from './dom';
import { dateShort, dateTime } from './format';
import { datasetBars, datasetFigures, datasetRemarks, datasetsTable, datasetTable, datasetWords, titleOf, type Dataset } from './public_model';
import { t } from './language';
import { formatQuery } from './query';
import { runScreen, type View } from './screen';
import { alert } from './shell';

interface Answers {
  datasets: Dataset[];
  chosen?: Dataset;
}

const NONE = 'geen';
const MOST_BARS = 40;
let datasets: Dataset[] = [];

const at = (view: View, dataset: string) => formatQuery({ ...view.values, tabel: dataset }, '');

/** Files of a dataset as links; who had to bring a token cannot follow a link. */
function downloads(session: Session, dataset: Dataset): HTMLElement[] {
  const files = dataset.files ?? [];
  if (files.length === 0 || !session.isOpen) return [];
  const base = `/v1/municipalities/${encodeURIComponent(session.municipality)}`;
  const link = (href: string, title: string, type = '') => h('li', {}, h('a', { class: 'nl-link', href }, title), ...(type ? [' ', h('code', { class: 'nmd-code' }, type)] : []));
  return [
    h(
      'section',
      { class: 'nmd-section nmd-screen-only', 'aria-labelledby': 'bestanden' },
      h('h2', { class: 'nl-heading nl-heading--level-2', id: 'bestanden' }, 'Neem de cijfers mee'),
      h('p', { class: 'nl-paragraph' }, 'Dezelfde cijfers in open formaten, voor wie ermee verder rekent.'),
      h(
        'ul',
        { class: 'nmd-list' },
        ...files.map(({ file = '', title, media_type: type = '' }) => link(`${base}/datasets/${encodeURIComponent(idOf(dataset.name))}/files/${encodeURIComponent(file)}`, title || file, type.split(';')[0]!)),
        link(`${base}/odata/${encodeURIComponent(idOf(dataset.name))}`, 'OData, zoals StatLine van het CBS'),
      ),
    ),
  ];
}

function chosenBlocks(view: View, dataset: Dataset): HTMLElement[] {
  if (dataset.state === 'WITHDRAWN') {
    return [
      alert('warning', t`${titleOf(dataset)}: deze cijfers zijn ingetrokken`, [
        ...(dataset.withdrawn_time ? [t`Op ${dateShort(dataset.withdrawn_time)} ingetrokken.`] : []), t`De reden: ${dataset.reason || 'niet bekend'}`, 'De cijfers zijn niet meer te zien. Dat zij er waren, blijft staan.',
      ]),
    ];
  }
  const drawn = datasetBars(dataset);
  const words = datasetWords(dataset);
  const table = datasetTable(dataset);
  return [
    ...(dataset.state === 'REPLACED' ? [alert('info', 'Er zijn nieuwere cijfers', ['Deze tabel is vervangen. Zij blijft te lezen zoals zij was.'], ...(dataset.replaced_by ? [h('a', { class: 'nl-link', href: at(view, dataset.replaced_by) }, 'Naar de nieuwste cijfers')] : []))] : []),
    block({ ...view, known: dataset.known_time ?? view.known }, {
      id: 'cijfers', title: titleOf(dataset), conclusion: words, remarks: [...datasetRemarks(dataset), ...(drawn?.bars.some((bar) => bar.low !== undefined) ? ['De streep op een balk loopt van het minste tot het meeste dat het echte getal kan zijn.'] : []), ...(drawn && drawn.bars.length > MOST_BARS ? [t`De grafiek toont de eerste ${MOST_BARS} regels; de tabel heeft ze alle.`] : [])],
      ...(drawn && {
        caption: `${drawn.measure}: ${titleOf(dataset)}`,
        chart: (title: string) => intervalBars(title, t`${words} Wat is afgeschermd, heeft een woord en geen balk. De tabel onder de grafiek geeft dezelfde cijfers.`, drawn.bars.slice(0, MOST_BARS), drawn.kind),
      }),
      table, tall: table.rows.length > 20, ground: { figures: datasetFigures(dataset) },
    }),
    ...downloads(view.session, dataset),
  ];
}

function show(view: View, { datasets: all, chosen }: Answers): HTMLElement[] {
  if (all.length === 0) return [alert('info', 'Er is nog niets openbaar gemaakt', [t`${view.session.owner} heeft nog geen cijfers voor iedereen vrijgegeven.`])];
  // A view of its own, for its numbers go on.
  const shown = chosen ? chosenBlocks(view, chosen) : [];
  if (chosen && chosen.state !== 'WITHDRAWN') view.next = { figure: datasetBars(chosen) ? 2 : 1, table: 2 };
  const current = all.filter((each) => each.state === 'CURRENT').length;
  return [
    h('p', { class: 'nmd-facts' }, `${view.session.owner}. `, ...(chosen?.known_time ? [t`Cijfers bekend op ${dateTime(chosen.known_time)}. `] : []), 'Wie deze pagina leest, wordt niet gevolgd en hoeft zich niet aan te melden.'),
    ...shown,
    block(view, {
      id: 'datasets', title: 'Wat is er nog meer openbaar?', conclusion: current === 1 ? 'Eén tabel geldt nu. Wat is ingetrokken, staat er met de reden.' : t`${current} tabellen gelden nu. Wat is ingetrokken, staat er met de reden.`,
      table: datasetsTable(all), tall: all.length > 20,
      actions: (row) => {
        const dataset = all[row]!;
        return [h('a', { class: 'nl-link', href: at(view, idOf(dataset.name)) }, 'Bekijk', h('span', { class: 'nmd-visually-hidden' }, ` ${titleOf(dataset)} (${idOf(dataset.name)})`))];
      },
    }),
  ];
}

runScreen<Answers>({
  id: 'openbaar',
  timeless: true,
  bare: true,
  open: true,
  fields: async ({ session }) => {
    datasets = await session.list<Dataset>('datasets');
    const newest = datasets.find((each) => each.state === 'CURRENT') ?? datasets[0];
    return [
      { key: 'bij', label: 'Van', initial: session.municipality, choices: [{ value: session.municipality, title: session.title }] },
      { key: 'tabel', label: 'Tabel', initial: newest ? idOf(newest.name) : NONE, choices: datasets.length > 0 ? datasets.map((each) => ({ value: idOf(each.name), title: t`${titleOf(each)}${each.state === 'CURRENT' ? '' : each.state === 'WITHDRAWN' ? ' (ingetrokken)' : ' (vervangen)'}` })) : [{ value: NONE, title: 'Geen' }] },
    ];
  },
  question: ({ tabel }) => {
    const found = datasets.find((each) => idOf(each.name) === tabel);
    return found ? titleOf(found) : 'Wat is openbaar over het sociaal domein?';
  },
  ask: async ({ session }, { tabel }) => ({ datasets, ...(tabel && tabel !== NONE && { chosen: (await session.call(`datasets/${encodeURIComponent(tabel)}`)) as Dataset }) }),
  knownOf: (answers) => answers.chosen?.known_time,
  show,
});
