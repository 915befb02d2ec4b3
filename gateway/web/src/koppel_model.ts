// SPDX-License-Identifier: EUPL-1.2
// What the page Koppelen says of pairs, decisions and models: pure, so that every word of it is tested.
import { idOf, type LinkSummary } from './api';
import type { Step } from './charts/geometry';
import { day, text, value, type Cell } from './figure';
import { dateTime, number, percent } from './format';
import type {
  ClientHistory,
  EstimatedShare,
  GoldStratum,
  LinkDecision,
  LinkModel,
  LinkQuality,
  Operation,
  ReviewItem,
  ReviewItemDetail,
} from './link_api';
import { t } from './language';
import type { Table } from './table';

const count = (written: string | undefined) => Number(written ?? 0);

/** "1 paar", "12 paren". */
export function counted(many: number, one: string, more: string): string {
  return t`${number(many)} ${many === 1 ? one : more}`;
}

/** Words for a chance in thousandths; the borders are those of nmdctl. */
export function chanceWord(permille: number): string {
  if (permille >= 950) return 'bijna zeker';
  if (permille >= 750) return 'waarschijnlijk';
  if (permille >= 250) return 'onzeker';
  return permille >= 50 ? 'onwaarschijnlijk' : 'bijna zeker niet';
}

/** Thousandths of a bit as "+14,2". */
export function bits(millibits: number): string {
  return number(millibits / 1000, 1, true);
}

const REASONS: Record<string, [word: string, sentence: string]> = {
  DOUBTFUL: ['twijfel', 'De gegevens lijken op elkaar, maar niet genoeg om te koppelen en te veel om dat niet te doen.'],
  NUMBER_OF_OTHER: [
    'nummer van een ander?',
    'Het burgerservicenummer is hetzelfde, maar naam en geboortedatum zijn van iemand anders. Misschien staat er bij één van beide het nummer van een ander.',
  ],
  TWO_NUMBERS: [
    'twee nummers',
    'De gegevens lijken van één persoon, maar er zijn twee verschillende geldige burgerservicenummers. Is het één persoon, dan is een van beide fout: laat dat verbeteren in de bron. Koppelen kan hier niet.',
  ],
  WEAK_SUPPORT: ['weinig steun', 'Dit paar alleen lijkt genoeg, maar de andere records van beide cliënten passen er niet bij.'],
  SAMPLE: [
    'steekproef',
    'Dit paar is geloot. Wat het model ervan vindt, blijft verborgen: zo meet uw oordeel hoe goed het model is. Er verandert geen koppeling door.',
  ],
};

export function reasonWord(item: ReviewItem): string {
  return REASONS[item.reason ?? '']?.[0] ?? 'onbekend';
}

export function reasonSentence(item: ReviewItem): string {
  return REASONS[item.reason ?? '']?.[1] ?? '';
}

/** "jw301", "jeugdteam en jw301", "clienten, jeugdteam en jw301". */
export function sourcesOf(item: ReviewItem): string {
  const sources = item.sources ?? [];
  const last = sources.at(-1) ?? '';
  return sources.length > 1 ? t`${sources.slice(0, -1).join(', ')} en ${last}` : last;
}

/** Two different valid numbers can never be one person here. */
export function canBeSame(item: ReviewItem): boolean {
  return item.reason !== 'TWO_NUMBERS';
}

export function isBlind(item: ReviewItem): boolean {
  return item.reason === 'SAMPLE';
}

/** The queue, a row per pair; nobody is named. */
export function queueTable(items: ReviewItem[]): Table {
  return {
    id: 'wachtrij',
    caption: 'Paren van personen die misschien één persoon zijn, de waarschijnlijkste eerst',
    columns: [
      { header: 'Paar', kind: 'text' },
      { header: 'Waarom', kind: 'text' },
      { header: 'Bronnen', kind: 'text' },
      { header: 'Kans', kind: 'share' },
      { header: 'Eén persoon?', kind: 'text' },
      { header: 'Records', kind: 'count' },
      { header: 'Open sinds', kind: 'text' },
    ],
    rows: items.map((item, index): Cell[] => [
      text(String(index + 1)),
      text(item.proposed_decision ? t`${reasonWord(item)}; wacht op een tweede persoon` : reasonWord(item)),
      text(sourcesOf(item)),
      item.permille === undefined ? { kind: 'absent', word: 'verborgen', why: '' } : value(item.permille / 1000),
      text(item.permille === undefined ? '' : chanceWord(item.permille)),
      value(item.record_count ?? 0),
      day(item.known_time),
    ]),
  };
}

