/* What is said of nine plays: to whom, where, and how much of it. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { BASE, PHONE, launch, login, visit } from './page.mjs';

const IDS = JSON.parse(process.env.RESONATE_IDS);
const TITLE = 'Play it nine times and it is yours.';
const PRICES = ['0.2 ct', '0.5 ct', '1.0 ct', '2.0 ct', '3.9 ct', '7.8 ct',
                '€0.16', '€0.31', '€0.63'];

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());


async function whole(box) {
    await box.getByText('The first play costs 0.2 ct').waitFor();
    assert.match(await box.locator('p').first().textContent(),
                 /€1\.25 in all.*first 45 seconds of each track/s);
    assert.equal(await box.locator('circle').count(), 9);
    assert.deepEqual(await box.locator('text').allTextContents(), PRICES);
}


test('a first visit hears of it, once', () => visit(
    browser, { first: true }, async (page) => {
        const intro = page.locator('.intro');

        await intro.getByRole('heading', { name: TITLE }).waitFor();
        await whole(intro);
        await intro.getByRole('button', { name: 'Got it' }).click();
        await intro.waitFor({ state: 'detached' });
        await page.goto(`${BASE}/tracks`);
        await page.locator('.track').first().waitFor();
        assert.equal(await page.locator('.intro-line').count(), 0);
    }));


test('a visitor logs in from it', () => visit(
    browser, { first: true, viewport: PHONE }, async (page) => {
        await page.locator('.intro').getByRole('button', { name: 'Log in' })
            .click();
        await page.getByRole('button', { name: 'Log out' }).waitFor();
        assert.doesNotMatch(await page.locator('.intro p').textContent(),
                            /45 seconds/);
    }));


/* what stands above each page: all of it, a line, nothing */
const forms = {
    '/': [1, 0],
    '/tracks': [0, 1],
    [`/release/${IDS.release}`]: [0, 1],
    [`/artist/${IDS.artist}`]: [0, 1],
    [`/label/${IDS.label}`]: [0, 1],
    [`/playlist/${IDS.playlist}`]: [0, 1],
    '/tag/ambient': [0, 1],
    '/search?q=mo': [0, 0],
    '/queue': [0, 0],
    '/favourites': [0, 0],
    '/collection': [0, 0],
    '/history': [0, 0],
    '/playlists': [0, 0],
};

test('how much of it is above which page', () => visit(
    browser, { first: true, viewport: PHONE }, async (page) => {
        const found = {};

        for (const path of Object.keys(forms)) {
            await page.goto(BASE + path);
            await page.locator('main[aria-busy=false] h1').waitFor();
            found[path] = [await page.locator('.intro').count(),
                           await page.locator('.intro-line').count()];
        }

        assert.deepEqual(found, forms);
    }));


test('the line opens the picture; understood, it goes', () => visit(
    browser, { first: true, viewport: PHONE,
               path: `/release/${IDS.release}` }, async (page) => {
        const line = page.locator('.intro-line');
        const { height } = await line.boundingBox();

        assert.ok(height <= 64, `${height} px are no line`);
        await line.getByRole('button', { name: 'How it works' }).click();

        const dialog = page.getByRole('dialog', { name: TITLE });

        await whole(dialog);
        await dialog.getByRole('button', { name: 'Got it' }).click();
        await line.waitFor({ state: 'detached' });
    }));


test('the foot of each page tells it again', () => visit(
    browser, { path: '/tracks' }, async (page) => {
        await login(page);
        await page.getByRole('button', { name: 'How nine plays work' })
            .click();
        await page.getByRole('dialog', { name: TITLE }).getByRole(
            'button', { name: 'Got it' }).click();
        await page.getByRole('dialog').waitFor({ state: 'hidden' });
    }));
