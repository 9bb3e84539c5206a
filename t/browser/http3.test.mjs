/* Bytes over HTTP/3: see t/source/http3.t. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { API, ID, TOKEN, from } from './other.mjs';
import { launch } from './page.mjs';

const WHOLE = JSON.parse(process.env.RESONATE_WHOLE);
const RANGES = 40;

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());


/* the hash of all of it, and what differs of ranges asked for at once */
async function compare({ url, token, count }) {
    const get = async (range) => {
        const answer = await fetch(url, { cache: 'no-store', headers: {
            ...(token ? { Authorization: `Bearer ${token}` } : {}),
            ...(range ? { Range: `bytes=${range}` } : {}),
        } });

        return { status: answer.status,
                 bytes: new Uint8Array(await answer.arrayBuffer()) };
    };
    const { bytes: all } = await get();
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', all));
    const faults = [];

    const one = async (range, first, end) => {
        const { status, bytes } = await get(range);
        const wanted = all.subarray(first, end);

        if (status !== 206 || bytes.length !== wanted.length
            || bytes.some((byte, i) => byte !== wanted[i])) {
            faults.push(`${range}: ${status}, ${bytes.length}`);
        }
    };
    const some = Array.from({ length: count }, () => {
        const first = Math.floor(Math.random() * all.length);
        const last = first + Math.floor(Math.random() * (all.length - first));

        return one(`${first}-${last}`, first, last + 1);
    });

    await Promise.all([
        one('0-1', 0, 2), one('-100', -100), one('100-', 100), ...some,
    ]);

    return {
        hash: Array.from(hash, (byte) => byte.toString(16).padStart(2, '0'))
            .join(''),
        faults,
        behind: (await get(`${all.length}-`)).status,
        protocols: performance.getEntriesByType('resource')
            .filter((entry) => entry.name === url)
            .map((entry) => entry.nextHopProtocol),
    };
}


for (const [mode, path, token] of [
    ['full', `/user/stream/${ID.paid}`, TOKEN],
    ['preview', `/stream/${ID.paid}`, undefined],
]) {
    test(`${mode}: all of it, and ranges`, () => from(
        browser, { allow: /416/ }, async (call, page) => {
            const seen = await page.evaluate(
                compare, { url: API + path, token, count: RANGES });

            assert.equal(seen.hash, WHOLE[mode]);
            assert.deepEqual(seen.faults, []);
            assert.equal(seen.behind, 416);
            assert.deepEqual([...new Set(seen.protocols)], ['h3']);
        }));
}
