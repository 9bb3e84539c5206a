/* Tracks in an order that can be changed: by dragging, or by the buttons of
   each row, which the keyboard reaches. */

import { html } from '../lib/lit-html/lit-html.js';
import { repeat } from '../lib/lit-html/directives/repeat.js';
import { say } from '../toast.js';
import { cover, icon, names } from '../view.js';

/** what is dragged
 *
 * @type {Track | null} */
let held = null;


/**
 * @param {Track[]} tracks
 * @param {{ order: (tracks: Track[]) => unknown,
 *           drop: (track: Track) => unknown }} on
 */
export function editList(tracks, on) {
    return html`<ol class="tracks" role="list" data-edit>${repeat(
        tracks, ({ id }) => id,
        (track, i) => row(track, i, tracks, on))}</ol>`;
}


/**
 * @param {Track} track
 * @param {number} i
 * @param {Track[]} tracks
 * @param {Parameters<typeof editList>[1]} on
 */
function row(track, i, tracks, on) {
    const { title, artist } = names(track);
    const to = (/** @type {number} */ place) => {
        on.order(moved(tracks, i, place));
        follow(track.id, place > i ? 'down' : 'up');
        say(`${title} is number ${place + 1} of ${tracks.length}`);
    };

    return html`<li class="track editable" data-track=${track.id}
        draggable="true"
        @dragstart=${(/** @type {DragEvent} */ event) => {
            held = track;
            event.dataTransfer?.setData('text/plain', title);
        }}
        @dragover=${(/** @type {DragEvent} */ event) => {
            if (held) {
                event.preventDefault();
            }
        }}
        @drop=${(/** @type {DragEvent} */ event) => {
            event.preventDefault();

            if (held && held !== track) {
                on.order(moved(tracks, tracks.indexOf(held), i));
            }

            held = null;
        }}
        @dragend=${() => { held = null; }}><span
        class="track-go grip" aria-hidden="true">${icon('grip')}${
        cover(track, '3.5rem')}</span><div class="track-text"><span
        class="track-title">${title}</span><span class="track-artist">${
        artist}</span></div><div class="track-actions">${
        step('up', `Move up: ${title}`, i > 0, () => to(i - 1))}${
        step('down', `Move down: ${title}`, i < tracks.length - 1,
             () => to(i + 1))}${
        step('close', `Remove: ${title}`, true, () => {
            on.drop(track);
            say(`${title} is removed`);
        })}</div></li>`;
}


/**
 * @param {string} name
 * @param {string} label
 * @param {boolean} able
 * @param {() => void} act
 */
function step(name, label, able, act) {
    return html`<button class="plain tool" type="button" data-step=${name}
        aria-label=${label} ?disabled=${!able} @click=${act}>${
        icon(name)}</button>`;
}


/**
 * The focus goes along with the row, as far as it can go.
 *
 * @param {string} id
 * @param {string} way
 */
function follow(id, way) {
    requestAnimationFrame(() => {
        const place = document.querySelector(
            `.editable[data-track="${id}"]`);
        /** @type {HTMLElement | null | undefined} */
        const button = place?.querySelector(`[data-step=${way}]:enabled`)
                     ?? place?.querySelector('[data-step]:enabled');

        button?.focus();
    });
}


/**
 * @template T
 * @param {T[]} list
 * @param {number} from
 * @param {number} to
 */
export function moved(list, from, to) {
    const result = [...list];

    result.splice(to, 0, ...result.splice(from, 1));

    return result;
}
