// SPDX-License-Identifier: EUPL-1.2
// What the page Openbare cijfers says of nmd.publication.v1.OpenDataService: tables that were released to everybody, in words for who has
// never seen the monitor. Pure.
import type { Bar } from './charts/interval_bars';
import { absent, day, moment, rounded, text, type Cell, type Figure, type Reliability } from './figure';
import { dateShort, number } from './format';
import { t } from './language';
import { isRounded, offOf, publicationTable, roundedWords, type Publication } from './publications_model';
import { periodWords } from './query';
import { cellText, type Kind, type Table } from './table';

type Period = { start_date: string; end_date: string };
type PublicCell = NonNullable<Publication['cells']>[number] & { reliability?: Reliability };

export interface Dataset {
  /** "municipalities/gm1730/datasets/gm1730-2018-0007" */
  name: string;
  title?: string;
  state?: string;
  reason?: string;
  withdrawn_time?: string;
  period?: Period;
  known_time?: string;
  released_time?: string;
  replaces?: string;
  replaced_by?: string;
  coverage?: string;
  files?: Array<{ file?: string; title?: string; media_type?: string }>;
  publication?: Publication & { cells?: PublicCell[]; proof?: string };
}

export const DATASET_STATES: Record<string, string> = { CURRENT: 'geldt', REPLACED: 'vervangen door een nieuwere', WITHDRAWN: 'ingetrokken' };

// What the measures count that are released most; the glossary of the monitor is for who works with it.
const MEANINGS: Record<string, string> = {
  clients: 'Een cliënt is een inwoner die in de periode hulp of ondersteuning had. Wie twee soorten hulp had, telt in het totaal één keer.',
  provisions: 'Een voorziening is hulp van één aanbieder aan één inwoner. Een inwoner kan er meer hebben.',
  indicated: 'Het geïndiceerde bedrag is wat de hulp kost die de gemeente heeft toegewezen.',
  declared: 'Het gedeclareerde bedrag is wat aanbieders hebben gevraagd.',
  approved: 'Het goedgekeurde bedrag is wat de gemeente van de declaraties heeft goedgekeurd.',
  population: 'Inwoners zijn er geteld door het CBS.',
};

const kindOf = (unit: string | undefined): Kind => (unit === 'cents' ? 'euro' : unit === 'ratio' ? 'ratio' : 'count');
export const titleOf = (dataset: Dataset) => [dataset.title || 'Tabel', dataset.period && periodWords(dataset.period)].filter(Boolean).join(', ');
const idOf = (dataset: Dataset) => dataset.name.slice(dataset.name.lastIndexOf('/') + 1);

/** The cells of a dataset as they were released. */
export function datasetTable(dataset: Dataset): Table {
  const publication = dataset.publication ?? {};
  const table = publicationTable(publication);
  return { ...table, id: 'tabel-openbaar', caption: titleOf(dataset), rows: publication.dimensions?.length ? table.rows : table.rows.map((row) => [text('Totaal'), ...row]), columns: publication.dimensions?.length ? table.columns : [{ header: 'Wat', kind: 'text' }, ...table.columns] };
}

function valueOf({ publication = {} }: Dataset, cell: PublicCell | undefined, measure: number): Cell {
  if (!cell) return absent('NOT_AVAILABLE');
  if (cell.state === 'HIDDEN') return absent('SUPPRESSED', 'CELL_PROTECTED');
  const found = cell.values?.[measure];
  if (found?.missing !== undefined) return absent('NOT_AVAILABLE', found.missing);
  return rounded(Number(found?.count ?? found?.amount_cents ?? found?.ratio ?? 0), offOf(publication, measure));
}

