// SPDX-License-Identifier: EUPL-1.2
// What the page Publicaties says of nmd.publication.v1: what was agreed, what a table looks like when it leaves, what an attacker would
// find, and who decided. Pure.
import type { SourceAnalysis } from './api';
import { absent, cellOf, count, day, moment, rounded, text, value, type Cell, type DimensionValue, type Figure } from './figure';
import { dateShort, number, percent } from './format';
import { t } from './language';
import { periodWords } from './query';
import { show, spread, type Kind, type Table } from './table';

type Period = { start_date: string; end_date: string };

export interface TableRule {
  table?: string;
  title?: string;
  measures?: string[];
  dimensions?: string[];
  minimum_clients?: number;
  rounded_to?: number;
}
export interface Agreement {
  name: string;
  title?: string;
  audiences?: string[];
  purpose?: string;
  legal_basis?: string;
  contact?: string;
  tables?: TableRule[];
  start_date?: string;
  end_date?: string;
  version?: string;
  ended_reason?: string;
}
export interface AgreementVersion {
  name: string;
  agreement?: Agreement;
  state?: string;
  proposed_by?: string;
  proposed_time?: string;
  decided_by?: string;
  decided_time?: string;
  reason?: string;
  changes?: string[];
}
export interface Audit {
  safe?: boolean;
  primary_count?: string;
  hidden_count?: string;
  sum_count?: string;
  release_count?: string;
  findings?: Array<{ cell?: string; kind?: string; attacker?: string; path?: string[]; measure?: string }>;
}
interface Loss {
  hidden_cells?: number;
  /** Absent for who may not know it. */
  hidden_value?: number;
}
/** What telling areas as one does to a table. */
export interface Merging {
  dimension?: string;
  areas?: Array<{ value?: DimensionValue; members?: string[] }>;
  value_count?: string;
  unmerged_count?: string;
  hiding_alone?: Loss;
  hiding_alone_safe?: boolean;
}
/** What telling everything rounded does to a table. */
export interface Rounding {
  measures?: Array<{
    measure?: string;
    rounded_to?: string;
    uncertainty?: string;
    /** Absent for who may not know it. */
    mean_distance?: number;
  }>;
  hiding_alone?: Loss;
  hiding_alone_safe?: boolean;
}
export interface Preview {
  cells?: Array<{ dimensions?: DimensionValue[]; state?: string; figures?: Figure[] }>;
  shown_count?: string;
  zero_count?: string;
  primary_count?: string;
  secondary_count?: string;
  proof?: string;
  known_time?: string;
  loss?: Loss;
  audit?: Audit;
  merging?: Merging;
  rounding?: Rounding;
}
export interface Publication {
  title?: string;
  dimensions?: Array<{ dimension?: string; title?: string; codes?: Array<{ value?: string; label?: string }> }>;
  measures?: Array<{ measure?: string; title?: string; unit?: string; definition?: string; rounded_to?: string; uncertainty?: string }>;
  cells?: Array<{ codes?: number[]; state?: string; values?: Array<{ count?: string; amount_cents?: string; ratio?: number; missing?: string }> }>;
  minimum_clients?: number;
  /** Each number to the nearest multiple of this. */
  rounded_to?: string;
}
export interface Release {
  name: string;
  agreement?: string;
  table?: string;
  title?: string;
  period?: Period;
  known_time?: string;
  audience?: string;
  state?: string;
  proposed_by?: string;
  proposed_time?: string;
  decided_by?: string;
  decided_time?: string;
  withdrawn_by?: string;
  withdrawn_time?: string;
  reason?: string;
  replaces?: string;
  proof?: string;
  cell_count?: string;
  audit?: Audit;
  deliveries?: Array<{ recipient?: string; state?: string; received_time?: string; detail?: string }>;
  publication?: Publication;
  /** Of the region: of how many members it is. */
  coverage?: string;
}

export const STATES: Record<string, string> = {
  PROPOSED: 'wacht op de privacyfunctionaris', BLOCKED: 'geblokkeerd: er is een lek gevonden', REFUSED: 'afgewezen', RELEASED: 'gepubliceerd', WITHDRAWN: 'ingetrokken',
  IN_FORCE: 'geldt', REPLACED: 'vervangen', ENDED: 'beëindigd',
};
const CELLS: Record<string, string> = { SHOWN: 'getoond', ZERO: 'nul', HIDDEN: 'afgeschermd', HIDDEN_PRIMARY: 'afgeschermd: te klein', HIDDEN_SECONDARY: 'afgeschermd: anders te berekenen' };
const DELIVERIES: Record<string, string> = { WAITING: 'nog niet ontvangen', RECEIVED: 'ontvangen', REFUSED: 'geweigerd' };
const KINDS: Record<string, string> = { exact: 'precies', narrow: 'bijna precies', change: 'door een verandering', undecided: 'niet uit te sluiten' };

