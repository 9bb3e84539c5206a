/* The queue's page. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, moves, play, until, visit } from './page.mjs';

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());

const button = (page, name) => page.getByRole('button', { name, exact: true });
const heading = (page, name) => page.getByRole('heading', { name });

/* what is on, and what comes next */
const next = (page) => page.locator('.queued:has(.grip) .track-title')
    .allTextContents();

const becomes = (page, titles) => until(page, (wanted) => Array.from(
    document.querySelectorAll('.queued:has(.grip) .track-title'),
    ({ textContent }) => textContent).join() === wanted, titles.join());

const said = (page, text) => page.getByRole('status').filter(
    { hasText: text }).waitFor();


/* all four tracks: Breath is on; Evening, Noon and Morning follow */
async function queue(page) {
    await play(page, 'Breath');
    await moves(page, 0.2);
    await page.evaluate(() => document.querySelector('#queue').click());
    await heading(page, 'Queue').waitFor();
    assert.deepEqual(await next(page), ['Evening', 'Noon', 'Morning']);
}


test('without a track it says what it is for', () => visit(
    browser, { path: '/queue' }, async (page) => {
        await heading(page, 'Nothing in the queue').waitFor();
        await button(page, 'See all music').click();
        await page.locator('.track').first().waitFor();
        await page.keyboard.press('q');
        await heading(page, 'Nothing in the queue').waitFor();
    }));


test('moved by buttons: the focus goes with the row, and it is said',
     () => visit(browser, {}, async (page) => {
         await queue(page);
         assert.ok(await button(page, 'Move Evening up').isDisabled());
         assert.ok(await button(page, 'Move Morning down').isDisabled());

         await button(page, 'Move Morning up').focus();
         await page.keyboard.press('Enter');
         await becomes(page, ['Evening', 'Morning', 'Noon']);
         await said(page, 'Morning is now number 2 of 3.');
         await page.keyboard.press('Enter');
         await becomes(page, ['Morning', 'Evening', 'Noon']);

         /* it cannot go further up, and the focus is still in its row */
         await until(page, () => document.activeElement.ariaLabel
                     === 'Move Morning down');
         await page.keyboard.press('Enter');
         await becomes(page, ['Evening', 'Morning', 'Noon']);
         await until(page, () => document.activeElement.ariaLabel
                     === 'Move Morning down');
         await button(page, 'Next track').click();
         await page.locator('#now-title', { hasText: 'Evening' }).waitFor();
         await becomes(page, ['Morning', 'Noon']);
     }));


async function drag(page, title, onto, drop = () => page.mouse.up()) {
    const grip = (name) => page.locator('.queued', { hasText: name })
        .locator('.grip').boundingBox();
    const from = await grip(title);
    const to = await grip(onto);
    const x = from.x + from.width / 2;

    await page.mouse.move(x, from.y + from.height / 2);
    await page.mouse.down();
    await page.mouse.move(x, to.y + to.height / 2, { steps: 8 });
    await page.locator('.queued.dragged', { hasText: title }).waitFor();
    await drop();
    await page.locator('.queued.dragged').waitFor({ state: 'detached' });
}


test('moved by dragging, up and down', () => visit(
    browser, { viewport: { width: 1280, height: 1000 } }, async (page) => {
        await queue(page);
        await drag(page, 'Morning', 'Evening');
        await becomes(page, ['Morning', 'Evening', 'Noon']);
        await said(page, 'Morning is now number 1 of 3.');
        await drag(page, 'Morning', 'Noon');
        await becomes(page, ['Evening', 'Noon', 'Morning']);
        await moves(page, 0.2);

        await drag(page, 'Morning', 'Evening',
                   () => page.keyboard.press('Escape'));
        await page.mouse.up();
        assert.deepEqual(await next(page), ['Evening', 'Noon', 'Morning']);
    }));


test('removed, and cleared: what plays plays on', () => visit(
    browser, {}, async (page) => {
        await queue(page);
        await button(page, 'Remove Noon').click();
        await becomes(page, ['Evening', 'Morning']);
        await until(page, () => document.activeElement.ariaLabel
                    === 'Remove Morning');
        await button(page, 'Clear').click();
        await becomes(page, []);
        assert.ok(await button(page, 'Clear').isDisabled());
        assert.ok(await button(page, 'Next track').isDisabled());
        assert.equal(await page.locator('#now-title').textContent(),
                     'Breath');
        await moves(page);
    }));


test('a row plays from there; those before it can be had again', () => visit(
    browser, {}, async (page) => {
        await queue(page);
        await page.getByRole('button', { name: /^Play Noon/ }).click();
        await page.locator('#now-title', { hasText: 'Noon' }).waitFor();
        await becomes(page, ['Morning']);
        await page.getByText('Before').click();
        await page.getByRole('button', { name: /^Play Evening/ }).click();
        await page.locator('#now-title', { hasText: 'Evening' }).waitFor();
        await becomes(page, ['Noon', 'Morning']);
        await page.getByRole('button', { name: /^Pause Evening/ }).click();
        await until(page, () => document.querySelector('audio').paused);
    }));


test('rows say where they are from', () => visit(
    browser, {}, async (page) => {
        await page.getByRole('link', { name: /First Light/ }).first().click();
        await button(page, 'Play release').click();
        await page.evaluate(() => document.querySelector('#queue').click());
        await page.locator('.from a').first().click();
        await page.getByRole('heading', { name: 'First Light', level: 1 })
            .waitFor();
    }));


test('a phone: a row can be edited, touched, and sticks out nowhere',
     () => visit(browser, { viewport: { width: 360, height: 640 },
                            isMobile: true, hasTouch: true },
                 async (page) => {
         await queue(page);
         assert.equal(await button(page, 'Move Noon up').isVisible(), false);
         await button(page, 'Edit').tap();
         await button(page, 'Move Noon up').tap();
         await becomes(page, ['Noon', 'Evening', 'Morning']);

         const small = await page.locator('main button:visible').evaluateAll(
             (buttons) => buttons.map((box) => box.getBoundingClientRect())
                 .filter(({ width, height }) => Math.min(width, height) < 44)
                 .length);

         assert.equal(small, 0);
         assert.ok(await page.evaluate(() => document.documentElement
             .scrollWidth) <= 360);
         await button(page, 'Done').tap();
         await button(page, 'Move Noon up').waitFor({ state: 'hidden' });
     }));
