/*
 * What outlives a reload: the queue, the track and its position, the volume,
 * and how much of the track was heard.  A tab reads what it wrote itself, a
 * new one what was written last.  What one listener left is not shown to
 * another, and a log-out takes it away.
 */

import { EVEN } from './loudness.js';
import { session } from './session.js';

/** @typedef {import('./playback.js').Playback} Playback */

const QUEUE = 'resonate.queue';
const PLACE = 'resonate.place';
const HEARD = 'resonate.heard';
const VOLUME = 'resonate.volume';

const EVERY_MS = 5000;
const END_S = 1;

/* what a track is known by, and none of what is personal */
/** @type {(keyof Track)[]} */
const PUBLIC = ['id', 'title', 'artist', 'artists', 'creatorId', 'album',
                'duration', 'url', 'cover', 'images', 'trackGroup',
                'trackGroupId', 'status', 'loudness', 'waveform'];


/** @param {Playback} playback */
export function keep(playback) {
    let next = 0;

    /* what was on at a log-out, which is nobody's to find later */
    let closed = playback.queue.now;

    const open = () => playback.track
                       && !(closed && playback.queue.rows.includes(closed));

    const place = () => {
        next = performance.now() + EVERY_MS;

        if (open()) {
            const id = playback.track?.id;

            save(PLACE, { id, index: playback.queue.index,
                          position: playback.position });
            save(HEARD, { id, heard: playback.listening }, [sessionStorage]);
        }
    };

    const all = () => {
        if (open()) {
            save(QUEUE, slim(playback.queue));
            place();
        }
    };

    restore(playback);

    playback.addEventListener('queue', all);

    for (const name of ['track', 'state', 'heard']) {
        playback.addEventListener(name, place);
    }

    playback.addEventListener('time', () => {
        if (performance.now() > next) {
            place();
        }
    });
    playback.addEventListener('volume', () => write(localStorage, VOLUME, {
        level: playback.volume, muted: playback.muted, even: playback.even }));
    addEventListener('pagehide', place);

    session.addEventListener('change', () => {
        if (session.who) {
            if (!playback.track) {
                restore(playback);
            }

            all();
            return;
        }

        closed = playback.queue.now;
        playback.clear();
        forget();
    });
}


/** @param {Playback} playback */
function restore(playback) {
    const { level, muted, even } = read(localStorage, VOLUME) ?? {};

    playback.setEven(EVEN.includes(even) ? even : EVEN[0]);
    playback.setVolume(Number.isFinite(level) ? level : 1, muted === true);

    for (const store of [sessionStorage, localStorage]) {
        const queue = read(store, QUEUE);
        const place = read(store, PLACE);
        const track = queue?.rows?.[place?.index]?.track;

        const owner = session.subject;

        if (track && track.id === place.id && queue.owner === owner
            && place.owner === owner)
        {
            const heard = read(sessionStorage, HEARD);
            const mine = heard?.owner === owner && heard.id === place.id;

            playback.restore({ queue: { ...queue, index: place.index },
                               position: position(place, track),
                               heard: mine ? heard.heard : undefined });
            return;
        }
    }
}


/**
 * A track that was over starts again.
 *
 * @param {{ position: number }} place
 * @param {{ duration: number }} track
 */
function position({ position: at }, { duration }) {
    return at > 0 && !(at > duration - END_S) ? at : 0;
}


/** @param {import('./queue.js').Queue<Track>} queue */
function slim(queue) {
    const kept = queue.toJSON();

    return { ...kept, rows: kept.rows.map(({ track, from }) => ({
        from, track: Object.fromEntries(PUBLIC.map(
            (name) => [name, track[name]])) })) };
}


/**
 * @param {string} name
 * @param {object} value
 */
function save(name, value, stores = [sessionStorage, localStorage]) {
    for (const store of stores) {
        write(store, name, { ...value, owner: session.subject });
    }
}


/**
 * A full or a forbidden store keeps nothing, rather than what is old.
 *
 * @param {Storage} store
 * @param {string} name
 * @param {object} value
 */
function write(store, name, value) {
    try {
        store.setItem(name, JSON.stringify(value));

    } catch {
        store.removeItem(name);
    }
}


/**
 * @param {Storage} store
 * @param {string} name
 */
function read(store, name) {
    try {
        return JSON.parse(store.getItem(name) ?? 'null');

    } catch {
        return null;
    }
}


function forget() {
    for (const store of [sessionStorage, localStorage]) {
        for (const name of [QUEUE, PLACE, HEARD]) {
            store.removeItem(name);
        }
    }
}
