/* The player at the foot of the page: drawn from the playback's state. */

import { heart, lyricsButton } from './actions.js';
import { buyButton } from './buy.js';
import { $ } from './dom.js';
import { classMap } from './lib/lit-html/directives/class-map.js';
import { live } from './lib/lit-html/directives/live.js';
import { html, nothing, render } from './lib/lit-html/lit-html.js';
import { outline } from './outline.js';
import { rule } from './plays.js';
import { priceText } from './price.js';
import { following } from './queue.js';
import { artists } from './rows.js';
import { session } from './session.js';
import { store } from './store.js';
import { clock, cover, dots, icon, names } from './view.js';
import { wave } from './wave.js';

/* what is shorter is not seen as waiting */
const SLOW_MS = 300;

const REPEAT = { off: 'Repeat', all: 'Repeat: all', one: 'Repeat: one' };

/** @typedef {import('./playback.js').Playback} Playback */


export class Bar {
    #playback;
    #root = $('player');
    #large = false;

    /**
     * Where the thumb is held: the track plays on under it.
     *
     * @type {number | null}
     */
    #held = null;

    #slow = false;

    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #timer;

    /**
     * @param {Playback} playback
     * @param {import('./router.js').Router} router
     */
    constructor(playback, router) {
        this.#playback = playback;

        for (const name of ['track', 'queue', 'time', 'volume', 'mode']) {
            playback.addEventListener(name, () => this.#draw());
        }

        playback.addEventListener('state', () => {
            this.#wait(playback.waiting);
            this.#draw();
        });

        store.subscribe(() => this.#draw());
        router.addEventListener('leave', () => this.#draw());
        addEventListener('popstate', () => this.#size(this.#covers()));
        this.#root.addEventListener('click', (event) => this.#click(event));
        addEventListener('keydown', (event) => {
            if (event.key === 'Escape' && this.#large) {
                this.#shrink();
            }
        });

        this.#draw();
    }

    /**
     * Shown late, and taken away at once.
     *
     * @param {boolean} waiting
     */
    #wait(waiting) {
        if (!waiting) {
            clearTimeout(this.#timer);
            this.#timer = undefined;
            this.#slow = false;

        } else if (!this.#timer) {
            this.#timer = setTimeout(() => {
                this.#slow = true;
                this.#draw();
            }, SLOW_MS);
        }
    }

    /**
     * A link leads to a page, which the large player covers; on a phone the
     * words beside the cover are as good as the cover.
     *
     * @param {Event} event
     */
    #click({ target }) {
        if (!(target instanceof Element)) {
            return;
        }

        const link = target.closest('a');

        if (link && this.#large && link.href === location.href) {
            this.#shrink();

        } else if (link) {
            this.#size(false, 'main');

        } else if (target.closest('.now') && !this.#large
                   && matchMedia('(max-width: 48rem)').matches)
        {
            this.#grow();
        }
    }

    /**
     * An entry of its own in the browser's history, so that Back closes it;
     * a link in it takes that entry's place, see the router.
     */
    #grow() {
        if (!history.state?.over) {
            history.pushState({ ...history.state, over: true }, '');
        }

        this.#size(true);
    }

    #shrink() {
        this.#size(false);