/** Both persons side by side. The weights stay away from who judges a sample. */
export function comparedTable(detail: ReviewItemDetail): Table {
  const blind = isBlind(detail.item);
  const given = (written: string | undefined): Cell => (written ? text(written) : { kind: 'absent', word: 'onbekend', why: '' });
  return {
    id: 'vergelijking',
    caption: 'De gegevens van beide personen naast elkaar',
    columns: [
      { header: 'Gegeven', kind: 'text' },
      { header: 'Eerste persoon', kind: 'text' },
      { header: 'Tweede persoon', kind: 'text' },
      { header: 'Vergelijking', kind: 'text' },
      ...(blind ? [] : [{ header: 'Gewicht in bits', kind: 'bits' as const }]),
    ],
    rows: (detail.fields ?? []).map((field): Cell[] => [
      text(field.title || field.field),
      given(field.value_a),
      given(field.value_b),
      text(field.level ?? ''),
      ...(blind
        ? []
        : [field.millibits === undefined ? ({ kind: 'absent', word: 'onbekend', why: '' } as const) : value(field.millibits / 1000)]),
    ]),
  };
}

/** Where the model opens a pair and where it links it, in millibits. */
export interface Bounds {
  open: number;
  linked: number;
}

/**
 * From the text of a model, its line "grenzen <certain> <likelier> <open> <support>"; nothing when it has none. The monitor links
 * what is certain (DECISIONS 38).
 */
export function boundsOf(modelText: string | undefined): Bounds | undefined {
  const words = /^grenzen (-?\d+) -?\d+ (-?\d+)(?: |$)/m.exec(modelText ?? '');
  return words ? { linked: Number(words[1]), open: Number(words[2]) } : undefined;
}

/** The bars from the prior to the score, in millibits; none in a gold sample. */
export function weightSteps(detail: ReviewItemDetail): Step[] {
  let level = 0;
  const steps = (detail.steps ?? []).map(({ title = '', millibits = 0 }): Step => {
    const start = level;
    level += millibits;
    return { title, kind: millibits < 0 ? 'down' : 'up', start, end: level };
  });
  return steps.length === 0 ? [] : [...steps, { title: 'Samen', kind: 'total', start: 0, end: level }];
}

export function weightTable(detail: ReviewItemDetail): Table {
  return {
    id: 'gewichten',
    caption: 'Van vooraf naar de score, in bits',
    columns: [
      { header: 'Stap', kind: 'text' },
      { header: 'Gewicht', kind: 'bits' },
      { header: 'Samen tot hier', kind: 'bits' },
    ],
    rows: weightSteps(detail)
      .slice(0, -1)
      .map((step): Cell[] => [text(step.title), value((step.end - step.start) / 1000), value(step.end / 1000)]),
  };
}

/** The waterfall in a sentence, for who cannot see it. */
export function weightDescription(detail: ReviewItemDetail, bounds: Bounds | undefined): string {
  const steps = weightSteps(detail);
  const score = steps.at(-1)?.end ?? 0;
  const parts = steps.slice(0, -1).map((step) => t`${step.title}: ${bits(step.end - step.start)}`);
  const place = !bounds
    ? ''
    : score >= bounds.linked
      ? ' Dat is genoeg om te koppelen.'
      : score >= bounds.open
        ? ' Dat is niet genoeg om te koppelen, en te veel om niet te kijken.'
        : ' Dat is te weinig om te koppelen.';
  return t`${parts.join('; ')}. Samen ${bits(score)}.${place}`;
}

/** What stands above a pair. */
export function chanceSentence(item: ReviewItem): string {
  return item.permille === undefined ? '' : t`Kans dat het één persoon is: ${percent(item.permille / 1000)} (${chanceWord(item.permille)}).`;
}

/** What a person may have looked at; no person is in it, so that it can be chosen for any pair and any verdict. */
export const COMMON_REASONS = [
  'Gegevens naast elkaar gelegd',
  'Nagekeken in het bronsysteem',
  'Nagevraagd bij de afzender van de gegevens',
  'Nagevraagd bij de inwoner',
  'Typefout of andere schrijfwijze in een bron',
  'Familielid of huisgenoot op hetzelfde adres',
];

export const COMMON_PURPOSES = [
  'Beoordelen van twijfelachtige koppelingen',
  'Meten hoe goed de koppelingen zijn',
  'Vraag of klacht van een inwoner behandelen',
];

