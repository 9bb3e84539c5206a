/* All tracks, in an order that is chosen. */

import { html, nothing } from '../lib/lit-html/lit-html.js';
import { Paged } from '../paged.js';
import { trackList } from '../rows.js';
import { more } from '../view.js';

const LIMIT = 50;

const ORDERS = { newest: 'Newest', plays: 'Most played', random: 'Random' };


/** @type {Page<{ all: Paged<Track> }>} */
export const tracks = {
    pattern: '/tracks',
    intro: 'line',
    title: () => 'Tracks',
    load: async ({ query, signal }) => ({
        all: await Paged.load('/tracks', { limit: LIMIT, order: order(query) },
                              signal),
    }),

    /* a page of a random order is as good as any other */
    render: ({ all }, ctx) => html`
        <h1 class="page-title" tabindex="-1">Tracks</h1>
        <nav class="orders" aria-label="Order">${
            Object.entries(ORDERS).map(([value, name]) => html`<a
                class="button" href=${`/tracks?order=${value}`}
                aria-current=${order(ctx.query) === value}>${name}</a>`)}${
            order(ctx.query) === 'random' ? html`<button class="link"
                type="button" @click=${ctx.again}>Others</button>`
                                          : nothing}</nav>
        ${trackList(all.items, ctx)}
        ${order(ctx.query) === 'random' ? nothing : more(all)}`,
};


/** @param {URLSearchParams} query */
function order(query) {
    const asked = /** @type {keyof typeof ORDERS} */ (query.get('order') ?? '');

    return Object.hasOwn(ORDERS, asked) ? asked : 'newest';
}
