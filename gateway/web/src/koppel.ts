// SPDX-License-Identifier: EUPL-1.2
// The page Koppelen: how good the links are, which pairs wait for a person, what people decided, the gold sample and the models.
//
// Nothing about a person is in the address or kept in the browser: what is shown is gone when the page closes.
import { Problem, type LinkSummary, type Session } from './api';
import { byId, h } from './dom';
import { glue, number } from './format';
import {
  boundsOf,
  changeSentences,
  clientOf,
  COMMON_PURPOSES,
  counted,
  decisionTable,
  headlines,
  isBlind,
  mayConfirm,
  mayUndo,
  modelTable,
  progressOf,
  queueTable,
  resultOf,
  sizeOf,
  sourceTable,
  stratumTable,
  unlabelled,
  whatOf,
  type Bounds,
  type Headline,
} from './koppel_model';
import { ask, clientView } from './koppel_client';
import { focusable, pairView } from './koppel_pair';
import { t } from './language';
import { Links, type LinkDecision, type LinkModel, type ReviewItem, type Verdict } from './link_api';
import { askReason, reasonFields } from './reason';
import { alert, announce, button, problemAlert, runPage } from './shell';
import { tableElement } from './table';

const PAGE_SIZE = 25;
const POLL_MILLISECONDS = 1000;
// The reasons for taking a decision back; about the decision, never about a person.
const UNDO_REASONS = ['Vergissing', 'Er zijn nieuwe gegevens', 'Het hoort bij een ander paar'];
const RELEASE_REASONS = ['Er zijn veel nieuwe gegevens', 'Het model past beter bij de steekproef'];

/** A part of the page that is loaded, and loaded again, by itself. */
class Part {
  readonly element: HTMLElement;
  private readonly body = h('div', {});

  constructor(
    id: string,
    title: string,
    private readonly contents: () => Promise<HTMLElement[]>,
  ) {
    this.element = h('section', { class: 'nmd-section', 'aria-labelledby': id }, focusable(2, id, title), this.body);
  }

  async load(): Promise<void> {
    this.body.setAttribute('aria-busy', 'true');
    try {
      this.body.replaceChildren(...(await this.contents()));
    } catch (error) {
      this.body.replaceChildren(problemAlert(error, () => void this.load()));
    } finally {
      this.body.removeAttribute('aria-busy');
    }
  }

  show(...elements: HTMLElement[]): void {
    this.body.replaceChildren(...elements);
  }
}

function headline({ title, figure, word, base }: Headline): HTMLElement {
  return h(
    'li',
    { class: 'nmd-headline' },
    h('h3', { class: 'nmd-headline__title' }, title),
    h(
      'p',
      { class: `nmd-headline__change${word ? ' nmd-headline__change--word' : figure.length > 10 ? ' nmd-headline__change--range' : ''}` },
      figure,
    ),
    h('p', { class: 'nmd-headline__base' }, base),
  );
}

class Page {
  private readonly links: Links;
  private readonly quality = new Part('kwaliteit', 'Hoe goed zijn de koppelingen?', () => this.qualityContents());
  private readonly queue = new Part('wachten', 'Paren die op een besluit wachten', () => this.queueContents());
  private readonly decisions = new Part('besluiten-titel', 'Besluiten', () => this.decisionContents());
  private readonly client = new Part('client', 'Eén cliënt', () => this.clientContents());
  private readonly sample = new Part('steekproef-titel', 'Gouden steekproef', () => this.sampleContents());
  private readonly models = new Part('modellen-titel', 'Koppelmodel', () => this.modelContents());
  private readonly parts = [this.quality, this.queue, this.decisions, this.client, this.sample, this.models];
  // One pair at a time, in the place of all parts.
  private readonly pair = h('section', { class: 'nmd-section', 'aria-labelledby': 'beoordelen' });

