// SPDX-License-Identifier: EUPL-1.2
// What the page Inzage en logboek says of nmd.log.v1: pure, so that every word of it is tested.
import { moment, text, value, type Cell } from './figure';
import { number } from './format';
import { t } from './language';
import { ROLES } from './screens';
import type { Table } from './table';

export interface LogRecord {
  sequence?: string;
  start_time?: string;
  end_time?: string;
  actor?: string;
  roles?: string[];
  purpose?: string;
  method?: string;
  object?: string;
  origin?: string;
  outcome?: string;
  reason?: string;
  clients?: string[];
  more_clients?: boolean;
}

export interface Verified {
  intact?: boolean;
  broken_sequence?: string;
  explanation?: string;
  record_count?: string;
  pruned_count?: string;
  last_sequence?: string;
  head_hash?: string;
}

export interface ProcessingRecord {
  name?: string;
  status?: string;
  start_time_milliseconds?: string;
  attributes?: Record<string, string>;
}

const OUTCOMES: Record<string, string> = { SUCCEEDED: 'gelukt', REFUSED: 'geweigerd', FAILED: 'mislukt' };
// nmd.type.Role, as protobuf writes it.
const WORDS: Record<string, string> = {
  POLICY_ADVISER: 'beleidsadviseur', CONTROLLER: 'controller', CONTRACT_MANAGER: 'contractmanager', LINK_STEWARD: 'koppelbeheerder', PRIVACY_OFFICER: 'privacyfunctionaris',
  CLERK: 'griffie', OPERATOR: 'beheerder', PROVIDER: 'aanbieder', REGION: 'regio', PUBLIC: 'openbaar', SERVICE: 'dienst',
};

export function roleWords(roles: string[] | undefined): string {
  const words = (roles ?? []).map((role) => WORDS[role] ?? role.toLowerCase());
  return words.map((word) => ROLES.find(([id]) => id === word)?.[1].toLowerCase() ?? word).join(', ') || 'onbekend';
}

// What is looked at and done, by the method that is called; what is not here is told by its name.
const DEEDS: Record<string, string> = {
  'CostsService.QueryFigures': 'cijfers gevraagd',
  'CostsService.CompareFigures': 'cijfers vergeleken',
  'CostsService.ExplainFigure': 'een cijfer tot op de levering uitgelegd',
  'LinkingService.ListReviewItems': 'de wachtrij van koppelingen bekeken',
  'ReviewService.ShowReviewItem': 'twee personen naast elkaar bekeken',
  'ReviewService.DecideReviewItem': 'een koppeling besloten',
  'LogService.QueryLogRecords': 'in dit logboek gekeken',
  'LogService.VerifyLog': 'dit logboek gecontroleerd',
  'LogService.QueryProcessingActivities': 'verwerkingen van een persoon bekeken',
  'LogService.HoldLog': 'regels van dit logboek vastgehouden',
  'LogService.ReleaseLog': 'vastgehouden regels vrijgegeven',
  'IngestionService.UploadDelivery': 'een levering aangeboden',
};

/** "CostsService.QueryFigures" of "nmd.costs.v1.CostsService.QueryFigures". */
export function shortMethod(method: string | undefined): string {
  return (method ?? '').split('.').slice(-2).join('.') || 'onbekend';
}

export function deedOf(method: string | undefined): string {
  const short = shortMethod(method);
  return DEEDS[short] ? t`${DEEDS[short]} (${short})` : short;
}

/** What became of a call, in words. */
export function outcomeWords(record: LogRecord): string {
  const word = OUTCOMES[record.outcome ?? ''] ?? 'onbekend: het einde is niet vastgelegd';
  return record.reason ? t`${word} (${record.reason})` : word;
}

/** How many persons a call named; the log holds the first hundred. */
export function personsCell(record: LogRecord): Cell {
  const persons = record.clients?.length ?? 0;
  return record.more_clients ? text(t`meer dan ${number(persons)}`) : value(persons);
}

// "deliveries/7c" of "municipalities/gm1730/deliveries/7c".
const objectWords = (object: string | undefined) => object?.replace(/^municipalities\/[^/]+\/?/, '') || 'de gemeente';

