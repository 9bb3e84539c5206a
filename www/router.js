/*
 * Addresses and pages.  A page is
 *
 *   { pattern: '/release/:id', load, render, title, still, shown, intro }
 *
 * load(ctx) answers the page's state, render(state, ctx) a template of it,
 * each time anything changed; title(state, ctx) names it.  A still page
 * keeps the focus where it is, and what it shows until the next state is
 * there; shown() is called once its state is drawn; intro says how much of
 * nine plays is explained above it.
 *
 * ctx has params, query (URLSearchParams), signal (aborted once another page
 * was asked for), play(tracks, index), again() and go(address).
 *
 * A state is kept with its entry of the browser's history: Back finds what
 * was loaded, and where it was scrolled to.
 */

import { keyed } from './lib/lit-html/directives/keyed.js';
import { nothing, render } from './lib/lit-html/lit-html.js';
import { store } from './store.js';

const KEPT = 40;

/**
 * @typedef {Page & { match: ReturnType<typeof matcher> }} Matched
 * @typedef {{ key: string, page: Matched, ctx: Ctx, title?: string,
 *             waiting?: boolean, state?: any, error?: unknown }} Shown
 * @typedef {{ waiting: () => Content, above: (page: Page) => Content,
 *             ready: () => Promise<unknown>,
 *             trouble: (error: unknown, ctx: Ctx) => Content }} Views
 */


export class Router extends EventTarget {
    /** @type {Matched[]} */
    #pages;

    #main;
    #common;
    #views;

    /** @type {Map<string, Shown & { scroll: number }>} */
    #kept = new Map();

    #turn = new AbortController();
    #key = history.state?.key ?? fresh();

    /** @type {Shown | null} */
    #shown = null;

