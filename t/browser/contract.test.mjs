/*
 * Every route of the document that the edge serves is called, with what is
 * right and what is wrong, and every answer is held against it.  Each part of
 * the document must be shown by an answer.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Contract } from './contract.mjs';

const BASE = process.env.RESONATE_URL + '/api/v3';
const { id, token, postgres } = JSON.parse(process.env.RESONATE_CONTRACT);
const UNKNOWN = '00000008-0000-4000-8000-000000000008';

/* nobody can be made to wait, or to ask for too much, in no time; and the
   prices are kept, whoever asks */
const NOT_HERE = / (?:429|504)$|^GET \/prices 503$/;

/* what stands for {id} in a path that begins so */
const ID = {
    '/tracks': id.paid, '/trackgroups': id.release, '/artists': id.artist,
    '/labels': id.label, '/users': id.listener, '/playlists': id.playlist,
    '/user/stream': id.paid, '/stream': id.paid,
    '/user/playlists': id.playlist, '/user/download': id.free,
    '/user/trackgroups': id.gift,
};

const QUERY = { q: 'zoe', url: `/artist/${id.artist}` };

const document = await (await fetch(BASE + '/apiDocs')).json();
const contract = new Contract(document);


/* one request and what is wrong with its answer */
async function call(operation, { path = fill(operation.path), query = {},
                                 who, bearer = token[who], headers = {},
                                 body, status }) {
    const search = new URLSearchParams(Object.entries(query)
        .flatMap(([name, value]) => [value].flat().map((one) => [name, one])));
    const response = await fetch(`${BASE}${path}?${search}`, {
        method: operation.method,
        headers: { ...headers,
                   ...bearer && { Authorization: `Bearer ${bearer}` } },
        body: body === undefined || typeof body === 'string' ? body
            : JSON.stringify(body),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const json = /json/.test(response.headers.get('Content-Type'));
    const answer = { status: response.status, headers: response.headers,
                     body: json ? JSON.parse(bytes) : bytes.toString() };
    const name = `${operation.method} ${path}?${search} of ${who}`;

    assert.deepEqual(contract.faults(operation, answer), [], name);

    if (status !== undefined) {
        assert.equal(answer.status, status,
                     `${name}: ${JSON.stringify(answer.body)}`);
    }

    if (typeof body === 'object' && [200, 201, 400].includes(answer.status)) {
        assert.equal(contract.takes(operation, body), answer.status !== 400,
                     `${name}: ${JSON.stringify(body)} in the document`);
    }

    return answer;
}


function fill(path, value) {
    const first = Object.keys(ID).sort().reverse()
        .find((start) => path.startsWith(start));

    /* without a ticket there are segments of what is free */
    const own = /\/stream\/\{id\}\/(?:init|segments)/.test(path)
        ? id.free : ID[first];

    return path.replace('{id}', value ?? own)
        .replace('{tag}', value ?? 'ambient')
        .replace('{n}', '0');
}


function find(name) {
    const [method, path] = name.split(' ');

    return contract.operations.find((one) => one.method === method
                                             && one.path === path);
}


const personal = (one) => one.security.length > 0
    && one.security.every((way) => way.bearer);
const required = (one) => Object.fromEntries(contract.parameters(one)
    .filter((of) => of.required && of.in === 'query')
    .map(({ name }) => [name, QUERY[name]]));


/* for nobody, for two callers, with a token of no use, and again */
for (const one of contract.operations.filter((of) => of.method === 'GET')) {
    test(`${one.method} ${one.path}`, async () => {
        const query = required(one);
        const audio = '206' in one.responses;

        for (const who of [undefined, 'listener', 'owner']) {
            const mine = who && one.path.startsWith('/user/playlists/')
                ? fill(one.path, who === 'owner' ? id.draft : id.playlist)
                : undefined;

            await call(one, { who, query, path: mine,
                              status: who || !personal(one) ? 200 : 401 });
        }

        const answer = await call(one, { query, bearer: 'undefined' });
        assert.equal(answer.status, personal(one) ? 401 : 200);

        const who = personal(one) ? 'listener' : undefined;

        if ('304' in one.responses) {
            const { headers } = await call(one, { who, query });

            await call(one, { who, query, status: 304, headers: {
                'If-None-Match': headers.get('ETag') } });
        }

        if (audio) {
            const ranges = { 'bytes=0-1': 206, 'bytes=99999999-': 416 };

            for (const [Range, status] of Object.entries(ranges)) {
                await call(one, { who, status, headers: { Range } });

                if (!one.path.startsWith('/user/trackgroups')) {
                    await call(one, { who, status, headers: { Range },
                                      path: fill(one.path, id.free) });
                }
            }
        }
    });
}


/* whatever is bounded, out of its bounds; what is not there; and no header */
for (const one of contract.operations) {
    test(`${one.method} ${one.path} refuses`, async () => {
        const who = personal(one) ? 'listener' : undefined;
        const body = one.requestBody ? '{"unknown":1}' : undefined;

        for (const { name, in: where, schema } of contract.parameters(one)) {
            const bad = schema.maximum !== undefined ? schema.maximum + 1
                : schema.maxLength !== undefined
                    ? 'x'.repeat(schema.maxLength + 1)
                    : schema.minItems === undefined ? '-' : ['-'];

            if (where === 'header' && schema.maxLength !== undefined) {
                await call(one, { who, body, status: 400,
                                  headers: { [name]: bad } });
            } else if (where === 'query') {
                await call(one, { who, body, status: 400,
                                  query: { ...required(one), [name]: bad } });
            } else if (where === 'path') {
                await call(one, { who, body, status: 400,
                                  path: fill(one.path, bad) });
            }
        }

        if (one.path.includes('{id}') && !body) {
            await call(one, { who, status: 404,
                              path: fill(one.path, UNKNOWN) });
        }

        if (personal(one)) {
            await call(one, { status: 401, body });
        }

        if ('403' in one.responses) {
            await call(one, { who: 'narrow', status: 403, body });
        }

        if (body) {
            await call(one, { who, status: 400, body });
            await call(one, { who, status: 400, body: '{' });
            await call(one, { who, status: 413, body: ' '.repeat(70_000) });
        }
    });
}


const key = { 'Idempotency-Key': 'once' };
const track = (trackId) => ({ trackId });
const many = (count) => ({ tracks: Array.from({ length: count }, (_, i) =>
    track(`0000000e-0000-4000-8000-${(i + 1).toString(16).padStart(12, '0')}`)
) });
const own = (listId, what = '') => ({
    path: `/user/playlists/${listId}${what}` });

/* operation, who, what is sent, status */
const CALLS = [
    ['PUT /user/profile', 'listener', {}, 200],
    ['PUT /user/profile', 'listener',
     { displayName: 'L', country: 'NL', newsletterNotification: true,
       email: null, password: '' }, 200],
    ['PUT /user/profile', 'listener', { password: 'x' }, 400],

    ['POST /user/plays', 'listener', track(id.paid), 200],
    ['POST /user/plays', 'listener', track(id.short), 200, { headers: key }],
    ['POST /user/plays', 'listener', track(id.paid), 422, { headers: key }],
    ['POST /user/plays', 'listener', track(UNKNOWN), 404],
    ['POST /user/plays/buy', 'listener', track(id.band_track), 200,
     { headers: key }],
    ['POST /user/plays/buy', 'listener', track(id.paid), 422,
     { headers: key }],
    ['POST /user/plays/buy', 'listener', track(UNKNOWN), 404],
    ['POST /user/plays/buy', 'poor', track(id.paid), 402],
    ['POST /user/plays/resolve', 'listener', { ids: [id.paid] }, 200],
    ['POST /user/plays/resolve', 'listener', { ids: ['x'] }, 400],
    ['GET /user/plays/resolve', 'listener', undefined, 200,
     { query: { ids: [id.paid, id.free] } }],

    ['POST /user/favorites', 'listener', track(id.paid), 200],
    ['POST /user/favorites', 'listener', track(UNKNOWN), 404],
    ['POST /user/favorites', 'crowded', track(id.paid), 409],
    ['POST /user/favorites/resolve', 'listener', { ids: [id.paid] }, 200],
    ['GET /user/favorites/resolve', 'listener', undefined, 200,
     { query: { ids: id.paid } }],

    ['POST /user/playlists', 'listener',
     { title: 'New', about: null, private: false, tags: ['dub'],
       type: 'playlist', cover: '' }, 201],
    ['POST /user/playlists', 'listener', { title: 'New', cover: 'x' }, 400],
    ['POST /user/playlists', 'crowded', { title: 'One too many' }, 409],
    ['PUT /user/playlists/{id}', 'listener',
     { title: 'Other', tags: ['dub'], cover: id.cover }, 200],
    ['PUT /user/playlists/{id}', 'listener', {}, 404, own(UNKNOWN)],
    ['PUT /user/playlists/{id}/privacy', 'listener', { private: false }, 200],
    ['PUT /user/playlists/{id}/privacy', 'listener', { private: null }, 400],
    ['PUT /user/playlists/{id}/privacy', 'listener', { private: true }, 404,
     own(UNKNOWN, '/privacy')],

    ...['', '/add', '/remove'].flatMap((what) => [
        [`PUT /user/playlists/{id}/items${what}`, 'listener',
         { tracks: [{ trackId: id.free, index: 1 }, track(id.paid)] }, 200],
        [`PUT /user/playlists/{id}/items${what}`, 'listener', many(501), 400],
        [`PUT /user/playlists/{id}/items${what}`, 'listener',
         { tracks: [track(UNKNOWN)] }, 404, own(UNKNOWN, `/items${what}`)],
    ]),
    ['PUT /user/playlists/{id}/items', 'crowded', many(500), 200,
     own(id.list_1, '/items')],
    ['PUT /user/playlists/{id}/items', 'crowded', many(500), 409,
     own(id.list_2, '/items')],
    ['PUT /user/playlists/{id}/items/add', 'crowded',
     { tracks: [track(id.paid)] }, 409, own(id.list_1, '/items/add')],
    ['DELETE /user/playlists/{id}', 'crowded', undefined, 200, own(id.list_1)],

    /* what the writes before have left */
    ...['/user/plays/history', '/user/plays/history/artists',
        '/user/plays/stats', '/user/favorites', '/user/collection']
        .map((path) => [`GET ${path}`, 'listener', undefined, 200]),
    ['GET /user/playlists', 'listener', undefined, 200],
    ['GET /user/trackgroups', 'owner', undefined, 200],
    ['GET /user/trackgroups', 'owner', undefined, 200,
     { query: { type: 'playlist' } }],
    ['GET /playlists/{id}', 'listener', undefined, 200],
    ['GET /user/stream/{id}/delivered', 'listener', undefined, 200],
    ['POST /user/stream/{id}/ticket', 'listener', undefined, 200],
    ['POST /user/stream/{id}/ticket', undefined, undefined, 200],
    ['POST /user/download/{id}/ticket', 'listener', undefined, 200],
    ['POST /user/trackgroups/{id}/download/ticket', 'listener', undefined,
     200],
    ['GET /resolve', undefined, undefined, 404,
     { query: { url: '/artist/x' } }],
    ['GET /user/plays/stats', 'listener', undefined, 400,
     { query: { from: '2020-01-02', to: '2020-01-01' } }],
    ...['assertions', 'sunrise', 'first', 'morning'].map((q) =>
        ['GET /search', undefined, undefined, 200, { query: { q } }]),
];

test('what is written, and what that changes', async () => {
    for (const [name, who, body, status, more] of CALLS) {
        await call(find(name), { who, body, status, ...more });
    }
});


/* the last: there is no database any more, and no cached answer is fresh */
test('a release whose files have no sums', async () => {
    const path = `/user/trackgroups/${id.release}/download`;

    await call(find('GET /user/trackgroups/{id}/download'), {
        who: 'owner', status: 409, path });
    await call(find('POST /user/trackgroups/{id}/download/ticket'), {
        who: 'owner', status: 409, path: `${path}/ticket` });
});


test('without a database', async () => {
    process.kill(postgres, 'SIGINT');

    while ((await fetch(`${BASE}/user/profile`, { headers: {
        Authorization: `Bearer ${token.poor}` } })).status !== 503)
    {
        /* it stops */
    }

    for (const one of contract.operations) {
        const pages = contract.parameters(one)
            .some(({ name }) => name === 'limit');
        const [, , body] = CALLS.find(([name, , , status]) => status < 300
            && name === `${one.method} ${one.path}`) ?? [];

        /* what was kept, and what was not */
        for (const page of pages ? [{}, { limit: 2 }] : [{}]) {
            await call(one, { who: 'poor', body,
                              query: { ...required(one), ...page } });
        }
    }
});


test('all that the document says was seen', () => {
    assert.deepEqual(contract.unseen.filter((what) => !NOT_HERE.test(what)),
                     []);
});
