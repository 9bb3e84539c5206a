/* Links to pages of this site, for others. */

import { toast } from './toast.js';


/**
 * By what the system offers, else as a copy.
 *
 * @param {string} title
 * @param {string} path
 */
export async function share(title, path) {
    const url = location.origin + path;

    if (navigator.share) {
        try {
            await navigator.share({ title, url });
            return;

        } catch (error) {
            if (error instanceof DOMException && error.name === 'AbortError') {
                return;
            }
        }
    }

    toast(await copy(url) ? 'The link is copied.' : `The link: ${url}`);
}


/** @param {string} text */
async function copy(text) {
    try {
        await navigator.clipboard.writeText(text);
        return true;

    } catch {
        return copyOld(text);
    }
}


/**
 * A host without TLS has no clipboard to write to.
 *
 * @param {string} text
 */
function copyOld(text) {
    const box = document.createElement('textarea');

    box.value = text;
    box.className = 'unseen';
    document.body.append(box);
    box.select();

    try {
        return document.execCommand('copy');

    } finally {
        box.remove();
    }
}
