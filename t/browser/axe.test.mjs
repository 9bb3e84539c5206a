/* Every page and what opens above it against axe-core, by day and by night,
   small and large. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { PHONE, follow, launch, login, play, visit } from './page.mjs';

const AXE = readFileSync(new URL('./node_modules/axe-core/axe.min.js',
                                 import.meta.url), 'utf8');
const IDS = JSON.parse(process.env.RESONATE_IDS);
const NONE = '00000000-0000-4000-8000-000000000000';
const SIZES = [PHONE, { width: 1280, height: 800 }];

const RELEASE = `/release/${IDS.release}`;
const LIST = `/playlist/${IDS.playlist}`;

/* of these axe has no rule that is on by default; by night only colours are
   others */
const RULES = {
    light: { rules: { 'label-content-name-mismatch': { enabled: true } } },
    dark: { runOnly: ['color-contrast'] },
};

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());


async function check(page, where) {
    if (!await page.evaluate(() => 'axe' in globalThis)) {
        await page.evaluate(AXE);
    }

    for (const viewport of SIZES) {
        await page.setViewportSize(viewport);

        for (const [colorScheme, rules] of Object.entries(RULES)) {
            await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });

            const violations = await page.evaluate(async (options) => {
                const { violations: found } = await globalThis.axe.run(
                    options);

                return found.map(({ id, nodes }) => `${id}: ${nodes.map(
                    ({ html }) => html.slice(0, 160)).join(' | ')}`);
            }, rules);

            assert.deepEqual(violations, [], `${where}, ${viewport.width} px,`
                                             + ` ${colorScheme}`);
        }
    }
}


async function walk(page, paths) {
    for (const path of paths) {
        await follow(page, path);
        await check(page, path);
    }
}


test('a first visit', () => visit(browser, { first: true }, async (page) => {
    await walk(page, ['/', RELEASE]);
    await page.getByRole('button', { name: 'How it works' }).click();
    await check(page, 'nine plays');
}));


test('a visitor\'s pages', () => visit(
    browser, { allow: /404/ }, (page) => walk(page, [
        '/', '/tracks', RELEASE, `${RELEASE}?track=${IDS.short}`,
        `/artist/${IDS.artist}`, `/label/${IDS.label}`, LIST, '/playlists',
        '/favourites', '/queue', '/search?q=mo', '/search?q=xyzzy',
        '/tag/ambient', `/release/${NONE}`])));


test('a page that is none', () => visit(
    browser, { path: '/no/such/page', allow: /404/ },
    (page) => check(page, '/no/such/page')));


test('a listener\'s pages', () => visit(
    browser, { path: '/tracks' }, async (page) => {
        await login(page);
        await page.getByRole('button', { name: 'Favourite: Noon' }).click();
        await page.locator('.heart[aria-pressed=true]').waitFor();
        await play(page, 'Morning');
        await page.locator('#toggle').waitFor();
        await walk(page, [
            '/tracks', RELEASE, LIST, '/playlists', '/favourites',
            '/collection', '/history', '/queue']);
        await follow(page, LIST);
        await page.getByRole('button', { name: 'Edit tracks' }).click();
        await check(page, 'a playlist that is edited');
    }));


/* each opens something above the page that is shown */
const above = {
    'the keys': (page) => page.keyboard.press('?'),
    'a row\'s menu': (page) => page.getByRole('button', {
        name: 'More: Morning' }).click(),
    'buying': (page) => choose(page, 'Morning', /^Buy €/),
    'adding to a playlist': (page) => choose(page, 'Morning',
                                             'Add to playlist'),
    'naming a playlist': (page) => choose(page, 'For the Road',
                                          'Name and description'),
    'deleting a playlist': (page) => choose(page, 'For the Road', 'Delete'),
    'topping up': (page) => page.locator('#credit').getByRole('button', {
        name: 'Top up' }).click(),
};

test('what opens above a page', () => visit(
    browser, { path: '/tracks' }, async (page) => {
        await login(page);
        await follow(page, LIST);
        await page.locator('.dots').first().waitFor();

        for (const [name, open] of Object.entries(above)) {
            await page.setViewportSize(SIZES[1]);
            await open(page);
            await page.locator('dialog[open]').waitFor();
            await check(page, name);
            await page.keyboard.press('Escape');
            await page.locator('dialog[open]').waitFor({ state: 'detached' });
        }
    }));


test('the large player, and lyrics', () => visit(
    browser, { path: RELEASE }, async (page) => {
        await login(page);
        await page.locator('.dots').first().waitFor();
        await play(page, 'Morning');
        await page.locator('#art').click();
        await check(page, 'the large player');
        await page.locator('#player').getByRole('button', { name: 'Lyrics' })
            .click();
        await page.locator('.line').first().waitFor();
        await check(page, 'lyrics');
    }));


async function choose(page, what, entry) {
    await page.getByRole('button', { name: `More: ${what}` }).first().click();
    await page.locator('.menu').getByRole('button', { name: entry }).click();
}
