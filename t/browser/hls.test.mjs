/*
 * A page of another origin plays a track by hls.js, as one does that sends its
 * token for the list of qualities and "Bearer undefined" ever after; and by
 * an audio element alone, with a ticket in its URL.
 */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { MODULES } from './lib.mjs';
import { API, ID, TOKEN, from } from './other.mjs';
import { launch, lasts, moves, until } from './page.mjs';

const HLS = join(MODULES, 'hls.js/dist/hls.min.js');
const LONG_S = Number(process.env.RESONATE_LONG_S);
const LADDER = process.env.RESONATE_LADDER;
const PREVIEW_S = 45;
const SEGMENT_S = 6;
const TICKET = /[?&]ticket=rst2[\w-]+$/;

/* less than a frame of AAC at 48 kHz */
const NEAR_S = 0.02;

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());


/* loads all of a track: what it says of itself, and what went wrong */
function load({ url, token }) {
    const audio = document.querySelector('audio');
    const hls = new window.Hls({
        maxBufferLength: 600,
        xhrSetup(xhr, to) {
            const first = new URL(to).pathname.endsWith('/master.m3u8');

            xhr.setRequestHeader(
                'Authorization', `Bearer ${first ? token : undefined}`);
        },
    });

    /* what the playlist says, before hls.js has seen a segment */
    let told;

    audio.muted = true;
    window.faults = [];

    return new Promise((resolve, reject) => {
        hls.on('hlsError', (event, { fatal, type, details }) => {
            /* a busy machine stalls, and goes on */
            if (fatal || type !== 'mediaError') {
                window.faults.push(details);
            }

            if (fatal) {
                reject(new Error(details));
            }
        });
        hls.on('hlsLevelLoaded', (event, { details }) => {
            told = details.totalduration;
        });
        hls.on('hlsBufferedToEnd', () => resolve({
            told,
            seconds: audio.duration,
            buffered: Array.from(audio.buffered, (_, i) => i).map(
                (i) => [audio.buffered.start(i), audio.buffered.end(i)]),
        }));
        hls.loadSource(url);
        hls.attachMedia(audio);
    });
}


async function ends(page) {
    await until(page, () => document.querySelector('audio').ended);

    return page.evaluate(() => document.querySelector('audio').currentTime);
}


async function seekTo(page, seconds) {
    await page.evaluate((to) => {
        document.querySelector('audio').currentTime = to;
    }, seconds);
}


function near(actual, wanted, what) {
    assert.ok(Math.abs(actual - wanted) < NEAR_S, `${what}: ${actual}`);
}


/* what is asked of the API, with the status and the range of each answer */
function watch(page) {
    const seen = [];

    page.on('response', (response) => {
        const url = response.url();

        if (url.startsWith(API) && response.request().method() === 'GET') {
            const headers = response.headers();

            seen.push({ url, status: response.status(),
                        range: headers['content-range'] ?? '' });
        }
    });

    return seen;
}


