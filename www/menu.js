/* A short list of what can be done, beside the button that opens it; on a
   phone at the foot of the window. */

import { html, nothing, render } from './lib/lit-html/lit-html.js';
import { icon } from './view.js';

const GAP = 8;

/**
 * @typedef {{ label: string, icon: string, href?: string,
 *             act?: () => unknown }} Entry
 */

/** @type {HTMLDialogElement | null} */
let menu = null;


/**
 * @param {HTMLElement} button
 * @param {string} title
 * @param {Entry[]} entries
 */
export function openMenu(button, title, entries) {
    menu ??= make();

    render(html`<p class="menu-title" id="menu-title">${title}</p><ul
        role="list">${entries.map(entry)}</ul>`, menu);
    menu.showModal();
    place(menu, button.getBoundingClientRect());
    items()[0]?.focus();
}


/** @param {Entry} entry */
function entry({ label, icon: name, href, act }) {
    const content = html`${icon(name)}${label}`;

    return html`<li>${href
        ? html`<a class="menu-item" href=${href} @click=${close}>${content}</a>`
        : html`<button class="menu-item" type="button" @click=${() => {
            close();
            act?.();
        }}>${content}</button>`}</li>`;
}


function make() {
    const made = document.createElement('dialog');

    made.className = 'menu';
    made.setAttribute('aria-labelledby', 'menu-title');
    made.addEventListener('click', ({ target }) => {
        if (target === made) {
            close();
        }
    });
    made.addEventListener('keydown', step);
    made.addEventListener('close', () => render(nothing, made));
    document.body.append(made);

    return made;
}


function close() {
    menu?.close();
}


/** @returns {HTMLElement[]} */
function items() {
    return [...menu?.querySelectorAll('.menu-item') ?? []]
        .map((item) => /** @type {HTMLElement} */ (item));
}


/** @param {KeyboardEvent} event */
function step(event) {
    const all = items();
    const at = all.findIndex((item) => item === document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0,
                 End: all.length - 1 }[event.key];

    /* the page's own keys are not for those who choose here */
    event.stopPropagation();

    if (to !== undefined) {
        event.preventDefault();
        all[(to + all.length) % all.length].focus();
    }
}


/**
 * Below the button, or above it where there is no room.
 *
 * @param {HTMLDialogElement} box
 * @param {DOMRect} button
 */
function place(box, button) {
    const { offsetWidth, offsetHeight } = box;
    const below = button.bottom + offsetHeight + GAP < innerHeight;
    const top = below ? button.bottom + GAP / 2
                      : Math.max(GAP, button.top - offsetHeight - GAP / 2);

    box.style.setProperty('--top', `${top}px`);
    box.style.setProperty('--left',
                          `${Math.max(GAP, button.right - offsetWidth)}px`);
}
