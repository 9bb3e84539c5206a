/* What a reload keeps, and from whom it is kept. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, login, moves, play, seek, until, visit } from './page.mjs';

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());

const paused = (page) => page.getByRole('button', { name: 'Play',
                                                    exact: true });
const kept = (page) => page.evaluate(() => [sessionStorage, localStorage]
    .flatMap(Object.keys).filter((name) => /queue|place|heard/.test(name)));

/* another tab of the same visitor */
async function tab(page, story) {
    const other = await page.context().newPage();

    await other.goto(page.url());
    await other.locator('.track').first().waitFor();
    await story(other);
    await other.close();
}


test('track, queue, position, volume, repeat and shuffle', () => visit(
    browser, { worker: true }, async (page) => {
        await login(page);
        await page.getByRole('link', { name: /First Light/ }).first().click();
        await page.getByRole('button', { name: 'Play release' }).click();
        await page.getByRole('button', { name: 'Next track' }).click();
        await page.locator('#now-title', { hasText: 'Noon' }).waitFor();
        await moves(page);
        await seek(page, 50);
        await moves(page, 0.2);
        await page.getByRole('button', { name: 'Repeat' }).click();
        await page.locator('#volume').fill('0.4');
        await page.reload();
        await page.locator('#now-title', { hasText: 'Noon' }).waitFor();
        await paused(page).waitFor();
        assert.match(await page.locator('#elapsed').textContent(),
                     /^0:5\d$/);
        assert.equal(await page.locator('#volume').inputValue(), '0.4');
        assert.equal(await page.getByRole('button', { name: 'Repeat: all' })
            .getAttribute('aria-pressed'), 'true');
        assert.equal(await page.evaluate(() => document.querySelector('audio')
            .hasAttribute('src')), false);

        await paused(page).click();
        await until(page, () => document.querySelector('audio').currentTime
                    >= 50);
        await moves(page);
        await page.getByRole('button', { name: 'Next track' }).click();
        await page.locator('#now-title', { hasText: 'Evening' }).waitFor();
        await page.getByRole('button', { name: 'Next track' }).click();
        await page.locator('#now-title', { hasText: 'Morning' }).waitFor();
    }));


test('the price and the dots come anew, since they are not kept', () => visit(
    browser, {}, async (page) => {
        await login(page);
        await play(page, 'Morning');
        await moves(page);
        assert.doesNotMatch(
            await page.evaluate(() => localStorage['resonate.queue']),
            /price|userPlays|userFavorited/);
        await page.reload();
        await page.getByText('Next play: 0.002 credits').waitFor();
    }));


/* runs in the page: reports are [key, position when it was made], of all
   pages of its tab */
function watch() {
    const { fetch } = window;

    window.fetch = (input, init) => {
        if (input.url?.endsWith('/api/v3/user/plays')) {
            const reports = JSON.parse(sessionStorage.reports ?? '[]');

            sessionStorage.reports = JSON.stringify([...reports, [
                input.headers.get('Idempotency-Key'),
                document.querySelector('audio').currentTime]]);
        }

        return fetch(input, init);
    };
}


test('what was heard before counts, once, under one key', () => visit(
    browser, { mark: 6000, init: watch }, async (page) => {
        const reported = () => page.evaluate(
            () => JSON.parse(sessionStorage.reports ?? '[]'));

        await login(page);
        await play(page, 'Breath');

        /* who is told of it may be late */
        await until(page, () => {
            const audio = document.querySelector('audio');

            return audio.currentTime >= 4 && (audio.pause(), true);
        });
        await page.reload();
        assert.deepEqual(await reported(), []);

        const key = await page.evaluate(() => JSON.parse(
            sessionStorage['resonate.heard']).heard.key);

        /* six seconds in all; four of them were before */
        await paused(page).click();
        await page.getByText(/^Play counted/).waitFor(
            { state: 'attached' });

        const [[first, at]] = await reported();

        assert.equal(first, key);
        assert.ok(at < 9.5, `at ${at} s`);

        await page.reload();
        await paused(page).click();
        await moves(page, 7);
        assert.equal((await reported()).length, 1);
    }));


test('a log-out leaves nothing to find', () => visit(
    browser, { worker: true }, async (page) => {
        await login(page);
        await play(page, 'Noon');
        await moves(page);
        await page.getByRole('button', { name: 'Log out' }).click();
        await moves(page);
        assert.deepEqual(await kept(page), []);

        await page.reload();
        await page.locator('.track').first().waitFor();
        assert.equal(await page.locator('#player').isVisible(), false);

        await play(page, 'Noon');
        await moves(page);
        await page.reload();
        await paused(page).waitFor();
    }));


test('another tab has what was on, but not that of another listener',
     () => visit(browser, { worker: true }, async (page) => {
         await play(page, 'Noon');
         await moves(page);
         await tab(page, async (other) => {
             await other.locator('#now-title', { hasText: 'Noon' }).waitFor();
             await paused(other).waitFor();
         });

         await login(page);
         await play(page, 'Breath');
         await moves(page);
         await tab(page, async (other) => {
             assert.equal(await other.locator('#player').isVisible(), false);
             await login(other);
             await other.locator('#now-title', { hasText: 'Breath' })
                 .waitFor();
             await paused(other).waitFor();
         });
     }));


const spoiled = ['', 'null', '{"level":"x"}', '{', '[]', '{"owner":""}',
                 '{"owner":"","rows":[{"track":{"id":"x"}}]}'];

for (const text of spoiled) {
    test(`not what it wrote: ${text}`, () => visit(
        browser, { init: `for (const name of ['queue', 'place', 'heard',
                                              'volume']) {
            localStorage['resonate.' + name] = ${JSON.stringify(text)};
        }` }, async (page) => {
            assert.equal(await page.locator('#player').isVisible(), false);
            await play(page, 'Noon');
            await moves(page);
        }));
}
