// SPDX-License-Identifier: EUPL-1.2
// Which providers a screen can be about.
import type { Account } from './account_model';
import type { Session } from './api';
import type { Position } from './dossiers_model';
import type { Choice } from './query';

/** Providers with a contract in a year, by name. */
export async function providerChoices(session: Session, year: number): Promise<Choice[]> {
  const positions = await session.list<Position>('positions', { year: String(year) });
  const found = new Map(positions.map((each) => [each.provider ?? '', each.provider_title || each.provider || 'onbekend']));
  const collator = new Intl.Collator('nl');
  return [...found].map(([value, title]) => ({ value, title })).sort((a, b) => collator.compare(a.title, b.title));
}

/** The AGB code of a provider that is signed in, "agb:91000001" without its beginning; empty for anybody else. */
export function ownProvider(subject: string): string {
  return /^agb:(\d{8})$/.exec(subject)?.[1] ?? '';
}

/** The account of the provider that is signed in, and the last year of care on it; undefined for who has none. */
export async function ownAccount(session: Session): Promise<{ choice: Choice; year: number | undefined } | undefined> {
  const own = ownProvider(session.subject);
  if (!own) return undefined;
  const account = (await session.call(`accounts/${own}`)) as Account;
  const years = (account.balances ?? []).map((each) => each.year ?? 0);
  return { choice: { value: own, title: account.provider_title || own }, year: years.length > 0 ? Math.max(...years) : undefined };
}
