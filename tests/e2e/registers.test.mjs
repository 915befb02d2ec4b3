// SPDX-License-Identifier: EUPL-1.2
// The pages Inzage en logboek, Signalen, Aanbieders, Productgroepen, Publicaties and Regio in a real browser, against recorded answers; browser.mjs says how.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { as, assertAccessible, forgive, offline, open, page, press, real, rows, stub, texts } from './browser.mjs';
import { assertGood } from './good.mjs';

beforeEach(() => {
  if (real) return;
  stub.restartScreens();
  stub.calls.length = 0;
});

const made = (path) => stub.calls.filter((call) => call.path.includes(path)).map((call) => call.body);
const focused = () => page.evaluate(() => document.activeElement.textContent);

describe('page Inzage en logboek', offline, () => {
  const ADDRESS = '/logboek.html?vanaf=2018-04-02&t_m=2018-04-03';

  it('says who looked at what, when and what for, over all pages of the log (R23)', async () => {
    await open(ADDRESS);
    assert.equal(await page.innerText('h1'), 'Wie keek waarnaar van 02-04-2018 tot en met 03-04-2018, en waarvoor?');
    assert.deepEqual(await texts('.nmd-headline__change'), ['30', '10', '9']);
    assert.deepEqual(made('logrecords/_query').map(({ start_time, end_time, page_token }) => [start_time, end_time, page_token]), [
      ['2018-04-01T22:00:00.000Z', '2018-04-03T22:00:00.000Z', undefined], ['2018-04-01T22:00:00.000Z', '2018-04-03T22:00:00.000Z', '20'],
    ]);
    assert.deepEqual((await rows('tabel-wie')).map((cells) => cells.join(' ')), ['demo-koppelbeheerder koppelbeheerder 10 10 0', 'demo-controller controller 10 0 0', 'demo-griffie griffie 10 0 9']);
    const log = await rows('tabel-logboek');
    assert.deepEqual(log[1], ['02-04-2018 om 01:00', 'demo-koppelbeheerder', 'koppelbeheerder', 'beoordelen van koppelingen', 'twee personen naast elkaar bekeken (ReviewService.ShowReviewItem)', 'reviewitems/r1', '2', 'gelukt']);
    assert.equal(log[2][7], 'geweigerd (ROLE_MISSING)');
    assert.equal(log[29][7], 'onbekend: het einde is niet vastgelegd');
    await assertGood('logboek');
  });

  it('searches without putting who or whom in the address or the browser', async () => {
    await open(`${ADDRESS}&welke=personen`);
    const address = page.url();
    await page.getByLabel('Wie', { exact: true }).fill('koppel');
    await page.getByLabel('Persoon (pseudoniem)').fill(`c${'0'.repeat(18)}1`);
    await page.keyboard.press('Enter');
    assert.equal((await rows('tabel-logboek')).length, 2);
    assert.equal(page.url(), address);
    assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]), [0, 0, '']);
    await page.getByLabel('Wie', { exact: true }).fill('niemand');
    await press('Zoek in deze periode');
    assert.match(await page.innerText('section[aria-labelledby="regels"]'), /geen regels die hierbij passen/);
  });

  it('checks the whole chain, and holds it against a mark that was written down', async () => {
    await open(ADDRESS);
    await press('Controleer het hele logboek');
    await page.getByRole('heading', { name: 'Het logboek is heel', exact: true }).waitFor();
    const mark = await page.innerText('.nmd-code');
    assert.match(mark, /^60:[0-9a-f]{64}$/);
    assert.match(await page.innerText('section[aria-labelledby="heel"]'), /Van 12 regels is de inhoud na de bewaartermijn weggehaald/);
    await assertAccessible();
    const written = page.getByLabel(/Eerder opgeschreven kenmerk/);
    await written.fill('zestig');
    await press('Controleer het hele logboek');
    assert.match(await page.innerText('.nmd-fault:visible'), /64 tekens/);
    await written.fill(mark);
    await press('Controleer het hele logboek');
    assert.deepEqual(made('_verify'), [{}, { known_sequence: '60', known_hash: mark.slice(3) }]);
    await written.fill(`60:${'0'.repeat(64)}`);
    await press('Controleer het hele logboek');
    await page.getByRole('heading', { name: 'Het logboek is niet heel' }).waitFor();
    await assertAccessible();
  });

  it('stops a check that takes long', async () => {
    await open(ADDRESS);
    stub.faults.slow = 60_000;
    await press('Controleer het hele logboek');
    await press('Stop');
    delete stub.faults.slow;
    await page.getByRole('heading', { name: 'Gestopt' }).waitFor();
    assert.match(await page.innerText('section[aria-labelledby="heel"]'), /niet gecontroleerd/);
    assert.equal(await page.locator('.nmd-wait').count(), 0);
  });

  it('tells what was done with the data of one person, keeps a period and gives it free', async () => {
    await open(ADDRESS);
    await page.getByLabel('Pseudoniem van de persoon').fill('c0000000000000000001');
    await press('Toon de verwerkingen');
    await page.waitForSelector('#tabel-verwerkingen');
    assert.deepEqual(await rows('tabel-verwerkingen'), [['02-04-2018 om 10:15', 'twee personen naast elkaar bekeken (ReviewService.ShowReviewItem)', 'gedaan']]);
    assert.ok(stub.calls.every((call) => !call.path.includes('c000')));
    await press('Bewaar de regels van deze periode…');
    await assertAccessible();
    await press('Bewaar deze regels');
    assert.match(await page.innerText('.nmd-fault:visible'), /Vul in: waarom moeten zij blijven\./);
    await page.getByLabel('Waarom moeten zij blijven?').fill('Klacht 12');
    await press('Bewaar deze regels');
    await page.getByRole('heading', { name: 'Bewaard onder nummer h1' }).waitFor();
    assert.deepEqual(made('_hold').at(0), { start_time: '2018-04-01T22:00:00.000Z', end_time: '2018-04-03T22:00:00.000Z', reason: 'Klacht 12' });
    await press('Geef bewaarde regels vrij…');
    await page.getByLabel('Nummer van het bewaren').fill('h1');
    await press('Geef vrij');
    await page.getByRole('heading', { name: 'Vrijgegeven: h1' }).waitFor();
  });

  it('shows an operator the log, and nothing of one person', async () => {
    await as('beheerder');
    await open(ADDRESS);
    assert.equal((await rows('tabel-logboek')).length, 30);
    assert.equal(await page.locator('#een-persoon, #bewaren').count(), 0);
    await as('controller');
    await open('/logboek.html');
    assert.match(await page.innerText('#content'), /Dit scherm is niet voor de rol controller/);
  });
});