export function logTable(records: LogRecord[], caption: string): Table {
  return {
    id: 'tabel-logboek',
    caption,
    columns: [
      { header: 'Wanneer', kind: 'text' }, { header: 'Wie', kind: 'text' }, { header: 'Rol', kind: 'text' }, { header: 'Waarvoor', kind: 'text' }, { header: 'Wat', kind: 'text' },
      { header: 'Waarvan', kind: 'text' }, { header: 'Personen', kind: 'count' }, { header: 'Afloop', kind: 'text' },
    ],
    rows: records.map((record) => [
      moment(record.start_time), text(record.actor || 'onbekend'), text(roleWords(record.roles)), text(record.purpose || 'niet opgegeven'), text(deedOf(record.method)),
      text(objectWords(record.object)), personsCell(record), text(outcomeWords(record)),
    ]),
  };
}

/** Who looked how often, and at how many persons: most calls about persons first, then by name. */
export function actorTable(records: LogRecord[]): Table {
  const found = new Map<string, { roles: Set<string>; calls: number; looks: number; refused: number }>();
  for (const record of records) {
    const actor = record.actor || 'onbekend';
    const line = found.get(actor) ?? { roles: new Set(), calls: 0, looks: 0, refused: 0 };
    for (const role of record.roles ?? []) line.roles.add(role);
    line.calls++;
    if (record.clients?.length) line.looks++;
    if (record.outcome === 'REFUSED') line.refused++;
    found.set(actor, line);
  }
  const lines = [...found].sort(([a, one], [b, other]) => other.looks - one.looks || (a < b ? -1 : 1));
  return {
    id: 'tabel-wie',
    caption: 'Wie iets vroeg in deze periode',
    columns: [{ header: 'Wie', kind: 'text' }, { header: 'Rollen', kind: 'text' }, { header: 'Vragen', kind: 'count' }, { header: 'Waarvan over personen', kind: 'count' }, { header: 'Waarvan geweigerd', kind: 'count' }],
    rows: lines.map(([actor, line]) => [text(actor), text(roleWords([...line.roles])), value(line.calls), value(line.looks), value(line.refused)]),
  };
}

export function processingTable(records: ProcessingRecord[]): Table {
  return {
    id: 'tabel-verwerkingen',
    caption: 'Wat er met de gegevens van deze persoon is gedaan',
    columns: [{ header: 'Wanneer', kind: 'text' }, { header: 'Verwerking', kind: 'text' }, { header: 'Afloop', kind: 'text' }],
    rows: records.map((record) => [
      moment(record.start_time_milliseconds === undefined ? undefined : new Date(Number(record.start_time_milliseconds)).toISOString()),
      text(deedOf(record.attributes?.['dpl.core.processing_activity_id'] ?? record.name)), text(record.status === 'ERROR' ? 'mislukt' : 'gedaan'),
    ]),
  };
}

/** What a person reads of the outcome of a check, and what to do with it. */
export function verifiedWords(verified: Verified): string[] {
  return [
    verified.explanation || (verified.intact ? 'Het logboek is heel.' : 'Het logboek is niet heel.'),
    ...(Number(verified.pruned_count ?? 0) > 0 ? [t`Van ${number(Number(verified.pruned_count))} regels is de inhoud na de bewaartermijn weggehaald; dat is aangekondigd en te zien.`] : []),
    verified.intact
      ? 'Schrijf het kenmerk hieronder op een andere plek op. Wie het later weer invult, ziet of er sindsdien iets is afgehaald of veranderd.'
      : 'Meld dit vandaag nog bij de beheerder en de privacyfunctionaris. Verander niets in de opslag van het logboek.',
  ];
}

/** A place in the chain and its hash, as they were written down: "1200:9f2c…"; undefined when it is neither that nor empty. */
export function headOf(written: string): { known_sequence: string; known_hash: string } | undefined {
  const found = /^\s*(\d{1,18})\s*[: ]\s*([0-9a-f]{64})\s*$/i.exec(written);
  return found ? { known_sequence: found[1]!, known_hash: found[2]!.toLowerCase() } : undefined;
}
