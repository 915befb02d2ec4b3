// SPDX-License-Identifier: EUPL-1.2
// What the page Bronnen says of the source analysis: pure, so that every word of it is tested.
import type { LinkSummary, SourceAnalysis, SourceMonth } from './api';
import { absent, day, monthCell, text, value, type Absent, type Cell } from './figure';
import { dateShort, dateTime, monthLong, monthShort } from './format';
import { t } from './language';
import type { Table } from './table';

/** "jw323" of "municipalities/gm1730/sources/jw323/analysis". */
export function sourceOf(analysis: SourceAnalysis): string {
  return analysis.name.split('/')[3] ?? analysis.name;
}

const count = (written: string | undefined) => Number(written ?? 0);

/** Whether there is anything to tell: it delivered once, or was expected to. */
export function isActive(analysis: SourceAnalysis): boolean {
  return analysis.newest_known_time !== undefined || (analysis.months ?? []).some((month) => count(month.expected_count) > 0);
}

function share(part: number | undefined, why: string): Cell {
  return part === undefined ? unknown(why) : value(part);
}

function unknown(why: string): Absent {
  return { kind: 'absent', word: 'niet te zeggen', why };
}

/** Share of the persons of the source that were linked; absent where it has none. */
export function linkRate(source: string, links: LinkSummary): number | undefined {
  const found = links.sources?.find((each) => each.source === source);
  const persons = count(found?.person_count);
  return persons > 0 ? count(found?.linked_count) / persons : undefined;
}

/** "A", or a word. protobuf writes the first value of an enum by its name. */
export function gradeOf(analysis: SourceAnalysis): string {
  return /^[A-D]$/.test(analysis.grade ?? '') ? (analysis.grade as string) : '';
}

/** Every source that is in use: who answers for it, and what its three labels are (R5). */
export function overview(analyses: SourceAnalysis[], links: LinkSummary): Table {
  return {
    id: 'bronnen',
    caption: 'Bronnen in gebruik: eigenaar, volledigheid, tijdigheid, kwaliteit en koppeling',
    columns: [
      { header: 'Bron', kind: 'text' },
      { header: 'Eigenaar', kind: 'text' },
      { header: 'Leveringen', kind: 'count' },
      { header: 'Waarvan afgekeurd', kind: 'count' },
      { header: 'Volledig', kind: 'share' },
      { header: 'Op tijd', kind: 'share' },
      { header: 'Kwaliteit', kind: 'text' },
      { header: 'Gekoppeld', kind: 'share' },
      { header: 'Nieuwste levering', kind: 'text' },
    ],
    rows: analyses.filter(isActive).map((analysis) => {
      const rate = linkRate(sourceOf(analysis), links);
      return [
        text(analysis.title || sourceOf(analysis)),
        text(analysis.owner || 'onbekend'),
        value(count(analysis.delivery_count)),
        value(count(analysis.rejected_count)),
        share(analysis.completeness, 'Er is niets bekend over wat er in deze periode verwacht werd.'),
        share(analysis.timeliness, 'Er is niets bekend over wat er in deze periode verwacht werd.'),
        gradeOf(analysis) ? text(gradeOf(analysis)) : unknown('Er kwamen geen gegevens in deze periode.'),
        rate === undefined ? { kind: 'absent', word: 'geen personen', why: '' } : value(rate),
        analysis.newest_known_time
          ? day(analysis.newest_known_time)
          : { ...absent('NOT_AVAILABLE'), word: 'nog niets ontvangen' },
      ];
    }),
  };
}

const METHODS: Record<string, string> = {
  SCHEDULE: 'de afspraak met de eigenaar',
  ALLOCATIONS: 'aanbieders met een geldige toewijzing in de maand; tot het eind van de volgende maand is een declaratie op tijd',
  REGULAR_SENDERS: 'afzenders die in minstens zes van de twaalf maanden ervoor iets stuurden',
  LAST_YEAR: 'het aantal van dezelfde maand een jaar eerder, of bij een jongere bron het midden van haar maanden',
};

/** How it is known what to expect, in words; the methods of all months. */
export function expectation(months: SourceMonth[]): string {
  const methods = new Set(months.filter((month) => count(month.expected_count) > 0).map((month) => month.method ?? ''));
  const words = [...methods].map((method) => METHODS[method] ?? '').filter(Boolean);
  return words.length > 0 ? words.reduce((all, each) => t`${all}; of ${each}`) : 'hierover is niets bekend';
}

/** What stands beside a source, name and words. */
export function facts(analysis: SourceAnalysis, links: LinkSummary): Array<[string, string]> {
  const said = (words: string | undefined) => words || 'niet opgegeven';
  const moment = (time: string | undefined) => (time ? dateShort(time) : 'nog niets ontvangen');
  const found = links.sources?.find((each) => each.source === sourceOf(analysis));
  const rows: Array<[string, string]> = [
    ['Eigenaar', said(analysis.owner)],
    ['Vragen aan', said(analysis.contact)],
    ['Wettelijke grondslag', said(analysis.legal_basis)],
    ['Gegevens die worden gebruikt', (analysis.fields ?? []).join(', ') || 'geen; alleen dat het bericht er was'],
    ['Eerste levering', moment(analysis.first_known_time)],
    ['Nieuwste levering', moment(analysis.newest_known_time)],
    ['Wat er verwacht wordt, volgt uit', expectation(analysis.months ?? [])],
  ];
  if (found && count(found.person_count) > 0) {
    rows.push(['Gekoppeld aan een cliënt', t`${count(found.linked_count)} van de ${count(found.person_count)} personen`]);
  }
  return rows;
}