describe('page Signalen', () => {
  it('says what asks for a conversation, who took it up and what a rule means', offline, async () => {
    await open('/signalen.html');
    assert.match(await page.innerText('.nmd-conclusion'), /^Er staan 2 signalen open; 1 vraagt nu om actie; 1 is nog niet opgepakt\.$/);
    assert.deepEqual((await rows('signalen')).map((cells) => [cells[0], cells[4], cells[6]]), [
      ['Stichting Voorbeeld', 'actie nodig', 'nog niet'], ['=Voorbeeld & Zoon', 'bespreken', '14-03-2018, demo-contractmanager: Gesprek gepland op 20 maart.'],
    ]);
    await page.getByText('Zeventig procent van het plafond is gebruikt').click();
    assert.match(await page.innerText('section[aria-labelledby="regels"]'), /gedeclareerd bedrag \/ plafond/);
    await assertGood('signalen');
  });

  it('takes up a signal by keyboard alone, with words and without persons', offline, async () => {
    await open('/signalen.html');
    await page.locator('#signalen tbody button').first().focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.match(await page.innerText('.nmd-fault:visible'), /Vul in: wat is er gedaan of afgesproken\./);
    await assertAccessible();
    await page.keyboard.type('Met 999900006 gesproken.');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#signalen [role=alert]');
    forgive(400);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Probeer het opnieuw' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('Gesprek op 12 april.');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('#signalen').textContent.includes('Gesprek op 12 april.'));
    assert.match(await focused(), /^Pak op… het signaal over Stichting Voorbeeld$/);
    assert.deepEqual(made('_acknowledge').at(-1), { note: 'Gesprek op 12 april.' });
    assert.match(await page.innerText('.nmd-conclusion'), /alle zijn opgepakt/);
  });

  it('keeps closed signals with what closed them', offline, async () => {
    await open('/signalen.html?toestand=gesloten&jaar=2017');
    assert.deepEqual((await rows('signalen')).map((cells) => [cells[0], cells[6]]), [['Jeugdhulp Proef', '01-11-2017: Het plafond is verhoogd.']]);
    assert.equal(await page.locator('#signalen button').count(), 0);
    await open('/signalen.html?jaar=2016');
    assert.match(await page.innerText('#content'), /Er staan nu geen signalen open/);
  });
});

