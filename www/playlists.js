/* The listener's playlists, as the server keeps them. */

import { call } from './api.js';
import { session } from './session.js';

/** @type {{ token: string, id: Promise<string> } | null} */
let own = null;


/** whose playlists are ours; null: nobody is logged in
 *
 * @returns {Promise<string | null>} */
export async function me() {
    const { token } = session;

    if (!token) {
        return null;
    }

    if (own?.token !== token) {
        own = { token, id: call('/user/profile').then(({ data }) => data.id) };
        own.id.catch(() => { own = null; });
    }

    return own.id;
}


/**
 * @param {AbortSignal} [signal]
 * @returns {Promise<Playlist[]>}
 */
export async function mine(signal) {
    return (await call('/user/playlists?limit=100', { signal })).data;
}


/**
 * @param {{ title: string, about?: string, private?: boolean }} words
 * @returns {Promise<Playlist>}
 */
export async function create(words) {
    return (await call('/user/playlists', { body: words })).data;
}


/**
 * @param {string} id
 * @param {{ title?: string, about?: string, private?: boolean }} words
 */
export function update(id, words) {
    return put(id, '', words);
}


/** @param {string} id */
export function remove(id) {
    return call(`/user/playlists/${id}`, { method: 'DELETE' });
}


/**
 * @param {string} id
 * @param {Track[]} tracks
 */
export function addItems(id, tracks) {
    return put(id, '/items/add', list(tracks));
}


/**
 * @param {string} id
 * @param {Track[]} tracks
 */
export function removeItems(id, tracks) {
    return put(id, '/items/remove', list(tracks));
}


/**
 * @param {string} id
 * @param {Track[]} tracks  all of them, in their new order
 */
export function orderItems(id, tracks) {
    return put(id, '/items', list(tracks));
}


/**
 * @param {string} id
 * @param {string} what
 * @param {object} body
 * @returns {Promise<Playlist>}
 */
async function put(id, what, body) {
    return (await call(`/user/playlists/${id}${what}`,
                       { method: 'PUT', body })).data;
}


/** @param {Track[]} tracks */
function list(tracks) {
    return { tracks: tracks.map(({ id }) => ({ trackId: id })) };
}
