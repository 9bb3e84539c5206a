/* Which key press means what, and where it means nothing to the page. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { KEYS, find } from '../../www/keys.js';

/* an element by what of it the keys ask: "input", "dialog button", "#seek" */
function target(text) {
    const [own, ...outer] = text.split(' ').reverse();
    const is = {
        'body': [], 'a': [], 'button': ['button'], 'summary': ['summary'],
        'text': ['input:not', 'textarea'], '#seek': ['#seek'],
        'range': ['range:not'], 'editable': [],
    }[own];

    return {
        isContentEditable: own === 'editable',
        closest: (name) => (outer.includes(name) ? {} : null),
        matches: (selector) => is.some((part) => selector.startsWith('input')
            ? part === 'input:not' : selector.startsWith('[type=range]')
                ? part === 'range:not' : selector.includes(part)),
    };
}

/* where, key with its modifiers, what it does; '' is nothing of ours */
const presses = [
    ['body', ' ', 'Play or pause'],
    ['a', ' ', 'Play or pause'],
    ['body', 'Shift+ ', ''],
    ['button', ' ', ''],
    ['summary', ' ', ''],
    ['button', 'ArrowLeft', 'Back 5 seconds'],
    ['#seek', 'ArrowRight', 'Forward 5 seconds'],
    ['range', 'ArrowRight', ''],
    ['range', 'm', 'Mute or unmute'],
    ['body', 'Shift+ArrowRight', 'Next track'],
    ['body', 's', 'Shuffle on or off'],
    ['body', 'Shift+S', ''],
    ['body', 'r', 'Repeat all, one or none'],
    ['body', 'Ctrl+r', ''],
    ['body', 'Meta+r', ''],
    ['body', 'Alt+ArrowLeft', ''],
    ['body', '/', 'Search'],

    /* on some keyboards these two need shift */
    ['body', 'Shift+/', 'Search'],
    ['body', 'Shift+?', 'Show these keys'],
    ['text', 's', ''],
    ['text', '?', ''],
    ['text', ' ', ''],
    ['text', 'ArrowLeft', ''],
    ['editable', 's', ''],
    ['dialog button', 's', ''],
    ['dialog body', '?', ''],
    ['body', 'Enter', ''],
    ['body', 'x', ''],
];

for (const [where, press, does] of presses) {
    test(`${where}: "${press}" is ${does || 'not ours'}`, () => {
        const [, modifier, key] = /^(?:(\w+)\+)?(.+)$/.exec(press);

        assert.equal(find({ key, target: target(where),
                            shiftKey: modifier === 'Shift',
                            ctrlKey: modifier === 'Ctrl',
                            metaKey: modifier === 'Meta',
                            altKey: modifier === 'Alt' })?.does ?? '', does);
    });
}


test('not what somebody else took, not while a word is composed', () => {
    for (const flag of ['defaultPrevented', 'isComposing']) {
        assert.equal(find({ key: 's', target: target('body'),
                            [flag]: true }), undefined);
    }
});


test('no key twice', () => {
    assert.equal(new Set(KEYS.map(({ key }) => key)).size, KEYS.length);
});