/** Whether the months say anything: something was expected, or came. */
export function monthsTold(analysis: SourceAnalysis): boolean {
  return (analysis.months ?? []).some((month) => count(month.expected_count) + count(month.delivery_count) > 0);
}

export function monthTable(analysis: SourceAnalysis): Table {
  return {
    id: `maanden-${sourceOf(analysis)}`,
    caption: t`${analysis.title || sourceOf(analysis)} per maand: verwacht en ontvangen`,
    columns: [
      { header: 'Maand', kind: 'text' },
      { header: 'Verwacht', kind: 'count' },
      { header: 'Ontvangen', kind: 'count' },
      { header: 'Ontbreekt', kind: 'count' },
      { header: 'Kan nog komen', kind: 'count' },
      { header: 'Niet verwacht, wel gekomen', kind: 'count' },
      { header: 'Leveringen', kind: 'count' },
      { header: 'Waarvan afgekeurd', kind: 'count' },
    ],
    rows: (analysis.months ?? []).map((month) => [
      monthCell(month.month),
      ...[
        month.expected_count, month.received_count, month.missing_count, month.pending_count, month.extra_count, month.delivery_count,
        month.rejected_count,
      ].map((written) => value(count(written))),
    ]),
  };
}

/** Who is missing: a row for each sender with its months, most months first; absent when nobody is. */
export function missingTable(analysis: SourceAnalysis): Table | undefined {
  const senders = new Map<string, { title: string; months: string[]; last: string }>();
  for (const month of analysis.months ?? []) {
    for (const missing of month.missing ?? []) {
      const known = senders.get(missing.sender) ?? { title: missing.title || missing.sender, months: [], last: missing.last_month ?? '' };
      known.months.push(month.month);
      senders.set(missing.sender, known);
    }
  }
  const rows = [...senders]
    .sort(([a, one], [b, other]) => other.months.length - one.months.length || (a < b ? -1 : 1))
    .map(([sender, { title, months, last }]): Cell[] => [
      text(title),
      text(sender),
      text(months.map(monthShort).join(', ')),
      text(last ? monthLong(last) : 'nooit'),
    ]);
  if (rows.length === 0) return undefined;
  return {
    id: `ontbreekt-${sourceOf(analysis)}`,
    caption: t`${analysis.title || sourceOf(analysis)}: wie ontbreekt`,
    columns: [
      { header: 'Afzender', kind: 'text' },
      { header: 'AGB-code', kind: 'text' },
      { header: 'Ontbreekt voor', kind: 'text' },
      { header: 'Leverde het laatst over', kind: 'text' },
    ],
    rows,
  };
}

/** What went wrong; absent when nothing did. */
export function checksTable(analysis: SourceAnalysis): Table | undefined {
  const checks = analysis.failed_checks ?? [];
  if (checks.length === 0) return undefined;
  return {
    id: `controles-${sourceOf(analysis)}`,
    caption: t`${analysis.title || sourceOf(analysis)}: controles die mislukten`,
    columns: [
      { header: 'Regel', kind: 'text' },
      { header: 'Niveau', kind: 'count' },
      { header: 'Keer', kind: 'count' },
      { header: 'In leveringen', kind: 'count' },
      { header: 'Wat er mis is', kind: 'text' },
    ],
    rows: checks.map((check) => [
      text(check.rule), value(check.level ?? 0), value(count(check.finding_count)), value(count(check.delivery_count)),
      text(check.text ?? ''),
    ]),
  };
}

/** The last sentences about months in which something is missing or may still come, newest first; three at most. */
export function newestStatements(analysis: SourceAnalysis): string[] {
  return [...(analysis.months ?? [])]
    .reverse()
    .filter((month) => count(month.missing_count) + count(month.pending_count) > 0)
    .slice(0, 3)
    .map((month) => month.statement ?? '')
    .filter(Boolean);
}

/** A column of the picture: shares of what is expected, which add up to 1; all 0 when nothing is. */
export interface Column {
  month: string;
  expected: number;
  received: number;
  missing: number;
  pending: number;
}

export function columnsOf(months: SourceMonth[]): Column[] {
  return months.map((month) => {
    const expected = count(month.expected_count);
    const part = (written: string | undefined) => (expected > 0 ? count(written) / expected : 0);
    return { month: month.month, expected, received: part(month.received_count), missing: part(month.missing_count), pending: part(month.pending_count) };
  });
}

/** The picture in a sentence, for who cannot see it. */
export function pictureDescription(columns: Column[]): string {
  const shown = columns.filter((column) => column.expected > 0);
  if (shown.length === 0) return 'In geen van de maanden werd iets verwacht.';
  const whole = shown.filter((column) => column.received === 1).length;
  return t`Van ${shown.length} maanden waarin iets verwacht werd, zijn er ${whole} volledig. De tabel eronder heeft de aantallen.`;
}

/** "april 2018 tot en met maart 2019", and as known when. */
export function scope(analyses: SourceAnalysis[]): { period: string; known: string } {
  const months = analyses[0]?.months ?? [];
  const [first, last] = [months[0], months[months.length - 1]];
  const known = analyses[0]?.known_time;
  return {
    period: first && last ? t`${monthLong(first.month)} tot en met ${monthLong(last.month)}` : '',
    known: known ? dateTime(known) : '',
  };
}
