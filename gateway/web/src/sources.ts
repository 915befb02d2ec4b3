// SPDX-License-Identifier: EUPL-1.2
// The page Bronnen: what this municipality can take in, and what came in (R13, R14).
import { idOf, type Session, type Source } from './api';
import { csv } from './csv';
import { byId, h } from './dom';
import { absent, text, value } from './figure';
import { dateTime } from './format';
import { announce, button, download, runPage } from './shell';
import { tableElement, type Table } from './table';

function tableOf(sources: Source[], now: string): Table {
  return {
    id: 'bronnen',
    caption: `Bronnen, eigenaren en leveringen, stand van ${now}`,
    columns: [
      { header: 'Bron', kind: 'text' },
      { header: 'Eigenaar', kind: 'text' },
      { header: 'Leveringen', kind: 'count' },
      { header: 'Waarvan afgekeurd', kind: 'count' },
      { header: 'Nieuwste levering bekend op', kind: 'text' },
    ],
    rows: sources.map((source) => [
      text(source.title || idOf(source.name)),
      text(source.owner || 'onbekend'),
      value(Number(source.delivery_count ?? 0)),
      value(Number(source.rejected_count ?? 0)),
      source.newest_known_time ? text(dateTime(source.newest_known_time)) : { ...absent('NOT_AVAILABLE'), word: 'nog niets ontvangen' },
    ]),
  };
}

async function show(session: Session): Promise<void> {
  const now = dateTime(new Date().toISOString());
  const table = tableOf(await session.sources(), now);
  byId('content').replaceChildren(
    h('p', { class: 'nl-paragraph nl-paragraph--lead' }, 'Elke levering wordt ongewijzigd bewaard en gecontroleerd. Een afgekeurde levering telt niet mee in de cijfers; de afzender krijgt de reden.'),
    tableElement(table),
    h('div', { class: 'nmd-actions' }, button('Download de tabel (CSV voor Excel)', () => download(`bronnen_${session.municipality}.csv`, csv(table, { known: now, definitions: [] })))),
  );
  announce(`${table.rows.length} bronnen, stand van ${now}.`);
}

void runPage('beleidsadviseur', 'Bronnen', show);
