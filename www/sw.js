/*
 * A media element cannot send a header.  For this page's own audio requests
 * the worker adds the token and hands the answer through as it comes: ranges
 * stay ranges, nothing is stored.  The token lives in the page that asked,
 * so a worker that was stopped and started again loses nothing.
 */

const STREAM = /^\/api\/v3\/user\/stream\/[0-9a-f-]+\/?$/;
const ASK_MS = 2000;


self.addEventListener('install', () => self.skipWaiting());

self.addEventListener('activate', (event) => {
    event.waitUntil(self.clients.claim());
});

/* a page that was reloaded past the worker asks to be taken on again */
self.addEventListener('message', (event) => {
    if (event.data === 'claim') {
        event.waitUntil(self.clients.claim());
    }
});

self.addEventListener('fetch', (event) => {
    const { request } = event;
    const url = new URL(request.url);

    if (request.method === 'GET' && url.origin === self.location.origin
        && STREAM.test(url.pathname)
        && !request.headers.has('Authorization'))
    {
        event.respondWith(stream(request, event.clientId));
    }
});


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


async function ask(clientId) {
    const client = await self.clients.get(clientId);

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
