/* The order of a playlist: by dragging, by buttons, by the keyboard. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { launch, titles, until, visit } from './page.mjs';
import { PATH, edit, fill } from './road.mjs';

const TRACKS = ['Morning', 'Noon', 'Breath'];

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());

beforeEach(fill);


function shows(page, wanted) {
    return until(page, (all) => [...document.querySelectorAll('.track-title')]
        .map((title) => title.textContent).join() === all, wanted.join());
}


/* What is asked for only afterwards is kept already: a page that is loaded
   anew before would cut off what it sends. */
async function saved(page, act) {
    const answered = page.waitForResponse((response) =>
        response.request().method() === 'PUT');

    await act();
    assert.equal((await answered).status(), 200);
}


async function kept(page, wanted) {
    await page.reload();
    await page.locator('.track').first().waitFor();
    assert.deepEqual(await titles(page), wanted);
}


test('by the buttons of a row', () => visit(
    browser, { path: PATH }, async (page) => {
        await edit(page);
        assert.deepEqual(await titles(page), TRACKS);

        for (const [name, able] of [['Move up: Morning', false],
                                    ['Move down: Morning', true],
                                    ['Move down: Breath', false]])
        {
            assert.equal(await page.getByRole('button', { name })
                .isEnabled(), able, name);
        }

        await saved(page, () => page.getByRole(
            'button', { name: 'Move down: Morning' }).click());
        await shows(page, ['Noon', 'Morning', 'Breath']);
        await kept(page, ['Noon', 'Morning', 'Breath']);
    }));


test('by the keyboard, the focus goes along', () => visit(
    browser, { path: PATH }, async (page) => {
        await edit(page);
        await page.getByRole('button', { name: 'Move down: Morning' }).focus();
        await saved(page, () => page.keyboard.press('Enter'));
        await shows(page, ['Noon', 'Morning', 'Breath']);
        await saved(page, () => page.keyboard.press('Enter'));
        await shows(page, ['Noon', 'Breath', 'Morning']);
        assert.equal(await page.evaluate(() => document.activeElement
            .closest('.track').querySelector('.track-title').textContent),
                     'Morning');
        await saved(page, () => page.keyboard.press('Enter'));
        await shows(page, ['Noon', 'Morning', 'Breath']);
        await saved(page, () => page.getByRole(
            'button', { name: 'Move down: Morning' }).click());
        assert.match(await page.locator('#status').textContent(),
                     /Morning is number 3 of 3/);
        await kept(page, ['Noon', 'Breath', 'Morning']);
    }));


test('by dragging', () => visit(browser, { path: PATH }, async (page) => {
    await edit(page);

    const drag = (from, to) => saved(page, () => page.locator(
        '.track', { hasText: from }).dragTo(
        page.locator('.track', { hasText: to })));

    await drag('Breath', 'Morning');
    await shows(page, ['Breath', 'Morning', 'Noon']);
    await drag('Breath', 'Noon');
    await shows(page, ['Morning', 'Noon', 'Breath']);
    await drag('Noon', 'Morning');
    await kept(page, ['Noon', 'Morning', 'Breath']);
}));


test('removed, and played as it is then', () => visit(
    browser, { path: PATH }, async (page) => {
        await edit(page);
        await saved(page, () => page.getByRole(
            'button', { name: 'Remove: Noon' }).click());
        await shows(page, ['Morning', 'Breath']);
        await page.getByRole('button', { name: 'Done' }).click();
        await page.getByRole('button', { name: 'Play playlist' }).waitFor();
        await kept(page, ['Morning', 'Breath']);
    }));


test('what the server refuses is as it was', () => visit(
    browser, { path: PATH, allow: /503/ }, async (page) => {
        await edit(page);
        await page.route('**/items**', (route) => route.fulfill(
            { status: 503, json: { detail: 'Resting.' } }));
        await page.getByRole('button', { name: 'Move down: Morning' }).click();
        await page.locator('#toast').getByText('as it was').waitFor();
        await shows(page, TRACKS);
    }));
