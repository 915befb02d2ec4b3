// SPDX-License-Identifier: EUPL-1.2
// Every screen against the demo with real answers: what holds for all of them (requirements 5.2, 5.3), and what each is for.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { assertAccessible, folder, forgive, open, page, real, rows, texts } from './browser.mjs';
import { assertFiles, fieldsOf, numberOf } from './table_files.mjs';

const MAIN = ['index', 'groei', 'verkenner', 'stroom', 'looptijd', 'prognose', 'aansluiting', 'wijken', 'aanbieders', 'dossier', 'productgroepen', 'scenarios', 'doelen', 'vragen', 'publicaties', 'bronnen', 'signalen', 'logboek', 'aanbiedersportaal', 'openbaar', 'begrippen', 'toegankelijkheid'];
// Documents, not figures: there is no known time in the question.
const TIMELESS = ['scenarios', 'vragen', 'prognose', 'publicaties', 'signalen', 'logboek', 'aanbiedersportaal', 'openbaar'];
// Their tables are downloaded in one file, or not at all.
const WITHOUT_FILES = ['groei', 'bronnen', 'begrippen', 'toegankelijkheid'];
// Looking at the log is in the log; the portal says until when it is up to date.
const CHANGING = ['logboek', 'aanbiedersportaal'];
// On screen, at 400% on a small one, and on an A4 page of 210 mm with margins of 17 mm.
const WIDTHS = [['screen', 1280], ['screen', 320], ['print', 665]];

const visit = (id) => open(id === 'index' ? '/' : `/${id}.html`);

async function chooseRoleFirst(role) {
  await visit('toegankelijkheid');
  await chooseRole(role);
}

async function chooseRole(role) {
  await page.evaluate((word) => sessionStorage.setItem('nmd-rol', word), role);
}

// axe looks at every element, and a long table takes it a minute: rows and sections that only repeat are left out.
async function leaveOutRepeats() {
  await page.evaluate(() => {
    for (const row of document.querySelectorAll('#content tbody tr:nth-child(n + 7)')) row.remove();
    for (const term of document.querySelectorAll('#content .nmd-term:nth-child(n + 5)')) term.remove();
    for (const section of [...document.querySelectorAll('#content section')].slice(8)) section.remove();
  });
}

before(async () => {
  // Something in the register, asked as known on an earlier day, so that there is something to compare.
  const token = (await (await fetch(new URL('/v1/dev/token?role=griffie', real))).json()).token;
  const question = { measures: ['approved'], dimensions: ['ivn'], period: { start_date: '2018-01-01', end_date: '2018-07-01' }, known_time: '2018-08-01T10:00:00Z' };
  const answer = await fetch(new URL('/v1/municipalities/gm1730/registeredanswers', real), {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ title: 'Wat is er over het eerste halfjaar goedgekeurd?', text: 'Zie de cijfers.', question, request_id: 'screens-test' }),
  });
  assert.equal(answer.status, 200);
});

