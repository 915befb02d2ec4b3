// SPDX-License-Identifier: EUPL-1.2
// The page Dossier: a provider in a year on one page, for the talk of the quarter (R155). Both sides can have it before them: the copy of the
// provider has nothing about others.
import { idOf } from './api';
import { accountSummary } from './account';
import { itemTable, postWords, responseTable } from './account_model';
import { block, noAnswer } from './block';
import { intervalBars } from './charts/interval_bars';
import { waterfall } from './charts/waterfall';
import { h } from './dom';
import { causesTable, contractTable, dossierSignalTable, durationOf, endingsTable, growthSteps, indicatorTable, levelBars, levelTable, levelWords, ownMarketTable, positionTable, termTable, titleOf, yearTable, type Dossier } from './dossiers_model';
import { summaryTable } from './durations_model';
import { euro, glue, number } from './format';
import { t } from './language';
import { ownAccount, providerChoices } from './provider_choices';
import { yearChoices, type Choice } from './query';
import { runScreen, type View } from './screen';
import { alert } from './shell';
import { conclusionOf, NO_VERDICT } from './signals_model';

/** What is asked is made of many answers. */
const PATIENCE_MILLISECONDS = 60_000;
const NONE = 'geen';
const MOST_ITEMS = 100;
// For who has no glossary: a provider may not ask for one.
const TITLES: Record<string, string> = {
  clients: 'Cliënten', provisions: 'Voorzieningen', indicated: 'Geïndiceerd bedrag', declared: 'Gedeclareerd bedrag', approved: 'Goedgekeurd bedrag', indicated_per_client: 'Geïndiceerd bedrag per cliënt',
};

let choices: Choice[] = [];

function show(view: View, dossier: Dossier | undefined): HTMLElement[] {
  if (!dossier) return [alert('info', 'Er is geen dossier om te tonen', ['Er is geen aanbieder met een contract, of uw aanmelding heeft geen AGB-code.', 'Vraag de beheerder van de monitor om hulp.'])];
  const year = dossier.year ?? Number(view.values['jaar']);
  const title = titleOf(dossier);
  const named = (measure: string) => view.measures.find((each) => idOf(each.name) === measure)?.title || TITLES[measure] || measure || 'onbekend';
  const { account, growth, positions = [], contracts = [], funnel = [], market = [], indicators = [], signals = [], open_items: items = [], responses = [] } = dossier;
  const steps = growthSteps(dossier, year);
  const terms = termTable(contracts);
  const worth = { figures: (dossier.figures ?? []).flatMap(({ figure, before }) => [figure, before]), provenance: growth?.provenance };
  const forProvider = dossier.for_provider === true;
  return [
    ...(dossier.remarks?.length ? [alert('warning', 'Niet alles is er', dossier.remarks)] : []),
    block(view, {
      id: 'kort', title: '1. In het kort', ground: worth,
      before: [
        h('ul', { class: 'nmd-list' }, ...(dossier.summary ?? []).map((sentence) => h('li', {}, glue(sentence)))),
        h('p', { class: 'nl-paragraph' }, forProvider ? 'Dit is het exemplaar van de aanbieder: er staat niets in over anderen.' : 'Dit is het exemplaar van de gemeente: er staat in hoe het met anderen gaat.'),
      ],
      table: yearTable('tabel-cijfers', t`${title}: cliënten, voorzieningen en bedragen, ${year} en ${year - 1}`, dossier.figures ?? [], year, named),
    }),
    growth?.state === 'ANSWERED'
      ? block(view, {
          id: 'groei', title: '2. Waardoor veranderde het bedrag?', conclusion: growth.conclusion, remarks: growth.remarks, ground: { ...worth, measures: ['indicated'] },
          ...(steps.length > 0 && {
            caption: t`Geïndiceerd bedrag van ${title}, van ${year - 1} naar ${year}`,
            chart: (words: string) => waterfall(words, t`${growth.conclusion ?? ''} De tabel onder de grafiek geeft dezelfde bedragen.`, steps, (step) => (step.kind === 'total' ? euro(step.end) : euro(step.end - step.start, 0, true)), { names: 240 }),
          }),
          table: causesTable(dossier, year),
        })
      : noAnswer('groei', '2. Waardoor veranderde het bedrag?', growth?.state, growth?.state_reason),
    block(view, {
      id: 'contract', title: '3. Wat is afgesproken, en waar staat het?',
      conclusion: contracts.length === 0 ? t`Er loopt geen contract in ${year}.` : t`${number(contracts.length)} ${contracts.length === 1 ? 'contract loopt' : 'contracten lopen'} in ${year}.`,
      ...(contracts.length > 0 && { table: contractTable(contracts, year) }),
    }),
    ...(terms.rows.length > 0 ? [block(view, { id: 'afspraken', title: 'Wat is er verder afgesproken?', table: terms, tall: terms.rows.length > 20 })] : []),
    ...(positions.length > 0 ? [block(view, { id: 'plafond', title: 'Waar staat het tegen het plafond?', table: positionTable(positions, year), ground: { figures: positions.flatMap((each) => [each.indicated, each.declared, each.approved]) } })] : []),
    ...(indicators.length > 0 ? [block(view, { id: 'indicatoren', title: 'Zijn de resultaten zoals afgesproken?', table: indicatorTable(dossier, year), ground: { figures: indicators.map((each) => each.measured) } })] : []),
    ...(market.length > 0
      ? [block(view, { id: 'markt', title: '4. Welk deel van het geld gaat naar deze aanbieder?', conclusion: dossier.summary?.find((sentence) => sentence.startsWith('Het aandeel ')), table: ownMarketTable(dossier, year), ground: { measures: ['approved'] } })]
      : []),
    ...(funnel.length > 0
      ? [
          block(view, {
            id: 'niveau-6', title: 'Kiest deze aanbieder vaker niveau 6?', conclusion: levelWords(dossier),
            caption: t`Deel niveau 6 van de eerste toewijzingen met niveau 5 of 6, met de streep die toeval verklaart, ${year}`,
            chart: (words) => intervalBars(words, t`${levelWords(dossier)} De streep is wat toeval verklaart: een balk die buiten zijn streep eindigt, is een reden om te vragen. De tabel onder de grafiek geeft dezelfde cijfers.`, levelBars(funnel), 'share'),
            table: levelTable(funnel, year),
            remarks: ['Een verschil is een reden om te vragen, geen oordeel: er is niet gerekend met hoe zwaar de hulpvraag is.', 'De volgorde is die van de AGB-code: dit is geen ranglijst.'],
          }),
        ]
      : []),
    block(view, { id: 'looptijd', title: t`5. Hoe lang duurt hulp die in ${year} begon?`, table: summaryTable({ groups: [durationOf(dossier.durations, title)] }, 'Aanbieder'), ground: {} }),
    block(view, {
      id: 'einde', title: t`Hoe eindigde de hulp in ${year}?`, table: endingsTable([dossier.endings], year), ground: {},
      remarks: ['Hoe hulp eindigt, zegt niet alles over het resultaat: of het beter gaat met iemand, staat niet in de berichten.'],
    }),
    ...(account ? accountSummary(view, account, '6. ') : []),
    block(view, {
      id: 'open-posten', title: 'Welke posten vragen om actie?',
      conclusion: items.length === 0 ? 'Er is geen post waarvoor iemand iets moet doen.' : items.length < MOST_ITEMS ? t`${number(items.length)} ${items.length === 1 ? 'post vraagt' : 'posten vragen'} om actie.` : t`De eerste ${number(items.length)} posten die om actie vragen; de tabel met uitkomsten telt ze alle.`,
      ...(items.length > 0 && { table: itemTable(items, t`Posten van ${title} waarvoor iemand iets moet doen, ${year}`), tall: items.length > 12 }),
    }),
    ...(responses.length > 0 ? [block(view, { id: 'reacties', title: 'Wat zeiden beide kanten?', conclusion: t`De laatste ${number(responses.length)}, nieuwste eerst.`, table: responseTable(responses, t`Reacties op posten van ${title}`, (name) => postWords(items.find((item) => item.name === name), 'een post die niet hierboven staat')), tall: responses.length > 12 })] : []),
    block(view, {
      id: 'signalen', title: '7. Welke signalen zijn er?', conclusion: conclusionOf(signals, !forProvider), before: [h('p', { class: 'nl-paragraph' }, NO_VERDICT)],
      ...(signals.length > 0 && { table: dossierSignalTable(signals, year, forProvider), tall: signals.length > 12 }),
    }),
  ];
}

