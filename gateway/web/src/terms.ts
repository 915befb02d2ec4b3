// SPDX-License-Identifier: EUPL-1.2
// The glossary: what every figure counts, how, and what it does not count. Served by the catalogue, so it is what is calculated.
import { idOf, type Dimension, type Measure } from './api';
import { byId, h } from './dom';
import { text } from './figure';
import { fileButtons } from './files';
import { dateTime, glue, number } from './format';
import { t } from './language';
import { selectField } from './screen';
import { announce, runPage } from './shell';
import type { Table } from './table';
import './style/screen.css';

const KINDS: Record<string, string> = { INPUT: 'inzet van middelen', THROUGHPUT: 'verloop', OUTPUT: 'geleverde hulp', EFFECT: 'effect voor inwoners' };
const WHO: Record<string, string> = { INTERNAL: 'de eigen gemeente', REGION: 'de gemeente en de regio', PUBLIC: 'iedereen, na bescherming' };

function tableOf(measures: Measure[]): Table {
  return {
    id: 'begrippen',
    caption: 'Begrippenlijst',
    columns: ['Begrip', 'Definitie', 'Omschrijving', 'Berekening', 'Wie of wat telt mee', 'Eenheid', 'Soort', 'Grensgevallen', 'Niet geregistreerd omdat'].map((header) => ({ header, kind: 'text' as const })),
    rows: measures.map((measure) =>
      [
        measure.title || idOf(measure.name), measure.definition, measure.description, measure.formula, measure.population, measure.unit,
        KINDS[measure.kind ?? ''] ?? '', (measure.edge_rules ?? []).join(' '), measure.unregistered_reason,
      ].map((words) => text(words ?? '')),
    ),
  };
}

function term(measure: Measure, dimensions: Map<string, string>): HTMLElement {
  const facts: Array<[string, string | undefined]> = [
    ['Berekening', measure.formula],
    ['Uit andere cijfers', measure.expression],
    ['Wie of wat telt mee', measure.population],
    ['Stap in de zorg', measure.stage],
    ['Eenheid', measure.unit],
    ['Zegt iets over', KINDS[measure.kind ?? '']],
    ['Mag gezien worden door', WHO[measure.confidentiality ?? '']],
    ['Uit te splitsen naar', (measure.dimensions ?? []).map((id) => dimensions.get(id) ?? id).join(', ').toLowerCase()],
    ['Definitie', measure.definition],
  ];
  return h(
    'div',
    { class: 'nmd-term', id: idOf(measure.name) },
    h('h3', { class: 'nl-heading nl-heading--level-3' }, measure.title || idOf(measure.name)),
    h('p', { class: 'nl-paragraph' }, glue(measure.description ?? '')),
    ...(measure.unregistered_reason ? [h('p', { class: 'nl-paragraph' }, h('strong', {}, 'Niet geregistreerd. '), measure.unregistered_reason)] : []),
    h('dl', { class: 'nmd-facts nmd-source-facts' }, ...facts.flatMap(([name, words]) => (words ? [h('dt', {}, name), h('dd', {}, glue(words))] : []))),
    ...(measure.edge_rules?.length ? [h('p', { class: 'nmd-note' }, 'Grensgevallen:'), h('ul', { class: 'nmd-list' }, ...measure.edge_rules.map((rule) => h('li', {}, rule)))] : []),
  );
}

function matches(measure: Measure, words: string): boolean {
  const all = [measure.title, measure.description, measure.formula, measure.unit, measure.definition].join(' ').toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => all.includes(word));
}

function dimensionList(dimensions: Dimension[]): HTMLElement {
  return h(
    'section',
    { class: 'nmd-section', 'aria-labelledby': 'uitsplitsingen' },
    h('h2', { class: 'nl-heading nl-heading--level-2', id: 'uitsplitsingen' }, 'Waarnaar cijfers zijn uit te splitsen'),
    h(
      'dl',
      { class: 'nmd-facts nmd-source-facts' },
      ...dimensions.flatMap((dimension) => [
        h('dt', { id: `uitsplitsing-${idOf(dimension.name)}` }, dimension.title || idOf(dimension.name)),
        h('dd', {}, dimension.registered === true ? (dimension.description ?? '') : t`Niet geregistreerd. ${dimension.reason ?? ''}`),
      ]),
    ),
  );
}

void runPage('begrippen', async (session) => {
  const [measures, dimensions] = await Promise.all([session.measures(), session.dimensions()]);
  const titles = new Map(dimensions.map((dimension) => [idOf(dimension.name), dimension.title || idOf(dimension.name)]));
  const sorted = [...measures].sort((a, b) => new Intl.Collator('nl').compare(a.title ?? '', b.title ?? ''));
  const found = h('div', {});
  const count = h('p', { class: 'nmd-note', role: 'status' });
  const search = h('input', { class: 'utrecht-textbox utrecht-textbox--html-input', id: 'zoek', type: 'search', autocomplete: 'off' });
  const kinds = selectField('soort', 'Soort cijfer', [{ value: '', title: 'Alle soorten' }, ...Object.entries(KINDS).map(([value, title]) => ({ value, title }))], '');
  const kind = kinds.querySelector('select')!;
  const draw = () => {
    const shown = sorted.filter((measure) => matches(measure, search.value) && (kind.value === '' || measure.kind === kind.value));
    found.replaceChildren(...shown.map((measure) => term(measure, titles)));
    count.textContent = t`${number(shown.length)} van ${number(sorted.length)} begrippen.`;
  };
  search.addEventListener('input', draw);
  kind.addEventListener('change', draw);
  draw();
  const known = dateTime(new Date().toISOString());
  byId('content').replaceChildren(
    h('p', { class: 'nl-paragraph nl-paragraph--lead' }, 'Deze lijst komt uit dezelfde catalogus als waarmee de monitor rekent. Wat hier staat, is wat er wordt geteld.'),
    h('div', { class: 'nmd-filter' }, h('div', { class: 'nmd-field' }, h('label', { class: 'utrecht-form-label', for: 'zoek' }, 'Zoek een begrip'), search), kinds),
    h(
      'section',
      { class: 'nmd-section', 'aria-labelledby': 'begrippen-titel' },
      h('h2', { class: 'nl-heading nl-heading--level-2', id: 'begrippen-titel' }, 'Begrippen'),
      count,
      h('div', { class: 'nmd-actions' }, ...fileButtons(`begrippen_${session.municipality}`, tableOf(sorted), { known, definitions: [] })),
      found,
    ),
    dimensionList(dimensions),
  );
  announce(t`${sorted.length} begrippen.`);
  if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
});