  private readonly boundsByModel = new Map<string, Bounds | undefined>();
  private summary: LinkSummary = {};
  private made: LinkDecision[] = [];
  private source = '';
  // Asked once, before the first look; kept until the page closes.
  private purpose = '';
  // The client that is looked at, by pseudonym; empty for none.
  private looked = '';
  // The model that was learned last, until it is in use.
  private learned: LinkModel | undefined;

  constructor(private readonly session: Session) {
    this.links = new Links(session);
    this.pair.hidden = true;
  }

  async show(): Promise<void> {
    byId('content').replaceChildren(
      h(
        'p',
        { class: 'nl-paragraph nl-paragraph--lead' },
        'De monitor zoekt uit welke gegevens van dezelfde persoon zijn. Waar dat niet zeker is, beslist een mens. Elk besluit is terug te draaien, en wat eerder bekend was blijft na te vragen.',
      ),
      this.pair,
      ...this.parts.map((part) => part.element),
    );
    await this.quality.load();
    await Promise.all([this.decisions.load(), this.queue.load(), this.client.load(), this.sample.load(), this.models.load()]);
    announce('De koppelingen zijn geladen.');
  }

  private async qualityContents(): Promise<HTMLElement[]> {
    const [quality, summary] = await Promise.all([this.links.quality(), this.session.linkSummary()]);
    this.summary = summary;
    return [
      ...(quality.statement ? [h('p', { class: 'nmd-conclusion' }, glue(quality.statement))] : []),
      h('ul', { class: 'nmd-headlines' }, ...headlines(quality).map(headline)),
      ...(summary.sources?.length ? [tableElement(sourceTable(summary), summary.sources.length > 12)] : []),
    ];
  }

  // --- the queue ---

  private async queueContents(): Promise<HTMLElement[]> {
    const items: ReviewItem[] = [];
    let page = await this.links.reviewItems({ source: this.source, size: PAGE_SIZE });
    items.push(...page.items);
    const list = h('div', {});
    const draw = () => {
      const more = button('Toon meer paren', () => {
        more.disabled = true;
        void this.links
          .reviewItems({ source: this.source, size: PAGE_SIZE, token: page.next })
          .then((next) => {
            page = next;
            items.push(...next.items);
            draw();
            announce(t`${number(items.length)} van ${number(page.total)} paren worden getoond.`);
          })
          .catch((error: unknown) => list.append(problemAlert(error)));
      });
      list.replaceChildren(
        h(
          'p',
          { class: 'nl-paragraph' },
          page.total > items.length
            ? t`${counted(page.total, 'paar wacht', 'paren wachten')} op een mens; de eerste ${number(items.length)} staan hieronder.`
            : t`${counted(page.total, 'paar wacht', 'paren wachten')} op een mens.`,
        ),
        h(
          'div',
          { class: 'nmd-actions' },
          button('Begin met het eerste paar', () => void this.review(items, 0)),
        ),
        tableElement(queueTable(items), false, (row) => {
          const look = button('Bekijk', () => void this.review(items, row));
          look.setAttribute('aria-label', t`Bekijk paar ${row + 1}`);
          return [look];
        }),
        ...(page.next ? [h('div', { class: 'nmd-actions' }, more)] : []),
      );
    };
    if (items.length > 0) draw();
    else
      list.append(
        h(
          'p',
          { class: 'nl-paragraph' },
          this.source ? 'Van deze bron wachten geen paren op een besluit.' : 'Er wachten geen paren op een besluit.',
        ),
      );
    return [this.sourceFilter(), list];
  }

  private sourceFilter(): HTMLElement {
    const select = h('select', { class: 'utrecht-select utrecht-select--html-select', id: 'bron' }, h('option', {}, 'Alle bronnen'));
    for (const { source } of this.summary.sources ?? []) select.append(h('option', {}, source));
    select.selectedIndex = Math.max(0, (this.summary.sources ?? []).findIndex((each) => each.source === this.source) + 1);
    select.addEventListener('change', () => {
      this.source = select.selectedIndex === 0 ? '' : select.value;
      void this.queue.load().then(() => {
        document.getElementById('bron')?.focus();
        announce(this.source ? t`De paren van ${this.source} worden getoond.` : 'De paren van alle bronnen worden getoond.');
      });
    });
    return h(
      'div',
      { class: 'nmd-filter' },
      h('div', { class: 'nmd-field' }, h('label', { class: 'utrecht-form-label', for: 'bron' }, 'Bron'), select),
    );
  }

