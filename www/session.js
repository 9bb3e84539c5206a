/*
 * Who listens, for as long as this tab lives.  The server names where to log
 * in ("set $resonate_login" in nginx), and keeps the session in a cookie of
 * its own: then it names, too, who tells who that is ($resonate_session) and
 * where to log out ($resonate_logout).  Without these two the address answers
 * { token, expires }, and the page keeps the token; where there is no address
 * at all, nobody can log in here.
 *
 * Events: "change" when somebody logged in or out, "expired" when the server
 * no longer knows them.
 */

const STORE = 'resonate.session';

const DEMO = '/demo/token';

const address = named('resonate-login');
const kept = named('resonate-session');
const exit = named('resonate-logout');

/**
 * "who": the token, or the subject of a session in a cookie; nobody: null.
 *
 * @typedef {{ token?: string | null, sub?: string | null, expires?: number,
 *             generation: number }} Kept
 */


class Session extends EventTarget {
    #kept = read();

    /* the number of the log-in keeps the browser's caches of one apart
       from another's: the same audio URL answers a preview or the track */
    generation = this.#kept?.generation ?? 0;

    /* whoever is logged in, in a word that is no other's; null: nobody */
    get who() {
        const who = this.#who;

        if (who && (this.#kept?.expires ?? 0) <= Date.now()) {
            this.expire();
        }

        return this.#who;
    }

    get #who() {
        return (kept ? this.#kept?.sub : this.#kept?.token) ?? null;
    }

    /* what is sent with requests; a cookie goes by itself */
    get token() {
        return kept ? null : this.who;
    }

    /* whose the page is, '' for nobody.  A token that does not say it is no
       one's twice */
    get subject() {
        const { who } = this;

        try {
            return !who ? '' : kept ? who : JSON.parse(atob(who.split('.')[1]
                .replace(/-/g, '+').replace(/_/g, '/'))).sub ?? NaN;

        } catch {
            return NaN;
        }
    }

    /* whether logging in can be offered */
    get able() {
        return address !== null;
    }

    get demo() {
        return address === DEMO;
    }

    async login() {
        if (!address) {
            throw new Error('Nobody can log in on this page.');
        }

        if (kept) {
            const { pathname, search } = location;

            location.assign(`${address}?return=${
                encodeURIComponent(pathname + search)}`);
            return;
        }

        const answer = await fetch(address, { cache: 'no-store' });

        if (!answer.ok) {
            throw new Error(answer.status < 500
                            ? 'The server lets nobody log in here.'
                            : 'Nobody can log in just now.');
        }

        const { token, expires } = await answer.json();

        if (!token) {
            throw new Error('The server gave no token.');
        }

        this.#keep({ token, expires: instant(expires) });
    }

    async logout() {
        const cookie = kept && exit;

        /* without TLS a browser does not say that a link is of this page */
        if (cookie && !isSecureContext) {
            await fetch(exit, { method: 'POST', redirect: 'manual' });
        }

        this.#keep({});

        if (cookie && isSecureContext) {
            location.assign(exit);
        }
    }

    /* what the cookie is worth just now; without an answer all stays */
    async look() {
        if (!kept) {
            return;
        }

        try {
            const answer = await fetch(kept, { cache: 'no-store' });
            const { sub, expires } = answer.ok ? await answer.json()
                                               : { sub: this.#who };

            if (sub === this.#who) {
                return;
            }

            if (sub) {
                this.#keep({ sub, expires: instant(expires) });

            } else {
                this.expire();
            }

        } catch {
            /* the server does not answer */
        }
    }

    expire() {
        if (this.#who) {
            this.#keep({});
            this.dispatchEvent(new Event('expired'));
        }
    }

    /** @param {{ token?: string, sub?: string, expires?: number }} state */
    #keep(state) {
        this.generation += 1;
        this.#kept = { ...state, generation: this.generation };
        sessionStorage.setItem(STORE, JSON.stringify(this.#kept));
        this.dispatchEvent(new Event('change'));
    }
}


/**
 * An address of this server; without SSI its place is still in it.
 *
 * @param {string} name
 */
function named(name) {
    const content = document.querySelector(`meta[name="${name}"]`)
        ?.getAttribute('content') ?? '';

    return /^\/(?!\/)/.test(content) ? content : null;
}


/** @returns {Kept | null} */
function read() {
    try {
        return JSON.parse(sessionStorage.getItem(STORE) ?? 'null');

    } catch {
        return null;
    }
}


/**
 * Seconds since the epoch, milliseconds, or a timestamp; none: the server
 * tells when it is over.
 *
 * @param {unknown} value
 */
function instant(value) {
    if (typeof value === 'string' && !/^\d+$/.test(value)) {
        value = Date.parse(value);
    }

    const number = Number(value);

    if (!number) {
        return Number.MAX_SAFE_INTEGER;
    }

    return number < 1e11 ? number * 1000 : number;
}


export const session = new Session();
