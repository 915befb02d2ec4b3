// SPDX-License-Identifier: EUPL-1.2
// The JSON of nmd.type.Figure, and what of it is shown. A figure without a value is shown as words, never as 0 or blank.
import { dateOf } from './format';
import type { Kind } from './table';

/** protobuf JSON: int64 is a string, fields with a default value may be left out. */
export interface Figure {
  measure: string;
  period?: { start_date: string; end_date: string };
  dimensions?: DimensionValue[];
  state: string;
  count?: string;
  amount_cents?: string;
  ratio?: number;
  state_reason?: string;
  reliability?: Reliability;
  known_time?: string;
  definition?: string;
  /** How far chance may move a rate. */
  interval?: Interval;
}

export interface Interval {
  low?: number;
  high?: number;
}

export interface DimensionValue {
  dimension: string;
  value?: string;
  label?: string;
}

export interface Reliability {
  source_quality?: number;
  completeness?: number;
  link_quality?: number;
  newest_delivery_time?: string;
  statement?: string;
  least_count?: string;
  stability?: number;
  provisional?: boolean;
}

/** A cell of a table: a text, a number, a time, or the words for why there is no number. */
export type Cell = Text | Value | Time | Absent;
export interface Text {
  kind: 'text';
  text: string;
  /** What it names, where a remark about that stands in the text. */
  name?: string;
}
export interface Value {
  kind: 'value';
  value: number;
  /** When it is not what the numbers of its column are. */
  as?: Kind;
  /** It is rounded: the true one is at most so far from it. Absent: it is exact. */
  off?: number;
}
export interface Time {
  kind: 'time';
  /** A month "2018-01", a day "2018-03-31", or a moment in RFC 3339. */
  time: string;
}
export interface Absent {
  kind: 'absent';
  word: string;
  why: string;
  /** nmd.type.Figure.State, where a service gave it: each has a pattern of its own. */
  state?: string;
}

const WORDS: Record<string, string> = {
  SUPPRESSED: 'afgeschermd',
  NOT_REGISTERED: 'niet geregistreerd',
  NOT_AVAILABLE: 'niet beschikbaar',
  NOT_COMPARABLE: 'niet vergelijkbaar',
};

// By nmd.type.ErrorReason.
const REASONS: Record<string, string> = {
  ATTRIBUTE_NOT_REGISTERED: 'Geen enkele bron van deze gemeente legt dit vast.',
  PERIOD_NOT_DELIVERED: 'Over deze periode was op dit moment nog niets aangeleverd.',
  PERIODS_UNEQUAL: 'De perioden zijn niet even lang.',
  TREND_BREAK: 'Tussen de perioden is de manier van inkopen of tellen veranderd.',
  AREA_CHANGED: 'In deze periode veranderde de indeling in wijken en buurten. Per jaar is er wel een cijfer.',
  CELL_PROTECTED: 'Het gaat om zo weinig personen dat zij herkenbaar kunnen zijn.',
  TARIFF_MISSING: 'Van een of meer voorzieningen is het tarief niet bekend.',
  DENOMINATOR_ZERO: 'Er is niets om door te delen.',
  TOO_FEW: 'Het zijn er te weinig om iets te kunnen zeggen.',
  TOO_FEW_CASES: 'Het zijn er te weinig om iets te kunnen zeggen.',
  NOT_REACHED: 'Minder dan de helft is zover.',
  AMOUNT_NEGATIVE: 'Het bedrag van een groep is negatief; de groei is dan niet te splitsen.',
  VALUE_TOO_LARGE: 'De uitkomst is te groot om exact te bewaren.',
  NOT_STARTED: 'De maatregel is nog niet begonnen.',
  COMPARISON_MISSING: 'Er is geen groep om mee te vergelijken.',
  TOO_FEW_MONTHS: 'Er zijn te weinig maanden om iets te kunnen zeggen.',
  VALUE_MISSING: 'Van een of meer maanden is er geen cijfer.',
  ZERO_IN_SERIES: 'In een van de maanden is het cijfer nul.',
  NO_VARIATION: 'Het cijfer verandert niet.',
  DEFINITION_DIFFERS: 'De gemeente telt dit op een andere manier dan de meeste andere.',
  PUBLICATION_WITHDRAWN: 'De gemeente trok haar publicatie in.',
  NOT_PUBLISHED: 'De gemeente publiceerde hier niets over.',
  TOTAL_UNKNOWN: 'Van een of meer gemeenten is geen totaal bekend.',
  MEASURE_NOT_MERGED: 'Voor de hele regio is niet afgesproken hoe dit wordt opgeteld.',
  TOO_FEW_CLIENTS: 'Het gaat om te weinig cliënten.',
};

