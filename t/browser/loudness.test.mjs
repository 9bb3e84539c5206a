/* Equally loud tracks, and the wave in the seek bar. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, moves, play, visit } from './page.mjs';

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());

const loud = (page) => page.evaluate(() =>
    20 * Math.log10(document.querySelector('audio').volume));

async function is(page, decibels) {
    assert.ok(Math.abs(await loud(page) - decibels) < 0.01, await loud(page));
}


test('a track has its share of the volume, by what is chosen', () => visit(
    browser, {}, async (page) => {
        const even = page.getByLabel('Equally loud');

        await play(page, 'Morning');
        await moves(page);
        await is(page, -8);
        assert.equal(await page.locator('#volume').inputValue(), '1');
        await page.locator('#volume').fill('0.5');
        await is(page, -8 - 20 * Math.log10(2));
        await page.locator('#volume').fill('1');

        await page.getByRole('link', { name: 'Queue' }).click();
        await even.selectOption('albums');
        await is(page, -5);
        await even.selectOption('off');
        await is(page, 0);

        await page.reload();
        await even.waitFor();
        assert.equal(await even.inputValue(), 'off');
        await even.selectOption('tracks');
        await is(page, -8);
    }));


test('the seek bar shows the wave, as far as it is played', () => visit(
    browser, {}, async (page) => {
        const wave = page.locator('#player .wave');

        await play(page, 'Morning');
        await wave.waitFor();
        assert.equal(await wave.getAttribute('aria-hidden'), 'true');
        assert.match(await wave.locator('path').getAttribute('d'),
                     /^M0 1L[\d. ]+Z$/);
        await page.locator('#seek').fill('20');
        await moves(page);

        const [at, from, to] = await page.evaluate(() => [
            document.querySelector('.wave stop').getAttribute('offset'),
            ...['.wave', '#seek'].map((name) => document.querySelector(name)
                .getBoundingClientRect().width)]);

        assert.ok(at > 0.4 && at < 0.9, at);
        assert.equal(from, to);

        await play(page, 'Evening');
        await page.locator('#now-title', { hasText: 'Evening' }).waitFor();
        await wave.waitFor({ state: 'detached' });
    }));
