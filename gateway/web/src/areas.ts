// SPDX-License-Identifier: EUPL-1.2
// The page Wijken: number, inhabitants, rate and its interval per neighbourhood in two years, and what chance does not explain.
import type { Provenance } from './api';
import { areaMap } from './charts/area_map';
import type { Borders } from './charts/area_geometry';
import { type Area, bounds, mapOf, MAPS, nameOf, rateOf, readBorders } from './areas_map';
import { block, noAnswer } from './block';
import { intervalBars, type Bar } from './charts/interval_bars';
import { cellIf, cellOf, text, type Cell } from './figure';
import { dateShort, number } from './format';
import { t } from './language';
import { periodWords, yearChoices } from './query';
import { careOf, lawField, lawFilter, runScreen, type View } from './screen';
import type { Table } from './table';

interface Areas {
  state?: string;
  state_reason?: string;
  areas?: Area[];
  total?: Area;
  remarks?: string[];
  provenance?: Provenance[];
  known_time?: string;
  /** For the map: not of the services. */
  borders: Borders;
  fault: string;
}

const AGES: Array<{ value: string; title: string }> = [
  { value: '0-17', title: '0 tot en met 17 jaar' },
  { value: '0-120', title: 'Alle leeftijden' },
  { value: '18-64', title: '18 tot en met 64 jaar' },
  { value: '65-120', title: '65 jaar en ouder' },
];

function rateTable({ areas, total }: Areas, title: string, year: number, municipality: string): Table {
  const row = (area: Area, name: string): Cell[] => {
    const rate = rateOf(area);
    return [
      text(name), cellOf(area.after?.clients), cellOf(area.after?.population), rate, bounds(area.after?.per_1000_interval, 1, rate),
      area.after?.standardised_per_1000 === undefined ? { kind: 'absent', word: 'niet te zeggen', why: 'Het aantal inwoners per leeftijd is niet bekend.' } : cellIf('ANSWERED', '', area.after.standardised_per_1000),
    ];
  };
  return {
    id: 'tabel-wijken',
    caption: t`Cliënten en inwoners per ${title} in ${year}, met het interval van 95%`,
    columns: [
      { header: title === 'wijk' ? 'Wijk' : 'Buurt', kind: 'text' }, { header: 'Cliënten', kind: 'count' }, { header: 'Inwoners', kind: 'count' },
      { header: 'Cliënten per 1000 inwoners', kind: 'index' }, { header: 'Tussen', kind: 'text' }, { header: 'Per 1000 bij gelijke leeftijden', kind: 'index' },
    ],
    rows: (areas ?? []).map((area) => row(area, nameOf(area))),
    ...(total && { total: row(total, municipality) }),
  };
}

function growthTable({ areas, total }: Areas, title: string, before: number, after: number, municipality: string): Table {
  const row = (area: Area, name: string): Cell[] => {
    const ratio = cellIf(area.growth?.state, area.growth?.state_reason, area.growth?.rate_ratio);
    return [
      text(name), cellOf(area.before?.clients), cellOf(area.after?.clients), cellIf(area.growth?.state, area.growth?.state_reason, area.growth?.clients_growth), ratio,
      bounds(area.growth?.rate_ratio_interval, 2, ratio),
      ratio.kind === 'absent' ? ratio : text(area.growth?.beyond_chance ? 'meer dan toeval' : 'kan toeval zijn'),
    ];
  };
  return {
    id: 'tabel-groei-wijken',
    caption: t`Groei per ${title} van ${before} naar ${after}; de verhouding vergelijkt cliënten per inwoner`,
    columns: [
      { header: title === 'wijk' ? 'Wijk' : 'Buurt', kind: 'text' }, { header: t`Cliënten ${before}`, kind: 'count' }, { header: t`Cliënten ${after}`, kind: 'count' },
      { header: t`Groei t.o.v. ${before}`, kind: 'growth' }, { header: 'Verhouding per inwoner', kind: 'ratio' }, { header: 'Tussen', kind: 'text' }, { header: 'Verklaart toeval dit?', kind: 'text' },
    ],
    rows: (areas ?? []).map((area) => row(area, nameOf(area))),
    ...(total && { total: row(total, municipality) }),
  };
}