export function text(value: string): Text {
  return { kind: 'text', text: value };
}

export function value(number: number, as?: Kind): Value {
  return { kind: 'value', value: number, ...(as && { as }) };
}

/** A number that is told rounded, with how far at most the true one is from it; 0: it is exact. */
export function rounded(number: number, off: number): Value {
  return { kind: 'value', value: number, ...(off > 0 && { off }) };
}

/** A month, "2018-01". */
export function monthCell(written: string): Time {
  return { kind: 'time', time: written.slice(0, 7) };
}

/** The Dutch day of a date or a moment; the word when there is none. */
export function day(written: string | undefined, otherwise = 'onbekend'): Time | Text {
  return written ? { kind: 'time', time: dateOf(written) } : text(otherwise);
}

/** A moment to the minute; the word when there is none. */
export function moment(written: string | undefined, otherwise = 'onbekend'): Time | Text {
  return written ? { kind: 'time', time: written } : text(otherwise);
}

/** The words for a state; a state this page does not know is not taken for an answer. */
export function absent(state: string, reason = ''): Absent {
  return { kind: 'absent', word: WORDS[state] ?? 'onbekend', why: REASONS[reason] ?? '', ...(WORDS[state] && { state }) };
}

/** The figure's own number: a count, cents or a ratio. */
export function cellOf(figure: Figure | undefined): Value | Absent {
  if (!figure) return absent('NOT_AVAILABLE');
  if (figure.state !== 'ANSWERED') return absent(figure.state, figure.state_reason);
  const raw = figure.count ?? figure.amount_cents ?? figure.ratio;
  const number = Number(raw);
  if (raw === undefined || !Number.isFinite(number)) return absent('NOT_AVAILABLE');
  return value(number);
}

/** after / before - 1; the words of the one that is missing; no percentage of nothing. */
export function growth(before: Cell, after: Cell): Value | Absent {
  for (const cell of [before, after]) if (cell.kind === 'absent') return cell;
  if (before.kind !== 'value' || after.kind !== 'value') return absent('NOT_COMPARABLE');
  if (before.value === 0) {
    return { kind: 'absent', word: 'niet te berekenen', why: 'De eerste waarde is 0.' };
  }
  return value(after.value / before.value - 1);
}

/** after - before, as uncertain as both together, or the words of the one that is missing. */
export function difference(before: Cell, after: Cell): Value | Absent {
  for (const cell of [before, after]) if (cell.kind === 'absent') return cell;
  if (before.kind !== 'value' || after.kind !== 'value') return absent('NOT_COMPARABLE');
  return rounded(after.value - before.value, (before.off ?? 0) + (after.off ?? 0));
}

/** A number of an answer that stands beside a state instead of in a figure. */
export function cellIf(state: string | undefined, reason: string | undefined, number: string | number | undefined): Value | Absent {
  if (state !== 'ANSWERED') return absent(state ?? 'NOT_AVAILABLE', reason);
  return number === undefined || !Number.isFinite(Number(number)) ? absent('NOT_AVAILABLE') : value(Number(number));
}

/** An int64 of protobuf JSON; one that is left out is zero. */
export function count(written: string | number | undefined): Value {
  return value(Number(written ?? 0));
}

/** What a person reads for a coordinate; no value is a class of its own. */
export function labelOf(figure: Figure, dimension: string): string {
  const found = figure.dimensions?.find((each) => each.dimension === dimension);
  return found?.label || found?.value || 'onbekend';
}

/** The different reliability sentences behind figures, in order. */
export function statements(figures: Array<Figure | undefined>): string[] {
  return [...new Set(figures.map((figure) => figure?.reliability?.statement ?? '').filter(Boolean))];
}

/** The different definition versions behind figures, in order. */
export function definitions(figures: Array<Figure | undefined>): string[] {
  return [...new Set(figures.map((figure) => figure?.definition ?? '').filter(Boolean))];
}
