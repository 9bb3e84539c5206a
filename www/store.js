/*
 * What changes while a page is looked at: counted plays, favourites, the
 * wallet, what is on.  Whoever draws subscribes; several changes in a row
 * make one call.
 */

import { PLAYS_TO_OWN } from './plays.js';


class Store {
    /** @type {Map<string, number>} */
    #counts = new Map();

    /** @type {Map<string, boolean>} */
    #favourites = new Map();

    /** @type {Set<() => void>} */
    #listeners = new Set();

    #due = false;

    /**
     * In mc; null while nobody is logged in or it is not known.
     *
     * @type {number | null}
     */
    credit = null;

    /** @type {string | null} */
    name = null;

    /**
     * What is on, and whether it plays.
     *
     * @type {{ track: Track | null, playing: boolean }}
     */
    now = { track: null, playing: false };

    /**
     * Answers what ends it.
     *
     * @param {() => void} listener
     */
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

    /** @param {Track} track */
    plays(track) {
        return Math.min(PLAYS_TO_OWN, this.#counts.get(track.id)
                                      ?? track.userPlays ?? 0);
    }

    /** @param {Track} track */
    owned(track) {
        return this.plays(track) >= PLAYS_TO_OWN;
    }

    /** @param {Track} track */
    favourite(track) {
        return this.#favourites.get(track.id) ?? track.userFavorited ?? false;
    }

    /**
     * Plays only grow, so a list from a cache takes none back.
     *
     * @param {Track[]} tracks
     */
    learn(tracks) {
        for (const { id, userPlays } of tracks) {
            if (userPlays !== undefined) {
                this.#counts.set(id, Math.max(userPlays,
                                              this.#counts.get(id) ?? 0));
            }
        }
    }

    /**
     * @param {string} trackId
     * @param {number} count
     */
    counted(trackId, count) {
        this.#counts.set(trackId, count);
        this.changed();
    }

    /**
     * @param {string} trackId
     * @param {boolean} on
     */
    setFavourite(trackId, on) {
        this.#favourites.set(trackId, on);
        this.changed();
    }

    /**
     * @param {number} credit
     * @param {string | null} [name]
     */
    wallet(credit, name = this.name) {
        this.credit = credit;
        this.name = name;
        this.changed();
    }

    /**
     * @param {Track | null} track
     * @param {boolean} playing
     */
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
