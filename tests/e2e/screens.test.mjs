// SPDX-License-Identifier: EUPL-1.2
// Every screen against the demo with real answers: what holds for all of them (requirements 5.2, 5.3), and what each is for.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { assertAccessible, folder, open, page, rows, texts } from './browser.mjs';

const MAIN = ['index', 'groei', 'verkenner', 'stroom', 'bronnen', 'signalen', 'begrippen', 'toegankelijkheid'];
// Their tables are downloaded in one file, or not at all.
const WITHOUT_FILES = ['groei', 'bronnen', 'signalen', 'begrippen', 'toegankelijkheid'];
// On screen, at 400% on a small one, and on an A4 page of 210 mm with margins of 17 mm.
const WIDTHS = [['screen', 1280], ['screen', 320], ['print', 665]];

const visit = (id) => open(id === 'index' ? '/' : `/${id}.html`);

async function chooseRole(role) {
  await page.evaluate((word) => sessionStorage.setItem('nmd-rol', word), role);
}

// The fields of a line of a file with quotes.
function fieldsOf(line) {
  const fields = [];
  let rest = `${line};`;
  while (rest) {
    const [all, quoted, plain] = /^(?:"((?:[^"]|"")*)"|([^;]*));/.exec(rest);
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    rest = rest.slice(all.length);
  }
  return fields;
}

// A number as it is on screen: its value, and the half of its last digit.
function numberOf(text) {
  const found = /^([+−]?)(?:€\s*)?([\d.]+)(?:,(\d+))?%?$/u.exec(text.trim());
  if (!found) return undefined;
  const [, sign, whole, decimals = ''] = found;
  return { value: (sign === '−' ? -1 : 1) * Number(`${whole.replaceAll('.', '')}.${decimals || 0}`), tolerance: 0.5 * 10 ** -decimals.length + 1e-9 };
}

const textOf = (cell) => cell.replace(/^'(?=[=+\-@])/, '').replaceAll('\u00a0', ' ');

/** A file holds the cells of the table above its button: the same words, and numbers that round to those on screen. */
async function assertFileIsTable(button) {
  const [file] = await Promise.all([page.waitForEvent('download'), button.click()]);
  const lines = (await readFile(await file.path(), 'utf8')).slice(1).split('\r\n').slice(0, -1).map(fieldsOf);
  const table = await button.evaluate((element) => {
    const found = element.closest('section').querySelector('table');
    const data = (row) => [...row.cells].filter((cell) => !cell.classList.contains('nmd-row-actions')).map((cell) => cell.textContent);
    return [...found.querySelectorAll('tbody tr, tfoot tr')].map(data);
  });
  assert.equal(lines.length - 1, table.length, file.suggestedFilename());
  table.forEach((cells, row) =>
    cells.forEach((cell, column) => {
      const written = textOf(lines[row + 1][column]);
      const shown = numberOf(cell);
      if (!shown || written === textOf(cell)) return assert.equal(written, textOf(cell), `${file.suggestedFilename()} row ${row} column ${column}`);
      const value = Number(written.replace(',', '.'));
      assert.ok(Math.abs(value - shown.value) <= shown.tolerance, `${file.suggestedFilename()} row ${row} column ${column}: ${written} is not ${cell}`);
    }),
  );
  return lines.length;
}

// axe looks at every element, and a long table takes it a minute: rows and sections that only repeat are left out.
async function leaveOutRepeats() {
  await page.evaluate(() => {
    for (const row of document.querySelectorAll('#content tbody tr:nth-child(n + 7)')) row.remove();
    for (const term of document.querySelectorAll('#content .nmd-term:nth-child(n + 5)')) term.remove();
    for (const section of [...document.querySelectorAll('#content section')].slice(8)) section.remove();
  });
}

describe('every screen', () => {
  for (const id of MAIN) {
    it(`${id}: has real answers, words where there are none, a table under every chart, and keeps its question in the address`, async () => {
      await visit(id);
      assert.deepEqual(await texts('[role=alert]'), []);
      const content = await page.innerText('#content');
      assert.ok(content.length > 200, content);
      assert.doesNotMatch(content, /NaN|undefined|Infinity|\[object|_UNSPECIFIED/);
      const blank = await page.locator('#content td, #content th[scope=row]').evaluateAll((cells) => cells.filter((cell) => cell.textContent.trim() === '').length);
      assert.equal(blank, 0, 'a cell is blank');
      const bare = await page.locator('#content section:has(.nmd-chart)').evaluateAll((all) => all.filter((each) => !each.querySelector('table') || ![...each.querySelectorAll('svg')].every((svg) => svg.querySelector('title')?.textContent && svg.querySelector('desc')?.textContent)).length);
      assert.equal(bare, 0, 'a chart has no table or no description');
      await page.screenshot({ path: join(folder, `${id}.png`), fullPage: true });

      if (!WITHOUT_FILES.includes(id)) {
        const buttons = await page.getByRole('button', { name: 'Download tabel' }).all();
        assert.ok(buttons.length > 0);
        for (const button of buttons) await assertFileIsTable(button);
        assert.match(new URL(page.url()).searchParams.get('bekend_op'), /^\d{4}-\d\d-\d\dT/);
        const address = page.url();
        await open(address);
        assert.equal(page.url(), address);
        assert.equal(await page.innerText('#content'), content);
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
    assert.deepEqual(await menu('koppelbeheerder'), ['koppelen']);
    assert.deepEqual(await menu('beheerder'), ['bronnen']);
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
