// SPDX-License-Identifier: EUPL-1.2
// Dutch notation of numbers, money, months and moments (requirements 5.2). The minus is U+2212 on screen and '-' in files;
// the euro sign and its number never part (U+00A0).
import { t } from './language';

const MINUS = '\u2212';
const NBSP = '\u00a0';
const TIME_ZONE = 'Europe/Amsterdam';

const MONTHS = [
  'januari', 'februari', 'maart', 'april', 'mei', 'juni', 'juli', 'augustus', 'september', 'oktober', 'november', 'december',
];
const SHORT_MONTHS = ['jan', 'feb', 'mrt', 'apr', 'mei', 'jun', 'jul', 'aug', 'sep', 'okt', 'nov', 'dec'];

const GLUED = new RegExp(`€ (?=\\d)|\\b(${[...MONTHS, ...SHORT_MONTHS].join('|')}) (?=\\d{4}\\b)`, 'g');

/** A calendar month, "2018-01". */
export type Month = string;

// Making a formatter takes a thousand times as long as using it.
const FORMATTERS = new Map<number, Intl.NumberFormat>();

function digits(value: number, decimals: number): string {
  let formatter = FORMATTERS.get(decimals);
  if (!formatter) FORMATTERS.set(decimals, (formatter = new Intl.NumberFormat('nl-NL', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })));
  return formatter.format(Math.abs(value));
}

// The sign follows the rounded number: nothing is shown as "−0".
function signOf(value: number, decimals: number, plus: boolean): string {
  const rounded = Math.round(value * 10 ** decimals);
  if (rounded < 0) return MINUS;
  return plus && rounded > 0 ? '+' : '';
}

/** 1234.5 with one decimal is "1.234,5". */
export function number(value: number, decimals = 0, plus = false): string {
  return signOf(value, decimals, plus) + digits(value, decimals);
}

/** Cents as "€ 598.264"; a sign stands before the euro sign: "−€ 2.520". */
export function euro(cents: number, decimals: 0 | 2 = 0, plus = false): string {
  return `${signOf(cents / 100, decimals, plus)}€${NBSP}${digits(cents / 100, decimals)}`;
}

/** A share: 0.438 is "43,8%". */
export function percent(share: number, decimals = 1, plus = false): string {
  return number(share * 100, decimals, plus) + '%';
}

function monthParts(month: Month): [number, number] {
  return [Number(month.slice(0, 4)), Number(month.slice(5, 7)) - 1];
}

/** "januari 2018". */
export function monthLong(month: Month): string {
  const [year, index] = monthParts(month);
  return t`${MONTHS[index]} ${year}`;
}

/** "jan 2018". */
export function monthShort(month: Month): string {
  const [year, index] = monthParts(month);
  return t`${SHORT_MONTHS[index]} ${year}`;
}

/** A text in which an amount never parts from its euro sign, nor a year from its month. */
export function glue(text: string): string {
  return text.replaceAll(GLUED, (found) => found.replace(' ', NBSP));
}

/** The month `count` months later. */
export function addMonths(month: Month, count: number): Month {
  const [year, index] = monthParts(month);
  const total = year * 12 + index + count;
  return `${String(Math.floor(total / 12)).padStart(4, '0')}-${String((total % 12) + 1).padStart(2, '0')}`;
}

const CLOCK = new Intl.DateTimeFormat('en-GB', {
  timeZone: TIME_ZONE,
  year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
});

function amsterdam(moment: Date): Record<string, string> {
  const parts = CLOCK.formatToParts(moment);
  return Object.fromEntries(parts.map((part) => [part.type, part.value]));
}

/** The Dutch civil date of a moment, "2018-03-31". */
export function dateOf(moment: string): string {
  const part = amsterdam(new Date(moment));
  return `${part['year']}-${part['month']}-${part['day']}`;
}

/** A moment as "31-03-2018". */
export function dateShort(moment: string): string {
  const [year, month, day] = dateOf(moment).split('-');
  return `${day}-${month}-${year}`;
}

/** A moment as "31-03-2018 om 23:59". */
export function dateTime(moment: string): string {
  const part = amsterdam(new Date(moment));
  return t`${dateShort(moment)} om ${part['hour']}:${part['minute']}`;
}

/** A month, a day or a moment (Time in figure.ts) as it is written on screen. */
export function timeText(time: string): string {
  if (time.length === 7) return monthShort(time);
  return time.length === 10 ? dateShort(time) : dateTime(time);
}

/** The day so many days later. */
export function addDays(date: string, count: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + count * 86_400_000).toISOString().slice(0, 10);
}

/** The first moment of a Dutch civil date, RFC 3339 in UTC. */
export function startOfDay(date: string): string {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  // Amsterdam is one or two hours ahead of UTC, and never changes its clock at midnight.
  for (const hours of [1, 2]) {
    const moment = new Date(midnight - hours * 3600_000);
    if (amsterdam(moment)['hour'] === '00') return moment.toISOString();
  }
  throw new RangeError(`no start of day for ${date}`);
}

/** The last millisecond of a Dutch civil date, RFC 3339 in UTC. "Bekend op 31-03-2018" includes that whole day. */
export function endOfDay(date: string): string {
  return new Date(Date.parse(startOfDay(addDays(date, 1))) - 1).toISOString();
}
