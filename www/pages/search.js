/* What matches some words. */

import { api, ok } from '../api.js';
import { html, nothing } from '../lib/lit-html/lit-html.js';
import { trackList } from '../rows.js';
import { store } from '../store.js';
import { cards, panel, section } from '../view.js';
import { persons } from './people.js';


/**
 * @typedef {{ people: Person[], labels: Person[], tracks: Track[],
 *             trackgroups: Release[] }} Found
 */


/** @type {Page<Found>} */
export const search = {
    pattern: '/search',
    still: true,
    title: (_, { query }) => `Search: ${words(query)}`,

    async load({ query, signal, say }) {
        const { data } = await ok(api.GET('/search', {
            params: { query: { limit: 30, q: words(query) } }, signal }));
        const people = [...data.artists, ...data.bands];

        store.learn(data.tracks);
        const found = { ...data, people };

        say(summary(found, words(query)));

        return found;
    },

    render({ people, labels, tracks, trackgroups }, ctx) {
        const title = words(ctx.query);

        if (![people, labels, tracks, trackgroups].some((all) => all.length)) {
            return panel('Nothing found',
                         `No track, release or artist matches “${title}”.`);
        }

        return html`
            <h1 class="unseen" tabindex="-1">Search: ${title}</h1>
            ${some(people, 'Artists', persons)}
            ${some(labels, 'Labels', (all) => persons(all, 'label'))}
            ${some(tracks, 'Tracks', (all) => trackList(all, ctx))}
            ${some(trackgroups, 'Releases', (all) => cards(all))}`;
    },
};


/** @param {URLSearchParams} query */
function words(query) {
    return (query.get('q') ?? '').trim();
}


/**
 * @template T
 * @param {T[]} items
 * @param {string} title
 * @param {(items: T[]) => Content} body
 */
function some(items, title, body) {
    return items.length ? section(title, body(items)) : nothing;
}


/**
 * @param {Found} found
 * @param {string} query
 */
function summary({ people, labels, tracks, trackgroups }, query) {
    const names = people.length + labels.length;

    return names + tracks.length + trackgroups.length === 0
        ? `Nothing found for ${query}`
        : `${count(tracks.length, 'track')}, `
          + `${count(trackgroups.length, 'release')} and `
          + `${count(names, 'artist')} found`;
}


/**
 * @param {number} number
 * @param {string} name
 */
function count(number, name) {
    return `${number} ${name}${number === 1 ? '' : 's'}`;
}
