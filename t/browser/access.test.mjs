/* What somebody who does not see the page, or barely, has of it. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, login, moves, play, visit } from './page.mjs';

const AA_TEXT = 4.5;
const AA_GRAPHIC = 3;

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());


test('landmarks, one heading of the first level, a language', () => visit(
    browser, {}, async (page) => {
        for (const role of ['banner', 'main', 'search']) {
            assert.equal(await page.getByRole(role).count(), 1, role);
        }

        assert.equal(await page.getByRole('heading', { level: 1 }).count(),
                     1);
        assert.equal(await page.locator('html').getAttribute('lang'), 'en');
        assert.equal(await page.locator('[aria-live=polite]').count(), 1);
        await play(page, 'Morning');
        assert.equal(await page.getByRole('region', { name: 'Player' })
            .count(), 1);
    }));


test('every control has a name, every id is there once', () => visit(
    browser, {}, async (page) => {
        await login(page);
        await play(page, 'Morning');
        await moves(page);

        const controls = page.locator('a, button, input').filter(
            { visible: true });

        for (const control of await controls.all()) {
            assert.match(await control.ariaSnapshot(), /"[^"]+"/);
        }

        const twice = await page.evaluate(() => {
            const ids = [...document.querySelectorAll('[id]')]
                .map(({ id }) => id);

            return ids.filter((id, i) => ids.indexOf(id) !== i);
        });

        assert.deepEqual(twice, []);
        assert.match(await page.locator('#seek').getAttribute(
            'aria-valuetext'), /^[01]:[0-5]\d of 1:30$/);
    }));


for (const scheme of ['light', 'dark']) {
    test(`contrast is AA in the ${scheme} scheme`, () => visit(
        browser, { colorScheme: scheme }, async (page) => {
            const at = await palette(page);
            const texts = [['ink', 'paper'], ['soft', 'paper'],
                           ['soft', 'raised'], ['soft', 'hover'],
                           ['accent', 'paper'], ['accent', 'raised'],
                           ['accent', 'hover'], ['gold', 'raised'],
                           ['on-accent', 'accent']];

            for (const [front, back] of texts) {
                assert.ok(contrast(at[front], at[back]) >= AA_TEXT,
                          `${front} on ${back}`);
            }

            for (const back of ['paper', 'raised', 'hover']) {
                assert.ok(contrast(at.dot, at[back]) >= AA_GRAPHIC,
                          `dot on ${back}`);
            }
        }));
}


test('the focus shows, and motion can be refused', () => visit(
    browser, { reducedMotion: 'reduce' }, async (page) => {
        await page.keyboard.press('Tab');
        await page.keyboard.press('Tab');

        const style = await page.evaluate(() => {
            const { outlineStyle, outlineWidth } = getComputedStyle(
                document.activeElement);

            return `${outlineStyle} ${outlineWidth}`;
        });

        assert.equal(style, 'solid 3px');
        assert.equal(await page.locator('.track-go').first().evaluate(
            (button) => getComputedStyle(button).transitionDuration), '0s');
    }));


async function palette(page) {
    return page.evaluate(() => {
        const style = getComputedStyle(document.documentElement);
        const names = ['paper', 'raised', 'hover', 'ink', 'soft', 'accent',
                       'on-accent', 'gold', 'dot'];

        return Object.fromEntries(names.map(
            (name) => [name, style.getPropertyValue(`--${name}`).trim()]));
    });
}


/* WCAG 2.2, "relative luminance" and "contrast ratio" */
function contrast(one, other) {
    const [dark, light] = [luminance(one), luminance(other)].sort(
        (a, b) => a - b);

    return (light + 0.05) / (dark + 0.05);
}


function luminance(hex) {
    const digits = hex.length === 4 ? hex.slice(1).replace(/./g, '$&$&')
                                    : hex.slice(1);
    const [r, g, b] = digits.match(/../g).map((pair) => {
        const part = parseInt(pair, 16) / 255;

        return part <= 0.04045 ? part / 12.92
                               : ((part + 0.055) / 1.055) ** 2.4;
    });

    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
