// SPDX-License-Identifier: EUPL-1.2
// The page Verplichtingen en prognose: what a year will cost as known at a moment of the planning and control cycle, what was promised,
// what is still to be declared, and how far earlier forecasts were off (R159-R161).
import { idOf, type Provenance } from './api';
import { block, headlines, noAnswer, type Ground } from './block';
import { pairedBars } from './charts/bars';
import { timeColumns } from './charts/columns';
import { stepsOf } from './charts/geometry';
import { intervalBars } from './charts/interval_bars';
import { waterfall } from './charts/waterfall';
import { cellIf, cellOf, count, monthCell, text, value, type Cell, type DimensionValue, type Figure } from './figure';
import { addMonths, dateShort, euro, monthShort, number, percent } from './format';
import { t } from './language';
import { yearChoices } from './query';
import { careOf, joinProvenance, lawField, lawFilter, runScreen, type View } from './screen';
import { cellText, type Table } from './table';

interface ForecastMonth {
  month: string;
  realised_cents?: string;
  outstanding_cents?: string;
  running_cents?: string;
  inflow_cents?: string;
}
interface BackTest {
  known_date?: string;
  year?: number;
  forecast?: Figure;
  outcome?: Figure;
  error?: number;
}
interface Forecast {
  forecast?: Figure;
  realised?: Figure;
  outstanding?: Figure;
  running?: Figure;
  inflow?: Figure;
  use_rate?: Figure;
  months?: ForecastMonth[];
  back_tests?: BackTest[];
  mean_error?: number;
  within_count?: number;
  tested_count?: number;
  known_time?: string;
  remarks?: string[];
  provenance?: Provenance[];
  conclusion?: string;
}
interface ObligationRow {
  dimensions?: DimensionValue[];
  running?: Figure;
  not_started?: Figure;
  open_ended?: Figure;
  declared?: Figure;
  stopped?: Figure;
  allocation_count?: string;
  without_amount_count?: string;
}
interface Obligations {
  rows?: ObligationRow[];
  total?: ObligationRow;
  period?: { start_date: string; end_date: string };
  known_time?: string;
  remarks?: string[];
  provenance?: Provenance[];
}
interface Outstanding {
  months?: Array<{ month: string; declared?: Figure; outstanding?: Figure; developed?: number; method?: string; thin?: boolean }>;
  declared?: Figure;
  outstanding?: Figure;
  remarks?: string[];
  provenance?: Provenance[];
}
interface Answers {
  forecast: Forecast;
  obligations: Obligations;
}

/** Moments of the planning and control cycle: the first month that is not over then, counted from January of the year. */
const REPORTS: Record<string, { title: string; report: string; month: number }> = {
  eerste: { title: 'Eerste bestuursrapportage (1 mei)', report: 'FIRST_REPORT', month: 4 },
  halfjaar: { title: 'Halfjaarrapportage (1 juli)', report: 'HALF_YEAR_REPORT', month: 6 },
  jaarrekening: { title: 'Jaarrekening (1 april erna)', report: 'ANNUAL_ACCOUNTS', month: 12 },
};
const METHODS: Record<string, string> = { CHAIN_LADDER: 'uit hoe declaraties eerder binnenkwamen', EXPECTED: 'uit wat is toegewezen', NONE: 'geen schatting' };
const GROUPS = ['category', 'product', 'provider', 'ivn', 'form'];
const TOLD = 'De tabel onder de grafiek geeft dezelfde bedragen.';

const amount = (figure: Figure | undefined): number => {
  const cell = cellOf(figure);
  return cell.kind === 'value' ? cell.value : 0;
};

function between(figure: Figure | undefined): string {
  const { low, high } = figure?.interval ?? {};
  return low === undefined || high === undefined ? 'Een marge is niet te zeggen.' : t`met 80% kans tussen ${euro(low)} en ${euro(high)}`;
}

