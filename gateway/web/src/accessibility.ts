// SPDX-License-Identifier: EUPL-1.2
// The accessibility statement of the dashboard: what was tested and how, what is not tested, and whom to tell. Without signing in.
import { byId, h } from './dom';
import { showPublicPage } from './shell';

const heading = (words: string) => h('h2', { class: 'nl-heading nl-heading--level-2' }, words);
const paragraph = (words: string) => h('p', { class: 'nl-paragraph' }, words);
const list = (...items: string[]) => h('ul', { class: 'nmd-list' }, ...items.map((item) => h('li', {}, item)));

void showPublicPage('toegankelijkheid');
byId('content').replaceChildren(
  h('p', { class: 'nl-paragraph nl-paragraph--lead' }, 'Iedereen moet deze monitor kunnen gebruiken: ook zonder muis, zonder kleur te zien, met een voorleesprogramma of met sterk vergrote letters.'),
  heading('Wat de maatstaf is'),
  paragraph("Deze pagina's zijn gemaakt volgens de Europese norm EN 301 549. Die verwijst naar WCAG 2.1, niveau A en AA. Dat vraagt het Besluit digitale toegankelijkheid overheid van de gemeente, ook voor schermen die alleen medewerkers gebruiken."),
  heading('Wat er is getest'),
  list(
    'Elk scherm is automatisch gecontroleerd met axe-core op WCAG 2.1 A en AA: op gewone breedte, op 320 pixels breed (dat is 400% vergroting) en in de vorm waarin het wordt afgedrukt. Zonder fouten; de test draait bij elke wijziging opnieuw.',
    'Elke grafiek heeft een titel, een beschrijving en een tabel met dezelfde cijfers. Niets staat alleen in kleur.',
    'Alle keuzes werken met het toetsenbord, en het is te zien waar u bent. Bovenaan elk scherm staat een link direct naar de inhoud.',
    'Een melding over laden, een uitkomst of een fout wordt voorgelezen.',
    'Een cijfer dat er niet is, staat er in woorden: afgeschermd, niet geregistreerd, niet beschikbaar of niet vergelijkbaar.',
  ),
  heading('Wat er nog niet is getest'),
  list(
    'De monitor is nog niet onderzocht door een onafhankelijk bureau en nog niet beproefd door mensen met een beperking. Automatische controle vindt niet alles.',
    'De pdf die uw browser maakt bij afdrukken is niet apart onderzocht. De tabellen op het scherm zijn ook te downloaden als CSV-bestand.',
  ),
  heading('Status'),
  paragraph("Om die reden heeft de monitor nu status C: eerste maatregelen genomen. De gemeente die de monitor gebruikt publiceert haar eigen verklaring in het register op toegankelijkheidsverklaring.nl en laat de pagina's onderzoeken."),
  heading('Werkt iets niet voor u?'),
  paragraph('Meld het bij de gemeente van wie deze monitor is. Zeg om welk scherm het gaat en wat u wilde doen. Bent u niet tevreden over het antwoord, dan kunt u een klacht indienen bij de gemeente en daarna bij de Nationale ombudsman.'),
);
