// @ts-nocheck
/* The player at the foot of the page, and what the system shows of it. */

import { local } from './api.js';
import { render } from './lib/lit-html/lit-html.js';
import { rule } from './plays.js';
import { session } from './session.js';
import { store } from './store.js';
import { clock, cover, dots, names, priceText } from './view.js';

const $ = (id) => document.getElementById(id);


export function bindPlayer(playback) {
    bindButtons(playback);
    bindSeek(playback);
    bindSize();
    bindVolume(playback);
    bindSystem(playback);

    playback.addEventListener('track', () => showTrack(playback));
    playback.addEventListener('mode', () => showHint(playback));
    playback.addEventListener('state', () => showState(playback));
    playback.addEventListener('time', () => showTime(playback));
    store.subscribe(() => {
        showDots(playback.track);
        showHint(playback);
    });
}


function bindButtons(playback) {
    $('toggle').addEventListener('click', () => playback.toggle());
    $('next').addEventListener('click', () => playback.next());
    $('previous').addEventListener('click', () => playback.previous());
}


function showTrack(playback) {
    const { track } = playback;
    const { title, artist } = names(track);

    $('player').hidden = false;
    document.body.classList.add('has-player');
    render(cover(track, '(min-width: 48rem) 26rem, 90vw'), $('art'));
    $('now-title').textContent = title;
    $('now-artist').textContent = artist;
    $('next').disabled = playback.last;
    $('seek').disabled = false;

    showDots(track);
    showHint(playback);
    showTime(playback);
    metadata(track);
}


function showDots(track) {
    render(track ? dots(track) : '', $('now-dots'));
}


function showHint({ track, mode, duration }) {
    const hint = $('hint');

    if (!track) {
        return;
    }

    hint.classList.toggle('preview', mode === 'preview');

    if (mode === 'preview') {
        const seconds = Math.round(Math.min(rule.previewS, duration));
        const length = `Preview, ${seconds} s.`;

        hint.textContent = session.token
            ? `${length} Your credit does not cover the next play.`
            : `${length} Log in to hear it all.`;
        return;
    }

    hint.textContent = session.token ? priceText(track) : '';
    hint.classList.toggle('owned', Boolean(session.token)
                          && store.owned(track));
}


function showState({ playing }) {
    const toggle = $('toggle');

    toggle.querySelector('use').setAttribute('href', playing ? '#i-pause'
                                                             : '#i-play');
    toggle.setAttribute('aria-label', playing ? 'Pause' : 'Play');

    if ('mediaSession' in navigator) {
        navigator.mediaSession.playbackState = playing ? 'playing' : 'paused';
    }
}


function showTime({ position, duration }) {
    const seek = $('seek');

    $('length').textContent = clock(duration);

    if (seek.dataset.held) {
        return;
    }

    seek.max = duration || 1;
    seek.value = position;
    tellTime(seek, position, duration);
}


function tellTime(seek, position, duration) {
    $('elapsed').textContent = clock(position);
    seek.setAttribute('aria-valuetext',
                      `${clock(position)} of ${clock(duration)}`);
    slide(seek);
}


/* how far a slider is filled, for the style */
function slide(range) {
    range.style.setProperty('--done', range.value / range.max);
}


/* while the thumb is held the track plays on under it */
function bindSeek(playback) {
    const seek = $('seek');

    seek.addEventListener('input', () => {
        seek.dataset.held = 'yes';
        tellTime(seek, Number(seek.value), playback.duration);
    });

    seek.addEventListener('change', () => {
        delete seek.dataset.held;
        playback.seek(Number(seek.value));
    });

    seek.addEventListener('blur', () => delete seek.dataset.held);
}


function bindVolume(playback) {
    const volume = $('volume');

    slide(volume);
    volume.addEventListener('input', () => {
        playback.volume(Number(volume.value));
        slide(volume);
    });
}


/* small bar or large player: the same controls, laid out anew */
function bindSize() {
    const player = $('player');
    const others = [$('top'), $('main')];

    const size = (large) => {
        player.classList.toggle('large', large);
        document.body.classList.toggle('covered', large);
        $('art').setAttribute('aria-expanded', String(large));
        $('art').setAttribute('aria-label', large ? 'Close the large player'
                                                  : 'Open the large player');

        for (const other of others) {
            other.inert = large;
        }

        (large ? $('collapse') : $('art')).focus();
    };

    $('art').addEventListener('click', () => size(
        !player.classList.contains('large')));
    $('collapse').addEventListener('click', () => size(false));
    addEventListener('keydown', (event) => {
        if (event.key === 'Escape' && player.classList.contains('large')) {
            size(false);
        }
    });
}


function metadata(track) {
    if (!('mediaSession' in navigator)) {
        return;
    }

    const { title, artist } = names(track);
    const artwork = Object.values(track.images ?? {})
        .filter((image) => image?.url)
        .map(({ url, width, height }) => ({ src: local(url),
                                            sizes: `${width}x${height}` }));

    navigator.mediaSession.metadata = new MediaMetadata({
        title, artist, album: track.album ?? '', artwork });
}


function bindSystem(playback) {
    const { mediaSession } = navigator;

    if (!mediaSession) {
        return;
    }

    const on = (action, handler) => {
        try {
            mediaSession.setActionHandler(action, handler);

        } catch {
            /* an action this browser does not know is one it never sends */
        }
    };

    on('play', () => playback.resume());
    on('pause', () => playback.pause());
    on('nexttrack', () => playback.next());
    on('previoustrack', () => playback.previous());
    on('seekto', ({ seekTime }) => playback.seek(seekTime));
    on('seekbackward', ({ seekOffset }) => playback.seek(
        playback.position - (seekOffset ?? 10)));
    on('seekforward', ({ seekOffset }) => playback.seek(
        playback.position + (seekOffset ?? 10)));

    playback.addEventListener('time', () => {
        const { position, duration } = playback;

        if (duration > 0 && position <= duration) {
            mediaSession.setPositionState({ position, duration });
        }
    });
}
