/* Services of three kinds behind the edge, at the sockets that it knows, and
   clients before it. */

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import { createRequire } from 'node:module';

const { RESONATE_URL: url, RESONATE_H2: h2, RESONATE_SOCKETS: sockets,
        RESONATE_TOKEN: token } = process.env;
const grpc = createRequire(new URL('../browser/', import.meta.url))(
    '@grpc/grpc-js');

const IDENTITY = { 'x-resonate-user': 'alice',
                   'x-resonate-client': 'player',
                   'x-resonate-scope': 'stream plays',
                   'x-resonate-roles': 'artist' };
const FORGED = { 'x-resonate-user': 'root', 'x-resonate-roles': 'superadmin' };

const json = { serialize: (value) => Buffer.from(JSON.stringify(value)),
               deserialize: (bytes) => JSON.parse(bytes) };
const method = (path, stream) => ({
    path, requestStream: false, responseStream: stream,
    requestSerialize: json.serialize, requestDeserialize: json.deserialize,
    responseSerialize: json.serialize, responseDeserialize: json.deserialize,
});
const SERVICE = { tell: method('/resonate.test.v1.Who/Tell', false),
                  count: method('/resonate.test.v1.Who/Count', true) };

const servers = [];
const rpc = new grpc.Server();
const client = new (grpc.makeGenericClientConstructor(SERVICE, 'Who'))(
    `unix:${h2}`, grpc.credentials.createInsecure());


/* what a service was told; of the rest nothing may come from a client */

function told(headers) {
    return Object.fromEntries(Object.entries(headers).filter(
        ([name]) => /^(x-resonate-(?!issuer|name)|authorization$)/.test(name)));
}


function answer(req, res) {
    res.setHeader('content-type', 'application/json');

    if (/Missing$/.test(req.url)) {
        res.statusCode = 404;
        res.end('{"code":"bad_route","msg":"no handler"}');
        return;
    }

    res.end(JSON.stringify({ ...told(req.headers), path: req.url }));
}


before(async () => {
    for (const name of ['rest', 'twirp']) {
        servers.push(http.createServer(answer).listen(`${sockets}/${name}`));
    }

    rpc.addService(SERVICE, {
        tell: (call, done) => done(null, told(call.metadata.getMap())),
        count(call) {
            for (let n = 1; n <= 3; n++) {
                call.write(n);
            }

            call.end();
        },
    });

    await new Promise((resolve, reject) => rpc.bindAsync(
        `unix:${sockets}/grpc`, grpc.ServerCredentials.createInsecure(),
        (error) => (error ? reject(error) : resolve())));
});


after(() => {
    client.close();
    rpc.forceShutdown();
    servers.forEach((server) => server.close().closeAllConnections());
});


async function fetched(path, headers, options = {}) {
    const res = await fetch(url + path, { headers: { ...FORGED, ...headers },
                                          ...options });
    const text = await res.text();

    return { status: res.status,
             body: text.startsWith('{') ? JSON.parse(text) : text };
}


const bearer = { authorization: `Bearer ${token}` };
const post = { method: 'POST', body: '{}' };

test('REST: who calls', async () => {
    assert.deepEqual(await fetched('/api/v2/users?x=%2f', bearer),
        { status: 200, body: { ...IDENTITY, path: '/api/v2/users?x=%2f' } });
});

test('REST: nobody', async () => {
    assert.deepEqual(await fetched('/api/v2/', {}),
                     { status: 200, body: { path: '/api/v2/' } });
});

test('REST: its own error', async () => {
    assert.equal((await fetched('/api/v2/Missing', bearer)).body.code,
                 'bad_route');
});

test('Twirp: who calls', async () => {
    const path = '/twirp/resonate.Who/Tell';

    assert.deepEqual(await fetched(path, { ...bearer,
        'content-type': 'application/json' }, post),
        { status: 200, body: { ...IDENTITY, path } });
});

test('Twirp: nobody, a bad token, a bad route', async () => {
    for (const [headers, status, name] of [
        [{}, 401, 'Tell'],
        [{ authorization: 'Bearer undefined' }, 401, 'Tell'],
        [bearer, 404, 'Missing'],
    ]) {
        const path = `/twirp/resonate.Who/${name}`;

        assert.equal((await fetched(path, headers, post)).status, status);
    }
});


function metadata(headers) {
    const made = new grpc.Metadata();

    Object.entries({ ...FORGED, ...headers })
        .forEach(([name, value]) => made.set(name, value));
    return made;
}


function tell(headers) {
    return new Promise((resolve) => client.tell({}, metadata(headers),
        (error, value) => resolve(error ? error.code : value)));
}

test('gRPC: who calls', async () => {
    assert.deepEqual(await tell(bearer), IDENTITY);
});

test('gRPC: nobody, a bad token', async () => {
    assert.equal(await tell({}), grpc.status.UNAUTHENTICATED);
    assert.equal(await tell({ authorization: 'Bearer undefined' }),
                 grpc.status.UNAUTHENTICATED);
});

test('gRPC: a stream', async () => {
    const got = [];

    for await (const n of client.count({}, metadata(bearer))) {
        got.push(n);
    }

    assert.deepEqual(got, [1, 2, 3]);
});

test('services that are away', async () => {
    rpc.forceShutdown();
    assert.equal(await tell(bearer), grpc.status.UNAVAILABLE);

    servers[0].close().closeAllConnections();
    assert.equal((await fetched('/api/v2/', bearer)).body.status, 502);
});
