// SPDX-License-Identifier: EUPL-1.2
// The page Regio: what the members published, side by side and together. It is of the instance of the region; elsewhere it says so.
import { idOf, Problem } from './api';
import { block } from './block';
import { intervalBars } from './charts/interval_bars';
import { t } from './language';
import { comparedOf, comparisonBars, comparisonTable, coverageWords, deliveryTable, measureTable, memberTable, tableChoices, type Comparison, type Member, type RegionalTable, type TableInfo } from './region_model';
import { number } from './format';
import { runScreen, type View } from './screen';
import { alert } from './shell';

interface Answers {
  /** Nothing when this instance is not that of a region. */
  members?: Member[];
  table?: RegionalTable;
  compared?: { title: string; comparison: Comparison } | { title: string; problem: Problem };
}

const NONE = 'geen';
const SAME = 'zelfde';
let members: Member[] | undefined;
let infos: TableInfo[] = [];

const notHere = (error: unknown) => error instanceof Problem && (error.status === 404 || error.status === 501);

function show(view: View, { members: all, table, compared }: Answers): HTMLElement[] {
  if (!all) {
    return [alert('info', 'Dit is niet de regio', ['Deze monitor is van één gemeente. Wat gemeenten samen publiceren, staat in de monitor van de regio.', 'Wat deze gemeente zelf deelt, staat bij Publicaties.'])];
  }
  const delivered = all.filter((each) => Number(each.publication_count ?? 0) > 0).length;
  return [
    ...(table
      ? [
          ...(table.measures ?? []).map((measure, index) =>
            block(view, {
              id: `cijfer-${index + 1}`, title: measure.title || measure.measure || 'Cijfer', conclusion: coverageWords(table), table: measureTable(table, index),
              remarks: [measure.note ?? '', measure.definition ? t`Definitie ${measure.definition}.` : '', 'Wat een gemeente afschermt, is hier niet te zien. De grenzen zeggen wat het minst en het meest kan zijn.', table.proof ?? ''].filter(Boolean),
            }),
          ),
          block(view, { id: 'bijdragen', title: 'Van welke gemeenten is dit?', table: deliveryTable(table) }),
        ]
      : []),
    ...(compared && 'comparison' in compared
      ? [
          block(view, {
            id: 'vergelijking', title: 'Hoe verhouden de gemeenten zich tot elkaar?', conclusion: [compared.comparison.coverage && `${compared.comparison.coverage}.`, compared.comparison.note].filter(Boolean).join(' '),
            caption: t`${compared.title} per 1000 inwoners, met het interval van 95%`,
            chart: (words) => intervalBars(words, 'De gemeenten staan op vaste volgorde: dit is geen ranglijst. De tabel onder de grafiek geeft dezelfde cijfers.', comparisonBars(compared.comparison), 'index'),
            table: comparisonTable(compared.comparison, compared.title), remarks: ['Overlappen twee intervallen, dan kan het verschil toeval zijn.'],
          }),
        ]
      : compared
        ? [alert('info', 'De gemeenten zijn hierop niet te vergelijken', [compared.problem.title, 'Kies bij "Inwoners uit" een tabel met het aantal inwoners over dezelfde periode.'])]
        : []),
    block(view, {
      id: 'leden', title: 'Wie doet er mee?', conclusion: t`${number(delivered)} van ${number(all.length)} gemeenten ${delivered === 1 ? 'heeft' : 'hebben'} een publicatie die geldt.`, table: memberTable(all),
    }),
  ];
}

runScreen<Answers>({
  id: 'regio',
  bare: true,
  fields: async ({ session }) => {
    try {
      members = await session.list<Member>('members');
    } catch (error) {
      if (!notHere(error)) throw error;
      return [];
    }
    infos = await session.list<TableInfo>('tables');
    const tables = tableChoices(infos);
    return [
      { key: 'tabel', label: 'Tabel', initial: tables[0]?.value ?? NONE, choices: [...tables, { value: NONE, title: 'Geen' }] },
      { key: 'inwoners', label: 'Inwoners uit', initial: SAME, choices: [{ value: SAME, title: 'Dezelfde tabel' }, ...infos.map((info) => ({ value: idOf(info.name), title: info.title || idOf(info.name) }))] },
    ];
  },
  question: () => 'Hoe doet de regio het, en van wie weten wij dat?',
  ask: async ({ session }, { tabel, inwoners }, known) => {
    if (!members) return {};
    if (!tabel || tabel === NONE) return { members };
    const [id, start_date, end_date] = tabel.split('/') as [string, string, string];
    const asked = new URLSearchParams({ 'period.start_date': start_date, 'period.end_date': end_date, ...known });
    const table = (await session.call(`tables/${encodeURIComponent(id)}?${asked.toString()}`)) as RegionalTable;
    const on = comparedOf(table);
    if (!on) return { members, table };
    try {
      const comparison = await session.post<Comparison>('members/_compare', {
        table: id, period: { start_date, end_date }, measure: on.measure, ...(inwoners && inwoners !== SAME && { inhabitants_table: inwoners }), ...known,
      });
      return { members, table, compared: { title: on.title, comparison } };
    } catch (error) {
      // Without a table of inhabitants there are no rates; the table itself is there all the same.
      if (error instanceof Problem && (error.status === 400 || error.status === 404)) return { members, table, compared: { title: on.title, problem: error } };
      throw error;
    }
  },
  knownOf: (answer) => answer.table?.known_time,
  show,
});
