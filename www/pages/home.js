/* The first page: what is new, what is played, who made it. */

import { api, ok } from '../api.js';
import { html, nothing } from '../lib/lit-html/lit-html.js';
import { Paged } from '../paged.js';
import { trackList } from '../rows.js';
import { card, cards, more, panel, section } from '../view.js';
import { hero, pictured } from './album.js';
import { persons } from './people.js';


/**
 * @type {Page<{ releases: Paged<Release>, played: Paged<Track>,
 *               labels: Person[], playlists: Playlist[] }>}
 */
export const home = {
    pattern: '/',
    intro: 'whole',

    async load({ signal }) {
        const [releases, played, labels, playlists] = await Promise.all([
            Paged.load('/trackgroups', { limit: 13 }, signal),
            Paged.load('/tracks', { limit: 10, order: 'plays' }, signal),
            ok(api.GET('/labels', {
                params: { query: { limit: 24 } }, signal })),
            ok(api.GET('/playlists', {
                params: { query: { limit: 12 } }, signal })),
        ]);

        return { releases, played, labels: labels.data,
                 playlists: playlists.data };
    },

    render({ releases, played, labels, playlists }, ctx) {
        const [first, ...rest] = releases.items;

        if (!first && !played.items.length) {
            return panel('No music here yet',
                         'Put a folder of music in with bin/resonate-ingest,'
                         + ' and it appears here.');
        }

        return html`
            <h1 class="unseen" tabindex="-1">Resonate</h1>
            ${first ? hero(first, 'Newest release') : nothing}
            ${rest.length ? section('New releases', cards(rest),
                                    more(releases)) : nothing}
            ${section('Most played', all('/tracks?order=plays', 'All tracks'),
                      trackList(played.items, ctx))}
            ${playlists.length ? section('Playlists', shelf(playlists))
                               : nothing}
            ${labels.length ? section('Labels', persons(labels, 'label'))
                            : nothing}`;
    },
};


/**
 * @param {string} address
 * @param {string} name
 */
function all(address, name) {
    return html`<a class="link all" href=${address}>${name}</a>`;
}


/** @param {Playlist[]} playlists */
function shelf(playlists) {
    return html`<ul class="grid" role="list">${playlists.map(
        (item) => card(pictured(item), 'playlist'))}</ul>`;
}
