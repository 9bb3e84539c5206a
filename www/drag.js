/*
 * Rows of a list are put in another order by dragging.  Nothing changes
 * before the row is dropped: until then rows only stand elsewhere.  A page
 * offers buttons for the same.
 */

const EDGE_PX = 72;
const SCROLL_PX = 12;


/**
 * Handles "pointerdown" of a handle in a row; done() gets the keys (data-key)
 * of the row and of the one whose place it takes.
 *
 * @param {PointerEvent & { currentTarget: HTMLElement }} event
 * @param {(key: number, place: number) => unknown} done
 */
export function drag(event, done) {
    const handle = event.currentTarget;
    const row = /** @type {HTMLElement} */ (handle.closest('[data-key]'));
    const rows = siblings(row);
    const from = rows.indexOf(row);
    const tops = rows.map((other) => other.getBoundingClientRect().top
                                     + scrollY);
    const { height } = row.getBoundingClientRect();
    const start = event.clientY + scrollY;
    const stop = new AbortController();
    let to = from;

    if (event.button !== 0) {
        return;
    }

    event.preventDefault();
    handle.setPointerCapture(event.pointerId);
    row.classList.add('dragged');

    const end = (/** @type {boolean} */ dropped) => {
        stop.abort();
        row.classList.remove('dragged');
        rows.forEach((other) => { other.style.transform = ''; });

        if (dropped && to !== from) {
            done(Number(row.dataset.key), Number(rows[to].dataset.key));
        }
    };

    handle.addEventListener('pointermove', (/** @type {Event} */ moved) => {
        const { clientY } = /** @type {PointerEvent} */ (moved);

        scroll(clientY);

        const by = clientY + scrollY - start;

        to = place(tops, from, by, height);
        rows.forEach((other, i) => {
            const step = Number(i < from && i >= to)
                         - Number(i > from && i <= to);

            other.style.transform = `translateY(${
                i === from ? by : step * height}px)`;
        });
    }, { signal: stop.signal });

    handle.addEventListener('pointerup', () => end(true),
                            { signal: stop.signal });
    handle.addEventListener('pointercancel', () => end(false),
                            { signal: stop.signal });
    addEventListener('keydown', ({ key }) => {
        if (key === 'Escape') {
            end(false);
        }
    }, { signal: stop.signal });
}


/**
 * Where a row that was moved by so much would go.
 *
 * @param {number[]} tops of all rows
 * @param {number} from
 * @param {number} by
 * @param {number} height
 */
export function place(tops, from, by, height) {
    const middle = tops[from] + by + height / 2;
    const below = tops.findIndex((top, i) => i !== tops.length - 1
                                             && middle < tops[i + 1]);

    return below < 0 ? tops.length - 1 : below;
}


/** @param {HTMLElement} row */
function siblings(row) {
    return /** @type {HTMLElement[]} */ ([
        ...(row.parentElement?.querySelectorAll(':scope > [data-key]')
            ?? [])]);
}


/**
 * Near an edge of the window the page comes along.
 *
 * @param {number} y
 */
function scroll(y) {
    const box = document.getElementById('player')?.getBoundingClientRect();
    const bottom = (box?.height ? box.top : innerHeight) - EDGE_PX;
    const top = EDGE_PX * 2;

    if (y > bottom) {
        scrollBy(0, SCROLL_PX);

    } else if (y < top) {
        scrollBy(0, -SCROLL_PX);
    }
}
