/* Logged in by the provider's page: the session is a cookie that no script
   reads, and is renewed without the page's knowing. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { BASE, PATIENCE_MS, duration, launch, moves, play, until, visit }
    from './page.mjs';

const PREVIEW_S = 45.5;
const PROVIDER = process.env.RESONATE_PROVIDER;

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());


async function control(name, what) {
    const answer = await fetch(`${PROVIDER}/control/${name}`, {
        method: 'POST', body: JSON.stringify(what) });

    return (await answer.json()).value;
}


async function logIn(page) {
    await page.getByRole('button', { name: 'Log in' }).first().click();
    await page.waitForURL(`${PROVIDER}/**`);
    await page.getByLabel('Name').fill('alice');
    await page.getByLabel('Password').fill('any');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.waitForURL(`${BASE}/**`);
    await page.getByRole('button', { name: 'Log out' }).waitFor();
    await page.locator('#credit').getByText('Alice').waitFor();
}


test('logs in, plays, has no token, and so do other tabs', () => visit(
    browser, { worker: true, path: '/tracks' }, async (page) => {
        await logIn(page);

        assert.equal(new URL(page.url()).pathname, '/tracks');
        assert.equal(await page.evaluate(() => document.cookie), '');
        assert.doesNotMatch(await page.evaluate(() => JSON.stringify(
            { ...sessionStorage, ...localStorage })), /eyJ|token/);

        const sent = [];

        page.on('request', (request) => sent.push(request));
        await play(page, 'Morning');
        await moves(page);
        assert.ok(await duration(page) > PREVIEW_S);
        assert.ok(sent.length);
        assert.deepEqual(sent.filter((request) =>
            'authorization' in request.headers()), []);

        const other = await page.context().newPage();

        await other.goto(BASE);
        await other.getByRole('button', { name: 'Log out' }).waitFor();
    }));


test('renews', () => visit(
    browser, { path: '/tracks' }, async (page) => {
        await logIn(page);

        const asked = (await control('requests', { path: '/token' })).length;
        const deadline = Date.now() + PATIENCE_MS;

        /* its life is some seconds */
        while ((await control('requests', { path: '/token' })).length
               < asked + 2)
        {
            assert.ok(Date.now() < deadline, 'a new token');
            assert.equal(await page.evaluate(async () => (
                await fetch('/api/v3/user/profile')).status), 200);
        }
    }));


test('logs out, at the provider too', () => visit(
    browser, { worker: true }, async (page) => {
        await logIn(page);
        await page.getByRole('button', { name: 'Log out' }).click();
        await page.waitForURL(`${PROVIDER}/**`);
        await page.getByRole('button', { name: 'Log out' }).click();
        await page.waitForURL(`${BASE}/`);
        await page.getByRole('button', { name: 'Log in' }).first().waitFor();

        await page.getByRole('button', { name: 'Log in' }).first().click();
        await page.getByLabel('Name').waitFor();
    }));


test('who changes his mind comes back as before', () => visit(
    browser, { path: '/tracks' }, async (page) => {
        await page.getByRole('button', { name: 'Log in' }).first().click();
        await page.getByRole('button', { name: 'Cancel' }).click();
        await page.waitForURL(`${BASE}/tracks`);
        await page.getByRole('button', { name: 'Log in' }).first().waitFor();
    }));


test('a session that is over ends kindly', () => visit(
    browser, { path: '/tracks', allow: /401/ }, async (page) => {
        await logIn(page);
        await page.context().clearCookies({ name: /resonate/ });
        await page.getByRole('button', { name: 'Favourite: Noon' }).click();
        await page.locator('#toast', { hasText: 'logged out' }).waitFor();
        await until(page, () => document.querySelector('#log')
            ?.textContent.includes('Log in'));
    }));


test('the provider ends it', () => visit(
    browser, { path: '/tracks', allow: /401/ }, async (page) => {
        await logIn(page);

        const [told] = await control('logout', { sub: 'alice' });

        assert.equal(told.error, null);
        await until(page, async () => (
            await fetch('/api/v3/user/profile')).status === 401);
        await page.getByRole('button', { name: 'Favourite: Noon' }).click();
        await page.locator('#toast', { hasText: 'logged out' }).waitFor();
        assert.equal((await page.context().cookies(BASE)).filter(
            ({ name }) => name.includes('resonate')).length, 0);
    }));
