/* Favourites: shown at once, taken back if the server does not take them. */

import { askIn } from './account.js';
import { api, ok } from './api.js';
import { session } from './session.js';
import { store } from './store.js';
import { say, toast } from './toast.js';
import { inTurn } from './turns.js';
import { message } from './words.js';

/** the last click on a track
 *
 * @type {Map<string, Promise<void>>} */
const clicks = new Map();


/** @param {Track} track */
export function like(track) {
    if (!session.who) {
        askIn('Log in, and your favourites are kept.');
        return undefined;
    }

    const wanted = !store.favourite(track);
    const click = inTurn(track.id, () => settle(track.id, wanted))
        .catch((error) => {
            if (clicks.get(track.id) === click) {
                undo(track, wanted, error);
            }
        });

    clicks.set(track.id, click);
    store.setFavourite(track.id, wanted);
    say(wanted ? `${track.title} is a favourite`
               : `${track.title} is no favourite any more`);

    return click;
}


/**
 * The route is a toggle: where another page had done the same already, once
 * more.
 *
 * @param {string} trackId
 * @param {boolean} wanted
 */
async function settle(trackId, wanted) {
    const toggle = () => ok(api.POST('/user/favorites', {
        body: { trackId }, keepalive: true }));
    const { data } = await toggle();

    if (data.type !== wanted) {
        await toggle();
    }
}


/**
 * @param {Track} track
 * @param {boolean} wanted
 * @param {unknown} error
 */
function undo(track, wanted, error) {
    store.setFavourite(track.id, !wanted);
    toast(`${track.title} ${wanted ? 'was not kept as a favourite'
                                   : 'is still a favourite'}: `
          + message(error),
          { action: 'Try again', act: () => like(track) });
}
