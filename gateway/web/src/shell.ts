// SPDX-License-Identifier: EUPL-1.2
// What every page has around its contents: who it is about, what is going on, and what went wrong.
import './style/main.css';
import { Problem, Session } from './api';
import { byId, h } from './dom';
import { choose, languageOf, languageReady, t } from './language';
import { isAt, maySee, ROLES, SCREENS, screenOf, type Screen } from './screens';

/** Says what is going on to screen readers (aria-live), and to eyes while it goes on. */
export function announce(message: string, busy = false): void {
  const status = byId('status');
  status.classList.toggle('nmd-visually-hidden', !busy);
  status.textContent = message;
}

/** Puts the name of the municipality in the page. */
export function showMunicipality(session: Session, pageTitle: string): void {
  byId('municipality').textContent = session.owner;
  document.documentElement.dataset['municipality'] = session.municipality;
  document.title = t`${pageTitle} · ${session.title} · Monitor sociaal domein`;
}

/** A message box with a heading, sentences and possibly a button. */
export function alert(kind: 'error' | 'info' | 'warning', title: string, sentences: string[], ...more: HTMLElement[]): HTMLElement {
  return h(
    'div',
    { class: `utrecht-alert utrecht-alert--${kind}`, role: kind === 'error' ? 'alert' : '' },
    h(
      'div',
      { class: 'utrecht-alert__content' },
      h(
        'div',
        { class: 'utrecht-alert__message' },
        h('h2', { class: 'nl-heading nl-heading--level-3' }, title),
        ...sentences.map((sentence) => h('p', { class: 'nl-paragraph' }, sentence)),
        ...more,
      ),
    ),
  );
}

/** An error in plain Dutch with what to do next. What is no Problem is a fault of the page itself. */
export function problemAlert(error: unknown, retry?: () => void): HTMLElement {
  const problem =
    error instanceof Problem
      ? error
      : new Problem('Er ging iets mis op deze pagina.', 'Laad de pagina opnieuw. Blijft het misgaan, meld dit dan bij de beheerder van de monitor.');
  if (!(error instanceof Problem)) console.error(error);
  const sentences = [problem.next];
  if (problem.requestId) sentences.push(t`Meldnummer: ${problem.requestId}`);
  const details = problem.details.length
    ? [h('details', {}, h('summary', {}, 'Technische uitleg'), h('ul', {}, ...problem.details.map((detail) => h('li', {}, detail))))]
    : [];
  return alert('error', problem.title, sentences, ...details, ...(retry ? [button('Probeer het opnieuw', retry)] : []));
}

const LONG_WAIT_MILLISECONDS = 2_000;

/** Says that the work takes long, and offers to stop it. Answers what ends the offer: call it when the work is done. */
export function offerStop(stop: () => void): () => void {
  const box = h(
    'div',
    { class: 'nmd-wait nmd-screen-only' },
    h('label', { class: 'nmd-wait__label', for: 'wachten' }, 'Dit duurt langer dan anders. U kunt wachten of stoppen.'),
    h('progress', { class: 'nmd-progress', id: 'wachten' }),
    button('Stop', () => {
      stop();
      byId('main').focus();
    }),
  );
  const timer = setTimeout(() => byId('status').after(box), LONG_WAIT_MILLISECONDS);
  return () => {
    clearTimeout(timer);
    box.remove();
  };
}

/** Words instead of an answer that somebody did not wait for. */
export function stoppedAlert(again: () => void): HTMLElement {
  return alert('info', 'Gestopt', ['U wachtte niet op het antwoord. Er is niets veranderd.'], button('Vraag het opnieuw', again));
}

/** A button that does something on this page. */
export function button(title: string, action: () => void, kind: 'primary' | 'secondary' | 'subtle' = 'secondary'): HTMLButtonElement {
  const element = h('button', { type: 'button', class: `nl-button nl-button--${kind}` }, h('span', { class: 'nl-button__label' }, title));
  element.addEventListener('click', action);
  return element;
}

// The role somebody chose in the demo, for as long as the window is open. It says nothing about a person.
const CHOSEN_ROLE = 'nmd-rol';

function chosenRole(): string {
  const role = sessionStorage.getItem(CHOSEN_ROLE) ?? '';
  return ROLES.some(([word]) => word === role) ? role : '';
}

