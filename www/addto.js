/* "Add to playlist": one of the listener's, or a new one. */

import { askIn } from './account.js';
import { ask, close } from './dialog.js';
import { html, nothing } from './lib/lit-html/lit-html.js';
import { addItems, create, mine } from './playlists.js';
import { session } from './session.js';
import { toast } from './toast.js';
import { icon } from './view.js';
import { amount, message } from './words.js';


/**
 * @param {Track[]} tracks
 * @param {string} what  as it is called
 */
export async function addTo(tracks, what) {
    if (!session.who) {
        askIn('Log in to make playlists.');
        return;
    }

    let lists;

    try {
        lists = await mine();

    } catch (error) {
        toast(`Your playlists did not come: ${message(error)}`,
              { action: 'Try again', act: () => addTo(tracks, what) });
        return;
    }

    ask(`Add “${what}” to a playlist`, html`
        ${lists.length ? html`<ul class="choices" role="list">${
            lists.map((list) => choice(list, tracks))}</ul>` : nothing}
        <form class="row-form" @submit=${(/** @type {SubmitEvent} */ event) =>
            make(event, tracks)}>
            <label class="field">New playlist<input name="title" required
                maxlength="200" autocomplete="off"
                placeholder="Its name"></label>
            <button class="button strong" type="submit">Create and
                add</button>
        </form>`);
}


/**
 * @param {Playlist} list
 * @param {Track[]} tracks
 */
function choice(list, tracks) {
    const has = new Set(list.items.map(({ track }) => track?.id));
    const all = tracks.every(({ id }) => has.has(id));

    return html`<li><button class="choice" type="button" ?disabled=${all}
        @click=${() => {
            close();
            add(list, tracks);
        }}><span class="choice-title">${
        list.title}</span><span class="soft">${
        all ? html`${icon('check')}It is there`
            : amount(list.items.length, 'track')}</span></button></li>`;
}


/**
 * @param {SubmitEvent} event
 * @param {Track[]} tracks
 */
async function make(event, tracks) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const title = String(new FormData(form).get('title')).trim();

    event.preventDefault();

    if (!title) {
        return;
    }

    close();

    try {
        await add(await create({ title }), tracks);

    } catch (error) {
        toast(`“${title}” was not made: ${message(error)}`);
    }
}


/**
 * @param {Playlist} list
 * @param {Track[]} tracks
 */
async function add(list, tracks) {
    try {
        await addItems(list.id, tracks);
        toast(`Added to “${list.title}”.`);

    } catch (error) {
        toast(`Nothing was added to “${list.title}”: ${message(error)}`,
              { action: 'Try again', act: () => add(list, tracks) });
    }
}
