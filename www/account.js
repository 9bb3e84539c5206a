/* Who listens, and what is in the wallet. */

import { ApiError, api, ok } from './api.js';
import { $ } from './dom.js';
import { html, nothing, render } from './lib/lit-html/lit-html.js';
import { outbox } from './plays.js';
import { credits, euros } from './price.js';
import { session } from './session.js';
import { store } from './store.js';
import { toast } from './toast.js';
import { topupLink } from './topup.js';

let busy = false;


export function bindAccount() {
    $('account').replaceChildren();
    store.subscribe(show);
    session.addEventListener('change', () => {
        store.forget();
        welcome();
    });
    session.addEventListener('expired', () => {
        toast('You have been logged out: the token has expired.',
              { action: 'Log in again', act: login });
    });

    show();
    welcome();
}


function show() {
    const { credit, name } = store;

    render(html`${credit === null ? nothing : wallet(credit, name)}
        ${session.who || session.able ? html`<button class="button"
            id="log" type="button" ?disabled=${busy} @click=${press}>${
            session.who ? 'Log out' : html`Log in${
                session.demo ? html` <span class="wide">as the demo
                    listener</span>` : nothing}`}</button>`
            : nothing}`, $('account'));
}


/**
 * @param {number} credit
 * @param {string | null} name
 */
function wallet(credit, name) {
    return html`<div class="credit" id="credit">
        <span class="who">${name ?? ''}</span>
        <span class="sum"><strong id="total">${credits(credit)}</strong>
            credits</span>
        <span class="worth">${euros(credit)} · ${topupLink()}</span></div>`;
}


async function press() {
    busy = true;
    store.changed();

    if (session.who) {
        outbox.clear();
        await session.logout();

    } else {
        await login();
    }

    busy = false;
    store.changed();
}


export const NOBODY = 'This is for listeners who are logged in, and this page'
                      + ' has no way to log in.';


/**
 * To who is not logged in.
 *
 * @param {string} text
 */
export function askIn(text) {
    if (session.able) {
        toast(text, { action: 'Log in', act: login });

    } else {
        toast(NOBODY);
    }
}


export async function login() {
    try {
        await session.login();
        outbox.flush();

    } catch (error) {
        toast(error instanceof TypeError || !(error instanceof Error)
              ? 'The server does not answer.' : error.message,
              { action: 'Try again', act: login });
    }
}


async function welcome() {
    const { who } = session;

    if (!who) {
        return;
    }

    try {
        const { data } = await ok(api.GET('/user/profile'));

        if (who === session.who) {
            store.wallet(data.credit.total, data.displayName);
        }

    } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 401) {
            toast('Your credit cannot be shown just now.',
                  { action: 'Try again', act: welcome });
        }
    }
}
