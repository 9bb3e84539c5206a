/* The menu of a row, and of a whole release: the queue, and buying. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { PHONE, launch, login, moves, play, visit } from './page.mjs';

const IDS = JSON.parse(process.env.RESONATE_IDS);
const RELEASE = `/release/${IDS.release}`;
const LIST = `/playlist/${IDS.playlist}`;

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());


async function choose(page, what, entry) {
    await page.getByRole('button', { name: `More: ${what}`, exact: true })
        .first().click();
    await page.locator('.menu').getByRole('button', { name: entry }).click();
}


async function queued(page) {
    await page.locator('#queue').click();
    await page.locator('.queued').first().waitFor();

    return page.locator('.queued:visible .track-title').allTextContents();
}


/* where, what is played first, what is chosen of what; the queue then */
const rows = [
    [RELEASE, 'Morning', 'Evening', 'Play next',
     ['Morning', 'Evening', 'Noon', 'Evening']],
    [RELEASE, 'Morning', 'Noon', 'Add to queue',
     ['Morning', 'Noon', 'Evening', 'Noon']],
    [RELEASE, 'Noon', 'First Light', 'Play next',
     ['Noon', 'Morning', 'Noon', 'Evening', 'Evening']],
    [LIST, 'Noon', 'For the Road', 'Add to queue',
     ['Noon', 'Breath', 'Morning', 'Noon', 'Breath']],
];

for (const [path, first, what, entry, wanted] of rows) {
    test(`${first} plays; ${entry}: ${what}`, () => visit(
        browser, { path }, async (page) => {
            await play(page, first);
            await moves(page);
            await choose(page, what, entry);
            await page.locator('#toast', { hasText: `“${what}”` }).waitFor();

            assert.deepEqual(await queued(page), wanted);
            await moves(page);
        }));
}


test('the first of an empty queue is what the player has', () => visit(
    browser, { path: RELEASE }, async (page) => {
        await choose(page, 'Noon', 'Add to queue');
        await page.locator('#now-title', { hasText: 'Noon' }).waitFor();
        await page.getByRole('button', { name: 'Play', exact: true }).click();
        await moves(page);
    }));


test('on a phone: bought from the menu, and in the large player', () => visit(
    browser, { path: RELEASE, viewport: PHONE }, async (page) => {
        await page.getByRole('button', { name: 'More: Morning' }).click();
        assert.equal(await page.locator('.menu').getByText('Buy').count(), 0,
                     'a visitor has no wallet');
        await page.keyboard.press('Escape');
        await login(page);
        await page.locator('.dots').first().waitFor();
        await choose(page, 'Morning', 'Buy €1.25');

        const dialog = page.getByRole('dialog', { name: 'Buy “Morning”?' });

        await dialog.getByRole('button', { name: 'Cancel' }).click();
        await play(page, 'Morning');
        await page.locator('#art').click();
        await page.locator('.large').getByRole('button', {
            name: 'Buy €1.25: Morning' }).click();
        await dialog.waitFor();
    }));
