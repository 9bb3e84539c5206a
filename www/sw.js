/*
 * The worker does two things.  A media element cannot send a header: for this
 * page's own audio requests it adds the token and hands the answer through as
 * it comes; ranges stay ranges, nothing is stored.  The token lives in the
 * page that asked, so a worker that was stopped and started again loses
 * nothing.
 *
 * And it keeps the page's own files for when there is no network.  While
 * there is, each comes from the network, so no old version stays.  Answers of
 * the API, pictures and audio are never kept.
 */

const STREAM = /^\/api\/v3\/user\/stream\/[0-9a-f-]+\/?$/;
const ASK_MS = 2000;

/* how long the network has for the page itself, if it is kept */
const SLOW_MS = 4000;

/* never the page's; and of all else what belongs to it */
const FOREIGN =
    /^\/(?:(?:api|images|waveforms|demo|head|id)\/|log(?:in|out)(?:\/|$))/;
const SHELL = /^\/(?:.+\.(?:js|css|svg|png|webmanifest))?$/;
const CACHE = 'resonate-shell-';
const FILES_MAX = 200;


const worker = /** @type {ServiceWorkerGlobalScope} */ (
    /** @type {unknown} */ (self));


worker.addEventListener('install', () => worker.skipWaiting());

worker.addEventListener('activate', (event) => {
    event.waitUntil(worker.clients.claim());
});

worker.addEventListener('message', (event) => {
    const { data } = event;

    /* a page that was reloaded past the worker asks to be taken on again */
    if (data === 'claim') {
        event.waitUntil(worker.clients.claim());
    }

    if (Array.isArray(data?.shell)) {
        /* without a network what was kept before stays */
        event.waitUntil(keep(data.shell).catch(() => {}));
    }
});

worker.addEventListener('fetch', (event) => {
    const { request } = event;
    const url = new URL(request.url);

    if (request.method !== 'GET' || url.origin !== worker.location.origin) {
        return;
    }

    if (STREAM.test(url.pathname)) {
        if (!request.headers.has('Authorization')) {
            event.respondWith(stream(request, event.clientId));
        }

        return;
    }

    /* each address of the page is answered with the same file */
    const path = request.mode === 'navigate' ? '/' : url.pathname;

    if (!FOREIGN.test(url.pathname) && SHELL.test(path)) {
        event.respondWith(shell(request, path));
    }
});


/**
 * @param {Request} request
 * @param {string} clientId
 */
async function stream(request, clientId) {
    const token = await ask(clientId);

    if (!token) {
        return fetch(request);
    }

    const headers = new Headers(request.headers);

    headers.set('Authorization', `Bearer ${token}`);

    return fetch(request.url, {
        headers,
        mode: 'same-origin',
        credentials: 'same-origin',
        cache: 'no-store',
        redirect: 'error',
        signal: request.signal,
    });
}


/**
 * @param {string} clientId
 * @returns {Promise<string | null>}
 */
async function ask(clientId) {
    const client = await worker.clients.get(clientId);

    if (!client) {
        return null;
    }

    return new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        const timer = setTimeout(() => resolve(null), ASK_MS);

        port1.onmessage = ({ data }) => {
            clearTimeout(timer);
            port1.close();
            resolve(data);
        };

        client.postMessage('token', [port2]);
    });
}


/**
 * From the network, or as it was kept, if there is none; the page itself also
 * if it takes long.  Its files then come from the network all the same.
 *
 * @param {Request} request
 * @param {string} path
 */
async function shell(request, path) {
    const answer = fetch(request);
    const slow = request.mode === 'navigate' ? [late(path, answer)] : [];

    try {
        return await Promise.race([answer, ...slow]);

    } catch (error) {
        const kept = await caches.match(path);

        if (kept) {
            return kept;
        }

        throw error;
    }
}


/**
 * @param {string} path
 * @param {Promise<Response>} answer
 */
async function late(path, answer) {
    await new Promise((resolve) => { setTimeout(resolve, SLOW_MS); });

    return await caches.match(path) ?? answer;
}


/**
 * The page says which files it was made of; they are kept together or not at
 * all, in a cache that is named after their content.
 *
 * @param {string[]} paths
 */
async function keep(paths) {
    const wanted = [...new Set(paths)]
        .filter((path) => path !== '/' && SHELL.test(path)
                          && !FOREIGN.test(path))
        .sort().slice(0, FILES_MAX);

    /* last, since a cache that has it is whole */
    wanted.push('/');

    const answers = await Promise.all(wanted.map(file));
    const name = CACHE + await digest(wanted, answers);
    const cache = await caches.open(name);

    if (!await cache.match('/')) {
        for (const [i, path] of wanted.entries()) {
            await cache.put(path, answers[i]);
        }
    }

    for (const other of await caches.keys()) {
        if (other.startsWith(CACHE) && other !== name) {
            await caches.delete(other);
        }
    }
}


/**
 * The page has just loaded them, but perhaps by another address than "/".
 *
 * @param {string} path
 */
async function file(path) {
    const answer = await fetch(path, {
        cache: path === '/' ? 'no-cache' : 'force-cache' });

    if (!answer.ok || answer.type !== 'basic') {
        throw new Error(`${path} cannot be kept.`);
    }

    return answer;
}


/**
 * @param {string[]} paths
 * @param {Response[]} answers
 */
async function digest(paths, answers) {
    const bodies = await Promise.all(answers.map(
        (answer) => answer.clone().blob()));
    const whole = new Blob(paths.flatMap((path, i) => [path, bodies[i]]));
    const hash = await crypto.subtle.digest('SHA-256',
                                            await whole.arrayBuffer());

    return Array.from(new Uint8Array(hash, 0, 8),
                      (n) => n.toString(16).padStart(2, '0')).join('');
}
