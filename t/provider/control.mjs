/*
 * A server that a test controls: it POSTs JSON to /control/NAME.  All else is
 * the server's, or as the test has scripted it, see scripted.mjs.  What is
 * scripted, held and counted is named by its path or by its method.
 */

import { answer, named } from './scripted.mjs';


export function controlled(calls, handler) {
    const scripts = new Map();
    const requests = [];
    const held = new Map();

    const control = {
        script({ path, script }) {
            if (script) {
                scripts.set(path, named(script));

            } else {
                scripts.delete(path);
            }
        },

        hold({ path }) {
            held.set(path, []);
        },

        release({ path }) {
            const waiting = held.get(path) ?? [];

            held.delete(path);
            waiting.forEach((go) => go());
            return waiting.length;
        },

        requests({ path }) {
            return requests.filter((request) =>
                request.path === path || request.method === path);
        },

        ...calls,
    };


    function serve(req, res) {
        const { pathname } = new URL(req.url, 'http://localhost');

        if (pathname.startsWith('/control/')) {
            call(control, pathname.slice('/control/'.length), req, res);
            return;
        }

        const names = [pathname, req.method];
        const scripted = names.find((name) => scripts.has(name));
        const holding = names.find((name) => held.has(name));
        const request = { path: pathname, url: req.url, method: req.method,
                          headers: req.headers, body: '' };

        requests.push(request);
        res.on('finish', () => { request.status = res.statusCode; });

        if (scripted) {
            const script = scripts.get(scripted);

            req.on('data', (chunk) => { request.body += chunk; });

            if (script.times && !--script.times) {
                scripts.delete(scripted);
            }

            answer(script, req, res);

        } else if (holding) {
            held.get(holding).push(() => handler(req, res));

        } else {
            handler(req, res);
        }
    }


    return serve;
}


async function call(control, name, req, res) {
    let text = '';

    for await (const chunk of req) {
        text += chunk;
    }

    try {
        const value = await control[name](JSON.parse(text));

        res.end(JSON.stringify({ value: value ?? null }));

    } catch (error) {
        console.error('control', name, error);
        res.writeHead(500).end(JSON.stringify({ error: error.stack }));
    }
}
