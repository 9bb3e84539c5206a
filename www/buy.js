/* Buying what is left of a track. */

import { ApiError, api, ok } from './api.js';
import { ask, close } from './dialog.js';
import { html, nothing } from './lib/lit-html/lit-html.js';
import { PLAYS_TO_OWN } from './plays.js';
import { credits, euros, left, price } from './price.js';
import { session } from './session.js';
import { store } from './store.js';
import { toast } from './toast.js';
import { topupLink } from './topup.js';
import { dots, names } from './view.js';


/**
 * What its listener could pay now to own it.
 *
 * @param {Track} track
 */
export function owing(track) {
    return session.who ? left(track) : 0;
}


/** @param {Track} track */
export function buyButton(track) {
    const mc = owing(track);

    return mc ? html`<button class="buy" type="button"
        aria-label=${`Buy ${euros(mc)}: ${names(track).title}, ${
            credits(mc)} credits`}
        @click=${() => offer(track)}>Buy ${euros(mc)}</button>` : nothing;
}


/**
 * @param {Track} track
 * @param {{ busy?: boolean, failed?: Content }} [state]
 */
export function offer(track, { busy = false, failed = nothing } = {}) {
    const { title, artist } = names(track);
    const mc = left(track) ?? 0;
    const short = store.credit !== null && store.credit < mc;
    const count = store.plays(track);

    ask(`Buy “${title}”?`, html`
        <p class="soft">by ${artist}</p>
        <p class="dialog-dots">${dots(track)}</p>
        <p>${count === 0
            ? html`You have not played it yet: it costs all nine plays,`
            : html`You have paid ${count} of ${PLAYS_TO_OWN} plays; the rest
                   costs`} <strong>${price(mc)}</strong>. Then it is yours,
        and plays cost nothing more.</p>
        ${store.credit === null ? nothing : html`<p class="soft">${short
            ? html`Your credit of ${price(store.credit)} does not cover it.
                   ${topupLink()}`
            : html`Your credit then is ${price(store.credit - mc)}.`}</p>`}
        ${failed}
        <div class="dialog-foot"><button class="button" type="button"
            @click=${close}>Cancel</button><button class="button strong"
            type="button" ?disabled=${busy || short}
            @click=${() => buy(track)}>Buy for ${euros(mc)}</button></div>`);
}


/** @param {Track} track */
async function buy(track) {
    offer(track, { busy: true });

    try {
        const { data } = await ok(api.POST('/user/plays/buy', {
            body: { trackId: track.id } }));

        store.counted(data.trackId, data.count);
        store.wallet(data.total);
        close();
        toast(`“${names(track).title}” is yours.`);

    } catch (error) {
        offer(track, { failed: html`<p class="failed" role="alert">${
            why(error)}</p>` });
    }
}


/** @param {unknown} error */
function why(error) {
    if (error instanceof ApiError && error.status === 402) {
        return html`Your credit does not cover it; nothing was charged.
                    ${topupLink()}`;
    }

    return error instanceof ApiError && error.passing
        ? 'The server does not answer just now. Buying again later never'
          + ' charges twice.'
        : error instanceof Error ? error.message : String(error);
}