  // --- one pair ---

  private openPair(heading: string, ...elements: HTMLElement[]): void {
    this.pair.hidden = false;
    for (const part of this.parts) part.element.hidden = true;
    this.pair.replaceChildren(h('h2', { class: 'nl-heading nl-heading--level-2', id: 'beoordelen', tabindex: '-1' }, heading), ...elements);
    // On the new heading, never on a button: a key that is still down decides nothing.
    (this.pair.querySelector<HTMLElement>('h3[tabindex]') ?? byId('beoordelen')).focus();
  }

  private closePair(): void {
    this.pair.hidden = true;
    this.pair.replaceChildren();
    for (const part of this.parts) part.element.hidden = false;
    byId('wachten').focus();
  }

  private askPurpose(then: () => void): void {
    const purpose = reasonFields('Waarvoor bekijkt u gegevens van personen?', COMMON_PURPOSES, 200);
    this.openPair(
      'Paren beoordelen',
      focusable(3, 'doel-titel', 'Eerst: het doel'),
      h(
        'p',
        { class: 'nl-paragraph' },
        'U krijgt namen, geboortedatums en adressen te zien. Het doel komt bij elk paar in het inzagelogboek. U geeft het één keer op, tot u de pagina sluit.',
      ),
      purpose.element,
      h(
        'div',
        { class: 'nmd-actions' },
        button('Ga verder', () => {
          const given = purpose.read();
          if (given === undefined) return;
          this.purpose = given;
          then();
        }),
        button('Terug naar het overzicht', () => this.closePair()),
      ),
    );
  }

  private async boundsOfModel(version: string | undefined): Promise<Bounds | undefined> {
    if (!version) return undefined;
    if (!this.boundsByModel.has(version)) {
      // Without the bounds the weights are still worth showing.
      const model = await this.links.model(version).catch((): LinkModel => ({ name: version }));
      this.boundsByModel.set(version, boundsOf(model.text));
    }
    return this.boundsByModel.get(version);
  }

  /** Shows `items[index]`; with a gold sample the pairs are labelled, blind, instead of decided. `said` is about the pair before. */
  private async review(items: ReviewItem[], index: number, said?: HTMLElement): Promise<void> {
    const item = items[index];
    if (!item) return this.finished(items, said);
    if (!this.purpose) return this.askPurpose(() => void this.review(items, index));
    const title = t`Paar ${index + 1} van ${items.length}`;
    announce(t`${title} wordt geladen…`, true);
    const retry = () => void this.review(items, index);
    const onwards = () => void this.review(items, index + 1);
    try {
      const detail = await this.links.show(item.item, this.purpose);
      const bounds = await this.boundsOfModel(detail.model);
      const waiting = this.made.find((decision) => decision.name === detail.item.proposed_decision);
      // The same choice sent again, after an answer that was lost, is the same decision.
      const requests = new Map<string, string>();
      const decide = (verdict: Verdict, reason: string) =>
        this.guard(async () => {
          if (isBlind(detail.item)) return this.labelled(items, index, verdict);
          const choice = t`${verdict} ${reason}`;
          if (!requests.has(choice)) requests.set(choice, crypto.randomUUID());
          return this.decided(items, index, await this.links.decide(item.item, verdict, reason, requests.get(choice)!));
        });
      this.openPair(
        'Paren beoordelen',
        ...(said ? [said] : []),
        pairView(
          title,
          detail,
          bounds,
          { decide, later: onwards, back: () => this.leave(), client: (client) => void this.lookAt(client) },
          waiting && { decision: waiting, buttons: this.decisionButtons(waiting, onwards) },
        ),
        h('p', { class: 'nmd-note' }, t`Doel in het inzagelogboek: ${this.purpose}.`),
      );
      announce('');
    } catch (error) {
      announce('');
      const beyond = index + 1 < items.length ? [button('Volgend paar', onwards)] : [];
      this.openPair(
        'Paren beoordelen',
        problemAlert(error, retry),
        h(
          'div',
          { class: 'nmd-actions' },
          ...beyond,
          button('Terug naar het overzicht', () => this.leave()),
        ),
      );
    }
  }

