/*
 * The suite's provider, and what a test may do to it, see
 * t/lib/Resonate/Provider.pm.
 *
 *     node suite.mjs SETTINGS.json
 *
 * The settings are those of provider.mjs and a port.
 */

import http from 'node:http';
import { readFileSync } from 'node:fs';
import { setStorage } from 'oidc-provider/lib/adapters/memory_adapter.js';
import { controlled } from './control.mjs';
import { make, resourceServer } from './provider.mjs';

const settings = JSON.parse(readFileSync(process.argv[2]));
const storage = new Map();
const overrides = new Map();

let made = null;

setStorage(storage);


/* Anew for every change; what it has issued is in the storage. */

function remake() {
    made = make(settings, introspected, cached);
}


async function cached(ctx, next) {
    await next();

    if (ctx.path === '/jwks' && settings.jwks_cache) {
        ctx.set('Cache-Control', settings.jwks_cache);
    }
}


/* A token's claims as a test wants them; and the co-operative's server, which
   answers 404 for a token that it never knew, and 500 for an expired one. */

async function introspected(ctx, next) {
    await next();

    if (ctx.path !== '/token/introspection' || !ctx.body
        || typeof ctx.body === 'string')
    {
        return;
    }

    const { token } = ctx.oidc.params;

    if (ctx.body.active) {
        Object.assign(ctx.body, overrides.get(token));

    } else if (settings.coop) {
        ctx.status = storage.has(`AccessToken:${token}`) ? 500 : 404;
        ctx.body = { error: 'server_error' };
    }
}


const control = {
    set(changes) {
        Object.assign(settings, changes);
        remake();
    },

    async mint({ sub, client, format, scope, ttl, claims, header, jkt, x5t }) {
        const { provider } = made;
        const Model = sub === undefined ? provider.ClientCredentials
                                        : provider.AccessToken;
        const token = new Model({
            client: await provider.Client.find(client), accountId: sub, scope,
            expiresIn: ttl, jkt, 'x5t#S256': x5t,
            extra: sub === undefined ? {}
                                     : { name: sub, ...settings.people?.[sub] },
        });
        const resource = `urn:resonate:${format ?? settings.format}`;

        token.override = { claims, header };
        token.resourceServer = new provider.ResourceServer(
            resource, resourceServer(settings, resource));

        const value = await token.save();

        overrides.set(value, claims);
        return value;
    },

    /* ends the sessions of a person, and tells the clients */
    async logout({ sub }) {
        const { provider } = made;
        const told = [];

        for (const [key, { accountId, jti }] of [...storage]) {
            if (!key.startsWith('Session:') || accountId !== sub) {
                continue;
            }

            const session = await provider.Session.find(jti);

            for (const id of Object.keys(session.authorizations ?? {})) {
                const client = await provider.Client.find(id);
                const sid = session.sidFor(id);

                told.push({ client: id, sid, error: client.backchannelLogoutUri
                    ? await client.backchannelLogout(sub, sid)
                        .then(() => null, ({ message }) => message)
                    : null });
            }

            await session.destroy();
        }

        return told;
    },
};


remake();

const server = http.createServer(
    controlled(control, (req, res) => made.handler(req, res)));

server.keepAliveTimeout = 60_000;
server.listen(settings.port, '127.0.0.1',
              () => console.log('listening'));
