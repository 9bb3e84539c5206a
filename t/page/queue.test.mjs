/* What each change of the queue and each step in it does. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MAX, REPEATS, Queue } from '../../www/queue.js';
import { key, made, many, shown, tracks } from './queues.mjs';


const changes = [
    ['add', 'aBc', (q) => q.add(tracks('xy')), 'aBcxy', 2],
    ['add to none: the first is on, nothing else', '', (q) =>
        q.add(tracks('xy')), 'Xy', 2],
    ['next', 'aBc', (q) => q.addNext(tracks('xy')), 'aBxyc', 2],
    ['next to none', '', (q) => q.addNext(tracks('xy')), 'Xy', 2],
    ['jump', 'aBc', (q) => q.jump(key(q, 'c')), 'abC', true],
    ['jump to what is gone', 'aBc', (q) => q.jump(99), 'aBc', false],
    ['move up past the current', 'aBc', (q) => q.move(key(q, 'c'), 0),
     'caB', true],
    ['move down past the current', 'aBc', (q) => q.move(key(q, 'a'), 2),
     'Bca', true],
    ['move the current', 'aBc', (q) => q.move(key(q, 'b'), 2), 'acB', true],
    ['move below the first', 'aBc', (q) => q.move(key(q, 'b'), -1), 'aBc',
     false],
    ['move past the last', 'aBc', (q) => q.move(key(q, 'b'), 3), 'aBc',
     false],
    ['move what is gone', 'aBc', (q) => q.move(99, 0), 'aBc', false],
    ['remove before', 'aBc', (q) => q.remove(key(q, 'a')), 'Bc', true],
    ['remove after', 'aBc', (q) => q.remove(key(q, 'c')), 'aB', true],
    ['remove the current', 'aBc', (q) => q.remove(key(q, 'b')), 'aBc',
     false],
    ['remove what is gone', 'aBc', (q) => q.remove(99), 'aBc', false],
    ['clear', 'aBc', (q) => q.clear(), 'B', undefined],
    ['empty', 'aBc', (q) => q.empty(), '', undefined],
    ['replace', 'aBc', (q) => q.replace(tracks('xy'), 1), 'xY', undefined],
    ['replace by none', 'aBc', (q) => q.replace([], 0), '', undefined],
];

for (const [name, before, act, after, result] of changes) {
    test(name, () => {
        const queue = made(before);

        assert.equal(act(queue), result);
        assert.equal(shown(queue), after);
    });
}


/* name, queue, repeat, act, what is on after it, its result */
const steps = [
    ['on', 'Abc', 'off', (q) => q.forward(), 'b', true],
    ['at the end', 'abC', 'off', (q) => q.forward(), 'c', false],
    ['at the end of all', 'abC', 'all', (q) => q.forward(), 'a', true],
    ['over by itself', 'Abc', 'all', (q) => q.forward({ ended: true }),
     'b', true],
    ['one, over by itself', 'Abc', 'one', (q) => q.forward({ ended: true }),
     'a', true],
    ['one, by the button', 'Abc', 'one', (q) => q.forward(), 'b', true],
    ['none', '', 'all', (q) => q.forward(), null, false],
    ['back at 3 s', 'aBc', 'off', (q) => q.back(3), 'a', true],
    ['back after 3 s: again', 'aBc', 'off', (q) => q.back(3.01), 'b', false],
    ['back from the first: again', 'Abc', 'off', (q) => q.back(0), 'a',
     false],
    ['back from the first of all', 'Abc', 'all', (q) => q.back(0), 'c', true],
    ['back, only one', 'A', 'all', (q) => q.back(0), 'a', false],
    ['back, none', '', 'off', (q) => q.back(0), null, false],
];

for (const [name, before, repeat, act, on, result] of steps) {
    test(`step: ${name}`, () => {
        const queue = made(before);

        queue.repeats(repeat);
        assert.equal(act(queue), result);
        assert.equal(queue.now?.track.id ?? null, on);
    });
}


test('next is what a press of the button plays', () => {
    for (const repeat of REPEATS) {
        for (const text of ['', 'A', 'Ab', 'aB']) {
            const queue = made(text);

            queue.repeats(repeat);

            const { next } = queue;

            assert.equal(queue.forward() ? queue.now : null, next);
        }
    }
});


test('no more than fits', () => {
    const queue = new Queue();

    queue.replace(many(MAX + 10), MAX + 5);
    assert.equal(queue.length, MAX);
    assert.equal(queue.now.track.id, `t${MAX + 5}`);
    assert.equal(queue.add(tracks('xy')), 0);

    queue.replace(many(MAX + 10), 3);
    assert.equal(queue.now.track.id, 't3');
    assert.equal(queue.rows.at(0).track.id, 't3');

    queue.remove(key(queue, 't9'));
    assert.equal(queue.addNext(tracks('xy')), 1);
    assert.equal(queue.length, MAX);
});


test('newer data of a track reaches each of its rows', () => {
    const queue = made('Aba');

    queue.renew({ id: 'a', title: 'A' });
    assert.deepEqual(queue.rows.map(({ track }) => track.title),
                     ['A', undefined, 'A']);
});
