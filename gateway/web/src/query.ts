// SPDX-License-Identifier: EUPL-1.2
// What a screen asks is in its address: fields with a name, and when the figures were known. Pure.
import { addMonths, dateOf, endOfDay, type Month, monthLong } from './format';
import { t } from './language';
import { FIRST_MONTH, isMoment } from './state';

export interface Choice {
  value: string;
  title: string;
}

/** A part of the question, as it stands in the address and in the form. */
export interface Field {
  key: string;
  label: string;
  /** A day that one may choose freely; without it one of the choices. */
  type?: 'day';
  choices: Choice[];
  /** When the address leaves it out. */
  initial: string;
  /** Heading of a part of the form that opens; such a field stands in the address only when it is not as it was. */
  group?: string;
}

export type Values = Record<string, string>;

export interface Query {
  values: Values;
  /** "2018-03-31" (that whole day), a moment in RFC 3339, or empty for the newest figures. */
  known: string;
  /** Dutch sentences; nothing that cannot be read is changed in silence. */
  faults: string[];
}

export function parseQuery(search: string, fields: Field[], today: string): Query {
  const query = new URLSearchParams(search);
  const values: Values = {};
  const faults: string[] = [];
  for (const { key, label, type, choices, initial } of fields) {
    const text = query.get(key);
    const valid = text !== null && (type === 'day' ? text.length === 10 && isMoment(text) : choices.some(({ value }) => value === text));
    if (text !== null && !valid) faults.push(type === 'day' ? t`"${label}" is geen datum (jjjj-mm-dd).` : t`"${label}" heeft geen keuze "${text.slice(0, 40)}".`);
    values[key] = valid ? text : initial;
  }
  const known = query.get('bekend_op') ?? '';
  if (known && !isMoment(known)) faults.push('De datum bij "bekend op" is geen datum (jjjj-mm-dd).');
  else if (known && dateOf(known) > today) faults.push('De datum bij "bekend op" ligt in de toekomst.');
  if (values['van'] && values['tot'] && values['van'] > values['tot']) faults.push('De eerste maand ligt na de laatste maand.');
  return { values, known: known && isMoment(known) ? known : '', faults };
}

/** Without the fields of a group that are as they were. */
export function chosenOf(values: Values, fields: Field[]): Values {
  return Object.fromEntries(Object.entries(values).filter(([key, value]) => !fields.some((field) => field.key === key && field.group !== undefined && field.initial === value)));
}

/** The query of an address, every part named. */
export function formatQuery(values: Values, known: string): string {
  return `?${new URLSearchParams({ ...values, ...(known && { bekend_op: known }) }).toString()}`;
}

/** The moment that is asked for; nothing asks for the newest figures. Today is not over, so today is "the newest". */
export function knownTime(known: string, today: string): { known_time?: string } {
  if (!known || known === today) return {};
  return { known_time: known.includes('T') ? known : endOfDay(known) };
}

export function monthChoices(last: Month, first: Month = FIRST_MONTH): Choice[] {
  const choices: Choice[] = [];
  for (let month = first; month <= last; month = addMonths(month, 1)) choices.push({ value: month, title: monthLong(month) });
  return choices;
}

export function yearChoices(last: number): Choice[] {
  return Array.from({ length: last - 2014 }, (_, index) => String(2015 + index)).map((year) => ({ value: year, title: year }));
}

/** The months of a field "van" to a field "tot", both inclusive, as the half-open period of the API. */
export function periodBetween(from: Month, to: Month): { start_date: string; end_date: string } {
  return { start_date: `${from}-01`, end_date: `${addMonths(to, 1)}-01` };
}

export function yearPeriod(year: number): { start_date: string; end_date: string } {
  return { start_date: `${year}-01-01`, end_date: `${year + 1}-01-01` };
}

/** The same months, so many years earlier. */
export function yearsEarlier(period: { start_date: string; end_date: string }, years: number): { start_date: string; end_date: string } {
  const shift = (date: string) => `${Number(date.slice(0, 4)) - years}${date.slice(4)}`;
  return { start_date: shift(period.start_date), end_date: shift(period.end_date) };
}

/** A period of the planning and control cycle of a municipality (requirements 5.2). */
export interface Preset {
  title: string;
  from: Month;
  to: Month;
}

export function presetsOf(year: number): Preset[] {
  const months = (from: number, to: number, title: string, of = year): Preset => ({
    title,
    from: `${of}-${String(from).padStart(2, '0')}`,
    to: `${of}-${String(to).padStart(2, '0')}`,
  });
  return [
    months(1, 12, t`Jaarrekening ${year}`),
    months(1, 4, t`Eerste bestuursrapportage ${year}`),
    months(1, 8, t`Tweede bestuursrapportage ${year}`),
    months(1, 12, t`Kadernota ${year + 1}: heel ${year - 1}`, year - 1),
    months(1, 6, t`Begroting ${year + 1}: eerste helft van ${year}`),
    months(1, 6, t`CBS, eerste halfjaar ${year}`),
    months(7, 12, t`CBS, tweede halfjaar ${year}`),
    ...[1, 2, 3, 4].map((quarter) => months(3 * quarter - 2, 3 * quarter, `${year}-K${quarter}`)),
  ];
}

/** "januari 2018 tot en met december 2018", or the year when it is one. */
export function periodWords(period: { start_date: string; end_date: string }): string {
  const [first, last] = [period.start_date.slice(0, 7), addMonths(period.end_date.slice(0, 7), -1)];
  if (first === last) return monthLong(first);
  if (first.endsWith('-01') && last.endsWith('-12') && first.slice(0, 4) === last.slice(0, 4)) return first.slice(0, 4);
  return t`${monthLong(first)} tot en met ${monthLong(last)}`;
}
