// SPDX-License-Identifier: EUPL-1.2
// The page Looptijd: how long care lasts, by provider or another group, why it ends, and against what was allocated (R100-R105).
import { idOf, type Answer } from './api';
import { block, headlines, noAnswer } from './block';
import { survivalCurves } from './charts/curves';
import { intervalBars } from './charts/interval_bars';
import {
  comparedTable, conclusionOf, curvesOf, curveTable, endingBars, endingTable, medianBars, reachOf, summaryTable, type Compared, type Durations,
} from './durations_model';
import { number } from './format';
import { t } from './language';
import { yearChoices, yearPeriod } from './query';
import { careOf, joinProvenance, lawField, lawFilter, runScreen, type View } from './screen';

interface Answers {
  durations: Durations;
  compared: Compared;
  totals: Answer;
}

const GROUPS = ['provider', 'category', 'ivn', 'referrer', 'age_band', 'product', 'year'];
const TOLD = 'De tabel onder de grafiek geeft dezelfde cijfers.';

function show(view: View, { durations, compared, totals }: Answers): HTMLElement[] {
  const { total } = durations;
  const dimension = view.dimensions.find((each) => idOf(each.name) === view.values['per'])?.title ?? '';
  const ground = { measures: ['trajectories'], provenance: joinProvenance(durations.provenance, compared.provenance), reliability: totals.totals };
  if (!total || total.state !== 'ANSWERED') {
    return [noAnswer('kromme', 'Hoe lang duurt het?', total?.state, total?.state_reason, t`Er zijn ${number(Number(total?.trajectories ?? 0))} trajecten. Kies een ruimere periode.`)];
  }
  const curves = curvesOf(durations);
  const reach = reachOf(total);
  const few = (durations.groups ?? []).filter((group) => group.state !== 'ANSWERED').length;
  return [
    block(view, {
      id: 'kromme', title: 'Hoe lang duurt het?', conclusion: conclusionOf(total), remarks: durations.remarks, ground,
      before: [
        headlines([
          { title: 'Trajecten', figure: number(Number(total.trajectories ?? 0)), base: [t`${number(Number(total.ended ?? 0))} beëindigd, de rest loopt nog`] },
          { title: 'De helft duurt', figure: total.summary?.median?.text ?? 'niet te zeggen', word: total.summary?.median?.state !== 'ANSWERED', base: ['of korter; wat nog loopt telt mee'] },
          { title: 'Gemiddelde van wat klaar is', figure: total.ended_mean?.text ?? 'niet te zeggen', word: total.ended_mean?.state !== 'ANSWERED', base: ['meestal te laag: lange trajecten lopen nog'] },
        ]),
      ],
      caption: t`Deel van de trajecten dat langer duurt: alle trajecten met het interval van 95% en de ${curves.length - 1} grootste groepen`,
      chart: (title) => survivalCurves(title, t`${conclusionOf(total)} ${TOLD}`, curves, reach),
      table: curveTable(total), tall: true,
    }),
    block(view, {
      id: 'groepen', title: t`Verschilt het per ${dimension.toLowerCase()}?`, conclusion: durations.log_rank?.text, table: summaryTable(durations, dimension), ground,
      caption: t`Maanden tot de helft klaar is, met het interval van 95%, naar ${dimension.toLowerCase()}`,
      chart: (title) => intervalBars(title, TOLD, medianBars(durations), 'months'),
      remarks: [
        'Op volgorde van naam of code. Het is geen ranglijst: wie moeilijker hulp geeft, heeft langere trajecten.',
        ...(few > 0 ? [t`Van ${number(few)} groepen zijn er te weinig trajecten voor een duur.`] : []),
      ],
    }),
    block(view, {
      id: 'eindes', title: 'Waarom eindigt het?', table: endingTable(total), ground,
      caption: 'Kans om binnen 12 maanden om deze reden te eindigen, met het interval van 95%',
      chart: (title) => intervalBars(title, TOLD, endingBars(total), 'share'),
    }),
    block(view, { id: 'duur', title: 'Duurt het zo lang als was toegewezen?', table: comparedTable(compared, dimension), remarks: compared.remarks, ground }),
  ];
}

runScreen<Answers>({
  id: 'looptijd',
  fields: (context) => {
    const years = [{ value: 'alle', title: 'Alle jaren' }, ...yearChoices(Number(context.today.slice(0, 4)))];
    return [
      lawField(),
      {
        key: 'per', label: 'Groepen', initial: 'provider',
        choices: GROUPS.flatMap((id) => context.dimensions.filter((each) => idOf(each.name) === id && each.registered === true).map((each) => ({ value: id, title: id === 'year' ? 'Jaar van begin' : (each.title ?? id) }))),
      },
      { key: 'begonnen', label: 'Begonnen in', choices: years, initial: 'alle' },
    ];
  },
  question: ({ wet, begonnen }) => t`Hoe lang duurt ${careOf(wet)}${begonnen === 'alle' ? '' : t` die begon in ${begonnen}`}, en verschilt dat?`,
  ask: async ({ session, today }, { wet, per, begonnen }, known) => {
    const question = { filters: lawFilter(wet), ...(begonnen !== 'alle' && { started: yearPeriod(Number(begonnen)) }), ...known };
    const durations = await session.post<Durations>('durations/_estimate', { question, group_by: per });
    const same = { ...question, ...(durations.effective?.known_time && { known_time: durations.effective.known_time }) };
    const years = begonnen === 'alle' ? { start_date: '2015-01-01', end_date: yearPeriod(Number(today.slice(0, 4))).end_date } : yearPeriod(Number(begonnen));
    const [compared, totals] = await Promise.all([
      session.post<Compared>('durations/_compare', { question: same, group_by: per }),
      session.query({ measures: ['trajectories'], dimensions: [], period: years, filters: lawFilter(wet), ...(same.known_time && { known_time: same.known_time }) }),
    ]);
    return { durations, compared, totals };
  },
  knownOf: ({ durations }) => durations.effective?.known_time,
  show,
});
