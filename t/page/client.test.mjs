/* The client in sdk/js, as the page has it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ApiError, connect, fetcher, ok }
    from '../../www/lib/resonate-client/index.js';

const baseUrl = 'https://music.example/api/v3';
const PROBLEM = { title: 'Not Found', detail: 'No such track.' };


/* a client whose server gives these answers, and what it was asked */
function asked(answers, options = {}) {
    const requests = [];
    const next = [answers].flat();

    const api = connect({ baseUrl, ...options, fetch: async (request, init) => {
        requests.push({ method: request.method, url: request.url,
                        headers: Object.fromEntries(request.headers),
                        body: await request.text() });

        const given = next.shift();

        return typeof given === 'function' ? given(init) : given;
    } });

    return { api, requests };
}


function answer(body, status = 200, headers = {}) {
    return new Response(JSON.stringify(body), { status, headers });
}


async function refused(request) {
    try {
        await request;

    } catch (error) {
        return error;
    }

    return assert.fail('it was answered');
}


test('arguments are where they belong', async () => {
    const { api, requests } = asked([1, 2, 3].map(() => answer({ data: 1 })));

    await ok(api.GET('/tag/{tag}', {
        params: { path: { tag: 'a/b c' }, query: { limit: 5 } } }));
    await ok(api.GET('/user/plays/resolve', {
        params: { query: { ids: ['x', 'y'] } } }));
    await ok(api.POST('/user/plays', {
        params: { header: { 'Idempotency-Key': 'k' } },
        body: { trackId: 'x' } }));

    assert.deepEqual(requests.map(({ method, url, body }) =>
        `${method} ${url.slice(baseUrl.length)} ${body}`), [
        'GET /tag/a%2Fb%20c?limit=5 ',
        'GET /user/plays/resolve?ids=x&ids=y ',
        'POST /user/plays {"trackId":"x"}' ]);
    assert.equal(requests[0].headers['content-type'], undefined);
    assert.equal(requests[2].headers['content-type'], 'application/json');
    assert.equal(requests[2].headers['idempotency-key'], 'k');
});


test('a token is asked for each time', async () => {
    const tokens = ['one', null, 'two'];
    const { api, requests } = asked(tokens.map(() => answer({})),
                                    { token: async () => tokens.shift() });

    for (let i = 0; i < 3; i++) {
        await api.GET('/prices');
    }

    assert.deepEqual(requests.map(({ headers }) => headers.authorization),
                     ['Bearer one', undefined, 'Bearer two']);
});


test('who asks is told of a token that is not taken', async () => {
    const why = { 'WWW-Authenticate': 'Bearer error="invalid_token"' };

    for (const [status, headers, told] of [
        [200, {}, 0], [200, why, 1], [401, why, 1], [403, why, 0] ])
    {
        const tokens = [];
        const { api } = asked(answer({}, status, headers), {
            token: 'x', refused: (token) => tokens.push(token) });

        await api.GET('/prices');
        assert.deepEqual(tokens, told ? ['x'] : [], `${status}`);
    }
});


test('a refusal is an error that says why', async () => {
    const date = new Date(Date.now() + 60_000).toUTCString();

    for (const [given, status, message, passing, wait] of [
        [answer(PROBLEM, 404), 404, 'No such track.', false],
        [answer({ title: 'Gone' }, 410), 410, 'Gone', false],
        [new Response('<html>', { status: 502 }), 502,
         'The server answered 502.', true],
        [answer(PROBLEM, 503, { 'Retry-After': '7' }), 503,
         'No such track.', true, 7],
        [answer(PROBLEM, 429, { 'Retry-After': date }), 429,
         'No such track.', true, 60] ])
    {
        const error = await refused(ok(asked(given).api.GET('/prices')));

        assert.ok(error instanceof ApiError);
        assert.deepEqual([error.status, error.message, error.passing],
                         [status, message, passing]);
        assert.ok(wait === undefined ? error.retryAfter === undefined
                  : Math.abs(error.retryAfter - wait) < 2, `${status}`);
    }

    const { api } = asked(answer({ ...PROBLEM, errors: [1] }, 400));
    const { problem } = await refused(ok(api.GET('/prices')));

    assert.deepEqual(problem.errors, [1]);
});


/* a server that never answers, but hears when it is given up */
function silent({ signal }) {
    return new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
    });
}


test('no answer is an error, giving up is another', async () => {
    const lost = asked(() => Promise.reject(new TypeError('no network')));
    const late = asked(silent, { patience: 1 });
    const stop = new AbortController();
    const given = asked(silent);
    const waiting = refused(given.api.GET('/prices', { signal: stop.signal }));

    for (const { api } of [lost, late]) {
        const error = await refused(api.GET('/prices'));

        assert.deepEqual([error.status, error.passing], [0, true]);
    }

    stop.abort();
    assert.equal((await waiting).name, 'AbortError');
});


test('an address in an answer is fetched alike', async () => {
    let seen;
    const get = fetcher({ token: 'x', fetch: (request) => {
        seen = request;
        return answer({});
    } });

    await get('https://music.example/a', { method: 'HEAD' });
    assert.equal(`${seen.method} ${seen.headers.get('Authorization')}`,
                 'HEAD Bearer x');
});
