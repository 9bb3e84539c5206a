/*
 * The queue and the one audio element.  Events: "track" (another one, or
 * none), "queue" (its rows, their order, shuffle or repeat), "state" (playing
 * or not, waiting for data or not), "time", "volume", "mode" (full, preview or
 * null), "trouble" (detail: the error), "heard" (detail: the track and the key
 * of this playing; it counts now).
 */

import { ApiError, api, ok } from './api.js';
import { Listening } from './listening.js';
import { share } from './loudness.js';
import { rule } from './plays.js';
import { Queue } from './queue.js';
import { probe, source } from './stream.js';


/** @typedef {import('./queue.js').From} From */
/** @typedef {import('./queue.js').Repeat} Repeat */
/** @typedef {import('./loudness.js').Even} Even */
/** @typedef {import('./listening.js').Heard} Heard */

export class Playback extends EventTarget {
    #audio;

    /** @type {Queue<Track>} */
    #queue = new Queue();

    #listening = new Listening();
    #loading = new AbortController();

    /**
     * What is to happen once the source is there; "set" from when the
     * element has its address, and "cold" as long as nothing was asked for.
     *
     * @type {{ position: number, start: boolean, set?: boolean,
     *          cold?: boolean } | null}
     */
    #plan = null;

    /* of the listener; the element's is this by the share of the track */
    #volume = 1;

    /** @type {Even} */
    #even = 'tracks';

    /** @type {string | null} */
    mode = null;

    /** @param {HTMLAudioElement} audio */
    constructor(audio) {
        super();
        this.#audio = audio;
        this.#watch();
    }

    get queue() {
        return this.#queue;
    }

    /** @returns {Track | null} */
    get track() {
        return this.#queue.now?.track ?? null;
    }

