// SPDX-License-Identifier: EUPL-1.2
// What anybody may see without signing in, and that every role sees its own screens; against recorded answers, browser.mjs says how.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { beforeEach, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { assertAccessible, forgive, offline, open, page, real, rows, stub, texts } from './browser.mjs';
import { assertGood } from './good.mjs';

beforeEach(() => {
  if (real) return;
  stub.restartScreens();
  stub.calls.length = 0;
  delete stub.faults.closed;
  delete stub.faults.signIn;
  delete stub.faults.region;
});

describe('page Openbare cijfers', offline, () => {
  it('shows who signs in nowhere what holds now: a picture, a table, words where a figure is hidden, and files', async () => {
    await open('/openbaar.html');
    assert.equal(await page.innerText('h1'), 'Cliënten per wet en wijk, 2017');
    assert.match(page.url(), /\?bij=gm1730&tabel=gm1730-2018-0003$/);
    assert.deepEqual((await rows('tabel-openbaar')).slice(-2), [['Wmo', 'Eelde', 'afgeschermd', 'afgeschermd'], ['Wmo', '=Vries', 'afgeschermd', 'afgeschermd']]);
    assert.match(await page.innerText('section[aria-labelledby="cijfers"] .nmd-conclusion'), /^Alles samen, cliënten: 900\.$/);
    assert.match(await page.innerText('section[aria-labelledby="cijfers"]'), /telt in het totaal één keer[\s\S]*2 cijfers zijn afgeschermd: bij minder dan 10 cliënten/);
    assert.deepEqual(await page.locator('section[aria-labelledby="cijfers"] svg text').allTextContents(), ['Jeugdwet', 'Eelde', '400', '=Vries', '198', 'Wmo', 'Eelde', 'afgeschermd', '=Vries', 'afgeschermd']);
    assert.deepEqual(await page.locator('section[aria-labelledby="bestanden"] a').evaluateAll((all) => all.map((each) => each.getAttribute('href'))), [
      '/v1/municipalities/gm1730/datasets/gm1730-2018-0003/files/csv', '/v1/municipalities/gm1730/datasets/gm1730-2018-0003/files/sdmx-csv', '/v1/municipalities/gm1730/odata/gm1730-2018-0003',
    ]);
    assert.ok(stub.calls.length > 0 && stub.calls.every((call) => call.role === undefined), 'nothing is asked with a token');
    await assertGood('openbaar');
  });

  it('says of what was taken back why, without its figures, and of what was replaced by what', async () => {
    await open('/openbaar.html');
    assert.deepEqual((await rows('tabel-datasets')).map((cells) => cells.slice(1, 3)), [['2017', 'geldt'], ['2016', 'ingetrokken op 01-05-2018: Een wijk was verkeerd geteld.'], ['2017', 'vervangen door een nieuwere: gm1730-2018-0003'], ['2015', 'geldt']]);
    await page.getByRole('link', { name: 'Bekijk Cliënten per wet en wijk, 2016 (gm1730-2018-0002)' }).click();
    await page.waitForURL(/tabel=gm1730-2018-0002/);
    await page.getByRole('heading', { name: 'Cliënten per wet en wijk, 2016: deze cijfers zijn ingetrokken' }).waitFor();
    assert.match(await page.innerText('#content'), /Op 01-05-2018 ingetrokken\.\s+De reden: Een wijk was verkeerd geteld\./);
    assert.equal(await page.locator('#tabel-openbaar, #bestanden').count(), 0);
    await assertAccessible();
    await open('/openbaar.html?bij=gm1730&tabel=gm1730-2018-0001');
    await page.getByRole('link', { name: 'Naar de nieuwste cijfers' }).click();
    await page.waitForURL(/tabel=gm1730-2018-0003/);
  });

  it('never shows a rounded number without how far it is off: in words, table, picture and file', async () => {
    await open('/openbaar.html?bij=gm1730&tabel=gm1730-2018-0000');
    const near = (text) => text.replaceAll('\u00a0', ' ');
    assert.deepEqual((await rows('tabel-openbaar')).map((cells) => near(cells.at(-1))), ['900', '500', '400', '600', '400', '200', '300', '100', '200'].map((each) => `${each} ± 9`));
    assert.equal(near(await page.innerText('section[aria-labelledby="cijfers"] .nmd-conclusion')), 'Alles samen, cliënten: 900 ± 9.');
    assert.deepEqual((await page.locator('section[aria-labelledby="cijfers"] svg text').allTextContents()).map(near), ['Jeugdwet', 'Eelde', '400 ± 9', '=Vries', '200 ± 9', 'Wmo', 'Eelde', '100 ± 9', '=Vries', '200 ± 9']);
    assert.match(near(await page.innerText('section[aria-labelledby="cijfers"]')), /Cliënten: afgerond op een veelvoud van 10, om personen te beschermen\..*\(± 9\)/);
    const [file] = await Promise.all([page.waitForEvent('download'), page.locator('section[aria-labelledby="cijfers"]').getByRole('button', { name: 'Download tabel (CSV)' }).click()]);
    const [header, first] = (await readFile(await file.path(), 'utf8')).split('\r\n').map((line) => line.split(';'));
    assert.equal(header.indexOf('Cliënten: onzekerheid'), header.indexOf('Cliënten') + 1);
    assert.deepEqual(first.slice(header.indexOf('Cliënten'), header.indexOf('Cliënten') + 2), ['900', '9']);
    await assertGood('openbaar-afgerond');
  });

  it('in the region has its members side by side, says of how many it is, and why one has no figure', async () => {
    stub.faults.region = true;
    await open('/openbaar.html');
    assert.match(page.url(), /\?bij=nmd&tabel=niveau_2017-01-01_2018-01-01$/);
    assert.equal(await page.innerText('h1'), 'Cliënten per niveau, 2017');
    assert.match(await page.innerText('.nmd-facts'), /^Noord-Midden-Drenthe\. Cijfers bekend op 03-04-2018/);
    assert.match(await page.innerText('section[aria-labelledby="cijfers"] .nmd-conclusion'), /^3 van 5 gemeenten\. Alles samen, cliënten: 1\.500\.$/);
    const table = await rows('tabel-openbaar');
    assert.deepEqual(table.slice(0, 4), [['Regio', 'Totaal', 'getoond', '1.500'], ['Regio', 'IVN 5', 'afgeschermd', 'afgeschermd'], ['Regio', 'IVN 6', 'afgeschermd', 'afgeschermd'], ['Tynaarlo', 'Totaal', 'getoond', '600']]);
    assert.deepEqual(table.filter((cells) => cells[1] === 'Totaal').map((cells) => cells.at(-1)), ['1.500', '600', '800', '100', 'niet beschikbaar', 'niet beschikbaar']);
    assert.match(await page.innerText('section[aria-labelledby="cijfers"]'), /De gemeente trok haar publicatie in\.[\s\S]*De gemeente publiceerde hier niets over\./);
    assert.deepEqual(await page.locator('section[aria-labelledby="bestanden"] a').evaluateAll((all) => all.map((each) => new URL(each.href).pathname)).then(([first]) => first), '/v1/municipalities/nmd/datasets/niveau_2017-01-01_2018-01-01/files/csv');
    assert.ok(stub.calls.every((call) => call.role === undefined), 'nothing is asked with a token');
    assert.deepEqual(await page.locator('.nmd-nav [data-screen]').evaluateAll((all) => all.filter((each) => !each.hidden).map((each) => each.dataset.screen)), ['publicaties', 'regio', 'logboek', 'openbaar']);
    await assertGood('openbaar-regio');
    await open('/openbaar.html?bij=nmd&tabel=niveau_2016-01-01_2017-01-01');
    assert.match(await page.innerText('#content'), /De reden: Midden-Drenthe: Verkeerde periode\./);
  });

  it('outside the demo is of whom the address says, with the screens of a citizen and no other', async () => {
    stub.faults.signIn = 'issuer';
    await open('/openbaar.html?bij=gm1730');
    forgive(404);
    assert.equal((await rows('tabel-openbaar')).length, 9);
    assert.deepEqual(await page.locator('[data-screen]:visible').evaluateAll((all) => all.map((each) => each.dataset.screen)), ['openbaar', 'toegankelijkheid']);
    assert.equal(await page.locator('#rol').count(), 0);
    await open('/openbaar.html');
    forgive(404);
    assert.match(await page.innerText('#content'), /Van welke gemeente wilt u cijfers zien\?/);
    await assertAccessible();
  });

  it('brings a token in a demo where nobody gets in without one, and then offers no links that would not work', async () => {
    stub.faults.closed = true;
    await open('/openbaar.html');
    forgive(401);
    assert.equal((await rows('tabel-openbaar')).length, 9);
    assert.equal(await page.locator('#bestanden').count(), 0);
    assert.deepEqual([...new Set(stub.calls.map((call) => call.role))], ['openbaar']);
  });
});

