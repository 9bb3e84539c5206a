/*
 * The picture of the player in README: a release on a desktop, Home and the
 * large player on phones, side by side.
 *
 *   node t/browser/screenshot.mjs [http://localhost:8080] [doc/player.png]
 *                                 [TITLE [TRACK]]
 *
 * The demo must run, and must have some plays for the dots to show; TITLE is
 * of a release among the newest, TRACK the number of what plays.  The picture
 * in doc/ has 256 colours, by ffmpeg's palettegen and paletteuse=dither=none.
 */

import { chromium } from 'playwright-core';

import { CHROMIUM } from './page.mjs';

const [base = 'http://localhost:8080', file = 'doc/player.png', title = '',
       number = '1'] = process.argv.slice(2);

const DESKTOP = { viewport: { width: 1180, height: 840 } };
const PHONE = { viewport: { width: 390, height: 840 }, isMobile: true,
                hasTouch: true, colorScheme: 'dark' };
const FRAME = { viewport: { width: 2130, height: 930 } };

const FRAME_STYLE = `
    body { display: flex; align-items: center; justify-content: center;
           gap: 40px; margin: 0; height: 930px; background: #d9cfc2; }
    img { display: block; border-radius: 16px;
          box-shadow: 0 20px 50px rgb(40 28 16 / 30%); }
    img + img { border-radius: 34px; }`;


const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required',
           '--disable-gpu', '--hide-scrollbars'],
});

try {
    const shots = [await shoot(DESKTOP, release),
                   await shoot({ ...PHONE, colorScheme: 'light' }, home),
                   await shoot(PHONE, large)];

    await frame(shots);

} finally {
    await browser.close();
}


async function shoot(options, scene) {
    const context = await browser.newContext(options);
    const page = await context.newPage();

    await page.addInitScript(
        () => localStorage.setItem('resonate.intro', 'seen'));
    await page.goto(base);
    await page.getByRole('button', { name: /Log in/ }).click();
    await page.locator('#credit').waitFor();
    await page.locator('.hero a, .card a').filter({ hasText: title }).first()
        .click();
    await page.locator('.numbered .dots').first().waitFor();
    await page.locator('.track-go').nth(number - 1).click();
    await page.waitForFunction(() => document.querySelector('audio')
        .currentTime > 1);
    await page.locator('#seek').evaluate((range) => {
        range.value = range.max * 0.37;
        range.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await page.waitForFunction(() => !document.querySelector('audio')
        .seeking);
    await scene(page);
    await page.mouse.move(0, 0);

    const shot = await page.screenshot({ animations: 'disabled' });

    await context.close();

    return shot;
}


async function release(page) {
    await page.evaluate(() => document.activeElement.blur());
    await page.evaluate(() => scrollTo(0, 0));
}


async function home(page) {
    await page.locator('.brand').click();
    await page.locator('.grid .card').first().waitFor();
    await page.evaluate(() => document.querySelector('.grid')
        .scrollIntoView({ block: 'center' }));
    await page.waitForLoadState('networkidle');
}


async function large(page) {
    await page.getByRole('button', { name: 'Open the large player' }).click();
    await page.evaluate(() => document.activeElement.blur());
}


async function frame(shots) {
    const page = await browser.newPage(FRAME);
    const images = shots.map((shot) => '<img src="data:image/png;base64,'
                                       + `${shot.toString('base64')}">`);

    await page.setContent(`<style>${FRAME_STYLE}</style>${images.join('')}`);
    await page.screenshot({ path: file });
}