describe('page Aanbieders', offline, () => {
  it('shows a funnel with the limits of chance, by name and with a table', async () => {
    await open('/aanbieders.html?jaar=2018');
    const table = await rows('tabel-trechter');
    assert.deepEqual(table.map((cells) => [cells[0], cells[3], cells[5]]), [
      ['=Voorbeeld & Zoon', '83,3%', 'vaker dan toeval verklaart'], ['Begeleiding Model', '50,0%', 'te weinig om iets te zeggen'], ['Jeugdhulp Proef', '27,3%', 'kan toeval zijn'],
      ['Stichting Voorbeeld', '30,0%', 'kan toeval zijn'], ['Alle aanbieders', '49,0%', 'waarmee is vergeleken'],
    ]);
    const drawing = page.locator('section[aria-labelledby="trechter"] svg');
    assert.equal(await drawing.locator('.nmd-point').count(), 3, 'who has fewer than ten is in the table only');
    assert.equal(await drawing.locator('.nmd-point--outside').count(), 1);
    assert.match(await drawing.locator('desc').textContent(), /Bij 1 aanbieder is het verschil groter dan toeval verklaart: =Voorbeeld & Zoon/);
    await assertGood('aanbieders');
  });

  it('shows one account that closes, with its posts page by page and who must act', async () => {
    await open('/aanbieders.html?jaar=2018&aanbieder=91000001&posten=CARE_PROVIDER');
    const [youth, , total] = (await rows('tabel-saldo')).map((cells) => cells.slice(1).map((cell) => Number(cell.replace('€\u00a0', '').replace('−', '-').replaceAll('.', ''))));
    for (const [debits, credits, notCounted, declared, approved, rejected, waiting] of [youth, total]) {
      assert.equal(debits + credits, declared + notCounted);
      assert.equal(approved + rejected + waiting, declared);
    }
    assert.match(await page.innerText('section[aria-labelledby="boeking"]'), /niet beschikbaar/);
    assert.equal((await rows('tabel-posten')).length, 150);
    assert.deepEqual((await rows('tabel-posten'))[0].slice(2), ['D2018-01, regel R2', '€\u00a0123', '€\u00a0123', 'De regel is afgekeurd: de periode valt buiten de toewijzing. (9307) Verbeter de periode en declareer opnieuw.', 'de aanbieder', '–', 'de gemeente: wordt uitgezocht', 'Reageer… op toewijzing 101, 45A48, declaratie D2018-01, regel R2']);
    assert.deepEqual((await rows('signalen')).map((cells) => cells[0]), ['Stichting Voorbeeld']);
    await page.getByLabel('Posten op die rekening').selectOption('iedereen');
    await press('Toon cijfers');
    await page.waitForURL(/posten=iedereen/);
    await page.waitForFunction(() => document.querySelectorAll('#tabel-posten tbody tr').length === 200);
    assert.match(await page.innerText('#tabel-posten caption'), /200 van 450/);
    await press('Toon de volgende 200');
    await page.waitForFunction(() => document.querySelectorAll('#tabel-posten tbody tr').length === 400);
    await press('Toon de volgende 50');
    await page.waitForFunction(() => document.querySelectorAll('#tabel-posten tbody tr').length === 450);
    assert.equal(await page.getByRole('button', { name: /Toon de volgende/ }).count(), 0);
    await assertGood('aanbieders-rekening');
  });

  it('answers a post for the municipality, with what it may say, and shows what both sides said', async () => {
    await open('/aanbieders.html?jaar=2018&aanbieder=91000001');
    assert.deepEqual((await rows('tabel-reacties')).map((cells) => [cells[1], cells[2]]), [['de gemeente', 'wordt uitgezocht'], ['de aanbieder', 'weersproken: de prijs is anders afgesproken']]);
    await page.locator('#reageer-i2').click();
    const answers = await page.getByLabel('Wat zegt u?').locator('option').allTextContents();
    assert.ok(answers.includes('De toewijzing wordt aangepast') && !answers.includes('Wordt gecrediteerd'), answers.join());
    await page.getByLabel('Wat zegt u?').selectOption({ label: 'Het antwoord volgt' });
    await press('Verstuur');
    await page.waitForFunction(() => document.querySelectorAll('#tabel-reacties tbody tr').length === 3);
    const { request_id, ...said } = stub.calls.filter((call) => call.path.endsWith('i2/_respond')).at(-1).body;
    assert.deepEqual(said, { position: 'WILL_ANSWER' });
    assert.match(request_id, /^[0-9a-f-]{36}$/);
    assert.deepEqual((await rows('tabel-reacties'))[0].slice(1, 5), ['de gemeente', 'het antwoord volgt', 'geen', 'toewijzing 102, 45A48, declaratie D2018-01, regel R3']);
    assert.equal((await rows('tabel-posten'))[2].at(-2), 'de gemeente: het antwoord volgt');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'reageer-i2');
    await assertAccessible();
  });

  it('shows no account to who may not see contracts', async () => {
    await as('griffie');
    await open('/aanbieders.html?jaar=2018');
    assert.equal(await page.getByLabel('Rekening van').count(), 0);
    assert.equal(await page.locator('#posities, #signalen').count(), 0);
    assert.deepEqual(await texts('[role=alert]'), []);
  });
});

