/* The search box, which looks while it is typed into. */

import { $ } from './dom.js';

const TYPING_MS = 180;

const box = $('q');

/** @type {ReturnType<typeof setTimeout> | undefined} */
let typing;


/** @param {import('./router.js').Router} router */
export function bindSearch(router) {
    const look = (/** @type {number} */ wait) => {
        clearTimeout(typing);
        typing = setTimeout(() => seek(router, box.value.trim()), wait);
    };

    box.addEventListener('input', () => look(TYPING_MS));
    $('search').addEventListener('submit', (event) => {
        event.preventDefault();
        look(0);
    });

    /* another page: the box has its words, unless they are being typed */
    router.addEventListener('leave', ({ detail: { query } }) => {
        if (document.activeElement !== box) {
            box.value = router.is('/search') ? query.get('q') ?? '' : '';
        }
    });
}


/* typing makes one step of the browser's history, not one for each letter */
/**
 * @param {import('./router.js').Router} router
 * @param {string} words
 */
function seek(router, words) {
    router.go(words ? `/search?q=${encodeURIComponent(words)}` : '/',
              { replace: router.is('/search') && words !== '' });
}
