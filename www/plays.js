/*
 * When a play counts, what it costs, and how its report reaches the server.
 */

import { ApiError, api, ok } from './api.js';
import { session } from './session.js';

const STORE = 'resonate.plays';

/** @typedef {{ trackId: string, key: string }} Report */

export const PLAYS_TO_OWN = 9;

/* the rule in force, once the server told it */
/** @type {{ costs: number[], markS: number, previewS: number,
 *           creditMc: number, creditEur: number }} */
export const rule = { costs: [], markS: 45, previewS: 45,
                      creditMc: 0, creditEur: 0 };

/** @type {Promise<void> | null} */
let asked = null;


/* without an answer a play counts by the usual mark; the next page asks
   again */
export function learnRule() {
    asked ??= ok(api.GET('/prices')).then(({ data }) => {
        rule.costs = data.plays;
        rule.markS = data.playMarkMs / 1000;
        rule.previewS = data.previewMs / 1000;
        rule.creditMc = data.creditMc;
        rule.creditEur = Number(data.creditEur);

    }).catch((error) => {
        asked = null;

        if (!(error instanceof ApiError)) {
            throw error;
        }
    });

    return asked;
}


/**
 * What the next play costs, in mc, for the eye only: the answer to a play
 * says what was charged.  A track's own price is of when it was fetched;
 * null: not known.
 *
 * @param {Track} track
 * @param {number} count
 */
export function cost(track, count) {
    if (!track.price) {
        return null;
    }

    const { play } = track.price;

    return play === 0 || count === (track.userPlays ?? 0)
        ? play : rule.costs[count] ?? null;
}


/*
 * Plays on their way to the server.  Each keeps its key until an answer
 * came, over reloads of the page too, so none is counted twice or lost.
 * Events: "counted" (detail: the answer), "waiting", "refused".
 */
class Outbox extends EventTarget {
    #plays = read();
    #busy = false;

    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #timer;

    #tries = 0;

    /**
     * @param {string} trackId
     * @param {string} key that of the playing, which a reload does not change
     */
    add(trackId, key) {
        if (!this.#plays.some((play) => play.key === key)) {
            this.#plays.push({ trackId, key });
            this.#save();
        }

        return this.flush();
    }

    clear() {
        this.#plays = [];
        this.#save();
    }

    async flush() {
        clearTimeout(this.#timer);

        if (this.#busy) {
            return;
        }

        this.#busy = true;

        try {
            while (this.#plays.length && session.who) {
                await this.#report(this.#plays[0]);
            }

        } catch (error) {
            this.#later(error);

        } finally {
            this.#busy = false;
        }
    }

    /** @param {Report} play */
    async #report(play) {
        try {
            const { data } = await ok(api.POST('/user/plays', {
                body: { trackId: play.trackId },
                params: { header: { 'Idempotency-Key': play.key } },
                keepalive: true,
            }));

            this.#drop(play);
            this.dispatchEvent(new CustomEvent('counted', { detail: data }));

        } catch (error) {
            if (!(error instanceof ApiError)) {
                throw error;
            }

            if (error.passing || error.status === 401) {
                throw error;
            }

            this.#drop(play);
            this.dispatchEvent(new CustomEvent('refused', { detail: error }));
        }
    }

    /** @param {Report} play */
    #drop(play) {
        this.#tries = 0;
        this.#plays = this.#plays.filter((other) => other !== play);
        this.#save();
    }

    /** @param {any} error */
    #later(error) {
        const own = Math.min(60, 2 ** this.#tries);
        const wait = (error.retryAfter ?? own) + Math.random();

        this.#tries += 1;
        this.#timer = setTimeout(() => this.flush(), wait * 1000);

        if (this.#tries === 1 && error.status !== 401) {
            this.dispatchEvent(new Event('waiting'));
        }
    }

    #save() {
        sessionStorage.setItem(STORE, JSON.stringify(this.#plays));
    }
}


/** @returns {Report[]} */
function read() {
    try {
        return JSON.parse(sessionStorage.getItem(STORE) ?? '[]');

    } catch {
        return [];
    }
}


export const outbox = new Outbox();
