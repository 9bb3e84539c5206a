/* Artists and labels. */

import { call } from '../api.js';
import { html, nothing } from '../lib/lit-html/lit-html.js';
import { cards, section } from '../view.js';


/**
 * @type {Page<{ person: Artist, releases: Release[] }>}
 */
export const artist = {
    pattern: '/artist/:id',
    title: ({ person }) => person.displayName,

    async load({ params, signal }) {
        const path = `/artists/${encodeURIComponent(params.id)}`;
        const [{ data }, releases] = await Promise.all([
            call(path, { signal }),
            call(`${path}/releases`, { signal }),
        ]);

        return { person: data, releases: releases.data };
    },

    render: ({ person, releases }) => html`${heading(person, 'Artist')}${
        section('Releases', cards(releases))}`,
};

/**
 * @type {Page<{ person: Artist, artists: Artist[], releases: Release[] }>}
 */
export const label = {
    pattern: '/label/:id',
    title: ({ person }) => person.displayName,

    async load({ params, signal }) {
        const path = `/labels/${encodeURIComponent(params.id)}`;
        const [{ data }, artists, releases] = await Promise.all([
            call(path, { signal }),
            call(`${path}/artists?limit=100`, { signal }),
            call(`${path}/releases`, { signal }),
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
