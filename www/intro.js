/* What a first visit needs: nine plays, what they cost, and who may listen. */

import { login } from './account.js';
import { ask, close } from './dialog.js';
import { $ } from './dom.js';
import { html, nothing, svg } from './lib/lit-html/lit-html.js';
import { PLAYS_TO_OWN, rule } from './plays.js';
import { euros, sum } from './price.js';
import { session } from './session.js';
import { store } from './store.js';
import { icon } from './view.js';

const SEEN = 'resonate.intro';
const TITLE = 'Play it nine times and it is yours.';

/* of the picture: a dot's place is as wide as its price */
const STEP = 62;
const BASE = 74;
const LEAST = 5;

let seen = read();


/**
 * Whole where the page has room for it, one line above what somebody came
 * for, and nothing on the pages of those who know.
 *
 * @param {Page} page
 */
export function intro({ intro: form }) {
    return seen || !form ? nothing : form === 'whole' ? whole() : line();
}


function whole() {
    return html`<aside class="intro" aria-labelledby="intro-title">
        <div class="intro-text">
            <h2 id="intro-title">${TITLE}</h2>
            <p>${sentence()} ${visitor()}</p>
            <div class="intro-foot">${session.able && !session.who
                ? html`<button class="button strong" type="button"
                    @click=${login}>Log in</button>` : nothing}<button
                class="button" type="button" @click=${dismiss}>Got
                it</button></div>
        </div>
        ${picture()}</aside>`;
}


function line() {
    return html`<aside class="intro-line" aria-label="Nine plays">
        <p>${TITLE} <button class="link" type="button" @click=${explain}>How
        it works</button></p>
        <button class="plain tool" type="button" aria-label="Got it"
            @click=${dismiss}>${icon('close')}</button></aside>`;
}


/* for who asks, on any page */
export function bindIntro() {
    $('explain').addEventListener('click', explain);
}


function explain() {
    ask(TITLE, html`<p>${sentence()} ${visitor()}</p>${picture()}<div
        class="dialog-foot"><button class="button strong" type="button"
        @click=${() => {
            close();
            dismiss();
        }}>Got it</button></div>`);
}


function dismiss() {
    seen = true;
    localStorage.setItem(SEEN, 'seen');
    store.changed();
}


function sentence() {
    const first = rule.costs[0] && euros(rule.costs[0]);

    return first
        ? `The first play costs ${first}, each one after it twice as much:`
          + ` ${euros(sum(rule.costs.slice(0, PLAYS_TO_OWN)))} in all, and`
          + ' then you own the track.'
        : 'The first play costs a fraction of a cent, each one after it twice'
          + ' as much, and after the ninth you own the track.';
}


function visitor() {
    return session.who ? ''
        : `Without logging in you hear the first ${rule.previewS} seconds of`
          + ' each track, and free ones whole.';
}


/* nine dots; the area of each is its price */
function picture() {
    const costs = rule.costs.length ? rule.costs
                                    : [2, 4, 8, 16, 32, 64, 128, 256, 512];
    const most = costs[PLAYS_TO_OWN - 1];
    const dots = costs.slice(0, PLAYS_TO_OWN).map((mc, i) => {
        const x = STEP / 2 + i * STEP;
        const r = Math.max(LEAST, 27 * Math.sqrt(mc / most));

        return svg`<circle cx=${x} cy=${BASE - r} r=${r} class=${
            i === PLAYS_TO_OWN - 1 ? 'last' : ''}></circle><text x=${x}
            y=${BASE + 22}>${euros(mc)}</text>`;
    });

    return html`<svg class="intro-picture" role="img"
        viewBox=${`0 0 ${STEP * PLAYS_TO_OWN} ${BASE + 32}`}
        aria-label="Nine dots, each with twice the price of the one before"
        >${dots}</svg>`;
}


function read() {
    try {
        return localStorage.getItem(SEEN) !== null;

    } catch {
        return false;
    }
}
