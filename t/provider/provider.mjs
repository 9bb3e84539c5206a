/*
 * An OpenID provider that lets in whoever has a name: npm's oidc-provider with
 * pages of its own.  The suite's (suite.mjs) and the demo's are made of it.
 *
 *     const { provider, handler } = make(settings, ...middleware);
 *
 * settings:
 *     issuer      its URL; may have a path
 *     keys        private JWKs; the first of an algorithm signs
 *     cookies     secrets of its cookies
 *     clients     metadata of OpenID Connect Registration
 *     audience    of access tokens
 *     format      of access tokens: es256, rs256, hs256 or opaque; a client
 *                 gets another by resource=urn:resonate:FORMAT (RFC 8707)
 *     secret      of hs256, base64url
 *     scopes      that can be granted, by spaces
 *     ttl         seconds: { access, refresh, session }
 *     people      { sub: claims }; anybody else is known by the name alone
 *     claims      that access tokens have beside
 *     nonce       whether DPoP proofs need one
 *     rotate      whether a refresh token is good for one use
 *     title       of the pages, and the note on the login page
 */

import Provider, { interactionPolicy } from 'oidc-provider';
import MemoryAdapter from 'oidc-provider/lib/adapters/memory_adapter.js';
import * as pages from './pages.mjs';

const URN = 'urn:resonate:';


export function make(settings, ...middleware) {
    const provider = new Provider(settings.issuer, configuration(settings));
    const prefix = new URL(settings.issuer).pathname.replace(/\/$/, '');

    provider.proxy = true;
    provider.use((ctx, next) => interact(provider, settings, ctx, next));
    middleware.forEach((each) => provider.use(each));
    provider.on('server_error', (_, error) => console.error('fault', error));

    return { provider, handler: mounted(provider.callback(), prefix) };
}


/* oidc-provider finds what it is mounted below by originalUrl */

function mounted(callback, prefix) {
    return (req, res) => {
        if (!req.url.startsWith(`${prefix}/`)) {
            res.writeHead(404).end();
            return;
        }

        req.originalUrl = req.url;
        req.url = req.url.slice(prefix.length);
        callback(req, res);
    };
}


function configuration(settings) {
    return {
        adapter: MemoryAdapter,
        clients: settings.clients,
        clientDefaults: { response_types: ['code'],
                          id_token_signed_response_alg: 'ES256',
                          introspection_signed_response_alg: 'ES256' },
        jwks: { keys: settings.keys },
        cookies: { keys: settings.cookies,
                   long: { httpOnly: true, overwrite: true, signed: true,
                           sameSite: 'lax' } },
        scopes: ['openid', 'offline_access', ...settings.scopes.split(' ')],
        claims: { openid: ['sub'], email: ['email', 'email_verified'],
                  profile: ['name', 'preferred_username', 'roles'] },
        conformIdTokenClaims: false,
        acrValues: ['1', '2'],
        pkce: { required: () => true },
        features: features(settings),
        enabledJWA: { dPoPSigningAlgValues: ['ES256', 'RS256', 'EdDSA'] },
        ttl: ttl(settings.ttl),
        interactions: { policy: policy(), url: (ctx, { uid }) =>
            ctx.oidc.urlFor('authorization')
                .replace(/\/auth$/, `/login/${uid}`) },
        formats: { customizers: { jwt: override } },
        findAccount: (_, sub) => account(settings, sub),
        extraTokenClaims: (ctx, token) => extra(settings, ctx, token),
        issueRefreshToken: (_, client) =>
            client.grantTypeAllowed('refresh_token'),
        rotateRefreshToken: () => settings.rotate ?? true,
        loadExistingGrant: grant,
        renderError: pages.error,
    };
}


function features(settings) {
    return {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        introspection: { enabled: true, allowedPolicy: () => true },
        jwtIntrospection: { enabled: true },
        revocation: { enabled: true, allowedPolicy: () => true },
        backchannelLogout: { enabled: true },
        rpInitiatedLogout: { enabled: true, logoutSource: pages.logout,
                             postLogoutSuccessSource: pages.loggedOut },
        dPoP: { enabled: true, requireNonce: () => Boolean(settings.nonce),
                nonceSecret: Buffer.from(settings.cookies[0].padEnd(32))
                    .subarray(0, 32) },
        resourceIndicators: {
            enabled: true,
            defaultResource: () => URN + settings.format,
            useGrantedResource: () => true,
            getResourceServerInfo: (_, resource) =>
                resourceServer(settings, resource),
        },
    };
}


