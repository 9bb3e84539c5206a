/* The ways through the page; what is personal needs a listener. */

import { html, nothing, render } from './lib/lit-html/lit-html.js';
import { $ } from './dom.js';
import { session } from './session.js';
import { store } from './store.js';

/** @type {{ address: string, name: string, personal?: boolean }[]} */
const WAYS = [
    { address: '/', name: 'Home' },
    { address: '/tracks', name: 'Tracks' },
    { address: '/playlists', name: 'Playlists' },
    { address: '/favourites', name: 'Favourites', personal: true },
    { address: '/collection', name: 'Collection', personal: true },
    { address: '/history', name: 'History', personal: true },
];


/** @param {import('./router.js').Router} router */
export function bindNav(router) {
    const show = () => render(WAYS.map(({ address, name, personal }) =>
        personal && !session.who ? nothing : html`<a href=${address}
            aria-current=${location.pathname === address ? 'page'
                                                         : 'false'}>${
            name}</a>`), $('nav'));

    $('nav').replaceChildren();
    store.subscribe(show);
    router.addEventListener('leave', show);
    show();
}
