// SPDX-License-Identifier: EUPL-1.2
// What the page asks is in its address: opening the address later gives the same question, as known at the same moment.
import { addMonths, type Month } from './format';

export type Law = 'jeugdwet' | 'wmo';
export type Factors = 3 | 4;

export interface GrowthState {
  law: Law;
  /** The two months that are compared. */
  before: Month;
  after: Month;
  /** "2018-03-31" (that whole day), a moment in RFC 3339, or empty for the newest figures. */
  known: string;
  factors: Factors;
}

/** The question of the council that the page opens with. */
export const DEFAULT_STATE: GrowthState = { law: 'jeugdwet', before: '2017-01', after: '2018-01', known: '', factors: 4 };

/** First month that can be chosen: the Jeugdwet and the Wmo 2015 begin on 1 January 2015. */
export const FIRST_MONTH: Month = '2015-01';

const MONTH = /^20\d\d-(0[1-9]|1[0-2])$/;
const MOMENT = /^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d))?$/;

/** A day, or a moment in RFC 3339. */
export function isMoment(text: string): boolean {
  if (!MOMENT.test(text)) return false;
  // 31 February is a pattern but not a day.
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  return day.toISOString().slice(0, 10) === text.slice(0, 10) && !Number.isNaN(Date.parse(text));
}

/**
 * Reads the query of an address. What cannot be read gets its default and a Dutch sentence in `faults`; every fault is
 * named, and nothing is changed in silence.
 */
export function parseState(search: string): { state: GrowthState; faults: string[] } {
  const query = new URLSearchParams(search);
  const state = { ...DEFAULT_STATE };
  const faults: string[] = [];
  const read = (key: string, valid: (text: string) => boolean, fault: string, set: (text: string) => void) => {
    const text = query.get(key) ?? '';
    if (text === '') return;
    if (valid(text)) set(text);
    else faults.push(fault);
  };
  read('wet', (text) => text === 'jeugdwet' || text === 'wmo', 'De wet is onbekend: kies Jeugdwet of Wmo.', (text) => (state.law = text as Law));
  read('van', (text) => MONTH.test(text), 'De eerste maand is geen maand (jjjj-mm).', (text) => (state.before = text));
  read('naar', (text) => MONTH.test(text), 'De tweede maand is geen maand (jjjj-mm).', (text) => (state.after = text));
  read('bekend_op', isMoment, 'De datum bij "bekend op" is geen datum (jjjj-mm-dd).', (text) => (state.known = text));
  read('factoren', (text) => text === '3' || text === '4', 'Het aantal factoren is 3 of 4.', (text) => (state.factors = Number(text) as Factors));
  if (state.before < FIRST_MONTH) faults.push('De eerste maand ligt voor januari 2015. Toen voerde de gemeente deze wet nog niet uit.');
  if (state.before >= state.after) faults.push('De eerste maand moet voor de tweede maand liggen.');
  return { state, faults };
}

/** The query of an address, every part named. */
export function formatState(state: GrowthState): string {
  const query = new URLSearchParams({ wet: state.law, van: state.before, naar: state.after });
  if (state.known) query.set('bekend_op', state.known);
  query.set('factoren', String(state.factors));
  return `?${query.toString()}`;
}

/** A month as the half-open period of the API. */
export function periodOf(month: Month): { start_date: string; end_date: string } {
  return { start_date: `${month}-01`, end_date: `${addMonths(month, 1)}-01` };
}

/** The months of the chart over time: from the year before the first month to the end of the year of the second. */
export function seriesPeriod(state: GrowthState): { start_date: string; end_date: string } {
  const first = Math.max(Number(state.before.slice(0, 4)) - 1, Number(FIRST_MONTH.slice(0, 4)));
  return { start_date: `${first}-01-01`, end_date: `${Number(state.after.slice(0, 4)) + 1}-01-01` };
}

/** The months of a half-open period. */
export function monthsOf(period: { start_date: string; end_date: string }): Month[] {
  const months: Month[] = [];
  for (let month = period.start_date.slice(0, 7); month < period.end_date.slice(0, 7); month = addMonths(month, 1)) months.push(month);
  return months;
}
