// SPDX-License-Identifier: EUPL-1.2
// The page Koppelen in a real browser; browser.mjs says against what. What changes links runs against the stub only.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { beforeEach, describe, it } from 'node:test';
import { assertAccessible, assertReflows, folder, forgive, offline, open, page, press, real, rows, stub, texts } from './browser.mjs';

const PURPOSE = 'Beoordelen van twijfelachtige koppelingen';

beforeEach(() => {
  if (real) return;
  stub.restartLinking();
  stub.calls.length = 0;
});

const focused = () => page.evaluate(() => [document.activeElement.tagName, document.activeElement.textContent]);
const made = (path) => stub.calls.filter((call) => call.path.endsWith(path)).map((call) => call.body);

/** Opens the page and its first pair, with a purpose. */
async function openFirstPair() {
  await open('/koppelen.html');
  await press('Begin met het eerste paar');
  await page.getByLabel('Waarvoor bekijkt u gegevens van personen?').selectOption(PURPOSE);
  await press('Ga verder');
  await page.waitForSelector('#paar-titel');
}

async function decide(words) {
  await page.getByLabel('Reden van uw besluit').selectOption('Nagekeken in het bronsysteem');
  await press(words);
  await page.waitForSelector('#besloten');
}

describe('page Koppelen', () => {
  it('says how good the links are and what waits', async () => {
    await open('/koppelen.html');
    await page.waitForSelector('#besluiten-titel ~ div:not([aria-busy])');
    if (!real) {
      assert.match(await page.innerText('.nmd-conclusion'), /99,8% terecht/);
      assert.deepEqual(await texts('.nmd-headline__change'), ['99,8%', 'niet te zeggen', '601 tot 604']);
      assert.deepEqual(await rows('bronnen-koppeling'), [['clienten', '200', '190', '5,0%']]);
      assert.deepEqual(
        (await rows('wachtrij')).map((cells) => cells.slice(0, 7)),
        [
          ['1', 'twijfel', 'clienten en jw301', '64,0%', 'onzeker', '5', '31-03-2018'],
          ['2', 'twee nummers', 'jw301', '98,1%', 'bijna zeker', '7', '31-03-2018'],
          ['3', 'weinig steun; wacht op een tweede persoon', 'clienten en pgb', '31,0%', 'onzeker', '9', '31-03-2018'],
        ],
      );
      assert.equal((await rows('besluiten')).length, 1);
    }
    await assertAccessible();
    await page.screenshot({ path: join(folder, 'koppelen.png'), fullPage: true });
    await assertReflows();
  });

  it('asks once for a purpose, and keeps persons and purposes out of the address and the browser', offline, async () => {
    await open('/koppelen.html');
    const address = page.url();
    await press('Bekijk paar 2');
    await press('Ga verder');
    assert.match(await page.innerText('.nmd-fault:visible'), /Kies een reden of schrijf er een/);
    await page.getByLabel('In eigen woorden').fill('BSN 999900006');
    await press('Ga verder');
    assert.match(await page.innerText('.nmd-fault:visible'), /geen gegevens van een persoon/);
    assert.deepEqual(made('_show'), [], 'nothing was looked at');
    await page.getByLabel('In eigen woorden').fill('');
    await page.getByLabel('Waarvoor bekijkt u gegevens van personen?').selectOption(PURPOSE);
    await assertAccessible();
    await press('Ga verder');
    await page.waitForSelector('#paar-titel');
    await press('Later');
    await page.getByText('Paar 3 van 3').waitFor();
    assert.deepEqual(made('_show'), [
      { item: 'r02', purpose: PURPOSE },
      { item: 'r03', purpose: PURPOSE },
    ]);
    assert.equal(page.url(), address);
    assert.ok(stub.calls.every((call) => !/r0\d|Vries|Bakker|Beoordelen/.test(call.path)));
    assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]), [0, 0, '']);
  });

  it('shows both persons side by side and every weight from the prior to the score', offline, async () => {
    await openFirstPair();
    assert.match(await page.innerText('#paar-titel'), /^Paar 1 van 3: clienten en jw301$/);
    assert.match(await page.innerText('section[aria-labelledby="beoordelen"]'), /Kans dat het één persoon is: 64,0% \(onzeker\)/);
    assert.deepEqual((await rows('vergelijking'))[2], ['Achternaam', 'de Vries', 'de Vriess', 'één teken anders', '+6,6']);
    assert.deepEqual((await rows('vergelijking'))[0], ['Burgerservicenummer', 'onbekend', 'geldig', 'niet te vergelijken', '0,0']);
    const weights = await rows('gewichten');
    assert.deepEqual(
      [weights[0], weights.at(-1)],
      [
        ['Vooraf', '−18,0', '−18,0'],
        ['Ander adres', '−4,1', '+0,8'],
      ],
    );
    const chart = page.locator('section[aria-labelledby="beoordelen"] svg');
    assert.equal(await chart.getAttribute('role'), 'img');
    assert.match(await chart.locator('desc').textContent(), /Samen \+0,8\. Dat is niet genoeg om te koppelen/);
    assert.deepEqual(await chart.locator('.nmd-bound').count(), 2);
    assert.match(await chart.textContent(), /vanaf −4,2: open[\s\S]*vanaf \+6,6: gekoppeld/);
    await assertAccessible();
    await page.screenshot({ path: join(folder, 'koppelen-paar.png'), fullPage: true });
    await assertReflows();
  });

  it('chooses nothing beforehand: no focus on a button, no key that decides, three choices of equal weight', offline, async () => {
    await openFirstPair();
    assert.deepEqual(await focused(), ['H3', 'Paar 1 van 3: clienten en jw301']);
    for (const key of ['Enter', 'Space', '1', 'j', 'y', 'ArrowRight']) await page.keyboard.press(key);
    const buttons = page.locator('.nmd-verdicts button');
    assert.deepEqual(await buttons.allInnerTexts(), ['Zelfde persoon', 'Niet dezelfde persoon', 'Later']);
    const looks = await buttons.evaluateAll((all) =>
      all.map((each) => [each.className, getComputedStyle(each).backgroundColor, each.offsetWidth]),
    );
    assert.deepEqual(looks[1], looks[0]);
    assert.deepEqual(looks[2], looks[0]);
    // Enter in the note is no choice, and a choice without a reason is none.
    await page.getByLabel('In eigen woorden').press('Enter');
    await press('Zelfde persoon');
    assert.match(await page.innerText('.nmd-fault:visible'), /Kies een reden/);
    assert.equal((await focused())[0], 'SELECT');
    await assertAccessible();
    assert.deepEqual(made('linkdecisions').filter(Boolean), []);
  });

  it('decides by keyboard alone, shows what came of it, and takes it back', offline, async () => {
    await openFirstPair();
    await page.getByLabel('Reden van uw besluit').focus();
    await page.getByLabel('Reden van uw besluit').selectOption('Nagekeken in het bronsysteem');
    for (let i = 0; i < 2; i++) await page.keyboard.press('Tab');
    assert.deepEqual(await focused(), ['BUTTON', 'Zelfde persoon']);
    await page.keyboard.press('Enter');
    await page.waitForSelector('#besloten');
    assert.deepEqual(await focused(), ['H3', 'Besloten: zelfde persoon']);
    await page.keyboard.press('Enter');
    const [asked] = made('linkdecisions').filter(Boolean);
    assert.deepEqual([asked.item, asked.verdict, asked.reason], ['r01', 'SAME_PERSON', 'Nagekeken in het bronsysteem']);
    assert.match(asked.request_id, /^[0-9a-f-]{36}$/);
    assert.equal(made('linkdecisions').filter(Boolean).length, 1);
    await assertAccessible();

    await press('Ongedaan maken');
    await press('Annuleer');
    assert.deepEqual(await focused(), ['BUTTON', 'Ongedaan maken']);
    await press('Ongedaan maken');
    await assertAccessible();
    await press('Draai het besluit terug');
    assert.match(await page.locator('dialog .nmd-fault').innerText(), /Kies een reden/);
    await page.locator('dialog').getByLabel('Waarom?').selectOption('Vergissing');
    await press('Draai het besluit terug');
    await page.getByText('Teruggedraaid: zelfde persoon').first().waitFor();
    assert.deepEqual(made('/_undo'), [{ reason: 'Vergissing' }]);
    await press('Terug naar het overzicht');
    await page.waitForFunction(() => document.querySelectorAll('#besluiten tbody tr').length === 2);
    assert.match((await rows('besluiten'))[0].join(' '), /teruggedraaid .*demo-koppelbeheerder.* teruggedraaid: Vergissing/);
  });

  // Against a running gateway too: a decision goes through every service, and so does its undo.
  it('has the queue it had before, once a decision is taken back', async () => {
    const queue = async () => (await rows('wachtrij')).map((cells) => cells.slice(1, 5).join(' ')).sort();
    await open('/koppelen.html');
    await page.waitForSelector('#wachtrij');
    const before = await queue();
    await openFirstPair();
    await assertAccessible();
    await page.screenshot({ path: join(folder, 'koppelen-eerste-paar.png'), fullPage: true });
    await decide('Niet dezelfde persoon');
    assert.match(await page.innerText('#besloten'), /Besloten: niet dezelfde persoon/);
    await press('Ongedaan maken');
    await page.locator('dialog').getByLabel('Waarom?').selectOption('Vergissing');
    await press('Draai het besluit terug');
    await page.getByRole('heading', { name: 'Teruggedraaid: niet dezelfde persoon' }).waitFor();
    await press('Terug naar het overzicht');
    await page.waitForFunction((count) => document.querySelectorAll('#wachtrij tbody tr').length === count, before.length);
    assert.deepEqual(await queue(), before);
  });

  it('takes the pair out of the queue once it is decided', offline, async () => {
    await openFirstPair();
    await decide('Niet dezelfde persoon');
    assert.match(await page.innerText('#besloten'), /Besloten: niet dezelfde persoon/);
    await press('Volgend paar');
    await page.getByText('Paar 2 van 3').waitFor();
    assert.equal(
      await page.getByRole('button', { name: 'Zelfde persoon', exact: true }).count(),
      0,
      'two valid numbers are never one person',
    );
    await press('Terug naar het overzicht');
    await page.waitForFunction(() => document.querySelectorAll('#wachtrij tbody tr').length === 2);
    assert.deepEqual(await focused().then(([tag]) => tag), 'H2');
    assert.deepEqual(await texts('.nmd-headline__change'), ['99,8%', 'niet te zeggen', '602 tot 604']);
  });

  it('keeps the pair and says what to do when a decision fails', offline, async () => {
    await openFirstPair();
    Object.assign(stub.faults, { status: 503, problem: 'UNAVAILABLE_NOW' });
    await page.getByLabel('Reden van uw besluit').selectOption('Nagekeken in het bronsysteem');
    await press('Zelfde persoon');
    await page.waitForSelector('section[aria-labelledby="beoordelen"] [role=alert]');
    assert.match(await page.innerText('[role=alert]'), /nu niet bereikbaar/);
    delete stub.faults.status;
    await press('Zelfde persoon');
    await page.waitForSelector('#besloten');
    const ids = made('linkdecisions')
      .filter(Boolean)
      .map((body) => body.request_id);
    assert.equal(ids.length, 2);
    assert.equal(ids[0], ids[1], 'sent again it is the same decision');
    forgive(503);
  });

  it('lets a second person confirm, and not the first', offline, async () => {
    stub.restartLinking({ fourEyes: true });
    await openFirstPair();
    await decide('Zelfde persoon');
    assert.match(
      await page.innerText('section[aria-labelledby="beoordelen"]'),
      /Voorgesteld: zelfde persoon[\s\S]*wacht op een tweede persoon/,
    );
    await press('Terug naar het overzicht');
    await page.waitForFunction(() => document.querySelectorAll('#besluiten tbody tr').length === 2);
    const actions = page.locator('#besluiten tbody tr');
    assert.deepEqual(await actions.nth(0).locator('button').allInnerTexts(), ['Trek in'], 'mine');
    assert.deepEqual(await actions.nth(1).locator('button').allInnerTexts(), ['Bevestig', 'Trek in'], 'of anna');
    await press('Bevestig besluit d1');
    await page.getByText('bevestigd door demo-koppelbeheerder').waitFor();
    assert.equal((await focused())[0], 'H2');
  });

  it('offers to confirm what was proposed about a pair, and no other decision beside it', offline, async () => {
    await open('/koppelen.html');
    await press('Bekijk paar 3');
    await page.getByLabel('Waarvoor bekijkt u gegevens van personen?').selectOption(PURPOSE);
    await press('Ga verder');
    await page.waitForSelector('#paar-titel');
    assert.match(await page.innerText('.nmd-choice-box'), /Voorgesteld: niet dezelfde persoon[\s\S]*anna stelde dit voor/);
    assert.equal(await page.locator('.nmd-verdicts').count(), 0);
    await assertAccessible();
    await page.locator('.nmd-choice-box').getByRole('button', { name: 'Bevestig besluit d1' }).click();
    await page.getByText('Dit was het laatste paar').waitFor();
    assert.deepEqual(made('/_confirm'), [{}]);
  });

  it('labels the gold sample blind, and again when asked', offline, async () => {
    await open('/koppelen.html');
    await press('Beoordeel de steekproef');
    await page.getByLabel('Waarvoor bekijkt u gegevens van personen?').selectOption('Meten hoe goed de koppelingen zijn');
    await press('Ga verder');
    await page.waitForSelector('#paar-titel');
    const section = 'section[aria-labelledby="beoordelen"]';
    assert.equal(await page.locator(`${section} svg`).count(), 0);
    assert.doesNotMatch(await page.innerText(section), /Kans|Gewicht|bits|waarschijnlijk/);
    assert.deepEqual((await rows('vergelijking'))[0], ['Achternaam', 'Bakker', 'Visser', 'anders']);
    await assertAccessible();
    await press('Niet dezelfde persoon');
    await page.getByText('Uw oordeel over paar 1 is bewaard: niet dezelfde persoon.').waitFor();
    assert.deepEqual(await focused(), ['H3', 'Paar 2 van 2: clienten en jw301']);
    await press('Oordeel opnieuw over dat paar');
    await page.getByText('Paar 1 van 2').waitFor();
    await press('Zelfde persoon');
    await page.getByText('Paar 2 van 2').waitFor();
    await press('Later');
    await page.getByText('Dit was het laatste paar').waitFor();
    assert.deepEqual(made('_label'), [
      { item: 's01', verdict: 'DIFFERENT_PERSONS' },
      { item: 's01', verdict: 'SAME_PERSON' },
    ]);
    assert.deepEqual(made('linkdecisions').filter(Boolean), [], 'a label changes no link');
  });

  it('draws a sample of a size that can be drawn', offline, async () => {
    await open('/koppelen.html');
    await page.getByLabel('Aantal paren om te loten').fill('5');
    await press('Loot paren');
    assert.match(await page.innerText('#omvang-fout'), /van 10 tot en met 2\.000/);
    await page.getByLabel('Aantal paren om te loten').fill('40');
    await press('Loot paren');
    await page.getByText('40 paren wachten op een oordeel.').waitFor();
    assert.deepEqual(made('_draw'), [{ size: 40 }]);
    await page.waitForFunction(() => document.activeElement.id === 'steekproef-titel');
  });

  it('shows only the pairs of one source', offline, async () => {
    await open('/koppelen.html');
    await page.waitForSelector('#wachtrij');
    await page.getByLabel('Bron', { exact: true }).selectOption('clienten');
    await page.waitForFunction(() => document.querySelectorAll('#wachtrij tbody tr').length === 2);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'bron');
    assert.equal(new URL(page.url()).search, '');
  });

  it('learns a model with progress, tells what it would change, and asks why before it is used', offline, async () => {
    await open('/koppelen.html');
    await press('Leer een nieuw model');
    await page.getByText('Het model wordt geleerd: 10.000 van 40.000 paren vergeleken.').waitFor();
    assert.equal(await page.locator('progress').evaluate((bar) => bar.value), 0.25);
    await page.getByText('Het nieuwe model is klaar').first().waitFor();
    assert.match(
      await page.innerText('section[aria-labelledby="modellen-titel"]'),
      /komen 7 personen bij een andere groep[\s\S]*Cliënten: nu 604, met dit model 601/,
    );
    await assertAccessible();
    await press('Neem dit model in gebruik');
    await page.locator('dialog').getByLabel('Waarom?').selectOption('Er zijn veel nieuwe gegevens');
    await press('Neem in gebruik');
    await page.waitForFunction(() => document.querySelector('#modellen tbody td:nth-of-type(3)').textContent.startsWith('ja'));
    assert.deepEqual(made('_release'), [{ reason: 'Er zijn veel nieuwe gegevens' }]);
    await page.waitForFunction(() => document.activeElement.id === 'modellen-titel');
  });

  it('shows the rest when one part cannot be loaded', offline, async () => {
    stub.faults.links = true;
    await open('/koppelen.html');
    await page.waitForSelector('#wachtrij');
    delete stub.faults.links;
    assert.match(await page.innerText('section[aria-labelledby="kwaliteit"] [role=alert]'), /nu niet bereikbaar/);
    forgive(503);
    await press('Probeer het opnieuw');
    await page.waitForSelector('.nmd-headline');
  });

  it('shows what became of a client, takes persons out of it, and puts two together', offline, async () => {
    await openFirstPair();
    await press('Geschiedenis van de tweede persoon');
    await page.waitForSelector('#client-titel');
    assert.equal((await focused())[1], `Cliënt c${'b'.repeat(20)}`);
    assert.deepEqual(
      (await rows('clientpersonen')).map((cells) => cells.slice(0, 2)),
      [
        ['1', 'jw301'],
        ['2', 'clienten'],
      ],
    );
    assert.deepEqual((await rows('geschiedenis')).at(-1).slice(1), ['weg', 'pgb', 'Losgemaakt door een besluit', `c${'d'.repeat(20)}`]);
    await assertAccessible();
    const section = page.locator('section[aria-labelledby="client"]');
    await section.getByRole('button', { name: 'Maak los' }).click();
    assert.match(await section.locator('.nmd-fault:visible').innerText(), /Kies wie er los moet/);
    await page.getByLabel('Maak persoon 2 los').check();
    await section.getByRole('button', { name: 'Maak los' }).click();
    await page.locator('dialog').getByLabel('Waarom?').selectOption('Nagekeken in het bronsysteem');
    await page.locator('dialog').getByRole('button', { name: 'Maak los' }).click();
    await section.getByText('Besloten: losmaken van 1 persoon').waitFor();
    const [split] = made('/_split');
    assert.deepEqual([split.client, split.persons, split.reason], [`c${'b'.repeat(20)}`, ['p2'], 'Nagekeken in het bronsysteem']);
    assert.equal((await rows('clientbesluiten')).length, 1);
    await assertAccessible();

    await page.getByLabel('Voeg samen met cliënt').fill('Sanne');
    await section.getByRole('button', { name: 'Voeg samen' }).click();
    assert.match(await section.locator('#andere-client-fout').innerText(), /pseudoniem/);
    await page.getByLabel('Voeg samen met cliënt').fill(`c${'a'.repeat(20)}`);
    await section.getByRole('button', { name: 'Voeg samen' }).click();
    await page.locator('dialog').getByLabel('Waarom?').selectOption('Nagekeken in het bronsysteem');
    await page.locator('dialog').getByRole('button', { name: 'Voeg samen' }).click();
    await section.getByText('Besloten: samenvoegen van 2 cliënten').waitFor();
    assert.deepEqual(made('/_merge')[0].clients, [`c${'b'.repeat(20)}`, `c${'a'.repeat(20)}`]);
    await section.getByRole('button', { name: 'Ongedaan maken' }).click();
    await page.locator('dialog').getByLabel('Waarom?').selectOption('Vergissing');
    await press('Draai het besluit terug');
    await page.waitForFunction(() => document.querySelector('#clientbesluiten')?.textContent.includes('teruggedraaid: Vergissing'));
    assert.equal(await page.evaluate(() => document.activeElement.id), 'client');
    assert.ok(
      stub.calls.every((call) => !/c[abd]{20}/.test(call.path)),
      'a pseudonym is never in an address',
    );
    await assertReflows();
  });

  it('says so when there is no such client', offline, async () => {
    await open('/koppelen.html');
    await page.getByLabel('Cliënt', { exact: true }).fill(`c${'0'.repeat(20)}`);
    await press('Toon de geschiedenis');
    await page.waitForSelector('section[aria-labelledby="client"] [role=alert]');
    assert.match(await page.innerText('section[aria-labelledby="client"] [role=alert]'), /Dit is er niet meer/);
    assert.equal(await page.getByLabel('Cliënt', { exact: true }).inputValue(), `c${'0'.repeat(20)}`);
    forgive(404);
  });
});
