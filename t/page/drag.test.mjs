/* Where a row goes that is dragged so far. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { place } from '../../www/drag.js';

const HEIGHT = 60;
const TOPS = [100, 160, 220, 280];

/* from, by, to */
const drags = [
    [0, 0, 0],
    [0, 29, 0],
    [0, 31, 1],
    [0, 91, 2],
    [0, 1000, 3],
    [3, -29, 3],
    [3, -31, 2],
    [3, -1000, 0],
    [1, 31, 2],
    [1, -31, 0],
];

for (const [from, by, to] of drags) {
    test(`row ${from} by ${by} px: ${to}`, () => {
        assert.equal(place(TOPS, from, by, HEIGHT), to);
    });
}


test('the only row stays', () => {
    assert.equal(place([100], 0, 500, HEIGHT), 0);
});
