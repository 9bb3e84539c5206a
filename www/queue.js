/*
 * What plays now, what comes next, and in which order: a model without a
 * page.  Rows are known by a key, since a track may be in the queue twice.
 * While there are rows, one of them is the current one.
 */

/**
 * @template {{ id: string }} T
 * @typedef {{ key: number, track: T, from: From | null }} Row
 */

/**
 * Where a row came from: a release, a playlist, a list.
 * @typedef {{ title: string, path: string }} From
 */

/** @typedef {'off' | 'all' | 'one'} Repeat */

/* what fits into the 5 MB that a browser keeps for us, twice */
export const MAX = 2000;
export const RESTART_S = 3;

/** @type {Repeat[]} */
export const REPEATS = ['off', 'all', 'one'];


/** @template {{ id: string }} T */
export class Queue {
    /** @type {Row<T>[]} in the order in which they play */
    #rows = [];

    /** @type {Row<T>[]} in the order before the shuffle; else the same */
    #plain = [];

    #index = -1;
    #shuffled = false;
    #keys = 0;
    #random;

    /** @type {Repeat} */
    #repeat = 'off';

    /** @param {() => number} random in [0, 1) */
    constructor(random = Math.random) {
        this.#random = random;
    }

    get rows() {
        return this.#rows;
    }

    get index() {
        return this.#index;
    }

    get length() {
        return this.#rows.length;
    }

    get shuffled() {
        return this.#shuffled;
    }

    get repeat() {
        return this.#repeat;
    }

    get now() {
        return this.#rows[this.#index] ?? null;
    }

    /* what a press of "next" plays */
    get next() {
        return this.#rows[this.#after()] ?? null;
    }

    /**
     * Another list takes the place of this one; of one that is too long
     * the part from the track on is kept, and what fits before it.
     *
     * @param {T[]} tracks
     * @param {From | null} [from]
     */
    replace(tracks, index = 0, from = null) {
        const first = Math.max(0, Math.min(index, tracks.length - MAX));

        this.#rows = this.#make(tracks.slice(first, first + MAX), from);
        this.#plain = [...this.#rows];
        this.#index = Math.min(index - first, this.#rows.length - 1);

        if (this.#shuffled) {
            this.#mix();
        }
    }

    /**
     * @param {T[]} tracks
     * @param {From | null} [from]
     * @returns how many found room
     */
    add(tracks, from = null) {
        return this.#insert(tracks, from, this.length, this.length);
    }

    /**
     * @param {T[]} tracks
     * @param {From | null} [from]
     * @returns how many found room
     */
    addNext(tracks, from = null) {
        const { now } = this;
        const plain = now ? this.#plain.indexOf(now) : -1;

        return this.#insert(tracks, from, this.#index + 1, plain + 1);
    }

    /** @param {number} key */
    jump(key) {
        const index = this.#find(key);

        if (index >= 0) {
            this.#index = index;
        }

        return index >= 0;
    }

    /**
     * A row takes the place that "to" is now; the current one stays current.
     *
     * @param {number} key
     * @param {number} to
     */
    move(key, to) {
        const index = this.#find(key);

        if (index < 0 || to < 0 || to >= this.length) {
            return false;
        }

        const { now } = this;
        const [row] = this.#rows.splice(index, 1);

        this.#rows.splice(to, 0, row);
        this.#current(now);

        if (!this.#shuffled) {
            this.#plain = [...this.#rows];
        }

        return true;
    }

    /**
     * Any but the current one: what plays is not taken from under it.
     *
     * @param {number} key
     */
    remove(key) {
        const index = this.#find(key);

        if (index < 0 || index === this.#index) {
            return false;
        }

        this.#keep((row) => row.key !== key);

        return true;
    }

    /* what plays stays */
    clear() {
        this.#keep((row) => row === this.now);
    }

    empty() {
        this.#keep(() => false);
    }

    /**
     * On: the current one is first, so that each other one is yet to come.
     *
     * @param {boolean} on
     */
    shuffle(on) {
        const { now } = this;

        if (on === this.#shuffled) {
            return;
        }

        this.#shuffled = on;

        if (on) {
            this.#mix();

        } else {
            this.#rows = [...this.#plain];
            this.#current(now);
        }
    }

    /** @param {Repeat} mode */
    repeats(mode) {
        this.#repeat = mode;
    }

    /**
     * One step on; false at the end.  A track that ended by itself is
     * repeated if one is; a press of the button goes on.
     */
    forward({ ended = false } = {}) {
        const index = ended && this.#repeat === 'one' ? this.#index
                                                      : this.#after();

        if (index < 0) {
            return false;
        }

        this.#index = index;

        return true;
    }

