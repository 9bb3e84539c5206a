// @ts-nocheck
/*
 * The queue and the one audio element.  Events: "track" (another one, or
 * none), "state" (playing or not), "time", "mode" (full, preview or null),
 * "trouble" (detail: the error), "heard" (detail: the track; it counts now).
 */

import { ApiError } from './api.js';
import { Listening, rule } from './plays.js';
import { probe, source } from './stream.js';

const RESTART_S = 3;


export class Playback extends EventTarget {
    #audio;
    #queue = [];
    #index = -1;
    #listening = null;
    #loading = null;

    /* what is to happen once the source is there: { position, start },
       and "set" from when the element has its address */
    #plan = null;

    mode = null;

    constructor(audio) {
        super();
        this.#audio = audio;
        this.#watch();
    }

    get track() {
        return this.#queue[this.#index] ?? null;
    }

    get playing() {
        return this.#plan?.start
               ?? (Boolean(this.track) && !this.#audio.paused);
    }

    get position() {
        return this.#plan?.position ?? this.#audio.currentTime;
    }

    get duration() {
        const { duration } = this.#audio;

        return Number.isFinite(duration) && !this.#plan
            ? duration : this.track?.duration ?? 0;
    }

    get last() {
        return this.#index >= this.#queue.length - 1;
    }

    play(queue, index) {
        const again = queue[index]?.id === this.track?.id;

        this.#queue = queue;
        this.#index = index;

        return again ? this.resume() : this.#load(0);
    }

    toggle() {
        return this.playing ? this.pause() : this.resume();
    }

    async resume() {
        if (!this.track) {
            return;
        }

        if (this.#plan) {
            this.#plan.start = true;
            this.#tell('state');
            await (this.#plan.set && this.#start());
            return;
        }

        if (this.#audio.error || !this.#audio.src) {
            await this.#load(this.position);
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

    next() {
        return this.#move(1);
    }

    previous() {
        if (this.position > RESTART_S || this.#index === 0) {
            this.seek(0);
            return undefined;
        }

        return this.#move(-1);
    }

    seek(position) {
        const bound = Math.max(0, Math.min(position, this.duration));

        if (this.#plan) {
            this.#plan.position = bound;

        } else if (Number.isFinite(this.#audio.duration)) {
            this.#audio.currentTime = bound;
        }

        this.#tell('time');
    }

    volume(level) {
        this.#audio.volume = level;
    }

    /* the listener changed: the same URL may now answer more, or less */
    async reload() {
        if (this.track) {
            await this.#load(this.position, this.playing);
        }
    }

    #move(step) {
        if (!this.#queue[this.#index + step]) {
            return undefined;
        }

        this.#index += step;

        return this.#load(0);
    }

    async #load(position, start = true) {
        const { track } = this;
        const audio = this.#audio;

        this.#loading?.abort();
        this.#loading = new AbortController();

        const { signal } = this.#loading;

        this.#plan = { position, start };
        audio.pause();
        this.#listening = new Listening(rule.markS);
        this.#mode(null);
        this.#tell('track');
        this.#tell('state');
        this.#ask(track, signal);

        try {
            const src = await source(track, signal);

            signal.throwIfAborted();
            await this.#carry(src, signal);

        } catch (error) {
            if (!signal.aborted) {
                this.#plan = null;
                this.#tell('state');
                await this.#failed(error);
            }
        }
    }

    /* play() comes before the metadata: a phone fetches none without it,
       and takes it only as the direct consequence of a touch */
    async #carry(src, signal) {
        const there = once(this.#audio, 'loadedmetadata', signal);

        this.#audio.src = src;
        this.#plan.set = true;

        if (this.#plan.start) {
            this.#start();
        }

        await there;

        const { position } = this.#plan;

        this.#plan = null;

        if (position > 0) {
            this.seek(position);
        }

        this.#tell('state');
    }

    /* a browser that wants a click first leaves it paused, which shows;
       a source that fails tells it by the "error" event */
    async #start() {
        try {
            await this.#audio.play();

        } catch (error) {
            if (!['AbortError', 'NotAllowedError', 'NotSupportedError']
                .includes(error.name))
            {
                throw error;
            }
        }
    }

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

    /* a media element does not tell why it failed; the server does */
    async #failed(error) {
        const { track } = this;
        const signal = this.#loading?.signal;

        if (!track || !signal || signal.aborted || this.#plan) {
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

    #mode(mode) {
        this.mode = mode;
        this.#tell('mode');
    }

    #hear() {
        const { currentTime, duration } = this.#audio;

        if (this.#listening?.move(currentTime, performance.now() / 1000,
                                  duration))
        {
            this.#tell('heard', this.track);
        }
    }

    #watch() {
        const audio = this.#audio;
        const on = (names, handler) => names.split(' ').forEach(
            (name) => audio.addEventListener(name, handler));

        on('playing timeupdate', () => {
            if (!audio.paused && !audio.seeking) {
                this.#hear();
            }

            this.#tell('time');
        });

        on('pause ended', () => {
            this.#hear();
            this.#listening?.rest();
        });

        on('seeking waiting emptied', () => this.#listening?.rest());
        on('play pause ended emptied', () => this.#tell('state'));
        on('durationchange seeked', () => this.#tell('time'));
        on('error', () => this.#failed());

        on('ended', () => {
            this.#listening = new Listening(rule.markS);
            this.#move(1);
        });
    }

    #tell(name, detail) {
        this.dispatchEvent(new CustomEvent(name, { detail }));
    }
}


function once(target, name, signal) {
    return new Promise((resolve, reject) => {
        target.addEventListener(name, resolve, { once: true, signal });
        target.addEventListener('error', () => reject(target.error),
                                { once: true, signal });
        signal.addEventListener('abort', () => reject(signal.reason),
                                { once: true });
    });
}
