// SPDX-License-Identifier: EUPL-1.2
// Both sides of a contract: the dossier of a provider, and the portal where the provider answers; against recorded answers, browser.mjs
// says how.
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { as, assertAccessible, forgive, offline, open, page, press, real, rows, stub, texts } from './browser.mjs';
import { assertGood } from './good.mjs';

beforeEach(() => {
  if (real) return;
  stub.restartScreens();
  stub.calls.length = 0;
});


describe('page Dossier', offline, () => {
  const ADDRESS = '/dossier.html?aanbieder=91000001&jaar=2018';

  it('has the talk of the quarter on one page: figures, causes, contract, market, level, account and signals (R155)', async () => {
    await open(ADDRESS);
    assert.equal(await page.innerText('h1'), 'Hoe staat Stichting Voorbeeld ervoor in 2018?');
    assert.deepEqual((await texts('#content h2')).filter((title) => /^\d/.test(title)).map((title) => title[0]), ['1', '2', '3', '4', '5', '6', '7']);
    assert.deepEqual((await rows('tabel-cijfers'))[0], ['Cliënten', '24', '20', '+20,0%']);
    const causes = (await rows('tabel-oorzaken')).map((cells) => Number(cells[1].replace('+€\u00a0', '').replace('.', '')));
    assert.deepEqual(causes, [18_000, 12_000, 30_000], 'the causes are the growth; one that is zero is left out');
    assert.deepEqual((await rows('tabel-contracten'))[0].slice(0, 6), ['jh-1', 'Jeugdwet', '01-01-2017', 'zonder einde', '€\u00a050.000', '2']);
    assert.deepEqual((await rows('tabel-indicatoren'))[0].slice(2), ['ten hoogste 10', 'niet beschikbaar', 'niet te zeggen']);
    assert.deepEqual((await rows('tabel-markt')).map((cells) => [cells[0], cells[3], cells[4]]), [['Stichting Voorbeeld', '75,0%', '60,0%'], ['De andere aanbieder', '25,0%', '40,0%']]);
    assert.deepEqual((await rows('tabel-niveau-6')).map((cells) => [cells[0], cells[4], cells[5]]), [['Stichting Voorbeeld', '9 tot en met 28', 'vaker dan toeval verklaart'], ['=Voorbeeld & Zoon', '4 tot en met 19', 'kan toeval zijn']]);
    assert.deepEqual(await rows('tabel-einde'), [['volgens plan', '9'], ['door de cliënt', '3'], ['Waarvan zonder stopbericht', '3'], ['Alle trajecten die eindigden', '12']]);
    assert.equal((await rows('tabel-posten')).length, 100);
    assert.deepEqual((await rows('tabel-reacties')).map((cells) => cells.slice(1, 4)), [['de gemeente', 'wordt uitgezocht', 'geen'], ['de aanbieder', 'weersproken: de prijs is anders afgesproken', 'De prijs staat in de brief van januari.']]);
    assert.equal((await rows('tabel-signalen')).length, 1);
    await assertGood('dossier');
  });

  it('is reached from Aanbieders, with the moment of its figures in the address', async () => {
    await open('/aanbieders.html?jaar=2018');
    await page.getByRole('link', { name: 'Dossier van Stichting Voorbeeld' }).click();
    await page.waitForURL(/dossier\.html\?aanbieder=91000001&jaar=2018&.*bekend_op=2018-/);
    await page.waitForSelector('#tabel-cijfers');
  });

  it('has a copy for the provider without anything about others, which is all that a provider gets', async () => {
    await open(`${ADDRESS}&exemplaar=aanbieder`);
    await page.waitForSelector('#tabel-cijfers');
    assert.equal(await page.locator('#tabel-markt, #tabel-niveau-6').count(), 0);
    assert.deepEqual(await page.locator('#tabel-signalen thead th').allInnerTexts(), ['Waarover', 'Wet', 'Wat er aan de hand is', 'Wat kan gebeuren', 'Stand']);
    assert.doesNotMatch(await page.innerText('#content'), /Voorbeeld & Zoon|opgepakt/);
    await as('aanbieder');
    stub.calls.length = 0;
    await open('/dossier.html');
    assert.match(new URL(page.url()).search, /^\?aanbieder=91000001&jaar=2018&bekend_op=/);
    assert.equal(await page.getByLabel('Exemplaar').count(), 0);
    assert.equal(await page.innerText('h1'), 'Hoe staat Stichting Voorbeeld ervoor in 2018?');
    assert.deepEqual((await rows('tabel-cijfers')).map(([name]) => name), ['Cliënten', 'Voorzieningen', 'Geïndiceerd bedrag', 'Geïndiceerd bedrag per cliënt']);
    assert.match(await page.innerText('#content'), /er staat niets in over anderen/);
    assert.ok(stub.calls.every(({ path }) => !/measures|dimensions|figures/.test(path)), 'a provider asks for no figures of the municipality');
    await assertAccessible();
  });
});

