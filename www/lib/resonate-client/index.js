/*
 * A client of the Resonate API: openapi-fetch with the types of its OpenAPI
 * document, a token, a limit to waiting, and errors to catch.
 */

import createClient from '../openapi-fetch/index.js';

const BASE_URL = '/api/v3';
const PATIENCE_MS = 15000;


/* status 0: no answer at all */
export class ApiError extends Error {
    /**
     * @param {number} status
     * @param {string} detail
     * @param {{ retryAfter?: number, problem?: any }} [more]
     */
    constructor(status, detail, { retryAfter, problem } = {}) {
        super(detail);
        this.name = 'ApiError';
        this.status = status;
        this.retryAfter = retryAfter;
        this.problem = problem;
    }

    /* whether the same may be answered some time later */
    get passing() {
        return [0, 429, 502, 503, 504].includes(this.status);
    }
}


/** @type {typeof import('./index.js').connect} */
export function connect({ baseUrl = BASE_URL, ...options } = {}) {
    return createClient({ baseUrl, fetch: fetcher(options) });
}


/** @type {typeof import('./index.js').fetcher} */
export function fetcher({ token, refused, patience = PATIENCE_MS,
                          fetch = globalThis.fetch } = {}) {
    return async (input, init) => {
        const request = new Request(input, init);
        const sent = typeof token === 'function' ? await token() : token;
        const limit = patience ? AbortSignal.timeout(patience) : undefined;

        if (sent) {
            request.headers.set('Authorization', `Bearer ${sent}`);
        }

        const answer = await ask(fetch, request, limit);

        /* public routes answer an unusable token as anonymous, and say so */
        if (sent && answer.headers.has('WWW-Authenticate')
            && (answer.ok || answer.status === 401))
        {
            refused?.(sent);
        }

        return answer;
    };
}


/** @type {typeof import('./index.js').ok} */
export async function ok(asked) {
    const { data, error, response } = await asked;

    if (response.ok) {
        return /** @type {any} */ (data);
    }

    throw failure(response, error);
}


/**
 * @param {typeof fetch} fetch
 * @param {Request} request
 * @param {AbortSignal} [limit]
 */
async function ask(fetch, request, limit) {
    try {
        return await fetch(request, {
            signal: follow(request.signal, limit) });

    } catch (error) {
        if (request.signal.aborted) {
            throw error;
        }

        throw new ApiError(0, 'The server does not answer.');
    }
}


/**
 * @param {Response} response
 * @param {any} problem  what came, if it is none
 */
function failure({ status, headers }, problem) {
    if (typeof problem !== 'object' || !problem) {
        problem = undefined;
    }

    return new ApiError(
        status,
        problem?.detail || problem?.title || `The server answered ${status}.`,
        { retryAfter: seconds(headers.get('Retry-After')), problem });
}


/**
 * Retry-After is a number of seconds or a date (RFC 9110, 10.2.3).
 *
 * @param {string | null} value
 */
function seconds(value) {
    if (!value) {
        return undefined;
    }

    const wait = /^\d+$/.test(value) ? Number(value)
                                     : (Date.parse(value) - Date.now()) / 1000;

    return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}


/**
 * AbortSignal.any() is younger than the browsers we want to serve.
 *
 * @param {(AbortSignal | undefined)[]} signals
 */
function follow(...signals) {
    const control = new AbortController();

    for (const signal of signals) {
        if (!signal) {
            continue;
        }

        if (signal.aborted) {
            control.abort(signal.reason);
        }

        signal.addEventListener('abort', () => control.abort(signal.reason),
                                { once: true });
    }

    return control.signal;
}
