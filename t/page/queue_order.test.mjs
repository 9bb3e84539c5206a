/* The queue shuffled, and kept and restored. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MAX, Queue } from '../../www/queue.js';
import { chance, key, made, many, shown, tracks } from './queues.mjs';


test('shuffle: what plays is first, and off restores the order', () => {
    const queue = made('abCdefg', chance(7));

    queue.shuffle(true);
    assert.match(shown(queue), /^C/);
    assert.notEqual(shown(queue), 'Cabdefg');
    queue.shuffle(false);
    assert.equal(shown(queue), 'abCdefg');
});


test('shuffled: added, next, moved and removed, and off again', () => {
    const queue = made('aBcd', chance(7));

    queue.shuffle(true);
    queue.add(tracks('x'));
    assert.match(shown(queue), /^B.*x$/);
    queue.addNext(tracks('y'));
    assert.match(shown(queue), /^By/);
    queue.move(key(queue, 'x'), 1);
    assert.match(shown(queue), /^Bxy/);
    queue.remove(key(queue, 'd'));
    queue.shuffle(false);
    assert.equal(shown(queue), 'aBycx');
});


test('shuffled: a list that is played starts with its track', () => {
    const queue = new Queue(chance(3));

    queue.shuffle(true);
    queue.replace(tracks('abcdef'), 3);
    assert.match(shown(queue), /^D/);
    assert.equal(queue.length, 6);
    queue.shuffle(false);
    assert.equal(shown(queue), 'abcDef');
});


test('each order is as likely as any other', () => {
    const seen = new Map();
    const random = chance(42);
    const rounds = 24000;

    for (let i = 0; i < rounds; i += 1) {
        const queue = made('Abcde', random);

        queue.shuffle(true);
        seen.set(shown(queue), (seen.get(shown(queue)) ?? 0) + 1);
    }

    assert.equal(seen.size, 24);

    /* chi square: above 49.7 by chance once in a thousand, 23 degrees */
    const fair = rounds / 24;
    const chi = [...seen.values()].reduce(
        (sum, n) => sum + (n - fair) ** 2 / fair, 0);

    assert.ok(chi < 49.7, `${chi}`);
});


test('kept and restored, each thing as it was', () => {
    const from = { title: 'First Light', path: '/release/1' };
    const queue = new Queue(chance(5));

    queue.replace(tracks('abcdef'), 2, from);
    queue.shuffle(true);
    queue.repeats('one');
    queue.forward();

    const other = new Queue();

    assert.equal(other.restore(JSON.parse(JSON.stringify(queue))), true);
    assert.equal(shown(other), shown(queue));
    assert.deepEqual(other.now.from, from);
    assert.equal(other.repeat, 'one');
    other.shuffle(false);
    queue.shuffle(false);
    assert.equal(shown(other), shown(queue));
});


const good = JSON.stringify(made('aBc'));
const spoiled = [
    ['nothing', null],
    ['no rows', { rows: null }],
    ['no track', { rows: [{}] }],
    ['an id that is none', { rows: [{ track: { id: 1 } }], index: 0 }],
    ['an index past the end', { index: 3 }],
    ['an index before the start', { index: -1 }],
    ['half an index', { index: 0.5 }],
    ['an index of no rows', { rows: [], index: 0 }],
    ['a repeat that is none', { repeat: 'twice' }],
    ['an order of others', { plain: [0, 1, 3] }],
    ['an order that says one twice', { plain: [0, 1, 1] }],
    ['a short order', { plain: [0, 1] }],
    ['too many', { rows: many(MAX + 1).map((track) => ({ track })) }],
];

for (const [name, part] of spoiled) {
    test(`not restored: ${name}`, () => {
        const queue = made('xY');

        assert.equal(queue.restore(part && { ...JSON.parse(good), ...part }),
                     false);
        assert.equal(shown(queue), 'xY');
    });
}
