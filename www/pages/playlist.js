/* One playlist; whoever made it can change it here. */

import { moreButton, queueEntries } from '../actions.js';
import { addTo } from '../addto.js';
import { api, ok } from '../api.js';
import { ask, close } from '../dialog.js';
import { html, nothing } from '../lib/lit-html/lit-html.js';
import { me, orderItems, remove, removeItems, update } from '../playlists.js';
import { trackList } from '../rows.js';
import { share } from '../share.js';
import { store } from '../store.js';
import { say, toast } from '../toast.js';
import { inTurn } from '../turns.js';
import { icon, panel } from '../view.js';
import { amount, message } from '../words.js';
import { about, hero, pictured } from './album.js';
import { editList } from './order.js';
import { fields, read } from './playlists.js';

/** "kept" are the tracks that the server has
 *
 * @typedef {{ data: Playlist, tracks: Track[], kept: Track[], own: boolean,
 *             edit: boolean }} State */


/** @type {Page<State>} */
export const playlist = {
    pattern: '/playlist/:id',
    intro: 'line',
    title: ({ data }) => data.title,

    async load({ params, signal }) {
        const [{ data }, id] = await Promise.all([
            ok(api.GET('/playlists/{id}', {
                params: { path: { id: params.id } }, signal })),
            me(),
        ]);
        const tracks = tracksOf(data);

        store.learn(tracks);

        return { own: data.creatorId === id, edit: false, data, tracks,
                 kept: tracks };
    },

    render: (state, ctx) => html`${
        hero(pictured(state.data), eyebrow(state),
             { play: state.tracks.length ? () => ctx.play(state.tracks, 0)
                                         : null,
               tools: tools(state, ctx) })}${about(state.data)}${
        state.tracks.length ? list(state, ctx)
            : state.own ? panel('Nothing in it yet', 'Find something, and use'
                                + ' “Add to playlist” beside a track.',
                                'Find music', () => ctx.go('/'))
            : html`<p class="soft">Nothing in it yet.</p>`}`,
};


/** @param {Playlist} data */
function tracksOf(data) {
    return data.items.flatMap(({ track }) => track ?? []);
}


/** @param {State} state */
function eyebrow({ data, tracks }) {
    return [data.private ? 'Private playlist' : 'Playlist',
            amount(tracks.length, 'track')].join(' · ');
}


/**
 * @param {State} state
 * @param {Ctx} ctx
 */
function list(state, ctx) {
    return state.edit
        ? editList(state.tracks, {
            order: (tracks) => change(state, tracks, async () => {
                /* those of the edits that wait, too */
                const { tracks: all } = state;

                await orderItems(state.data.id, all);

                return all;
            }),
            drop: (track) => change(
                state, state.tracks.filter((other) => other !== track),
                async () => {
                    await removeItems(state.data.id, [track]);

                    return state.kept.filter((other) => other !== track);
                }),
        })
        : trackList(state.tracks, ctx);
}


/**
 * @param {State} state
 * @param {Ctx} ctx
 */
function tools(state, ctx) {
    const { data, own, edit, tracks } = state;
    const tool = (/** @type {string} */ name, /** @type {string} */ text,
                  /** @type {() => unknown} */ act) => html`<button
        class="button" type="button" @click=${act}>${icon(name)}${
        text}</button>`;

    return html`${own ? nothing : tool('plus', 'Add to playlist',
                                       () => addTo(tracks, data.title))}${
        data.private ? nothing : tool('share', 'Share', () => share(
            data.title, `/playlist/${data.id}`))}${
        own && (tracks.length || edit) ? html`<button class="button"
            type="button" aria-pressed=${edit} @click=${() => {
                state.edit = !edit;
                store.changed();
            }}>${icon(edit ? 'check' : 'edit')}${
            edit ? 'Done' : 'Edit tracks'}</button>` : nothing}${
        own || tracks.length
            ? moreButton(data.title, () => entries(state, ctx)) : nothing}`;
}


/**
 * @param {State} state
 * @param {Ctx} ctx
 */
function entries(state, ctx) {
    const { data, own, tracks } = state;

    return [
        ...tracks.length ? queueEntries(tracks, data.title, ctx) : [],
        ...own ? [
            { label: 'Name and description', icon: 'words',
              act: () => rename(state) },
            { label: data.private ? 'Make public' : 'Make private',
              icon: data.private ? 'world' : 'lock',
              act: () => privacy(state) },
            { label: 'Delete', icon: 'bin', act: () => erase(state, ctx) },
        ] : [],
    ];
}


/**
 * Shown at once; what the server does not take is undone, unless the next
 * edit is on its way.
 *
 * @param {State} state
 * @param {Track[]} tracks
 * @param {() => Promise<Track[]>} act  answers what the server has then
 */
async function change(state, tracks, act) {
    state.tracks = tracks;
    store.changed();

    try {
        state.kept = await inTurn(state.data.id, act);

    } catch (error) {
        if (state.tracks === tracks) {
            toast(`The playlist is as it was: ${message(error)}`);
        }
    }

    if (state.tracks === tracks) {
        state.tracks = state.kept;
        store.changed();
    }
}


/** @param {State} state */
function rename(state) {
    ask('Name and description', html`<form class="stack"
        @submit=${(/** @type {SubmitEvent} */ event) => {
            const words = read(event);

            close();
            save(state, words);
        }}>${fields(state.data)}<div class="dialog-foot"><button
        class="button" type="button" @click=${close}>Cancel</button><button
        class="button strong" type="submit">Save</button></div></form>`);
}


/** @param {State} state */
async function privacy(state) {
    const { data } = state;

    if (await save(state, { private: !data.private })) {
        say(data.private ? 'The playlist is public now'
                         : 'The playlist is private now');
    }
}


/**
 * @param {State} state
 * @param {{ title?: string, about?: string, private?: boolean }} words
 */
async function save(state, words) {
    try {
        const { title, about: text, private: hidden } = await update(
            state.data.id, words);

        state.data = { ...state.data, title, about: text, private: hidden };
        store.changed();

        return true;

    } catch (error) {
        toast(`Nothing was changed: ${message(error)}`);

        return false;
    }
}


/**
 * @param {State} state
 * @param {Ctx} ctx
 */
function erase(state, ctx) {
    ask(`Delete “${state.data.title}”?`, html`<p>The playlist is gone for good;
        its tracks stay in the catalogue.</p><div class="dialog-foot"><button
        class="button" type="button" autofocus @click=${close}>Keep
        it</button><button class="button strong" type="button"
        @click=${async () => {
            close();
            await gone(state, ctx);
        }}>Delete</button></div>`);
}


/**
 * @param {State} state
 * @param {Ctx} ctx
 */
async function gone({ data }, ctx) {
    try {
        await remove(data.id);
        toast(`“${data.title}” is deleted.`);
        ctx.go('/playlists', { replace: true });

    } catch (error) {
        toast(`“${data.title}” was not deleted: ${message(error)}`);
    }
}
