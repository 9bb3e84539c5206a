/* The keys, in a dialog: it keeps the focus, and Escape closes it. */

import { html, render } from './lib/lit-html/lit-html.js';

/** @type {HTMLDialogElement | null} */
let dialog = null;


/** @param {import('./keys.js').Key[]} keys */
export function showHelp(keys) {
    dialog ??= make();

    render(html`<div class="help-in">
        <h2 id="help-title">Keys</h2>
        <dl>${keys.map(({ shown, does }) => html`<div><dt>${does}</dt><dd>${
            shown.map((key) => html`<kbd>${key}</kbd>`)}</dd></div>`)}</dl>
        <button class="button" type="button" autofocus @click=${
            () => dialog?.close()}>Close</button></div>`, dialog);

    if (!dialog.open) {
        dialog.showModal();
    }
}


function make() {
    const made = document.createElement('dialog');

    made.className = 'help';
    made.setAttribute('aria-labelledby', 'help-title');
    document.body.append(made);

    /* beside it, since what is inside fills it */
    made.addEventListener('click', ({ target }) => {
        if (target === made) {
            made.close();
        }
    });

    return made;
}