  // What goes wrong is said where the person is working: above the pair, which stays, or at the decisions.
  private async guard(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      const heading = byId(this.pair.hidden ? 'besluiten-titel' : 'beoordelen');
      heading.parentElement!.querySelector('.utrecht-alert--error')?.remove();
      heading.after(problemAlert(error));
      heading.focus();
    }
  }

  private finished(items: ReviewItem[], said?: HTMLElement): void {
    this.openPair(
      'Paren beoordelen',
      ...(said ? [said] : []),
      focusable(3, 'klaar', 'Dit was het laatste paar'),
      h(
        'p',
        { class: 'nl-paragraph' },
        t`U hebt ${counted(items.length, 'paar', 'paren')} gezien. Wat u voor later bewaarde, staat nog in de lijst.`,
      ),
      h(
        'div',
        { class: 'nmd-actions' },
        button('Terug naar het overzicht', () => this.leave()),
      ),
    );
  }

  private leave(): void {
    this.closePair();
    void this.refresh();
  }

  // What a decision may have changed; `shown` says it already.
  private async refresh(shown?: Part): Promise<void> {
    await this.quality.load();
    await Promise.all([this.queue, this.decisions, this.client, this.sample].filter((part) => part !== shown).map((part) => part.load()));
  }

  private async decided(items: ReviewItem[], index: number, decision: LinkDecision): Promise<void> {
    this.showResult(decision, () => void this.review(items, index + 1), index + 1 < items.length);
    void Promise.all([this.quality.load(), this.decisions.load()]);
  }

  private showResult(decision: LinkDecision, onwards: () => void, more: boolean): void {
    const { title, sentences } = resultOf(decision);
    this.openPair(
      'Paren beoordelen',
      focusable(3, 'besloten', title),
      ...sentences.map((sentence) => h('p', { class: 'nl-paragraph' }, sentence)),
      h(
        'div',
        { class: 'nmd-actions' },
        ...(more ? [button('Volgend paar', onwards)] : []),
        ...(mayUndo(decision)
          ? [button('Ongedaan maken', () => void this.undo(decision, (undone) => this.showResult(undone, onwards, more)))]
          : []),
        button('Terug naar het overzicht', () => this.leave()),
      ),
    );
    announce(title);
  }

  private async labelled(items: ReviewItem[], index: number, verdict: Verdict): Promise<void> {
    await this.links.label(items[index]!.item, verdict);
    const words = verdict === 'SAME_PERSON' ? 'zelfde persoon' : 'niet dezelfde persoon';
    const again = button('Oordeel opnieuw over dat paar', () => void this.review(items, index));
    await this.review(
      items,
      index + 1,
      h('p', { class: 'nl-paragraph' }, t`Uw oordeel over paar ${index + 1} is bewaard: ${words}. `, again),
    );
    void this.sample.load();
  }

  // --- decisions ---

  private async undo(decision: LinkDecision, then: (undone: LinkDecision) => void): Promise<void> {
    const reason = await askReason(
      t`Besluit terugdraaien: ${whatOf(decision)}`,
      ['Vanaf nu zijn de koppelingen alsof dit besluit er nooit was. Wat er eerder bekend was, blijft na te vragen.'],
      'Draai het besluit terug',
      UNDO_REASONS,
    );
    if (reason === undefined) return;
    await this.guard(async () => {
      const undone = await this.links.undo(decision, reason);
      then(undone);
      announce(resultOf(undone).title);
      await this.refresh();
    });
  }

  private decisionButtons(decision: LinkDecision, then: () => void): HTMLElement[] {
    const confirm = button('Bevestig', () => {
      void this.guard(async () => {
        const confirmed = await this.links.confirm(decision);
        then();
        announce(resultOf(confirmed).title);
        await this.refresh();
      });
    });
    const undo = button(decision.state === 'PROPOSED' ? 'Trek in' : 'Draai terug', () => void this.undo(decision, then));
    const id = decision.name.slice(decision.name.lastIndexOf('/') + 1);
    confirm.setAttribute('aria-label', t`Bevestig besluit ${id}`);
    undo.setAttribute('aria-label', t`${undo.textContent ?? ''} besluit ${id}`);
    return [...(mayConfirm(decision, this.session.subject) ? [confirm] : []), ...(mayUndo(decision) ? [undo] : [])];
  }

  private async decisionContents(): Promise<HTMLElement[]> {
    this.made = await this.links.decisions();
    if (this.made.length === 0) return [h('p', { class: 'nl-paragraph' }, 'Er zijn nog geen besluiten genomen.')];
    const waiting = this.made.filter((decision) => decision.state === 'PROPOSED').length;
    return [
      ...(waiting > 0
        ? [
            h(
              'p',
              { class: 'nl-paragraph' },
              t`${counted(waiting, 'besluit wacht', 'besluiten wachten')} op een tweede persoon. Wie een besluit voorstelt, kan het niet zelf bevestigen.`,
            ),
          ]
        : []),
      tableElement(decisionTable(this.made), this.made.length > 15, (row) =>
        this.decisionButtons(this.made[row]!, () => byId('besluiten-titel').focus()),
      ),
    ];
  }

  // --- one client ---

  private async clientContents(said: HTMLElement[] = []): Promise<HTMLElement[]> {
    const search = ask(
      'client-pseudoniem',
      'Cliënt',
      'Toon de geschiedenis',
      'Het pseudoniem van de cliënt. Bij een paar komt u er met een knop.',
      clientOf,
      (written) => void this.lookAt(written.trim().toLowerCase()),
      this.looked,
    );
    if (!this.looked) return [search];
    try {
      const history = await this.links.history(this.looked);
      return [search, ...said, clientView(this.links, history, (make) => void this.decideAboutClient(make))];
    } catch (error) {
      return [search, ...said, problemAlert(error)];
    }
  }

  private async lookAt(client: string): Promise<void> {
    this.looked = client;
    if (!this.pair.hidden) this.closePair();
    await this.client.load();
    (document.getElementById('client-titel') ?? byId('client')).focus();
  }

  private async decideAboutClient(make: () => Promise<LinkDecision>): Promise<void> {
    try {
      const decision = await make();
      const { title, sentences } = resultOf(decision);
      const undo = button('Ongedaan maken', () => void this.undo(decision, () => byId('client').focus()));
      const contents = await this.clientContents([alert('info', title, sentences, ...(mayUndo(decision) ? [undo] : []))]);
      this.client.show(...contents);
      byId('client').focus();
      announce(title);
      await this.refresh(this.client);
    } catch (error) {
      this.client.show(problemAlert(error, () => void this.client.load()));
      byId('client').focus();
    }
  }

  // --- the gold sample ---

  private async sampleContents(): Promise<HTMLElement[]> {
    const strata = (await this.links.quality()).strata ?? [];
    const open = unlabelled(strata);
    const draw = ask(
      'omvang',
      'Aantal paren om te loten',
      'Loot paren',
      'Van 10 tot en met 2.000. Wat eerder geloot is, blijft.',
      sizeOf,
      (written) => {
        void this.links
          .draw(Number(written))
          .then(async () => {
            await this.sample.load();
            byId('steekproef-titel').focus();
          })
          .catch((error: unknown) => this.sample.show(problemAlert(error, () => void this.sample.load())));
      },
      '100',
    );
    const label = button('Beoordeel de steekproef', () => {
      void this.links
        .reviewItems({ sample: true, size: 100 })
        .then(({ items }) => this.review(items, 0))
        .catch((error: unknown) => this.sample.show(problemAlert(error, () => void this.sample.load())));
    });
    return [
      h(
        'p',
        { class: 'nl-paragraph' },
        'Hoe goed de koppelingen zijn, is te schatten door geloote paren te beoordelen zonder te zien wat het model ervan vindt. Zo’n oordeel verandert geen koppeling.',
      ),
      ...(strata.some((stratum) => Number(stratum.drawn_count ?? 0) > 0)
        ? [tableElement(stratumTable(strata))]
        : [h('p', { class: 'nl-paragraph' }, 'Er is nog niet geloot.')]),
      ...(open > 0
        ? [
            h('p', { class: 'nl-paragraph' }, t`${counted(open, 'paar wacht', 'paren wachten')} op een oordeel.`),
            h('div', { class: 'nmd-actions' }, label),
          ]
        : []),
      draw,
    ];
  }

  // --- models ---

  private async modelContents(): Promise<HTMLElement[]> {
    const models = await this.links.models();
    const { learned } = this;
    return [
      ...(learned
        ? [
            alert(
              'info',
              'Het nieuwe model is klaar',
              changeSentences(learned),
              button('Neem dit model in gebruik', () => void this.release(learned)),
            ),
          ]
        : []),
      h(
        'p',
        { class: 'nl-paragraph' },
        'Een koppelmodel zegt hoeveel elk gegeven bewijst. Een nieuw model verandert niets tot iemand het in gebruik neemt.',
      ),
      tableElement(modelTable(models), models.length > 15, (row) => {
        const model = models[row]!;
        if (model.in_force) return [];
        const release = button('Neem in gebruik', () => void this.release(model));
        release.setAttribute('aria-label', t`Neem model ${row + 1} in gebruik`);
        return [release];
      }),
      h(
        'div',
        { class: 'nmd-actions' },
        button('Leer een nieuw model', () => void this.train()),
      ),
    ];
  }

  private async release(model: LinkModel): Promise<void> {
    const reason = await askReason(
      'Koppelmodel in gebruik nemen',
      [...changeSentences(model), 'Vanaf nu wordt alles met dit model gekoppeld. Cijfers van daarvoor blijven zoals zij waren.'],
      'Neem in gebruik',
      RELEASE_REASONS,
    );
    if (reason === undefined) return;
    try {
      await this.links.release(model, reason);
      this.learned = undefined;
      await Promise.all([this.refresh(), this.models.load()]);
      byId('modellen-titel').focus();
      announce('Het model is in gebruik.');
    } catch (error) {
      this.models.show(problemAlert(error, () => void this.models.load()));
    }
  }

  private async train(): Promise<void> {
    const bar = h('progress', { class: 'nmd-progress', id: 'voortgang', max: '1' });
    const words = h('label', { class: 'nl-paragraph', for: 'voortgang' });
    this.models.show(h('p', {}, words), bar, h('p', { class: 'nmd-note' }, 'U kunt verder werken; het leren gaat door.'));
    byId('modellen-titel').focus();
    try {
      let operation = await this.links.train();
      while (!operation.done) {
        const { share, sentence } = progressOf(operation);
        words.textContent = sentence;
        if (share === undefined) bar.removeAttribute('value');
        else bar.value = share;
        await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
        operation = await this.links.operation(operation.name);
      }
      const model = operation.response;
      if (operation.error || !model)
        throw new Problem(
          'Het leren is niet gelukt.',
          'Probeer het later opnieuw.',
          operation.error?.message ? [operation.error.message] : [],
        );
      this.learned = model.in_force ? undefined : model;
      await this.models.load();
      announce('Het nieuwe model is klaar.');
    } catch (error) {
      this.models.show(problemAlert(error, () => void this.models.load()));
    }
  }
}

void runPage('koppelen', (session) => new Page(session).show());
