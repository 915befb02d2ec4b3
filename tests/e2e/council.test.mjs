// SPDX-License-Identifier: EUPL-1.2
// What people keep: duiding under a figure and in the register of answers, scenarios, and views of the explorer; against recorded answers.
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { as, assertAccessible, assertReflows, forgive, offline, open, page, press, real, rows, stub } from './browser.mjs';

beforeEach(() => {
  if (real) return;
  stub.restartScreens();
  stub.calls.length = 0;
});

const made = (path) => stub.calls.filter((call) => call.path.endsWith(path) && call.body).map((call) => call.body);
const EXPLORER = '/verkenner.html?maat=clients&per=ivn&wet=jeugdwet&van=2018-01&tot=2018-01';

describe('duiding', offline, () => {
  it('stands under the figure it is about, is written there, and prints with it', async () => {
    await open(EXPLORER);
    const section = page.locator('section[aria-labelledby="antwoord"]');
    assert.match(await section.innerText(), /Opmerking\. In 2017 werd de inkoop anders\. \(nota, 2017\)/);
    await press('Schrijf duiding…');
    await assertAccessible();
    await page.getByLabel('Wat is het?').selectOption({ label: 'Bedreiging of min' });
    await page.getByLabel('Wat ziet u?').fill('Nummer 999900006 groeit.');
    await press('Leg vast');
    await section.getByRole('alert').waitFor();
    forgive(400);
    await press('Probeer het opnieuw');
    await page.getByLabel('Wat is het?').selectOption({ label: 'Bedreiging of min' });
    await page.getByLabel('Wat ziet u?').fill('IVN 5 groeit het hardst.');
    await page.getByLabel(/Wat is er afgesproken/).fill('Bespreken in juni.');
    await press('Leg vast');
    await page.getByText('IVN 5 groeit het hardst.').waitFor();
    assert.deepEqual(made('policynotes').at(-1).policy_note, { about: 'municipalities/gm1730/measures/clients', sign: 'MINUS', text: 'IVN 5 groeit het hardst.', action: 'Bespreken in juni.' });
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.getByText('IVN 5 groeit het hardst.').isVisible(), true);
    assert.equal(await page.getByRole('button', { name: 'Schrijf duiding…' }).isVisible(), false);
    await page.emulateMedia({ media: 'screen' });
    await assertAccessible();
  });

  it('in the register is about the whole answer or one of its figures', async () => {
    await as('griffie');
    await open(EXPLORER);
    await press('Leg vast als antwoord aan de raad');
    await press('Leg vast');
    await page.getByRole('link', { name: 'Naar het vragenregister' }).click();
    await page.waitForSelector('#tabel-gegeven');
    await page.getByRole('button', { name: 'Duiding… bij Cliënten, ivn 5' }).click();
    await page.getByLabel('Wat moet wie dit leest weten?').fill('Inclusief een grote verhuizing.');
    await press('Leg vast');
    await page.locator('#duiding').getByText('Inclusief een grote verhuizing.').waitFor();
    assert.match(await page.innerText('#duiding'), /Cliënten, IVN 5\. Inclusief een grote verhuizing\. \(demo-griffie, 04-04-2018\)/);
    assert.deepEqual(made('_annotate').map(({ measure, dimensions }) => [measure, dimensions]), [['clients', [{ dimension: 'ivn', value: '5' }]]]);
    await press('Schrijf duiding bij dit antwoord…');
    await page.getByLabel('Wat moet wie dit leest weten?').fill('Zie ook de brief van maart.');
    await press('Leg vast');
    await page.locator('#duiding').getByText('Zie ook de brief van maart.').waitFor();
    assert.match(await page.innerText('#duiding'), /Het hele antwoord\. Zie ook de brief/);
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.locator('#duiding').isVisible(), true);
    await page.emulateMedia({ media: 'screen' });
    await assertAccessible();
  });
});

describe('a scenario', offline, () => {
  it('is kept under a name, a next version under the same name, by who may', async () => {
    await as('controller');
    await open('/scenarios.html?denkrichting=sociaal');
    for (const reason of ['Voor de raad', 'Na de raad']) {
      await press('Bewaar dit scenario…');
      await page.getByLabel('Naam').fill('Onze keuze');
      await page.getByLabel('Waarvoor is dit scenario?').fill(reason);
      await assertAccessible();
      await press('Bewaar');
      await page.locator('#tabel-bewaard').getByText(reason).waitFor();
    }
    assert.deepEqual((await rows('tabel-bewaard')).map((cells) => [cells[0], cells[1], cells[4]]), [['Onze keuze', '2', 'demo-controller'], ['Onze keuze', '1', 'demo-controller']]);
    assert.equal(made('scenarios')[0].question.option, 'sociaal');
    await assertAccessible();
    await as('griffie');
    await open('/scenarios.html');
    assert.equal((await rows('tabel-bewaard')).length, 2);
    assert.equal(await page.getByRole('button', { name: 'Bewaar dit scenario…' }).count(), 0);
  });
});

