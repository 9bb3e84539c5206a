/*
 * The edge's API as this page uses it.  Addresses in answers carry the
 * public name of the server; only their path is used, so that the page works
 * under any host name.
 */

import { connect, fetcher } from './lib/resonate-client/index.js';
import { session } from './session.js';

export { ApiError, ok } from './lib/resonate-client/index.js';

const options = {
    token: () => session.token,
    fetch: watched,

    /** @param {string} token */
    refused(token) {
        if (token === session.token) {
            session.expire();
        }
    },
};

export const api = connect(options);

/* a request with our token, of what is no route of the API */
export const send = fetcher(options);


/** @param {string} address */
export function local(address) {
    const url = new URL(address, location.href);

    return url.pathname + url.search;
}


/**
 * A cookie goes by itself; that it is good no more only an answer tells.
 *
 * @type {typeof fetch}
 */
async function watched(input, init) {
    const answer = await fetch(input, init);

    if (answer.status === 401) {
        session.look();
    }

    return answer;
}
