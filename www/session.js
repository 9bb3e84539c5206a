/*
 * Who listens: their token, for as long as this tab lives.  It is asked from
 * an address that the server names ("set $resonate_login" in nginx), which
 * answers { token, expires }; where it names none, nobody can log in here.
 * Events: "change" when somebody logged in or out, "expired" when the server
 * no longer takes the token.
 */

const STORE = 'resonate.session';

const DEMO = '/demo/token';

const named = document.querySelector('meta[name="resonate-login"]')
    ?.getAttribute('content') ?? '';

/* of this server; without SSI its place is still in it */
const address = /^\/(?!\/)/.test(named) ? named : null;

/**
 * @typedef {{ token: string | null, expires?: number,
 *             generation: number }} Kept
 */


class Session extends EventTarget {
    #kept = read();

    /* the number of the log-in keeps the browser's caches of one apart
       from another's: the same audio URL answers a preview or the track */
    generation = this.#kept?.generation ?? 0;

    get token() {
        if (this.#kept?.token && (this.#kept.expires ?? 0) <= Date.now()) {
            this.expire();
        }

        return this.#kept?.token ?? null;
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

    logout() {
        this.#keep({ token: null });
    }

    expire() {
        if (this.#kept?.token) {
            this.logout();
            this.dispatchEvent(new Event('expired'));
        }
    }

    /** @param {{ token: string | null, expires?: number }} state */
    #keep(state) {
        this.generation += 1;
        this.#kept = { ...state, generation: this.generation };
        sessionStorage.setItem(STORE, JSON.stringify(this.#kept));
        this.dispatchEvent(new Event('change'));
    }
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
