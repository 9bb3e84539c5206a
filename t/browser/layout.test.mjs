/* Where things are: by their boxes, on phones and on a desktop. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { follow, launch, login, visit } from './page.mjs';

const IDS = JSON.parse(process.env.RESONATE_IDS);
const RELEASE = `/release/${IDS.release}`;

const SIZES = [{ width: 360, height: 640 }, { width: 390, height: 844 },
               { width: 1280, height: 800 }];

const LONG = {
    'a word of 200 letters': 'Donaudampfschiff'.repeat(13).slice(0, 200),
    'from right to left': 'أغنية طويلة جدا عن البحر والليل والمدينة '.repeat(4),
    'emoji': '👩‍👩‍👧‍👦🎷'.repeat(30),
    'HTML': '<b onclick="alert(1)">bold</b> &amp; <img src=x onerror=alert(1)>',
};

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());


/* the boxes of a row's parts; null for what is not shown */
async function boxes(row) {
    const parts = {};

    for (const part of ['go', 'title', 'artist', 'plays']) {
        const at = row.locator(`.track-${part}`);

        parts[part] = await at.count() ? await at.boundingBox() : null;
    }

    parts.time = await row.locator('.time').boundingBox();
    parts.row = await row.boundingBox();

    return parts;
}


function inOrder({ go, title, artist, plays, time, row }) {
    assert.ok(go.x + go.width <= title.x, 'the cover is left of the title');
    assert.ok(title.x + title.width <= time.x, 'the time is on the right');
    assert.ok(title.y + title.height <= artist.y + 1, 'the artist is below');
    assert.ok(title.width > 80, 'the title has room');
    assert.ok(Math.abs(title.x - artist.x) < 1, 'they begin together');

    for (const box of [go, title, artist, plays, time].filter(Boolean)) {
        assert.ok(box.x >= row.x && box.x + box.width <= row.x + row.width
                  && box.y >= row.y
                  && box.y + box.height <= row.y + row.height, 'inside');
    }

    if (plays) {
        assert.ok(plays.x >= title.x + title.width
                  || plays.y + 1 >= artist.y + artist.height,
                  'the dots are beside or below the text');
    }
}


/* one page for all sizes: loading it costs more than all that is asked */
async function atEach(page, story) {
    for (const viewport of SIZES) {
        await page.setViewportSize(viewport);

        try {
            await story(viewport);

        } catch (error) {
            error.message = `${viewport.width}x${viewport.height}: `
                            + error.message;
            throw error;
        }
    }
}


async function rowsInOrder(page) {
    for (const row of await page.locator('.track').all()) {
        inOrder(await boxes(row));
    }
}


for (const who of ['a visitor', 'a listener']) {
    test(`the rows of ${who} are in order`, () => visit(
        browser, { path: '/tracks' }, async (page) => {
            if (who === 'a listener') {
                await login(page);
                await page.locator('.dots').first().waitFor();
            }

            await atEach(page, () => rowsInOrder(page));
        }));
}


for (const [what, title] of Object.entries(LONG)) {
    test(`titles, ${what}`, () => visit(browser, {}, async (page) => {
        await page.route(/\/api\/v3\/trackgroups\//, async (route) => {
            const response = await route.fetch();
            const { data } = await response.json();

            data.title = data.display_artist = title;
            data.items.forEach(({ track }) => {
                track.title = track.artist = title;
                track.artists?.forEach((artist) => {
                    artist.displayName = title;
                });
                track.duration = 3723;
            });
            await route.fulfill({ response, json: { data } });
        });

        await follow(page, RELEASE);
        await page.locator('.numbered .track').first().waitFor();
        assert.equal(await page.locator('h1').textContent(), title);
        assert.equal(await page.locator('.time').first().textContent(),
                     '1:02:03');

        await atEach(page, async ({ width }) => {
            assert.ok(await page.evaluate(() => document.documentElement
                .scrollWidth) <= width);
            await rowsInOrder(page);
        });
    }));
}


/* how many lines the parts of a box take */
function lines(page, parts) {
    return page.locator(parts).evaluateAll((all) => new Set(all.map((one) => {
        const { top, height } = one.getBoundingClientRect();

        return Math.round((top + height / 2) / 8);
    })).size);
}


test('what a release and an order offer', () => visit(
    browser, { path: RELEASE }, async (page) => {
        await atEach(page, async ({ width }) => assert.ok(
            await lines(page, '.hero .buttons > *') <= (width < 768 ? 2 : 1)));

        await follow(page, '/tracks');
        await page.locator('.track').first().waitFor();
        await atEach(page, async () => assert.equal(
            await lines(page, '.orders .button'), 1));
    }));


test('on a low window the head goes with the page', () => visit(
    browser, { viewport: SIZES[0], path: RELEASE }, async (page) => {
        await page.evaluate(() => scrollTo(0, 300));
        await page.waitForFunction(() => document.querySelector('.top')
            .getBoundingClientRect().bottom <= 0);
    }));
