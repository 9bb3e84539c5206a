/* When a play counts: what was heard, not where the position is. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Listening } from '../../www/listening.js';

const MARK_S = 45;

/* each second by second from the first position to the last */
const plain = (from, to) => Array.from({ length: to - from + 1 },
                                       (_, i) => [from + i, i]);

/* name, [position, clock] ..., duration, whether it counts */
const plays = [
    ['45 s heard', plain(0, 45), 200, true],
    ['44 s heard', plain(0, 44), 200, false],
    ['45 s from the middle', plain(100, 145), 200, true],
    ['a short track whole', plain(0, 20), 20.4, true],
    ['a short track, not its last seconds', plain(0, 18), 20.4, false],
    ['a seek to the end', [[0, 0], [1, 1], [199, 2], [200, 3]], 200, false],
    ['a seek at each second', [[0, 0], [50, 1], [100, 2], [150, 3]], 200,
     false],
    ['a seek back takes nothing', [...plain(0, 30), [0, 30],
                                   ...plain(1, 15).map(([p, n]) =>
                                       [p, 31 + n])], 200, true],
    ['no length is known', plain(0, 60), NaN, false],
];

function listen(listening, steps, duration = 200) {
    return steps.filter(([position, now]) => listening.move(
        position, now, duration, MARK_S)).length;
}

for (const [name, steps, duration, counts] of plays) {
    test(name, () => {
        assert.equal(listen(new Listening(), steps, duration),
                     counts ? 1 : 0);
    });
}


test('it counts once, however long it goes on', () => {
    assert.equal(listen(new Listening(), plain(0, 150)), 1);
});


test('what passes while it rests is not heard', () => {
    const listening = new Listening();

    listen(listening, plain(0, 30));
    listening.rest();
    listening.move(100, 200, 200, MARK_S);
    assert.equal(listening.heard, 30);
});


test('kept over a reload: the sum, the key, that it counted', () => {
    const first = new Listening();

    assert.equal(listen(first, plain(0, 30)), 0);

    const second = new Listening(JSON.parse(JSON.stringify(first)));

    assert.equal(second.key, first.key);
    assert.equal(listen(second, plain(30, 44)), 0);
    assert.equal(listen(second, [[45, 15]]), 1);

    const third = new Listening(JSON.parse(JSON.stringify(second)));

    assert.equal(listen(third, plain(45, 150)), 0);
});


test('each playing has a key of its own', () => {
    const keys = Array.from({ length: 100 }, () => new Listening().key);

    assert.equal(new Set(keys).size, 100);
    assert.ok(keys.every((key) => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/
        .test(key)));
});
