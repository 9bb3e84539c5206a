/* The queue: what is on, what comes next and in which order, what was. */

import { drag } from '../drag.js';
import { classMap } from '../lib/lit-html/directives/class-map.js';
import { repeat } from '../lib/lit-html/directives/repeat.js';
import { html, nothing } from '../lib/lit-html/lit-html.js';
import { EVEN } from '../loudness.js';
import { artists } from '../rows.js';
import { store } from '../store.js';
import { clock, cover, icon, names, panel } from '../view.js';

/** @typedef {import('../queue.js').Row<Track>} Row */
/** @typedef {{ shown: number, editing: boolean }} State */

const STEP = 100;


/** @type {Page<State>} */
export const queue = {
    pattern: '/queue',
    title: () => 'Queue',
    load: async () => ({ shown: STEP, editing: false }),
    render: (state, ctx) => (ctx.playback.queue.length
        ? page(state, ctx)
        : panel('Nothing in the queue', 'What you play comes here, with what'
                + ' follows it.', 'See all music', () => ctx.go('/tracks'))),
};


/**
 * @param {State} state
 * @param {Ctx} ctx
 */
function page(state, ctx) {
    const { rows, index } = ctx.playback.queue;

    return html`<header class="queue-head"><h1 class="page-title"
        tabindex="-1">Queue</h1><button class="button edit" type="button"
            aria-pressed=${state.editing} @click=${
            () => change(state, { editing: !state.editing })}>${
            state.editing ? 'Done' : 'Edit'}</button><button class="button"
            type="button" ?disabled=${rows.length === 1} @click=${
            () => clear(ctx)}>Clear</button></header>${even(ctx)}
        <section class="section"><h2>Now playing</h2><ol class="tracks"
            role="list">${item(rows[index], ctx)}</ol></section>${
        coming(state, ctx)}${before(ctx)}`;
}


/** @param {Ctx} ctx */
function even({ playback }) {
    const choose = (/** @type {Event} */ { target }) => playback.setEven(
        EVEN[/** @type {HTMLSelectElement} */ (target).selectedIndex]);

    return html`<label class="even">Equally loud <select id="even"
        @change=${choose}>${EVEN.map((name) => html`<option
            ?selected=${name === playback.even}>${name}</option>`)}</select>
        </label>`;
}


/**
 * @param {State} state
 * @param {Ctx} ctx
 */
function coming(state, ctx) {
    const { rows, index } = ctx.playback.queue;
    const list = rows.slice(index + 1);
    const seconds = list.reduce((sum, { track }) => sum + (track.duration ?? 0),
                                0);
    const editing = { tracks: true, editing: state.editing };

    return list.length ? html`<section class="section"><h2>Next
        <small>${count(list)}, ${clock(seconds)}</small></h2><ol
        class=${classMap(editing)} role="list">${
            repeat(list.slice(0, state.shown), ({ key }) => key,
                   (row, i) => item(row, ctx, index + 1 + i))}</ol>${
        list.length > state.shown ? html`<button class="button more"
            type="button" @click=${() => change(
            state, { shown: state.shown + STEP })}>Show more</button>`
            : nothing}</section>` : nothing;
}


/** @param {Ctx} ctx */
function before(ctx) {
    const { rows, index } = ctx.playback.queue;

    return index ? html`<details class="section"><summary>Before
        <small>${count(rows.slice(0, index))}</small></summary><ol
        class="tracks" role="list">${
            repeat(rows.slice(Math.max(0, index - STEP), index),
                   ({ key }) => key, (row) => item(row, ctx))}</ol></details>`
        : nothing;
}


/**
 * With a place it can be moved and removed.
 *
 * @param {Row} row
 * @param {Ctx} ctx
 * @param {number} [at]
 */
