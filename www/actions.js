/* What a row offers beside playing its track. */

import { addTo } from './addto.js';
import { offer, owing } from './buy.js';
import { mayKeep, trackEntry } from './download.js';
import { html, nothing } from './lib/lit-html/lit-html.js';
import { like } from './likes.js';
import { showLyrics } from './lyrics.js';
import { openMenu } from './menu.js';
import { euros } from './price.js';
import { share } from './share.js';
import { store } from './store.js';
import { toast } from './toast.js';
import { icon, names } from './view.js';


/**
 * @param {Track} track
 * @param {Ctx} ctx
 * @returns {Content}
 */
export function rowActions(track, ctx) {
    return html`${heart(track)}${
        moreButton(names(track).title, () => entries(track, ctx))}`;
}


/** @param {Track} track */
export function heart(track) {
    const on = store.favourite(track);

    return html`<button class="plain tool heart" type="button"
        aria-pressed=${on} aria-label=${`Favourite: ${names(track).title}`}
        title=${on ? 'A favourite' : 'Make it a favourite'}
        @click=${() => like(track)}>${
        icon(on ? 'heart-on' : 'heart')}</button>`;
}


/** @param {Track} track */
export function lyricsButton(track) {
    return track.hasLyrics ? html`<button class="plain tool" type="button"
        aria-label="Lyrics" title="Lyrics" @click=${() => showLyrics(track)}>${
        icon('lyrics')}</button>` : nothing;
}


/**
 * @param {string} title
 * @param {() => import('./menu.js').Entry[]} list
 */
export function moreButton(title, list) {
    return html`<button class="plain tool" type="button"
        aria-haspopup="dialog" aria-label=${`More: ${title}`} title="More"
        @click=${(/** @type {Event & { currentTarget: HTMLElement }} */
            { currentTarget }) => openMenu(currentTarget, title, list())}>${
        icon('more')}</button>`;
}


/**
 * @param {Track} track
 * @param {Ctx} ctx
 * @returns {import('./menu.js').Entry[]}
 */
export function entries(track, ctx) {
    return [...queueEntries([track], names(track).title, ctx),
            ...trackEntries(track)];
}


/**
 * @param {Track[]} tracks
 * @param {string} what  as they are called
 * @param {Pick<Ctx, 'playback'>} ctx
 * @returns {import('./menu.js').Entry[]}
 */
export function queueEntries(tracks, what, { playback }) {
    const put = (/** @type {boolean} */ next) => {
        toast(!playback.add(tracks, { next }) ? 'The queue is full.'
              : next ? `“${what}” plays next.`
                     : `“${what}” is in the queue.`);
    };

    return [
        { label: 'Play next', icon: 'next', act: () => put(true) },
        { label: 'Add to queue', icon: 'queue', act: () => put(false) },
    ];
}


/**
 * What can be done with a track wherever it is.
 *
 * @param {Track} track
 * @returns {import('./menu.js').Entry[]}
 */
export function trackEntries(track) {
    const { title, artist } = names(track);
    const release = track.trackGroupId;
    const mc = owing(track);
    const people = track.artists ?? [{ id: track.creatorId,
                                       displayName: artist }];

    return [
        ...mc ? [{ label: `Buy ${euros(mc)}`, icon: 'buy',
                   act: () => offer(track) }] : [],
        { label: 'Add to playlist', icon: 'plus',
          act: () => addTo([track], title) },
        ...mayKeep([track]) ? [trackEntry(track.id)] : [],
        ...track.hasLyrics
            ? [{ label: 'Lyrics', icon: 'lyrics',
                 act: () => showLyrics(track) }] : [],
        ...release
            ? [{ label: 'Go to release', icon: 'disc',
                 href: `/release/${release}` },
               { label: 'Share', icon: 'share',
                 act: () => share(`${title} by ${artist}`,
                                  `/release/${release}?track=${track.id}`) }]
            : [],
        ...people.map(({ id, displayName }) => ({
            label: people.length > 1 ? `Go to ${displayName}`
                                     : 'Go to artist',
            icon: 'person', href: `/artist/${id}` })),
    ];
}
