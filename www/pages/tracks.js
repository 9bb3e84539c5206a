/* All tracks. */

import { Paged } from '../paged.js';
import { html } from '../lib/lit-html/lit-html.js';
import { trackList } from '../rows.js';
import { more } from '../view.js';


/** @type {Page<{ all: Paged<Track> }>} */
export const tracks = {
    pattern: '/tracks',
    title: () => 'Tracks',
    load: async ({ signal }) => ({
        all: await Paged.load('/tracks?limit=50', signal),
    }),

    render: ({ all }, ctx) => html`
        <h1 class="page-title" tabindex="-1">Tracks</h1>
        ${trackList(all.items, ctx)}${more(all)}`,
};
