// SPDX-License-Identifier: EUPL-1.2
// How long a screen takes to its first figure, and how much JavaScript it loads for it: every screen on a demo that this starts and
// ends itself, or on BASE_URL. Prints a table and judges nothing: a machine that is busy is not a fault of the dashboard.
//   SCREENSHOTS=FOLDER keeps a picture of every screen, on a desk (1280 px) and on a telephone (390 px)
//   arguments: names of screens, else all
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { startDemo } from './demo.mjs';

const web = new URL('../../gateway/web/', import.meta.url);
const { chromium } = createRequire(new URL('package.json', web))('playwright-core');
const TIMES = 3;
const PICTURES = [[1280, 900, ''], [390, 844, '-390']];

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const folder = process.env.SCREENSHOTS;
if (folder) await mkdir(folder, { recursive: true });

/** Milliseconds from the navigation to the answer on the page, in a browser that kept nothing; and the bytes of its scripts. */
async function visit(browser, address) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'nl-NL', timezoneId: 'Europe/Amsterdam' });
  const page = await context.newPage();
  const scripts = [];
  page.on('response', (response) => response.request().resourceType() === 'script' && scripts.push(response.body().then((body) => gzipSync(body).length)));
  await page.addInitScript(() => {
    // The answer is there when nothing is busy and something stands in the page.
    const look = () => {
      const content = document.getElementById('content');
      if (content?.firstElementChild && !content.hasAttribute('aria-busy') && globalThis.firstFigure === undefined) globalThis.firstFigure = performance.now();
    };
    document.addEventListener('DOMContentLoaded', () => {
      new MutationObserver(look).observe(document.getElementById('content'), { childList: true, attributes: true });
      look();
    });
  });
  await page.goto(address);
  await page.waitForFunction(() => globalThis.firstFigure !== undefined, undefined, { timeout: 60_000 });
  const milliseconds = await page.evaluate(() => globalThis.firstFigure);
  const bytes = (await Promise.all(scripts)).reduce((sum, each) => sum + each, 0);
  await context.close();
  return { milliseconds, bytes };
}

async function photograph(browser, address, id) {
  for (const [width, height, name] of PICTURES) {
    const page = await browser.newPage({ viewport: { width, height }, locale: 'nl-NL', timezoneId: 'Europe/Amsterdam' });
    await page.goto(address);
    await page.waitForSelector('#content:not([aria-busy]):not(:has([aria-busy])) > *');
    await page.screenshot({ path: join(folder, `${id}${name}.png`), fullPage: true, timeout: 120_000 });
    await page.close();
  }
}

const demo = process.env.BASE_URL ? undefined : await startDemo(fileURLToPath(new URL('dist', web)));
const base = process.env.BASE_URL ?? demo.url;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });
try {
  const home = await browser.newPage();
  await home.goto(new URL('/toegankelijkheid.html', base).href);
  const all = await home.locator('[data-screen]').evaluateAll((items) => items.map((each) => each.dataset.screen));
  await home.close();
  console.log('screen            first figure (ms)   JavaScript (kB, gzip)');
  for (const id of process.argv.length > 2 ? process.argv.slice(2) : all) {
    const address = new URL(id === 'index' ? '/' : `/${id}.html`, base).href;
    const visits = [];
    for (let each = 0; each < TIMES; each++) visits.push(await visit(browser, address));
    console.log(`${id.padEnd(20)}${String(Math.round(median(visits.map(({ milliseconds }) => milliseconds)))).padStart(15)}${(visits[0].bytes / 1000).toFixed(1).padStart(24)}`);
    if (folder) await photograph(browser, address, id);
  }
} finally {
  await browser.close();
  await demo?.stop();
}
