/* Any number of operations, against lists that are changed the plain way. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { REPEATS, Queue } from '../../www/queue.js';
import { chance, tracks } from './queues.mjs';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/* each: (queue, lists { plain, played }, pick) */
const deeds = {
    add(queue, lists, pick) {
        const id = LETTERS[pick(26)];

        queue.add(tracks(id));
        lists.plain.push(queue.rows.at(-1).key);
        lists.played.push(queue.rows.at(-1).key);
    },

    addNext(queue, lists, pick) {
        const on = queue.now?.key;

        queue.addNext(tracks(LETTERS[pick(26)]));

        const { key: added } = queue.rows[on ? queue.index + 1 : 0];

        for (const list of [lists.plain, lists.played]) {
            list.splice(list.indexOf(on) + 1, 0, added);
        }
    },

    remove(queue, lists, pick) {
        const row = queue.rows[pick(queue.length)];

        if (row && queue.remove(row.key)) {
            lists.plain.splice(lists.plain.indexOf(row.key), 1);
            lists.played.splice(lists.played.indexOf(row.key), 1);
        }
    },

    move(queue, lists, pick) {
        const row = queue.rows[pick(queue.length)];
        const to = pick(queue.length);

        if (row && queue.move(row.key, to)) {
            lists.played = lists.played.filter((k) => k !== row.key);
            lists.played.splice(to, 0, row.key);

            if (!queue.shuffled) {
                lists.plain = [...lists.played];
            }
        }
    },

    shuffle(queue, lists) {
        queue.shuffle(!queue.shuffled);
        lists.played = queue.shuffled ? queue.rows.map((row) => row.key)
                                      : [...lists.plain];
    },

    jump: (queue, lists, pick) => queue.jump(queue.rows[pick(queue.length)]
                                             ?.key),
    forward: (queue) => queue.forward(),
    back: (queue) => queue.back(0),
    repeat: (queue, lists, pick) => queue.repeats(REPEATS[pick(3)]),
};

const STEPS = ['jump', 'forward', 'back'];


test('any operations in any order', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
        live(chance(seed), `seed ${seed}`);
    }
});


function live(random, seed) {
    const pick = (count) => Math.floor(random() * count);
    const queue = new Queue(random);
    const lists = { plain: [], played: [] };

    for (let i = 0; i < 150; i += 1) {
        const names = Object.keys(deeds);
        const name = names[pick(names.length)];
        const on = queue.now;
        const at = `${seed}, step ${i}, ${name}`;

        deeds[name](queue, lists, pick);

        const keys = queue.rows.map((row) => row.key);

        assert.deepEqual(keys, lists.played, at);
        assert.deepEqual([...keys].sort(), [...lists.plain].sort(), at);
        assert.equal(queue.now === null, queue.length === 0, at);

        if (on && !STEPS.includes(name)) {
            assert.equal(queue.now, on, at);
        }

        const other = new Queue();

        assert.ok(other.restore(JSON.parse(JSON.stringify(queue))), at);
        assert.equal(JSON.stringify(other), JSON.stringify(queue), at);
    }
}
