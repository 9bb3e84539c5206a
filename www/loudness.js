/*
 * How much of the volume a track gets, so that all of them are equally loud:
 * by its own loudness, or by that of its album, whose quiet tracks stay quiet.
 */

/** @typedef {'tracks' | 'albums' | 'off'} Even */

/** @type {Even[]} */
export const EVEN = ['tracks', 'albums', 'off'];


/**
 * A factor of the volume.  More than 1 is of use to who has turned it down;
 * never more than its peaks allow.
 *
 * @param {Track | null} track
 * @param {Even} even
 */
export function share(track, even) {
    const loudness = track?.loudness;

    if (!loudness || even === 'off') {
        return 1;
    }

    const { gain, truePeak } = even === 'albums' && loudness.album
        ? loudness.album : loudness;

    return Math.min(amplitude(gain), amplitude(-truePeak));
}


/** @param {number} decibels */
function amplitude(decibels) {
    return 10 ** (decibels / 20);
}
