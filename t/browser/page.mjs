/*
 * One Chromium for all tests, a fresh profile for each; whatever the page
 * complains about fails the test that made it.
 */

import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

export const BASE = process.env.RESONATE_URL;
export const PATIENCE_MS = Number(process.env.RESONATE_PATIENCE_MS ?? 30000);

/* the same engine as in Chromium, without the rest of it: a page costs half */
export const CHROMIUM = process.env.RESONATE_CHROMIUM
    ?? '/usr/bin/chromium-headless-shell';

/* later than any test plays */
const LATE_MS = 600000;

const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };


/* HTTP/3 alone, to a host whose key is known: see t/source/http3.t */
const [QUIC, PIN] = process.env.RESONATE_QUIC?.split(' ') ?? [];


export function launch() {
    return chromium.launch({
        executablePath: CHROMIUM,
        args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required',
               '--disable-gpu', '--no-first-run',
               ...(QUIC ? [`--origin-to-force-quic-on=${QUIC}`,
                           `--ignore-certificate-errors-spki-list=${PIN}`]
                   : ['--disable-quic']),
               '--disable-background-networking',
               '--disable-component-update', '--disable-sync'],
    });
}


/* as on a host without TLS */
function plain() {
    delete Navigator.prototype.serviceWorker;
}


/* of another play mark; a route would have every request of the page wait for
   the test */
function tell(playMarkMs) {
    const { fetch } = window;

    window.fetch = async (...args) => {
        const response = await fetch(...args);

        if (!response.url.endsWith('/api/v3/prices') || !response.ok) {
            return response;
        }

        const { data } = await response.json();

        return Response.json({ data: { ...data, playMarkMs } });
    };
}


/* options: path, allow (a complaint that is meant to be), init (runs in the
   page before its scripts), mark (the play mark that the page is told, ms; 0:
   the server's), first (a first visit, to which nine plays are explained),
   worker (with the service worker, through which each of the page's 70 files
   comes, and all again to be kept: it doubles what a page costs, and a test
   does not see their requests), and the context's */
export async function visit(browser, options, story) {
    const { path = '/', allow = /^$/, init, mark = LATE_MS, base = BASE,
            first = false, worker = false, ...more } = options;
    const context = await browser.newContext({ viewport: DESKTOP, ...more });
    const complaints = [];

    try {
        const page = await context.newPage();

        page.setDefaultTimeout(PATIENCE_MS);

        if (!worker) {
            await context.addInitScript(plain);
        }

        if (init) {
            await page.addInitScript(init);
        }

        if (!first) {
            await page.addInitScript(
                () => localStorage.setItem('resonate.intro', 'seen'));
        }

        if (mark) {
            await page.addInitScript(tell, mark);
        }

        page.on('pageerror', (error) => complaints.push(String(error)));
        page.on('console', (message) => {
            if (['error', 'warning'].includes(message.type())) {
                complaints.push(`${message.text()} ${message.location().url}`);
            }
        });

        await page.goto(base + path);
        await page.locator('.track, .panel').first().waitFor();
        await story(page);

    } finally {
        /* a request may be under way when the story ends */
        await Promise.all(context.pages().map((page) =>
            page.unrouteAll({ behavior: 'ignoreErrors' })));
        await context.close();
    }

    assert.deepEqual(complaints.filter((text) => !allow.test(text)), []);
}


/* as a link leads there: a tenth of what it costs to load it */
export async function follow(page, path) {
    await page.evaluate((to) => {
        const link = document.createElement('a');

        link.href = to;
        document.body.append(link);
        link.click();
        link.remove();
    }, path);
    await page.locator('main[aria-busy=false] h1').waitFor();
}


export function until(page, condition, argument) {
    return page.waitForFunction(condition, argument,
                                { timeout: PATIENCE_MS });
}


export function play(page, title) {
    return page.getByRole('button', { name: `Play ${title} by` }).click();
}


/* the position moves on by this much without help */
export async function moves(page, by = 0.5) {
    const from = await page.evaluate(() => document.querySelector('audio')
        .currentTime);

    await until(page, (to) => {
        const audio = document.querySelector('audio');

        return !audio.paused && audio.currentTime >= to;
    }, from + by);
}


export async function seek(page, to) {
    await page.locator('#seek').evaluate((range, value) => {
        range.value = value;
        range.dispatchEvent(new Event('input', { bubbles: true }));
        range.dispatchEvent(new Event('change', { bubbles: true }));
    }, String(to));
}


export function duration(page) {
    return page.evaluate(() => document.querySelector('audio').duration);
}


/* waits until the audio that is loaded has about this length */
export function lasts(page, seconds) {
    return until(page, (wanted) => {
        const audio = document.querySelector('audio');

        return audio.readyState > 0
            && Math.abs(audio.duration - wanted) < 0.2;
    }, seconds);
}


export async function login(page) {
    await page.getByRole('button', { name: /Log in/ }).click();
    await page.getByRole('button', { name: 'Log out' }).waitFor();
    await page.locator('#credit').waitFor();
}


export function titles(page) {
    return page.locator('.track-title').allTextContents();
}
