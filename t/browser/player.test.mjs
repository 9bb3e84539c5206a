/*
 * The player page against a running edge with the tests' catalogue; started
 * by t/browser.t.  Nothing sleeps: each step waits for what it needs.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { PHONE, duration, lasts, launch, login, moves, play, seek,
         titles, until, visit } from './page.mjs';

const LONG_S = Number(process.env.RESONATE_LONG_S);
const PREVIEW_S = 45;

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());


test('anonymous: the catalogue is there, without dots', () => visit(
    browser, {}, async (page) => {
        assert.deepEqual(await titles(page),
                         ['Breath', 'Evening', 'Noon', 'Morning']);
        assert.equal(await page.locator('.card, .hero').count(), 3);
        assert.equal(await page.locator('.dots').count(), 0);
        assert.equal(await page.locator('#credit').isVisible(), false);
    }));


test('anonymous: a preview plays, says so, and ends at 45 s', () => visit(
    browser, {}, async (page) => {
        await play(page, 'Morning');
        await moves(page);
        await lasts(page, PREVIEW_S);
        await page.getByText('Preview, 45 s. Log in to hear it all.')
            .waitFor();

        await seek(page, PREVIEW_S - 1);
        await until(page, () => document.querySelector('audio').ended);
        assert.ok(await page.evaluate(() => document.querySelector('audio')
            .currentTime) <= PREVIEW_S + 0.2);
        await page.getByRole('button', { name: 'Play', exact: true })
            .waitFor();
    }));


test('anonymous: a free track plays whole', () => visit(
    browser, {}, async (page) => {
        await play(page, 'Noon');
        await lasts(page, LONG_S);
        await moves(page);
        assert.equal(await page.locator('#hint').textContent(), '');
    }));


test('search narrows the list as it is typed, and back widens it',
     () => visit(browser, {}, async (page) => {
         const box = page.getByRole('searchbox');

         /* "mo" finds it too, and is looked for if the keys come slowly */
         await box.pressSequentially('morn');
         await until(page, () => location.search === '?q=morn'
             && document.querySelectorAll('.track-title').length === 1);
         assert.deepEqual(await titles(page), ['Morning']);
         assert.match(await page.getByRole('status').textContent(),
                      /^1 track, /);

         await box.fill('no such thing at all');
         await page.getByRole('heading', { name: 'Nothing found' }).waitFor();

         await box.fill('');
         await until(page, () => document.querySelectorAll('.track-title')
             .length === 4);
     }));


test('of two searches the later one wins, whatever comes first',
     () => visit(browser, {}, async (page) => {
         let release;
         const held = new Promise((resolve) => { release = resolve; });

         await page.route('**/api/v3/search?*q=bre', async (route) => {
             await held;
             await route.continue().catch(() => {});
         });

         const slow = page.waitForRequest('**/api/v3/search?*q=bre');

         await page.getByRole('searchbox').fill('bre');
         await slow;
         await page.getByRole('searchbox').fill('even');
         await until(page, () => document.querySelector('.track-title')
             ?.textContent === 'Evening');
         release();
         await page.unrouteAll({ behavior: 'wait' });
         assert.deepEqual(await titles(page), ['Evening']);
     }));


test('a release and its artist have pages of their own', () => visit(
    browser, {}, async (page) => {
        await page.getByRole('link', { name: /First Light/ }).first().click();
        await page.getByRole('heading', { name: 'First Light', level: 1 })
            .waitFor();
        assert.deepEqual(await titles(page), ['Morning', 'Noon', 'Evening']);

        await page.getByRole('button', { name: 'Play release' }).click();
        await moves(page);
        assert.equal(await page.locator('#now-title').textContent(),
                     'Morning');

        await page.getByRole('button', { name: 'Next track' }).click();
        await until(page, () => document.querySelector('#now-title')
            .textContent === 'Noon');
        await moves(page);

        await page.locator('.hero-artist a').click();
        await page.getByRole('heading', { name: /Testers/, level: 1 })
            .waitFor();
        await page.goBack();
        await page.getByRole('heading', { name: 'First Light', level: 1 })
            .waitFor();
        await moves(page);
    }));


test('a playlist plays from top to bottom', () => visit(
    browser, {}, async (page) => {
        await page.getByRole('link', { name: /For the Road/ }).click();
        await page.getByRole('heading', { name: 'For the Road', level: 1 })
            .waitFor();
        assert.deepEqual(await titles(page), ['Morning', 'Noon', 'Breath']);

        await page.getByRole('button', { name: 'Play playlist' }).click();
        await moves(page);
        await page.getByRole('button', { name: 'Next track' }).click();
        await until(page, () => document.querySelector('#now-title')
            .textContent === 'Noon');
        await moves(page);
    }));


