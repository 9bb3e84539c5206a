/* What has items: a release, a playlist; its tracks are one queue. */

import { call } from '../api.js';
import { html, nothing } from '../lib/lit-html/lit-html.js';
import { trackList } from '../rows.js';
import { store } from '../store.js';
import { by, cover, icon } from '../view.js';


/** @typedef {{ data: Release, tracks: Track[] }} Album */


/** @type {Page<Album>} */
export const release = {
    pattern: '/release/:id',
    load: (ctx) => load('/trackgroups', ctx),
    title: ({ data }) => data.title,
    render: ({ data, tracks }, ctx) => html`${
        hero(data, kind(data), () => ctx.play(tracks, 0))}${
        trackList(tracks, ctx, { numbered: (_, i) => i + 1 })}${about(data)}`,
};

/** @type {Page<Album>} */
export const playlist = {
    pattern: '/playlist/:id',
    load: (ctx) => load('/playlists', ctx),
    title: ({ data }) => data.title,
    render: ({ data, tracks }, ctx) => html`${
        hero(pictured(data), 'Playlist', () => ctx.play(tracks, 0))}${
        trackList(tracks, ctx)}${about(data)}`,
};


/**
 * @param {string} path
 * @param {Ctx} ctx
 * @returns {Promise<Album>}
 */
async function load(path, { params, signal }) {
    /** @type {{ data: Release }} */
    const { data } = await call(`${path}/${encodeURIComponent(params.id)}`,
                                { signal });
    const tracks = data.items.flatMap((item) => item.track ?? []);

    store.learn(tracks);

    return { data, tracks };
}


/**
 * With "play" it heads a page of its own, without it leads there.
 *
 * @param {Release | Playlist} item
 * @param {string} eyebrow
 * @param {() => unknown} [play]
 */
export function hero(item, eyebrow, play) {
    const what = item.type ? 'release' : 'playlist';

    return html`<section class="hero">${
        cover(item, '(min-width: 48rem) 22rem, 90vw')}<div class="hero-text">
        <p class="eyebrow">${eyebrow}</p>
        ${play ? html`<h1 class="hero-title" tabindex="-1">${item.title}</h1>`
               : html`<h2 class="hero-title"><a
                   href=${`/release/${item.id}`}>${item.title}</a></h2>`}
        <p class="hero-artist">${artistLink(item)}</p>
        ${play ? html`<button class="button strong" type="button"
                      @click=${play}>${icon('play')}Play ${what}</button>`
               : html`<a class="button strong"
                      href=${`/release/${item.id}`}>Open release</a>`}
        </div></section>`;
}


/**
 * A playlist's creator is a listener, who has no page.
 *
 * @param {Release | Playlist} item
 */
function artistLink(item) {
    return item.creatorId && item.type
        ? html`<a href=${`/artist/${item.creatorId}`}>${by(item)}</a>`
        : by(item);
}


/** @param {Release | Playlist} item */
function about(item) {
    return item.about ? html`<p class="about">${item.about}</p>` : nothing;
}


/**
 * A playlist without a picture has that of its first track.
 *
 * @template {Release | Playlist} T
 * @param {T} list
 * @returns {T}
 */
export function pictured(list) {
    const track = list.items[0]?.track;

    return list.cover || !track
        ? list
        : { ...list, cover: track.cover, images: track.images };
}


/** @param {Release} release */
function kind({ type = '', releaseDate }) {
    /** @type {Record<string, string>} */
    const names = { lp: 'Album', ep: 'EP', single: 'Single',
                    compilation: 'Compilation', podcast: 'Podcast' };

    return [names[type] ?? 'Release', releaseDate?.slice(0, 4)]
        .filter(Boolean).join(' · ');
}
