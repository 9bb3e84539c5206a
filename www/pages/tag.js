/* What has a tag. */

import { api, ok } from '../api.js';
import { html, nothing } from '../lib/lit-html/lit-html.js';
import { trackList } from '../rows.js';
import { store } from '../store.js';
import { cards, panel, section } from '../view.js';


/** @type {Page<{ tracks: Track[], trackgroups: Release[] }>} */
export const tag = {
    pattern: '/tag/:tag',
    intro: 'line',
    title: (_, { params }) => params.tag,

    async load({ params, signal }) {
        const { data } = await ok(api.GET('/tag/{tag}', {
            params: { path: { tag: params.tag }, query: { limit: 100 } },
            signal }));

        store.learn(data.tracks);

        return data;
    },

    render({ tracks, trackgroups }, ctx) {
        const { tag: name } = ctx.params;

        if (!tracks.length && !trackgroups.length) {
            return panel('Nothing has this tag', `Nothing is tagged “${name}”.`,
                         'See all music', () => ctx.go('/'));
        }

        return html`<p class="eyebrow">Tag</p>
            <h1 class="page-title" tabindex="-1">${name}</h1>
            ${trackgroups.length ? section('Releases', cards(trackgroups))
                                 : nothing}
            ${tracks.length ? section('Tracks', trackList(tracks, ctx))
                            : nothing}`;
    },
};
