/* What the listener likes, owns and has heard. */

import { NOBODY, login } from '../account.js';
import { Paged } from '../paged.js';
import { html, nothing } from '../lib/lit-html/lit-html.js';
import { PLAYS_TO_OWN } from '../plays.js';
import { trackList } from '../rows.js';
import { session } from '../session.js';
import { store } from '../store.js';
import { more, panel, section } from '../view.js';
import { amount } from '../words.js';

const NEAR = 5;
const LIMIT = 50;


export const favourites = page('/favourites', 'Favourites', {
    path: '/user/favorites',
    anonymous: 'Log in, and the tracks that you mark with a heart are here.',
    empty: 'No favourites yet',
    advice: 'The heart beside a track keeps it here.',
});

export const history = page('/history', 'History', {
    path: '/user/plays/history',
    anonymous: 'Log in, and what you hear is listed here.',
    empty: 'Nothing heard yet',
    advice: 'Play something: each track is listed once, the last one first.',
});

export const collection = {
    ...page('/collection', 'Collection', {
        path: '/user/collection',
        anonymous: 'Log in, and the tracks that are yours are here.',
        empty: 'Nothing is yours yet',
        advice: `Play a track ${PLAYS_TO_OWN} times, or buy it, and it is`
                + ' yours: it costs nothing any more.',
    }),

    /** @param {Ctx} ctx */
    async load(ctx) {
        const { signal } = ctx;

        if (!session.who) {
            return {};
        }

        const [list, heard] = await Promise.all([
            Paged.load('/user/collection', { limit: LIMIT }, signal),
            Paged.load('/user/plays/history', { limit: 100 }, signal),
        ]);

        return { list, near: near(heard.items) };
    },
};


/** @typedef {'/user/favorites' | '/user/plays/history' | '/user/collection'}
 *           Own */

/**
 * @param {string} pattern
 * @param {string} title
 * @param {{ path: Own, anonymous: string, empty: string,
 *           advice: string }} words
 * @returns {Page<{ list?: Paged<Track>, near?: Track[] }>}
 */
function page(pattern, title, { path, anonymous, empty, advice }) {
    return {
        pattern,
        title: () => title,
        load: async ({ signal }) => (session.who
            ? { list: await Paged.load(path, { limit: LIMIT }, signal) } : {}),
        render: ({ list, near: almost = [] }, ctx) => {
            if (!list) {
                return session.able ? panel(title, anonymous, 'Log in', login)
                                    : panel(title, NOBODY);
            }

            if (!list.items.length && !almost.length) {
                return panel(empty, advice, 'Find music', () => ctx.go('/'));
            }

            return html`<h1 class="page-title" tabindex="-1">${title}</h1>
                <p class="soft">${list.count ? amount(list.count, 'track')
                                             : advice}</p>
                ${trackList(list.items, ctx)}${more(list)}
                ${almost.length ? section('Nearly yours',
                    trackList(almost, ctx, { heading: togo })) : nothing}`;
        },
    };
}


/**
 * @param {Track[]} heard
 */
function near(heard) {
    return heard.filter((track) => store.plays(track) >= NEAR
                                   && !store.owned(track))
        .sort((a, b) => store.plays(b) - store.plays(a));
}


/** @param {Track} track */
function togo(track) {
    const rest = PLAYS_TO_OWN - store.plays(track);

    return html`<li class="row-note">${
        rest > 0 ? `${amount(rest, 'play')} to go` : 'It is yours now'}</li>`;
}