test('a label has its artists and their releases', () => visit(
    browser, {}, async (page) => {
        await page.goto(page.url() + 'search?q=sunrise');
        await page.getByText('0 tracks, 0 releases and 1 artist found')
            .waitFor();
        await page.getByRole('link', { name: 'Sunrise Records' }).click();
        await page.getByRole('heading', { name: 'Sunrise Records', level: 1 })
            .waitFor();
        await page.getByRole('link', { name: /First Light/ }).waitFor();
        await page.getByRole('link', { name: /Testers$/ }).first().click();
        await page.getByRole('heading', { name: /Testers/, level: 1 })
            .waitFor();
        await page.getByRole('link', { name: 'Sunrise Records' }).waitFor();
    }));


test('keyboard: every step works without a pointer', () => visit(
    browser, {}, async (page) => {
        const { keyboard } = page;
        const at = () => page.evaluate(() => document.activeElement.id);

        await keyboard.press('Tab');
        assert.equal(await page.evaluate(() => document.activeElement
            .textContent), 'Skip to the music');

        await keyboard.press('/');
        assert.equal(await at(), 'q');
        await keyboard.type('a/b c');
        assert.equal(await page.getByRole('searchbox').inputValue(),
                     'a/b c');
        await page.getByRole('searchbox').fill('');
        await until(page, () => document.querySelectorAll('.track').length
                    === 4);

        await page.getByRole('button', { name: /^Play Noon/ }).focus();
        await keyboard.press('Enter');
        await moves(page);

        await page.locator('#main').focus();
        await keyboard.press('Space');
        await until(page, () => document.querySelector('audio').paused);
        await keyboard.press('ArrowRight');
        await until(page, () => document.querySelector('audio').currentTime
                    >= 5);
        await keyboard.press('ArrowLeft');
        await until(page, () => document.querySelector('audio').currentTime
                    < 5);
        await keyboard.press('Space');
        await moves(page);

        await page.locator('#art').focus();
        await keyboard.press('Enter');
        assert.equal(await at(), 'collapse');
        assert.ok(await page.locator('#main').evaluate((main) => main.inert));
        await keyboard.press('Escape');
        assert.equal(await at(), 'art');
    }));


test('logged in: the whole track, and seeking goes anywhere', () => visit(
    browser, { worker: true }, async (page) => {
        await login(page);
        await play(page, 'Morning');
        await lasts(page, LONG_S);
        assert.ok(await page.evaluate(
            () => Boolean(navigator.serviceWorker.controller)));
        await page.getByText('Next play: 0.002 credits').waitFor();

        await moves(page);
        await seek(page, 50);
        await until(page, () => document.querySelector('audio').currentTime
                    >= 50);
        await moves(page);
        await seek(page, 10);
        await until(page, () => Math.abs(
            document.querySelector('audio').currentTime - 10) < 3);
        await moves(page);
    }));


test('logging in changes the preview that plays into the track', () => visit(
    browser, { worker: true }, async (page) => {
        await play(page, 'Morning');
        await lasts(page, PREVIEW_S);
        await seek(page, 20);
        await moves(page);

        await login(page);
        await lasts(page, LONG_S);
        await moves(page);
        assert.ok(await page.evaluate(() => document.querySelector('audio')
            .currentTime) >= 20);

        await page.getByRole('button', { name: 'Log out' }).click();
        await lasts(page, PREVIEW_S);
        await until(page, () => !document.querySelector('.dots'));
    }));


test('a play counts after the mark: a dot, a price, the credit',
     () => visit(browser, { mark: 0, worker: true }, async (page) => {
         await login(page);
         assert.equal(await page.locator('#total').textContent(), '4.088');

         const row = page.locator('.track', { hasText: 'Evening' });

         await row.getByRole('img', { name: '0 of 9 plays' }).waitFor();
         await play(page, 'Evening');
         await row.getByRole('img', { name: '1 of 9 plays' }).waitFor();

         assert.equal(await row.locator('.dots .on').count(), 1);
         assert.match(await row.locator('.price').textContent(),
                      /^0\.5 ct\s+0\.004 cr$/);
         assert.equal(await page.locator('#total').textContent(), '4.086');
         await page.getByText('Next play: 0.004 credits').waitFor();
         assert.match(await page.getByRole('status').textContent(),
                      /^Play counted: 1 of 9/);
     }));


