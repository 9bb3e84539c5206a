/*
 * Where the audio element gets a track from.  Anonymous, or with a session in
 * a cookie: the plain URL.  With a token: the same URL through the service
 * worker, which adds it; where there is none (plain HTTP on another host than
 * localhost) the file is fetched with the token and played from memory.
 */

import { ApiError, local, send } from './api.js';
import { session } from './session.js';

const CONTROL_MS = 3000;

/** @type {Promise<boolean> | null} */
let worker = null;

/** @type {string | null} */
let held = null;


/**
 * The source for one track; the caller drops the answer if it came late.
 *
 * @param {Track} track
 * @param {AbortSignal} signal
 */
export async function source(track, signal) {
    const path = `${local(track.url)}?session=${session.generation}`;

    release();

    if (!session.token || await controlled()) {
        return path;
    }

    const answer = await send(path, { signal });

    if (!answer.ok) {
        throw new ApiError(answer.status, 'The track does not come.');
    }

    const blob = await answer.blob();

    signal.throwIfAborted();
    held = URL.createObjectURL(blob);

    return held;
}


export function release() {
    if (held) {
        URL.revokeObjectURL(held);
        held = null;
    }
}


/**
 * "full" or "preview", or why there is no audio: a media element tells
 * neither the headers nor the status of what it got.
 *
 * @param {Track} track
 * @param {AbortSignal} signal
 */
export async function probe(track, signal) {
    const answer = await send(local(track.url), { method: 'HEAD', signal });

    if (!answer.ok) {
        throw new ApiError(answer.status, 'The track does not come.');
    }

    return answer.headers.get('X-Resonate-Stream');
}


/* resolves to whether a worker stands between this page and the server */
export function controlled() {
    if (!('serviceWorker' in navigator)) {
        return Promise.resolve(false);
    }

    worker ??= take().catch(() => false).then((taken) => {
        worker = taken ? worker : null;

        return taken;
    });

    return worker;
}


async function take() {
    const container = navigator.serviceWorker;

    await container.register('/sw.js');

    if (container.controller) {
        return true;
    }

    const change = new Promise((resolve) => {
        container.addEventListener('controllerchange', () => resolve(true),
                                   { once: true });
        setTimeout(() => resolve(Boolean(container.controller)), CONTROL_MS);
    });

    container.ready.then(({ active }) => active?.postMessage('claim'));

    return change;
}


/** @param {MessageEvent} event */
function reply(event) {
    if (event.data === 'token') {
        event.ports[0]?.postMessage(session.token);
    }
}


/* a worker left from an earlier visit asks anonymous listeners too */
if ('serviceWorker' in navigator) {
    navigator.serviceWorker.addEventListener('message', reply);
    navigator.serviceWorker.startMessages();
}
