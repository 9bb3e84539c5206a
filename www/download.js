/* Files to keep, by links: no header goes with them, but a ticket in the
   address does. */

import { api, local, ok } from './api.js';
import { left } from './price.js';
import { session } from './session.js';
import { toast } from './toast.js';
import { message } from './words.js';


/**
 * What is paid for, and what costs nothing.
 *
 * @param {Track[]} tracks
 */
export function mayKeep(tracks) {
    return Boolean(session.who) && tracks.length > 0
           && tracks.every((track) => left(track) === 0);
}


/**
 * @param {string} id  of a track
 * @returns {import('./menu.js').Entry}
 */
export function trackEntry(id) {
    return entry(() => api.POST('/user/download/{id}/ticket',
                                { params: { path: { id } } }));
}


/**
 * @param {string} id
 * @returns {import('./menu.js').Entry}
 */
export function releaseEntry(id) {
    return entry(() => api.POST('/user/trackgroups/{id}/download/ticket',
                                { params: { path: { id } } }));
}


/** @param {() => Parameters<typeof ok<{ data: { url: string } }>>[0]} ask */
function entry(ask) {
    const act = async () => {
        try {
            fetched((await ok(ask())).data.url);

        } catch (error) {
            toast(`It cannot be downloaded: ${message(error)}`,
                  { action: 'Try again', act });
        }
    };

    return { label: 'Download', icon: 'download', act };
}


/** @param {string} url */
function fetched(url) {
    const link = document.createElement('a');

    link.href = local(url);
    link.download = '';
    document.body.append(link);
    link.click();
    link.remove();
}
