/* Every page against axe-core, by day and by night, small and large. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { BASE, PHONE, launch, login, play, visit } from './page.mjs';

const AXE = readFileSync(new URL('./node_modules/axe-core/axe.min.js',
                                 import.meta.url), 'utf8');
const IDS = JSON.parse(process.env.RESONATE_IDS);
const NONE = '00000000-0000-4000-8000-000000000000';
const DESKTOP = { width: 1280, height: 800 };

const PAGES = ['/', '/tracks', `/release/${IDS.release}`,
               `/artist/${IDS.artist}`, `/label/${IDS.label}`,
               `/playlist/${IDS.playlist}`, '/search?q=mo', '/search?q=xyzzy',
               `/release/${NONE}`];

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());


async function check(page, where) {
    const violations = await page.evaluate(async () => {
        const { violations: found } = await globalThis.axe.run();

        return found.map(({ id, nodes }) => `${id}: ${nodes.map(
            ({ html }) => html.slice(0, 160)).join(' | ')}`);
    });

    assert.deepEqual(violations, [], where);
}


async function walk(page) {
    for (const path of PAGES) {
        await page.goto(BASE + path);
        await page.locator('main[aria-busy=false]').waitFor();
        await page.evaluate(AXE);
        await check(page, path);
    }
}


for (const colorScheme of ['light', 'dark']) {
    for (const viewport of [PHONE, DESKTOP]) {
        const options = { colorScheme, viewport, reducedMotion: 'reduce',
                          allow: /404/ };
        const name = `${viewport.width} px, ${colorScheme}`;

        test(`${name}: a first visit`, () => visit(
            browser, { ...options, first: true }, async (page) => {
                await page.evaluate(AXE);
                await check(page, 'first visit');
            }));

        test(`${name}: a visitor`, () => visit(browser, options, walk));

        test(`${name}: a listener`, () => visit(
            browser, { ...options, path: '/tracks' }, async (page) => {
                await login(page);
                await page.evaluate(AXE);
                await page.locator('.dots').first().waitFor();
                await check(page, 'tracks');
                await play(page, 'Morning');
                await page.locator('#toggle').waitFor();
                await check(page, 'the player');
                await page.locator('#art').click();
                await check(page, 'the large player');
                await page.locator('.large .buy').click();
                await page.getByRole('dialog').waitFor();
                await check(page, 'the dialog');
            }));
    }
}