    /**
     * One step back; false where the current one is to start again.
     *
     * @param {number} position
     */
    back(position) {
        const wraps = this.#repeat !== 'off' && this.length > 1;

        if (position > RESTART_S || this.#index < 0
            || (this.#index === 0 && !wraps))
        {
            return false;
        }

        this.#index = (this.#index || this.length) - 1;

        return true;
    }

    /**
     * Newer data of a track, wherever it is in the queue.
     *
     * @param {T} track
     */
    renew(track) {
        for (const row of this.#rows) {
            if (row.track.id === track.id) {
                row.track = track;
            }
        }
    }

    toJSON() {
        const places = new Map(this.#rows.map((row, i) => [row, i]));

        return {
            rows: this.#rows.map(({ track, from }) => ({ track, from })),
            plain: this.#shuffled ? this.#plain.map((row) => places.get(row))
                                  : null,
            index: this.#index,
            repeat: this.#repeat,
        };
    }

    /**
     * Takes what toJSON() gave; of anything else nothing.
     *
     * @param {any} kept
     */
    restore(kept) {
        if (!valid(kept)) {
            return false;
        }

        this.#rows = kept.rows.map(
            (/** @type {Row<T>} */ { track, from }) => this.#row(track, from));
        this.#shuffled = Boolean(kept.plain);
        this.#plain = kept.plain?.map(
            (/** @type {number} */ i) => this.#rows[i]) ?? [...this.#rows];
        this.#index = kept.index;
        this.#repeat = kept.repeat;

        return true;
    }

    #after() {
        const index = this.#index + 1;

        if (index < this.length) {
            return index;
        }

        return this.#repeat !== 'off' && this.length ? 0 : -1;
    }

    /** @param {number} key */
    #find(key) {
        return this.#rows.findIndex((row) => row.key === key);
    }

    /** @param {Row<T> | null} row */
    #current(row) {
        this.#index = row ? this.#rows.indexOf(row) : -1;
    }

    /** @param {(row: Row<T>) => boolean} wanted */
    #keep(wanted) {
        const { now } = this;

        this.#plain = this.#plain.filter(wanted);
        this.#rows = this.#rows.filter(wanted);
        this.#current(now);
    }

    /**
     * @param {T[]} tracks
     * @param {From | null} from
     * @param {number} at among the rows
     * @param {number} plain among those before the shuffle
     */
    #insert(tracks, from, at, plain) {
        const rows = this.#make(tracks.slice(0, MAX - this.length), from);

        this.#rows.splice(at, 0, ...rows);
        this.#plain.splice(plain, 0, ...rows);

        if (this.#index < 0 && rows.length) {
            this.#index = 0;
        }

        return rows.length;
    }

    /* Fisher and Yates; the current one goes to the front first */
    #mix() {
        const { now } = this;
        const rest = this.#rows.filter((row) => row !== now);

        for (let i = rest.length - 1; i > 0; i -= 1) {
            const j = Math.floor(this.#random() * (i + 1));

            [rest[i], rest[j]] = [rest[j], rest[i]];
        }

        this.#rows = now ? [now, ...rest] : rest;
        this.#current(now);
    }

    /**
     * @param {T[]} tracks
     * @param {From | null} from
     */
    #make(tracks, from) {
        return tracks.map((track) => this.#row(track, from));
    }

    /**
     * @param {T} track
     * @param {From | null} from
     * @returns {Row<T>}
     */
    #row(track, from) {
        this.#keys += 1;

        return { key: this.#keys, track, from };
    }
}


/**
 * What a press of "repeat" makes of it.
 *
 * @param {Repeat} mode
 */
export function following(mode) {
    return REPEATS[(REPEATS.indexOf(mode) + 1) % REPEATS.length];
}


/** @param {any} kept */
function valid(kept) {
    const { rows, plain, index, repeat } = kept ?? {};

    return Array.isArray(rows) && rows.length <= MAX
        && rows.every((row) => typeof row?.track?.id === 'string')
        && REPEATS.includes(repeat) && Number.isInteger(index)
        && (rows.length ? index >= 0 && index < rows.length : index === -1)
        && (plain === null || permutes(plain, rows.length));
}


/**
 * @param {any} list
 * @param {number} length
 */
function permutes(list, length) {
    return Array.isArray(list) && list.length === length
        && new Set(list).size === length
        && list.every((i) => Number.isInteger(i) && i >= 0 && i < length);
}
