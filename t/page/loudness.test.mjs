/* How much of the volume a track gets, and what its wave looks like. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { EVEN, share } from '../../www/loudness.js';
import { outline } from '../../www/outline.js';


const of = (gain, truePeak, album = null) =>
    ({ loudness: { gain, truePeak, album } });
const album = { gain: -6, truePeak: 0 };

for (const [what, track, even, decibels] of [
    ['a loud track is turned down', of(-8, 0.5), 'tracks', -8],
    ['a quiet one up', of(4, -10), 'tracks', 4],
    ['but not so far that it clips', of(4, -1.5), 'tracks', 1.5],
    ['what clips is turned down', of(1, 2), 'tracks', -2],
    ['by its album', of(-8, 0, album), 'albums', -6],
    ['by itself without one', of(-8, 0), 'albums', -8],
    ['by itself all the same', of(-8, 0, album), 'tracks', -8],
    ['not at all', of(-8, 0, album), 'off', 0],
    ['nothing is known of it', { loudness: null }, 'tracks', 0],
    ['it was kept before anything was', {}, 'albums', 0],
    ['no track', null, 'tracks', 0],
]) {
    test(what, () => {
        assert.ok(EVEN.includes(even));
        assert.ok(Math.abs(20 * Math.log10(share(track, even)) - decibels)
                  < 1e-9);
    });
}


/* the middles and heights of the upper half */
function upper(path) {
    return [...path.matchAll(/([\d.]+) ([\d.]+)/g)].slice(1)
        .map(([, x, y]) => [Number(x), Number(y)])
        .filter(([x, y]) => y < 1 && x < 1000);
}

const wave = () => ({ durationMs: 4000, peaks: [0, 50, 100, 25] });

test('the loudest part fills the height, silence is a line', () => {
    assert.deepEqual(upper(outline(wave(), 4)),
                     [[125, .96], [375, .48], [625, 0], [875, .72]]);
});

test('a preview has the wave of what it has', () => {
    assert.deepEqual(upper(outline(wave(), 2)), [[250, .96], [750, .48]]);
});

test('a rounded duration has all of it', () => {
    assert.equal(upper(outline(wave(), 4.02)).length, 4);
});

test('silence, and a wave of nothing', () => {
    assert.match(outline({ durationMs: 1000, peaks: [0, 0] }, 1),
                 /^M0 1L[\d. ]+Z$/);
    assert.equal(outline({ durationMs: 1000, peaks: [] }, 1),
                 'M0 1L1000 1Z');
});