describe('page Productgroepen', offline, () => {
  it('tells the five parts of a product group, each beside the year before (R157)', async () => {
    await open('/productgroepen.html?groep=jeugdwet-45&jaar=2018');
    assert.equal(await page.innerText('h1'), 'Hoe staat Jeugdwet: Jeugdhulp ambulant (45) ervoor in 2018?');
    assert.deepEqual((await texts('#content h2')).filter((title) => /^\d/.test(title)), ['1. Resultaat', '2. Geld', '3. Marktaandelen', '4. Situatie', '5. Verwachting']);
    assert.deepEqual(await rows('tabel-einde'), [['volgens plan', '40', '30'], ['door de cliënt', '12', '10'], ['Waarvan zonder stopbericht', '3', '3'], ['Alle trajecten die eindigden', '52', '40']]);
    assert.deepEqual((await rows('tabel-geld'))[0].slice(1), ['€\u00a090.000', '€\u00a060.000', '+50,0%']);
    assert.deepEqual((await rows('tabel-markt')).map((cells) => [cells[1], cells[4], cells[5]]), [['91000001', '75,0%', '60,0%'], ['91000002', '25,0%', '40,0%']]);
    assert.deepEqual((await rows('tabel-situatie'))[0].slice(1), ['75', '60', '+25,0%']);
    assert.deepEqual(await texts('.nmd-headline__change'), ['2', '2', '1']);
    const [whole, ...parts] = (await rows('tabel-verwachting')).map((cells) => Number(cells[1].replace('€\u00a0', '').replace('.', '')));
    assert.equal(parts.reduce((sum, each) => sum + each, 0), whole);
    assert.match(await page.innerText('section[aria-labelledby="verwachting"] .nmd-conclusion'), /^2018 kost naar verwachting/);
    await assertGood('productgroepen');
  });

  it('says which parts are not there, and never shows them as nothing', async () => {
    await open('/productgroepen.html?groep=jeugdwet-50&jaar=2018');
    assert.match(await page.innerText('#content'), /Niet alles is er/);
    assert.deepEqual((await rows('tabel-einde')).at(-1).slice(1), ['niet beschikbaar', 'niet beschikbaar']);
    assert.deepEqual((await rows('tabel-geld'))[0].slice(1), ['niet beschikbaar', '€\u00a060.000', 'niet beschikbaar']);
    assert.equal(await page.locator('#tabel-markt, #tabel-verwachting').count(), 0);
    await assertAccessible();
    await as('griffie');
    await open('/productgroepen.html');
    assert.match(await page.innerText('#content'), /Dit scherm is niet voor de rol griffie/);
  });
});