/** The first measure over the last two dimensions, the others being totals: a picture of the whole and not of every cell. */
export function datasetBars(dataset: Dataset): { bars: Bar[]; kind: Kind; measure: string } | undefined {
  const { dimensions = [], measures = [], cells = [] } = dataset.publication ?? {};
  const [measure] = measures;
  if (dimensions.length === 0 || !measure) return undefined;
  const last = dimensions.length - 1;
  const label = (dimension: number, code: number) => dimensions[dimension]?.codes?.[code]?.label || dimensions[dimension]?.codes?.[code]?.value || 'onbekend';
  const bars = cells.flatMap((cell): Bar[] => {
    const codes = dimensions.map((_, index) => cell.codes?.[index] ?? 0);
    if (codes[last] === 0 || codes.slice(0, Math.max(0, last - 1)).some((code) => code !== 0) || (last > 0 && codes[last - 1] === 0)) return [];
    const told = valueOf(dataset, cell, 0);
    const whisker = told.kind === 'value' && told.off ? { low: Math.max(kindOf(measure.unit) === 'count' ? 0 : -Infinity, told.value - told.off), high: told.value + told.off } : {};
    return [{ title: label(last, codes[last]!), ...(last > 0 && { group: label(last - 1, codes[last - 1]!) }), cell: told, ...whisker }];
  });
  return bars.length > 0 ? { bars, kind: kindOf(measure.unit), measure: measure.title || measure.measure || 'Cijfer' } : undefined;
}

/** The whole in a sentence: every measure of the cell in which all dimensions are totals. */
export function datasetWords(dataset: Dataset): string {
  const { dimensions = [], measures = [], cells = [] } = dataset.publication ?? {};
  const whole = cells.find((cell) => dimensions.every((_, index) => (cell.codes?.[index] ?? 0) === 0));
  const told = measures.map((measure, index) => t`${(measure.title || measure.measure || 'cijfer').toLowerCase()}: ${cellText(valueOf(dataset, whole, index), kindOf(measure.unit))}`);
  if (told.length === 0) return '';
  return dataset.coverage ? t`${dataset.coverage}. Alles samen, ${told.join('; ')}.` : t`Alles samen, ${told.join('; ')}.`;
}

/** What one must know to read it: what is counted, what is hidden and why, what is rounded, and what was proven. */
export function datasetRemarks(dataset: Dataset): string[] {
  const { publication = {} } = dataset;
  const { measures = [], cells = [], minimum_clients: least = 0, proof } = publication;
  const hidden = cells.filter((cell) => cell.state === 'HIDDEN').length;
  return [
    ...measures.flatMap((measure) => MEANINGS[measure.measure ?? ''] ?? []),
    ...(hidden > 0
      ? [t`${number(hidden)} ${hidden === 1 ? 'cijfer is' : 'cijfers zijn'} afgeschermd: bij ${least > 0 ? t`minder dan ${number(least)}` : 'heel weinig'} cliënten kan iemand herkenbaar zijn. Soms wordt daarom ook een groter cijfer afgeschermd: anders is het kleine te berekenen.`]
      : least > 0 && !isRounded(publication)
        ? [t`Geen cijfer hoeft te worden afgeschermd; dat zou moeten bij minder dan ${number(least)} cliënten.`]
        : []),
    ...roundedWords(publication),
    ...(proof ? [proof] : []),
  ];
}

/** What the figures rest on, for their label. */
export function datasetFigures(dataset: Dataset): Figure[] {
  const { measures = [], cells = [] } = dataset.publication ?? {};
  const [whole] = cells;
  return measures.map((measure) => ({ measure: measure.measure ?? '', state: 'ANSWERED', definition: measure.definition ?? '', ...(whole?.reliability && { reliability: whole.reliability }) }));
}

/** Every table that is or was public, with where it stands. */
export function datasetsTable(datasets: Dataset[]): Table {
  const state = (dataset: Dataset) => {
    const words = DATASET_STATES[dataset.state ?? ''] ?? 'onbekend';
    const reason = dataset.reason || 'geen reden bekend';
    if (dataset.state === 'WITHDRAWN') return dataset.withdrawn_time ? t`${words} op ${dateShort(dataset.withdrawn_time)}: ${reason}` : t`${words}: ${reason}`;
    return dataset.state === 'REPLACED' && dataset.replaced_by ? t`${words}: ${dataset.replaced_by}` : words;
  };
  return {
    id: 'tabel-datasets',
    caption: 'Wat openbaar is, en wat openbaar was',
    columns: ['Tabel', 'Periode', 'Stand', 'Openbaar sinds', 'Bekend op', 'Nummer'].map((header) => ({ header, kind: 'text' as const })),
    rows: datasets.map((each) => [text(each.title || 'Tabel'), text(each.period ? periodWords(each.period) : 'onbekend'), text(state(each)), day(each.released_time), moment(each.known_time), text(idOf(each))]),
  };
}