/** A chosen reason with a note of at most `most` characters together; or what is wrong with it. */
export function reasonOf(choice: string, note: string, most: number): { reason: string } | { fault: string } {
  const reason = [choice.trim(), note.trim()].filter(Boolean).join(': ');
  if (!reason) return { fault: 'Kies een reden of schrijf er een.' };
  if (reason.length > most) return { fault: t`Dit is te lang: ${number(reason.length)} tekens, er mogen er ${number(most)}.` };
  if (/\d{8,}/.test(reason)) return { fault: 'Hier staat een lang nummer in. Zet geen gegevens van een persoon in deze tekst.' };
  return { reason };
}

/** "zelfde persoon", "samenvoegen van 3 cliënten", "losmaken van 1 persoon". In a merge one person stands for each client. */
export function whatOf(decision: LinkDecision): string {
  if (decision.kind === 'MERGE') return t`samenvoegen van ${counted(decision.persons?.length ?? 0, 'cliënt', 'cliënten')}`;
  if (decision.kind === 'SPLIT') return t`losmaken van ${counted(decision.taken_out?.length ?? 0, 'persoon', 'personen')}`;
  return decision.verdict === 'SAME_PERSON' ? 'zelfde persoon' : 'niet dezelfde persoon';
}

/** In a few words. */
export function stateOf(decision: LinkDecision): string {
  if (decision.state === 'PROPOSED') return 'wacht op een tweede persoon';
  if (decision.state === 'UNDONE') return 'teruggedraaid';
  return decision.followed ? 'geldt' : 'geldt, maar wordt niet gevolgd';
}

/** Who proposed a decision is not the second pair of eyes. Where the page does not know who looks, the service tells. */
export function mayConfirm(decision: LinkDecision, subject: string): boolean {
  return decision.state === 'PROPOSED' && (subject === '' || decision.proposed_by !== subject);
}

export function mayUndo(decision: LinkDecision): boolean {
  return decision.state === 'PROPOSED' || decision.state === 'EFFECTIVE';
}

/** What a decision does now. */
export function resultOf(decision: LinkDecision): { title: string; sentences: string[] } {
  const what = whatOf(decision);
  if (decision.state === 'PROPOSED') {
    return {
      title: t`Voorgesteld: ${what}`,
      sentences: ['Het wacht op een tweede persoon. Tot die het bevestigt, verandert er niets.'],
    };
  }
  if (decision.state === 'UNDONE') {
    return {
      title: t`Teruggedraaid: ${what}`,
      sentences: ['Vanaf nu zijn de koppelingen alsof het besluit er nooit was. Wat er eerder bekend was, blijft na te vragen.'],
    };
  }
  if (!decision.followed) {
    return {
      title: t`Besloten: ${what}`,
      sentences: [
        'De koppelingen volgen het niet: er zijn twee verschillende geldige burgerservicenummers, of een ander besluit zegt dat het verschillende personen zijn.',
      ],
    };
  }
  const since = decision.known_time ? t` sinds ${dateTime(decision.known_time)}` : '';
  return { title: t`Besloten: ${what}`, sentences: [t`De koppelingen volgen het${since}. Cijfers van daarvoor blijven zoals zij waren.`] };
}

export function decisionTable(decisions: LinkDecision[]): Table {
  const moment = (time: string | undefined) => (time ? dateTime(time) : '');
  return {
    id: 'besluiten',
    caption: 'Besluiten over koppelingen, het nieuwste eerst',
    columns: ['Besluit', 'Wat', 'Toestand', 'Wie en wanneer', 'Waarom'].map((header) => ({ header, kind: 'text' })),
    rows: decisions.map((decision): Cell[] => {
      const joined = (all: string, each: string) => t`${all}; ${each}`;
      const who = [
        t`${decision.proposed_by ?? 'onbekend'}, ${moment(decision.proposed_time)}`,
        ...(decision.confirmed_by ? [t`bevestigd door ${decision.confirmed_by}, ${moment(decision.known_time)}`] : []),
        ...(decision.undone_by ? [t`teruggedraaid door ${decision.undone_by}, ${moment(decision.undone_time)}`] : []),
      ];
      const why = [decision.reason ?? '', ...(decision.undone_reason ? [t`teruggedraaid: ${decision.undone_reason}`] : [])];
      return [text(idOf(decision.name)), text(whatOf(decision)), text(stateOf(decision)), text(who.reduce(joined)), text(why.reduce(joined))];
    }),
  };
}

