/* What is there before the scripts are, and what moves when they come. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { BASE, PHONE, launch, until, visit } from './page.mjs';

const IDS = JSON.parse(process.env.RESONATE_IDS);
const DESKTOP = { width: 1280, height: 800 };

/* what Core Web Vitals takes for good is 0.1 */
const SHIFT_MOST = 0.02;

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());


test('the page is painted before any script has come', () => visit(
    browser, {}, async (page) => {
        let release;
        const held = new Promise((resolve) => { release = resolve; });

        await page.route('**/*.js', async (route) => {
            await held;
            await route.continue();
        });
        await page.goto(BASE, { waitUntil: 'commit' });
        await until(page, () => performance.getEntriesByName(
            'first-contentful-paint').length === 1);
        await page.getByRole('link', { name: 'Tracks' }).waitFor();
        await page.getByRole('searchbox').waitFor();
        await page.locator('.bone').first().waitFor();
        assert.equal(await page.locator('.track').count(), 0);

        release();
        await page.locator('.track').first().waitFor();
        assert.equal(await page.locator('.bone').count(), 0);
        assert.equal(await page.locator('#nav a').count() > 1, true);
    }));


for (const path of ['/', '/tracks', `/release/${IDS.release}`]) {
    for (const viewport of [PHONE, DESKTOP]) {
        for (const first of [true, false]) {
            test(`${path}, ${viewport.width} px, ${first ? 'first' : 'later'}`
                 + ' visit: nothing moves', () => visit(
                browser, { path, viewport, first }, async (page) => {
                    await page.locator('main[aria-busy=false]').waitFor();
                    await page.waitForLoadState('networkidle');

                    const shift = await page.evaluate(
                        () => new Promise((resolve) => {
                            const observer = new PerformanceObserver(
                                () => {});
                            let sum = 0;

                            observer.observe({ type: 'layout-shift',
                                               buffered: true });
                            requestAnimationFrame(() => setTimeout(() => {
                                for (const { value }
                                    of observer.takeRecords())
                                {
                                    sum += value;
                                }

                                resolve(sum);
                            }));
                        }));

                    assert.ok(shift < SHIFT_MOST, `moved by ${shift}`);
                }));
        }
    }
}