function partsTable(answer: Forecast, year: string): Table {
  const row = (title: string, figure: Figure | undefined, words: string): Cell[] => [text(title), cellOf(figure), text(words)];
  return {
    id: 'tabel-prognose',
    caption: t`Prognose van ${year}: waar het bedrag uit bestaat`,
    columns: [{ header: 'Deel', kind: 'text' }, { header: 'Bedrag', kind: 'euro' }, { header: 'Wat het is', kind: 'text' }],
    rows: [
      row('Gedeclareerd', answer.realised, 'Wat aanbieders hebben ingediend.'),
      row('Nog te ontvangen', answer.outstanding, 'Over maanden die voorbij zijn, maar waarover nog declaraties komen.'),
      row('Lopende zorg', answer.running, 'Wat is toegewezen voor de rest van het jaar, maal het deel dat wordt gebruikt en blijft lopen.'),
      row('Nieuwe zorg', answer.inflow, 'Zorg die nog moet worden toegewezen of verlengd.'),
    ],
    total: row('Hele jaar', answer.forecast, between(answer.forecast)),
  };
}

function monthTable(answer: Forecast, year: string): Table {
  const sum = (month: ForecastMonth) => [month.realised_cents, month.outstanding_cents, month.running_cents, month.inflow_cents].reduce((all, cents) => all + Number(cents ?? 0), 0);
  return {
    id: 'tabel-prognose-maanden',
    caption: t`Prognose van ${year} per maand`,
    columns: [{ header: 'Maand', kind: 'text' }, ...['Gedeclareerd', 'Nog te ontvangen', 'Lopende zorg', 'Nieuwe zorg', 'Samen'].map((header) => ({ header, kind: 'euro' as const }))],
    rows: (answer.months ?? []).map((month) => [monthCell(month.month), count(month.realised_cents), count(month.outstanding_cents), count(month.running_cents), count(month.inflow_cents), value(sum(month))]),
  };
}

const nameOf = (row: ObligationRow) => row.dimensions?.[0]?.label || row.dimensions?.[0]?.value || 'onbekend';

function obligationTable(answer: Obligations, dimension: string): Table {
  const row = (each: ObligationRow, title: string): Cell[] => [text(title), count(each.allocation_count), cellOf(each.running), cellOf(each.open_ended), cellOf(each.not_started), cellOf(each.declared), count(each.without_amount_count)];
  return {
    id: 'tabel-verplichtingen',
    caption: t`Lopende verplichtingen naar ${dimension.toLowerCase()}${answer.period ? t`, van ${dateShort(answer.period.start_date)} tot ${dateShort(answer.period.end_date)}` : ''}`,
    columns: [
      { header: dimension, kind: 'text' }, { header: 'Toewijzingen', kind: 'count' }, { header: 'Lopende zorg', kind: 'euro' }, { header: 'Waarvan zonder einddatum', kind: 'euro' },
      { header: 'Nog niet begonnen', kind: 'euro' }, { header: 'Al gedeclareerd (telt niet mee)', kind: 'euro' }, { header: 'Zonder bedrag', kind: 'count' },
    ],
    rows: (answer.rows ?? []).map((each) => row(each, nameOf(each))),
    ...(answer.total && { total: row(answer.total, 'Samen') }),
  };
}

function outstandingTable(answer: Outstanding): Table {
  return {
    id: 'tabel-nog-te-ontvangen',
    caption: 'Nog te ontvangen declaraties per maand van zorg',
    columns: [{ header: 'Maand', kind: 'text' }, { header: 'Gedeclareerd', kind: 'euro' }, { header: 'Nog te ontvangen', kind: 'euro' }, { header: 'Deel dat binnen is', kind: 'share' }, { header: 'Hoe het is geschat', kind: 'text' }],
    rows: (answer.months ?? []).map((month) => [
      monthCell(month.month), cellOf(month.declared), cellOf(month.outstanding), value(month.developed ?? 0), text(t`${METHODS[month.method ?? ''] ?? 'onbekend'}${month.thin ? '; op weinig maanden' : ''}`),
    ]),
    total: [text('Samen'), cellOf(answer.declared), cellOf(answer.outstanding), text('–'), text(between(answer.outstanding))],
  };
}

