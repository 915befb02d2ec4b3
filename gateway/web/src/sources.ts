// SPDX-License-Identifier: EUPL-1.2
// The page Bronnen: which data there are, on what ground, and how complete, timely and sound they came (R13, R14). It prints as an
// annex for the council.
import type { LinkSummary, Session, SourceAnalysis } from './api';
import { completenessColumns } from './charts/completeness';
import { byId, h } from './dom';
import { fileButtons } from './files';
import { glue } from './format';
import { t } from './language';
import { printButtons } from './print';
import { announce, runPage } from './shell';
import { checksTable, columnsOf, facts, isActive, missingTable, monthsTold, monthTable, newestStatements, overview, pictureDescription, scope, sourceOf } from './sources_model';
import { tableElement } from './table';

function section(analysis: SourceAnalysis, links: LinkSummary): HTMLElement {
  const source = sourceOf(analysis);
  const title = analysis.title || source;
  const columns = columnsOf(analysis.months ?? []);
  const parts: HTMLElement[] = [
    h('h2', { class: 'nl-heading nl-heading--level-2', id: `bron-${source}` }, title),
    h('p', { class: 'nl-paragraph' }, glue(analysis.statement ?? '')),
    ...newestStatements(analysis).map((statement) => h('p', { class: 'nl-paragraph' }, glue(statement))),
    h('dl', { class: 'nmd-facts nmd-source-facts' }, ...facts(analysis, links).flatMap(([name, words]) => [h('dt', {}, name), h('dd', {}, glue(words))])),
  ];
  const pictured = columns.some((column) => column.expected > 0);
  if (pictured) parts.push(completenessColumns(t`${title}: ontvangen van wat verwacht werd, per maand`, pictureDescription(columns), columns));
  // On paper the numbers below the columns of the picture are enough.
  if (monthsTold(analysis)) parts.push(h('div', { class: pictured ? 'nmd-screen-only' : '' }, tableElement(monthTable(analysis))));
  for (const table of [missingTable(analysis), checksTable(analysis)]) if (table) parts.push(tableElement(table, table.rows.length > 15));
  return h('section', { class: 'nmd-section', 'aria-labelledby': `bron-${source}` }, ...parts);
}

async function show(session: Session): Promise<void> {
  // Without the links the rest is still worth showing.
  const [analyses, links] = await Promise.all([session.sourceAnalyses(), session.linkSummary().catch((): LinkSummary => ({}))]);
  const { period, known } = scope(analyses);
  const table = overview(analyses, links);
  const silent = analyses.filter((analysis) => !isActive(analysis)).map((analysis) => analysis.title || sourceOf(analysis));
  byId('content').replaceChildren(
    h(
      'p',
      { class: 'nl-paragraph nl-paragraph--lead' },
      glue(t`Over ${period}, zoals bekend op ${known}. Elke levering wordt ongewijzigd bewaard en gecontroleerd. Een afgekeurde levering telt niet mee in de cijfers; de afzender krijgt de reden.`),
    ),
    tableElement(table),
    h(
      'p',
      { class: 'nmd-note' },
      'Volledig is het deel van wat verwacht werd dat er is; wat nog op tijd kan komen telt niet mee. Op tijd is het deel van wat kwam dat binnen de termijn kwam. Kwaliteit: A als minstens 99% van de gegevens zonder fouten door de controles kwam, B vanaf 95%, C vanaf 90%, anders D. Gekoppeld is het deel van de personen dat aan een cliënt is verbonden.',
    ),
    ...(silent.length > 0 ? [h('p', { class: 'nmd-note' }, t`Nog niets ontvangen, en niets verwacht: ${silent.join(', ')}.`)] : []),
    h(
      'div',
      { class: 'nmd-actions' },
      ...fileButtons(`bronnen_${session.municipality}`, table, { known, definitions: [], about: [['Gemeente', session.title], ['Periode', period]] }),
      ...printButtons(),
    ),
  );
  // All sources together are on screen before each is drawn.
  await new Promise((resolve) => setTimeout(resolve));
  byId('content').append(...analyses.filter(isActive).map((analysis) => section(analysis, links)));
  announce(t`${table.rows.length} bronnen in gebruik, zoals bekend op ${known}.`);
}

void runPage('bronnen', show);
