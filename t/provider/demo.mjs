/*
 * The demo's provider, behind the demo's nginx: bin/demo starts it.
 *
 *     node demo.mjs ISSUER RUN
 *
 * It listens at RUN/sock/provider.  Its keys are in RUN/provider/, made by the
 * first start; the client's secret is in RUN/keys/login.secret.
 */

import http from 'node:http';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { make } from './provider.mjs';

const [issuer, run] = process.argv.slice(2);
const { origin, port } = new URL(issuer);
const socket = `${run}/sock/provider`;


function kept() {
    const file = `${run}/provider/keys.json`;

    try {
        return JSON.parse(readFileSync(file));

    } catch (error) {
        if (error.code !== 'ENOENT') {
            throw error;
        }
    }

    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const made = {
        keys: [{ ...key.export({ format: 'jwk' }), alg: 'ES256', use: 'sig',
                 kid: randomBytes(6).toString('hex') }],
        cookies: [randomBytes(32).toString('hex')],
    };

    writeFileSync(`${file}.new`, JSON.stringify(made), { mode: 0o600 });
    renameSync(`${file}.new`, file);
    return made;
}


function publish(keys) {
    const file = `${run}/provider/jwks.json`;

    writeFileSync(`${file}.new`, JSON.stringify(
        { keys: keys.map(({ d: _, ...key }) => key) }));
    renameSync(`${file}.new`, file);
}


/* nginx listens on the loopback, by whatever name browsers know it */

function client() {
    return {
        client_id: 'edge',
        client_secret: readFileSync(`${run}/keys/login.secret`, 'utf8').trim(),
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: [`${origin}/login/callback`],
        post_logout_redirect_uris: [`${origin}/`],
        backchannel_logout_uri:
            `http://127.0.0.1:${port || 80}/login/backchannel`,
        backchannel_logout_session_required: true,
    };
}


const state = kept();
const { handler } = make({
    issuer, ...state, clients: [client()], audience: 'resonate',
    format: 'es256', scopes: 'profile stream plays playlists',
    ttl: { access: 900, refresh: 30 * 86400, session: 30 * 86400 },
    title: 'Log in to the demo',
    note: 'Choose any name: it becomes a listener of the demo, with four '
          + 'credits, and the same name finds it again. Any password will do, '
          + 'no e-mail is sent.',
});

publish(state.keys);
rmSync(socket, { force: true });
http.createServer(handler).listen(socket, () => {
    writeFileSync(`${run}/provider/pid`, `${process.pid}\n`);
});