/** The last calendar year of which all months came in of allocations, whatever else is still to come; undefined when nobody delivered. */
export function newestYear(analyses: SourceAnalysis[]): number | undefined {
  const months = analyses.filter(({ name }) => /\/sources\/(jw|wmo)301\//.test(name)).flatMap((each) => (each.months ?? []).filter((month) => Number(month.received_count ?? 0) > 0).map(({ month }) => month));
  const last = months.sort().at(-1);
  if (!last) return undefined;
  const year = Number(last.slice(0, 4));
  return last.slice(5, 7) === '12' ? year : year - 1;
}

// What tells something of what is not told.
const MANDATE: Cell = { kind: 'absent', word: 'niet te zeggen', why: 'Dit is alleen voor de privacyfunctionaris en de controller.' };
const who = (subject: string | undefined, time: string | undefined) => [subject || 'onbekend', time && dateShort(time)].filter(Boolean).join(', ');
const stateOf = (state: string | undefined) => STATES[state ?? ''] ?? 'onbekend';

export function agreementTable(agreements: Agreement[]): Table {
  return {
    id: 'tabel-afspraken',
    caption: 'Afspraken over wat mag worden gedeeld',
    columns: ['Afspraak', 'Wie mag het zien', 'Waarvoor', 'Grondslag', 'Tabellen', 'Geldt van', 'Tot', 'Vragen aan'].map((header) => ({ header, kind: 'text' as const })),
    rows: agreements.map((each) => [
      text(each.title || each.name), text((each.audiences ?? []).join(', ') || 'niemand'), text(each.purpose || 'niet opgegeven'), text(each.legal_basis || 'niet opgegeven'),
      text((each.tables ?? []).map((table) => t`${table.title || table.table || ''} (vanaf ${number(table.minimum_clients ?? 0)} cliënten)`).join('; ') || 'geen'),
      day(each.start_date), each.ended_reason ? text(t`beëindigd: ${each.ended_reason}`) : day(each.end_date, 'zonder einde'), text(each.contact || 'niet opgegeven'),
    ]),
  };
}

export function versionTable(versions: AgreementVersion[]): Table {
  return {
    id: 'tabel-versies',
    caption: 'Versies van afspraken, en wat er anders werd',
    columns: ['Afspraak', 'Versie', 'Stand', 'Wat er anders wordt', 'Voorgesteld door', 'Besloten door', 'Reden'].map((header) => ({ header, kind: 'text' as const })),
    rows: versions.map((each) => [
      text(each.agreement?.title || each.name), text(each.name.slice(each.name.lastIndexOf('/') + 1)), text(stateOf(each.state)), text((each.changes ?? []).join(' ') || 'geen verschil'),
      text(who(each.proposed_by, each.proposed_time)), text(each.decided_by ? who(each.decided_by, each.decided_time) : 'nog niemand'), text(each.reason || 'geen'),
    ]),
  };
}

const nearest = (base: number) => Math.floor(base / 2);

/** How far values of a measure of a publication are off at most: by what it says itself or, of counts, by rounding to the nearest. */
export function offOf({ measures = [], rounded_to = '0' }: Pick<Publication, 'measures' | 'rounded_to'>, index: number): number {
  const measure = measures[index];
  return Math.max(Number(measure?.uncertainty ?? 0), measure?.unit === 'count' ? nearest(Number(rounded_to)) : 0);
}

/** Whether it was rounded instead of hidden. */
export const isRounded = ({ measures = [] }: Publication) => measures.some((each) => Number(each.rounded_to ?? 0) > 0);

/** How near to the true ones the numbers of a publication are; nothing when they are exact. */
export function roundedWords(publication: Publication): string[] {
  const { measures = [], rounded_to = '0' } = publication;
  return measures.flatMap((each, index) => {
    const off = offOf(publication, index);
    if (off === 0) return [];
    const kind = kindOfUnit(each.unit);
    const near = spread(off, kind);
    const title = each.title || each.measure || 'Cijfer';
    if (Number(each.rounded_to ?? 0) > 0) return [t`${title}: afgerond op een veelvoud van ${show(Number(each.rounded_to), kind)}, om personen te beschermen. Het echte getal is hoogstens zoveel hoger of lager als erbij staat (${near}). Totalen zijn de som van wat er staat.`];
    if (Number(rounded_to) > 1) return [t`${title}: afgerond op ${number(Number(rounded_to))} (${near}). De cijfers tellen daardoor niet altijd precies op.`];
    return [t`${title}: een of meer gemeenten rondden af. Het echte getal is hoogstens zoveel hoger of lager als erbij staat (${near}).`];
  });
}

const kindOfUnit = (unit: string | undefined): Kind => (unit === 'cents' ? 'euro' : unit === 'ratio' ? 'ratio' : 'count');
const kindOf = (figures: Array<Figure | undefined>): Kind => (figures.some((figure) => figure?.amount_cents !== undefined) ? 'euro' : figures.some((figure) => figure?.ratio !== undefined) ? 'ratio' : 'count');

/** Every cell as it would leave, with why it is hidden for who may know that. */
export function previewTable(preview: Preview, rule: TableRule, titleOf: (id: string) => string): Table {
  const cells = preview.cells ?? [];
  const [dimensions, measures] = [rule.dimensions ?? [], rule.measures ?? []];
  const figure = (cell: (typeof cells)[number], measure: string) => cell.figures?.find((each) => each.measure === measure);
  const written = (found: Figure | undefined): Cell => {
    const cell = cellOf(found);
    const { uncertainty = 0 } = preview.rounding?.measures?.find((each) => each.measure === found?.measure) ?? {};
    return cell.kind === 'value' ? rounded(cell.value, Math.max(Number(uncertainty), found?.count === undefined ? 0 : nearest(rule.rounded_to ?? 0))) : cell;
  };
  return {
    id: 'tabel-voorbeeld',
    caption: t`${rule.title || rule.table || ''}: zoals de tabel zou worden gepubliceerd`,
    columns: [
      ...dimensions.map((id) => ({ header: titleOf(id), kind: 'text' as const })), { header: 'Stand van de cel', kind: 'text' },
      ...measures.map((id) => ({ header: titleOf(id), kind: kindOf(cells.map((cell) => figure(cell, id))) })),
    ],
    rows: cells.map((cell): Cell[] => [
      ...dimensions.map((id) => {
        const found = cell.dimensions?.find((each) => each.dimension === id);
        return text(found?.label || found?.value || 'onbekend');
      }),
      text(CELLS[cell.state ?? ''] ?? 'onbekend'),
      ...measures.map((id): Cell => (cell.state?.startsWith('HIDDEN') ? absent('SUPPRESSED', 'CELL_PROTECTED') : written(figure(cell, id)))),
    ]),
  };
}

/** The bytes that leave, as a table. */
export function publicationTable(publication: Publication): Table {
  const dimensions = publication.dimensions ?? [];
  const measures = publication.measures ?? [];
  return {
    id: 'tabel-uitgave',
    caption: t`${publication.title || 'Tabel'}: precies wat wordt gepubliceerd`,
    columns: [...dimensions.map((each) => ({ header: each.title || each.dimension || '', kind: 'text' as const })), { header: 'Stand van de cel', kind: 'text' }, ...measures.map((each) => ({ header: each.title || each.measure || '', kind: kindOfUnit(each.unit) }))],
    rows: (publication.cells ?? []).map((cell) => [
      ...dimensions.map((each, index) => {
        const code = each.codes?.[cell.codes?.[index] ?? 0];
        return text(code?.label || code?.value || 'onbekend');
      }),
      text(cell.values?.length && cell.values.every((each) => each.missing !== undefined) ? 'zonder cijfer' : (CELLS[cell.state ?? ''] ?? 'onbekend')),
      ...measures.map((_, index): Cell => {
        if (cell.state === 'HIDDEN') return absent('SUPPRESSED', 'CELL_PROTECTED');
        const found = cell.values?.[index];
        if (found?.missing !== undefined) return absent('NOT_AVAILABLE', found.missing);
        return rounded(Number(found?.count ?? found?.amount_cents ?? found?.ratio ?? 0), offOf(publication, index));
      }),
    ]),
  };
}

export function auditWords(audit: Audit | undefined): string {
  if (!audit) return 'Er is nog niet geprobeerd om door de bescherming heen te rekenen.';
  const [hidden, beside] = [Number(audit.hidden_count ?? 0), Number(audit.release_count ?? 0)];
  const looked = hidden === 0 ? t`Er is geprobeerd meer te weten te komen dan er staat, naast ${number(beside)} eerdere ${beside === 1 ? 'publicatie' : 'publicaties'}.` : t`Er is geprobeerd ${number(hidden)} afgeschermde ${hidden === 1 ? 'cel' : 'cellen'} terug te rekenen, naast ${number(beside)} eerdere ${beside === 1 ? 'publicatie' : 'publicaties'}.`;
  return t`${looked} ${audit.safe ? 'Dat lukte niet.' : 'Dat lukte: deze tabel kan niet worden gepubliceerd.'}`;
}

export function findingTable(audit: Audit): Table {
  return {
    id: 'tabel-lekken',
    caption: 'Wat iemand te weten zou komen',
    columns: ['Cel', 'Cijfer', 'Hoe zeker', 'Wie', 'Langs welke sommen'].map((header) => ({ header, kind: 'text' as const })),
    rows: (audit.findings ?? []).map((each) => [text(each.cell || 'onbekend'), text(each.measure || 'onbekend'), text(KINDS[each.kind ?? ''] ?? 'onbekend'), text(each.attacker || 'onbekend'), text((each.path ?? []).join('; ') || 'niet getoond')]),
  };
}

export function releaseTable(releases: Release[]): Table {
  return {
    id: 'tabel-uitgaven',
    caption: 'Voorstellen en publicaties, nieuwste eerst',
    columns: [
      { header: 'Nummer', kind: 'text' }, { header: 'Tabel', kind: 'text' }, { header: 'Periode', kind: 'text' }, { header: 'Voor wie', kind: 'text' }, { header: 'Stand', kind: 'text' }, { header: 'Voorgesteld door', kind: 'text' }, { header: 'Besloten door', kind: 'text' }, { header: 'Cellen', kind: 'count' },
    ],
    rows: releases.map((each) => [
      text(each.name.slice(each.name.lastIndexOf('/') + 1)), text(each.title || each.table || 'onbekend'), text(each.period ? periodWords(each.period) : 'onbekend'), text(each.audience || 'onbekend'),
      text(t`${stateOf(each.state)}${each.reason ? t`: ${each.reason}` : ''}`), text(who(each.proposed_by, each.proposed_time)), text(each.decided_by ? who(each.decided_by, each.decided_time) : 'nog niemand'), count(each.cell_count),
    ]),
  };
}

export function deliveryTable(release: Release): Table {
  return {
    id: 'tabel-ontvangst',
    caption: 'Of de publicatie is aangekomen',
    columns: ['Ontvanger', 'Stand', 'Ontvangen', 'Wat de ontvanger zei'].map((header) => ({ header, kind: 'text' as const })),
    rows: (release.deliveries ?? []).map((each) => [text(each.recipient || 'onbekend'), text(DELIVERIES[each.state ?? ''] ?? 'onbekend'), moment(each.received_time, 'nog niet'), text(each.detail || 'niets')]),
  };
}

/** Who may do what with a release now, by the access of ReleaseService. That two persons are needed is judged there. */
export function deedsOf(release: Release, role: string): Array<'approve' | 'refuse' | 'withdraw'> {
  const both = role === 'privacyfunctionaris' || role === 'controller';
  if (release.state === 'PROPOSED') return [...(role === 'privacyfunctionaris' ? ['approve' as const] : []), ...(both ? ['refuse' as const] : [])];
  if (release.state === 'RELEASED') return both ? ['withdraw'] : [];
  return release.state === 'BLOCKED' && both ? ['refuse'] : [];
}

export function lossWords(preview: Preview): string {
  const hidden = Number(preview.primary_count ?? 0) + Number(preview.secondary_count ?? 0);
  if (hidden === 0) return 'Geen cel is afgeschermd.';
  const share = preview.loss?.hidden_cells;
  return t`${number(hidden)} cellen zijn afgeschermd${share === undefined ? '' : t` (${percent(share)})`}${preview.loss?.hidden_value === undefined ? '' : t`; daarin zit ${percent(preview.loss.hidden_value)} van alle cliënten`}.`;
}

const kindOfMeasure = (preview: Preview, measure: string | undefined): Kind => kindOf((preview.cells ?? []).map((cell) => cell.figures?.find((each) => each.measure === measure)));

/** What a value of each measure is a multiple of, and what hiding would take away. */
export function roundingWords(preview: Preview): string {
  const { measures = [], hiding_alone, hiding_alone_safe } = preview.rounding ?? {};
  const told = measures.filter((each) => Number(each.rounded_to ?? 0) > 0).map((each) => {
    const kind = kindOfMeasure(preview, each.measure);
    return t`${show(Number(each.rounded_to), kind)} (${spread(Number(each.uncertainty ?? 0), kind)})`;
  });
  const alone = t`Zonder afronden zou ${percent(hiding_alone?.hidden_cells ?? 0)} van de cellen zijn afgeschermd${hiding_alone?.hidden_value === undefined ? '' : t`; daarin zit ${percent(hiding_alone.hidden_value)} van alle cliënten`}.`;
  return t`Elk getal is een veelvoud van ${told.join(', ')}. ${alone}${hiding_alone_safe === true ? '' : ' Zonder afronden zou de tabel niet veilig zijn.'}`;
}

/** How far values are off, at most and on average, per measure. */
export function roundingTable(preview: Preview, titleOf: (id: string) => string): Table {
  return {
    id: 'tabel-afronden',
    caption: 'Hoe ver de getallen van de echte af zitten',
    columns: [{ header: 'Cijfer', kind: 'text' }, { header: 'Afgerond op een veelvoud van', kind: 'count' }, { header: 'Hoogstens ernaast', kind: 'count' }, { header: 'Gemiddeld ernaast', kind: 'index' }],
    rows: (preview.rounding?.measures ?? []).map(({ measure = '', rounded_to = '0', uncertainty = '0', mean_distance }): Cell[] => {
      const as = kindOfMeasure(preview, measure) === 'euro' ? 'euro' : undefined;
      return [
        text(titleOf(measure)), ...(Number(rounded_to) > 0 ? [value(Number(rounded_to), as), value(Number(uncertainty), as)] : [text('niet afgerond'), value(0, as)]),
        mean_distance === undefined ? MANDATE : value(mean_distance, as),
      ];
    }),
  };
}

/** Which areas are told as one, and whether that loses less than hiding alone would. */
export function mergingWords({ loss, merging = {} }: Preview): string {
  const [now, alone] = [loss?.hidden_cells ?? 0, merging.hiding_alone?.hidden_cells ?? 0];
  const groups = merging.areas?.length ?? 0;
  if (groups === 0) return 'Geen gebied hoefde te worden samengevoegd.';
  const merged = t`Van ${number(Number(merging.unmerged_count ?? 0))} gebieden zijn er in deze tabel ${number(Number(merging.value_count ?? 0))} over: ${number(groups)} ${groups === 1 ? 'is een samenvoeging' : 'zijn samenvoegingen'}.`;
  const safe = merging.hiding_alone_safe === true ? '' : ' Zonder samenvoegen zou de tabel niet veilig zijn.';
  return t`${merged} Zonder samenvoegen zou ${percent(alone)} van de cellen zijn afgeschermd, nu is dat ${percent(now)}.${safe}`;
}

export function mergedTable({ areas = [], dimension }: Merging, titleOf: (id: string) => string): Table {
  return {
    id: 'tabel-samengevoegd',
    caption: 'Gebieden die samen één cijfer krijgen',
    columns: [{ header: titleOf(dimension ?? ''), kind: 'text' }, { header: 'Bestaat uit', kind: 'text' }, { header: 'Gebieden', kind: 'count' }],
    rows: areas.map(({ value: found, members = [] }) => [text(found?.label || found?.value || 'onbekend'), text(members.join(', ') || 'onbekend'), value(members.length)]),
  };
}

/** What is lost by merging and hiding, beside hiding alone. */
export function lossTable({ loss, audit, merging = {} }: Preview): Table {
  const share = (of: number | undefined): Cell => (of === undefined ? MANDATE : value(of));
  const row = (title: string, lost: Loss | undefined, areas: string | undefined, safe: boolean | undefined): Cell[] => [text(title), count(areas), value(lost?.hidden_cells ?? 0), share(lost?.hidden_value), text(safe === true ? 'ja' : 'nee')];
  return {
    id: 'tabel-verlies',
    caption: 'Wat verloren gaat: samenvoegen naast alleen afschermen',
    columns: [{ header: 'Hoe', kind: 'text' }, { header: 'Gebieden', kind: 'count' }, { header: 'Cellen afgeschermd', kind: 'share' }, { header: 'Cliënten in die cellen', kind: 'share' }, { header: 'Kan worden gepubliceerd', kind: 'text' }],
    rows: [row('Samenvoegen, en dan afschermen', loss, merging.value_count, audit?.safe), row('Alleen afschermen', merging.hiding_alone, merging.unmerged_count, merging.hiding_alone_safe)],
  };
}
