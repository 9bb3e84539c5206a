/*
 * A list of the API of which a page shows more and more.  It is part of the
 * page's state, so whoever comes back finds as much of it as was there.
 */

import { call } from './api.js';
import { store } from './store.js';


/** @template T */
export class Paged {
    #path;
    #page = 1;

    busy = false;
    failed = false;

    /**
     * @param {string} path  with its query but for "page"
     * @param {List<T>} first  what page 1 answered
     */
    constructor(path, first) {
        this.#path = path;
        this.items = first.data;
        this.count = first.count;
        this.pages = first.numberOfPages;
        store.learn(/** @type {any} */ (first.data));
    }

    /**
     * @template U
     * @param {string} path
     * @param {AbortSignal} signal
     * @returns {Promise<Paged<U>>}
     */
    static async load(path, signal) {
        return new Paged(path, await call(path, { signal }));
    }

    get rest() {
        return this.#page < this.pages;
    }

    async more() {
        if (this.busy || !this.rest) {
            return;
        }

        this.busy = true;
        store.changed();

        const mark = this.#path.includes('?') ? '&' : '?';

        try {
            const next = await call(
                `${this.#path}${mark}page=${this.#page + 1}`);

            this.#page += 1;
            this.pages = next.numberOfPages;
            this.items.push(...next.data);
            store.learn(next.data);
            this.failed = false;

        } catch {
            this.failed = true;
        }

        this.busy = false;
        store.changed();
    }
}