test('seeking is not listening', () => visit(
    browser, { path: '/?mark=100', mark: 20000 }, async (page) => {
        const reports = [];

        page.on('request', (request) => {
            if (request.url().endsWith('/user/plays')) {
                reports.push(request);
            }
        });

        await login(page);
        await play(page, 'Morning');
        await lasts(page, LONG_S);

        for (const to of [30, 60, 88]) {
            await seek(page, to);
            await moves(page, 0.3);
        }

        await until(page, () => document.querySelector('audio').ended);
        assert.equal(reports.length, 0);
    }));


test('a play that the server cannot take outlives a reload with its key',
     () => visit(browser, { mark: 0,
                            allow: /503/ }, async (page) => {
         const keys = [];

         await page.route('**/api/v3/user/plays', (route) => {
             keys.push(route.request().headers()['idempotency-key']);

             return keys.length > 1 ? route.continue() : route.fulfill({
                 status: 503, headers: { 'Retry-After': '600' },
                 contentType: 'application/problem+json', body: '{}' });
         });

         await login(page);
         await play(page, 'Breath');
         await page.getByText('Your play is kept').first().waitFor();
         await page.reload();
         await page.locator('.track', { hasText: 'Breath' })
             .getByRole('img', { name: '1 of 9 plays' }).waitFor();
         await page.locator('#toast').waitFor({ state: 'hidden' });

         assert.match(keys[0], /^[0-9a-f-]{36}$/);
         assert.deepEqual(keys, [keys[0], keys[0]]);
     }));


test('without a service worker the whole track plays too', () => visit(
    browser, {}, async (page) => {
        await login(page);
        await play(page, 'Morning');
        await lasts(page, LONG_S);
        await seek(page, 60);
        await moves(page);
        assert.match(await page.evaluate(() => document.querySelector('audio')
            .currentSrc), /^blob:/);
        assert.ok(await duration(page) > PREVIEW_S);
    }));


test('a token that the server refuses ends the session, kindly', () => visit(
    browser, { allow: /401/ }, async (page) => {
        await page.route('**/demo/token', (route) => route.fulfill({
            json: { token: 'no.such.token', expires: 4e9 } }));
        await page.getByRole('button', { name: /Log in/ }).click();
        await page.getByRole('button', { name: 'Log in again' }).waitFor();
        await page.unrouteAll();

        await page.getByRole('button', { name: 'Log in again' }).click();
        await page.getByRole('button', { name: 'Log out' }).waitFor();
        await page.locator('#toast').waitFor({ state: 'hidden' });
    }));


test('no database, no connection: a word, and another try', () => visit(
    browser, { allow: /503|ERR_FAILED/ }, async (page) => {
        const list = '**/api/v3/tracks?*';

        await page.route(list, (route) => route.fulfill({ status: 503 }));
        await page.reload();
        await page.getByRole('heading', { name: 'Just a moment' }).waitFor();

        await page.unrouteAll();
        await page.route(list, (route) => route.abort());
        await page.getByRole('button', { name: 'Try again' }).click();
        await page.getByRole('heading', { name: 'No connection' }).waitFor();

        await page.unrouteAll();
        await page.getByRole('button', { name: 'Try again' }).click();
        await page.locator('.track').first().waitFor();
    }));


test('an empty catalogue is not an error', () => visit(
    browser, {}, async (page) => {
        await page.route(/\/api\/v3\/(tracks|trackgroups)\?/, (route) => route
            .fulfill({ json: { data: [], count: 0, numberOfPages: 0 } }));
        await page.reload();
        await page.getByRole('heading', { name: 'No music here yet' })
            .waitFor();
    }));


test('a phone: nothing sticks out, everything can be touched', () => visit(
    browser, { viewport: PHONE, isMobile: true, hasTouch: true, worker: true },
    async (page) => {
        const wide = () => page.evaluate(
            () => document.documentElement.scrollWidth);

        await login(page);
        assert.ok(await wide() <= PHONE.width);
        await play(page, 'Morning');
        await moves(page);
        assert.ok(await wide() <= PHONE.width);

        const small = await page.locator('button:visible').evaluateAll(
            (buttons) => buttons.map((button) => button
                .getBoundingClientRect())
                .filter(({ width, height }) => Math.min(width, height) < 44)
                .length);

        assert.equal(small, 0);
        await page.getByRole('button', { name: 'Open the large player' })
            .tap();
        await page.getByRole('img', { name: '0 of 9 plays' }).last()
            .waitFor();
        assert.ok(await wide() <= PHONE.width);
    }));
