/* The first page: what is new. */

import { Paged } from '../paged.js';
import { html, nothing } from '../lib/lit-html/lit-html.js';
import { trackList } from '../rows.js';
import { card, cards, more, panel, section } from '../view.js';
import { hero, pictured } from './album.js';


/**
 * @type {Page<{ releases: Paged<Release>, playlists: Paged<Playlist>,
 *               tracks: Paged<Track> }>}
 */
export const home = {
    pattern: '/',

    async load({ signal }) {
        const [releases, playlists, tracks] = await Promise.all([
            Paged.load('/trackgroups?limit=24', signal),
            Paged.load('/playlists?limit=12', signal),
            Paged.load('/tracks?limit=50', signal),
        ]);

        return { releases, playlists, tracks };
    },

    render({ releases, playlists, tracks }, ctx) {
        const [first, ...rest] = releases.items;

        if (!first && !tracks.items.length) {
            return panel('No music here yet',
                         'Put a folder of music in with bin/resonate-ingest,'
                         + ' and it appears here.');
        }

        return html`
            <h1 class="unseen" tabindex="-1">Resonate</h1>
            ${first ? hero(first, 'Newest release') : nothing}
            ${rest.length ? section('Releases', cards(rest), more(releases))
                          : nothing}
            ${playlists.items.length ? section('Playlists', shelf(playlists))
                                     : nothing}
            ${section('Tracks', trackList(tracks.items, ctx), more(tracks))}`;
    },
};


/** @param {Paged<Playlist>} playlists */
function shelf(playlists) {
    return html`<ul class="grid" role="list">${playlists.items.map(
        (item) => card(pictured(item), 'playlist'))}</ul>`;
}
