/* Tracks in rows, drawn from what is known of each. */

import { rowActions } from './actions.js';
import { buyButton } from './buy.js';
import { classMap } from './lib/lit-html/directives/class-map.js';
import { repeat } from './lib/lit-html/directives/repeat.js';
import { html, nothing } from './lib/lit-html/lit-html.js';
import { credits, euros, next } from './price.js';
import { session } from './session.js';
import { store } from './store.js';
import { clock, cover, dots, icon, names } from './view.js';


/**
 * Tracks are one queue for ctx.play; options: what is in a row's place of a
 * cover, and what stands above it.
 *
 * @param {Track[]} tracks
 * @param {Ctx} ctx
 * @param {{ numbered?: (track: Track, i: number) => number,
 *           heading?: (track: Track, i: number) => Content }} [options]
 */
export function trackList(tracks, ctx, { numbered, heading } = {}) {
    return html`<ol class=${classMap({ tracks: true, numbered: !!numbered })}
        role="list">${repeat(tracks, (track, i) => `${track.id} ${i}`,
            (track, i) => html`${heading?.(track, i) ?? nothing}${
                row(track, {
                    number: numbered ? numbered(track, i) : 0,
                    play: () => ctx.play(tracks, i),
                    actions: rowActions(track, ctx),
                })}`)}</ol>`;
}


/**
 * @param {Track} track
 * @param {{ number: number, play: () => unknown,
 *           actions: Content }} options
 */
export function row(track, { number, play, actions }) {
    const { artist, title } = names(track);
    const on = store.now.track?.id === track.id;
    const playing = on && store.now.playing;

    return html`<li class=${classMap({ track: true, on })}
        data-track=${track.id}>
        <button class="plain track-go" type="button" @click=${play}
            aria-label=${`${playing ? 'Pause' : 'Play'} ${title} by ${artist}`}>
            ${number ? html`<span class="number" data-number=${number}></span>`
                     : cover(track, '3.5rem')}
            <span class="over">${icon(playing ? 'pause' : 'play')}</span>
        </button>
        <div class="track-text">
            <span class="track-title" dir="auto"
                @click=${play}>${title}</span>
            <span class="track-artist" dir="auto">${artists(track)}</span>
        </div>
        ${plays(track)}
        <div class="track-actions">${actions}</div>
        <span class="time">${clock(track.duration)}</span>
    </li>`;
}


/**
 * Where a listener is with it; a visitor sees what is free.
 *
 * @param {Track} track
 */
function plays(track) {
    const mc = next(track);

    if (!session.who) {
        return mc === 0 ? html`<div class="track-plays"><span
            class="price">Free</span></div>` : nothing;
    }

    return html`<div class="track-plays">${dots(track)}<span
        class=${classMap({ price: true, yours: store.owned(track) })}>${
        store.owned(track) ? 'Yours' : mc === 0 ? 'Free'
            : mc === null ? nothing : html`${euros(mc)} <small
                title="What the next play costs">${
                credits(mc)} cr</small>`}</span>${buyButton(track)}</div>`;
}


/**
 * Each of several artists is a link; a name alone is that of the creator.
 *
 * @param {Track} track
 */
export function artists(track) {
    const known = track.artists ?? [{ id: track.creatorId,
                                      displayName: names(track).artist }];

    return known.map(({ id, displayName }, i) => html`${i ? ', ' : nothing}${
        id ? html`<a href=${`/artist/${id}`}>${displayName}</a>`
           : displayName}`);
}