/** A headline: a share with its interval, or that it cannot be told. */
export interface Headline {
  title: string;
  figure: string;
  /** Whether `figure` is a word instead of a number. */
  word: boolean;
  base: string;
}

function shareHeadline(title: string, share: EstimatedShare | undefined): Headline {
  if (!share) return { title, figure: 'niet te zeggen', word: true, base: 'Er zijn nog niet genoeg paren van de steekproef beoordeeld.' };
  return {
    title,
    figure: percent(share.value ?? 0),
    word: false,
    base: t`met 95% zekerheid tussen ${percent(share.low ?? 0)} en ${percent(share.high ?? 0)}`,
  };
}

/** How good the links are, in three figures. */
export function headlines(quality: LinkQuality): Headline[] {
  const [least, most, open] = [count(quality.least_client_count), count(quality.client_count), count(quality.open_pair_count)];
  return [
    shareHeadline('Van wat gekoppeld is, is terecht', quality.precision),
    shareHeadline('Van wat één persoon is, is gekoppeld', quality.recall),
    {
      title: 'Aantal cliënten',
      figure: open === 0 || least === most ? number(most) : t`${number(least)} tot ${number(most)}`,
      word: false,
      base:
        open === 0 ? 'geen enkel paar kan nog één persoon blijken' : t`${counted(open, 'paar kan', 'paren kunnen')} nog één persoon blijken`,
    },
  ];
}

export function sourceTable(summary: LinkSummary): Table {
  return {
    id: 'bronnen-koppeling',
    caption: 'Personen per bron, en hoeveel daarvan aan andere gegevens gekoppeld zijn',
    columns: [
      { header: 'Bron', kind: 'text' },
      { header: 'Personen', kind: 'count' },
      { header: 'Gekoppeld', kind: 'count' },
      { header: 'Niet gekoppeld', kind: 'share' },
    ],
    rows: (summary.sources ?? []).map((source): Cell[] => {
      const [persons, linked] = [count(source.person_count), count(source.linked_count)];
      return [
        text(source.source),
        value(persons),
        value(linked),
        persons > 0 ? value((persons - linked) / persons) : { kind: 'absent', word: 'geen personen', why: '' },
      ];
    }),
  };
}

const STRATA: Record<string, string> = {
  LINKED_BY_NUMBER: 'Gekoppeld op burgerservicenummer',
  LINKED_BY_WEIGHT: 'Gekoppeld op andere gegevens',
  OPEN: 'Open: wacht op een besluit',
  APART: 'Niet gekoppeld',
};

export function stratumTable(strata: GoldStratum[]): Table {
  return {
    id: 'steekproef',
    caption: 'Gouden steekproef: geloot en beoordeeld, per groep',
    columns: [
      { header: 'Paren', kind: 'text' },
      { header: 'Aantal', kind: 'count' },
      { header: 'Geloot', kind: 'count' },
      { header: 'Beoordeeld', kind: 'count' },
      { header: 'Waarvan één persoon', kind: 'count' },
    ],
    rows: strata.map((stratum): Cell[] => [
      text(STRATA[stratum.kind ?? ''] ?? 'onbekend'),
      ...[stratum.pair_count, stratum.drawn_count, stratum.labelled_count, stratum.same_count].map((written) => value(count(written))),
    ]),
  };
}

/** How many pairs of the sample still want a label. */
export function unlabelled(strata: GoldStratum[]): number {
  return strata.reduce((sum, stratum) => sum + count(stratum.drawn_count) - count(stratum.labelled_count), 0);
}

/** A size of a sample that may be drawn; or what is wrong with it. */
export function sizeOf(written: string): { size: number } | { fault: string } {
  const size = Number(written);
  return /^\d+$/.test(written.trim()) && size >= 10 && size <= 2000 ? { size } : { fault: 'Kies een aantal van 10 tot en met 2.000.' };
}

// The model every instance begins with is in force since ever.
function releasedOf(model: LinkModel): string {
  return Date.parse(model.release_time ?? '') > 0 ? dateTime(model.release_time!) : 'het begin';
}

export function modelTable(models: LinkModel[]): Table {
  return {
    id: 'modellen',
    caption: 'Koppelmodellen, het nieuwste eerst',
    columns: [
      { header: 'Model', kind: 'text' },
      { header: 'Gemaakt', kind: 'text' },
      { header: 'Geleerd van records', kind: 'count' },
      { header: 'In gebruik', kind: 'text' },
      { header: 'Door wie en waarom', kind: 'text' },
    ],
    rows: models.map((model): Cell[] => [
      text(idOf(model.name)),
      text(model.create_time ? dateTime(model.create_time) : 'onbekend'),
      value(count(model.record_count)),
      text(model.in_force ? t`ja, sinds ${releasedOf(model)}` : model.release_time ? t`eerder, vanaf ${releasedOf(model)}` : 'nooit'),
      text([model.released_by?.startsWith('service:') ? 'de monitor zelf' : model.released_by, model.reason].filter(Boolean).join(': ')),
    ]),
  };
}

