/* Tracks in rows, drawn from what is known of each. */

import { rowActions } from './actions.js';
import { classMap } from './lib/lit-html/directives/class-map.js';
import { repeat } from './lib/lit-html/directives/repeat.js';
import { html, nothing } from './lib/lit-html/lit-html.js';
import { session } from './session.js';
import { store } from './store.js';
import { clock, cover, dots, icon, names, price } from './view.js';


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
        data-track=${track.id}><button class="plain track-go" type="button"
            aria-label=${`${playing ? 'Pause' : 'Play'} ${title} by ${artist}`}
            @click=${play}>${
            number ? html`<span class="number">${number}</span>`
                   : cover(track, '3.5rem')}<span class="over">${
            icon(playing ? 'pause' : 'play')}</span></button><div
        class="track-text"><span class="track-title" @click=${play}>${
            title}</span><span class="track-artist">${
            artists(track)}</span></div>${session.token ? html`<div
        class="track-plays">${dots(track)}<span class="price"
            title="What the next play costs, in credits">${
            price(track)}</span></div>` : nothing}${actions}<span
        class="time">${clock(track.duration)}</span></li>`;
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
