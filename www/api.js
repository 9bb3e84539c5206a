/*
 * The edge's API as this page uses it.  Addresses in answers carry the
 * public name of the server; only their path is used, so that the page works
 * under any host name.
 */

import { session } from './session.js';

/**
 * @typedef {Omit<RequestInit, 'headers' | 'body'>
 *           & { headers?: Record<string, string>, body?: any }} Init
 */

const PATIENCE_MS = 15000;


/* status 0: no answer at all */
export class ApiError extends Error {
    /**
     * @param {number} status
     * @param {string} detail
     * @param {number} [retryAfter]
     */
    constructor(status, detail, retryAfter) {
        super(detail);
        this.status = status;
        this.retryAfter = retryAfter;
    }

    get passing() {
        return [0, 429, 502, 503, 504].includes(this.status);
    }
}


/** @param {string} address */
export function local(address) {
    const url = new URL(address, location.href);

    return url.pathname + url.search;
}


/**
 * A request with our token; throws ApiError, or AbortError if given up.
 *
 * @param {string} path
 * @param {Init} [init]
 */
export async function send(path, { signal, headers = {}, ...init } = {}) {
    const token = session.token;
    const limit = AbortSignal.timeout(PATIENCE_MS);
    const stop = follow(signal, limit);

    if (token) {
        headers = { ...headers, Authorization: `Bearer ${token}` };
    }

    let answer;

    try {
        answer = await fetch(path, { ...init, headers, signal: stop });

    } catch (error) {
        if (signal?.aborted) {
            throw error;
        }

        throw new ApiError(0, 'The server does not answer.');
    }

    /* public routes answer an unusable token as anonymous, and say so */
    if (token && token === session.token
        && answer.headers.has('WWW-Authenticate')
        && (answer.ok || answer.status === 401))
    {
        session.expire();
    }

    return answer;
}


/**
 * @param {string} path
 * @param {Init} [init]
 * @returns {Promise<any>}
 */
export async function call(path, { body, headers, ...init } = {}) {
    const sent = body === undefined ? {} : {
        method: 'POST', body: JSON.stringify(body) };

    if (body !== undefined) {
        headers = { ...headers, 'Content-Type': 'application/json' };
    }

    const answer = await send('/api/v3' + path, { ...sent, ...init, headers });

    if (!answer.ok) {
        throw await failure(answer);
    }

    return answer.json();
}


/** @param {Response} answer */
async function failure(answer) {
    let detail = `The server answered ${answer.status}.`;

    if (/json/.test(answer.headers.get('Content-Type') || '')) {
        const problem = await answer.json().catch(() => ({}));

        detail = problem.detail || problem.title || detail;
    }

    return new ApiError(answer.status, detail,
                        seconds(answer.headers.get('Retry-After')));
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
 * @param {(AbortSignal | null | undefined)[]} signals
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
