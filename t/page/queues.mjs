/* Queues as text, for the tests. */

import { Queue } from '../../www/queue.js';

/* "ab" -> [{ id: 'a' }, { id: 'b' }] */
export const tracks = (ids) => [...ids].map((id) => ({ id }));
export const many = (count) => Array.from({ length: count },
                                   (_, i) => ({ id: `t${i}` }));
export const key = (queue, id) => queue.rows
    .find((row) => row.track.id === id).key;

/* "abCd": in this order, c is on */
export const shown = (queue) => queue.rows.map(({ track }, i) =>
    (i === queue.index ? track.id.toUpperCase() : track.id)).join('');


export function made(text, random) {
    const queue = new Queue(random);
    const index = [...text].findIndex((c) => c !== c.toLowerCase());

    queue.replace(tracks(text.toLowerCase()), index);

    return queue;
}


/* the same numbers at every run (Park and Miller) */
export function chance(seed) {
    let state = seed;

    return () => {
        state = state * 48271 % 2147483647;

        return state / 2147483647;
    };
}
