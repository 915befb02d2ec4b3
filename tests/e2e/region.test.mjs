// SPDX-License-Identifier: EUPL-1.2
// The screens of a region that answers for real, at BASE_URL: what is on them is what came over the wire. RegionSystemTest runs it with two
// members; after deploy/run.sh: `BASE_URL=http://127.0.0.1:8200 node --test region.test.mjs`.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { as, forgive, open, page, press, real, rows, texts } from './browser.mjs';
import { assertGood } from './good.mjs';

const online = real ? {} : { skip: 'needs a region: BASE_URL is not set' };
const counted = (count) => Number(count).toLocaleString('nl-NL');

// What a page was told by methods of this path while it opened.
async function openAndHear(address, path) {
  const heard = [];
  const listen = (response) => new URL(response.url()).pathname.startsWith(`/v1/municipalities/nmd/${path}`) && response.ok() && heard.push(response.json());
  page.on('response', listen);
  await open(address);
  page.off('response', listen);
  return Promise.all(heard);
}

/** A count that is shown as itself; one that is not, by a word and never by a number alone. */
function assertFigure(shown, { state, count }, place) {
  if (state === 'ANSWERED') assert.equal(shown, counted(count ?? 0), place);
  else assert.match(shown, /^(afgeschermd|niet aangeleverd|ingetrokken|niet beschikbaar|niet te zeggen)/, `${place}: ${state}`);
}

describe('the region', online, () => {
  it('has on the page Regio what its members published, of how many, and bounds where one hides (R10, F-27)', async () => {
    const [table] = await openAndHear('/regio.html', 'tables/');
    assert.equal(await page.innerText('h1'), 'Hoe doet de regio het, en van wie weten wij dat?');
    // No table of inhabitants was chosen, and the page says so.
    if (await page.getByRole('heading', { name: 'De gemeenten zijn hierop niet te vergelijken' }).count()) forgive(400);
    const shown = await rows('tabel-regio-1');
    assert.equal(shown.length, table.cells.length);
    table.cells.forEach((cell, row) => {
      const [figure] = cell.values;
      // The columns before are one per dimension.
      const [together, ...apart] = shown[row].slice(table.dimensions.length);
      assertFigure(together, figure, `row ${row}`);
      figure.members.forEach((each, member) => assertFigure(apart[member], each, `row ${row} member ${member}`));
    });
    assert.ok((await page.innerText('#tabel-regio-1 caption')).includes(table.coverage), table.coverage);
    assert.equal((await rows('tabel-leden')).length, (await rows('tabel-bijdragen')).length);
    assert.deepEqual((await texts('.nmd-nav [data-screen]:visible')).includes('Koppelen'), false, 'what the region has no service for is not in its menu');
    await assertGood('regio');
  });

  it('releases to the public what one proposes and another approves (decision 151)', async () => {
    await as('controller');
    await open('/publicaties.html');
    const choices = await page.locator('#tabel option').evaluateAll((all) => all.map((each) => each.value));
    // In the demo, the table that its members made public.
    await open(`/publicaties.html?tabel=${choices.find((each) => /^(tabel|clienten-wet-wijk)\//.test(each))}`);
    await press('Stel deze publicatie voor');
    await page.waitForURL(/uitgave=nmd-/);
    await page.waitForSelector('#tabel-uitgave');
    assert.equal(await page.getByRole('button', { name: 'Keur goed en publiceer' }).count(), 0, 'who proposed does not approve');
    const release = page.url();
    await as('privacyfunctionaris');
    await open(release);
    // Proposed and approved before, where this runs again.
    if (!(await page.getByText('Stand: gepubliceerd.').count())) await press('Keur goed en publiceer');
    await page.getByText('Stand: gepubliceerd.').waitFor();
    await assertGood('publicatie-regio');
  });

  it('shows everybody what two of its people released, without a token', async () => {
    const [dataset] = await openAndHear('/openbaar.html?bij=nmd', 'datasets/');
    assert.equal(dataset.state, 'CURRENT');
    const shown = await rows('tabel-openbaar');
    assert.equal(shown.length, dataset.publication.cells.length);
    dataset.publication.cells.forEach((cell, row) => {
      const count = cell.values?.[0]?.count;
      if (count !== undefined) assert.equal(shown[row].at(-1), counted(count), `row ${row}`);
      else assert.doesNotMatch(shown[row].at(-1), /\d/, `row ${row}`);
    });
    assert.ok((await page.innerText('section[aria-labelledby="cijfers"] .nmd-conclusion')).includes(dataset.coverage), dataset.coverage);
    await assertGood('openbaar-regio');
  });
});
