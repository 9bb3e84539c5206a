/* What the page's worker answers with: the network, or what it kept. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createContext, runInContext } from 'node:vm';

const SOURCE = readFileSync(new URL('../../www/sw.js', import.meta.url),
                            'utf8');
const ORIGIN = 'https://music.example';
const HELD = new Promise(() => {});


/* the worker among parts that answer at once: what it answers to a request,
   and the time that it waits for, which comes only when it is let */
function worker({ network, kept }) {
    const on = {};
    const waits = [];
    let letGo;
    const self = { location: { origin: ORIGIN },
                   addEventListener: (name, act) => { on[name] = act; } };

    runInContext(SOURCE, createContext({
        self, URL, Promise,
        fetch: () => network,
        caches: { match: async (path) => kept[path] },
        setTimeout: (act, ms) => {
            waits.push(ms);
            letGo = act;
        },
    }));

    return {
        waits,
        pass: () => letGo(),
        ask: (path, mode) => {
            let answer;

            on.fetch({ request: { method: 'GET', mode, url: ORIGIN + path },
                       respondWith: (promise) => { answer = promise; } });

            return answer;
        },
    };
}


const KEPT = { '/': 'kept page', '/player.js': 'kept script' };
const fails = () => Promise.reject(new TypeError('no network'));

/* what is asked, how, the network, what is kept; and the answer */
const answers = [
    ['/', 'navigate', 'new', KEPT, 'new'],
    ['/tracks', 'navigate', 'fails', KEPT, 'kept page'],
    ['/tracks', 'navigate', 'slow', KEPT, 'kept page'],
    ['/tracks', 'navigate', 'fails', {}, TypeError],
    ['/player.js', 'no-cors', 'new', KEPT, 'new'],
    ['/player.js', 'no-cors', 'fails', KEPT, 'kept script'],
];

for (const [path, mode, how, kept, wanted] of answers) {
    test(`${mode} ${path}, network ${how}`, async () => {
        const network = how === 'fails' ? fails()
            : how === 'slow' ? HELD : Promise.resolve('new');
        const { ask, pass } = worker({ network, kept });
        const answer = ask(path, mode);

        if (how === 'slow') {
            pass();
        }

        if (wanted === TypeError) {
            await assert.rejects(answer, TypeError);

        } else {
            assert.equal(await answer, wanted);
        }
    });
}


test('slow, and nothing is kept: the network has all the time', async () => {
    let come;
    const network = new Promise((resolve) => { come = resolve; });
    const { ask, pass } = worker({ network, kept: {} });
    const answer = ask('/', 'navigate');

    pass();
    come('new');
    assert.equal(await answer, 'new');
});


test('only the page itself is waited for by the clock', () => {
    const { ask, waits } = worker({ network: HELD, kept: KEPT });

    ask('/player.js', 'no-cors');
    assert.deepEqual(waits, []);
    ask('/', 'navigate');
    assert.equal(waits.length, 1);
});


for (const path of ['/api/v3/tracks', '/images/x.jpg', '/demo/token',
                    '/head/release/1', '/release/1'])
{
    test(`${path} is the browser's`, () => {
        const { ask } = worker({ network: HELD, kept: KEPT });

        assert.equal(ask(path, 'cors'), undefined);
    });
}
