/* The listener's playlists, as the server keeps them. */

import { api, ok } from './api.js';
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
        own = { token, id: ok(api.GET('/user/profile'))
            .then(({ data }) => data.id) };
        own.id.catch(() => { own = null; });
    }

    return own.id;
}


/**
 * @param {AbortSignal} [signal]
 * @returns {Promise<Playlist[]>}
 */
export async function mine(signal) {
    return (await ok(api.GET('/user/playlists', {
        params: { query: { limit: 100 } }, signal }))).data;
}


/**
 * @param {{ title: string, about?: string, private?: boolean }} words
 * @returns {Promise<Playlist>}
 */
export async function create(words) {
    return (await ok(api.POST('/user/playlists', {
        body: words, keepalive: true }))).data;
}


/**
 * @param {string} id
 * @param {{ title?: string, about?: string, private?: boolean }} words
 */
export async function update(id, words) {
    return (await ok(api.PUT('/user/playlists/{id}', {
        params: { path: { id } }, body: words, keepalive: true }))).data;
}


/** @param {string} id */
export function remove(id) {
    return ok(api.DELETE('/user/playlists/{id}', {
        params: { path: { id } }, keepalive: true }));
}


/**
 * @param {string} id
 * @param {Track[]} tracks
 */
export function addItems(id, tracks) {
    return ok(api.PUT('/user/playlists/{id}/items/add', list(id, tracks)));
}


/**
 * @param {string} id
 * @param {Track[]} tracks
 */
export function removeItems(id, tracks) {
    return ok(api.PUT('/user/playlists/{id}/items/remove', list(id, tracks)));
}


/**
 * @param {string} id
 * @param {Track[]} tracks  all of them, in their new order
 */
export function orderItems(id, tracks) {
    return ok(api.PUT('/user/playlists/{id}/items', list(id, tracks)));
}


/**
 * A playlist has at most 500 tracks, and "keepalive" 64 kB: it fits.
 *
 * @param {string} id  of the playlist
 * @param {Track[]} tracks
 */
function list(id, tracks) {
    return { params: { path: { id } }, keepalive: true,
             body: { tracks: tracks.map((track) => ({ trackId: track.id })) } };
}