    get playing() {
        return this.#plan?.start
               ?? (Boolean(this.track) && !this.#audio.paused);
    }

    /* it should play, and cannot yet */
    get waiting() {
        return this.playing
               && (Boolean(this.#plan)
                   || this.#audio.readyState < HTMLMediaElement
                       .HAVE_FUTURE_DATA);
    }

    get position() {
        return this.#plan?.position ?? this.#audio.currentTime;
    }

    get duration() {
        const { duration } = this.#audio;

        return Number.isFinite(duration) && !this.#plan
            ? duration : this.track?.duration ?? 0;
    }

    get volume() {
        return this.#volume;
    }

    get even() {
        return this.#even;
    }

    get muted() {
        return this.#audio.muted;
    }

    get listening() {
        return this.#listening;
    }

    /* ---- the queue ---- */

    /**
     * @param {Track[]} tracks
     * @param {number} index
     * @param {From | null} [from]
     */
    play(tracks, index, from = null) {
        const again = tracks[index]?.id === this.track?.id;

        this.#queue.replace(tracks, index, from);
        this.#tell('queue');

        return again ? this.resume() : this.#load(0);
    }

    /**
     * At the end, or after what is on; answers how many found room.
     *
     * @param {Track[]} tracks
     * @param {{ next?: boolean, from?: From | null }} [how]
     */
    add(tracks, { next = false, from = null } = {}) {
        const first = !this.track;
        const room = next ? this.#queue.addNext(tracks, from)
                          : this.#queue.add(tracks, from);

        if (first && room) {
            this.#wait(0);
        }

        this.#tell('queue');

        return room;
    }

    /** @param {number} key */
    jump(key) {
        if (key === this.#queue.now?.key) {
            return this.toggle();
        }

        return this.#step(this.#queue.jump(key));
    }

    next() {
        return this.#step(this.#queue.forward());
    }

    previous() {
        if (this.#queue.back(this.position)) {
            return this.#step(true);
        }

        this.seek(0);

        return undefined;
    }

    /**
     * @param {number} key
     * @param {number} to
     */
    move(key, to) {
        this.#queue.move(key, to);
        this.#tell('queue');
    }

    /** @param {number} key */
    remove(key) {
        this.#queue.remove(key);
        this.#tell('queue');
    }

    clear() {
        this.#queue.clear();
        this.#tell('queue');
    }

    /** @param {boolean} on */
    shuffle(on) {
        this.#queue.shuffle(on);
        this.#tell('queue');
    }

    /** @param {Repeat} mode */
    repeat(mode) {
        this.#queue.repeats(mode);
        this.#tell('queue');
    }

    /**
     * What was kept of an earlier visit; nothing is played before the
     * listener says so.
     *
     * @param {{ queue: unknown, position: number, heard?: Heard }} kept
     */
    restore({ queue, position, heard }) {
        if (this.#queue.restore(queue) && this.track) {
            this.#wait(position, heard);
            this.#tell('queue');
            this.#renew(this.track);
        }
    }

    /* ---- what is on ---- */

    toggle() {
        return this.playing ? this.pause() : this.resume();
    }

    async resume() {
        if (!this.track) {
            return;
        }

        if (this.#plan && !this.#plan.cold) {
            this.#plan.start = true;
            this.#tell('state');
            await (this.#plan.set && this.#start());
            return;
        }

        if (this.#plan || this.#audio.error || !this.#audio.src) {
            await this.#load(this.position, true, this.#listening);
            return;
        }

        await this.#start();
    }

    pause() {
        if (this.#plan) {
            this.#plan.start = false;
        }

        this.#audio.pause();
        this.#tell('state');
    }

    /** @param {number} position */
    seek(position) {
        const bound = Math.max(0, Math.min(position, this.duration));

        if (this.#plan) {
            this.#plan.position = bound;

        } else if (Number.isFinite(this.#audio.duration)) {
            this.#audio.currentTime = bound;
        }

        this.#tell('time');
    }

    /** @param {number} level */
    setVolume(level, muted = false) {
        this.#volume = Math.max(0, Math.min(level, 1));
        this.#audio.muted = muted;
        this.#level();
        this.#tell('volume');
    }

    /** @param {Even} even */
    setEven(even) {
        this.#even = even;
        this.#level();
        this.#tell('volume');
    }

    /* not by a gain of Web Audio, which a phone stops in the background */
    #level() {
        this.#audio.volume = Math.min(
            1, this.#volume * share(this.track, this.#even));
    }

    /* the listener changed: the same URL may now answer more, or less */
    async reload() {
        if (this.track && this.#plan?.cold) {
            this.#wait(this.position);
            this.#renew(this.track);

        } else if (this.track) {
            await this.#load(this.position, this.playing);
        }
    }

    /** @param {boolean} moved */
    #step(moved) {
        return moved ? this.#load(0) : undefined;
    }

    /**
     * Shows the track, and asks for no audio.
     *
     * @param {number} position
     * @param {Heard} [heard]
     */
    #wait(position, heard) {
        this.#loading.abort();
        this.#loading = new AbortController();
        this.#listening = new Listening(heard);
        this.#plan = { position, start: false, cold: true };
        this.#audio.removeAttribute('src');
        this.#level();
        this.#mode(null);
        this.#tell('track');
        this.#tell('state');
    }

    /** @param {number} position */
    async #load(position, start = true, listening = new Listening()) {
        const track = /** @type {Track} */ (this.track);
        const audio = this.#audio;

        this.#loading.abort();
        this.#loading = new AbortController();

        const { signal } = this.#loading;

        const plan = { position, start };

        this.#plan = plan;
        audio.pause();
        this.#level();
        this.#listening = listening;
        this.#mode(null);
        this.#tell('track');
        this.#tell('state');
        this.#ask(track, signal);
        this.#renew(track);

        try {
            const src = await source(track, signal);

            signal.throwIfAborted();
            await this.#carry(src, plan, signal);

        } catch (error) {
            if (!signal.aborted) {
                this.#plan = { position: this.position, start: false,
                               cold: true };
                this.#tell('state');
                await this.#failed(error);
            }
        }
    }

    /**
     * play() comes before the metadata: a phone fetches none without it, and
     * takes it only as the direct consequence of a touch.
     *
     * @param {string} src
     * @param {{ position: number, start: boolean, set?: boolean }} plan
     * @param {AbortSignal} signal
     */
    async #carry(src, plan, signal) {
        const there = once(this.#audio, 'loadedmetadata', signal);

        this.#audio.src = src;
        plan.set = true;

        if (plan.start) {
            this.#start();
        }

        await there;

        this.#plan = null;

        if (plan.position > 0) {
            this.seek(plan.position);
        }

        this.#tell('state');
    }

    /* a browser that wants a click first leaves it paused, which shows;
       a source that fails tells it by the "error" event */
    async #start() {
        try {
            await this.#audio.play();

        } catch (error) {
            if (!(error instanceof DOMException)
                || !['AbortError', 'NotAllowedError', 'NotSupportedError']
                    .includes(error.name))
            {
                throw error;
            }
        }
    }

    /**
     * @param {Track} track
     * @param {AbortSignal} signal
     */
    async #ask(track, signal) {
        try {
            const mode = await probe(track, signal);

            if (!signal.aborted) {
                this.#mode(mode);
            }

        } catch (error) {
            /* when the source fails too, that tells it */
            if (!signal.aborted && !(error instanceof ApiError)) {
                throw error;
            }
        }
    }

    /**
     * Kept rows are without what is personal: price and plays.
     *
     * @param {Track} track
     */
    async #renew(track) {
        const { signal } = this.#loading;

        if (track.price) {
            return;
        }

        try {
            const { data } = await ok(api.GET('/tracks/{id}', {
                params: { path: { id: track.id } }, signal }));

            this.#queue.renew(data);

            if (!signal.aborted) {
                this.#level();
                this.#tell('track');
            }

        } catch (error) {
            /* then it plays as it is known */
            if (!signal.aborted && !(error instanceof ApiError)) {
                throw error;
            }
        }
    }

    /**
     * A media element does not tell why it failed; the server does.
     *
     * @param {unknown} [error]
     */
    async #failed(error) {
        const { track } = this;
        const { signal } = this.#loading;

        if (!track || signal.aborted || (this.#plan && !this.#plan.cold)) {
            return;
        }

        if (!(error instanceof ApiError)) {
            error = await probe(track, signal).then(
                () => new Error('This track cannot be played.'),
                (reason) => reason);
        }

        if (!signal.aborted) {
            this.#tell('trouble', error);
        }
    }

    /** @param {string | null} mode */
    #mode(mode) {
        this.mode = mode;
        this.#tell('mode');
    }

    #hear() {
        const { currentTime, duration } = this.#audio;

        if (this.#listening.move(currentTime, performance.now() / 1000,
                                 duration, rule.markS))
        {
            this.#tell('heard', { track: this.track,
                                  key: this.#listening.key });
        }
    }

    #watch() {
        const audio = this.#audio;
        const on = (/** @type {string} */ names,
                    /** @type {() => void} */ handler) =>
            names.split(' ').forEach(
                (name) => audio.addEventListener(name, handler));

        on('playing timeupdate', () => {
            if (!audio.paused && !audio.seeking) {
                this.#hear();
            }

            this.#tell('time');
        });

        on('pause ended', () => {
            this.#hear();
            this.#listening.rest();
        });

        on('seeking waiting emptied', () => this.#listening.rest());
        on('play pause ended emptied waiting stalled playing canplay',
           () => this.#tell('state'));
        on('durationchange seeked', () => this.#tell('time'));
        on('error', () => this.#failed());

        on('ended', () => {
            this.#listening = new Listening();
            this.#step(this.#queue.forward({ ended: true }));
        });
    }

    /**
     * @param {string} name
     * @param {unknown} [detail]
     */
    #tell(name, detail) {
        this.dispatchEvent(new CustomEvent(name, { detail }));
    }
}


/**
 * @param {HTMLMediaElement} target
 * @param {string} name
 * @param {AbortSignal} signal
 */
function once(target, name, signal) {
    return new Promise((resolve, reject) => {
        target.addEventListener(name, resolve, { once: true, signal });
        target.addEventListener('error', () => reject(target.error),
                                { once: true, signal });
        signal.addEventListener('abort', () => reject(signal.reason),
                                { once: true });
    });
}