runScreen<Dossier | undefined>({
  id: 'dossier',
  bare: (role) => role === 'aanbieder',
  fields: async ({ session, role, year: known, today }) => {
    const own = role === 'aanbieder' ? await ownAccount(session) : undefined;
    choices = role === 'aanbieder' ? (own ? [own.choice] : []) : await providerChoices(session, known);
    return [
      { key: 'aanbieder', label: 'Aanbieder', initial: choices[0]?.value ?? NONE, choices: choices.length > 0 ? choices : [{ value: NONE, title: 'Geen' }] },
      { key: 'jaar', label: 'Jaar', choices: yearChoices(Number(today.slice(0, 4))).slice(1), initial: String(own?.year ?? known) },
      ...(role === 'aanbieder' ? [] : [{ key: 'exemplaar', label: 'Exemplaar', initial: 'gemeente', choices: [{ value: 'gemeente', title: 'Van de gemeente' }, { value: 'aanbieder', title: 'Van de aanbieder' }] }]),
    ];
  },
  question: ({ aanbieder, jaar }) => t`Hoe staat ${choices.find(({ value }) => value === aanbieder)?.title ?? 'de aanbieder'} ervoor in ${jaar}?`,
  ask: async ({ session }, { aanbieder, jaar, exemplaar }, known) => {
    if (!aanbieder || aanbieder === NONE) return undefined;
    const asked = new URLSearchParams({ year: jaar!, ...(exemplaar === 'aanbieder' && { for_provider: 'true' }), ...known });
    return (await session.call(`dossiers/${encodeURIComponent(aanbieder)}?${asked.toString()}`, {}, PATIENCE_MILLISECONDS)) as Dossier;
  },
  knownOf: (dossier) => dossier?.known_time,
  show,
});