describe('page Publicaties', offline, () => {
  const PREVIEW = '/publicaties.html?tabel=regio/niveau/regio&van=2018-01&tot=2018-12';

  it('shows every cell as it would leave, why it is hidden, and what an attacker would find', async () => {
    await open(PREVIEW);
    assert.deepEqual(await rows('tabel-voorbeeld'), [
      ['Totaal', 'getoond', '598'], ['IVN 4', 'getoond', '56'], ['IVN 5', 'getoond', '276'], ['IVN 6', 'afgeschermd: anders te berekenen', 'afgeschermd'], ['IVN 7', 'afgeschermd: te klein', 'afgeschermd'], ['IVN 8', 'nul', '0'],
    ]);
    assert.match(await page.innerText('section[aria-labelledby="voorbeeld"] .nmd-conclusion'), /2 cellen zijn afgeschermd \(33,3%\); daarin zit 40,0% van alle cliënten\. Er is geprobeerd 2 .* Dat lukte niet\.$/);
    assert.match(await page.innerText('#tabel-versies'), /grens van 5 naar 10/);
    await assertGood('publicaties');
  });

  it('says which areas are told as one, and what hiding alone would have cost', async () => {
    await open('/publicaties.html?tabel=regio/niveau/regio&van=2016-01&tot=2016-12');
    assert.match(await page.innerText('section[aria-labelledby="samenvoegen"] .nmd-conclusion'), /Van 6 gebieden zijn er in deze tabel 5 over: 1 is een samenvoeging\. Zonder samenvoegen zou 50,0% van de cellen zijn afgeschermd, nu is dat 33,3%\./);
    assert.deepEqual(await rows('tabel-verlies'), [['Samenvoegen, en dan afschermen', '5', '33,3%', '40,0%', 'ja'], ['Alleen afschermen', '6', '50,0%', '60,0%', 'ja']]);
    assert.deepEqual(await rows('tabel-samengevoegd'), [['Eelde en Vries', 'WK173001, WK173002', '2']]);
    await assertGood('publicaties-samengevoegd');
    await open(PREVIEW);
    assert.equal(await page.locator('#samenvoegen').count(), 0, 'the rule of another year merges nothing');
  });

  it('says how far rounded numbers are off, beside each of them, and what hiding would have cost', async () => {
    await open('/publicaties.html?tabel=regio/niveau/regio&van=2015-01&tot=2015-12');
    assert.deepEqual((await rows('tabel-voorbeeld')).map((cells) => cells.at(-1).replaceAll('\u00a0', ' ')), ['600 ± 9', '60 ± 9', '270 ± 9', '260 ± 9', '10 ± 9', '0 ± 9']);
    assert.match(await page.innerText('section[aria-labelledby="afronden"] .nmd-conclusion'), /^Elk getal is een veelvoud van 10 \(±\s9\)\. Zonder afronden zou 33,3% van de cellen zijn afgeschermd; daarin zit 40,0% van alle cliënten\.$/);
    assert.deepEqual((await rows('tabel-afronden'))[0].slice(1), ['10', '9', '2,3']);
    assert.match(await page.innerText('section[aria-labelledby="voorbeeld"] .nmd-conclusion'), /^Geen cel is afgeschermd\. Er is geprobeerd meer te weten te komen dan er staat/);
    await assertGood('publicaties-afgerond');
    await open(PREVIEW);
    assert.equal(await page.locator('#afronden').count(), 0, 'the rule of another year rounds nothing');
  });

  it('says why a table cannot be shown, and still shows the rest', async () => {
    await open('/publicaties.html?tabel=regio/niveau/regio&van=2019-01&tot=2019-12');
    forgive(412);
    assert.match(await page.innerText('[role=alert]'), /niet afgesproken/);
    assert.equal((await rows('tabel-afspraken')).length, 1);
    await assertAccessible();
  });

  it('is published by two persons, and taken back with a reason that stays', async () => {
    await open(PREVIEW);
    await press('Stel deze publicatie voor');
    await page.waitForURL(/uitgave=gm1730-2018-0002/);
    await page.waitForSelector('#tabel-uitgave');
    await press('Keur goed en publiceer');
    await page.locator('#content').getByRole('alert').waitFor();
    forgive(403);
    assert.match(await page.innerText('#content [role=alert]'), /Iemand anders moet dit bevestigen/);
    await assertAccessible();
    await as('controller');
    await open('/publicaties.html?uitgave=gm1730-2018-0002');
    assert.equal(await page.getByRole('button', { name: 'Keur goed en publiceer' }).count(), 0);
    await press('Wijs af…');
    await page.getByLabel('Waarom?').fill('Te vroeg.');
    await press('Leg vast');
    await page.getByText('Stand: afgewezen. Te vroeg.').waitFor();
    await open(PREVIEW);
    await press('Stel deze publicatie voor');
    await page.waitForURL(/uitgave=gm1730-2018-0003/);
    await page.evaluate(() => sessionStorage.setItem('nmd-rol', 'privacyfunctionaris'));
    await page.reload();
    await page.waitForSelector('#besluit');
    assert.equal((await rows('tabel-uitgave')).length, 6);
    await press('Keur goed en publiceer');
    await page.getByText('Stand: gepubliceerd.').waitFor();
    assert.deepEqual((await rows('tabel-ontvangst'))[0].slice(0, 2), ['nmd', 'ontvangen']);
    await assertGood('publicatie');
    await open('/publicaties.html?uitgave=gm1730-2018-0003');
    await press('Trek in…');
    await page.getByLabel('Waarom?').fill('Verkeerde periode.');
    await press('Leg vast');
    await page.getByText('Stand: ingetrokken. Verkeerde periode.').waitFor();
    assert.equal(await page.locator('#tabel-uitgave').count(), 0);
    assert.match(await page.innerText('#content'), /niet meer te zien/);
  });

  it('shows where a blocked table leaks, and offers no approval', async () => {
    await open('/publicaties.html?uitgave=gm1730-2018-0001');
    assert.deepEqual(await rows('tabel-lekken'), [['ivn 7', 'Cliënten', 'precies', 'wie alles van de regio ziet', 'totaal min ivn 4; min ivn 5']]);
    assert.equal(await page.getByRole('button', { name: 'Keur goed en publiceer' }).count(), 0);
  });
});

