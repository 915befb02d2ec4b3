// SPDX-License-Identifier: EUPL-1.2
// The page Signalen: what asks for a conversation with a provider now. Never a ranking, never about a person.
import type { Session, Signal } from './api';
import { byId, h } from './dom';
import { day, text } from './figure';
import { fileButtons } from './files';
import { dateTime } from './format';
import { announce, runPage } from './shell';
import { tableElement, type Table } from './table';

const LAWS: Record<string, string> = { jeugdwet: 'Jeugdwet', wmo: 'Wmo' };

function tableOf(signals: Signal[], now: string): Table {
  return {
    id: 'signalen',
    caption: `Openstaande signalen, stand van ${now}`,
    columns: [
      { header: 'Aanbieder', kind: 'text' },
      { header: 'Wet', kind: 'text' },
      { header: 'Jaar', kind: 'text' },
      { header: 'Wat er aan de hand is', kind: 'text' },
      { header: 'Wat u nu kunt doen', kind: 'text' },
      { header: 'Zwaarte', kind: 'text' },
      { header: 'Sinds', kind: 'text' },
    ],
    rows: signals.map((signal) => [
      text(signal.provider_title || signal.provider || 'onbekend'),
      text(LAWS[signal.law ?? ''] ?? 'onbekend'),
      text(signal.year ? String(signal.year) : 'onbekend'),
      text(signal.text ?? ''),
      text(signal.next_step ?? ''),
      text((signal.severity ?? 1) >= 2 ? 'actie nodig' : 'bespreken'),
      day(signal.open_time),
    ]),
  };
}

async function show(session: Session): Promise<void> {
  const signals = await session.signals();
  const now = dateTime(new Date().toISOString());
  const table = tableOf(signals, now);
  const lead = h('p', { class: 'nl-paragraph nl-paragraph--lead' }, 'Een signaal is een reden om met een aanbieder te praten. Het is geen oordeel en geen bewijs.');
  if (signals.length === 0) {
    byId('content').replaceChildren(lead, h('p', { class: 'nl-paragraph' }, 'Er staan nu geen signalen open.'));
  } else {
    byId('content').replaceChildren(
      lead,
      tableElement(table),
      h('div', { class: 'nmd-actions' }, ...fileButtons(`signalen_${session.municipality}`, table, { known: now, definitions: [] })),
    );
  }
  announce(`${signals.length} ${signals.length === 1 ? 'openstaand signaal' : 'openstaande signalen'}, stand van ${now}.`);
}

void runPage('signalen', show);
