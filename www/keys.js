/*
 * Keys for the whole page, in one table, which the help shows.  A key that
 * already means something where the focus is keeps that meaning, and with
 * Ctrl, Alt or Meta every key is the browser's.
 */

import { following } from './queue.js';

const STEP_S = 5;

/**
 * What the keys act on.
 *
 * @typedef {{
 *     playback: import('./playback.js').Playback,
 *     search: HTMLInputElement,
 *     go: (address: string) => unknown,
 *     help: (keys: Key[]) => unknown,
 * }} Parts
 */

/**
 * key: as in KeyboardEvent, with "Shift+" where shift is not what makes the
 * character; shown: what is printed on it; those of "music" do nothing while
 * there is no track; those that "repeat" do so while they are held.
 *
 * @typedef {{ key: string, shown: string[], does: string, music?: boolean,
 *             repeat?: boolean, act: (parts: Parts) => unknown }} Key
 */

/** @type {Key[]} */
export const KEYS = [
    { key: ' ', shown: ['Space'], does: 'Play or pause', music: true,
      act: ({ playback }) => playback.toggle() },
    { key: 'ArrowLeft', shown: ['←'], does: 'Back 5 seconds', music: true,
      repeat: true, act: ({ playback }) => seek(playback, -STEP_S) },
    { key: 'ArrowRight', shown: ['→'], does: 'Forward 5 seconds', music: true,
      repeat: true, act: ({ playback }) => seek(playback, STEP_S) },
    { key: 'Shift+ArrowLeft', shown: ['Shift', '←'],
      does: 'Start of the track, or the one before', music: true,
      act: ({ playback }) => playback.previous() },
    { key: 'Shift+ArrowRight', shown: ['Shift', '→'], does: 'Next track',
      music: true, act: ({ playback }) => playback.next() },
    { key: 'm', shown: ['M'], does: 'Mute or unmute', music: true,
      act: ({ playback }) => playback.setVolume(playback.volume,
                                                !playback.muted) },
    { key: 's', shown: ['S'], does: 'Shuffle on or off', music: true,
      act: ({ playback }) => playback.shuffle(!playback.queue.shuffled) },
    { key: 'r', shown: ['R'], does: 'Repeat all, one or none', music: true,
      act: ({ playback }) => playback.repeat(
          following(playback.queue.repeat)) },
    { key: 'q', shown: ['Q'], does: 'Show the queue',
      act: ({ go }) => go('/queue') },
    { key: '/', shown: ['/'], does: 'Search',
      act: ({ search }) => search.focus() },
    { key: '?', shown: ['?'], does: 'Show these keys',
      act: ({ help }) => help(KEYS) },
];


/** @param {Parts} parts */
export function bindKeys(parts) {
    addEventListener('keydown', (event) => {
        const bound = find(event);

        if (!bound || (bound.music && !parts.playback.track)) {
            return;
        }

        event.preventDefault();

        if (bound.repeat || !event.repeat) {
            bound.act(parts);
        }
    });

    parts.search.addEventListener('keydown', (event) => {
        if (event.key === 'Escape' && parts.search.value === '') {
            parts.search.blur();
        }
    });
}


/**
 * The row of the table that a key press means, if it means one.
 *
 * @param {KeyboardEvent} event
 */
export function find(event) {
    const { key, target } = event;

    if (event.defaultPrevented || event.ctrlKey || event.metaKey
        || event.altKey || event.isComposing
        || taken(/** @type {HTMLElement} */ (target), key))
    {
        return undefined;
    }

    const shift = event.shiftKey && (key.length > 1 || key === ' ');

    return KEYS.find((row) => row.key === (shift ? `Shift+${key}` : key));
}


/**
 * @param {import('./playback.js').Playback} playback
 * @param {number} step
 */
function seek(playback, step) {
    playback.seek(playback.position + step);
}


/**
 * @param {HTMLElement} target
 * @param {string} key
 */
function taken(target, key) {
    if (target.isContentEditable || target.closest('dialog')
        || target.matches('input:not([type=range]), textarea, select'))
    {
        return true;
    }

    if (target.matches('[type=range]:not(#seek)')) {
        return key.startsWith('Arrow');
    }

    return key === ' ' && target.matches('button, summary');
}
