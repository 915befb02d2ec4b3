// SPDX-License-Identifier: EUPL-1.2
// Whole jobs by keyboard alone: from the top of the page, with keys only, seeing where the focus is; against recorded answers.
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { offline, open, page, real, rows, stub } from './browser.mjs';

beforeEach(() => {
  if (real) return;
  stub.restartScreens();
  stub.restartLinking();
  stub.calls.length = 0;
});

const MOST = 200;
const key = (name) => page.keyboard.press(name);

/** What has the focus: its name as a screen reader says it, and whether it can be seen that it has. */
const focus = () =>
  page.evaluate(() => {
    const element = document.activeElement;
    const name = element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent;
    const style = getComputedStyle(element);
    return { name: name.trim(), visible: style.outlineStyle !== 'none' || style.boxShadow !== 'none' };
  });

/** Goes on by Tab until something of this name has the focus; every stop on the way can be seen. */
async function tabTo(name) {
  const matches = (text) => (typeof name === 'string' ? text === name : name.test(text));
  for (let stops = 0; stops < MOST; stops++) {
    const at = await focus();
    if (matches(at.name)) return;
    await key('Tab');
    const next = await focus();
    assert.ok(next.visible, `it cannot be seen that "${next.name.slice(0, 60)}" has the focus`);
  }
  assert.fail(`${name} is not reached by Tab`);
}

/** Chooses in a list by its first letters. */
async function choose(label, letters) {
  await tabTo(label);
  await page.keyboard.type(letters);
}

const shown = () => page.waitForSelector('#content:not([aria-busy]):not(:has([aria-busy])) > *');

async function as(role) {
  await open('/toegankelijkheid.html');
  await page.evaluate((word) => sessionStorage.setItem('nmd-rol', word), role);
}

describe('by keyboard alone', offline, () => {
  it('a question is asked, answered, kept under a number and taken along', async () => {
    await as('griffie');
    await open('/verkenner.html?van=2018-01&tot=2018-01');
    await key('Tab');
    assert.equal((await focus()).name, 'Direct naar de inhoud');
    await key('Enter');
    await choose('Uitgesplitst naar', 'Interventie');
    await choose('Van', 'januari 2018');
    await tabTo('Toon cijfers');
    await key('Enter');
    await shown();
    assert.deepEqual((await rows('tabel-verkenner')).at(-1), ['Totaal', '598']);
    assert.match(await page.innerText('#status'), /^Cijfers getoond, bekend op/);
    // A word is explained where it stands, and closed again.
    await tabTo('Wat is cliënten?');
    await key('Enter');
    assert.equal(await page.locator('.nmd-tip:popover-open').count(), 1);
    await key('Escape');
    assert.equal(await page.locator('.nmd-tip:popover-open').count(), 0);
    await tabTo('Download tabel (Excel)');
    const [file] = await Promise.all([page.waitForEvent('download'), key('Enter')]);
    assert.match(file.suggestedFilename(), /\.xlsx$/);
    await tabTo('Leg vast als antwoord aan de raad');
    await key('Enter');
    await tabTo('Het antwoord');
    await page.keyboard.press('Control+End');
    await page.keyboard.type(' Dat zijn er 598.');
    await tabTo('Leg vast');
    await key('Enter');
    // It comes when the answer was kept; who tabs on before that passes the end of the page.
    await page.getByText('Naar het vragenregister').waitFor();
    await tabTo('Naar het vragenregister');
    await key('Enter');
    await page.waitForURL(/antwoord=2018-0001/);
    await page.waitForSelector('#tabel-gegeven');
    assert.match(await page.innerText('#content'), /Dat zijn er 598\./);
  });

  it('a pair is looked at and decided', async () => {
    await open('/koppelen.html');
    await page.waitForSelector('#wachtrij');
    await key('Tab');
    await key('Enter');
    await tabTo('Begin met het eerste paar');
    await key('Enter');
    await choose('Waarvoor bekijkt u gegevens van personen?', 'Beoordelen');
    await tabTo('Ga verder');
    await key('Enter');
    await page.waitForSelector('#paar-titel');
    await choose('Reden van uw besluit', 'Nagekeken');
    await tabTo('Niet dezelfde persoon');
    await key('Enter');
    await page.waitForSelector('#besloten');
    const [decided] = stub.calls.filter((call) => call.path.endsWith('linkdecisions') && call.body).map((call) => call.body);
    assert.equal(decided.verdict, 'DIFFERENT_PERSONS');
    assert.equal(decided.reason, 'Nagekeken in het bronsysteem');
    await tabTo('Terug naar het overzicht');
    await key('Enter');
    await page.waitForSelector('#wachtrij');
  });

  it('a publication is looked at and approved by who did not propose it', async () => {
    await as('controller');
    await open('/publicaties.html?tabel=regio/niveau/regio&van=2018-01&tot=2018-12');
    await tabTo('Stel deze publicatie voor');
    await key('Enter');
    await page.waitForURL(/uitgave=gm1730-2018-0002/);
    await page.evaluate(() => sessionStorage.setItem('nmd-rol', 'privacyfunctionaris'));
    await page.reload();
    await page.waitForSelector('#besluit');
    await tabTo('Keur goed en publiceer');
    await key('Enter');
    await page.waitForFunction(() => document.querySelector('.nmd-conclusion')?.textContent.includes('gepubliceerd'));
    assert.deepEqual((await rows('tabel-ontvangst')).map((cells) => cells.slice(0, 2)), [['nmd', 'ontvangen']]);
  });
});
