// SPDX-License-Identifier: EUPL-1.2
// A real browser for the tests of the dashboard: one context per test, and a test whose page complained fails. Without BASE_URL
// against a stub of the gateway that answers with fixture F1; with it against a running gateway with the demo data of Tynaarlo,
// which closes on the same figures (T-01..T-06).
//   CHROMIUM       the browser, else /usr/bin/chromium
//   SCREENSHOTS    folder for screenshots and the printed page, else a new temporary folder
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach } from 'node:test';
import { fileURLToPath } from 'node:url';

const web = new URL('../../gateway/web/', import.meta.url);
const require = createRequire(new URL('package.json', web));
const { chromium } = require('playwright-core');
const axe = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8');
const { startStub } = await import(new URL('test/stub_server.mjs', web));

export const real = process.env.BASE_URL;
/** For tests that need the stub. */
export const offline = real ? { skip: 'needs the stub: BASE_URL is set' } : {};
export const NBSP = '\u00a0';

// Live bindings: an importer sees what the hooks below set.
export let stub;
/** For screenshots and prints. */
export let folder;
export let page;
export let base;
let browser;
let complaints;

before(async () => {
  stub = real ? undefined : await startStub(fileURLToPath(new URL('dist/', web)));
  base = real ?? stub.url;
  folder = process.env.SCREENSHOTS ?? (await mkdtemp(join(tmpdir(), 'nmd-dashboard-')));
  await mkdir(folder, { recursive: true });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
});

after(async () => {
  await browser?.close();
  await stub?.stop();
});

beforeEach(async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'nl-NL', timezoneId: 'Europe/Amsterdam', acceptDownloads: true });
  page = await context.newPage();
  complaints = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== 'blob:' && origin !== new URL(base).origin) complaints.push(`outside request: ${request.url()}`);
  });
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`));
  });
});

// Every test ends with a page that had nothing to complain about: no error, no violation of the policy, no outside request.
afterEach(async () => {
  await page.context().close();
  assert.deepEqual(complaints, []);
});

export async function open(path) {
  await page.goto(new URL(path, base).href);
  await page.waitForSelector('#content:not([aria-busy]):not(:has([aria-busy])) > *');
}

/** Expected complaints of the browser itself about answers that are not 2xx. */
export function forgive(status) {
  assert.ok(complaints.length > 0, 'the browser reports the failed request');
  complaints = complaints.filter((text) => !text.includes(`status of ${status}`));
}

/** Looks on as somebody in this role, in the demo. */
export async function as(role) {
  await open('/toegankelijkheid.html');
  await page.evaluate((word) => sessionStorage.setItem('nmd-rol', word), role);
}

export const press = (name) => page.getByRole('button', { name, exact: true }).click();
export const texts = (selector) => page.locator(selector).allInnerTexts();
export const rows = async (table) =>
  page.locator(`#${table} tbody tr, #${table} tfoot tr`).evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.textContent)));

export async function assertAccessible() {
  await page.evaluate(axe);
  // A colour is what it is when nothing moves any more: fonts are there and transitions have ended.
  await page.evaluate(async () => {
    await document.fonts.ready;
    await Promise.all(document.getAnimations().map((animation) => animation.finished));
  });
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }));
  assert.deepEqual(violations.map((each) => [each.id, each.nodes.map((node) => node.html)]), []);
}

export async function assertReflows() {
  await page.setViewportSize({ width: 320, height: 800 });
  await page.waitForTimeout(0);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 320, `the page is ${wide} px wide on a screen of 320 px`);
}
