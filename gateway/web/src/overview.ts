// SPDX-License-Identifier: EUPL-1.2
// The start page: the few figures that matter now, and what waits for somebody.
import type { Answer, LinkSummary, Signal, SourceAnalysis } from './api';
import { block, headlines, type Headline } from './block';
import { timeColumns } from './charts/columns';
import { h } from './dom';
import { cellOf, growth, monthCell, text, value, type Cell, type Figure } from './figure';
import { glue, monthShort, number, percent } from './format';
import { t } from './language';
import { monthsOf } from './state';
import { yearChoices, yearPeriod } from './query';
import { careOf, joinProvenance, lawField, lawFilter, type Plan, runScreen, type View } from './screen';
import { maySee, screenOf } from './screens';
import { cellText, type Kind, type Table } from './table';

const MEASURES = ['clients', 'indicated', 'approved', 'outflow'] as const;
const KINDS: Record<string, Kind> = { clients: 'count', indicated: 'euro', approved: 'euro', outflow: 'count' };
const TITLES: Record<string, string> = { clients: 'Cliënten', indicated: 'Geïndiceerd bedrag', approved: 'Goedgekeurd bedrag', outflow: 'Cliënten die vertrokken' };

interface Overview {
  now: Answer;
  before: Answer;
  months: Answer;
  signals?: Signal[];
  links?: LinkSummary;
  analyses?: SourceAnalysis[];
}

const totalOf = (answer: Answer, measure: string): Figure | undefined => answer.totals?.find((figure) => figure.measure === measure);

function figuresOf(view: View, answer: Overview): Headline[] {
  const year = Number(view.values['jaar']);
  const law = view.values['wet'] ?? '';
  const links: Record<string, { href: string; title: string }> = {
    clients: { href: `./groei.html?wet=${law === 'wmo' ? 'wmo' : 'jeugdwet'}&van=${year - 1}-12&naar=${year}-12`, title: 'Waarom veranderde het?' },
  };
  return MEASURES.map((measure) => {
    const now = cellOf(totalOf(answer.now, measure));
    const before = cellOf(totalOf(answer.before, measure));
    const change = growth(before, now);
    return {
      title: t`${TITLES[measure]} in ${year}`,
      figure: cellText(now, KINDS[measure]!),
      word: now.kind === 'absent',
      base: [
        change.kind === 'value' ? t`${percent(change.value, 1, true)} ten opzichte van ${year - 1} (${cellText(before, KINDS[measure]!)})` : t`${year - 1}: ${cellText(before, KINDS[measure]!)}`,
        ...(now.kind === 'absent' && now.why ? [now.why] : []),
      ],
      ...(links[measure] && { link: links[measure] }),
    };
  });
}

function conclusionOf(view: View, answer: Overview): string {
  const year = Number(view.values['jaar']);
  const cells = (measure: string): [Cell, Cell] => [cellOf(totalOf(answer.before, measure)), cellOf(totalOf(answer.now, measure))];
  const sentence = ([before, now]: [Cell, Cell], words: (now: string, change: string) => string, kind: Kind) => {
    const change = growth(before, now);
    return now.kind === 'value' && change.kind === 'value' ? words(cellText(now, kind), t`${percent(Math.abs(change.value), 0)} ${change.value < 0 ? 'minder' : 'meer'} dan in ${year - 1}`) : '';
  };
  return [
    sentence(cells('clients'), (now, change) => t`In ${year} kregen ${now} inwoners ${careOf(view.values['wet'])}: ${change}.`, 'count'),
    sentence(cells('indicated'), (now, change) => t`Daarvoor was ${now} toegewezen, ${change}.`, 'euro'),
  ].filter(Boolean).join(' ');
}

interface Action {
  what: string;
  count: number;
  next: string;
  href: string;
  screen: string;
}

function actionsOf(view: View, answer: Overview): Action[] {
  const signals = answer.signals ?? [];
  const urgent = signals.filter((signal) => (signal.severity ?? 1) >= 2).length;
  const missing = (answer.analyses ?? []).flatMap((analysis) => analysis.months ?? []).reduce((sum, month) => sum + Number(month.missing_count ?? 0), 0);
  const rejected = (answer.analyses ?? []).reduce((sum, analysis) => sum + Number(analysis.rejected_count ?? 0), 0);
  const actions: Array<Action | undefined> = [
    answer.signals && {
      what: 'Signalen over contracten', count: signals.length, href: './signalen.html', screen: 'signalen',
      next: urgent > 0 ? t`${number(urgent)} vragen nu om actie. Spreek met de aanbieder.` : 'Bespreek ze in het volgende gesprek.',
    },
    answer.links && {
      what: 'Koppelingen die op een mens wachten', count: Number(answer.links.open_pair_count ?? 0), href: './koppelen.html', screen: 'koppelen',
      next: 'Een koppelbeheerder beslist of twee personen dezelfde zijn. Tot dan tellen zij als twee.',
    },
    answer.analyses && {
      what: 'Leveringen die ontbreken', count: missing, href: './bronnen.html', screen: 'bronnen',
      next: 'Vraag de afzender om de levering. Zonder levering is het cijfer van die maand te laag.',
    },
    answer.analyses && {
      what: 'Leveringen die zijn afgekeurd', count: rejected, href: './bronnen.html', screen: 'bronnen',
      next: 'De afzender kreeg de reden en kan het bestand herstellen.',
    },
  ];
  return actions.filter((action) => action !== undefined).filter((action) => maySee(screenOf(action.screen), view.role) || action.screen !== 'koppelen');
}

