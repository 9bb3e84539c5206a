/*
 * The edge's API as this page uses it.  Addresses in answers carry the
 * public name of the server; only their path is used, so that the page works
 * under any host name.
 */

import { session } from './session.js';

const PATIENCE_MS = 15000;


/* status 0: no answer at all */
export class ApiError extends Error {
    constructor(status, detail, retryAfter) {
        super(detail);
        this.status = status;
        this.retryAfter = retryAfter;
    }

    get passing() {
        return [0, 429, 502, 503, 504].includes(this.status);
    }
}


export function local(address) {
    if (!address) {
        return null;
    }

    const url = new URL(address, location.href);

    return url.pathname + url.search;
}


/* a request with our token; throws ApiError, or AbortError if given up */
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


export async function call(path, { body, headers, ...init } = {}) {
    if (body !== undefined) {
        headers = { ...headers, 'Content-Type': 'application/json' };
        init = { method: 'POST', ...init, body: JSON.stringify(body) };
    }

    const answer = await send('/api/v3' + path, { ...init, headers });

    if (!answer.ok) {
        throw await failure(answer);
    }

    return answer.json();
}


async function failure(answer) {
    let detail = `The server answered ${answer.status}.`;

    if (/json/.test(answer.headers.get('Content-Type') || '')) {
        const problem = await answer.json().catch(() => ({}));

        detail = problem.detail || problem.title || detail;
    }

    return new ApiError(answer.status, detail,
                        seconds(answer.headers.get('Retry-After')));
}


/* Retry-After is a number of seconds or a date (RFC 9110, 10.2.3) */
function seconds(value) {
    if (!value) {
        return undefined;
    }

    const wait = /^\d+$/.test(value) ? Number(value)
                                     : (Date.parse(value) - Date.now()) / 1000;

    return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}


/* AbortSignal.any() is younger than the browsers we want to serve */
function follow(...signals) {
    const control = new AbortController();

    for (const signal of signals.filter(Boolean)) {
        if (signal.aborted) {
            control.abort(signal.reason);
        }

        signal.addEventListener('abort', () => control.abort(signal.reason),
                                { once: true });
    }

    return control.signal;
}
