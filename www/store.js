/*
 * What changes while a page is looked at: counted plays, favourites, the
 * wallet, what is on.  Whoever draws subscribes; several changes in a row
 * make one call.
 */

import { PLAYS_TO_OWN } from './plays.js';


class Store {
    #counts = new Map();
    #favourites = new Map();
    #listeners = new Set();
    #due = false;

    /* mc, and whose: null while nobody is logged in or it is not known */
    credit = null;
    name = null;

    /* what is on: the track or null, and whether it plays */
    now = { track: null, playing: false };

    /* answers what ends it */
    subscribe(listener) {
        this.#listeners.add(listener);

        return () => this.#listeners.delete(listener);
    }

    changed() {
        if (this.#due) {
            return;
        }

        this.#due = true;
        queueMicrotask(() => {
            this.#due = false;
            this.#listeners.forEach((listener) => listener());
        });
    }

    plays(track) {
        return Math.min(PLAYS_TO_OWN, this.#counts.get(track.id)
                                      ?? track.userPlays ?? 0);
    }

    owned(track) {
        return this.plays(track) >= PLAYS_TO_OWN;
    }

    favourite(track) {
        return this.#favourites.get(track.id) ?? track.userFavorited ?? false;
    }

    /* plays only grow, so a list from a cache takes none back */
    learn(tracks) {
        for (const { id, userPlays } of tracks) {
            if (Number.isInteger(userPlays)) {
                this.#counts.set(id, Math.max(userPlays,
                                              this.#counts.get(id) ?? 0));
            }
        }
    }

    counted(trackId, count) {
        this.#counts.set(trackId, count);
        this.changed();
    }

    setFavourite(trackId, on) {
        this.#favourites.set(trackId, on);
        this.changed();
    }

    wallet(credit, name = this.name) {
        this.credit = credit;
        this.name = name;
        this.changed();
    }

    on(track, playing) {
        this.now = { track, playing };
        this.changed();
    }

    /* the listener changed */
    forget() {
        this.#counts.clear();
        this.#favourites.clear();
        this.credit = this.name = null;
        this.changed();
    }
}


export const store = new Store();
