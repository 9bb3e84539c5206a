/* The bar: shuffle, repeat, waiting, other tabs, what the system shows. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { PATIENCE_MS, launch, moves, play, seek, until, visit }
    from './page.mjs';

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());

const button = (page, name) => page.getByRole('button', { name });
const now = (page, title) => page.locator('#now-title', { hasText: title })
    .waitFor();

async function release(page) {
    await page.getByRole('link', { name: /First Light/ }).first().click();
    await button(page, 'Play release').click();
    await now(page, 'Morning');
}


test('repeat: all, then one, then none', () => visit(
    browser, {}, async (page) => {
        await release(page);
        await button(page, 'Next track').click();
        await button(page, 'Next track').click();
        await now(page, 'Evening');
        assert.ok(await button(page, 'Next track').isDisabled());

        await button(page, 'Repeat').click();
        assert.equal(await button(page, 'Repeat: all').getAttribute(
            'aria-pressed'), 'true');
        await button(page, 'Next track').click();
        await now(page, 'Morning');
        await button(page, 'Previous track').click();
        await now(page, 'Evening');

        await button(page, 'Repeat: all').click();
        await button(page, 'Repeat: one').waitFor();
        await moves(page);

        const loads = await page.evaluate(() => {
            window.loads = 0;
            document.querySelector('audio').addEventListener(
                'loadedmetadata', () => { window.loads += 1; });

            return document.querySelector('audio').duration;
        });

        await seek(page, loads - 0.5);
        await until(page, () => window.loads === 1);
        await moves(page);
        await now(page, 'Evening');

        await button(page, 'Repeat: one').click();
        assert.equal(await button(page, 'Repeat').getAttribute(
            'aria-pressed'), 'false');
    }));


test('shuffle: what plays goes on, and nothing is left out', () => visit(
    browser, {}, async (page) => {
        await release(page);
        await moves(page);
        await button(page, 'Shuffle').click();
        assert.equal(await button(page, 'Shuffle').getAttribute(
            'aria-pressed'), 'true');
        await moves(page);

        const heard = [];

        for (let i = 0; i < 3; i += 1) {
            await until(page, (known) => !known.includes(
                document.querySelector('#now-title').textContent), heard);
            heard.push(await page.locator('#now-title').textContent());

            if (i < 2) {
                await button(page, 'Next track').click();
            }
        }

        assert.equal(heard[0], 'Morning');
        assert.deepEqual(heard.sort(), ['Evening', 'Morning', 'Noon']);
    }));


test('waiting shows after 300 ms, not before', () => visit(
    browser, {}, async (page) => {
        let answer;
        const held = new Promise((resolve) => { answer = resolve; });

        await page.route('**/stream/**', async (route) => {
            await held;
            await route.continue().catch(() => {});
        });

        await page.clock.install();
        await page.clock.pauseAt(Date.now() + PATIENCE_MS);

        const busy = () => page.locator('#toggle').getAttribute('aria-busy');

        await play(page, 'Noon');
        await page.clock.runFor(290);
        assert.equal(await busy(), 'false');
        await page.clock.runFor(20);
        assert.equal(await busy(), 'true');
        await button(page, 'Pause, it is loading').waitFor();

        answer();
        await page.clock.resume();
        await until(page, () => document.querySelector('#toggle').ariaBusy
                    === 'false');
        await moves(page);
    }));


test('a tab that plays pauses the other', () => visit(
    browser, {}, async (page) => {
        const other = await page.context().newPage();

        await play(page, 'Noon');
        await moves(page);
        await other.goto(page.url());
        await play(other, 'Breath');
        await moves(other);
        await until(page, () => document.querySelector('audio').paused);
        await page.getByRole('button', { name: 'Play', exact: true }).click();
        await moves(page);
        await until(other, () => document.querySelector('audio').paused);
    }));


test('hours fit, on a small phone too', () => visit(
    browser, { viewport: { width: 360, height: 640 } },
    async (page) => {
        await page.route('**/api/v3/tracks?*', async (route) => {
            const response = await route.fetch();
            const { data, ...list } = await response.json();

            await route.fulfill({ response, json: { ...list, data: data.map(
                (track) => ({ ...track, duration: 36610 })) } });
        });
        await page.route('**/stream/**', () => {});
        await page.reload();
        await play(page, 'Noon');

        const length = page.locator('#length');

        await until(page, () => document.querySelector('#length').textContent
                                === '10:10:10');
        assert.ok(await length.evaluate((box) => box.scrollWidth
                                        <= box.clientWidth));
        assert.ok(await page.evaluate(() => document.documentElement
            .scrollWidth <= innerWidth));
    }));


/* a page cannot press the keys of the system: it sees what was set */
function listen() {
    window.actions = {};
    MediaSession.prototype.setActionHandler = (name, handler) => {
        window.actions[name] = handler;
    };
    MediaSession.prototype.setPositionState = (state) => {
        window.state = state;
    };
}


test('the system shows the track, and its keys work', () => visit(
    browser, { init: listen }, async (page) => {
        await release(page);
        await moves(page);

        const { metadata, state, actions } = await page.evaluate(() => ({
            metadata: { title: navigator.mediaSession.metadata.title,
                        artist: navigator.mediaSession.metadata.artist,
                        album: navigator.mediaSession.metadata.album },
            state: window.state,
            actions: Object.keys(window.actions).sort(),
        }));

        assert.deepEqual(metadata, { title: 'Morning', album: 'First Light',
                                     artist: 'Zoë & the Testers' });
        assert.ok(state.position <= state.duration && state.duration > 0);
        assert.deepEqual(actions, ['nexttrack', 'pause', 'play',
                                   'previoustrack', 'seekbackward',
                                   'seekforward', 'seekto']);

        const press = (name, detail = {}) => page.evaluate(
            ([action, with_]) => { window.actions[action](with_); },
            [name, detail]);

        await press('pause');
        await until(page, () => document.querySelector('audio').paused);
        await press('seekto', { seekTime: 20 });
        await until(page, () => document.querySelector('audio').currentTime
                    === 20);
        await press('seekforward', { seekOffset: 5 });
        await until(page, () => document.querySelector('audio').currentTime
                    === 25);
        await press('play');
        await moves(page);
        await press('nexttrack');
        await now(page, 'Noon');
        assert.equal(await page.evaluate(() => navigator.mediaSession.metadata
            .title), 'Noon');
    }));
