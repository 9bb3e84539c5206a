/*
 * Edits of one thing take turns: each is sent when the one before it is
 * answered, so that the last one is what stays.  When the page is hidden, and
 * may never be seen again, what still waits is sent at once; "keepalive" of a
 * request has it arrive although its page is gone.
 */

/** by what is edited: its last turn
 *
 * @type {Map<string, Promise<unknown>>} */
const turns = new Map();

/** what each that waits calls to begin
 *
 * @type {Set<() => void>} */
const waiting = new Set();


/**
 * @template T
 * @param {string} what  is edited: an id
 * @param {() => Promise<T>} act
 * @returns {Promise<T>}
 */
export function inTurn(what, act) {
    const before = turns.get(what);
    const turn = before ? after(before).then(act) : act();
    const over = () => {
        if (turns.get(what) === turn) {
            turns.delete(what);
        }
    };

    turns.set(what, turn);
    turn.then(over, over);

    return turn;
}


/**
 * @param {Promise<unknown>} before
 * @returns {Promise<void>}
 */
function after(before) {
    return new Promise((resolve) => {
        const begin = () => {
            waiting.delete(begin);
            resolve();
        };

        waiting.add(begin);
        before.then(begin, begin);
    });
}


function flush() {
    waiting.forEach((begin) => begin());
}


addEventListener('pagehide', flush);
document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') {
        flush();
    }
});
