/* Edits take turns, and do not wait for one when the page goes. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

const page = new EventTarget();

globalThis.addEventListener = page.addEventListener.bind(page);
globalThis.document = Object.assign(new EventTarget(),
                                    { visibilityState: 'visible' });

const { inTurn } = await import('../../www/turns.js');


/* edits of "what", which end as they are told */
function edits(what, count) {
    const begun = [];
    const ends = [];

    const all = Array.from({ length: count }, (_, i) => inTurn(what, () => {
        begun.push(i);

        return new Promise((resolve, reject) => {
            ends[i] = { resolve, reject };
        });
    }));

    return { all, begun, ends };
}


function settled() {
    return new Promise((resolve) => { setImmediate(resolve); });
}


test('one after the other, each with its own answer', async () => {
    const { all, begun, ends } = edits('a', 3);

    assert.deepEqual(begun, [0], 'the first at once');
    ends[0].resolve('x');
    assert.equal(await all[0], 'x');
    await settled();
    assert.deepEqual(begun, [0, 1]);
    ends[1].reject(new Error('refused'));
    await assert.rejects(all[1], /refused/);
    await settled();
    assert.deepEqual(begun, [0, 1, 2], 'one that fails holds nobody up');
    ends[2].resolve('z');
    assert.equal(await all[2], 'z');
    await settled();
    assert.deepEqual(edits('a', 1).begun, [0], 'nothing is left');
});


test('those of another thing do not wait', () => {
    edits('b', 1);
    assert.deepEqual(edits('c', 1).begun, [0]);
});


for (const [name, leave] of [
    ['it is left', () => page.dispatchEvent(new Event('pagehide'))],
    ['it is hidden', () => {
        document.visibilityState = 'hidden';
        document.dispatchEvent(new Event('visibilitychange'));
        document.visibilityState = 'visible';
    }],
]) {
    test(`when ${name}, none waits`, async () => {
        const { all, begun, ends } = edits(name, 3);

        document.dispatchEvent(new Event('visibilitychange'));
        await settled();
        assert.deepEqual(begun, [0], 'not when it is shown');

        /* no timer, no task: the page may have none any more */
        leave();
        await Promise.resolve();
        await Promise.resolve();
        assert.deepEqual(begun, [0, 1, 2]);
        ends.forEach(({ resolve }) => resolve());
        await Promise.all(all);
    });
}