/** What a model would change, before anybody releases it. */
export function changeSentences(model: LinkModel): string[] {
  const change = model.difference;
  if (!change) return ['Wat dit model zou veranderen, is niet bekend.'];
  const moved = count(change.persons_moved);
  return [
    moved === 0
      ? 'Met dit model verandert geen enkele koppeling.'
      : t`Met dit model ${moved === 1 ? 'komt' : 'komen'} ${counted(moved, 'persoon', 'personen')} bij een andere groep.`,
    t`Cliënten: nu ${number(count(change.clients_before))}, met dit model ${number(count(change.clients_after))}. Open paren: nu ${number(count(change.open_pairs_before))}, met dit model ${number(count(change.open_pairs_after))}.`,
  ];
}

/** How far a training run is; `share` is absent while that is not known. */
export function progressOf(operation: Operation): { share?: number; sentence: string } {
  const [done, all] = [count(operation.metadata?.pairs_done), count(operation.metadata?.pairs_all)];
  if (all <= 0) return { sentence: 'Het model wordt geleerd. De paren worden gezocht.' };
  return { share: Math.min(done / all, 1), sentence: t`Het model wordt geleerd: ${number(done)} van ${number(all)} paren vergeleken.` };
}

/** A pseudonym of a client, without the spaces around it; or what is wrong with it. */
export function clientOf(written: string): { client: string } | { fault: string } {
  const client = written.trim().toLowerCase();
  return /^c[0-9a-f]{20}$/.test(client)
    ? { client }
    : { fault: 'Een cliënt heeft een pseudoniem: een c en twintig cijfers of letters a tot en met f.' };
}

/** Who is of the client now, by the events: a person who joined last and did not leave. */
export interface Member {
  person: string;
  source: string;
  since: string;
  why: string;
}

export function membersOf(history: ClientHistory): Member[] {
  const members = new Map<string, Member>();
  for (const event of history.events ?? []) {
    members.delete(event.person_key);
    if (event.joined)
      members.set(event.person_key, {
        person: event.person_key,
        source: event.source || 'onbekend',
        since: event.known_time ?? '',
        why: event.text ?? '',
      });
  }
  return [...members.values()];
}

/** Sources know a person by a number of their own; here a person is a row, and nobody is named. */
export function memberTable(members: Member[]): Table {
  return {
    id: 'clientpersonen',
    caption: 'Personen uit de bronnen die nu bij deze cliënt horen',
    columns: ['Persoon', 'Bron', 'Sinds', 'Waarom'].map((header) => ({ header, kind: 'text' })),
    rows: members.map((member, index): Cell[] => [
      text(String(index + 1)),
      text(member.source),
      text(member.since ? dateTime(member.since) : 'onbekend'),
      text(member.why),
    ]),
  };
}

export function historyTable(history: ClientHistory): Table {
  return {
    id: 'geschiedenis',
    caption: 'Wie er bij deze cliënt kwamen en weggingen',
    columns: ['Bekend op', 'Wat', 'Bron', 'Waarom', 'Andere cliënt'].map((header) => ({ header, kind: 'text' })),
    rows: (history.events ?? []).map((event): Cell[] => [
      text(event.known_time ? dateTime(event.known_time) : 'onbekend'),
      text(event.joined ? 'erbij' : 'weg'),
      text(event.source ?? ''),
      text(event.text ?? ''),
      text(event.other_client ?? ''),
    ]),
  };
}

/** The persons that may be taken out of a client: some, and not all. Or what is wrong with the choice. */
export function chosenOf(members: Member[], chosen: boolean[]): { persons: string[] } | { fault: string } {
  const persons = members.filter((_, index) => chosen[index]).map((member) => member.person);
  if (persons.length === 0) return { fault: 'Kies wie er los moet.' };
  if (persons.length === members.length)
    return { fault: 'Niet iedereen kan weg: dan blijft er geen cliënt over. Laat ten minste één persoon staan.' };
  return persons.length <= 100 ? { persons } : { fault: 'Kies er ten hoogste 100.' };
}
