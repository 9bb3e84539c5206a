/* What a release and an artist say of themselves: artists, discs, lyrics. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { BASE, PHONE, launch, login, moves, play, until, visit }
    from './page.mjs';

const IDS = JSON.parse(process.env.RESONATE_IDS);
const RELEASE = `/release/${IDS.release}`;

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());


/* the tracks of a section of the page */
const under = (page, name) => page.locator('.section', { hasText: name })
    .locator('.track-title').allTextContents();


test('each of several artists is a link', () => visit(
    browser, { path: RELEASE }, async (page) => {
        const row = page.locator('.track', { hasText: 'Morning' });

        assert.deepEqual(
            await row.locator('.track-artist a').allTextContents(),
            ['Zoë & the Testers', 'Guest']);
        await row.getByRole('link', { name: 'Guest' }).click();
        await page.getByRole('heading', { name: 'Guest', level: 1 }).waitFor();
        await page.getByRole('heading', { name: 'On other releases' })
            .waitFor();
        assert.deepEqual(await under(page, 'On other releases'),
                         ['Morning']);
        await page.getByRole('link', { name: 'First Light' }).click();
        await page.getByRole('heading', { name: 'First Light', level: 1 })
            .waitFor();
    }));


test('an artist\'s own releases are not among the others', () => visit(
    browser, { path: `/artist/${IDS.band}` }, async (page) => {
        await page.locator('.card').first().waitFor();
        assert.deepEqual(await page.locator('.card-title').allTextContents(),
                         ['Second Wind']);
        assert.deepEqual(await under(page, 'On other releases'), ['Noon']);
    }));


test('discs have headings, and their numbers', () => visit(
    browser, { path: RELEASE }, async (page) => {
        assert.deepEqual(await page.locator('.tracks > li').evaluateAll(
            (all) => all.map((one) => one.querySelector('h2')?.textContent
                ?? one.querySelector('.number').dataset.number)),
                         ['Disc 1: Day', '1', '2', 'Disc 2', '1']);
    }));


test('one disc without a title has no heading', () => visit(
    browser, { path: `/release/${IDS.band_release}` }, async (page) => {
        assert.equal(await page.locator('.disc').count(), 0);
    }));


test('date, label, tags, copyright', () => visit(
    browser, { path: RELEASE }, async (page) => {
        assert.deepEqual(
            await page.locator('.facts div').evaluateAll((all) => all.map(
                (one) => [...one.children].map((part) => part.textContent
                    .trim()).join(': '))),
            ['Released: February 29, 2020', 'Label: Sunrise Records',
             'Tags: ambient', 'Copyright: 2020 Sunrise']);
        await page.getByRole('link', { name: 'Sunrise Records' }).click();
        await page.getByRole('heading', { name: 'Sunrise Records', level: 1 })
            .waitFor();
        await page.goBack();
        await page.getByRole('link', { name: 'ambient' }).click();
        await page.getByRole('heading', { name: 'ambient', level: 1 })
            .waitFor();
        assert.deepEqual(await page.locator('.card-title').allTextContents(),
                         ['Second Wind', 'First Light']);
        await page.reload();
        await page.getByRole('heading', { name: 'ambient', level: 1 })
            .waitFor();
    }));


test('its owner sees when it comes out', () => visit(
    browser, { allow: /404/ }, async (page) => {
        await login(page);
        await page.goto(`${BASE}/release/${IDS.coming}`);
        await page.getByText('Single · out on January 1, 2126').waitFor();
        assert.equal(await page.getByRole('button', { name: 'Share' })
            .count(), 0, 'nobody else can see it');
    }));


for (const viewport of [undefined, PHONE]) {
    test(`lyrics follow what plays${viewport ? ' on a phone' : ''}`,
        () => visit(browser, { path: RELEASE, ...viewport && { viewport } },
            async (page) => {
                await play(page, 'Morning');
                await moves(page);
                await page.getByRole('button', { name: 'More: Morning' })
                    .click();
                await page.getByRole('dialog').getByRole('button',
                    { name: 'Lyrics' }).click();
                await page.locator('.line').first().waitFor();
                assert.deepEqual(
                    await page.locator('.line').allTextContents(),
                    ['First <i>light</i>', 'Second light', 'Much later']);
                await page.locator('.line.now', { hasText: 'Second light' })
                    .waitFor();
                await page.keyboard.press('Escape');
                await page.locator('.lyrics').waitFor({ state: 'hidden' });
            }));
}


test('plain lyrics, and none', () => visit(
    browser, { path: RELEASE }, async (page) => {
        await page.getByRole('button', { name: 'More: Noon' }).click();
        assert.equal(await page.getByRole('dialog').getByRole('button',
            { name: 'Lyrics' }).count(), 0, 'no entry without any');
        await page.keyboard.press('Escape');
        await page.getByRole('button', { name: 'More: Evening' }).click();
        await page.getByRole('dialog').getByRole('button',
                    { name: 'Lyrics' }).click();
        await until(page, () => [...document.querySelectorAll('.line')]
            .map((line) => line.textContent.trim()).join('|')
            === 'One|two||three');
        assert.equal(await page.locator('.line.now').count(), 0);
        await page.getByRole('button', { name: 'Close the lyrics' }).click();
        await page.locator('.lyrics').waitFor({ state: 'hidden' });
    }));
