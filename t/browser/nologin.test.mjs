/* The page of a site whose nginx names no address to log in at. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { BASE, launch, moves, play, visit } from './page.mjs';

const NOBODY = 'this page has no way to log in';

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());


test('no button is dead: none is there', () => visit(
    browser, { first: true }, async (page) => {
        const asked = [];

        page.on('request', (request) => asked.push(
            new URL(request.url()).pathname));

        for (const path of ['/', '/tracks', '/favourites', '/collection',
                            '/history', '/playlists'])
        {
            await page.goto(BASE + path);
            await page.locator('main[aria-busy=false] h1').waitFor();
            assert.equal(await page.getByRole('button', { name: /Log in/ })
                .count(), 0, path);
        }

        await page.getByText(NOBODY).waitFor();
        assert.ok(!asked.includes('/demo/token'));
    }));


test('what needs a listener says so; previews play', () => visit(
    browser, { path: '/tracks' }, async (page) => {
        await page.getByRole('button', { name: 'Favourite: Noon' }).click();
        await page.locator('#toast', { hasText: NOBODY }).waitFor();
        assert.ok(await page.locator('#toast-action').isHidden());
        await play(page, 'Morning');
        await moves(page);
        assert.match(await page.locator('#hint').textContent(),
                     /^Preview, 45 s\.\s*$/);
    }));