function externalTable(areas: Area[]): Table {
  return {
    id: 'tabel-anderen',
    caption: 'Wat anderen over deze gebieden publiceerden, met ons eigen cijfer ernaast',
    columns: [
      { header: 'Gebied', kind: 'text' }, { header: 'Cijfer', kind: 'text' }, { header: 'Periode', kind: 'text' }, { header: 'Gepubliceerd', kind: 'text' }, { header: 'Ons aantal cliënten', kind: 'count' }, { header: 'Nog te zien bij de uitgever?', kind: 'text' }, { header: 'Waarom zij verschillen', kind: 'text' },
    ],
    rows: areas.flatMap((area) =>
      (area.external_values ?? []).map((each) => [
        text(nameOf(area)), text([each.title, each.publisher && `(${each.publisher})`].filter(Boolean).join(' ')), text(each.period ? periodWords(each.period) : 'onbekend'), text(each.text || 'niet getoond'),
        cellOf(each.counterpart?.figure), text(each.withdrawn_date ? t`nee, sinds ${dateShort(each.withdrawn_date)}: ${each.withdrawn_reason || 'geen reden gegeven'}` : 'ja'), text(each.counterpart?.difference || 'niet uitgelegd'),
      ]),
    ),
  };
}

function rateBars(answer: Areas, municipality: string): Bar[] {
  const bar = (area: Area, title: string, reference: boolean): Bar => ({
    title, reference,
    cell: rateOf(area),
    low: area.after?.per_1000_interval?.low, high: area.after?.per_1000_interval?.high,
  });
  return [...(answer.total ? [bar(answer.total, municipality, true)] : []), ...(answer.areas ?? []).map((area) => bar(area, nameOf(area), false))];
}

function ratioBars(answer: Areas, municipality: string): Bar[] {
  const bar = (area: Area, title: string, reference: boolean): Bar => ({
    title, reference,
    cell: cellIf(area.growth?.state, area.growth?.state_reason, area.growth?.rate_ratio),
    low: area.growth?.rate_ratio_interval?.low, high: area.growth?.rate_ratio_interval?.high,
  });
  return [...(answer.total ? [bar(answer.total, municipality, true)] : []), ...(answer.areas ?? []).map((area) => bar(area, nameOf(area), false))];
}

function conclusionOf(answer: Areas, municipality: string, title: string): string {
  const whole = cellIf(answer.total?.after?.state, answer.total?.after?.state_reason, answer.total?.after?.per_1000);
  const interval = answer.total?.after?.per_1000_interval;
  const outside = (answer.areas ?? []).filter((area) => {
    const { low, high } = area.after?.per_1000_interval ?? {};
    return area.after?.state === 'ANSWERED' && interval?.low !== undefined && interval.high !== undefined && ((low ?? 0) > interval.high || (high ?? Infinity) < interval.low);
  });
  const first = whole.kind === 'value' ? t`In ${municipality} kregen ${number(whole.value, 1)} van de 1000 inwoners hulp.` : '';
  const plural = title === 'wijk' ? 'wijken' : 'buurten';
  const second = outside.length > 0 ? t`Duidelijk anders dan de gemeente: ${outside.map(nameOf).join(', ')}.` : t`Tussen de ${plural} zijn geen verschillen die groter zijn dan het toeval verklaart.`;
  return t`${first} ${second}`.trim();
}

