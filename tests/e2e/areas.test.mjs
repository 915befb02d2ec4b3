// SPDX-License-Identifier: EUPL-1.2
// The page Wijken in a real browser, against recorded answers: the map by tiles and by borders, by mouse, by keyboard and on paper.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, it } from 'node:test';
import { assertAccessible, assertReflows, folder, offline, open, page, real, rows, stub } from './browser.mjs';
import { assertFiles } from './table_files.mjs';

const borders = await readFile(new URL('../../gateway/web/test/gebieden.json', import.meta.url), 'utf8');
const ADDRESS = '/wijken.html?van=2017&naar=2018';

beforeEach(() => {
  if (!real) stub.restartScreens();
});

const withBorders = (body) => page.route('**/gebieden.json', (route) => route.fulfill({ contentType: 'application/json', body }));
const names = () => page.locator('.nmd-map-item').evaluateAll((all) => all.map((each) => each.getAttribute('aria-label')));
const focused = () => page.evaluate(() => document.activeElement.getAttribute('aria-label'));

/** On screen, on a small one and on paper; every area keeps inside the picture. */
async function assertGood(name) {
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  await assertFiles();
  await assertAccessible();
  await assertReflows();
  await assertAccessible();
  await page.screenshot({ path: join(folder, `${name}-320.png`), fullPage: true });
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: 665, height: 900 });
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 665);
  await assertAccessible();
  await page.screenshot({ path: join(folder, `${name}-print.png`), fullPage: true });
  const outside = await page.locator('.nmd-map svg').evaluate((svg) => {
    const frame = svg.getBoundingClientRect();
    return [...svg.querySelectorAll('.nmd-map-item, text')].filter((each) => {
      const box = each.getBoundingClientRect();
      return box.left < frame.left - 2 || box.right > frame.right + 2 || box.bottom > frame.bottom + 2;
    }).length;
  });
  assert.equal(outside, 0, 'a mark is outside the picture');
  await page.emulateMedia({ media: 'screen' });
}

describe('the map of page Wijken', offline, () => {
  it('is of equal tiles without borders: words and patterns for what has no number, and the table beneath', async () => {
    await open(ADDRESS);
    assert.deepEqual(await names(), [
      'Noordveld: 42,0, 29,3 tot 54,7', 'Oosteinde: 75,0, 59,5 tot 90,5', 'Zuidlanden: 20,7, 13,4 tot 27,9', 'Westerbroek aan de Vaart: afgeschermd', 'Hoogkerk: niet beschikbaar', 'Nieuwland: niet vergelijkbaar', 'Onbekend: niet geregistreerd',
    ]);
    const fills = await page.locator('.nmd-map-item rect').evaluateAll((all) => all.map((each) => each.getAttribute('fill')?.replace(/^url\(#chart\d+-/, 'url(') ?? each.getAttribute('class')));
    assert.deepEqual(fills, ['nmd-map-area nmd-class--1', 'nmd-map-area nmd-class--2', 'nmd-map-area nmd-class--0', 'url(suppressed)', 'url(not-available)', 'url(not-comparable)', 'url(not-registered)']);
    assert.deepEqual((await rows('tabel-kaart'))[3].slice(2), ['afgeschermd', 'afgeschermd', 'afgeschermd']);
    assert.match(await page.innerText('#op-de-kaart ~ .nmd-remarks'), /Elk vak is een gebied, even groot/);
    await assertGood('wijken-tegels');
  });

  it('is of the borders that a municipality puts beside the pages; an area without one keeps its tile', async () => {
    await withBorders(borders);
    await open(ADDRESS);
    assert.equal(await page.locator('.nmd-map-item path').count(), 3);
    assert.equal(await page.locator('.nmd-map-item rect').count(), 4);
    assert.match(await page.locator('.nmd-map svg').evaluate((svg) => svg.textContent), /Zonder grens op de kaart/);
    await assertGood('wijken-kaart');
  });

  it('says so when the file with borders cannot be read, and shows tiles', async () => {
    await withBorders('{"type":"Topology"}');
    await open(ADDRESS);
    assert.match(await page.innerText('#op-de-kaart ~ .nmd-remarks'), /gebieden\.json.*niet te lezen/);
    assert.equal((await names()).length, 7);
  });

  it('is one stop for the Tab key; arrow keys go from area to area, and what is there is read', async () => {
    await withBorders(borders);
    await open(ADDRESS);
    assert.equal(await page.locator('.nmd-map-item[tabindex="0"]').count(), 1);
    await page.locator('.nmd-map-item[tabindex="0"]').focus();
    assert.match(await focused(), /^Noordveld/);
    await page.keyboard.press('ArrowRight');
    assert.match(await focused(), /^Oosteinde/);
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    assert.match(await focused(), /^Zuidlanden/);
    await page.keyboard.press('End');
    assert.equal(await focused(), 'Onbekend: niet geregistreerd');
    assert.equal(await page.innerText('.nmd-map-readout'), 'Onbekend: niet geregistreerd');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.closest('.nmd-map')), null);
  });

  it('is by the choice in the address: the number, or what others said beside our own; buurten stand per wijk', async () => {
    await open(`${ADDRESS}&kaart=aantal&gebied=buurt`);
    assert.equal((await names())[0], 'Buurt 1: 3');
    assert.match(await page.locator('.nmd-map svg').evaluate((svg) => svg.textContent), /WK173001.*WK173002.*WK173003/);
    await assertGood('wijken-buurten');
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.locator('#kaart').selectOption('anderen');
    await page.locator('#gebied').selectOption('wijk');
    await page.getByRole('button', { name: 'Toon cijfers' }).click();
    await page.waitForURL(/gebied=wijk&kaart=anderen/);
    await page.waitForSelector('#content:not([aria-busy]) #tabel-kaart');
    assert.deepEqual((await names()).slice(0, 3), ['Noordveld: 7,6%, wij: 42,0', 'Oosteinde: 10,0%, wij: 75,0', 'Zuidlanden: niet getoond, wij: 20,7']);
    assert.deepEqual((await rows('tabel-kaart'))[0].slice(2), ['7,6%', '42', '42,0', '29,3 tot 54,7']);
  });
});
