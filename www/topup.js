/*
 * Where credit comes from: the operator's page, which index.html names
 * ("set $resonate_topup" in nginx), or else whoever runs the server.
 */

import { ask, close } from './dialog.js';
import { html } from './lib/lit-html/lit-html.js';
import { store } from './store.js';

const named = document.querySelector('meta[name="resonate-topup"]')
    ?.getAttribute('content') ?? '';

/* only an address: without SSI its place is still in it */
const address = /^(https?:\/\/|\/)/.test(named) ? named : null;


export function topupLink() {
    return address
        ? html`<a class="link" href=${address} target="_blank"
               rel="noopener">Top up</a>`
        : html`<button class="link" type="button"
               @click=${explain}>Top up</button>`;
}


function explain() {
    const who = store.name ?? 'listener';

    ask('Top up', html`
        <p>No page for payments is set up on this server. Whoever runs it
        credits your wallet by</p>
        <pre><code>bin/resonate-topup ${who} 1000</code></pre>
        <p class="soft">1000 are in milli-credits: one credit.</p>
        <div class="dialog-foot"><button class="button strong" type="button"
            @click=${close}>Close</button></div>`);
}