for (const [name, path, token, seconds] of [
    ['all of it, with a token', `/user/stream/${ID.paid}`, TOKEN, LONG_S],
    ['a preview, with none', `/stream/${ID.paid}`, undefined, PREVIEW_S],
]) {
    test(`hls.js plays ${name}`, () => from(
        browser, {}, async (call, page) => {
            const seen = watch(page);

            await page.addScriptTag({ path: HLS });

            const url = `${API}${path}/master.m3u8`;
            const made = await page.evaluate(load, { url, token });

            near(made.told, seconds, 'its duration in the playlist');
            near(made.seconds, seconds, 'its duration');
            assert.equal(made.buffered.length, 1, 'without a gap');
            near(made.buffered[0][0], 0, 'from the beginning');
            near(made.buffered[0][1], seconds, 'to the end');

            await page.evaluate(() => document.querySelector('audio').play());
            await moves(page, 0.3);
            await seekTo(page, seconds / 2);
            await moves(page, 0.3);
            await seekTo(page, seconds - 0.5);
            near(await ends(page), seconds, 'its end');

            assert.deepEqual(await page.evaluate(() => window.faults), []);
            assert.deepEqual(seen.filter(({ status }) => status !== 200), []);
            assert.equal(seen.filter((one) => /\/segments\//.test(one.url))
                .length, Math.ceil(seconds / SEGMENT_S));
            assert.deepEqual(seen.slice(1).filter(
                (one) => !TICKET.test(one.url)), []);
        }));
}


/* plays a track in its lowest quality, and keeps what becomes of it */
function play(url) {
    const audio = document.querySelector('audio');
    const hls = new window.Hls({ startLevel: 0 });

    audio.muted = true;
    window.hls = hls;
    window.faults = [];
    window.heard = [];

    hls.on('hlsError', (event, { fatal, type, details }) => {
        /* a busy machine stalls, and what is no longer wanted is given up */
        const meant = details === 'aborted'
            || (type === 'mediaError' && details !== 'bufferSeekOverHole');

        if (fatal || !meant) {
            window.faults.push(details);
        }
    });
    hls.on('hlsLevelSwitched', (event, { level }) => {
        window.heard.push(hls.levels[level].name);
    });
    hls.loadSource(url);
    hls.attachMedia(audio);

    return audio.play();
}


test('hls.js changes the quality while it plays', () =>
    from(browser, {}, async (call, page) => {
        const seen = [];

        page.on('response', (response) => {
            if (response.url().startsWith(LADDER)) {
                seen.push({ url: response.url(), status: response.status() });
            }
        });

        await page.addScriptTag({ path: HLS });
        await page.evaluate(play, `${LADDER}/master.m3u8`);
        await until(page, () => window.heard.at(-1) === '64');

        for (const [how, level, name] of [
            ['nextLevel', 2, '256'],
            ['nextLevel', 1, '128'],
            ['currentLevel', 2, '256'],
            ['currentLevel', 0, '64'],
        ]) {
            await page.evaluate(([what, to]) => { window.hls[what] = to; },
                                [how, level]);
            await until(page, (to) => window.heard.at(-1) === to, name);
            await moves(page, 0.2);
        }

        const seconds = await page.evaluate(() => document
            .querySelector('audio').duration);

        near(seconds, 12, 'its duration');
        await seekTo(page, seconds - 0.5);
        near(await ends(page), seconds, 'its end');

        assert.deepEqual(await page.evaluate(() => window.faults), []);
        assert.deepEqual(seen.filter(({ status }) => status !== 200), []);
        assert.deepEqual(seen.slice(1).filter(
            (one) => !TICKET.test(one.url)), []);

        for (const name of ['64', '128', '256']) {
            assert.ok(seen.some(({ url }) => url.includes('/segments/')
                                && url.includes(`quality=${name}&`)), name);
        }
    }));


test('an audio element plays the URL of a ticket, and seeks by ranges', () =>
    from(browser, {}, async (call, page) => {
        const seen = watch(page);
        const { status, body } = await call(`/user/stream/${ID.paid}/ticket`,
                                            { method: 'POST', token: TOKEN });

        assert.equal(status, 200);
        await page.evaluate((src) => {
            const audio = document.querySelector('audio');

            audio.muted = true;
            audio.src = src;
        }, new URL(body.data.url, API).href);
        await lasts(page, LONG_S);
        await seekTo(page, LONG_S - 1);
        await page.evaluate(() => document.querySelector('audio').play());
        near(await ends(page), LONG_S, 'its end');

        assert.deepEqual(seen.filter((one) => one.status !== 206), []);
        assert.match(seen[0].range, /^bytes 0-/);
        assert.ok(seen.some(({ range }) => /^bytes [1-9]\d{5}/.test(range)),
                  'asked for what is far behind');
    }));
