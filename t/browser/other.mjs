/* A page of another origin that calls the API: see t/browser_origin.t. */

import assert from 'node:assert/strict';

import { PATIENCE_MS } from './page.mjs';

export const API = `${process.env.RESONATE_URL}/api/v3`;
export const TOKEN = process.env.RESONATE_TOKEN;
export const ID = JSON.parse(process.env.RESONATE_IDS);

const OTHER = process.env.RESONATE_OTHER;


/* story(call, page): call(path, options) is fetch() in that page; allow: a
   complaint of the browser that is meant to be */
export async function from(browser, { base = OTHER, allow = /^$/ }, story) {
    const context = await browser.newContext();
    const complaints = [];

    try {
        const page = await context.newPage();

        page.setDefaultTimeout(PATIENCE_MS);
        page.on('pageerror', (error) => complaints.push(String(error)));
        page.on('console', (message) => complaints.push(message.text()));
        await page.goto(base);
        await story((path, options) => page.evaluate(
            ([url, more]) => window.call(url, more), [API + path, options]),
                    page);

    } finally {
        await context.close();
    }

    assert.deepEqual(complaints.filter((text) => !allow.test(text)), []);
}


export function listen(page, path, options) {
    return page.evaluate(([url, more]) => window.listen(url, more),
                         [API + path, options]);
}
