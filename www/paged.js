/*
 * A list of the API of which a page shows more and more.  It is part of the
 * page's state, so whoever comes back finds as much of it as was there.
 */

import { api, ok } from './api.js';
import { store } from './store.js';


/** @template T */
export class Paged {
    #ask;
    #page = 1;

    busy = false;
    failed = false;

    /**
     * @param {(page: number) => Promise<List<T>>} ask
     * @param {List<T>} first  what page 1 answered
     */
    constructor(ask, first) {
        this.#ask = ask;
        this.items = first.data;
        this.count = first.count;
        this.pages = first.numberOfPages;
        store.learn(/** @type {any} */ (first.data));
    }

    /**
     * @template {Lists} P
     * @param {P} path
     * @param {Omit<QueryOf<P>, 'page'>} query
     * @param {AbortSignal} signal  of the first page
     * @returns {Promise<Paged<ItemOf<P>>>}
     */
    static async load(path, query, signal) {
        /** @type {any} */
        const get = api.GET;

        /** @type {(page?: number, stop?: AbortSignal) => Promise<any>} */
        const ask = (page, stop) => ok(get(path, {
            params: { query: { ...query, page } }, signal: stop }));

        return new Paged(ask, await ask(undefined, signal));
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

        try {
            const next = await this.#ask(this.#page + 1);

            this.#page += 1;
            this.pages = next.numberOfPages;
            this.items.push(...next.data);
            store.learn(/** @type {any} */ (next.data));
            this.failed = false;

        } catch {
            this.failed = true;
        }

        this.busy = false;
        store.changed();
    }
}
