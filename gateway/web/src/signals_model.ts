// SPDX-License-Identifier: EUPL-1.2
// What screens say of a signal: pure. A signal is a reason for a conversation, never a verdict and never a ranking.
import type { Signal } from './api';
import { day, text, type Cell } from './figure';
import { dateShort, number } from './format';
import { t } from './language';
import type { Table } from './table';

export const LAWS: Record<string, string> = { jeugdwet: 'Jeugdwet', wmo: 'Wmo' };
export const NO_VERDICT = 'Een signaal is een reden om met een aanbieder te praten. Het is geen oordeel en geen bewijs.';

export const isOpen = (signal: Signal) => signal.state === 'OPEN';
export const providerOf = (signal: Signal) => signal.provider_title || signal.provider || 'onbekend';

/** Who took it up last, when and with what words. */
export function takenUp(signal: Signal): Cell {
  const last = signal.acknowledgements?.at(-1);
  if (!last) return text('nog niet');
  return text(t`${last.time ? dateShort(last.time) : 'onbekende dag'}, ${last.subject || 'onbekend'}: ${last.note || 'zonder notitie'}`);
}

export function signalTable(signals: Signal[], caption: string, closed: boolean): Table {
  return {
    id: 'signalen',
    caption,
    columns: ['Aanbieder', 'Wet', 'Wat er aan de hand is', 'Wat u nu kunt doen', 'Zwaarte', 'Sinds', ...(closed ? ['Gesloten'] : []), 'Opgepakt'].map((header) => ({ header, kind: 'text' as const })),
    rows: signals.map((signal) => [
      text(providerOf(signal)), text(t`${LAWS[signal.law ?? ''] ?? 'onbekend'}${signal.year ? t` ${signal.year}` : ''}`), text(signal.text || signal.title || 'onbekend'),
      text(isOpen(signal) ? signal.next_step || 'onbekend' : 'niets meer'), text((signal.severity ?? 1) >= 2 ? 'actie nodig' : 'bespreken'), day(signal.open_time),
      ...(closed ? [isOpen(signal) ? text('nee') : text(signal.close_time ? t`${dateShort(signal.close_time)}: ${signal.close_text || 'de oorzaak is weg'}` : 'ja')] : []),
      takenUp(signal),
    ]),
  };
}

/** How many are open; who took them up is for the municipality only. */
export function conclusionOf(signals: Signal[], told = true): string {
  const open = signals.filter(isOpen);
  if (open.length === 0) return 'Er staan nu geen signalen open.';
  const urgent = open.filter((signal) => (signal.severity ?? 1) >= 2).length;
  const waiting = open.filter((signal) => !signal.acknowledgements?.length).length;
  return [
    open.length === 1 ? 'Er staat 1 signaal open' : t`Er staan ${number(open.length)} signalen open`,
    ...(urgent > 0 ? [t`${number(urgent)} ${urgent === 1 ? 'vraagt' : 'vragen'} nu om actie`] : []),
    ...(!told ? [] : [waiting === 0 ? 'alle zijn opgepakt' : t`${number(waiting)} ${waiting === 1 ? 'is' : 'zijn'} nog niet opgepakt`]),
  ].join('; ').concat('.');
}

/** Every rule that is behind the signals once, in the order in which they stand. */
export function rulesOf(signals: Signal[]): Signal[] {
  return [...new Map(signals.map((signal) => [signal.rule ?? '', signal])).values()].filter((signal) => signal.title);
}
