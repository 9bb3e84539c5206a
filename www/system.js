/* What the system shows of the music, and its keys: a lock screen, a watch. */

import { local } from './api.js';
import { names } from './view.js';

/** @typedef {import('./playback.js').Playback} Playback */

const STEP_S = 10;


/** @param {Playback} playback */
export function bindSystem(playback) {
    const { mediaSession } = navigator;

    if (!mediaSession) {
        return;
    }

    bindActions(mediaSession, playback);

    playback.addEventListener('track', () => {
        mediaSession.metadata = metadata(playback.track);
    });

    playback.addEventListener('state', () => {
        mediaSession.playbackState = playback.playing ? 'playing' : 'paused';
    });

    playback.addEventListener('time', () => {
        const { position, duration } = playback;

        if (duration > 0 && position <= duration) {
            mediaSession.setPositionState({ position, duration });
        }
    });
}


/**
 * @param {MediaSession} mediaSession
 * @param {Playback} playback
 */
function bindActions(mediaSession, playback) {
    const seek = (/** @type {number} */ by) =>
        playback.seek(playback.position + by);

    /** @type {Record<string, MediaSessionActionHandler>} */
    const actions = {
        play: () => playback.resume(),
        pause: () => playback.pause(),
        nexttrack: () => playback.next(),
        previoustrack: () => playback.previous(),
        seekto: ({ seekTime }) => playback.seek(seekTime ?? 0),
        seekbackward: ({ seekOffset }) => seek(-(seekOffset || STEP_S)),
        seekforward: ({ seekOffset }) => seek(seekOffset || STEP_S),
    };

    for (const [action, handler] of Object.entries(actions)) {
        try {
            mediaSession.setActionHandler(
                /** @type {MediaSessionAction} */ (action), handler);

        } catch {
            /* an action this browser does not know is one it never sends */
        }
    }
}


/** @param {Track | null} track */
function metadata(track) {
    if (!track) {
        return null;
    }

    const { title, artist } = names(track);
    const artwork = Object.values(track.images ?? {})
        .filter((image) => image?.url)
        .map(({ url, width, height }) => ({
            src: local(url) ?? url, sizes: `${width}x${height}` }));

    return new MediaMetadata({ title, artist, album: track.album ?? '',
                               artwork });
}
