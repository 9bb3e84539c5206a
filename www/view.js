/* The parts the pages are made of: plain DOM, text set as text. */

import { local } from './api.js';
import { PLAYS_TO_OWN as DOTS, cost, credits } from './plays.js';
import { session } from './session.js';

const SVG = 'http://www.w3.org/2000/svg';

/* trackId -> counted plays, the newest the server told */
const counts = new Map();

/* a price on the page -> its track */
const priced = new WeakMap();


export function el(name, attributes = {}, ...children) {
    const node = document.createElement(name);

    for (const [key, value] of Object.entries(attributes)) {
        if (key.startsWith('on')) {
            node.addEventListener(key.slice(2), value);

        } else if (value === true) {
            node.setAttribute(key, '');

        } else if (value !== null && value !== undefined && value !== false) {
            node.setAttribute(key, value);
        }
    }

    node.append(...children.filter((child) => child || child === 0));

    return node;
}


export function icon(name) {
    const svg = document.createElementNS(SVG, 'svg');
    const use = document.createElementNS(SVG, 'use');

    svg.setAttribute('class', 'icon');
    svg.setAttribute('aria-hidden', 'true');
    use.setAttribute('href', `#i-${name}`);
    svg.append(use);

    return svg;
}


export function clock(seconds) {
    const whole = Math.max(0, Math.floor(seconds || 0));
    const rest = String(whole % 60).padStart(2, '0');

    if (whole < 3600) {
        return `${Math.floor(whole / 60)}:${rest}`;
    }

    const minutes = String(Math.floor(whole / 60) % 60).padStart(2, '0');

    return `${Math.floor(whole / 3600)}:${minutes}:${rest}`;
}


/* a cover, or rings in a colour of its own: "sizes" as in <img> */
export function cover(item, sizes) {
    const box = el('span', { class: 'cover', 'aria-hidden': 'true' });
    const images = Object.values(item?.images ?? {})
        .filter((image) => image?.url && image.width);

    tint(box, item?.trackGroup?.title ?? item?.album ?? item?.title ?? '');

    if (images.length || item?.cover) {
        const set = images.map(({ url, width }) => `${local(url)} ${width}w`);
        const src = local(item.images?.medium?.url ?? item.cover
                          ?? images[0].url);

        box.append(el('img', {
            alt: '', loading: 'lazy', decoding: 'async', sizes,
            srcset: set.join(', ') || null, src,
            onerror: (event) => event.target.remove(),
        }));
    }

    return box;
}


function tint(box, name) {
    let hash = 7;

    for (const letter of name) {
        hash = (hash * 31 + letter.codePointAt(0)) % 997;
    }

    box.style.setProperty('--hue', hash % 360);
    box.style.setProperty('--x', `${15 + (hash % 7) * 12}%`);
    box.style.setProperty('--y', `${15 + (hash % 5) * 17}%`);
}


export function plays(track) {
    if (!counts.has(track.id) && Number.isInteger(track.userPlays)) {
        counts.set(track.id, track.userPlays);
    }

    return Math.min(DOTS, counts.get(track.id) ?? 0);
}


/* plays only grow, so a list from a cache takes none back */
export function learn(tracks) {
    for (const { id, userPlays } of tracks) {
        if (Number.isInteger(userPlays)) {
            counts.set(id, Math.max(userPlays, counts.get(id) ?? 0));
        }
    }
}


export function forget() {
    counts.clear();
}


/* a play was counted: every place that shows the track moves */
export function counted(trackId, count) {
    counts.set(trackId, count);

    for (const old of document.querySelectorAll('.dots')) {
        if (old.dataset.plays === trackId) {
            fill(old, Math.min(DOTS, count));
        }
    }

    for (const old of document.querySelectorAll('.price')) {
        if (old.dataset.plays === trackId) {
            old.textContent = price(priced.get(old));
        }
    }
}


export function dots(track) {
    if (!session.token) {
        return null;
    }

    const box = el('span', { class: 'dots', role: 'img',
                             'data-plays': track.id });

    for (let i = 0; i < DOTS; i += 1) {
        box.append(el('i'));
    }

    fill(box, plays(track));

    return box;
}


function fill(box, count) {
    [...box.children].forEach((dot, i) => dot.classList.toggle('on',
                                                               i < count));
    box.classList.toggle('owned', count >= DOTS);
    box.setAttribute('aria-label', count >= DOTS
                     ? `${DOTS} of ${DOTS} plays, it is yours`
                     : `${count} of ${DOTS} plays`);
}


export function price(track) {
    const count = plays(track);

    if (count >= DOTS) {
        return 'Yours';
    }

    return priceOf(track, count, 'Free', (sum) => sum);
}


/* the long form, for the player */
export function priceText(track) {
    const count = plays(track);

    if (count >= DOTS) {
        return 'Nine plays: this track is yours.';
    }

    return priceOf(track, count, 'This track is free.',
                   (sum) => `Next play: ${sum} credits`);
}


function priceOf(track, count, free, words) {
    const next = cost(track, count);

    return next === 0 ? free : next === null ? '' : words(credits(next));
}


export function priceTag(track) {
    if (!session.token) {
        return null;
    }

    const tag = el('span', { class: 'price', 'data-plays': track.id,
                             title: 'What the next play costs, in credits' },
                   price(track));

    priced.set(tag, track);

    return tag;
}


export function trackList(tracks, play, { start = 0, numbered } = {}) {
    return tracks.map((track, i) => row(track, numbered ? start + i + 1 : 0,
                                        () => play(start + i)));
}


function row(track, number, play) {
    const { artist, title } = names(track);

    return el('li', { class: 'track', 'data-track': track.id },
              el('button', { class: 'plain track-go', type: 'button',
                             'aria-label': `Play ${title} by ${artist}`,
                             onclick: play },
                 number ? el('span', { class: 'number' }, String(number))
                        : cover(track, '3.5rem'),
                 el('span', { class: 'over' }, icon('play'))),
              el('div', { class: 'track-text', onclick: play },
                 el('span', { class: 'track-title' }, title),
                 el('span', { class: 'track-artist' }, artist)),
              el('div', { class: 'track-plays' }, dots(track),
                 priceTag(track)),
              el('span', { class: 'time' }, clock(track.duration)));
}


export function showRow(row, playing) {
    const button = row.querySelector('.track-go');
    const label = button.getAttribute('aria-label');

    button.setAttribute('aria-label', label.replace(
        /^(Play|Pause)/, playing ? 'Pause' : 'Play'));
    button.querySelector('use').setAttribute(
        'href', playing ? '#i-pause' : '#i-play');
}


export function card(item, page = 'release') {
    return el('li', { class: 'card' },
              el('a', { href: `#/${page}/${item.id}` },
                 cover(item, '(min-width: 60rem) 14rem, 45vw'),
                 el('span', { class: 'card-title' }, item.title),
                 el('span', { class: 'card-artist' }, by(item))));
}


export function by(release) {
    return release.display_artist || release.creator?.displayName
        || 'Unknown artist';
}


export function names(track) {
    return { title: track.title || 'Untitled',
             artist: track.artist || track.creator?.displayName
                     || 'Unknown artist' };
}


export function panel(title, text, action, act) {
    return el('div', { class: 'panel' },
              el('span', { class: 'rings', 'aria-hidden': 'true' }),
              el('h1', { tabindex: '-1' }, title),
              el('p', {}, text),
              action && el('button', { class: 'button strong', type: 'button',
                                       onclick: act }, action));
}
