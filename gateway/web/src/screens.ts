// SPDX-License-Identifier: EUPL-1.2
// Every screen there is: what it answers, who may ask it, and where it stands in the menu. The pages are made from this table when
// the dashboard is built (vite.config.ts); the roles are those of nmd.type.access of what the screen asks first.

/** The Dutch words of nmd.type.Role for people. */
export type Role = 'beleidsadviseur' | 'controller' | 'contractmanager' | 'griffie' | 'koppelbeheerder' | 'privacyfunctionaris' | 'beheerder' | 'regio' | 'aanbieder' | 'openbaar';

export const ROLES: Array<[role: Role, title: string]> = [
  ['beleidsadviseur', 'Beleidsadviseur'],
  ['controller', 'Controller'],
  ['contractmanager', 'Contractmanager'],
  ['griffie', 'Griffie'],
  ['koppelbeheerder', 'Koppelbeheerder'],
  ['privacyfunctionaris', 'Privacyfunctionaris'],
  ['beheerder', 'Beheerder'],
  ['regio', 'Regio'],
  ['aanbieder', 'Aanbieder'],
  ['openbaar', 'Inwoner'],
];

export interface Screen {
  /** Name of the page: "groei" is groei.html; the start page is index.html. */
  id: string;
  title: string;
  /** The question that the screen answers; its heading. */
  question: string;
  /** Who may see it; the first is who the demo signs in as when nobody chose. Empty: everybody, without signing in. */
  roles: Role[];
  /** Heading of the menu; empty is the top, "voet" the foot of the page. */
  group: '' | 'Cijfers' | 'Beleid en raad' | 'Gegevens' | 'Naar buiten' | 'voet';
  script: string;
  /** In whose monitor it is; absent: that of a municipality. */
  at?: 'region' | 'everywhere';
  /** What stands at the foot of the page; the promise about figures when absent. */
  promise?: string;
}

const FIGURES: Role[] = ['beleidsadviseur', 'controller', 'contractmanager', 'griffie'];

export const SCREENS: Screen[] = [
  { id: 'index', title: 'Overzicht', question: 'Hoe staat het ervoor, en wat vraagt nu aandacht?', roles: ['controller', 'beleidsadviseur', 'contractmanager', 'griffie'], group: '', script: 'overview' },
  { id: 'groei', title: 'Groei', question: 'Hoe groeiden cliënten, voorzieningen en kosten?', roles: FIGURES, group: 'Cijfers', script: 'growth' },
  { id: 'verkenner', title: 'Verkenner', question: 'Hoeveel, van wat, en waar?', roles: FIGURES, group: 'Cijfers', script: 'explorer' },
  { id: 'stroom', title: 'In- en uitstroom', question: 'Wie kwam erbij, wie vertrok, en via wie?', roles: FIGURES, group: 'Cijfers', script: 'flows' },
  { id: 'looptijd', title: 'Looptijd', question: 'Hoe lang duurt hulp, en verschilt dat?', roles: FIGURES, group: 'Cijfers', script: 'durations' },
  { id: 'prognose', title: 'Verplichtingen en prognose', question: 'Wat gaat het jaar kosten?', roles: ['controller', 'beleidsadviseur', 'contractmanager'], group: 'Cijfers', script: 'forecast' },
  { id: 'aansluiting', title: 'Aansluiting', question: 'Sluit wat is toegewezen aan op wat is geboekt?', roles: ['controller', 'beleidsadviseur', 'contractmanager', 'griffie'], group: 'Cijfers', script: 'bridge' },
  { id: 'wijken', title: 'Wijken', question: 'Hoeveel inwoners krijgen hulp, per wijk?', roles: FIGURES, group: 'Cijfers', script: 'areas' },
  { id: 'aanbieders', title: 'Aanbieders', question: 'Hoe is het geld verdeeld over aanbieders, en wie groeide?', roles: ['contractmanager', 'controller', 'beleidsadviseur', 'griffie'], group: 'Cijfers', script: 'providers' },
  { id: 'dossier', title: 'Dossier', question: 'Hoe staat een aanbieder ervoor?', roles: ['contractmanager', 'controller', 'aanbieder'], group: 'Cijfers', script: 'dossier' },
  { id: 'productgroepen', title: 'Productgroepen', question: 'Hoe staat een productgroep ervoor?', roles: ['contractmanager', 'controller'], group: 'Cijfers', script: 'product_groups' },
  { id: 'scenarios', title: "Scenario's", question: 'Wat kost een andere keuze?', roles: FIGURES, group: 'Beleid en raad', script: 'scenarios' },
  { id: 'doelen', title: 'Doelen en maatregelen', question: 'Komen de doelen dichterbij, en werkt wat wij doen?', roles: FIGURES, group: 'Beleid en raad', script: 'goals' },
  { id: 'vragen', title: 'Vragenregister', question: 'Wat is eerder gezegd, en klopt dat nog?', roles: ['griffie', 'beleidsadviseur', 'controller', 'contractmanager'], group: 'Beleid en raad', script: 'answers' },
  { id: 'publicaties', title: 'Publicaties', question: 'Wat delen wij, met wie, en is dat veilig?', roles: ['privacyfunctionaris', 'controller', 'beleidsadviseur'], group: 'Beleid en raad', script: 'publications', at: 'everywhere' },
  { id: 'regio', title: 'Regio', question: 'Hoe doet de regio het, en van wie weten wij dat?', roles: ['regio', 'contractmanager', 'beleidsadviseur', 'controller'], group: 'Beleid en raad', script: 'region', at: 'region' },
  { id: 'begrippen', title: 'Begrippenlijst', question: 'Wat betekent elk cijfer?', roles: [...FIGURES, 'privacyfunctionaris', 'beheerder'], group: 'voet', script: 'terms' },
  { id: 'bronnen', title: 'Bronnen', question: 'Op welke bronnen berusten de cijfers?', roles: [...FIGURES, 'privacyfunctionaris', 'beheerder'], group: 'Gegevens', script: 'sources' },
  {
    id: 'koppelen', title: 'Koppelen', question: 'Wie is wie, en hoe zeker is dat?', roles: ['koppelbeheerder'], group: 'Gegevens', script: 'koppel',
    promise: 'Elke blik op een persoon komt in het inzagelogboek, met uw naam en het doel. Een besluit kan altijd worden teruggedraaid.',
  },
  { id: 'signalen', title: 'Signalen', question: 'Welke signalen staan open?', roles: ['contractmanager', 'controller'], group: 'Gegevens', script: 'signals' },
  {
    id: 'logboek', title: 'Inzage en logboek', question: 'Wie keek waarnaar, wanneer en waarvoor?', roles: ['privacyfunctionaris', 'beheerder'], group: 'Gegevens', script: 'logbook', at: 'everywhere',
    promise: 'Alles wat iemand hier vraagt, komt zelf in het logboek. Regels veranderen nooit; na hun termijn gaat alleen de inhoud weg.',
  },
  {
    id: 'aanbiedersportaal', title: 'Aanbiedersportaal', question: 'Wat staat er op uw rekening, en wat vraagt nu om actie?', roles: ['aanbieder'], group: 'Naar buiten', script: 'portal',
    promise: 'De gemeente ziet dezelfde rekening met dezelfde redenen. Wat een kant zegt, verandert niet en is voor beide kanten te lezen.',
  },
  {
    id: 'openbaar', title: 'Openbare cijfers', question: 'Wat is openbaar over het sociaal domein?', roles: [], group: 'Naar buiten', script: 'public', at: 'everywhere',
    promise: 'Deze cijfers zijn vrijgegeven voor iedereen. Een cijfer dat te veel over een persoon zegt, is afgeschermd en staat er in woorden.',
  },
  { id: 'toegankelijkheid', title: 'Toegankelijkheid', question: 'Is deze monitor voor iedereen te gebruiken?', roles: [], group: 'voet', script: 'accessibility', at: 'everywhere' },
];

