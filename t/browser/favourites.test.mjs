/* Favourites: a heart in each row, and a page of them. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { BASE, launch, login, titles, visit } from './page.mjs';

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());


function heart(page, title) {
    return page.getByRole('button', { name: `Favourite: ${title}` }).first();
}


/* What is asked for only afterwards is kept already: a page that is loaded
   anew before would cut off what it sends. */
async function toggle(page, title) {
    const answered = page.waitForResponse((response) =>
        response.request().method() === 'POST'
        && response.url().endsWith('/user/favorites'));

    await heart(page, title).click();
    assert.equal((await answered).status(), 200);
}


async function pressed(page, title, wanted) {
    await page.locator(`.heart[aria-label="Favourite: ${title}"]`
                       + `[aria-pressed=${wanted}]`).first().waitFor();
}


test('logged out, a heart says to log in', () => visit(
    browser, { path: '/tracks' }, async (page) => {
        await heart(page, 'Noon').click();
        await page.getByText('Log in, and your favourites are kept.')
            .first().waitFor();
        await pressed(page, 'Noon', false);
        await page.locator('#toast').getByRole('button', { name: 'Log in' })
            .click();
        await page.locator('#credit').waitFor();
    }));


test('logged out, the page says to log in', () => visit(
    browser, { path: '/favourites' }, async (page) => {
        await page.getByRole('heading', { name: 'Favourites' }).waitFor();
        await page.locator('.panel').getByRole('button', { name: 'Log in' })
            .click();
        await page.getByText('No favourites yet').waitFor();
        await page.getByText('The heart beside a track').waitFor();
    }));


test('a heart is kept over a reload, and taken back', () => visit(
    browser, { path: '/tracks' }, async (page) => {
        await login(page);
        await toggle(page, 'Noon');
        await pressed(page, 'Noon', true);
        await toggle(page, 'Morning');
        await pressed(page, 'Morning', true);

        await page.goto(`${BASE}/favourites`);
        await page.locator('.track').first().waitFor();
        assert.deepEqual(await titles(page), ['Morning', 'Noon']);
        await page.getByText('2 tracks').waitFor();

        await toggle(page, 'Noon');
        await pressed(page, 'Noon', false);
        assert.equal((await titles(page)).length, 2, 'the row stays for now');
        await page.reload();
        await page.locator('.track').first().waitFor();
        assert.deepEqual(await titles(page), ['Morning']);
        await pressed(page, 'Morning', true);
    }));


test('quick clicks end as the last one says', () => visit(
    browser, { path: '/tracks' }, async (page) => {
        let answers = 0;

        await login(page);

        const third = page.waitForResponse((response) =>
            response.request().method() === 'POST'
            && response.url().endsWith('/user/favorites')
            && (answers += 1) === 3);

        await heart(page, 'Evening').evaluate((button) => {
            button.click();
            button.click();
            button.click();
        });
        await pressed(page, 'Evening', true);
        await third;
        await page.reload();
        await pressed(page, 'Evening', true);
    }));


test('what another page did is not undone', () => visit(
    browser, { path: '/tracks' }, async (page) => {
        await login(page);
        await pressed(page, 'Breath', false);

        const token = await page.evaluate(() => JSON.parse(
            sessionStorage.getItem('resonate.session')).token);
        const id = await page.locator('.track', { hasText: 'Breath' })
            .getAttribute('data-track');

        await page.request.post(`${BASE}/api/v3/user/favorites`, {
            headers: { Authorization: `Bearer ${token}` },
            data: { trackId: id },
        });

        const settled = page.waitForResponse(async (answer) =>
            answer.url().endsWith('/user/favorites')
            && (await answer.json()).data.type);

        await heart(page, 'Breath').click();
        await settled;
        await page.reload();
        await pressed(page, 'Breath', true);
    }));


test('what the server does not take is taken back', () => visit(
    browser, { path: '/tracks', allow: /503/ }, async (page) => {
        await login(page);
        await pressed(page, 'Noon', false);

        let answer;
        const asked = new Promise((resolve) => { answer = resolve; });

        await page.route('**/user/favorites', async (route) => {
            await asked;
            await route.fulfill({ status: 503, json: { detail: 'Resting.' } });
        });
        await heart(page, 'Noon').click();
        await pressed(page, 'Noon', true);
        answer();
        await pressed(page, 'Noon', false);
        await page.locator('#toast').getByText('was not kept').waitFor();

        await page.unroute('**/user/favorites');

        const answered = page.waitForResponse('**/user/favorites');

        await page.getByRole('button', { name: 'Try again' }).click();
        await pressed(page, 'Noon', true);
        await answered;
        await toggle(page, 'Noon');
    }));
