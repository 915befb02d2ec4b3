// SPDX-License-Identifier: EUPL-1.2
// Every screen in English: what is said is English, or marked as Dutch because a service said it; against recorded answers, and against
// the demo with BASE_URL.
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { assertAccessible, offline, open, page, real, stub, texts } from './browser.mjs';
import { assertFiles } from './table_files.mjs';

const ALL = ['index', 'groei', 'verkenner', 'stroom', 'looptijd', 'prognose', 'aansluiting', 'wijken', 'aanbieders', 'dossier', 'productgroepen', 'scenarios', 'doelen', 'vragen', 'publicaties', 'bronnen', 'koppelen', 'aanbiedersportaal', 'signalen', 'logboek', 'openbaar', 'begrippen', 'toegankelijkheid'];
// What the recorded answers have.
const RECORDED = ['groei', 'verkenner', 'wijken', 'aanbieders', 'dossier', 'productgroepen', 'scenarios', 'vragen', 'publicaties', 'bronnen', 'koppelen', 'aanbiedersportaal', 'signalen', 'logboek', 'openbaar', 'begrippen', 'toegankelijkheid'];
// Where the recorded answers are about.
const QUESTIONS = { dossier: '?aanbieder=91000001&jaar=2018', openbaar: '?bij=gm1730&tabel=gm1730-2018-0001', publicaties: '?tabel=regio/niveau/regio&van=2015-01&tot=2015-12' };

beforeEach(() => {
  if (!real) stub.restartScreens();
});

/** Every text that a service gave since this was called, in one string. */
function listen() {
  const said = new Set();
  const walk = (value) => {
    if (typeof value === 'string') said.add(value.replaceAll('\u00a0', ' ').toLowerCase());
    else if (value && typeof value === 'object') Object.values(value).forEach(walk);
  };
  page.on('response', (response) => {
    if (/\/v1\//.test(response.url()) && /json/.test(response.headers()['content-type'] ?? '')) response.json().then(walk, () => undefined);
  });
  return said;
}

async function chooseEnglish() {
  await page.addInitScript(() => localStorage.setItem('nmd-taal', 'en'));
}

/** Texts on the page that are marked as Dutch and that no service said. */
async function untranslated(said) {
  const marked = await page.evaluate(() => {
    const found = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { data, parentElement } = walker.currentNode;
      if (parentElement.closest('[lang]').lang === 'nl' && !parentElement.closest('script, style, textarea, #language')) found.add(data.replaceAll('\u00a0', ' '));
    }
    return [...found];
  });
  const known = [...said].filter((each) => /\p{L}{2}/u.test(each)).sort((a, b) => b.length - a.length);
  const all = known.join('\n');
  return marked.filter((text) => {
    const written = text.toLowerCase().trim();
    // Signs around a value are not of who said it.
    if (/^https?:/.test(written) || all.includes(written.replace(/^[^\p{L}\d]+|[^\p{L}\d]+$/gu, ''))) return false;
    const rest = known.reduce((left, each) => (each.length > 1 ? left.replaceAll(each, ' ') : left), written);
    return /\p{L}{2}/u.test(rest);
  });
}

describe('every screen in English', () => {
  for (const id of real ? ALL : RECORDED) {
    it(`${id}: says nothing in Dutch but what a service said, and marks that`, async () => {
      const said = listen();
      await chooseEnglish();
      await open(id === 'index' ? '/' : `/${id}.html${real ? '' : (QUESTIONS[id] ?? '')}`);
      assert.equal(await page.getAttribute('html', 'lang'), 'en');
      assert.match(await page.title(), /Social domain monitor$/);
      assert.equal(await page.innerText('.nl-skip-link'), 'Straight to the contents');
      assert.deepEqual(await untranslated(said), []);
      const attributes = await page.locator('[aria-label], [title], [placeholder]').evaluateAll((all) => all.flatMap((each) => ['aria-label', 'title', 'placeholder'].map((name) => each.getAttribute(name) ?? '')));
      assert.deepEqual(attributes.filter((words) => /\b(de|het|een|van|niet|voor|bekijk)\b/i.test(words) && ![...said].some((each) => words.toLowerCase().includes(each) && each.length > 8)), []);
      await page.evaluate(() => {
        for (const row of document.querySelectorAll('#content tbody tr:nth-child(n + 7)')) row.remove();
        for (const section of [...document.querySelectorAll('#content section')].slice(8)) section.remove();
      });
      await assertAccessible();
    });
  }
});

describe('the choice of language', offline, () => {
  it('is made in the shell, kept in this browser, and made undone there; numbers and dates stay Dutch', async () => {
    await open('/wijken.html?van=2017&naar=2018');
    const dutch = await page.innerText('#tabel-wijken tbody');
    await page.getByRole('button', { name: 'English' }).click();
    await page.waitForSelector('html[lang="en"] #tabel-wijken');
    assert.match(await page.innerText('h1'), /^How many inhabitants of 0 to 17 years receive youth care, per district, in 2018\?$/);
    const digits = (words) => words.replaceAll(/[^\d.,\n]/g, '');
    assert.equal(digits(await page.innerText('#tabel-wijken tbody')), digits(dutch));
    assert.match(await page.innerText('.nmd-facts'), /Figures known on \d\d-\d\d-\d{4} at \d\d:\d\d/);
    assert.match(await page.innerText('#tabel-wijken'), /suppressed[\s\S]*not available/);
    await open('/toegankelijkheid.html');
    assert.equal(await page.innerText('h1'), 'Can everybody use this monitor?');
    await page.getByRole('button', { name: 'Nederlands' }).click();
    await page.waitForSelector('html[lang="nl"] #content > *');
    assert.equal(await page.innerText('h1'), 'Is deze monitor voor iedereen te gebruiken?');
  });

  it('holds for files: they have the words that are on screen, and the names of months', async () => {
    await chooseEnglish();
    await open('/wijken.html?van=2017&naar=2018');
    assert.ok((await assertFiles()) > 0);
    await open('/groei.html');
    assert.ok((await texts('#content tbody th')).some((words) => /^(Mar|May|Oct)\s2018$/.test(words)));
    assert.ok((await assertFiles()) > 0);
  });

  it('leaves a sentence of a service in Dutch among ours, for who has it read aloud', async () => {
    await chooseEnglish();
    await page.addInitScript(() => sessionStorage.setItem('nmd-rol', 'contractmanager'));
    await open('/signalen.html');
    assert.ok((await texts('[lang=nl]')).includes('In dit tempo is het plafond van € 400.000 in september op.'.replaceAll('€ ', '€\u00a0')));
  });

  it('loads nothing more for who reads Dutch', async () => {
    const scripts = [];
    page.on('request', (request) => scripts.push(request.url()));
    await open('/wijken.html');
    assert.equal(scripts.some((url) => /english/.test(url)), false);
    await page.evaluate(() => localStorage.setItem('nmd-taal', 'en'));
    await open('/wijken.html');
    assert.equal(scripts.some((url) => /english/.test(url)), true);
  });
});