        if (history.state?.over) {
            history.back();
        }
    }

    #covers() {
        return Boolean(history.state?.over && this.#playback.track);
    }

    /**
     * Small bar or large player: the same controls, laid out anew.
     *
     * @param {boolean} large
     */
    #size(large, focus = large ? 'collapse' : 'art') {
        if (large === this.#large) {
            return;
        }

        this.#large = large;
        document.body.classList.toggle('covered', large);

        for (const other of [$('top'), $('main')]) {
            other.inert = large;
        }

        this.#draw();
        document.getElementById(focus)?.focus();
    }

    #draw() {
        const { track } = this.#playback;

        this.#root.hidden = !track;
        document.body.classList.toggle('has-player', Boolean(track));

        if (track) {
            this.#root.classList.toggle('large', this.#large);
            render(this.#player(track), this.#root);
        }
    }

    /** @param {Track} track */
    #player(track) {
        const large = this.#large;
        const { title } = names(track);

        return html`<button class="plain collapse" id="collapse" type="button"
            aria-label="Close the large player" @click=${
            () => this.#shrink()}>${icon('down')}</button><button
            class="plain art" id="art" type="button" aria-controls="player"
            aria-expanded=${large} aria-label=${large
                ? 'Close the large player' : 'Open the large player'}
            @click=${() => (large ? this.#shrink() : this.#grow())}>${
            cover(track, '(min-width: 48rem) 26rem, 90vw')}</button><div
        class="now"><p class="now-title" id="now-title">${
            track.trackGroupId
                ? html`<a href=${`/release/${track.trackGroupId}`}>${title}</a>`
                : title}</p><p class="now-artist" id="now-artist">${
            artists(track)}</p></div>${this.#transport()}${
        this.#timeline()}<div class="plays"><span id="now-dots">${
            dots(track)}</span>${hint(this.#playback)}${
            buyButton(track)}</div>${this.#rest(track)}`;
    }

    #transport() {
        const playback = this.#playback;
        const { playing, queue } = playback;
        const label = playing ? 'Pause' : 'Play';

        return html`<div class="transport"><button class="plain step mode"
            id="shuffle" type="button" aria-label="Shuffle"
            aria-pressed=${queue.shuffled} @click=${
            () => playback.shuffle(!queue.shuffled)}>${
            icon('shuffle')}</button><button class="plain step" id="previous"
            type="button" aria-label="Previous track" @click=${
            () => playback.previous()}>${icon('previous')}</button><button
            class=${classMap({ plain: true, go: true, slow: this.#slow })}
            id="toggle" type="button" aria-busy=${this.#slow}
            aria-label=${this.#slow ? `${label}, it is loading` : label}
            @click=${() => playback.toggle()}>${
            icon(playing ? 'pause' : 'play')}</button><button
            class="plain step" id="next" type="button" aria-label="Next track"
            ?disabled=${!queue.next} @click=${() => playback.next()}>${
            icon('next')}</button><button class="plain step mode" id="repeat"
            type="button" aria-label=${REPEAT[queue.repeat]}
            aria-pressed=${queue.repeat !== 'off'} @click=${
            () => playback.repeat(following(queue.repeat))}>${
            icon(queue.repeat === 'one' ? 'repeat-one'
                                        : 'repeat')}</button></div>`;
    }

    #timeline() {
        const { duration } = this.#playback;
        const position = this.#held ?? this.#playback.position;
        const elapsed = clock(position);
        const length = clock(duration);

        return html`<div class="timeline"><span class="time" id="elapsed"
            aria-hidden="true">${elapsed}</span>${
            this.#wave(position, duration)}<input class="range" id="seek"
            type="range" min="0" step="0.1" aria-label="Position"
            .max=${String(duration || 1)} .value=${live(String(position))}
            .style=${done(position, duration)}
            aria-valuetext=${`${elapsed} of ${length}`}
            @input=${(/** @type {Event} */ event) => this.#hold(at(event))}
            @change=${(/** @type {Event} */ event) => this.#release(
                at(event))}
            @blur=${() => this.#hold(null)}><span class="time" id="length"
            aria-hidden="true">${length}</span></div>`;
    }

    /**
     * Decoration: what can be moved is the slider on it.
     *
     * @param {number} position
     * @param {number} duration
     */
    #wave(position, duration) {
        const address = this.#playback.track?.waveform;
        const of = address ? wave(address, () => this.#draw()) : null;

        if (!of || !(duration > 0)) {
            return nothing;
        }

        const played = position / duration;

        return html`<svg class="wave" viewBox="0 0 1000 2" aria-hidden="true"
            preserveAspectRatio="none"><defs><linearGradient id="wave"><stop
            class="wave-played" offset=${played}></stop><stop
            class="wave-rest" offset=${played}></stop></linearGradient></defs>
            <path fill="url(#wave)" d=${outline(of, duration)}></path></svg>`;
    }

    /** @param {number | null} position */
    #hold(position) {
        this.#held = position;
        this.#draw();
    }

    /** @param {number} position */
    #release(position) {
        this.#held = null;
        this.#playback.seek(position);
    }

    /**
     * What can be done with it, the queue and the volume.
     *
     * @param {Track} track
     */
    #rest(track) {
        const playback = this.#playback;
        const level = playback.muted ? 0 : playback.volume;

        return html`<div class="rest">${heart(track)}${
            lyricsButton(track)}<a class="step" id="queue" href="/queue"
            aria-label="Queue" aria-current=${
            location.pathname === '/queue' ? 'page' : 'false'}>${
            icon('queue')}<span class="word">Queue</span></a><button
            class="plain step" id="mute" type="button"
            aria-label="Mute" aria-pressed=${playback.muted}
            @click=${() => playback.setVolume(playback.volume,
                                              !playback.muted)}>${
            icon(level ? 'volume' : 'muted')}</button><input class="range"
            id="volume" type="range" min="0" max="1" step="0.05"
            aria-label="Volume" .value=${live(String(level))}
            .style=${done(level, 1)} @input=${
            (/** @type {Event} */ event) => playback.setVolume(
                at(event))}></div>`;
    }
}


/** @param {Event} event of a slider */
function at({ target }) {
    return Number(/** @type {HTMLInputElement} */ (target).value);
}


/**
 * How far a slider is filled, for the style.
 *
 * @param {number} value
 * @param {number} max
 */
function done(value, max) {
    return `--done: ${max > 0 ? value / max : 0}`;
}


/** @param {Playback} playback */
function hint({ track, mode, duration }) {
    if (mode === 'preview') {
        const seconds = Math.round(Math.min(rule.previewS, duration));

        return html`<p class="hint preview" id="hint">Preview, ${seconds} s. ${
            session.who ? 'Your credit does not cover the next play.'
                : session.able ? 'Log in to hear it all.' : nothing}</p>`;
    }

    const owned = Boolean(session.who && track && store.owned(track));

    return html`<p class=${classMap({ hint: true, owned })} id="hint">${
        session.who && track ? priceText(track) : nothing}</p>`;
}
