/* A word to the listener, seen and read out. */

import { $ } from './dom.js';

const TOAST_MS = 8000;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let fading;


/** @param {string} text */
export function say(text) {
    $('status').textContent = text;
}


/**
 * about: what it is of, by which settled() takes it away
 * @param {string} text
 * @param {{ action?: string, act?: () => unknown, about?: string }} [options]
 */
export function toast(text, { action, act, about = '' } = {}) {
    const button = $('toast-action');

    $('toast-text').textContent = text;
    $('toast').hidden = false;
    $('toast').dataset.about = about;
    button.hidden = !action;
    button.textContent = action ?? '';
    button.onclick = () => {
        $('toast').hidden = true;
        act?.();
    };

    say(text);
    clearTimeout(fading);

    /* what can be acted on stays until it was */
    if (!action) {
        fading = setTimeout(() => { $('toast').hidden = true; }, TOAST_MS);
    }
}


/** @param {string} about */
export function settled(about) {
    $('toast').hidden ||= $('toast').dataset.about === about;
}