    /**
     * @param {Page[]} pages  the last is for all addresses that are left
     * @param {HTMLElement} main
     * @param {Pick<Ctx, 'play' | 'say' | 'playback'>} common  what every ctx
     *     has
     * @param {Views} views
     */
    constructor(pages, main, common, views) {
        super();
        this.#pages = pages.map((page) => ({ ...page,
                                             match: matcher(page.pattern) }));
        this.#main = main;
        this.#common = common;
        this.#views = views;
    }

    start() {
        history.scrollRestoration = 'manual';
        history.replaceState({ key: this.#key }, '', modern(location));

        addEventListener('popstate', () => this.#back());
        addEventListener('hashchange', () => this.#old());
        document.addEventListener('click', (event) => this.#click(event));
        store.subscribe(() => this.#draw());

        return this.#show({ first: true });
    }

    /* of the page that is shown */
    get title() {
        return this.#shown?.title ?? '';
    }

    get failed() {
        return Boolean(this.#shown?.error);
    }

    /** @param {string} pattern */
    is(pattern) {
        return this.#find(location).page.pattern === pattern;
    }

    /**
     * @param {string} address
     * @param {{ replace?: boolean }} [how]
     */
    go(address, { replace = false } = {}) {
        if (address === location.pathname + location.search) {
            return undefined;
        }

        this.#leave();

        if (replace) {
            history.replaceState({ key: this.#key }, '', address);

        } else {
            /* what only covers a page is no place to come back to */
            const { over } = history.state ?? {};

            this.#key = fresh();
            history[over ? 'replaceState' : 'pushState'](
                { key: this.#key }, '', address);
        }

        return this.#show();
    }

    /* the same address anew; quiet: what is shown stays until then */
    again({ quiet = false } = {}) {
        return this.#show({ quiet });
    }

    /* what was kept is of another listener, or too old */
    forget() {
        this.#kept.clear();
    }

    /** @param {Location} location */
    #find({ pathname, search }) {
        for (const page of this.#pages) {
            const params = page.match(pathname);

            if (params) {
                return { page, params, query: new URLSearchParams(search) };
            }
        }

        throw new Error('no page is for all addresses');
    }

    async #show({ quiet = false, first = false } = {}) {
        this.#turn.abort();
        this.#turn = new AbortController();

        const { signal } = this.#turn;
        const { page, params, query } = this.#find(location);
        /** @type {Ctx} */
        const ctx = { ...this.#common, params, query, signal,
                      go: (address, how) => this.go(address, how),
                      again: () => this.again() };
        const still = quiet || page.still;

        /** @type {Shown} */
        const next = { key: this.#key, page, ctx };

        this.dispatchEvent(new CustomEvent('leave', { detail: ctx }));

        if (!still) {
            this.#set({ ...next, waiting: true }, 0);
        }

        this.#main.setAttribute('aria-busy', 'true');

        try {
            [next.state] = await Promise.all([page.load(ctx),
                                              this.#views.ready()]);
            signal.throwIfAborted();

        } catch (error) {
            if (signal.aborted) {
                return;
            }

            next.error = error;
        }

        this.#set(next, quiet ? null : 0);

        if (!quiet && !next.error) {
            page.shown?.();
        }

        this.#settle(still || first);
    }

    #back() {
        /* the large player, opened or closed above the same page */
        if (history.state?.key === this.#key) {
            return;
        }

        this.#leave();
        this.#key = history.state?.key ?? fresh();

        const kept = this.#kept.get(this.#key);

        if (!kept) {
            this.#show();
            return;
        }

        this.#turn.abort();
        this.dispatchEvent(new CustomEvent('leave', { detail: kept.ctx }));
        this.#set(kept, kept.scroll);
        this.#settle(kept.page.still);
    }

    /* an address as this page once had them, typed or from a bookmark */
    #old() {
        if (location.hash.startsWith('#/')) {
            history.replaceState({ key: this.#key }, '', modern(location));
            this.#show();
        }
    }

    #leave() {
        const shown = this.#shown;

        if (!shown || !('state' in shown) || shown.key !== this.#key) {
            return;
        }

        this.#kept.delete(shown.key);
        this.#kept.set(shown.key, { ...shown, scroll: scrollY });

        if (this.#kept.size > KEPT) {
            const [oldest] = this.#kept.keys();

            this.#kept.delete(oldest);
        }
    }

    /**
     * @param {Shown} shown
     * @param {number | null} scroll
     */
    #set(shown, scroll) {
        this.#shown = shown;
        this.#draw();

        if (scroll !== null) {
            scrollTo(0, scroll);
        }
    }

    #draw() {
        const shown = this.#shown;

        if (!shown) {
            return;
        }

        const { page, ctx, state, waiting, error, key } = shown;

        const content = waiting ? this.#views.waiting()
            : error ? this.#views.trouble(error, ctx)
            : page.render(state, ctx);

        shown.title = waiting || error ? '' : page.title?.(state, ctx);
        render([waiting || error ? nothing : this.#views.above(page),
                keyed(`${key} ${location.pathname}`, content)], this.#main);
    }

    /** @param {boolean | undefined} still */
    #settle(still) {
        this.#main.setAttribute('aria-busy', 'false');
        this.dispatchEvent(new Event('settle'));

        if (!still) {
            this.#main.querySelector('h1')?.focus({ preventScroll: true });
        }
    }

    /**
     * Links to pages stay in this document; all others are the browser's.
     *
     * @param {MouseEvent} event
     */
    #click(event) {
        /** @type {HTMLAnchorElement | null} */
        const link = /** @type {Element} */ (event.target)
            .closest('a[href]');

        if (!link || event.defaultPrevented || event.button !== 0
            || event.metaKey || event.ctrlKey || event.shiftKey
            || event.altKey || link.target || link.hasAttribute('download')
            || link.origin !== location.origin || link.hash
            || !this.#pages.some((page) => page.match(link.pathname)
                                           && !page.missing))
        {
            return;
        }

        event.preventDefault();
        this.go(link.pathname + link.search);
    }
}


/**
 * '/release/:id' as a function of a path: its parameters, or null.
 *
 * @param {string} pattern
 * @returns {(path: string) => Record<string, string> | null}
 */
export function matcher(pattern) {
    /** @type {string[]} */
    const names = [];
    const source = pattern.replace(/:(\w+)/g, (_, name) => {
        names.push(name);

        return '([^/]+)';
    });
    const expression = new RegExp(pattern === '*' ? '.*' : `^${source}/?$`);

    return (path) => {
        const found = expression.exec(path);

        return found && Object.fromEntries(names.map(
            (name, i) => [name, decode(found[i + 1])]));
    };
}


/**
 * "#/release/ID" and "#/search/words" were the addresses of old.
 *
 * @param {Pick<Location, 'pathname' | 'search' | 'hash'>} location
 */
export function modern({ pathname, search, hash }) {
    if (!hash.startsWith('#/')) {
        return pathname + search + hash;
    }

    const words = hash.match(/^#\/search\/(.*)$/)?.[1];

    return words === undefined ? hash.slice(1) : `/search?q=${words}`;
}


/** @param {string} text */
function decode(text) {
    try {
        return decodeURIComponent(text);

    } catch {
        return text;
    }
}


function fresh() {
    return crypto.getRandomValues(new Uint32Array(2)).join('-');
}
