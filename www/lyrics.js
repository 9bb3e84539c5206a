/* Lyrics, beside the page: they follow what plays, if they have times. */

import { api, ok } from './api.js';
import { html, nothing, render } from './lib/lit-html/lit-html.js';
import { store } from './store.js';
import { icon, names } from './view.js';
import { message } from './words.js';

const STAMP = /\[(\d+):(\d{1,2}(?:[.:]\d{1,3})?)\]/g;
const HEADER = /^\[[a-z#]+:.*\]$/i;

/** @typedef {{ at: number | null, text: string }} Line */

/** @type {{ track: Track, lines: Line[] | null, error: string,
 *           follows: boolean } | null} */
let shown = null;

/** @type {HTMLElement | null} */
let panel = null;

/** @type {HTMLElement | null} */
let opener = null;

/** @type {{ position: number } & EventTarget | null} */
let player = null;


/** @param {{ position: number } & EventTarget} playback */
export function bindLyrics(playback) {
    player = playback;
    playback.addEventListener('time', () => mark());
    playback.addEventListener('track', () => {
        const { track } = store.now;

        if (shown?.follows && track && track.id !== shown.track.id) {
            show(track, true);
        }
    });
}


/** @param {Track} track */
export function showLyrics(track) {
    opener = /** @type {HTMLElement} */ (document.activeElement);
    show(track, store.now.track?.id === track.id);
    panel?.querySelector('h2')?.focus();
}


/**
 * @param {Track} track
 * @param {boolean} follows
 */
async function show(track, follows) {
    /** @type {NonNullable<typeof shown>} */
    const mine = { track, lines: track.hasLyrics ? null : [], error: '',
                   follows };

    shown = mine;
    draw();

    if (!track.hasLyrics) {
        return;
    }

    try {
        const { data } = await ok(api.GET('/tracks/{id}', {
            params: { path: { id: track.id } } }));

        mine.lines = parse(data.lyrics ?? '');

    } catch (error) {
        mine.error = message(error);
    }

    if (shown === mine) {
        draw();
        mark();
    }
}


function close() {
    shown = null;
    draw();
    opener?.focus();
}


function draw() {
    if (!panel) {
        panel = document.createElement('aside');
        panel.className = 'lyrics';
        panel.setAttribute('aria-label', 'Lyrics');
        panel.addEventListener('keydown', (event) => {
            if (event.key === 'Escape') {
                event.stopPropagation();
                close();
            }
        });
        document.body.append(panel);
    }

    panel.hidden = !shown;
    render(shown ? content(shown) : nothing, panel);
}


/** @param {NonNullable<typeof shown>} what */
function content({ track, lines, error }) {
    const { title, artist } = names(track);

    return html`<header class="dialog-head"><div><h2
        tabindex="-1">${title}</h2><p class="soft">${artist}</p></div><button
        class="plain tool" type="button" aria-label="Close the lyrics"
        @click=${close}>${icon('close')}</button></header><div
        class="lyrics-text" tabindex="0" role="group" aria-label="Words">${
        error ? html`<p class="soft">${error}</p>`
        : !lines ? html`<p class="soft">…</p>`
        : lines.length ? lines.map(({ text }) => html`<p
            class="line">${text || ' '}</p>`)
        : html`<p class="soft">No lyrics for this track.</p>`}</div>`;
}


/* the line that is sung now */
function mark() {
    if (!shown?.lines || !panel) {
        return;
    }

    const { lines, track } = shown;
    const on = store.now.track?.id === track.id && player
        ? at(lines, player.position) : -1;
    const elements = panel.querySelectorAll('.line');
    const now = elements[on];

    if (now?.classList.contains('now')) {
        return;
    }

    elements.forEach((element, i) => element.classList.toggle('now', i === on));
    panel.querySelector('.lyrics-text')?.classList.toggle('timed', on >= 0);

    if (now) {
        const quick = matchMedia('(prefers-reduced-motion: reduce)').matches;

        now.scrollIntoView({ block: 'center',
                             behavior: quick ? 'auto' : 'smooth' });
    }
}


/**
 * The last line whose time has come.
 *
 * @param {Line[]} lines
 * @param {number} position
 */
export function at(lines, position) {
    return lines.findLastIndex((line) => line.at !== null
                                         && line.at <= position);
}


/**
 * Plain text, or LRC: "[01:02.50]words", of which one line may have several
 * times, and headers as "[ar:Somebody]".
 *
 * @param {string} text
 * @returns {Line[]}
 */
export function parse(text) {
    const lines = text.trim().split(/\r\n|\r|\n/);

    if (!lines.some((line) => new RegExp(STAMP).test(line))) {
        return lines.map((line) => ({ at: null, text: line }))
            .filter((line, i) => line.text || i);
    }

    return lines.filter((line) => !HEADER.test(line.trim()))
        .flatMap((line) => stamps(line))
        .sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
}


/** @param {string} line */
function stamps(line) {
    const text = line.replace(STAMP, '').trim();
    const times = [...line.matchAll(STAMP)].map(([, minutes, seconds]) =>
        Number(minutes) * 60 + Number(seconds.replace(':', '.')));

    return times.map((time) => ({ at: time, text }));
}