export const PROMISE = 'Elk cijfer zegt waar het vandaan komt, hoe betrouwbaar het is en wanneer het bekend was. Een cijfer dat er niet is, staat er in woorden.';

export function screenOf(id: string): Screen {
  const found = SCREENS.find((screen) => screen.id === id);
  if (!found) throw new Error(`no screen ${id}`);
  return found;
}

/** Whether a role may see a screen; no role is somebody whose role follows the screen. */
export function maySee(screen: Screen, role: string): boolean {
  return role === '' || screen.roles.length === 0 || (screen.roles as string[]).includes(role);
}

/** Whether a screen is in the monitor of the region, or in that of a municipality. */
export function isAt(screen: Screen, region: boolean): boolean {
  return screen.at === 'everywhere' || (screen.at === 'region') === region;
}

const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

function link(screen: Screen, here: Screen, name: string): string {
  return `<li data-screen="${screen.id}"><a class="nl-link ${name}" href="./${screen.id}.html"${screen === here ? ' aria-current="page"' : ''}>${escape(screen.title)}</a></li>`;
}

/** The page of a screen: the template with its words filled in. */
export function pageOf(screen: Screen, template: string): string {
  const groups = [...new Set(SCREENS.map((each) => each.group))].filter((group) => group !== 'voet');
  const list = (group: string) => `<ul class="nmd-nav__list">${SCREENS.filter((each) => each.group === group).map((each) => link(each, screen, 'nmd-nav__link')).join('')}</ul>`;
  const navigation = groups.map((group) => (group ? `<div class="nmd-nav__group"><p class="nmd-nav__title">${escape(group)}</p>${list(group)}</div>` : list(group))).join('');
  const words: Record<string, string> = {
    TITLE: escape(screen.title),
    QUESTION: escape(screen.question),
    SCRIPT: `./src/${screen.script}.ts`,
    PROMISE: escape(screen.promise ?? PROMISE),
    NAVIGATION: navigation,
    FOOTER: SCREENS.filter((each) => each.group === 'voet').map((each) => link(each, screen, 'nmd-footer__link')).join(''),
  };
  return template.replaceAll(/@([A-Z]+)@/g, (_, name: string) => words[name] ?? '');
}