// What each role asks first on these screens is what nmd.type.access lets it ask; policy_test of the gateway holds the other side.
const FIGURES = ['index', 'groei', 'verkenner', 'stroom', 'looptijd', 'prognose', 'aansluiting', 'wijken', 'aanbieders'];
const EVERYBODY = ['openbaar', 'begrippen', 'toegankelijkheid'];
const POLICY = ['scenarios', 'doelen', 'vragen'];
const SEEN = {
  beleidsadviseur: [...FIGURES, ...POLICY, 'publicaties', 'bronnen', ...EVERYBODY],
  controller: [...FIGURES, 'dossier', 'productgroepen', ...POLICY, 'publicaties', 'bronnen', 'signalen', ...EVERYBODY],
  contractmanager: [...FIGURES, 'dossier', 'productgroepen', ...POLICY, 'bronnen', 'signalen', ...EVERYBODY],
  griffie: [...FIGURES.filter((id) => id !== 'prognose'), ...POLICY, 'bronnen', ...EVERYBODY],
  koppelbeheerder: ['koppelen', 'openbaar', 'toegankelijkheid'],
  privacyfunctionaris: ['publicaties', 'bronnen', 'logboek', ...EVERYBODY],
  beheerder: ['bronnen', 'logboek', ...EVERYBODY],
  // The region has screens in its own monitor only.
  regio: ['openbaar', 'toegankelijkheid'],
  aanbieder: ['dossier', 'aanbiedersportaal', 'openbaar', 'toegankelijkheid'],
  openbaar: ['openbaar', 'toegankelijkheid'],
};

