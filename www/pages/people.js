/* Artists and labels. */

import { api, ok } from '../api.js';
import { html, nothing } from '../lib/lit-html/lit-html.js';
import { trackList } from '../rows.js';
import { store } from '../store.js';
import { cards, section } from '../view.js';


/**
 * @type {Page<{ person: Artist, releases: Album[], top: Track[],
 *               others: Track[] }>}
 */
export const artist = {
    pattern: '/artist/:id',
    intro: 'line',
    title: ({ person }) => person.displayName,

    async load({ params, signal }) {
        const path = { id: params.id };
        const [{ data }, releases, top, tracks] = await Promise.all([
            ok(api.GET('/artists/{id}', { params: { path }, signal })),
            ok(api.GET('/artists/{id}/releases', { params: { path }, signal })),
            ok(api.GET('/artists/{id}/tracks/top', {
                params: { path, query: { limit: 5 } }, signal })),
            ok(api.GET('/artists/{id}/tracks', {
                params: { path, query: { limit: 100 } }, signal })),
        ]);

        store.learn([...top.data, ...tracks.data]);

        return { person: data, releases: releases.data, top: top.data,
                 others: elsewhere(tracks.data, releases.data) };
    },

    render: ({ person, releases, top, others }, ctx) => html`${
        heading(person, 'Artist')}${
        top.length ? section('Most played', trackList(top, ctx)) : nothing}${
        releases.length ? section('Releases', cards(releases)) : nothing}${
        others.length ? section('On other releases', trackList(others, ctx, {
            heading: (track) => html`<li class="row-note"><a
                href=${`/release/${track.trackGroupId}`}>${
                track.album}</a></li>` })) : nothing}`,
};

/**
 * @type {Page<{ person: Artist, artists: Artist[], releases: Release[] }>}
 */
export const label = {
    pattern: '/label/:id',
    intro: 'line',
    title: ({ person }) => person.displayName,

    async load({ params, signal }) {
        const path = { id: params.id };
        const [{ data }, artists, releases] = await Promise.all([
            ok(api.GET('/labels/{id}', { params: { path }, signal })),
            ok(api.GET('/labels/{id}/artists', {
                params: { path, query: { limit: 100 } }, signal })),
            ok(api.GET('/labels/{id}/releases', { params: { path }, signal })),
        ]);

        return { person: data, artists: artists.data,
                 releases: releases.data };
    },

    render: ({ person, artists, releases }) => html`${
        heading(person, 'Label')}${
        artists.length ? section('Artists', persons(artists)) : nothing}${
        section('Releases', cards(releases))}`,
};


/**
 * The tracks on compilations and on releases of others.
 *
 * @param {Track[]} tracks
 * @param {Album[]} releases
 */
function elsewhere(tracks, releases) {
    const own = new Set(releases.flatMap(({ items }) => items.map(
        ({ track }) => track?.id)));

    return tracks.filter(({ id }) => !own.has(id));
}


/**
 * @param {Artist} person
 * @param {string} kind
 */
function heading(person, kind) {
    const house = person.label;

    return html`<header class="person">
        <p class="eyebrow">${person.type?.name ?? kind}</p>
        <h1 tabindex="-1">${person.displayName}</h1>
        ${house ? html`<p><a href=${`/label/${house.id}`}>${
            house.name}</a></p>` : nothing}
        ${person.shortBio ? html`<p class="about">${person.shortBio}</p>`
                          : nothing}</header>`;
}


/**
 * @param {Person[]} people
 * @param {string} [page]
 */
export function persons(people, page = 'artist') {
    return html`<ul class="persons" role="list">${people.map(
        ({ id, displayName }) => html`<li><a class="button"
            href=${`/${page}/${id}`}>${displayName}</a></li>`)}</ul>`;
}
