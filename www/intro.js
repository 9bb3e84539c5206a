/* What a first visit needs: nine plays, what they cost, and who may listen. */

import { login } from './account.js';
import { $ } from './dom.js';
import { html, nothing, svg } from './lib/lit-html/lit-html.js';
import { PLAYS_TO_OWN, rule } from './plays.js';
import { euros, sum } from './price.js';
import { session } from './session.js';
import { store } from './store.js';

const SEEN = 'resonate.intro';

/* of the picture: a dot's place is as wide as its price */
const STEP = 62;
const BASE = 74;
const LEAST = 5;

let seen = read();


export function intro() {
    return seen ? nothing : html`<aside class="intro"
        aria-labelledby="intro-title">
        <div class="intro-text">
            <h2 id="intro-title">Play it nine times and it is yours.</h2>
            <p>${sentence()} ${session.token ? nothing : visitor()}</p>
            <div class="intro-foot">${session.token ? nothing : html`<button
                class="button strong" type="button"
                @click=${login}>Log in</button>`}<button class="button"
                type="button" @click=${dismiss}>Got it</button></div>
        </div>
        ${picture()}</aside>`;
}


/* once more, for who asks */
export function bindIntro() {
    $('explain').addEventListener('click', () => {
        seen = false;
        store.changed();
        scrollTo(0, 0);
    });
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
    return `Without logging in you hear the first ${rule.previewS} seconds of`
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
