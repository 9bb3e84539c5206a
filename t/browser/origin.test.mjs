/*
 * The API from a page of another origin: what its browser lets it send, see
 * and play.
 */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { API, ID, TOKEN, from, listen } from './other.mjs';
import { launch, lasts, moves } from './page.mjs';

const LONG_S = Number(process.env.RESONATE_LONG_S);
const STRANGER = process.env.RESONATE_STRANGER;
const PREVIEW_S = 45;
const STREAM = `/user/stream/${ID.paid}`;
const json = (body) => ({ method: 'POST', body: JSON.stringify(body) });

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());


test('anonymous: a list, and its ETag', () => from(
    browser, {}, async (call) => {
        const { status, headers, body } = await call('/tracks?limit=2');

        assert.equal(status, 200);
        assert.equal(body.data.length, 2);
        assert.match(headers.etag, /^"/);
    }));


test('a slash behind, and ids again and again', () => from(
    browser, {}, async (call) => {
        const ids = Array.from({ length: 200 }, () => `ids=${randomUUID()}`);

        assert.equal((await call('/tracks/')).status, 200);
        assert.equal((await call(`/user/plays/resolve?${ids.join('&')}`,
                                 { token: TOKEN })).status, 200);
    }));


test('a token that is none is told, and not held against the caller',
     () => from(browser, {}, async (call) => {
         const { status, headers } = await call('/tracks',
                                                { token: 'undefined' });

         assert.equal(status, 200);
         assert.match(headers['www-authenticate'], /error="invalid_token"/);
     }));


for (const [name, status, path, options = {}, see = {}] of [
    ['a bad argument', 400, '/tracks?limit=0'],
    ['a bad body', 400, '/user/plays', { token: TOKEN, ...json([]) }],
    ['no token', 401, '/user/profile', {}, { 'www-authenticate': /^Bearer/ }],
    ['no such track', 404, `/tracks/${ID.artist}`],
    ['no such path', 404, '/nothing/at/all'],
    ['no such method', 405, '/tracks', { method: 'DELETE' }],
    ['a large body', 413, '/user/plays',
     { token: TOKEN, ...json({ trackId: 'x'.repeat(70000) }) }],
    ['no such range', 416, STREAM, { headers: { Range: 'bytes=99999999-' } },
     { 'content-range': /^bytes \*\// }],
]) {
    test(`${name} is ${status}, with a body to read`, () => from(
        browser, { allow: /Failed to load resource/ }, async (call) => {
            const answer = await call(path, options);

            assert.equal(answer.status, status);
            assert.equal(answer.headers['content-type'],
                         'application/problem+json');
            assert.equal(answer.body.status, status);
            assert.ok(answer.body.detail);

            for (const [header, pattern] of Object.entries(see)) {
                assert.match(answer.headers[header], pattern);
            }
        }));
}


test('audio: the whole of it from memory, with a token', () => from(
    browser, {}, async (call, page) => {
        const { status, headers, bytes } = await listen(page, STREAM,
                                                        { token: TOKEN });

        assert.equal(status, 200);
        assert.equal(headers['x-resonate-stream'], 'full');
        assert.equal(headers['accept-ranges'], 'bytes');
        assert.equal(Number(headers['content-length']), bytes);
        await lasts(page, LONG_S);
        await moves(page);
    }));


test('audio: an element plays the preview by itself', () => from(
    browser, {}, async (call, page) => {
        await page.evaluate((src) => {
            const audio = document.querySelector('audio');

            audio.crossOrigin = 'anonymous';
            audio.src = src;
            audio.play();
        }, API + STREAM);
        await lasts(page, PREVIEW_S);
        await moves(page);
    }));


test('audio: a part, and the rest of the same', () => from(
    browser, {}, async (call) => {
        const part = (range, more) => call(STREAM, {
            token: TOKEN, headers: { Range: range, ...more } });
        const { status, headers } = await part('bytes=0-1');

        assert.equal(status, 206);
        assert.match(headers['content-range'], /^bytes 0-1\/\d+$/);
        assert.equal(headers['content-length'], '2');

        const rest = await part('bytes=2-', { 'If-Range': headers.etag });

        assert.equal(rest.status, 206);
        assert.match(rest.headers['content-range'], /^bytes 2-/);
    }));


test('a play counts once, however often it is reported', () => from(
    browser, { allow: /422/ }, async (call) => {
        const key = { 'Idempotency-Key': randomUUID() };
        const report = (trackId) => call('/user/plays', {
            token: TOKEN, headers: key, ...json({ trackId }) });
        const first = await report(ID.short);

        assert.equal(first.status, 200);
        assert.equal(first.body.data.count, 1);
        assert.equal(first.body.data.cost, 2);
        assert.deepEqual((await report(ID.short)).body, first.body);
        assert.equal((await report(ID.paid)).status, 422);
    }));


test('an origin that is not configured: the browser refuses', () => from(
    browser, { base: STRANGER, allow: /CORS policy|ERR_FAILED/ },
    async (call, page) => {
        for (const [path, options] of [['/tracks'], ['/user/profile',
                                                     { token: TOKEN }]])
        {
            await assert.rejects(call(path, options), /Failed to fetch/);
        }

        /* what needs no leave is sent, and cannot be read */
        assert.equal(await page.evaluate((url) => fetch(url).then(
            () => 'read', () => 'refused'), `${API}/tracks`), 'refused');
    }));