describe('a view of the explorer', offline, () => {
  it('is kept in the browser, opens the same question, and goes when it is removed', async () => {
    await open(EXPLORER);
    await press('Bewaar deze weergave…');
    await page.getByLabel('Naam').fill('Niveaus in januari');
    await assertAccessible();
    await press('Bewaar');
    const link = page.getByRole('link', { name: 'Niveaus in januari' });
    assert.doesNotMatch(await link.getAttribute('href'), /bekend_op/);
    await page.reload();
    await page.waitForSelector('#content:not([aria-busy]):not(:has([aria-busy])) > *');
    await link.click();
    await page.waitForURL(/per=ivn/);
    await page.waitForSelector('#tabel-verkenner');
    await assertAccessible();
    await assertReflows();
    await page.getByRole('button', { name: 'Verwijder Niveaus in januari' }).click();
    assert.equal(await page.evaluate(() => localStorage.length), 0);
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Bewaar deze weergave…');
  });
});

describe('the label of a table', offline, () => {
  it('says what was known otherwise at an earlier moment, with the screen left as it is', async () => {
    await open(EXPLORER);
    const address = page.url();
    await page.getByText('Over deze cijfers').first().click();
    await page.getByLabel('Wat was er eerder bekend? Op').fill('2017-06-01');
    await press('Toon het verschil');
    await page.waitForSelector('#eerder-tabel-verkenner');
    assert.deepEqual((await rows('eerder-tabel-verkenner')).map((cells) => [cells[0], ...cells.slice(2)]), [['IVN 6', '236', '238', '+2'], ['Totaal', '596', '598', '+2']]);
    assert.match(await page.innerText('.nmd-label-box'), /2 cijfers veranderden sinds 01-06-2017\./);
    assert.equal(page.url(), address);
    await assertAccessible();
    await assertReflows();
    await page.getByLabel('Wat was er eerder bekend? Op').fill('2018-03-31');
    await press('Toon het verschil');
    await page.getByText('Geen cijfer in deze tabel is sinds 31-03-2018 veranderd.').waitFor();
  });
});

describe('an answer on one page', offline, () => {
  for (const address of ['groei.html', EXPLORER, 'wijken.html', 'aanbieders.html', 'dossier.html?aanbieder=91000001&jaar=2018', 'productgroepen.html', 'scenarios.html', 'vragen.html', 'publicaties.html', 'bronnen.html', 'signalen.html', 'logboek.html', 'openbaar.html', 'regio.html?inwoners=inwoners']) {
    const id = /(\w+)\.html/.exec(address)[1];
    it(`${id}: is the first part with its source, says when rows are left out, and is whole again afterwards`, async () => {
      await open(address.startsWith('/') ? address : `/${address}`);
      const shown = await page.locator('#content tbody tr:visible').count();
      await page.evaluate(() => (window.print = () => undefined));
      await press('Druk af op één pagina');
      const pdf = await page.pdf({ preferCSSPageSize: true });
      assert.equal((pdf.toString('latin1').match(/\/Type \/Page\b/g) ?? []).length, 1);
      // Chromium says after each that it was printed.
      assert.equal(await page.locator('#content tbody tr:visible').count(), shown);
      await press('Druk af op één pagina');
      await page.emulateMedia({ media: 'print' });
      assert.ok((await page.locator('#content h2:visible, #content table:visible').count()) > 0);
      const cut = await page.evaluate(() => [...document.querySelectorAll('.nmd-table')].filter((each) => each.checkVisibility() && each.querySelectorAll('tbody tr').length > 6).map((each) => getComputedStyle(each, '::after').content));
      assert.ok(cut.every((words) => /eerste regels/.test(words)), cut.join());
      await page.emulateMedia({ media: 'screen' });
      assert.equal(await page.locator('#content tbody tr:visible').count(), shown);
    });
  }
});

describe('a long table', offline, () => {
  it('of 5,000 rows scrolls by key and by wheel, with its head in sight', async (t) => {
    const started = performance.now();
    await open('/logboek.html?vanaf=2017-01-01&t_m=2017-12-31');
    await page.waitForSelector('#tabel-logboek');
    t.diagnostic(`5,000 rows shown after ${Math.round(performance.now() - started)} ms`);
    assert.equal(await page.locator('#tabel-logboek tbody tr').count(), 5000);
    assert.match(await page.innerText('#content'), /meer dan 5\.000 regels; dit zijn de eerste/);
    const frame = page.locator('.nmd-table__frame:has(#tabel-logboek)');
    await frame.focus();
    const top = () => frame.evaluate((element) => element.scrollTop);
    await page.keyboard.press('PageDown');
    await page.waitForFunction(() => document.activeElement.scrollTop > 0);
    await page.keyboard.press('End');
    await page.waitForFunction(() => document.activeElement.scrollTop + document.activeElement.clientHeight >= document.activeElement.scrollHeight - 2);
    const end = await top();
    assert.equal(await frame.locator('tbody tr').last().isVisible(), true);
    // The head stands at the top of the frame, whatever is below it.
    const head = await frame.evaluate((element) => element.querySelector('thead th').getBoundingClientRect().top - element.getBoundingClientRect().top);
    assert.ok(Math.abs(head) <= 2, `${head}`);
    await frame.hover();
    await page.mouse.wheel(0, -5000);
    await page.waitForFunction((before) => document.querySelector('.nmd-table__frame:has(#tabel-logboek)').scrollTop < before, end);
    assert.ok((await top()) > 0);
  });
});
