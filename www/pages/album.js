/* A release: its tracks are one queue. */

import { moreButton, queueEntries } from '../actions.js';
import { addTo } from '../addto.js';
import { api, ok } from '../api.js';
import { mayKeep, releaseEntry } from '../download.js';
import { html, nothing } from '../lib/lit-html/lit-html.js';
import { trackList } from '../rows.js';
import { share } from '../share.js';
import { store } from '../store.js';
import { by, cover, icon } from '../view.js';
import { day, today } from '../words.js';


/** @type {Page<{ data: Album, tracks: Track[] }>} */
export const release = {
    pattern: '/release/:id',
    intro: 'line',
    title: ({ data }) => data.title,

    async load({ params, signal }) {
        const { data } = await ok(api.GET('/trackgroups/{id}', {
            params: { path: { id: params.id } }, signal }));

        data.items = data.items.filter((item) => item.track);

        const tracks = data.items.flatMap((item) => item.track ?? []);

        store.learn(tracks);

        return { data, tracks };
    },

    shown: () => document.querySelector('.row-note.shared')
        ?.scrollIntoView({ block: 'center' }),

    render: ({ data, tracks }, ctx) => html`${hero(data, kind(data), {
        play: tracks.length ? () => ctx.play(tracks, 0) : null,
        tools: tools(data, tracks, ctx),
    })}${trackList(tracks, ctx, {
        numbered: (_, i) => data.items[i].number ?? i + 1,
        heading: (track, i) => html`${disc(data, i)}${
            ctx.query.get('track') === track.id ? html`<li
                class="row-note shared">This one was shared with you</li>`
                : nothing}`,
    })}${about(data)}${facts(data)}`,
};


/**
 * @param {Release} data
 * @param {Track[]} tracks
 * @param {Ctx} ctx
 */
function tools(data, tracks, ctx) {
    return html`${tracks.length ? html`<button class="button" type="button"
        @click=${() => addTo(tracks, data.title)}>${
        icon('plus')}Add to playlist</button>` : nothing}${
        data.private || upcoming(data) ? nothing : html`<button class="button"
            type="button" @click=${() => share(`${data.title} by ${by(data)}`,
            `/release/${data.id}`)}>${icon('share')}Share</button>`}${
        tracks.length ? moreButton(data.title, () => [
            ...queueEntries(tracks, data.title, ctx),
            ...mayKeep(tracks) ? [releaseEntry(data.id)] : [],
        ]) : nothing}`;
}


/**
 * Where a disc begins, of several.
 *
 * @param {Album} data
 * @param {number} i
 */
function disc({ items, discs = [] }, i) {
    const number = items[i].disc ?? 1;
    const named = discs.find((other) => other.disc === number);
    const several = new Set(items.map((item) => item.disc ?? 1)).size > 1;

    if ((!several && !named) || (i && items[i - 1].disc === items[i].disc)) {
        return nothing;
    }

    return html`<li class="disc"><h2>Disc ${number}${
        named ? `: ${named.title}` : ''}</h2></li>`;
}


/** @param {Album} data */
function facts({ releaseDate, label, tags = [], copyright, barcode }) {
    const rows = [
        releaseDate && ['Released', day(releaseDate)],
        label && ['Label', html`<a href=${`/label/${label.id}`}>${
            label.name}</a>`],
        tags.length && ['Tags', tags.map((tag, i) => html`${i ? ', ' : ''}<a
            href=${`/tag/${encodeURIComponent(tag)}`}>${tag}</a>`)],
        copyright && ['Copyright', copyright],
        barcode && ['Barcode', barcode],
    ].flatMap((row) => (row ? [row] : []));

    return rows.length ? html`<dl class="facts">${rows.map(([name, value]) =>
        html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>` : nothing;
}


/** @param {Release} data */
function upcoming({ releaseDate }) {
    return Boolean(releaseDate && releaseDate > today());
}


/**
 * With "page" it heads a page of its own, without it leads there.
 *
 * @param {Release | Playlist} item
 * @param {string} eyebrow
 * @param {{ play: (() => unknown) | null, tools: Content }} [page]
 */
export function hero(item, eyebrow, page) {
    const what = item.type ? 'release' : 'playlist';

    return html`<section class="hero">${
        cover(item, '(min-width: 48rem) 22rem, 90vw')}<div class="hero-text">
        <p class="eyebrow">${eyebrow}</p>
        ${page ? html`<h1 class="hero-title" tabindex="-1">${item.title}</h1>`
               : html`<h2 class="hero-title"><a
                   href=${`/release/${item.id}`}>${item.title}</a></h2>`}
        <p class="hero-artist">${artistLink(item)}</p>
        <div class="buttons">${page ? html`${page.play ? html`<button
            class="button strong" type="button" @click=${page.play}>${
            icon('play')}Play ${what}</button>` : nothing}${page.tools}`
            : html`<a class="button strong"
                href=${`/release/${item.id}`}>Open release</a>`}</div>
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
export function about(item) {
    return item.about ? html`<p class="about">${item.about}</p>` : nothing;
}


/**
 * A playlist without a picture has that of its first track.
 *
 * @template {Playlist} T
 * @param {T} list
 * @returns {T}
 */
export function pictured(list) {
    const track = list.items[0]?.track;

    return list.cover || !track
        ? list
        : { ...list, cover: track.cover, images: track.images };
}


/** @param {Release} data */
function kind(data) {
    const { type = '', releaseDate } = data;
    /** @type {Record<string, string>} */
    const names = { lp: 'Album', ep: 'EP', single: 'Single',
                    compilation: 'Compilation', podcast: 'Podcast' };

    return [data.private ? 'Private' : '', names[type] ?? 'Release',
            releaseDate && upcoming(data) ? `out on ${day(releaseDate)}`
                                             : releaseDate?.slice(0, 4)]
        .filter(Boolean).join(' · ');
}
