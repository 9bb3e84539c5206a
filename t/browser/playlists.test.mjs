/* Playlists: made, named, filled, shown to others, and deleted. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { BASE, PHONE, launch, login, titles, visit } from './page.mjs';

const IDS = JSON.parse(process.env.RESONATE_IDS);

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());


function button(page, name) {
    return page.getByRole('button', { name, exact: true });
}


async function menu(page, title, entry) {
    await button(page, `More: ${title}`).first().click();
    await page.getByRole('dialog').getByRole('button', { name: entry }).click();
}


async function make(page, title, about = '') {
    await page.goto(`${BASE}/playlists`);
    await button(page, 'New playlist').click();
    await page.getByLabel('Name', { exact: true }).fill(title);
    await page.getByLabel('About it').fill(about);
    await button(page, 'Create').click();
    await page.getByRole('heading', { name: title, level: 1 }).waitFor();
}


test('logged out, everybody\'s are there, and how to make one', () => visit(
    browser, {}, async (page) => {
        await page.goto(`${BASE}/playlists`);
        await page.getByRole('link', { name: /For the Road/ }).waitFor();
        await page.getByText('Log in to make your own.').waitFor();
        await button(page, 'New playlist').click();
        await page.locator('#toast').getByText('Log in to make').waitFor();
    }));


test('logged out, "Add to playlist" says to log in', () => visit(
    browser, { path: '/tracks' }, async (page) => {
        await menu(page, 'Noon', 'Add to playlist');
        await page.locator('#toast').getByText('Log in to make').waitFor();
    }));


for (const viewport of [undefined, PHONE]) {
    test(`made, filled, renamed, deleted${viewport ? ' on a phone' : ''}`,
        () => visit(browser, viewport ? { viewport } : {}, async (page) => {
            const name = viewport ? 'Walk' : 'Rainy <b>days</b>';

            await login(page);
            await make(page, name, 'Grey ones');
            await page.getByText('Grey ones').waitFor();
            await page.getByText('Private playlist').waitFor();
            await page.getByText('Nothing in it yet').waitFor();

            await page.goto(`${BASE}/tracks`);
            await menu(page, 'Noon', 'Add to playlist');
            await page.getByRole('button', { name }).click();
            await page.locator('#toast').getByText('Added to').waitFor();

            await menu(page, 'Noon', 'Add to playlist');
            await page.getByRole('button', { name: `${name} It is there` })
                .waitFor();
            assert.ok(await page.getByRole('button', { name }).isDisabled(),
                      'not a second time');
            await page.keyboard.press('Escape');

            await page.goto(`${BASE}/release/${IDS.release}`);
            await button(page, 'Add to playlist').click();
            await page.getByRole('button', { name }).click();
            await page.locator('#toast').getByText('Added to').waitFor();

            await page.goto(`${BASE}/playlists`);
            await page.getByRole('link', { name }).first().click();
            await page.locator('.track').first().waitFor();
            assert.deepEqual(await titles(page),
                             ['Noon', 'Morning', 'Evening']);

            await menu(page, name, 'Name and description');
            assert.equal(await page.getByLabel('Name', { exact: true })
                .inputValue(), name);
            await page.getByLabel('Name', { exact: true }).fill(`${name} 2`);
            await page.getByLabel('About it').fill('');
            await button(page, 'Save').click();
            await page.getByRole('heading', { name: `${name} 2`, level: 1 })
                .waitFor();
            await page.reload();
            await page.getByRole('heading', { name: `${name} 2`, level: 1 })
                .waitFor();
            assert.equal(await page.getByText('Grey ones').count(), 0);

            await menu(page, `${name} 2`, 'Delete');
            await button(page, 'Keep it').click();
            await menu(page, `${name} 2`, 'Delete');
            await page.getByRole('dialog').getByRole('button',
                { name: 'Delete' }).click();
            await page.getByRole('heading', { name: 'Playlists', level: 1 })
                .waitFor();
            await page.getByRole('heading', { name: 'Yours' }).waitFor();
            assert.equal(await page.getByRole('link', { name: `${name} 2` })
                .count(), 0);
        }));
}


test('a new one from the menu of a track', () => visit(
    browser, { path: '/tracks' }, async (page) => {
        await login(page);
        await menu(page, 'Evening', 'Add to playlist');
        await page.getByLabel('New playlist').fill('At once');
        await page.keyboard.press('Enter');
        await page.locator('#toast').getByText('Added to “At once”').waitFor();
        await page.goto(`${BASE}/playlists`);
        await page.getByRole('link', { name: 'At once' }).click();
        await page.locator('.track').first().waitFor();
        assert.deepEqual(await titles(page), ['Evening']);
    }));


test('private until it is made public', () => visit(
    browser, { allow: /404/ }, async (page) => {
        await login(page);
        await make(page, 'Shown');

        const address = page.url();
        const status = async () => (await page.request.get(
            address.replace('/playlist/', '/api/v3/playlists/'))).status();

        assert.equal(await status(), 404);
        assert.equal(await button(page, 'Share').count(), 0);
        await menu(page, 'Shown', 'Make public');
        await button(page, 'Share').waitFor();
        assert.equal(await status(), 200);
        await menu(page, 'Shown', 'Make private');
        await page.getByText('Private playlist').waitFor();
        assert.equal(await status(), 404);
    }));


test('others see no tools in it', () => visit(
    browser, { path: `/playlist/${IDS.playlist}` }, async (page) => {
        const tools = ['Name and description', 'Make private', 'Delete'];

        async function offered() {
            await button(page, 'More: For the Road').click();

            const names = await page.locator('.menu button')
                .allTextContents();

            await page.keyboard.press('Escape');

            return names.map((name) => name.trim())
                .filter((name) => tools.includes(name));
        }

        assert.deepEqual(await offered(), []);
        assert.equal(await button(page, 'Edit tracks').count(), 0);

        await login(page);
        await button(page, 'Edit tracks').waitFor();
        assert.deepEqual(await offered(), tools);
    }));
