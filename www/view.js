/* The small parts that the pages are made of. */

import { local } from './api.js';
import { classMap } from './lib/lit-html/directives/class-map.js';
import { ifDefined } from './lib/lit-html/directives/if-defined.js';
import { html, nothing } from './lib/lit-html/lit-html.js';
import { PLAYS_TO_OWN as DOTS } from './plays.js';
import { session } from './session.js';
import { store } from './store.js';


/** @param {string} name */
export function icon(name) {
    return html`<svg class="icon" aria-hidden="true"><use
        href=${`#i-${name}`}></use></svg>`;
}


/** @param {number | null | undefined} seconds */
export function clock(seconds) {
    const whole = Math.max(0, Math.floor(seconds || 0));
    const rest = String(whole % 60).padStart(2, '0');

    if (whole < 3600) {
        return `${Math.floor(whole / 60)}:${rest}`;
    }

    const minutes = String(Math.floor(whole / 60) % 60).padStart(2, '0');

    return `${Math.floor(whole / 3600)}:${minutes}:${rest}`;
}


/**
 * A cover, or rings in a colour of its own: "sizes" as in <img>.
 *
 * @param {Pictured | null} item
 * @param {string} sizes
 */
export function cover(item, sizes) {
    const name = item?.trackGroup?.title ?? item?.album ?? item?.title ?? '';

    return html`<span class="cover" aria-hidden="true"
        .style=${tint(name)}>${picture(item, sizes)}</span>`;
}


/**
 * @param {Pictured | null} item
 * @param {string} sizes
 */
function picture(item, sizes) {
    const images = Object.values(item?.images ?? {})
        .filter((image) => image?.url && image.width);
    const src = item?.images?.medium?.url ?? item?.cover ?? images[0]?.url;
    const set = images.map(({ url, width }) => `${local(url)} ${width}w`);

    return src ? html`<img alt="" loading="lazy" decoding="async"
        sizes=${sizes} srcset=${ifDefined(set.join(', ') || undefined)}
        src=${local(src)} @error=${hide}>` : nothing;
}


/** @param {Event} event */
function hide(event) {
    /** @type {HTMLElement} */ (event.target).hidden = true;
}


/** @param {string} name */
function tint(name) {
    let hash = 7;

    for (const letter of name) {
        hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 997;
    }

    return `--hue: ${hash % 360}; --x: ${15 + (hash % 7) * 12}%; `
           + `--y: ${15 + (hash % 5) * 17}%`;
}


/** @param {Track} track */
export function dots(track) {
    if (!session.who) {
        return nothing;
    }

    const count = store.plays(track);
    const owned = count >= DOTS;

    return html`<span role="img" class=${classMap({ dots: true, owned })}
        aria-label=${owned ? `${DOTS} of ${DOTS} plays, it is yours`
                           : `${count} of ${DOTS} plays`}>${
        Array.from({ length: DOTS }, (_, i) => html`<i
            class=${i < count ? 'on' : ''}></i>`)}</span>`;
}


/** @param {Release | Playlist} release */
export function by(release) {
    return release.display_artist || release.creator?.displayName
        || 'Unknown artist';
}


/** @param {Track} track */
export function names(track) {
    return { title: track.title || 'Untitled',
             artist: track.artist || track.creator?.displayName
                     || 'Unknown artist' };
}


/**
 * @param {Release | Playlist} item
 * @param {string} [page]
 */
export function card(item, page = 'release') {
    return html`<li class="card"><a href=${`/${page}/${item.id}`}>${
        cover(item, '(min-width: 60rem) 14rem, 45vw')}<span
        class="card-title">${item.title}</span><span
        class="card-artist">${by(item)}</span></a></li>`;
}


/**
 * @param {Release[]} items
 * @param {string} [page]
 */
export function cards(items, page) {
    return html`<ul class="grid" role="list">${
        items.map((item) => card(item, page))}</ul>`;
}


/**
 * @param {Content} title
 * @param {Content[]} content
 */
export function section(title, ...content) {
    return html`<section class="section"><h2>${title}</h2>${
        content}</section>`;
}


/**
 * A button for the rest of a list, as long as there is one.
 *
 * @param {import('./paged.js').Paged<any>} list
 */
export function more(list) {
    return list.rest ? html`<button class="button more" type="button"
        ?disabled=${list.busy} @click=${grow(list)}>${
        list.failed ? 'That did not work. Try again'
                    : 'Show more'}</button>` : nothing;
}


/**
 * The focus goes to the first that is new.
 *
 * @param {import('./paged.js').Paged<any>} list
 */
function grow(list) {
    return async (/** @type {Event} */ event) => {
        const button = /** @type {HTMLElement} */ (event.currentTarget);
        const box = button.previousElementSibling;
        const before = box?.children.length ?? 0;

        await list.more();
        await Promise.resolve();

        /** @type {HTMLElement | null | undefined} */
        const first = box?.children[before]?.querySelector('a, button');

        first?.focus();
    };
}


/**
 * @param {string} title
 * @param {string} text
 * @param {string} [action]
 * @param {() => unknown} [act]
 */
export function panel(title, text, action, act) {
    return html`<div class="panel">
        <span class="rings" aria-hidden="true"></span>
        <h1 tabindex="-1">${title}</h1>
        <p>${text}</p>
        ${action ? html`<button class="button strong" type="button"
            @click=${act}>${action}</button>` : nothing}</div>`;
}


export function waiting() {
    return html`<div class="bones" aria-hidden="true"><div class="hero"><span
        class="bone bone-cover"></span><div class="hero-text"><span
        class="bone bone-line"></span><span class="bone bone-title"></span><span
        class="bone bone-line"></span></div></div>${
        Array.from({ length: 6 }, () => html`<span
            class="bone bone-row"></span>`)}</div>`;
}
