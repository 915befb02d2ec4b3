// SPDX-License-Identifier: EUPL-1.2
// The pages Groei and Bronnen in a real browser; browser.mjs says against what.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { assertAccessible, assertReflows, base, folder, forgive, NBSP, offline, open, page, real, rows, stub, texts } from './browser.mjs';
import { assertFileIsTable, assertWorkbookIsTable } from './table_files.mjs';

describe('page Groei', () => {
  it('answers the question of the council with three figures and their base (T-01..T-03)', async () => {
    await open('/groei.html');
    assert.match(await page.innerText('h1'), /^Hoe groeiden cliënten, voorzieningen en kosten van jeugdhulp van januari\s2017 tot januari\s2018, en waarom\?$/);
    assert.equal(await page.innerText('#municipality'), 'Gemeente Tynaarlo');
    assert.deepEqual(await texts('.nmd-headline__change'), ['+24%', '+31%', '+44%']);
    const values = (await page.locator('.nmd-headline__values').allTextContents()).map((text) => text.replaceAll(/van | naar /g, ''));
    assert.deepEqual(values, ['484 → 598', '601 → 786', `€${NBSP}416.000 → €${NBSP}598.264`]);
    assert.deepEqual(await texts('.nmd-headline__base'), [
      `+114 ten opzichte van januari${NBSP}2017`, 'precies +23,6%',
      `+185 ten opzichte van januari${NBSP}2017`, 'precies +30,8%',
      `+€${NBSP}182.264 ten opzichte van januari${NBSP}2017`, 'precies +43,8%',
    ]);
    assert.match(await page.innerText('#conclusie'), /\d/);
    await page.screenshot({ path: join(folder, 'groei.png'), fullPage: true });
  });

  it('splits the growth in four factors and in three, that sum to it (T-04, T-05)', async () => {
    await open('/groei.html');
    const amounts = async () => (await rows('tabel-oorzaken')).map((cells) => cells.slice(1, 3));
    assert.deepEqual(await amounts(), [
      [`+€${NBSP}105.984`, '58,1%'], [`+€${NBSP}28.490`, '15,6%'], [`+€${NBSP}13.010`, '7,1%'], [`+€${NBSP}34.779`, '19,1%'], [`+€${NBSP}182.264`, '100,0%'],
    ].map(([amount, share]) => [amount, share]));
    await page.getByLabel('Drie factoren, over totalen').check();
    assert.deepEqual(await amounts(), [[`+€${NBSP}106.097`, '58,2%'], [`+€${NBSP}28.520`, '15,6%'], [`+€${NBSP}47.647`, '26,1%'], [`+€${NBSP}182.264`, '100,0%']]);
    assert.equal(new URL(page.url()).searchParams.get('factoren'), '3');
  });

  it('shows the growth per interventieniveau (T-06)', async () => {
    await open('/groei.html');
    const levels = (await rows('tabel-niveaus')).filter((cells) => cells[1] !== '0' || cells[2] !== '0');
    assert.deepEqual(levels.map((cells) => cells.slice(1, 4)), [
      ['70', '56', '−20,0%'], ['183', '276', '+50,8%'], ['178', '238', '+33,7%'], ['152', '189', '+24,3%'], ['18', '27', '+50,0%'], ['601', '786', '+30,8%'],
    ]);
    const drawing = page.locator('section[aria-labelledby="niveaus"] svg');
    assert.equal(await drawing.getAttribute('role'), 'img');
    assert.match(await drawing.locator('desc').textContent(), /IVN 5: van 183 naar 276 \(\+51%\)/);
  });

  it('has a row for every month of three years, and words where there is no figure', async () => {
    await open('/groei.html');
    const months = await rows('tabel-verloop');
    assert.equal(months.length, 36);
    assert.deepEqual([months[0][0], months[35][0]], [`jan${NBSP}2016`, `dec${NBSP}2018`]);
    for (const cells of months) for (const cell of cells) assert.notEqual(cell, '');
    const january = months.find((cells) => cells[0] === `jan${NBSP}2018`);
    assert.deepEqual(january, [`jan${NBSP}2018`, '598', '786', `€${NBSP}598.264`, '123,6', '130,8', '143,8']);
  });

  it('keeps the whole question in the address: opening it again gives the same page', async () => {
    await open('/groei.html?wet=jeugdwet&van=2017-01&naar=2018-01&factoren=3');
    const address = page.url();
    assert.match(new URL(address).searchParams.get('bekend_op'), /^\d{4}-\d\d-\d\dT/);
    const first = await page.innerText('#content');
    await open(address);
    assert.equal(page.url(), address);
    assert.equal(await page.innerText('#content'), first);
    assert.equal(await page.getByLabel('Drie factoren, over totalen').isChecked(), true);
  });

  it('asks what the form says, and goes back', async () => {
    await open('/groei.html');
    const first = page.url();
    await page.getByLabel('Eerste maand').selectOption('2017-06');
    await page.getByRole('button', { name: 'Toon cijfers' }).click();
    await page.waitForURL(/van=2017-06/);
    assert.match(await page.innerText('h1'), /van juni\s2017 tot januari\s2018/);
    await page.waitForSelector('#content:not([aria-busy]):not(:has([aria-busy]))');
    await page.goBack();
    assert.equal(page.url(), first);
    assert.equal(await page.getByLabel('Eerste maand').inputValue(), '2017-01');
  });

  it('says what was known on an earlier day, up to and including that day', offline, async () => {
    stub.calls.length = 0;
    await open('/groei.html?bekend_op=2018-01-31');
    const asked = stub.calls.filter((call) => call.path.includes('/figures/')).map((call) => call.body.known_time);
    assert.deepEqual(asked, ['2018-01-31T22:59:59.999Z', '2018-01-31T22:59:59.999Z']);
    assert.deepEqual(await texts('.nmd-headline__change'), ['niet beschikbaar', 'niet beschikbaar', 'niet beschikbaar']);
    assert.match(await page.innerText('.nmd-facts'), /bekend op 31-01-2018 om 23:59/);
    assert.match(await page.innerText('section[aria-labelledby="waarom"]'), /Uitsplitsing niet beschikbaar/);
    assert.doesNotMatch(await page.innerText('.nmd-headlines'), /\b0\b|NaN|undefined/);
    await assertAccessible();
  });

  it('says in each label what was known otherwise at an earlier moment, with the screen left as it is', offline, async () => {
    await open('/groei.html?wet=jeugdwet&van=2017-01&naar=2018-01&factoren=3');
    const address = page.url();
    const label = (id) => page.locator(`section[aria-labelledby="${id}"] .nmd-label-box`);
    const change = async (id, day) => {
      if (!(await label(id).evaluate((element) => element.open))) await label(id).locator('summary').click();
      await label(id).getByLabel('Wat was er eerder bekend? Op').fill(day);
      await label(id).getByRole('button', { name: 'Toon het verschil' }).click();
    };
    // January 2018 came in on 5 February.
    stub.calls.length = 0;
    await change('verloop', '2018-01-31');
    await page.waitForSelector('#eerder-tabel-verloop');
    assert.deepEqual(stub.calls.map((call) => call.body?.known_time), Array(2).fill('2018-01-31T22:59:59.999Z'), 'only the figures are asked again');
    const changed = await rows('eerder-tabel-verloop');
    assert.deepEqual([changed[0][0], ...changed[0].slice(2)], [`jan${NBSP}2018`, 'niet beschikbaar', '598', 'niet beschikbaar']);
    assert.deepEqual([...new Set(changed.map(([month, , was]) => `${month} ${was}`))], ['jan', 'feb', 'mrt'].map((month) => `${month}${NBSP}2018 niet beschikbaar`), 'months that were known then are as they were');
    for (const id of ['waarom', 'niveaus']) {
      await change(id, '2018-01-31');
      await label(id).getByText('Op 31-01-2018 was er nog geen antwoord.').waitFor();
    }
    assert.equal(page.url(), address);
    await change('waarom', '2018-03-31');
    await label('waarom').getByText('Geen cijfer in deze tabel is sinds 31-03-2018 veranderd.').waitFor();
    // The difference is of the effects that are shown.
    await page.getByLabel('Vier factoren, met zwaarte apart').check();
    await change('waarom', '2018-03-31');
    await label('waarom').getByText('Geen cijfer in deze tabel is sinds 31-03-2018 veranderd.').waitFor();
    await assertAccessible();
    await assertReflows();
  });

  it('shows protected figures as words, never as 0 or blank', offline, async () => {
    await open('/groei.html?wet=wmo');
    assert.deepEqual(await texts('.nmd-headline__change'), ['afgeschermd', 'afgeschermd', 'afgeschermd']);
    const january = (await rows('tabel-verloop')).find((cells) => cells[0] === `jan${NBSP}2018`);
    assert.deepEqual(january.slice(1), Array(6).fill('afgeschermd'));
    assert.match(await page.innerText('section[aria-labelledby="verloop"]'), /zo weinig personen dat zij herkenbaar kunnen zijn/);
    await page.screenshot({ path: join(folder, 'afgeschermd.png'), fullPage: true });
  });

  it('refuses growth over a trend break but shows both months (R17)', offline, async () => {
    await open('/groei.html?van=2016-06&naar=2018-01');
    assert.deepEqual(await texts('.nmd-headline__change'), ['niet beschikbaar', 'niet beschikbaar', 'niet beschikbaar']);
    assert.match(await page.innerText('section[aria-labelledby="waarom"]'), /Uitsplitsing niet vergelijkbaar[\s\S]*manier van inkopen of tellen veranderd/);
  });

  it('leaves months out of the lines while their messages are not complete', offline, async () => {
    await open('/groei.html');
    assert.match(await page.innerText('section[aria-labelledby="verloop"]'), /Nog niet volledig en daarom niet getekend: mrt 2018\./);
  });

  it('names every fault of an address and asks nothing', offline, async () => {
    stub.calls.length = 0;
    await open('/groei.html?wet=zorg&van=2018-01&naar=2017-01&bekend_op=2099-01-01');
    const alert = await page.innerText('[role=alert]');
    for (const words of ['wet is onbekend', 'voor de tweede maand', 'ligt in de toekomst']) assert.ok(alert.includes(words), words);
    assert.equal(stub.calls.length, 0);
    await assertAccessible();
  });

  it('explains that signing in is needed where the development issuer is off', offline, async () => {
    stub.faults.signIn = true;
    await open('/groei.html');
    delete stub.faults.signIn;
    assert.match(await page.innerText('[role=alert]'), /Aanmelden is nodig/);
    await assertAccessible();
    forgive(404);
    await page.getByRole('button', { name: 'Probeer het opnieuw' }).click();
    await page.waitForSelector('.nmd-headline');
  });

  it('goes to the sign-in of the municipality, which knows the page to come back to', offline, async () => {
    stub.faults.signIn = 'issuer';
    await page.goto(new URL('/groei.html?ivn=6', base).href);
    await page.waitForURL('**/v1/session/login?*');
    delete stub.faults.signIn;
    assert.equal(await page.innerText('p'), '/groei.html?ivn=6');
    forgive(404);
    forgive(401);
  });

  it('turns an error of the service into Dutch with what to do next', offline, async () => {
    Object.assign(stub.faults, { status: 503, problem: 'UNAVAILABLE_NOW' });
    await open('/groei.html');
    delete stub.faults.status;
    const alert = await page.innerText('[role=alert]');
    assert.match(alert, /nu niet bereikbaar[\s\S]*Probeer het over een minuut opnieuw[\s\S]*Meldnummer: stub-1/);
    forgive(503);
    await page.screenshot({ path: join(folder, 'storing.png') });
    await page.getByRole('button', { name: 'Probeer het opnieuw' }).click();
    await page.waitForSelector('.nmd-headline');
  });

  it('gives the table on screen as a file for a Dutch spreadsheet', async () => {
    await open('/groei.html');
    const button = page.locator('section[aria-labelledby="niveaus"]').getByRole('button', { name: 'Download tabel (CSV)' });
    const [file] = await Promise.all([page.waitForEvent('download'), button.click()]);
    assert.match(file.suggestedFilename(), /^groei-niveaus_gm1730_jeugdwet_2017-01_2018-01_bekend-\d{4}-\d\d-\d\d\.csv$/);
    const bytes = await readFile(await file.path());
    assert.deepEqual([...bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
    const lines = bytes.toString('utf8').slice(1).split('\r\n');
    assert.match(lines[0], /^Niveau;Voorzieningen jan 2017;Voorzieningen jan 2018;Groei voorzieningen t\.o\.v\. jan 2017 \(%\);Bedrag jan 2017 \(euro\);/);
    assert.ok(lines.some((line) => line.includes(';70;56;-20,00;14000,00;11480,00;-2520,00;beantwoord;')), lines.join('\n'));
    assert.equal(lines.at(-1), '');
    await assertFileIsTable(button);
  });

  it('gives every table as a workbook, with numbers that are numbers and a sheet that says what they are', async () => {
    await open('/groei.html');
    const buttons = await page.getByRole('button', { name: 'Download tabel (Excel)' }).all();
    assert.equal(buttons.length, 3);
    for (const button of buttons) {
      const about = Object.fromEntries(await assertWorkbookIsTable(button));
      assert.match(about['Cijfers bekend op'], /^\d\d-\d\d-\d{4} om \d\d:\d\d$/);
      assert.match(about['Definities'], /indicated\/\d/);
      assert.equal(about['Adres van de vraag'], page.url());
    }
  });

  it('gives protected figures in a workbook as words', offline, async () => {
    await open('/groei.html?wet=wmo');
    await assertWorkbookIsTable(page.locator('section[aria-labelledby="verloop"]').getByRole('button', { name: 'Download tabel (Excel)' }));
  });

  it('can be used by keyboard, without colour, and on a screen of 320 pixels', async () => {
    await open('/groei.html');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Direct naar de inhoud');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
    assert.equal(await page.getAttribute('#content', 'aria-busy'), null, 'moving inside the page asks nothing new');
    assert.equal(await page.getAttribute('html', 'lang'), 'nl');
    await assertAccessible();
    await assertReflows();
    await assertAccessible();
    await page.screenshot({ path: join(folder, 'groei-320.png'), fullPage: true });
  });

  it('prints complete', async () => {
    await open('/groei.html');
    await writeFile(join(folder, 'groei.pdf'), await page.pdf({ preferCSSPageSize: true, printBackground: true, tagged: true }));
    await page.emulateMedia({ media: 'print' });
    const frame = await page.locator('.nmd-table__frame--tall').evaluate((element) => [element.clientHeight, element.scrollHeight]);
    assert.ok(frame[0] >= frame[1] - 1, `the table of months is cut off in print: ${frame}`);
    assert.equal(await page.locator('#form').isVisible(), false);
    assert.equal(await page.locator('.nmd-facts').isVisible(), true);
  });
});

describe('page Bronnen', () => {
  it('says per source how complete, timely and sound it is (R5, R13)', async () => {
    await open('/bronnen.html');
    const sources = await rows('bronnen');
    assert.ok(sources.length > 0);
    assert.ok(sources.every((cells) => cells.length === 9));
    if (!real) {
      assert.deepEqual(sources, [
        ['iJw 323 Declaratie', 'aanbieder', '60', '1', '97,7%', '90,0%', 'A', 'geen personen', '03-04-2018'],
        ['Cliëntenbestand', 'gemeente', '0', '0', 'niet te zeggen', 'niet te zeggen', 'niet te zeggen', '95,0%', '29-03-2018'],
      ]);
      assert.match(await page.innerText('#content'), /niets verwacht: Pgb-bestedingen\./);
      assert.deepEqual(await rows('ontbreekt-jw323'), [['Voorbeeld & Zoon', '91000002', `feb${NBSP}2018`, `januari${NBSP}2018`]]);
      assert.deepEqual(await rows('controles-jw323'), [['TR101', '2', '3', '1', 'Een sleutel komt twee keer voor. Maak elke sleutel uniek.']]);
      // Ten whole columns, one with a part missing and one that may still grow: twelve filled parts, one hatched, one open.
      const chart = page.locator('section[aria-labelledby="bron-jw323"] svg');
      assert.equal(await chart.getAttribute('role'), 'img');
      assert.deepEqual(await Promise.all(['after', 'before', 'open'].map((kind) => chart.locator(`.nmd-bar--${kind}`).count())), [12 + 1, 1 + 1, 1 + 1]);
      assert.match(await chart.locator('desc').textContent(), /Van 12 maanden waarin iets verwacht werd, zijn er 10 volledig/);
      assert.equal(await page.locator('section[aria-labelledby="bron-clienten"] svg').count(), 0, 'nothing is expected: there is no picture');
    }
    await assertAccessible();
    await page.screenshot({ path: join(folder, 'bronnen.png'), fullPage: true });
    await assertReflows();
  });

  it('still shows the sources when the links cannot be read', offline, async () => {
    stub.faults.links = true;
    await open('/bronnen.html');
    delete stub.faults.links;
    assert.deepEqual((await rows('bronnen')).map((cells) => cells[7]), ['geen personen', 'geen personen']);
    forgive(503);
  });

  it('prints as an annex for the council (R14)', async () => {
    await open('/bronnen.html');
    await writeFile(join(folder, 'bronnen.pdf'), await page.pdf({ preferCSSPageSize: true, printBackground: true, tagged: true }));
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.getByRole('button', { name: 'Druk af op één pagina' }).isVisible(), false);
    assert.equal(await page.locator('.nmd-source-facts').first().isVisible(), true);
    // An A4 page of 210 mm with margins of 17 mm is 665 px wide.
    await page.setViewportSize({ width: 665, height: 900 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 665, `${wide} px do not fit on the paper`);
  });
});
