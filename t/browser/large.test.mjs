/* The large player and the bar: Back, what is current, and the lyrics. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { PHONE, launch, play, until, visit } from './page.mjs';

const IDS = JSON.parse(process.env.RESONATE_IDS);
const RELEASE = `/release/${IDS.release}`;

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());


async function grow(page) {
    await page.locator('#art').click();
    await page.locator('.large').waitFor();
}

const small = (page) => page.locator('.player:not(.large)').waitFor();
const path = (page) => new URL(page.url()).pathname;


for (const [name, close] of Object.entries({
    'Back': (page) => page.goBack(),
    'its button': (page) => page.locator('#collapse').click(),
    'Escape': (page) => page.keyboard.press('Escape'),
}))
{
    test(`${name} closes the large player, and leaves the page`, () => visit(
        browser, { path: '/tracks', viewport: PHONE }, async (page) => {
            await page.getByRole('link', { name: 'Playlists' }).click();
            await page.goBack();
            await play(page, 'Noon');
            await grow(page);
            await close(page);
            await small(page);
            await until(page, () => !history.state.over);
            assert.equal(path(page), '/tracks');

            /* the entry of the large player is no step on the way back */
            await grow(page);
            await page.locator('#now-title a').click();
            await until(page, () => location.pathname !== '/tracks');
            await small(page);
            await page.goBack();
            await until(page, () => location.pathname === '/tracks');
            await small(page);
        }));
}


test('Forward opens it again; a reload has it closed', () => visit(
    browser, { path: '/tracks', viewport: PHONE }, async (page) => {
        await play(page, 'Noon');
        await grow(page);
        await page.goBack();
        await small(page);
        await page.goForward();
        await page.locator('.large').waitFor();
        await page.reload();
        await small(page);
        await grow(page);
        await page.goBack();
        await small(page);
        assert.equal(path(page), '/tracks');
    }));


test('the queue is marked where one is in it', () => visit(
    browser, { path: '/tracks' }, async (page) => {
        await play(page, 'Noon');
        await page.locator('#queue[aria-current=false]').click();
        await page.locator('#queue[aria-current=page]').waitFor();
        await page.goBack();
        await page.locator('#queue[aria-current=false]').waitFor();
    }));


/* whether the bar has them, or the large player, that it opens */
for (const [width, height, inBar] of [[1280, 800, true], [1024, 768, true],
                                      [800, 600, true], [390, 844, false],
                                      [360, 640, false]])
{
    test(`${width}x${height}: the lyrics of what plays`, () => visit(
        browser, { viewport: { width, height }, path: RELEASE },
        async (page) => {
            await play(page, 'Morning');
            await page.locator('#art').waitFor();

            const { width: title } = await page.locator('#now-title')
                .boundingBox();

            assert.ok(title > 80, `${title} px are no room for a title`);

            if (!inBar) {
                await grow(page);
            }

            await page.locator('#player').getByRole('button', {
                name: 'Favourite: Morning' }).waitFor();
            await page.locator('#player').getByRole('button', {
                name: 'Lyrics' }).click();
            await page.locator('.line').first().waitFor();
            assert.ok(await page.evaluate(() => {
                const { x, y, width: w, height: h } = document.querySelector(
                    '.line').getBoundingClientRect();

                return document.elementFromPoint(x + w / 2, y + h / 2)
                    .closest('.lyrics');
            }), 'nothing covers them');
            assert.ok(await page.evaluate(() => document.documentElement
                .scrollWidth) <= width);
        }));
}