// Decision 151: the region releases to the public as its members do.
describe('page Publicaties in the region', offline, () => {
  beforeEach(() => {
    stub.faults.region = true;
  });
  afterEach(() => {
    delete stub.faults.region;
  });
  const ADDRESS = '/publicaties.html?tabel=niveau/2017-01-01/2018-01-01';

  it('lists what waits for the second person, who sees the table and approves it', async () => {
    await as('controller');
    await open('/publicaties.html');
    assert.equal(await page.innerText('h1'), 'Wat maakt de regio openbaar, en wat wacht?');
    assert.match(await page.innerText('#content'), /Er is nog niets gepubliceerd of voorgesteld\.[\s\S]*Kies eerst een tabel\./);
    assert.equal(await page.locator('#afspraken, #versies, #voorbeeld').count(), 0, 'the region has no agreements of its own');
    await assertGood('publicaties-regio-leeg');
    await open(ADDRESS);
    await press('Stel deze publicatie voor');
    await page.waitForURL(/uitgave=nmd-2018-0001/);
    await page.waitForSelector('#tabel-uitgave');
    assert.deepEqual(made('releases').filter(Boolean), [{ table: 'niveau', period: { start_date: '2017-01-01', end_date: '2018-01-01' } }]);
    assert.equal(await page.getByRole('button', { name: 'Keur goed en publiceer' }).count(), 0, 'a controller does not approve');
    await as('privacyfunctionaris');
    await open('/publicaties.html');
    assert.match(await page.innerText('section[aria-labelledby="uitgaven"] .nmd-conclusion'), /^1 voorstel wacht op een besluit\.$/);
    assert.deepEqual((await rows('tabel-uitgaven'))[0].slice(0, 5), ['nmd-2018-0001', 'Cliënten per niveau', '2017', 'openbaar', 'wacht op de privacyfunctionaris']);
    await assertGood('publicaties-regio');
    await page.getByRole('link', { name: 'Bekijk nmd-2018-0001' }).click();
    await page.waitForSelector('#besluit');
    assert.match(await page.innerText('section[aria-labelledby="uitgave"]'), /3 van 5 gemeenten[\s\S]*Nagerekend naast wat de gemeenten zelf vertelden\. Er is geprobeerd meer te weten te komen dan er staat, naast 3 eerdere publicaties\. Dat lukte niet\./);
    assert.deepEqual((await rows('tabel-uitgave'))[0], ['Regio', 'Totaal', 'getoond', '1.500']);
    await assertGood('publicatie-regio');
    await press('Keur goed en publiceer');
    await page.getByText('Stand: gepubliceerd.').waitFor();
    assert.equal(await page.locator('#ontvangst').count(), 0, 'it is read here, and sent to nobody');
    await press('Trek in…');
    await page.getByLabel('Waarom?').fill('Verkeerde periode.');
    await press('Leg vast');
    await page.getByText('Stand: ingetrokken. Verkeerde periode.').waitFor();
  });

  it('is not approved by who proposed it, nor when a member said something since; it is refused with a reason', async () => {
    await as('privacyfunctionaris');
    await open(ADDRESS);
    await press('Stel deze publicatie voor');
    await page.waitForURL(/uitgave=nmd-2018-0001/);
    await press('Keur goed en publiceer');
    await page.locator('#content').getByRole('alert').waitFor();
    forgive(403);
    assert.match(await page.innerText('#content [role=alert]'), /Iemand anders moet dit bevestigen/);
    await as('controller');
    await open('/publicaties.html?tabel=niveau/2016-01-01/2017-01-01');
    await press('Stel deze publicatie voor');
    await page.waitForURL(/uitgave=nmd-2018-0002/);
    await as('privacyfunctionaris');
    await open('/publicaties.html?uitgave=nmd-2018-0002');
    await press('Keur goed en publiceer');
    await page.locator('#content').getByRole('alert').waitFor();
    forgive(412);
    assert.match(await page.innerText('#content [role=alert]'), /Er is intussen iets anders gepubliceerd/);
    await press('Wijs af…');
    await page.getByLabel('Waarom?').fill('Assen leverde opnieuw.');
    await press('Leg vast');
    await page.getByText('Stand: afgewezen. Assen leverde opnieuw.').waitFor();
  });

  it('says which table no member made public, and lets who only reads propose nothing', async () => {
    await as('controller');
    await open('/publicaties.html?tabel=inwoners/2017-01-01/2018-01-01');
    await press('Stel deze publicatie voor');
    await page.locator('#content').getByRole('alert').waitFor();
    forgive(404);
    await assertAccessible();
    await as('beleidsadviseur');
    await open(ADDRESS);
    assert.equal(await page.locator('#voorstel').count(), 0);
  });
});

