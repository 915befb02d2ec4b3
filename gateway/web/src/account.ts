// SPDX-License-Identifier: EUPL-1.2
// The account of one provider on a screen: amounts by what became of them, how long they are open, the posts themselves, page by page,
// and what both sides said about them. The municipality and the provider see the same, and both answer.
import type { Session } from './api';
import { ageBars, ageTable, balanceTable, bookedTable, outcomeTable, postTable, postWords, responseTable, waitingWords, type Account, type Item, type ItemResponse } from './account_model';
import { block } from './block';
import { intervalBars } from './charts/interval_bars';
import { h } from './dom';
import { number } from './format';
import { t } from './language';
import type { Choice } from './query';
import { respondButton } from './respond';
import type { View } from './screen';
import { announce, button, problemAlert } from './shell';

const PAGE = 200;

export const ACTOR_CHOICES: Choice[] = [
  { value: 'iedereen', title: 'Alle posten' },
  { value: 'CARE_PROVIDER', title: 'Wat de aanbieder moet doen' },
  { value: 'MUNICIPALITY', title: 'Wat de gemeente moet doen' },
];

export interface Page {
  items?: Item[];
  next_page_token?: string;
  total_size?: number;
}

export interface Shown {
  account: Account;
  first: Page;
  /** What was said about its posts, newest first; as it is now, whatever moment the account is of. */
  responses: ItemResponse[];
  /** Asks for the next page of the same state. */
  next: (token: string) => Promise<Page>;
}

/** Reads the account of a provider and the first page of its posts, both as known at one moment. */
export async function readAccount(session: Session, provider: string, year: number, law: string | undefined, actor: string, known: { known_time?: string }): Promise<Shown> {
  const path = `accounts/${encodeURIComponent(provider)}`;
  const query = (words: Record<string, string>) => new URLSearchParams(words).toString();
  const said = readResponses(session, path);
  const account = (await session.call(`${path}?${query({ year: String(year), ...known })}`)) as Account;
  const asked = {
    year: String(year), page_size: String(PAGE), ...(law && law !== 'alle' && { law }), ...(actor !== 'iedereen' && { actor }), ...(account.known_time && { known_time: account.known_time }),
  };
  const next = (token: string) => session.call(`${path}/items?${query({ ...asked, ...(token && { page_token: token }) })}`) as Promise<Page>;
  const [first, responses] = await Promise.all([next(''), said]);
  return { account, first, responses, next };
}

async function readResponses(session: Session, path: string): Promise<ItemResponse[]> {
  return (await session.list<ItemResponse>(`${path}/responses`, {}, 'responses')).reverse();
}

function history(view: View, responses: ItemResponse[], items: Item[], title: string): HTMLElement {
  const about = (name: string) => postWords(items.find((item) => item.name === name), 'een post die niet hierboven staat');
  return block(view, {
    id: 'gezegd', title: 'Wat zeiden beide kanten?',
    conclusion: responses.length === 0 ? 'Er is nog niets gezegd over een post.' : t`${number(responses.length)} ${responses.length === 1 ? 'reactie' : 'reacties'}, nieuwste eerst. Wat is gezegd, verandert niet.`,
    ...(responses.length > 0 && { table: responseTable(responses, t`Reacties op posten van ${title}`, about), tall: responses.length > 12 }),
  });
}

function posts(view: View, { first, responses, next }: Shown, title: string): HTMLElement {
  const place = h('div', {});
  const items = [...(first.items ?? [])];
  const said = [...responses];
  const deeds = (row: number) => {
    const item = items[row]!;
    return [
      respondButton(view.session, 'municipality', item, postWords(item), (response) => {
        items[row] = { ...item, last_response: response, response_count: (item.response_count ?? 0) + 1 };
        said.unshift(response);
        draw();
        document.getElementById(`reageer-${item.name.slice(item.name.lastIndexOf('/') + 1)}`)?.focus();
      }),
    ];
  };
  const total = first.total_size ?? items.length;
  let token = first.next_page_token ?? '';
  const numbers = { ...view.next };
  const draw = () => {
    const top = place.querySelector('.nmd-table__frame')?.scrollTop ?? 0;
    const here = { ...view, next: { ...numbers } };
    place.replaceChildren(
      block(here, {
        id: 'posten', title: 'Welke posten zijn dat?',
        conclusion: total === 0 ? 'Er zijn geen posten die hierbij passen.' : t`${number(total)} ${total === 1 ? 'post' : 'posten'}${items.length < total ? t`; de eerste ${number(items.length)} staan hieronder` : ''}.`,
        ...(items.length > 0 && { table: postTable(items, t`Posten van ${title}${items.length < total ? t`, ${number(items.length)} van ${number(total)}` : ''}`), tall: items.length > 12, actions: deeds }),
      }),
    );
    place.querySelector('.nmd-table__frame')?.scrollTo({ top });
    if (token) place.append(h('div', { class: 'nmd-actions nmd-screen-only' }, button(t`Toon de volgende ${number(Math.min(PAGE, total - items.length))}`, () => void more())));
    place.append(history(here, said, items, title));
  };
  const more = async () => {
    try {
      const page = await next(token);
      items.push(...(page.items ?? []));
      token = page.next_page_token ?? '';
      draw();
      announce(t`${number(items.length)} van ${number(total)} posten getoond.`);
      (place.querySelector<HTMLElement>(':scope > .nmd-actions button') ?? place.querySelector<HTMLElement>('.nmd-table__frame'))?.focus();
    } catch (error) {
      place.append(problemAlert(error, () => void more()));
    }
  };
  draw();
  // A reaction may make a table of its own: numbers below this go on after it.
  view.next.table += (items.length > 0 ? 1 : 0) + 1;
  return place;
}

/** What an account says, without its posts; `number` stands before the first heading. */
export function accountSummary(view: View, account: Account, number = ''): HTMLElement[] {
  const title = account.provider_title || account.provider || 'deze aanbieder';
  const open = (account.ages ?? []).some((age) => Number(age.open?.count ?? 0) > 0);
  return [
    block(view, {
      id: 'rekening', title: t`${number}De rekening van ${title}`, conclusion: account.text || waitingWords(account),
      before: [h('p', { class: 'nl-paragraph' }, t`De ${view.role === 'aanbieder' ? 'gemeente' : 'aanbieder'} ziet dezelfde rekening met dezelfde redenen.`)],
      table: balanceTable(account),
    }),
    ...(account.indicated || account.paid || account.booked ? [block(view, { id: 'boeking', title: 'Wat is er betaald en geboekt?', table: bookedTable(account), ground: { figures: [account.indicated, account.paid, account.booked] } })] : []),
    ...(open
      ? [
          block(view, {
            id: 'ouderdom', title: 'Hoe lang staat het open?', caption: t`Bedrag dat open staat, ${title}`,
            chart: (words) => intervalBars(words, 'De tabel onder de grafiek geeft dezelfde bedragen.', ageBars(account), 'euro'), table: ageTable(account),
          }),
        ]
      : []),
    block(view, { id: 'uitkomsten', title: 'Wat is er met de posten?', conclusion: waitingWords(account), table: outcomeTable(account) }),
  ];
}

export function accountBlocks(view: View, shown: Shown): HTMLElement[] {
  const { account } = shown;
  return [...accountSummary(view, account), posts(view, shown, account.provider_title || account.provider || 'deze aanbieder')];
}