function show(view: View, answer: Areas): HTMLElement[] {
  const [before, after] = [Number(view.values['van']), Number(view.values['naar'])];
  const title = view.values['gebied'] === 'buurt' ? 'buurt' : 'wijk';
  const municipality = view.session.title;
  if (answer.state !== 'ANSWERED') return [noAnswer('wijken', 'Cliënten per wijk', answer.state, answer.state_reason, 'Kies andere jaren.')];
  const figures = (answer.areas ?? []).flatMap((area) => [area.after?.clients, area.after?.population, area.before?.clients]);
  const ground = { figures: [answer.total?.after?.clients, answer.total?.after?.population, ...figures], measures: ['clients_per_1000'], provenance: answer.provenance };
  const changed = (answer.areas ?? []).filter((area) => area.growth?.state === 'ANSWERED' && area.growth.beyond_chance);
  const map = mapOf(answer.areas ?? [], view.values['kaart'], after, title);
  return [
    block(view, {
      id: 'op-de-kaart', title: 'Waar wonen de cliënten?', ground, caption: map.caption,
      remarks: [
        ...(answer.fault ? [answer.fault] : []),
        ...(view.values['kaart'] === 'anderen' && !(answer.areas ?? []).some((area) => area.external_values?.length) ? ['Over deze gebieden en jaren publiceerden anderen niets. De kaart toont ons eigen cijfer.'] : []),
        ...(answer.borders.size === 0 ? ['Elk vak is een gebied, even groot en in de volgorde van de codes van CBS: een groot vak zou meer lijken dan het is.'] : []),
      ],
      chart: (words) => areaMap(words, 'Elk gebied heeft de tint van zijn klasse. De tabel onder de kaart geeft dezelfde cijfers.', map.marks, answer.borders, map.scale),
      table: map.table,
    }),
    block(view, {
      id: 'wijken', title: t`Hoeveel inwoners per ${title} krijgen hulp?`, conclusion: conclusionOf(answer, municipality, title), ground, remarks: answer.remarks,
      caption: t`Cliënten per 1000 inwoners in ${after}, met het interval van 95%`,
      chart: (words) => intervalBars(words, t`${conclusionOf(answer, municipality, title)} De tabel onder de grafiek geeft dezelfde cijfers.`, rateBars(answer, municipality), 'index'),
      table: rateTable(answer, title, after, municipality),
    }),
    block(view, {
      id: 'groei', title: t`Waar veranderde het tussen ${before} en ${after}?`, ground,
      conclusion: changed.length > 0 ? changed.map((area) => area.conclusion ?? '').join(' ') : 'In geen enkel gebied is de verandering groter dan het toeval verklaart.',
      remarks: ['Een verhouding van 1 betekent: per inwoner evenveel cliënten als eerst. Ligt 1 buiten het interval, dan verklaart toeval alleen het verschil niet.'],
      caption: t`Cliënten per inwoner in ${after} gedeeld door die in ${before}, met het interval van 95%`,
      chart: (words) => intervalBars(words, 'De tabel onder de grafiek geeft dezelfde cijfers.', ratioBars(answer, municipality), 'ratio'),
      table: growthTable(answer, title, before, after, municipality),
    }),
    ...((answer.areas ?? []).some((area) => area.external_values?.length)
      ? [block(view, { id: 'anderen', title: 'Wat zeggen anderen?', conclusion: 'Een cijfer van een ander blijft hier staan, ook als de uitgever het niet meer toont.', table: externalTable(answer.areas ?? []), ground: { provenance: answer.provenance } })]
      : []),
  ];
}

runScreen<Areas>({
  id: 'wijken',
  fields: (context) => {
    const years = yearChoices(Number(context.today.slice(0, 4)));
    return [
      lawField(),
      { key: 'gebied', label: 'Gebied', choices: [{ value: 'wijk', title: 'Wijken' }, { value: 'buurt', title: 'Buurten' }], initial: 'wijk' },
      { key: 'kaart', label: 'Kaart', choices: MAPS, initial: 'verhouding' },
      { key: 'leeftijd', label: 'Leeftijd', choices: AGES, initial: '0-17' },
      { key: 'van', label: 'Eerste jaar', choices: years, initial: String(context.year - 1) },
      { key: 'naar', label: 'Tweede jaar', choices: years, initial: String(context.year) },
    ];
  },
  check: ({ van, naar }) => (Number(van) < Number(naar) ? [] : ['Het eerste jaar moet voor het tweede jaar liggen.']),
  question: ({ wet, naar, gebied, leeftijd }) => t`Hoeveel inwoners van ${(AGES.find((each) => each.value === leeftijd)?.title ?? '').toLowerCase()} krijgen ${careOf(wet)}, per ${gebied}, in ${naar}?`,
  ask: async ({ session }, { wet, gebied, leeftijd, van, naar }, known) => {
    const [from, to] = (leeftijd ?? '0-17').split('-').map(Number);
    const [answer, map] = await Promise.all([session.post<Omit<Areas, 'borders' | 'fault'>>('neighbourhoods/_compare', { year_before: Number(van), year_after: Number(naar), area_level: gebied, age_from: from, age_to: to, filters: lawFilter(wet), ...known }), readBorders()]);
    return { ...answer, ...map };
  },
  knownOf: (answer) => answer.known_time,
  show,
});
