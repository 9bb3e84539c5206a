/* One question or notice in front of the page. */

import { html, render } from './lib/lit-html/lit-html.js';

const box = document.createElement('dialog');

box.className = 'dialog';
box.setAttribute('aria-labelledby', 'dialog-title');
box.addEventListener('click', ({ target }) => {
    if (target === box) {
        box.close();
    }
});
document.body.append(box);


/**
 * @param {string} title
 * @param {Content} content
 */
export function ask(title, content) {
    render(html`<div class="dialog-body">
        <h2 id="dialog-title">${title}</h2>${content}</div>`, box);

    if (!box.open) {
        box.showModal();
    }
}


export function close() {
    box.close();
}
