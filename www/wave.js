/*
 * The wave of a track, for the seek bar: asked for once, and done without
 * where it does not come.
 */

import { local } from './api.js';

/** @typedef {import('./outline.js').Wave} Wave */

const KEPT = 30;

/** @type {Map<string, Wave | null>} */
const waves = new Map();


/**
 * What is known of it now; then: it has come.
 *
 * @param {string} address
 * @param {() => void} then
 */
export function wave(address, then) {
    if (!waves.has(address)) {
        waves.set(address, null);
        forget();
        learn(address, then);
    }

    return waves.get(address) ?? null;
}


/**
 * @param {string} address
 * @param {() => void} then
 */
async function learn(address, then) {
    try {
        const answer = await fetch(local(address));

        if (answer.ok) {
            waves.set(address, await answer.json());
            then();
        }

    } catch (error) {
        if (!(error instanceof TypeError || error instanceof SyntaxError)) {
            throw error;
        }
    }
}


function forget() {
    for (const address of waves.keys()) {
        if (waves.size <= KEPT) {
            return;
        }

        waves.delete(address);
    }
}