function ttl({ access = 3600, refresh = 86400, session = 86400 } = {}) {
    return { AccessToken: access, ClientCredentials: access, IdToken: access,
             RefreshToken: refresh, Session: session, Grant: session,
             Interaction: 3600, AuthorizationCode: 60 };
}


export function resourceServer(settings, resource = URN + settings.format) {
    const format = resource.startsWith(URN) ? resource.slice(URN.length)
                                            : settings.format;
    const alg = format.toUpperCase();
    const sign = alg === 'HS256'
        ? { alg, key: Buffer.from(settings.secret, 'base64url'), kid: 'hs' }
        : { alg, kid: settings.keys.find((key) => key.alg === alg)?.kid };

    return {
        scope: settings.scopes,
        audience: settings.audience,
        accessTokenFormat: format === 'opaque' ? 'opaque' : 'jwt',
        ...(format === 'opaque' ? {} : { jwt: { sign } }),
    };
}


/* what a test wants otherwise, see suite.mjs */

function override(_, token, jwt) {
    Object.assign(jwt.payload, token.override?.claims);
    jwt.header = token.override?.header;
}


function account({ people = {} }, sub) {
    return { accountId: sub,
             claims: () => ({ name: sub, ...people[sub], sub }) };
}


/* RFC 9068, 2.2: who it is, and how and when they logged in */

function extra({ people = {}, claims }, ctx, token) {
    const from = ctx?.oidc.entities.AuthorizationCode
                 ?? ctx?.oidc.entities.RefreshToken;

    if (!token.accountId) {
        return claims;
    }

    return { name: token.accountId, auth_time: from?.authTime,
             acr: from?.acr, sid: from?.sid, ...people[token.accountId],
             ...claims };
}


/* A session of a lower acr than is asked for has to log in again. */

function policy() {
    const prompts = interactionPolicy.base();
    const { Check } = interactionPolicy;

    prompts.get('login').checks.add(new Check(
        'acr', 'a stronger authentication is asked for', 'login_required',
        ({ oidc }) => {
            const wanted = oidc.params.acr_values?.split(' ') ?? [];
            return wanted.length > 0 && !wanted.includes(oidc.session.acr);
        }));

    return prompts;
}


/* Nobody is asked for consent: all clients are of the same house. */

async function grant(ctx) {
    const { client, session, params, provider, resourceServers } = ctx.oidc;
    const id = session.grantIdFor(client.clientId);
    const found = id && await provider.Grant.find(id)
                  || new provider.Grant({ clientId: client.clientId,
                                          accountId: session.accountId });

    found.addOIDCScope(params.scope);

    for (const resource of Object.keys(resourceServers ?? {})) {
        found.addResourceScope(resource, params.scope);
    }

    await found.save();
    return found;
}


async function interact(provider, settings, ctx, next) {
    if (!ctx.path.startsWith('/login/')) {
        await next();
        return;
    }

    const { params } = await provider.interactionDetails(ctx.req, ctx.res);

    if (ctx.method !== 'POST') {
        pages.login(ctx, settings);
        return;
    }

    const form = await body(ctx.req);
    const name = (form.get('name') ?? '').trim();

    if (!form.has('cancel') && !/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,39}$/u
        .test(name))
    {
        pages.login(ctx, settings, 'A name is letters and digits.');
        return;
    }

    ctx.status = 303;
    ctx.redirect(await provider.interactionResult(ctx.req, ctx.res,
        form.has('cancel')
        ? { error: 'access_denied', error_description: 'Not logged in.' }
        : { login: { accountId: name, amr: ['pwd'],
                     acr: params.acr_values?.split(' ')[0] ?? '1' } }));
}


async function body(req) {
    let text = '';

    for await (const chunk of req) {
        text += chunk;

        if (text.length > 4096) {
            break;
        }
    }

    return new URLSearchParams(text);
}