function item(row, ctx, at) {
    const { playback } = ctx;
    const { track, from, key } = row;
    const { artist, title } = names(track);
    const on = row === playback.queue.now;
    const playing = on && playback.playing;
    const play = () => playback.jump(key);

    return html`<li class=${classMap({ track: true, queued: true, on })}
        data-key=${key}>${at === undefined ? nothing : html`<span class="grip"
            aria-hidden="true" @pointerdown=${
            (/** @type {PointerEvent & { currentTarget: HTMLElement }} */
                event) => drag(event, (moved, place) => drop(
                ctx, moved, place))}>${icon('grip')}</span>`}<button
        class="plain track-go" type="button" aria-label=${
            `${playing ? 'Pause' : 'Play'} ${title} by ${artist}`}
        @click=${play}>${cover(track, '3.5rem')}<span class="over">${
            icon(playing ? 'pause' : 'play')}</span></button><div
        class="track-text"><span class="track-title" @click=${play}>${
            title}</span><span class="track-artist">${artists(track)}${
            from ? html`<span class="from"> · from <a
                href=${from.path}>${from.title}</a></span>`
                 : nothing}</span></div><span class="time">${
        clock(track.duration)}</span>${
        at === undefined ? nothing : tools(row, ctx, at)}</li>`;
}


/**
 * @param {Row} row
 * @param {Ctx} ctx
 * @param {number} at
 */
function tools(row, ctx, at) {
    const { playback } = ctx;
    const { queue: list } = playback;
    const { title } = names(row.track);

    return html`<div class="queue-tools"><button class="plain step up"
        type="button" aria-label=${`Move ${title} up`}
        ?disabled=${at === list.index + 1} @click=${
        () => shift(ctx, row, at - 1, 'up')}>${icon('up')}</button><button
        class="plain step lower" type="button"
        aria-label=${`Move ${title} down`} ?disabled=${at === list.length - 1}
        @click=${() => shift(ctx, row, at + 1, 'lower')}>${
        icon('lower')}</button><button class="plain step" type="button"
        aria-label=${`Remove ${title}`} @click=${
        () => remove(ctx, row, at)}>${icon('close')}</button></div>`;
}


/**
 * By a button, which keeps the focus wherever the row goes.
 *
 * @param {Ctx} ctx
 * @param {Row} row
 * @param {number} to
 * @param {string} button
 */
function shift(ctx, row, to, button) {
    ctx.playback.move(row.key, to);
    tell(ctx, row);
    focus(`[data-key="${row.key}"] .${button}:not(:disabled)`,
          `[data-key="${row.key}"] .step:not(:disabled)`);
}


/**
 * @param {Ctx} ctx
 * @param {number} key
 * @param {number} place the key of the row whose place it takes
 */
function drop({ playback, say }, key, place) {
    const to = playback.queue.rows.findIndex((row) => row.key === place);
    const row = playback.queue.rows.find((other) => other.key === key);

    if (row && to > playback.queue.index) {
        playback.move(key, to);
        tell({ playback, say }, row);
    }
}


/**
 * @param {Ctx} ctx
 * @param {Row} row
 * @param {number} at
 */
function remove({ playback, say }, row, at) {
    const { rows } = playback.queue;
    const next = rows[at + 1] ?? rows[at - 1];

    playback.remove(row.key);
    say(`${names(row.track).title} is removed.`);
    focus(`[data-key="${next?.key}"] .queue-tools > :last-child`,
          '.queue-head .button:last-child:not(:disabled)',
          '.queued .track-go');
}


/** @param {Ctx} ctx */
function clear({ playback, say }) {
    playback.clear();
    say('The queue is cleared. What plays plays on.');
    focus('.queued .track-go');
}


/**
 * @param {Pick<Ctx, 'playback' | 'say'>} ctx
 * @param {Row} row
 */
function tell({ playback: { queue: list }, say }, row) {
    say(`${names(row.track).title} is now number ${
        list.rows.indexOf(row) - list.index} of ${
        list.length - list.index - 1}.`);
}


/**
 * The first that is there, once it was drawn anew.
 *
 * @param {string[]} selectors
 */
function focus(...selectors) {
    queueMicrotask(() => {
        for (const selector of selectors) {
            const found = document.querySelector(selector);

            if (found instanceof HTMLElement) {
                found.focus();
                return;
            }
        }
    });
}


/**
 * @param {State} state
 * @param {Partial<State>} part
 */
function change(state, part) {
    Object.assign(state, part);
    store.changed();
}


/** @param {Row[]} rows */
function count({ length }) {
    return `${length} track${length === 1 ? '' : 's'}`;
}