function testTable(tests: BackTest[]): Table {
  const bound = (of: number | undefined): Cell => (of === undefined ? { kind: 'absent', word: 'geen marge', why: '' } : value(of));
  return {
    id: 'tabel-terugblik',
    caption: 'Wat eerder zou zijn voorspeld, en wat het werd',
    columns: [
      { header: 'Bekend op', kind: 'text' }, { header: 'Over jaar', kind: 'text' }, { header: 'Voorspeld', kind: 'euro' }, { header: 'Ondergrens', kind: 'euro' }, { header: 'Bovengrens', kind: 'euro' }, { header: 'Werd', kind: 'euro' }, { header: 'Ernaast', kind: 'growth' },
    ],
    rows: tests.map((test) => [
      text(test.known_date ? dateShort(test.known_date) : 'onbekend'), text(String(test.year ?? 'onbekend')), cellOf(test.forecast), bound(test.forecast?.interval?.low), bound(test.forecast?.interval?.high), cellOf(test.outcome),
      test.error === undefined ? { kind: 'absent', word: 'nog niet te zeggen', why: '' } : cellIf('ANSWERED', '', test.error),
    ]),
  };
}

function groundOf({ forecast, obligations }: Answers): Ground {
  return { figures: [forecast.forecast, forecast.realised], measures: ['declared', 'indicated'], provenance: joinProvenance(forecast.provenance, obligations.provenance) };
}

function show(view: View, answers: Answers): HTMLElement[] {
  const { forecast, obligations } = answers;
  const year = view.values['jaar'] ?? '';
  const dimension = view.dimensions.find((each) => idOf(each.name) === view.values['per'])?.title ?? '';
  if (forecast.forecast?.state !== 'ANSWERED') return [noAnswer('prognose', t`Wat gaat ${year} kosten?`, forecast.forecast?.state, forecast.forecast?.state_reason, 'Kies een ander jaar of een ander moment.')];
  const steps = stepsOf({ title: 'Gedeclareerd', value: amount(forecast.realised) }, [
    { title: 'Nog te ontvangen', value: amount(forecast.outstanding) }, { title: 'Lopende zorg', value: amount(forecast.running) }, { title: 'Nieuwe zorg', value: amount(forecast.inflow) },
  ], t`Heel ${year}`);
  const ground = groundOf(answers);
  const months = monthTable(forecast, year);
  return [
    block(view, {
      id: 'prognose', title: t`Wat gaat ${year} kosten?`, conclusion: forecast.conclusion, remarks: forecast.remarks, ground, table: partsTable(forecast, year),
      before: [
        headlines([
          { title: t`Verwachting over ${year}`, figure: euro(amount(forecast.forecast)), base: [between(forecast.forecast)] },
          { title: 'Lopende verplichtingen', figure: cellText(cellOf(obligations.total?.running), 'euro'), word: obligations.total?.running?.state !== 'ANSWERED', base: [obligations.period ? t`van ${dateShort(obligations.period.start_date)} tot ${dateShort(obligations.period.end_date)}` : ''] },
          {
            title: 'Eerdere voorspellingen', figure: forecast.mean_error === undefined ? 'niet te zeggen' : t`${percent(forecast.mean_error)} ernaast`, word: forecast.mean_error === undefined,
            base: [t`${number(forecast.within_count ?? 0)} van de ${number(forecast.tested_count ?? 0)} keer lag de uitkomst binnen de marge`],
          },
        ]),
      ],
      caption: t`Van wat is gedeclareerd naar wat ${year} gaat kosten`,
      chart: (title) => waterfall(title, t`${forecast.conclusion ?? ''} ${TOLD}`, steps, (step) => (step.kind === 'total' ? euro(step.end) : euro(step.end - step.start, 0, true))),
    }),
    block(view, {
      id: 'maanden', title: 'Hoe loopt het door het jaar?', table: months, ground, caption: t`Prognose van ${year} per maand`,
      chart: (title) => timeColumns(title, TOLD, months.rows.map((row, index) => ({ title: monthShort(forecast.months![index]!.month), up: row.at(-1)! })), { up: 'gedeclareerd en verwacht' }, 'euro'),
    }),
    block(view, {
      id: 'verplichtingen', title: 'Wat is er al toegezegd?', remarks: obligations.remarks, table: obligationTable(obligations, dimension), caption: t`Lopende verplichtingen naar ${dimension.toLowerCase()}`,
      conclusion: t`Voor de rest van de periode is ${cellText(cellOf(obligations.total?.running), 'euro')} aan lopende zorg toegewezen. Dat is wat het kost als alles wordt gebruikt.`,
      chart: (title) => intervalBars(title, TOLD, (obligations.rows ?? []).map((row) => ({ title: nameOf(row), cell: cellOf(row.running) })), 'euro'),
      ground: { figures: [obligations.total?.running], provenance: obligations.provenance },
    }),
  ];
}

