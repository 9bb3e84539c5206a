/* The keys and their help, in the page. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { KEYS } from '../../www/keys.js';
import { launch, moves, play, until, visit } from './page.mjs';

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());


test('"?" shows all keys; the focus stays there, Escape closes', () => visit(
    browser, {}, async (page) => {
        const { keyboard } = page;
        const help = page.getByRole('dialog', { name: 'Keys' });
        const start = page.getByRole('button', { name: /^Play Noon/ });

        await start.focus();
        await keyboard.press('?');
        await help.waitFor();
        assert.deepEqual(await help.locator('dt').allTextContents(),
                         KEYS.map(({ does }) => does));

        for (let i = 0; i < 3; i += 1) {
            assert.ok(await page.evaluate(() => document.activeElement
                === document.body || document.activeElement
                    .closest('dialog') !== null));
            await keyboard.press('Tab');
        }

        await keyboard.press('/');
        await keyboard.press('Escape');
        await help.waitFor({ state: 'hidden' });
        assert.ok(await start.evaluate((button) => button
                                       === document.activeElement));

        await keyboard.press('?');
        await help.getByRole('button', { name: 'Close' }).click();
        await help.waitFor({ state: 'hidden' });
    }));


test('each key does what it says', () => visit(
    browser, {}, async (page) => {
        const { keyboard } = page;
        const pressed = (id) => page.locator(id).getAttribute('aria-pressed');

        await keyboard.press('s');
        await play(page, 'Noon');
        await moves(page);
        await page.locator('#main').focus();
        assert.equal(await pressed('#shuffle'), 'false');

        await keyboard.press('s');
        assert.equal(await pressed('#shuffle'), 'true');
        await keyboard.press('r');
        assert.equal(await pressed('#repeat'), 'true');
        await keyboard.press('m');
        assert.equal(await page.evaluate(() => document.querySelector('audio')
            .muted), true);
        await keyboard.press(' ');
        await until(page, () => document.querySelector('audio').paused);

        await page.getByRole('searchbox').focus();
        await keyboard.type('s m r ?');
        assert.equal(await pressed('#shuffle'), 'true');
        assert.equal(await page.evaluate(() => document.querySelector('audio')
            .paused), true);
    }));
