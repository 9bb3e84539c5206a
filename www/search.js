/* The search box, which looks while it is typed into. */

const TYPING_MS = 180;

const box = document.getElementById('q');

let typing = 0;


export function bindSearch(router) {
    const look = (wait) => {
        clearTimeout(typing);
        typing = setTimeout(() => seek(router, box.value.trim()), wait);
    };

    box.addEventListener('input', () => look(TYPING_MS));
    document.getElementById('search').addEventListener('submit', (event) => {
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
function seek(router, words) {
    router.go(words ? `/search?q=${encodeURIComponent(words)}` : '/',
              { replace: router.is('/search') && words !== '' });
}