describe('every screen', () => {
  for (const id of MAIN) {
    it(`${id}: has real answers, words where there are none, a table under every chart, and keeps its question in the address`, async () => {
      await visit(id);
      assert.deepEqual((await texts('[role=alert]')).filter(Boolean), []);
      const content = await page.innerText('#content');
      assert.ok(content.length > 200, content);
      assert.doesNotMatch(content, /NaN|undefined|Infinity|\[object|_UNSPECIFIED/);
      const blank = await page.locator('#content td, #content th[scope=row]').evaluateAll((cells) => cells.filter((cell) => cell.textContent.trim() === '').length);
      assert.equal(blank, 0, 'a cell is blank');
      const bare = await page.locator('#content section:has(.nmd-chart)').evaluateAll((all) => all.filter((each) => !each.querySelector('table') || ![...each.querySelectorAll('svg')].every((svg) => svg.querySelector('title')?.textContent && svg.querySelector('desc')?.textContent)).length);
      assert.equal(bare, 0, 'a chart has no table or no description');
      if (process.env.SCREENSHOTS) await page.screenshot({ path: join(folder, `${id}.png`), fullPage: true, timeout: 120_000 });

      if (!WITHOUT_FILES.includes(id)) {
        assert.ok((await assertFiles()) > 0);
        if (!TIMELESS.includes(id)) assert.match(new URL(page.url()).searchParams.get('bekend_op'), /^\d{4}-\d\d-\d\dT/);
        const address = page.url();
        await open(address);
        assert.equal(page.url(), address);
        // A page of documents says when it was asked.
        const timed = (words) => (TIMELESS.includes(id) ? words.replaceAll(/\d\d-\d\d-\d{4} om \d\d:\d\d/g, '') : words);
        if (!CHANGING.includes(id)) assert.equal(timed(await page.innerText('#content')), timed(content));
      }
      for (const [media, width] of WIDTHS) {
        await page.emulateMedia({ media });
        await page.setViewportSize({ width, height: 900 });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${wide} px on ${width} px (${media})`);
      }
      await leaveOutRepeats();
      for (const [media, width] of WIDTHS) {
        await page.emulateMedia({ media });
        await page.setViewportSize({ width, height: 900 });
        await assertAccessible();
      }
    });
  }
});

describe('the menu', () => {
  it('shows a role its own screens only, and says so on another', async () => {
    await visit('toegankelijkheid');
    const menu = async (role) => {
      await chooseRole(role);
      await page.reload();
      return page.locator('nav [data-screen]:visible').evaluateAll((all) => all.map((each) => each.dataset.screen));
    };
    assert.deepEqual(await menu('koppelbeheerder'), ['koppelen', 'openbaar']);
    assert.deepEqual(await menu('beheerder'), ['bronnen', 'logboek', 'openbaar']);
    assert.deepEqual(await menu('privacyfunctionaris'), ['publicaties', 'bronnen', 'logboek', 'openbaar']);
    assert.deepEqual(await menu('aanbieder'), ['dossier', 'aanbiedersportaal', 'openbaar']);
    assert.deepEqual(await menu('openbaar'), ['openbaar']);
    const clerk = await menu('griffie');
    assert.ok(clerk.includes('groei') && !clerk.includes('koppelen') && !clerk.includes('signalen'), clerk.join());
    await visit('koppelen');
    assert.match(await page.innerText('#content'), /Dit scherm is niet voor de rol griffie[\s\S]*Overzicht/);
    for (const id of clerk) {
      await visit(id);
      assert.deepEqual(await texts('[role=alert]'), [], `${id} for griffie`);
    }
  });

  it('opens and closes with a key on a narrow screen', async () => {
    await page.setViewportSize({ width: 320, height: 800 });
    await visit('toegankelijkheid');
    const navigation = page.locator('#navigation');
    assert.equal(await navigation.isVisible(), false);
    await page.locator('#menu').focus();
    await page.keyboard.press('Enter');
    assert.equal(await navigation.isVisible(), true);
    assert.equal(await page.getAttribute('#menu', 'aria-expanded'), 'true');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Overzicht');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    assert.equal(await navigation.isVisible(), false);
  });
});

describe('page Overzicht', () => {
  it('gives the figures of the year and what waits', async () => {
    await visit('index');
    const months = await rows('tabel-maanden');
    assert.equal(months.length, 12);
    // January 2018 closes on the public documents (T-03).
    assert.deepEqual(months[0].slice(0, 2), ['jan\u00a02018', '€\u00a0598.264']);
    assert.ok((await rows('tabel-aandacht')).length >= 3);
  });

  it('sends an address of the page Groei, which once was here, to where its figures are', async () => {
    await open('/?wet=jeugdwet&van=2017-01&naar=2018-01&factoren=3');
    await page.waitForURL(/groei\.html\?wet=jeugdwet/);
    await page.waitForSelector('.nmd-headline__change');
    assert.deepEqual(await texts('.nmd-headline__change'), ['+24%', '+31%', '+44%']);
  });
});

describe('page Groei', () => {
  it('gives the growth of the public documents, in four causes and per level (T-01..T-06)', async () => {
    await visit('groei');
    assert.deepEqual(await texts('.nmd-headline__change'), ['+24%', '+31%', '+44%']);
    assert.deepEqual((await rows('tabel-oorzaken')).map((cells) => numberOf(cells[1]).value), [105984, 28490, 13010, 34779, 182264]);
    const levels = (await rows('tabel-niveaus')).filter((cells) => cells[1] !== '0' || cells[2] !== '0').map((cells) => [numberOf(cells[1]).value, numberOf(cells[2]).value]);
    assert.deepEqual(levels, [[70, 56], [183, 276], [178, 238], [152, 189], [18, 27], [601, 786]]);
  });
});

describe('page Begrippenlijst', () => {
  it('finds a term by its words', async () => {
    await visit('begrippen');
    await page.getByLabel('Zoek een begrip').fill('gini');
    assert.deepEqual(await texts('.nmd-term h3'), ['Ongelijkheid van kosten (Gini)']);
  });
});

describe('page Verkenner', () => {
  it('answers any measure over two dimensions, and says what nobody registers (Q25)', async () => {
    await open('/verkenner.html?maat=clients&per=month&ook=ivn&wet=jeugdwet&van=2018-01&tot=2018-01');
    const cells = await rows('tabel-verkenner');
    assert.deepEqual(cells.at(-1), ['Totaal', 'alle', '598']);
    await open('/verkenner.html?maat=clients&per=inkomen');
    assert.match(await page.innerText('#content'), /niet geregistreerd[\s\S]*inkomen/);
  });

  it('compares with a year earlier, and refuses what cannot be asked', async () => {
    await open('/verkenner.html?maat=indicated&per=geen&wet=jeugdwet&van=2018-01&tot=2018-01&vergelijk=jaar');
    assert.deepEqual((await rows('tabel-verkenner'))[0].slice(1), ['€\u00a0416.000', '€\u00a0598.264', '+€\u00a0182.264', '+43,8%']);
    await open('/verkenner.html?per=month&vergelijk=jaar&van=2018-05&tot=2018-02');
    assert.match(await page.innerText('[role=alert]'), /De eerste maand ligt na de laatste maand/);
  });

  it('fills in the months of a period of the planning and control cycle', async () => {
    await visit('verkenner');
    await page.getByLabel('P&C-periode').selectOption('Tweede bestuursrapportage 2018');
    await page.getByRole('button', { name: 'Toon cijfers' }).click();
    await page.waitForURL(/van=2018-01&tot=2018-08/);
  });
});

describe('page In- en uitstroom', () => {
  it('closes: from the clients at the beginning to those at the end', async () => {
    await visit('stroom');
    const column = (await rows('tabel-stand')).map((cells) => numberOf(cells[2]).value);
    assert.equal(column.slice(0, -1).reduce((all, each) => all + each, 0), column.at(-1));
  });
});

describe('page Looptijd', () => {
  it('draws a curve from 100% with its band, and compares groups with words for those that are too small (Q11)', async () => {
    await open('/looptijd.html?per=provider&begonnen=2018');
    const shares = (await rows('tabel-kromme')).map((cells) => numberOf(cells[2]).value);
    assert.equal(shares[0], 100);
    assert.ok(shares.every((share, index) => index === 0 || share <= shares[index - 1]));
    assert.equal(await page.locator('.nmd-band').count(), 1);
    assert.match(await page.innerText('#tabel-looptijd'), /niet beschikbaar/);
  });
});

describe('page Aansluiting', () => {
  it('closes from indicated to booked to the cent (R84)', async () => {
    await visit('aansluiting');
    const button = page.getByRole('button', { name: 'Download tabel (CSV)' }).first();
    const [file] = await Promise.all([page.waitForEvent('download'), button.click()]);
    const lines = (await readFile(await file.path(), 'utf8')).slice(1).split('\r\n').slice(1, -1).map(fieldsOf);
    const cents = (text) => Math.round(Number(text.replace(',', '.')) * 100);
    let level = 0;
    let subtotals = 0;
    for (const [, stand, difference] of lines) {
      if (stand === '–') level += cents(difference);
      else if (subtotals++ === 0) level = cents(stand);
      else assert.equal(level, cents(stand));
    }
    assert.equal(subtotals, 4);
  });
});

describe('page Wijken', () => {
  it('has number, rate and interval per neighbourhood, and the municipality beside them (R66)', async () => {
    await visit('wijken');
    const table = await rows('tabel-wijken');
    assert.equal(table.at(-1)[0], 'Tynaarlo');
    for (const [, clients, inhabitants, rate, interval] of table) {
      assert.ok(Math.abs((1000 * numberOf(clients).value) / numberOf(inhabitants).value - numberOf(rate).value) < 0.06, rate);
      const [low, high] = interval.split(' tot ').map((each) => numberOf(each).value);
      assert.ok(low < numberOf(rate).value && numberOf(rate).value < high, interval);
    }
  });
});

describe('page Wijken, what others said', () => {
  it('keeps a figure that its publisher withdrew beside our own, and says why they differ (R20, R21)', async () => {
    await open('/wijken.html?gebied=buurt&van=2016&naar=2017');
    const [first] = await rows('tabel-anderen');
    assert.deepEqual(first.slice(0, 5), ['BU17300501', 'Jongeren met jeugdhulp (Gemeente in cijfers)', '2016', '7,6%', '23']);
    assert.match(first[5], /^nee, sinds 01-12-2018: te weinig inwoners$/);
    assert.match(first[6], /ook van 18 jaar en ouder/);
  });
});

describe('page Aanbieders', () => {
  it('splits the growth of every provider in causes that sum to it (R52)', async () => {
    await visit('aanbieders');
    const [first, ...table] = await page.locator('#tabel-groei tr').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.textContent)));
    const at = first.indexOf('Groei');
    for (const cells of table) {
      const causes = cells.slice(at + 2).reduce((sum, cell) => sum + numberOf(cell).value, 0);
      // Every amount is shown in whole euro.
      assert.ok(Math.abs(causes - numberOf(cells[at]).value) <= 3, cells.join(' '));
    }
  });
});

describe('page Dossier', () => {
  it('has causes that are the growth, and shares that are the whole market', async () => {
    await visit('dossier');
    const [all, ...causes] = (await rows('tabel-oorzaken')).reverse().map((cells) => numberOf(cells[1]).value);
    assert.ok(Math.abs(causes.reduce((sum, each) => sum + each, 0) - all) <= causes.length, causes.join());
    const shares = (await rows('tabel-markt')).map((cells) => numberOf(cells[3]).value);
    assert.equal(shares.length, 2);
    assert.ok(Math.abs(shares[0] + shares[1] - 100) <= 0.11, shares.join());
  });
});

describe('page Aanbiedersportaal', () => {
  it('takes the draft as it is and as a file that is handed in, and says how much of it agrees (R85)', async () => {
    await visit('aanbiedersportaal');
    const lines = (await rows('tabel-concept')).length;
    assert.ok(lines > 100);
    const button = page.locator('section[aria-labelledby="concept"]').getByRole('button', { name: 'Download tabel (CSV)' });
    const [file] = await Promise.all([page.waitForEvent('download'), button.click()]);
    await page.getByLabel('Bestand').setInputFiles({ name: 'opgave.csv', mimeType: 'text/csv', buffer: await readFile(await file.path()) });
    await page.getByRole('button', { name: 'Controleer het bestand' }).click();
    await page.getByRole('heading', { name: new RegExp(`^${lines.toLocaleString('nl-NL')} regels, samen`) }).waitFor();
    await page.getByRole('button', { name: 'Lever deze opgave in' }).click();
    await page.waitForSelector('#tabel-opgaven');
    const [statement] = await rows('tabel-opgaven');
    assert.deepEqual([statement[4], numberOf(statement[5]).value], ['eigen opgave', lines]);
    // What was approved was declared: every line agrees with that.
    assert.match(statement[8], new RegExp(`${lines.toLocaleString('nl-NL')}: `));
  });
});

describe('page Publicaties', () => {
  it('opens on the last year that was delivered whole', async () => {
    await visit('publicaties');
    assert.match(page.url(), /van=2018-01&tot=2018-12/);
  });
});

describe('page Openbare cijfers', () => {
  it('is read without a token, and gives the files that it links to', async () => {
    const brought = [];
    page.on('request', (request) => request.url().includes('/datasets') && brought.push(request.headers()['authorization']));
    await visit('openbaar');
    assert.ok(brought.length >= 2 && brought.every((token) => token === undefined));
    const table = await rows('tabel-openbaar');
    assert.ok(table.length > 1);
    const links = await page.locator('section[aria-labelledby="bestanden"] a').evaluateAll((all) => all.map((each) => each.href));
    assert.ok(links.length > 2);
    for (const link of links) assert.equal((await fetch(link)).status, 200, link);
  });
});

describe("page Scenario's", () => {
  it('adds up a choice of one\'s own, and tells which printed sums do not close (T-25)', async () => {
    await open('/scenarios.html?denkrichting=sociaal');
    assert.match(await page.innerText('#scenario ~ .nmd-conclusion'), /26,1 miljoen/);
    assert.match(await page.innerText('#tabel-denkrichtingen'), /niet weggewerkt/);
    const before = numberOf((await rows('tabel-posten')).at(-1)[2]).value;
    await page.getByText('Stel zelf samen').click();
    await page.getByLabel(/^Subsidies/).selectOption({ index: 1 });
    await page.getByRole('button', { name: 'Toon cijfers' }).click();
    await page.waitForURL(/post-subsidies=/);
    await page.waitForSelector('#content:not([aria-busy]):not(:has([aria-busy]))');
    const after = (await rows('tabel-posten')).at(-1);
    assert.ok(numberOf(after[2]).value < before, after.join());
    assert.equal(numberOf(after[1]).value + numberOf(after[3]).value, numberOf(after[2]).value);
  });
});

describe('page Doelen en maatregelen', () => {
  it('has a word for an indicator that nobody registers, and the printed sums of pilots (T-24, R141)', async () => {
    await open('/doelen.html?doel=zelfredzaamheid&gebeurtenis=inkoop-2017');
    assert.match(await page.innerText('#tabel-indicatoren'), /niet geregistreerd/);
    assert.match(await page.innerText('#content'), /Geen bron van de gemeente registreert eenzaamheid/);
    assert.match(await page.innerText('#content'), /632\.621; gedrukt staat €\s637\.621/);
  });
});

describe('page Vragenregister', () => {
  it('says whether an answer still holds, and what is behind every difference (Q24)', async () => {
    await visit('vragen');
    await page.locator('#tabel-register tr', { hasText: 'eerste halfjaar' }).getByRole('link').click();
    await page.waitForURL(/antwoord=\d{4}-\d{4}/);
    await page.waitForSelector('#tabel-verschil');
    assert.match(await page.innerText('.nmd-headlines'), /precies hetzelfde/);
    const changes = await rows('tabel-verschil');
    for (const [, , given, found, difference, causes] of changes) {
      assert.equal(Math.sign(numberOf(found).value - numberOf(given).value), Math.sign(numberOf(difference).value));
      const steps = causes.split('; ').map((step) => numberOf(step.split(': ')[1]).value);
      assert.ok(Math.abs(steps.reduce((sum, step) => sum + step, 0) - numberOf(difference).value) <= steps.length, causes);
    }
    await assertAccessible();
  });

  it('keeps the answer of a screen under a number, by keyboard, and refuses a number of a person', async () => {
    await chooseRoleFirst('griffie');
    await open('/verkenner.html?maat=clients&per=ivn&van=2018-01&tot=2018-01');
    await page.getByRole('button', { name: 'Leg vast als antwoord aan de raad' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Het antwoord').fill('Over burgerservicenummer 999900006.');
    await assertAccessible();
    await page.getByRole('button', { name: 'Leg vast', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('#content [role=alert]');
    forgive(400);
    await page.getByRole('button', { name: 'Leg vast als antwoord aan de raad' }).click();
    await page.getByLabel('Het antwoord').fill('Het waren er 598.');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Naar het vragenregister' }).click();
    await page.waitForURL(/antwoord=/);
    await page.waitForSelector('#tabel-gegeven');
    assert.match(await page.innerText('#content'), /Het waren er 598\./);
    assert.deepEqual((await rows('tabel-gegeven')).at(-1).slice(0, 3), ['Cliënten', 'Totaal', '598']);
  });
});

describe('page Verplichtingen en prognose', () => {
  it('sums to the forecast, which lies within its margin, and looks back at earlier ones (R161)', async () => {
    await visit('prognose');
    const amounts = (await rows('tabel-prognose')).map((cells) => numberOf(cells[1]).value);
    assert.ok(Math.abs(amounts.slice(0, -1).reduce((sum, each) => sum + each, 0) - amounts.at(-1)) <= 3, amounts.join());
    const [low, high] = [...(await rows('tabel-prognose')).at(-1)[2].matchAll(/€\s[\d.]+/g)].map(([found]) => numberOf(found).value);
    assert.ok(low < amounts.at(-1) && amounts.at(-1) < high, `${low} ${high}`);
    assert.match(await page.innerText('#tabel-terugblik'), /nog niet te zeggen/);
    assert.equal((await rows('tabel-prognose-maanden')).length, 12);
  });
});