// The menu shows what the role may see, and what is in this monitor once that is known. What a service answers is decided there, by the
// token; this only spares dead ends.
function showMenu(role: string, session?: Session): void {
  for (const item of document.querySelectorAll<HTMLElement>('[data-screen]')) {
    const screen = screenOf(item.dataset['screen'] ?? '');
    item.hidden = !maySee(screen, role) || (session !== undefined && !isAt(screen, session.isRegion));
  }
  for (const group of document.querySelectorAll<HTMLElement>('.nmd-nav__group')) group.hidden = !group.querySelector('[data-screen]:not([hidden])');
  const button = byId('menu');
  button.onclick = () => {
    const open = button.getAttribute('aria-expanded') !== 'true';
    button.setAttribute('aria-expanded', String(open));
    byId('navigation').classList.toggle('nmd-nav--open', open);
  };
}

// In the demo one can look as every role; elsewhere the token says who somebody is.
function showRoles(screen: Screen, role: string): void {
  const select = h(
    'select',
    { class: 'utrecht-select utrecht-select--html-select', id: 'rol' },
    h('option', { value: 'passend' }, t`Passend bij het scherm (${screen.roles[0] ?? 'inwoner'})`),
    ...ROLES.map(([word, title]) => h('option', { value: word }, title)),
  );
  select.value = role || 'passend';
  select.addEventListener('change', () => {
    if (select.value === 'passend') sessionStorage.removeItem(CHOSEN_ROLE);
    else sessionStorage.setItem(CHOSEN_ROLE, select.value);
    location.reload();
  });
  byId('role').replaceChildren(h('label', { class: 'nmd-header__label', for: 'rol' }, 'Demonstratie: kijk als'), select);
}

// In its own words, as who needs it may read nothing else.
function showLanguages(): void {
  const [language, words] = languageOf() === 'en' ? (['nl', 'Nederlands'] as const) : (['en', 'English'] as const);
  const other = button('', () => choose(language));
  other.lang = language;
  other.firstElementChild!.textContent = words;
  byId('language').replaceChildren(other);
}

/** A page that anybody may read: it has a menu, and signs nobody in. */
export async function showPublicPage(id: string): Promise<void> {
  showLanguages();
  await languageReady();
  showMenu(chosenRole());
  document.title = t`${screenOf(id).title} · Monitor sociaal domein`;
}

/** Runs the page of a screen: signs in, or does what `enter` does instead, shows, and turns what fails into words with a way to try again. */
export async function runPage(id: string, show: (session: Session, role: string) => Promise<void>, enter?: () => Promise<Session>): Promise<void> {
  const screen = screenOf(id);
  const content = byId('content');
  const chosen = chosenRole();
  showLanguages();
  await languageReady();
  showMenu(chosen);
  if (!maySee(screen, chosen)) {
    showRoles(screen, chosen);
    const others = SCREENS.filter((each) => each.group !== 'voet' && maySee(each, chosen)).map((each) => each.title);
    content.replaceChildren(alert('info', t`Dit scherm is niet voor de rol ${chosen}`, [t`U kunt wel naar: ${others.join(', ')}.`]));
    return;
  }
  const role = chosen || (screen.roles[0] ?? '');
  announce('De cijfers worden geladen…', true);
  content.setAttribute('aria-busy', 'true');
  try {
    const session = await (enter ? enter() : Session.signIn(role));
    showMunicipality(session, screen.title);
    // Who signed in at the municipality has roles of their own; in the demo one looks as the role that fits, or that was chosen.
    const own = session.roles;
    const as = own.length === 0 ? role : (own.find((each) => maySee(screen, each)) ?? own[0] ?? '');
    showMenu(own.length === 0 ? chosen : as, session);
    // Who is not known sees the screens of a citizen; in the demo one can look as somebody else.
    if (session.isUnknown) showMenu('openbaar', session);
    else if (own.length === 0) showRoles(screen, chosen);
    else {
      byId('role').replaceChildren(button('Afmelden', () => void session.signOut(), 'subtle'));
    }
    if (session.isRegion && screen.id === 'index') return location.replace('./regio.html');
    if (session.isRegion && !isAt(screen, true)) {
      announce('');
      content.replaceChildren(alert('info', 'Dit scherm is in de monitor van een gemeente', ['De regio heeft alleen wat gemeenten publiceerden: open Regio.']));
      return;
    }
    await show(session, as);
  } catch (error) {
    announce('');
    content.replaceChildren(problemAlert(error, () => void runPage(id, show, enter)));
  } finally {
    content.removeAttribute('aria-busy');
  }
}
