// SPDX-License-Identifier: EUPL-1.2
// What holds for every screen that is open: in the browser of the test, see browser.mjs.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { assertAccessible, assertReflows, folder, page } from './browser.mjs';
import { assertFiles } from './table_files.mjs';

/** Accessible on screen, on a small one at 400% and on paper, and files that are what is shown. */
export async function assertGood(name) {
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  await assertFiles();
  const content = await page.innerText('#content');
  assert.doesNotMatch(content, /NaN|undefined|Infinity|\[object|_UNSPECIFIED/);
  const blank = await page.locator('#content td, #content th[scope=row]').evaluateAll((cells) => cells.filter((cell) => cell.textContent.trim() === '').length);
  assert.equal(blank, 0, 'a cell is blank');
  await page.evaluate(() => {
    for (const row of document.querySelectorAll('#content tbody tr:nth-child(n + 7)')) row.remove();
  });
  await assertAccessible();
  await assertReflows();
  await assertAccessible();
  await page.screenshot({ path: join(folder, `${name}-320.png`), fullPage: true });
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: 665, height: 900 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 665, `${wide} px do not fit on the paper`);
  await assertAccessible();
  await page.emulateMedia({ media: 'screen' });
}
