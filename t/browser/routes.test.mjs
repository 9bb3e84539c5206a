/* Addresses: each names a page, and Back finds what was there. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { BASE, launch, titles, until, visit } from './page.mjs';

const IDS = JSON.parse(process.env.RESONATE_IDS);
const NONE = '00000000-0000-4000-8000-000000000000';

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());


/* path, heading, title of the window; with HTTP's status if not 200 */
const pages = [
    ['/', 'Resonate', 'Resonate'],
    ['/tracks', 'Tracks', 'Tracks · Resonate'],
    [`/release/${IDS.release}`, 'First Light', 'First Light · Resonate'],
    ['/search?q=morning', 'Search: morning', 'Search: morning · Resonate'],
    [`/release/${NONE}`, 'Not here', 'Resonate'],
    ['/nothing/here', 'No such page', 'Not found · Resonate', 404],
    ['/release', 'No such page', 'Not found · Resonate', 404],
];

for (const [path, heading, title, status = 200] of pages) {
    test(`${path} is "${heading}"`, () => visit(
        browser, { path, allow: /404/ }, async (page) => {
            await page.getByRole('heading', { name: heading, level: 1 })
                .waitFor();
            assert.equal(await page.title(), title);
            assert.equal((await page.request.get(BASE + path)).status(),
                         status);
        }));
}


const old = [
    [`/#/release/${IDS.release}`, `/release/${IDS.release}`],
    ['/#/search/a%2Fb', '/search?q=a%2Fb'],
    ['/#/', '/'],
];

for (const [path, now] of old) {
    test(`${path} has become ${now}`, () => visit(
        browser, { path }, (page) => until(
            page, (wanted) => location.pathname + location.search
                + location.hash === wanted, now)));
}


/* a list of 50 pages: the catalogue of the tests is a short one */
async function many(page) {
    await page.route(/\/api\/v3\/tracks\?/, async (route) => {
        const url = new URL(route.request().url());
        const number = Number(url.searchParams.get('page') ?? 1);
        const response = await route.fetch({
            url: url.href.replace(/&page=\d+/, '') });
        const { data } = await response.json();
        const more = Array.from({ length: 50 }, (_, i) => ({
            ...data[i % data.length],
            title: `Track ${(number - 1) * 50 + i + 1}` }));

        await route.fulfill({ response, json: {
            data: more, count: 2500, numberOfPages: 50 } });
    });
}


test('Back restores what was loaded, and where it was scrolled to',
     () => visit(browser, {}, async (page) => {
         const rows = () => page.locator('.track').count();
         const more = page.getByRole('button', { name: 'Show more' });

         await many(page);
         await page.goto(`${BASE}/tracks`);
         await more.click();
         await until(page, () => document.querySelectorAll('.track').length
                     === 100);
         await more.click();
         await until(page, () => document.querySelectorAll('.track').length
                     === 150);
         assert.equal((await titles(page))[149], 'Track 150');

         const link = page.locator('.track-artist a').nth(120);

         await link.scrollIntoViewIfNeeded();

         const at = await page.evaluate(() => scrollY);

         assert.ok(at > 1000);
         await link.click();
         await page.locator('.person h1').waitFor();
         assert.equal(await page.evaluate(() => scrollY), 0);

         await page.goBack();
         await page.getByRole('heading', { name: 'Tracks' }).waitFor();
         assert.equal(await rows(), 150);
         assert.equal(await page.evaluate(() => scrollY), at);

         await page.goForward();
         await page.locator('.person h1').waitFor();
         assert.equal(await page.evaluate(() => scrollY), 0);
     }));


test('links stay in the document, and those elsewhere leave it', () => visit(
    browser, {}, async (page) => {
        await page.evaluate(() => { window.mark = true; });
        await page.getByRole('link', { name: /First Light/ }).first().click();
        await page.getByRole('heading', { name: 'First Light', level: 1 })
            .waitFor();
        assert.ok(await page.evaluate(() => window.mark));

        const [other] = await Promise.all([
            page.context().waitForEvent('page'),
            page.locator('.hero-artist a').click({
                modifiers: ['ControlOrMeta'] }),
        ]);

        await other.locator('.person h1').waitFor();
        assert.equal(await page.locator('h1').textContent(), 'First Light');
    }));
