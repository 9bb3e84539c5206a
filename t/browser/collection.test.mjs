/* What is owned, nearly owned, and was heard; page by page. */

import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { BASE, follow, launch, login, titles, until, visit }
    from './page.mjs';

const IDS = JSON.parse(process.env.RESONATE_IDS);

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());


async function open(page, path) {
    await login(page);
    await page.goto(BASE + path);
}


for (const [path, name, empty, advice] of [
    ['/collection', 'Collection', 'Nothing is yours yet', /Play a track 9/],
    ['/history', 'History', 'Nothing heard yet', /Play something/],
]) {
    test(`${path}: to log in, then what to do`, () => visit(
        browser, { path }, async (page) => {
            for (const list of ['collection', 'plays/history']) {
                await page.route(`**/user/${list}?*`, (route) => route.fulfill(
                    { json: { data: [], count: 0, numberOfPages: 0 } }));
            }

            await page.getByRole('heading', { name, level: 1 }).waitFor();
            await page.locator('.panel').getByRole('button',
                { name: 'Log in' }).click();
            await page.getByRole('heading', { name: empty }).waitFor();
            await page.getByText(advice).waitFor();
            await page.getByRole('button', { name: 'Find music' }).click();
            await until(page, () => location.pathname === '/');
        }));
}


/* where, of what, what is saved; nothing: it is not offered */
const KEPT = [
    ['release', 'Evening', 'Zoë & the Testers - Evening.m4a'],
    ['band_release', 'Breath', null],
    ['band_release', 'Second Wind', null],
    ['gift', 'Gift', 'Guest - Gift.zip'],
];

test('files to keep', () => visit(browser, {}, async (page) => {
    await login(page);

    for (const [where, what, saved] of KEPT) {
        await follow(page, `/release/${IDS[where]}`);
        await page.getByRole('button', { name: `More: ${what}`, exact: true })
            .click();
        await page.locator('.menu .menu-item').first().waitFor();

        const entry = page.locator('.menu').getByRole('button',
            { name: 'Download' });

        assert.equal(await entry.count(), saved ? 1 : 0, what);

        if (saved) {
            const download = page.waitForEvent('download');

            await entry.click();
            assert.equal((await download).suggestedFilename(), saved);
            assert.ok((await stat(await (await download).path())).size
                      > 100000);

        } else {
            await page.keyboard.press('Escape');
        }
    }
}));


/* browser_details.t has written what was heard */
test('heard, nearly owned, owned', () => visit(
    browser, { path: '/tracks' }, async (page) => {
        await open(page, '/history');
        await page.locator('.track').first().waitFor();
        assert.deepEqual(await titles(page), ['Evening', 'Breath', 'Morning']);

        await page.goto(`${BASE}/collection`);
        await page.getByRole('heading', { name: 'Nearly yours' }).waitFor();
        assert.deepEqual(await titles(page), ['Evening', 'Morning']);
        await page.getByText('2 plays to go').waitFor();
        await page.getByText('1 track', { exact: true }).waitFor();
    }));


test('more of it, and Back finds all of it', () => visit(
    browser, {}, async (page) => {
        await page.route('**/user/plays/history?limit=50*', async (route) => {
            const url = route.request().url()
                .replace('limit=50', 'limit=2');

            await route.continue({ url });
        });
        await open(page, '/history');
        await page.locator('.track').first().waitFor();
        assert.equal((await titles(page)).length, 2);
        await page.getByRole('button', { name: 'Show more' }).click();
        await until(page, () => document.querySelectorAll('.track').length
                                === 3);
        assert.equal(await page.getByRole('button', { name: 'Show more' })
            .count(), 0);

        await page.locator('.brand').click();
        await until(page, () => location.pathname === '/');
        await page.goBack();
        await until(page, () => document.querySelectorAll('.track').length
                                === 3);
    }));