const plan: Plan<Overview> = {
  id: 'index',
  fields: (context) => [lawField(), { key: 'jaar', label: 'Jaar', choices: yearChoices(Number(context.today.slice(0, 4))), initial: String(context.year) }],
  question: ({ jaar, wet }) => t`Hoe staat het in ${jaar} met ${careOf(wet)}, en wat vraagt nu aandacht?`,
  ask: async ({ session, role }, { wet, jaar }, known) => {
    const filters = lawFilter(wet);
    const measures = [...MEASURES];
    const year = Number(jaar);
    const [now, before, months, signals, links, analyses] = await Promise.all([
      session.query({ measures, dimensions: [], period: yearPeriod(year), filters, ...known }),
      session.query({ measures, dimensions: [], period: yearPeriod(year - 1), filters, ...known }),
      session.query({ measures: ['inflow', 'outflow', 'indicated'], dimensions: ['month'], period: yearPeriod(year), filters, ...known }),
      maySee(screenOf('signalen'), role) ? session.signals() : undefined,
      role === 'contractmanager' ? undefined : session.linkSummary(),
      session.sourceAnalyses(),
    ]);
    return { now, before, months, ...(signals && { signals }), ...(links && { links }), analyses };
  },
  knownOf: ({ now }) => now.effective?.known_time,
  show: (view, answer) => {
    const year = Number(view.values['jaar']);
    const provenance = joinProvenance(answer.now.provenance, answer.months.provenance);
    const months = monthsOf(yearPeriod(year));
    const at = (measure: string, month: string) => answer.months.figures?.find((figure) => figure.measure === measure && figure.dimensions?.some((each) => each.dimension === 'month' && each.value === month));
    const table: Table = {
      id: 'tabel-maanden',
      caption: t`Geïndiceerd bedrag, en cliënten die kwamen en vertrokken, per maand in ${year}`,
      columns: [
        { header: 'Maand', kind: 'text' }, { header: 'Geïndiceerd bedrag', kind: 'euro' },
        { header: 'Nieuwe cliënten', kind: 'count' }, { header: 'Cliënten die vertrokken', kind: 'count' },
      ],
      rows: months.map((month) => [monthCell(month), cellOf(at('indicated', month)), cellOf(at('inflow', month)), cellOf(at('outflow', month))]),
    };
    const columns = months.map((month) => ({ title: monthShort(month).slice(0, 3), up: cellOf(at('indicated', month)) }));
    const actions = actionsOf(view, answer);
    const conclusion = conclusionOf(view, answer);
    const yearTable: Table = {
      id: 'tabel-overzicht',
      caption: t`De cijfers van ${year - 1} en ${year}`,
      columns: [{ header: 'Cijfer', kind: 'text' }, { header: String(year - 1), kind: 'count' }, { header: String(year), kind: 'count' }, { header: t`Groei t.o.v. ${year - 1}`, kind: 'growth' }],
      rows: MEASURES.map((measure) => {
        const [before, now] = [cellOf(totalOf(answer.before, measure)), cellOf(totalOf(answer.now, measure))];
        const shown = (cell: Cell) => (cell.kind === 'value' ? value(cell.value, KINDS[measure]!) : cell);
        return [text(TITLES[measure]!), shown(before), shown(now), growth(before, now)];
      }),
    };
    return [
      h(
        'section',
        { class: 'nmd-answer', 'aria-labelledby': 'antwoord' },
        h('h2', { class: 'nmd-visually-hidden', id: 'antwoord' }, 'Het antwoord in het kort'),
        headlines(figuresOf(view, answer), view),
        ...(conclusion ? [h('p', { class: 'nmd-conclusion' }, glue(conclusion))] : []),
          ),
      block(view, {
        id: 'aandacht',
        title: 'Wat vraagt nu aandacht?',
        table: {
          id: 'tabel-aandacht',
          caption: 'Wat er open staat, en wat u kunt doen',
          columns: [{ header: 'Onderwerp', kind: 'text' }, { header: 'Aantal', kind: 'count' }, { header: 'Toelichting', kind: 'text' }],
          rows: actions.map((action) => [text(action.what), value(action.count), text(action.count === 0 ? 'Er staat niets open.' : action.next)]),
        },
        actions: (row) => {
          const action = actions[row]!;
          return [h('a', { class: 'nl-link', href: action.href }, t`Naar ${screenOf(action.screen).title}`, h('span', { class: 'nmd-visually-hidden' }, t` voor ${action.what.toLowerCase()}`))];
        },
      }),
      block(view, {
        id: 'maanden',
        title: 'Hoe liep het door het jaar?',
        caption: t`Geïndiceerd bedrag per maand in ${year}`,
        chart: (title) => timeColumns(title, `Twaalf kolommen, een per maand. De tabel onder de grafiek geeft dezelfde bedragen.`, columns, { up: 'geïndiceerd bedrag' }, 'euro'),
        table,
        ground: { figures: answer.months.totals, provenance },
      }),
      block(view, { id: 'jaren', title: 'De cijfers naast elkaar', table: yearTable, ground: { figures: answer.now.totals, provenance } }),
    ];
  },
};

// The start page was the page Groei: an address that was written down then still gives its figures.
if (new URLSearchParams(location.search).has('naar')) location.replace(`./groei.html${location.search}`);
else runScreen(plan);
