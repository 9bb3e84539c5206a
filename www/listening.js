/*
 * Adds up what was really heard of one playing of a track: steps of the
 * position while it plays, each bounded by the time that passed, so that a
 * seek adds nothing.  The key names this playing to the server: whoever goes
 * on with it after a reload reports it under the same key, so it is one play.
 */

const TOLERANCE_S = 0.5;
const STEP_S = 0.25;


/** @typedef {{ key: string, heard: number, done: boolean }} Heard */

export class Listening {
    #heard;
    #done;

    /** @type {{ position: number, now: number } | null} */
    #last = null;

    /** @param {Partial<Heard>} [kept] what toJSON() gave before a reload */
    constructor({ key = uuid(), heard = 0, done = false } = {}) {
        this.key = key;
        this.#heard = heard;
        this.#done = done;
    }

    get heard() {
        return this.#heard;
    }

    /**
     * True exactly once: when the play has become one that counts.
     *
     * @param {number} position
     * @param {number} now seconds of a clock that only goes on
     * @param {number} duration
     * @param {number} mark how much makes a play, in seconds
     */
    move(position, now, duration, mark) {
        if (this.#last) {
            const step = position - this.#last.position;
            const passed = now - this.#last.now;

            this.#heard += Math.max(0, Math.min(step, passed + STEP_S));
        }

        this.#last = { position, now };

        if (this.#done || !(duration > 0)
            || this.#heard < Math.min(mark, duration - TOLERANCE_S))
        {
            return false;
        }

        this.#done = true;

        return true;
    }

    rest() {
        this.#last = null;
    }

    /** @returns {Heard} */
    toJSON() {
        return { key: this.key, heard: this.#heard, done: this.#done };
    }
}


/* crypto.randomUUID() exists in secure contexts only; a LAN host is none */
function uuid() {
    const b = crypto.getRandomValues(new Uint8Array(16));

    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;

    return Array.from(b, (n) => n.toString(16).padStart(2, '0')).join('')
        .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