describe('a role', offline, () => {
  for (const [role, seen] of Object.entries(SEEN)) {
    it(`${role}: sees its own screens in the menu, and on another is told which are`, async () => {
      await open('/toegankelijkheid.html');
      await page.evaluate((word) => sessionStorage.setItem('nmd-rol', word), role);
      // A page that signs in knows that this is the monitor of a municipality.
      await open('/openbaar.html');
      const menu = await page.locator('[data-screen]').evaluateAll((all) => all.filter((each) => each.checkVisibility()).map((each) => each.dataset.screen));
      assert.deepEqual([...menu].sort(), [...seen].sort());
      const all = await page.locator('[data-screen]').evaluateAll((found) => found.map((each) => each.dataset.screen));
      const asked = [];
      page.on('request', (request) => asked.push(new URL(request.url()).pathname));
      // The screen of the region says itself that it is not here (registers.test.mjs).
      for (const id of all.filter((each) => each !== 'regio' && !seen.includes(each))) {
        await open(`/${id}.html`);
        assert.match(await page.innerText('#content'), new RegExp(`Dit scherm is niet voor de rol ${role}`), `${id} for ${role}`);
      }
      assert.deepEqual(asked.filter((path) => path.startsWith('/v1/')), [], 'who may not see a screen asks nothing');
    });
  }
});

describe('a page', offline, () => {
  it('loads at most 60 kB of JavaScript, compressed, before it shows something', async () => {
    const dist = new URL('../../gateway/web/dist/', import.meta.url);
    const pages = (await readdir(dist)).filter((name) => name.endsWith('.html'));
    assert.ok(pages.length > 20);
    for (const name of pages) {
      const html = await readFile(new URL(name, dist), 'utf8');
      // The script of the page and what it imports, which a browser asks beside it.
      const scripts = new Set([...html.matchAll(/<(?:script|link)[^>]*?(?:src|href)="([^"]+\.js)"/g)].map(([, path]) => path));
      assert.ok(scripts.size > 1, name);
      const sizes = await Promise.all([...scripts].map(async (path) => gzipSync(await readFile(new URL(path, new URL(name, dist)))).length));
      const size = sizes.reduce((sum, each) => sum + each, 0);
      assert.ok(size > 5_000 && size <= 60_000, `${name} loads ${size} bytes`);
    }
  });
});
