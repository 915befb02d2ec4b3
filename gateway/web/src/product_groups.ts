// SPDX-License-Identifier: EUPL-1.2
// The page Productgroepen: result, money, shares of the market, situation and expectation of a product group in a year (R157).
import { block, headlines } from './block';
import { h } from './dom';
import { durationOf, endingsTable, expectationTable, marketTable, saidOf, yearTable, type ProductGroup } from './dossiers_model';
import { summaryTable } from './durations_model';
import type { Figure } from './figure';
import { number, percent } from './format';
import { t } from './language';
import { yearChoices, type Choice } from './query';
import { idOf } from './api';
import { runScreen, type Context, type View } from './screen';
import { alert } from './shell';
import { LAWS } from './signals_model';

const NONE = 'geen';
/** What is asked is made of many answers. */
const PATIENCE_MILLISECONDS = 60_000;

let choices: Choice[] = [];
const titleOf = (group: string | undefined) => choices.find(({ value }) => value === group)?.title ?? 'deze productgroep';

/** "jeugdwet-45": groups for which something was ever indicated. */
async function groupChoices({ session, year }: Context): Promise<Choice[]> {
  const answer = await session.query({ measures: ['indicated'], dimensions: ['law', 'category'], period: { start_date: '2015-01-01', end_date: `${year + 2}-01-01` }, filters: [] });
  const found = new Map<string, string>();
  for (const figure of answer.figures ?? []) {
    const of = (dimension: string) => figure.dimensions?.find((each) => each.dimension === dimension);
    const [law, category] = [of('law')?.value ?? '', of('category')];
    if (!(law in LAWS) || !/^[0-9A-Za-z]{2}$/.test(category?.value ?? '')) continue;
    const title = category!.label && category!.label !== category!.value ? t`${category!.label} (${category!.value})` : category!.value!;
    found.set(`${law}-${category!.value!}`, t`${LAWS[law]}: ${title}`);
  }
  return [...found].map(([value, title]) => ({ value, title })).sort((a, b) => (a.value < b.value ? -1 : 1));
}

function show(view: View, group: ProductGroup | undefined): HTMLElement[] {
  if (!group) return [alert('info', 'Er zijn geen productgroepen', ['Er is nog niets toegewezen, of de berichten zijn nog niet aangeleverd.'])];
  const year = Number(view.values['jaar']);
  const title = titleOf(view.values['groep']);
  const named = (measure: string) => view.measures.find((each) => idOf(each.name) === measure)?.title || measure || 'onbekend';
  const figures = (pairs: ProductGroup['money']): Array<Figure | undefined> => (pairs ?? []).flatMap(({ figure, before }) => [figure, before]);
  const market = group.market ?? [];
  return [
    ...(group.remarks?.length ? [alert('warning', 'Niet alles is er', group.remarks)] : []),
    block(view, {
      id: 'resultaat', title: '1. Resultaat', conclusion: saidOf(group, 'Resultaat'), table: endingsTable([group.endings, group.endings_before], year), ground: {},
      remarks: ['Hoe hulp eindigt, zegt niet alles over het resultaat: of het beter gaat met iemand, staat niet in de berichten.'],
    }),
    block(view, { id: 'looptijd', title: 'Hoe lang duurt hulp die in dit jaar begon?', table: summaryTable({ groups: [durationOf(group.durations, title)] }, 'Productgroep'), ground: {} }),
    block(view, { id: 'geld', title: '2. Geld', conclusion: saidOf(group, 'Geld'), table: yearTable('tabel-geld', t`${title}: toegewezen, gedeclareerd, goedgekeurd en betaald`, group.money ?? [], year, named), ground: { figures: figures(group.money) } }),
    block(view, {
      id: 'markt', title: '3. Marktaandelen', conclusion: saidOf(group, 'Marktaandelen'), ...(market.length > 0 && { table: marketTable(market, year) }), ground: { measures: ['approved'] },
      remarks: market.length > 0 ? [t`De vijf grootste hebben samen ${percent(group.five_greatest_share ?? 0)}. De Herfindahl-index is ${number(group.herfindahl ?? 0, 2)}: 1 is alles bij één aanbieder.`, 'De volgorde is die van de AGB-code: dit is geen ranglijst.'] : [],
    }),
    block(view, {
      id: 'situatie', title: '4. Situatie', conclusion: saidOf(group, 'Situatie'),
      before: [
        headlines([
          { title: 'Contracten', figure: number(group.contract_count ?? 0), base: [t`die lopen in ${year}`] },
          { title: 'Aanbieders', figure: number(group.provider_count ?? 0), base: ['met zo een contract'] },
          { title: 'Open signalen', figure: number(group.open_signal_count ?? 0), base: ['over deze aanbieders, nu'], link: { href: './signalen.html', title: 'Naar de signalen' } },
        ]),
      ],
      table: yearTable('tabel-situatie', t`${title}: cliënten en voorzieningen`, group.situation ?? [], year, named), ground: { figures: figures(group.situation) },
    }),
    block(view, {
      id: 'verwachting', title: '5. Verwachting', conclusion: saidOf(group, 'Verwachting'), ...((group.expectation ?? []).length > 0 && { table: expectationTable(group.expectation ?? [], year) }), ground: { figures: group.expectation },
      before: [h('p', { class: 'nl-paragraph nmd-screen-only' }, h('a', { class: 'nl-link', href: './prognose.html' }, 'Hoe de verwachting is gemaakt'))],
    }),
  ];
}

runScreen<ProductGroup | undefined>({
  id: 'productgroepen',
  fields: async (context) => {
    choices = await groupChoices(context);
    return [
      { key: 'groep', label: 'Productgroep', initial: choices[0]?.value ?? NONE, choices: choices.length > 0 ? choices : [{ value: NONE, title: 'Geen' }] },
      { key: 'jaar', label: 'Jaar', choices: yearChoices(Number(context.today.slice(0, 4))).slice(1), initial: String(context.year) },
    ];
  },
  question: ({ groep, jaar }) => t`Hoe staat ${titleOf(groep)} ervoor in ${jaar}?`,
  ask: async ({ session }, { groep, jaar }, known) => {
    if (!groep || groep === NONE) return undefined;
    const asked = new URLSearchParams({ year: jaar!, ...known });
    return (await session.call(`productgroups/${encodeURIComponent(groep)}?${asked.toString()}`, {}, PATIENCE_MILLISECONDS)) as ProductGroup;
  },
  knownOf: (answer) => answer?.known_time,
  show,
});
