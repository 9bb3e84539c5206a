/*
 * The page's own files are kept by the worker, so that it opens without a
 * network too and can be installed.
 */

import { controlled } from './stream.js';


export function bindOffline() {
    const keep = async () => {
        if (await controlled()) {
            navigator.serviceWorker.controller?.postMessage(
                { shell: files() });
        }
    };

    if (document.readyState === 'complete') {
        keep();

    } else {
        addEventListener('load', keep, { once: true });
    }
}


/* what was loaded or is named; the worker picks what belongs to the page */
function files() {
    const links = /** @type {NodeListOf<HTMLLinkElement>} */ (
        document.querySelectorAll('link[href]'));

    return [...performance.getEntriesByType('resource').map(
        ({ name }) => name), ...Array.from(links, ({ href }) => href)]
        .map((address) => new URL(address))
        .filter(({ origin, search }) => origin === location.origin && !search)
        .map(({ pathname }) => pathname);
}
