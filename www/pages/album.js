/* What has items: a release, a playlist; its tracks are one queue. */

import { call } from '../api.js';
import { html, nothing } from '../lib/lit-html/lit-html.js';
import { trackList } from '../rows.js';
import { store } from '../store.js';
import { by, cover, icon } from '../view.js';


export const release = {
    pattern: '/release/:id',
    load: (ctx) => load('/trackgroups', ctx),
    title: ({ data }) => data.title,
    render: ({ data, tracks }, ctx) => html`${
        hero(data, kind(data), () => ctx.play(tracks, 0))}${
        trackList(tracks, ctx, { numbered: (_, i) => i + 1 })}${about(data)}`,
};

export const playlist = {
    pattern: '/playlist/:id',
    load: (ctx) => load('/playlists', ctx),
    title: ({ data }) => data.title,
    render: ({ data, tracks }, ctx) => html`${
        hero(pictured(data), 'Playlist', () => ctx.play(tracks, 0))}${
        trackList(tracks, ctx)}${about(data)}`,
};


async function load(path, { params, signal }) {
    const { data } = await call(`${path}/${encodeURIComponent(params.id)}`,
                                { signal });
    const tracks = data.items.map((item) => item.track).filter(Boolean);

    store.learn(tracks);

    return { data, tracks };
}


/* with "play" it heads a page of its own, without it leads there */
export function hero(item, eyebrow, play) {
    const kind = item.type ? 'release' : 'playlist';

    return html`<section class="hero">${
        cover(item, '(min-width: 48rem) 22rem, 90vw')}<div class="hero-text">
        <p class="eyebrow">${eyebrow}</p>
        ${play ? html`<h1 class="hero-title" tabindex="-1">${item.title}</h1>`
               : html`<h2 class="hero-title"><a
                   href=${`/release/${item.id}`}>${item.title}</a></h2>`}
        <p class="hero-artist">${artistLink(item)}</p>
        ${play ? html`<button class="button strong" type="button"
                      @click=${play}>${icon('play')}Play ${kind}</button>`
               : html`<a class="button strong"
                      href=${`/release/${item.id}`}>Open release</a>`}
        </div></section>`;
}


/* a playlist's creator is a listener, who has no page */
function artistLink(item) {
    return item.creatorId && item.type
        ? html`<a href=${`/artist/${item.creatorId}`}>${by(item)}</a>`
        : by(item);
}


function about({ about }) {
    return about ? html`<p class="about">${about}</p>` : nothing;
}


/* a playlist without a picture has that of its first track */
export function pictured(playlist) {
    const track = playlist.items[0]?.track;

    return playlist.cover || !track
        ? playlist
        : { ...playlist, cover: track.cover, images: track.images };
}


function kind({ type, releaseDate }) {
    const names = { lp: 'Album', ep: 'EP', single: 'Single',
                    compilation: 'Compilation', podcast: 'Podcast' };

    return [names[type] ?? 'Release', releaseDate?.slice(0, 4)]
        .filter(Boolean).join(' · ');
}
