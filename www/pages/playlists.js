/* The listener's playlists, and everybody's. */

import { NOBODY, askIn } from '../account.js';
import { ask, close } from '../dialog.js';
import { html, nothing } from '../lib/lit-html/lit-html.js';
import { Paged } from '../paged.js';
import { create, mine } from '../playlists.js';
import { session } from '../session.js';
import { toast } from '../toast.js';
import { card, icon, more, section } from '../view.js';
import { message } from '../words.js';
import { pictured } from './album.js';


/** @type {Page<{ own: Playlist[] | null, all: Paged<Playlist> }>} */
export const playlists = {
    pattern: '/playlists',
    title: () => 'Playlists',

    async load({ signal }) {
        const [own, all] = await Promise.all([
            session.who ? mine(signal) : null,
            Paged.load('/playlists', { limit: 24 }, signal),
        ]);

        return { own, all };
    },

    render: ({ own, all }, ctx) => html`
        <div class="page-head"><h1 class="page-title" tabindex="-1">Playlists
            </h1><button class="button strong" type="button"
            @click=${() => make(ctx)}>${icon('plus')}New playlist</button></div>
        ${own?.length ? section('Yours', shelf(own))
            : html`<p class="soft">${session.who
                ? 'You have none yet. Make one here, or with “Add to'
                  + ' playlist” beside any track.'
                : session.able ? 'Log in to make your own.' : NOBODY}</p>`}
        ${all.items.length ? section('From listeners', shelf(all.items),
                                     more(all)) : nothing}`,
};


/** @param {Playlist[]} lists */
export function shelf(lists) {
    return html`<ul class="grid" role="list">${lists.map(
        (list) => card(pictured(list), 'playlist'))}</ul>`;
}


/** @param {Ctx} ctx */
function make(ctx) {
    if (!session.who) {
        askIn('Log in to make playlists.');
        return;
    }

    ask('New playlist', html`<form class="stack"
        @submit=${async (/** @type {SubmitEvent} */ event) => {
            const words = read(event);

            close();

            try {
                ctx.go(`/playlist/${(await create(words)).id}`);

            } catch (error) {
                toast(`“${words.title}” was not made: ${message(error)}`);
            }
        }}>${fields({})}<div class="dialog-foot"><button
        class="button" type="button" @click=${close}>Cancel</button><button
        class="button strong" type="submit">Create</button></div></form>`);
}


/**
 * What a playlist says of itself.
 *
 * @param {{ title?: string, about?: string | null }} words
 */
export function fields({ title = '', about }) {
    return html`<label class="field">Name<input name="title" required
            maxlength="200" autocomplete="off" .value=${title}></label>
        <label class="field">About it<textarea name="about" rows="3"
            maxlength="2000" .value=${about ?? ''}></textarea></label>`;
}


/** @param {SubmitEvent} event */
export function read(event) {
    const data = new FormData(/** @type {HTMLFormElement} */ (event.target));

    event.preventDefault();

    return { title: String(data.get('title')).trim(),
             about: String(data.get('about')).trim() };
}