describe('page Regio', offline, () => {
  const ADDRESS = '/regio.html?tabel=niveau/2017-01-01/2018-01-01&inwoners=inwoners';

  it('shows what members published side by side, of how many, with bounds where one hides (R10, F-27)', async () => {
    await open(ADDRESS);
    assert.deepEqual(await rows('tabel-regio-1'), [
      ['Totaal', '1.500', '600', '800', '100', 'ingetrokken', 'niet aangeleverd'],
      ['IVN 5', 'afgeschermd: 902 tot 909', '400', '500', 'afgeschermd: 2 tot 9', 'ingetrokken', 'niet aangeleverd'],
      ['IVN 6', 'afgeschermd: 591 tot 598', '200', '300', 'afgeschermd: 91 tot 98', 'ingetrokken', 'niet aangeleverd'],
    ]);
    assert.match(await page.innerText('#tabel-regio-1 caption'), /3 van 5 gemeenten/);
    assert.match(await page.innerText('section[aria-labelledby="cijfer-1"] .nmd-conclusion'), /^3 van 5 gemeenten\. Niet erin: Midden-Drenthe \(ingetrokken\), Noordenveld \(niet aangeleverd\)\.$/);
    assert.deepEqual((await rows('tabel-bijdragen'))[3].slice(0, 3), ['Midden-Drenthe', 'ingetrokken', 'Verkeerde periode.']);
    assert.deepEqual((await rows('tabel-leden')).at(-1), ['Noordenveld', 'nog niets', 'nog niets', '1', '0', '0', '0']);
    assert.equal((await texts('section[aria-labelledby="cijfer-1"] .nmd-note')).length, 3, 'a reason is told once, whatever the bounds');
    assert.equal((await rows('tabel-leden'))[1].at(-1), '1, het laatst: de handtekening klopt niet');
    assert.equal(await page.inputValue('#bekend_op'), '2018-04-03');
    await assertGood('regio');
  });

  it('tells of what a member rounded how far it is off, of itself and of the region', async () => {
    await open('/regio.html?tabel=niveau/2016-01-01/2017-01-01&inwoners=inwoners');
    assert.deepEqual((await rows('tabel-regio-1')).map((cells) => cells.slice(1, 4).map((each) => each.replaceAll('\u00a0', ' '))), [['1.500 ± 9', '600 ± 9', '800'], ['900 ± 9', '400 ± 9', '498'], ['600 ± 9', '200 ± 9', '302']]);
    await assertGood('regio-afgerond');
  });

  it('compares members in their own order, with the interval of chance (R66)', async () => {
    await open(ADDRESS);
    assert.deepEqual((await rows('tabel-vergelijking')).map((cells) => cells.slice(0, 3)), [
      ['Tynaarlo', '90,5', '83,4 tot 98,1'], ['Assen', '52,1', '48,6 tot 55,8'], ['Aa en Hunze', '40,2', '32,7 tot 48,9'], ['Midden-Drenthe', 'ingetrokken', 'ingetrokken'], ['Noordenveld', 'niet aangeleverd', 'niet aangeleverd'], ['Samen', '60,3', '57,3 tot 63,4'],
    ]);
    assert.deepEqual(made('members/_compare'), [{ table: 'niveau', period: { start_date: '2017-01-01', end_date: '2018-01-01' }, measure: 'clients', inhabitants_table: 'inwoners' }]);
  });

  it('says when rates cannot be told, and still shows the table', async () => {
    await open('/regio.html');
    forgive(400);
    assert.match(await page.innerText('#content'), /De gemeenten zijn hierop niet te vergelijken/);
    assert.equal((await rows('tabel-regio-1')).length, 3);
    await assertAccessible();
  });

  it('is not in the menu of a municipality, and says there that this is not the region', async () => {
    stub.faults.status = 501;
    stub.faults.problem = 'METHOD_UNKNOWN';
    await open('/regio.html');
    delete stub.faults.status;
    delete stub.faults.problem;
    forgive(501);
    assert.match(await page.innerText('#content'), /Dit is niet de regio/);
    assert.equal(await page.locator('#form').isVisible(), false);
    assert.equal(await page.locator('.nmd-nav [data-screen="regio"]').isVisible(), false);
    await assertAccessible();
  });
});

describe('a question that takes long', offline, () => {
  it('can be stopped and asked again', async () => {
    await open('/signalen.html');
    stub.faults.slow = 60_000;
    await press('Toon');
    await press('Stop');
    delete stub.faults.slow;
    await page.getByRole('heading', { name: 'Gestopt' }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
    await assertAccessible();
    await press('Vraag het opnieuw');
    await page.waitForSelector('#signalen');
  });
});
