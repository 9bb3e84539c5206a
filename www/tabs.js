/* One tab plays at a time: which one starts pauses the others. */

/** @param {import('./playback.js').Playback} playback */
export function bindTabs(playback) {
    if (!('BroadcastChannel' in window)) {
        return;
    }

    const tabs = new BroadcastChannel('resonate.playing');
    let playing = false;

    playback.addEventListener('state', () => {
        if (playback.playing && !playing) {
            tabs.postMessage('playing');
        }

        ({ playing } = playback);
    });

    tabs.addEventListener('message', () => {
        if (playback.playing) {
            playback.pause();
        }
    });
}