/** What is still to be declared, as known when the forecast was; and how far earlier forecasts were off, which stands after it. */
async function rest(view: View, answers: Answers): Promise<HTMLElement[]> {
  const { forecast } = answers;
  if (forecast.forecast?.state !== 'ANSWERED') return [];
  const { wet, moment, jaar } = view.values;
  const outstanding = await view.session.post<Outstanding>('obligations/_outstanding', {
    period: { start_date: `${jaar}-01-01`, end_date: `${addMonths(`${jaar}-01`, REPORTS[moment ?? '']!.month)}-01` }, filters: lawFilter(wet), ...(forecast.known_time && { known_time: forecast.known_time }),
  });
  const late = outstandingTable(outstanding);
  const tests = forecast.back_tests ?? [];
  const tested = tests.filter((test) => test.outcome?.state === 'ANSWERED');
  return [
    block(view, {
      id: 'nog-te-ontvangen', title: 'Wat moet er nog worden gedeclareerd?', remarks: outstanding.remarks, table: late, caption: 'Nog te ontvangen declaraties per maand van zorg',
      conclusion: t`Over de maanden die voorbij zijn, verwachten we nog ${cellText(cellOf(outstanding.outstanding), 'euro')} aan declaraties, ${between(outstanding.outstanding)}.`,
      chart: (title) => timeColumns(title, TOLD, late.rows.map((row) => ({ title: cellText(row[0]!, 'text'), up: row[2]! })), { up: 'nog te ontvangen' }, 'euro'),
      ground: { figures: [outstanding.declared, outstanding.outstanding], provenance: outstanding.provenance },
    }),
    ...(tests.length > 0
      ? [
          block(view, {
            id: 'terugblik', title: 'Hoe goed waren eerdere voorspellingen?', table: testTable(tests), ground: groundOf(answers), caption: 'Voorspeld en geworden, per moment waarop werd voorspeld',
            ...(tested.length > 0 && {
              chart: (title: string) =>
                pairedBars(title, TOLD, tested.map((test) => ({ title: t`${test.known_date ? dateShort(test.known_date) : ''} over ${test.year ?? ''}`, before: cellOf(test.forecast), after: cellOf(test.outcome), change: test.error === undefined ? '–' : percent(test.error, 1, true) })), { before: 'voorspeld', after: 'werd', change: 'ernaast' }, 'euro'),
            }),
          }),
        ]
      : []),
  ];
}

runScreen<Answers>({
  id: 'prognose',
  // The moment of the report is the known time.
  timeless: true,
  fields: (context) => [
    lawField(),
    { key: 'moment', label: 'Zoals bekend bij', choices: Object.entries(REPORTS).map(([id, { title }]) => ({ value: id, title })), initial: 'halfjaar' },
    { key: 'jaar', label: 'Jaar', choices: yearChoices(Number(context.today.slice(0, 4))), initial: String(context.year) },
    { key: 'per', label: 'Verplichtingen naar', initial: 'category', choices: GROUPS.flatMap((id) => context.dimensions.filter((each) => idOf(each.name) === id && each.registered === true).map((each) => ({ value: id, title: each.title ?? id }))) },
  ],
  question: ({ wet, jaar, moment }) => t`Wat gaat ${careOf(wet)} in ${jaar} kosten, zoals bekend bij de ${(REPORTS[moment ?? '']?.title ?? '').toLowerCase()}?`,
  check: ({ jaar, moment }, { today }) => {
    const due = `${addMonths(`${jaar}-01`, moment === 'jaarrekening' ? 15 : (REPORTS[moment ?? '']?.month ?? 0))}-01`;
    return due > today ? ['Dit moment moet nog komen.'] : [];
  },
  ask: async ({ session }, { wet, moment, jaar, per }) => {
    const filters = lawFilter(wet);
    const of = { report: { report: REPORTS[moment ?? '']!.report, year: Number(jaar) }, filters };
    const [forecast, obligations] = await Promise.all([session.post<Forecast>('forecasts/_year', of), session.post<Obligations>('obligations/_query', { ...of, dimensions: [per] })]);
    return { forecast, obligations };
  },
  knownOf: ({ forecast }) => forecast.known_time,
  show,
  rest,
});