describe('page Aanbiedersportaal', offline, () => {
  const ADDRESS = '/aanbiedersportaal.html';
    const made = (end) => stub.calls.filter((call) => call.path.endsWith(end) && call.body).map((call) => call.body);
  const upload = (...lines) => page.getByLabel('Bestand').setInputFiles({ name: 'opgave.csv', mimeType: 'text/csv', buffer: Buffer.from(['Toewijzing;Product;Van;Tot en met;Eenheid;Aantal;Bedrag (euro)', ...lines].join('\r\n')) });

  /** What somebody of the municipality says, elsewhere. */
  async function municipalitySays(item, body) {
    const { token } = await (await fetch(new URL('/v1/dev/token?role=contractmanager', stub.url))).json();
    const answer = await fetch(new URL(`/v1/municipalities/gm1730/accounts/91000001/items/${item}/_respond`, stub.url), { method: 'POST', headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    assert.equal(answer.status, 200);
  }

  it('shows a provider its own account, what waits for it, and keeps the choices in the address', async () => {
    await open(ADDRESS);
    await page.waitForSelector('#tabel-posten');
    assert.match(new URL(page.url()).search, /^\?jaar=2018&wet=alle&wie=CARE_PROVIDER&soort=alle&open=alle&opgave=jeugdwet-2018$/);
    assert.deepEqual((await texts('.nmd-headline__change')).slice(0, 2), ['150', '150']);
    assert.equal((await rows('tabel-posten')).length, 150);
    assert.equal((await rows('tabel-posten'))[0].at(-2), 'de gemeente: wordt uitgezocht');
    assert.deepEqual((await rows('tabel-ouderdom')).length, 4);
    await page.getByLabel('Zonder antwoord sinds').selectOption({ label: '31 tot en met 60 dagen' });
    await page.getByLabel('Posten', { exact: true }).selectOption({ label: 'Alle posten' });
    await press('Toon');
    await page.waitForURL(/wie=iedereen&soort=alle&open=60/);
    await page.waitForFunction(() => document.querySelector('#tabel-posten caption')?.textContent.includes('Posten op uw rekening'));
    assert.equal((await rows('tabel-posten')).length, 150);
    assert.deepEqual([...new Set((await rows('tabel-posten')).map((cells) => cells[7]))], ['57']);
    const address = page.url();
    await open(address);
    assert.equal(page.url(), address);
    await assertGood('aanbiedersportaal');
  });

  it('says something about a post, with a reason where one is needed, and reads it back', async () => {
    await open(ADDRESS);
    await page.locator('#reageer-i4').click();
    await press('Verstuur');
    assert.match(await page.innerText('.nmd-fault:visible'), /Vul in: wat zegt u\./);
    await page.getByLabel('Wat zegt u?').selectOption({ label: 'Weersproken' });
    await press('Verstuur');
    assert.match(await page.innerText('.nmd-fault:visible'), /Kies waarom/);
    await assertAccessible();
    await page.getByLabel('Waarom?').selectOption({ label: 'De prijs is anders afgesproken' });
    await page.getByLabel('Toelichting').fill('Vraag 999900006.');
    await press('Verstuur');
    await page.locator('#tabel-posten').getByRole('alert').waitFor();
    forgive(400);
    await page.locator('#tabel-posten').getByRole('button', { name: 'Probeer het opnieuw' }).click();
    await page.getByLabel('Wat zegt u?').selectOption({ label: 'Weersproken' });
    await page.getByLabel('Waarom?').selectOption({ label: 'De prijs is anders afgesproken' });
    await page.getByLabel('Toelichting').fill('Zie de brief van mei.');
    await press('Verstuur');
    await page.locator('#tabel-reacties').getByText('Zie de brief van mei.').waitFor();
    const { request_id, ...said } = made('i4/_respond').at(-1);
    assert.deepEqual(said, { position: 'DISPUTED', reason: 'PRICE_DIFFERS', note: 'Zie de brief van mei.' });
    assert.match(request_id, /^[0-9a-f-]{36}$/);
    assert.equal((await rows('tabel-posten')).find((cells) => cells[0] === '104').at(-2), 'u: weersproken: de prijs is anders afgesproken');
    await page.getByRole('button', { name: 'Wat is gezegd over toewijzing 101, 45A48, declaratie D2018-01, regel R2' }).click();
    assert.deepEqual((await rows('tabel-reacties')).map((cells) => cells[1]), ['de gemeente', 'de aanbieder']);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'gezegd');
    await press('Toon alle reacties');
    assert.equal((await rows('tabel-reacties')).length, 3);
  });

  it('shows what the municipality says when it says it, with the focus where it was, until that is paused', async () => {
    await open(`${ADDRESS}?wie=iedereen`);
    await page.locator('#reageer-i7').focus();
    const said = (allocation) => page.waitForFunction((found) => [...document.querySelectorAll('#tabel-posten tbody tr')].find((row) => row.cells[0].textContent === found)?.textContent.includes('de gemeente: erkend'), allocation);
    await municipalitySays('i7', { position: 'AGREED', request_id: 'r1' });
    await said('107');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'reageer-i7');
    assert.match(await page.innerText('#status'), /1 post is bijgewerkt/);
    await press('Pauzeer het bijwerken');
    assert.match(await page.innerText('#stand'), /gepauzeerd/);
    const asked = stub.calls.length;
    await municipalitySays('i8', { position: 'AGREED', request_id: 'r2' });
    // What the municipality asked itself is the only call since.
    assert.equal(stub.calls.length, asked + 1);
    assert.equal((await rows('tabel-posten')).find((cells) => cells[0] === '108').at(-2), 'nog niets');
    await press('Werk weer bij');
    await said('108');
    // A post that went is gone, also from the list.
    await municipalitySays('i2', { position: 'WILL_ANSWER', request_id: 'r3' });
    await page.waitForFunction(() => ![...document.querySelectorAll('#tabel-posten tbody tr')].some((row) => row.cells[0].textContent === '102'));
    assert.match(await page.innerText('#tabel-reacties'), /een post die er niet meer is/);
  });

  it('confirms a draft that it saw, and not one that changed since', async () => {
    await open(ADDRESS);
    assert.deepEqual((await rows('tabel-concept')).map((cells) => [cells[0], cells[3], cells[5]]), [['100', '31-01-2018', '12'], ['100', '28-02-2018', '10,500'], ['101', '31-01-2018', '8']]);
    assert.match(await page.innerText('section[aria-labelledby="concept"]'), /150 regels hebben nog geen antwoord/);
    await press('Bevestig dat dit is geleverd…');
    await assertAccessible();
    await press('Bevestig');
    await page.locator('#content').getByRole('alert').waitFor();
    forgive(409);
    assert.match(await page.innerText('#content [role=alert]'), /Er is intussen iets veranderd/);
    await press('Probeer het opnieuw');
    await press('Bevestig');
    await page.waitForSelector('#tabel-opgaven');
    assert.deepEqual((await rows('tabel-opgaven'))[0].slice(0, 5), ['1', 'Jeugdwet', 'jan\u00a02018 tot en met dec\u00a02018', '04-04-2018 om 12:00', 'concept bevestigd']);
    assert.equal(made('_confirm').at(-1).etag, 'e1');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'opgaven');
  });

  it('contradicts it with a file of its own, after every fault in it was told', async () => {
    await open(ADDRESS);
    await press('Controleer het bestand');
    await page.getByRole('heading', { name: 'Er is geen bestand gekozen' }).waitFor();
    await upload('100;45A48;01-01-2018;31-01-2018;16;11,5;575', '100;45A48;31-02-2018;31-01-2018;16;1.234;x');
    await press('Controleer het bestand');
    await page.getByRole('heading', { name: 'Het bestand klopt niet: 3 fouten' }).waitFor();
    assert.deepEqual(await page.locator('section[aria-labelledby="inleveren"] li').allInnerTexts(), ['Regel 3, van: geen datum (dd-mm-jjjj) ("31-02-2018").', 'Regel 3, aantal: geen getal met een komma en ten hoogste drie decimalen ("1.234").', 'Regel 3, bedrag: geen bedrag met een komma en ten hoogste twee decimalen ("x").']);
    await assertAccessible();
    await upload('100;45A48;01-01-2018;31-01-2018;16;11,5;575', '100;00000;01-02-2018;28-02-2018;16;1;1');
    await press('Controleer het bestand');
    await press('Lever deze opgave in');
    await page.locator('section[aria-labelledby="inleveren"]').getByRole('alert').waitFor();
    forgive(400);
    assert.match(await page.locator('section[aria-labelledby="inleveren"] details').textContent(), /Regel 3, product: must be/);
    await upload('100;45A48;01-01-2018;31-01-2018;16;11,5;575');
    await press('Controleer het bestand');
    await page.getByRole('heading', { name: /^1 regel, samen €\s575,00$/ }).waitFor();
    assert.equal(made('/statements').length, 1, 'nothing was sent by looking');
    await press('Lever deze opgave in');
    await page.waitForSelector('#tabel-opgaven');
    const { request_id, ...sent } = made('/statements').at(-1);
    assert.deepEqual(sent, { law: 'jeugdwet', start_date: '2018-01-01', end_date: '2019-01-01', lines: [{ allocation: '100', product: '45A48', start_date: '2018-01-01', end_date: '2018-02-01', unit: '16', volume_thousandths: '11500', amount_cents: '57500' }] });
    assert.equal((await rows('tabel-opgaven'))[0][4], 'eigen opgave');
  });
});
