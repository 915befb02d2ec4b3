// SPDX-License-Identifier: EUPL-1.2
// What the municipality shows to others: the dossier of a provider; against recorded answers, browser.mjs says how.
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { assertAccessible, offline, open, page, real, rows, stub, texts } from './browser.mjs';
import { assertGood } from './good.mjs';

beforeEach(() => {
  if (real) return;
  stub.restartScreens();
  stub.calls.length = 0;
});

const as = async (role) => {
  await open('/toegankelijkheid.html');
  await page.evaluate((word) => sessionStorage.setItem('nmd-rol', word), role);
};

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
