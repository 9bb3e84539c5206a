/*
 * The pages: what the address after # names.  Each is an async function that
 * answers nodes; a newer page aborts the fetches of an older one.
 */

import { ApiError, call } from './api.js';
import { by, card, cover, el, icon, learn, panel, trackList } from './view.js';

const RELEASES = 24;
const PLAYLISTS = 12;
const TRACKS = 50;


export async function home({ signal, play }) {
    const [releases, playlists, tracks] = await Promise.all([
        call(`/trackgroups?limit=${RELEASES}`, { signal }),
        call(`/playlists?limit=${PLAYLISTS}`, { signal }),
        call(`/tracks?limit=${TRACKS}`, { signal }),
    ]);

    if (!releases.data.length && !tracks.data.length) {
        return [panel('No music here yet',
                      'Put a folder of music in with bin/resonate-ingest,'
                      + ' and it appears here.')];
    }

    const [first, ...rest] = releases.data;

    return [
        el('h1', { class: 'unseen', tabindex: '-1' }, 'Resonate'),
        first && hero(first, 'Newest release'),
        rest.length && section('Releases', grid(rest, releases, signal)),
        playlists.data.length && section('Playlists', el(
            'ul', { class: 'grid', role: 'list' },
            ...playlists.data.map(shelf))),
        section('Tracks', list(tracks, '/tracks?', signal, play)),
    ];
}


export async function release({ signal, play, id }) {
    const { data } = await call(`/trackgroups/${id}`, { signal });

    return album(data, kind(data), play, { numbered: true });
}


export async function playlist({ signal, play, id }) {
    const { data } = await call(`/playlists/${id}`, { signal });

    return album(pictured(data), 'Playlist', play, {});
}


export async function artist({ signal, id }) {
    const [{ data }, releases] = await Promise.all([
        call(`/artists/${id}`, { signal }),
        call(`/artists/${id}/releases`, { signal }),
    ]);

    return [
        person(data, 'Artist'),
        section('Releases', cards(releases.data)),
    ];
}


export async function label({ signal, id }) {
    const [{ data }, artists, releases] = await Promise.all([
        call(`/labels/${id}`, { signal }),
        call(`/labels/${id}/artists?limit=100`, { signal }),
        call(`/labels/${id}/releases`, { signal }),
    ]);

    return [
        person(data, 'Label'),
        artists.data.length && section('Artists', persons(artists.data)),
        section('Releases', cards(releases.data)),
    ];
}


export async function search({ signal, play, id: query, say }) {
    const { data } = await call('/search/?limit=30&q='
                                + encodeURIComponent(query), { signal });
    const people = [...data.artists, ...data.bands];
    const names = people.length + data.labels.length;
    const total = names + data.tracks.length + data.trackgroups.length;

    learn(data.tracks);
    say(total === 0 ? `Nothing found for ${query}`
                    : `${some(data.tracks.length, 'track')}, `
                      + `${some(data.trackgroups.length, 'release')} and `
                      + `${some(names, 'artist')} found`);

    if (total === 0) {
        return [panel('Nothing found',
                      `No track, release or artist matches “${query}”.`)];
    }

    return [
        el('h1', { class: 'unseen', tabindex: '-1' },
           `Search: ${query}`),
        people.length && section('Artists', persons(people)),
        data.labels.length && section('Labels',
                                      persons(data.labels, 'label')),
        data.tracks.length && section('Tracks', el(
            'ol', { class: 'tracks', role: 'list' },
            ...trackList(data.tracks, (i) => play(data.tracks, i)))),
        data.trackgroups.length && section('Releases',
                                           cards(data.trackgroups)),
    ];
}


/* an error as something to read and to try again */
export function trouble(error, again) {
    if (error instanceof ApiError && error.status === 404) {
        return panel('Not here', 'This is not in the catalogue, or not any'
                     + ' more.', 'See all music',
                     () => { location.hash = '#/'; });
    }

    if (error instanceof ApiError && error.status === 0) {
        return panel('No connection', 'The server does not answer. What is'
                     + ' playing plays on; the catalogue returns with the'
                     + ' connection.', 'Try again', again);
    }

    if (error instanceof ApiError && error.passing) {
        return panel('Just a moment', 'The catalogue is resting. It usually'
                     + ' is back within seconds.', 'Try again', again);
    }

    return panel('That went wrong', error.message, 'Try again', again);
}


export function waiting() {
    const block = (name) => el('span', { class: `bone ${name}` });

    return el('div', { class: 'bones', 'aria-hidden': 'true' },
              el('div', { class: 'hero' }, block('bone-cover'),
                 el('div', { class: 'hero-text' }, block('bone-line'),
                    block('bone-title'), block('bone-line'))),
              ...Array.from({ length: 6 }, () => block('bone-row')));
}


function hero(item, eyebrow, play) {
    const title = play ? item.title
                       : el('a', { href: `#/release/${item.id}` }, item.title);

    return el('section', { class: 'hero' },
              cover(item, '(min-width: 48rem) 22rem, 90vw'),
              el('div', { class: 'hero-text' },
                 el('p', { class: 'eyebrow' }, eyebrow),
                 el(play ? 'h1' : 'h2', { class: 'hero-title',
                                          tabindex: play ? '-1' : null },
                    title),
                 el('p', { class: 'hero-artist' }, artistLink(item)),
                 play ? el('button', { class: 'button strong', type: 'button',
                                       onclick: play },
                           icon('play'), item.type ? 'Play release'
                                                   : 'Play playlist')
                      : el('a', { class: 'button strong',
                                  href: `#/release/${item.id}` },
                           'Open release')));
}


/* what has items: its tracks are one queue */
function album(data, eyebrow, play, options) {
    const tracks = data.items.map((item) => item.track).filter(Boolean);

    learn(tracks);

    return [
        hero(data, eyebrow, () => tracks.length && play(tracks, 0)),
        el('ol', { class: `tracks ${options.numbered ? 'numbered' : ''}`,
                   role: 'list' },
           ...trackList(tracks, (i) => play(tracks, i), options)),
        data.about && el('p', { class: 'about' }, data.about),
    ];
}


/* a playlist without a picture has that of its first track */
function pictured(playlist) {
    const track = playlist.items[0]?.track;

    return playlist.cover || !track
        ? playlist
        : { ...playlist, cover: track.cover, images: track.images };
}


/* a playlist's creator is a listener, who has no page */
function artistLink(item) {
    return item.creatorId && item.type
        ? el('a', { href: `#/artist/${item.creatorId}` }, by(item))
        : by(item);
}


function kind({ type, releaseDate }) {
    const names = { lp: 'Album', ep: 'EP', single: 'Single',
                    compilation: 'Compilation', podcast: 'Podcast' };

    return [names[type] ?? 'Release', releaseDate?.slice(0, 4)]
        .filter(Boolean).join(' · ');
}


function section(title, ...content) {
    return el('section', { class: 'section' },
              el('h2', {}, title), ...content);
}


function person(data, kind) {
    const house = data.label;

    return el('header', { class: 'person' },
              el('p', { class: 'eyebrow' }, data.type?.name ?? kind),
              el('h1', { tabindex: '-1' }, data.displayName),
              house && el('p', {}, el('a', { href: `#/label/${house.id}` },
                                      house.name)),
              data.shortBio && el('p', { class: 'about' }, data.shortBio));
}


function persons(people, page = 'artist') {
    return el('ul', { class: 'persons', role: 'list' }, ...people.map(
        ({ id, displayName }) => el('li', {}, el(
            'a', { class: 'button', href: `#/${page}/${id}` },
            displayName))));
}


function cards(releases) {
    return el('ul', { class: 'grid', role: 'list' },
              ...releases.map((item) => card(item)));
}


function shelf(playlist) {
    return card(pictured(playlist), 'playlist');
}


function grid(items, first, signal) {
    return more(cards(items), first, signal,
                `/trackgroups?limit=${RELEASES}`,
                (next) => next.data.map((item) => card(item)));
}


function list(first, path, signal, play) {
    const box = el('ol', { class: 'tracks', role: 'list' });
    const all = [];

    const rows = ({ data }) => {
        const start = all.length;

        all.push(...data);
        learn(data);

        return trackList(data, (i) => play(all, i), { start });
    };

    box.append(...rows(first));

    return more(box, first, signal, `${path}limit=${TRACKS}`, rows);
}


/* a list with a button for its next page, as long as there is one */
function more(box, first, signal, path, rows) {
    let page = 1;

    const whole = el('div', {}, box);
    const button = el('button', { class: 'button more', type: 'button',
                                  onclick: load }, 'Show more');

    async function load() {
        button.disabled = true;

        try {
            const next = await call(`${path}&page=${page + 1}`, { signal });
            const nodes = rows(next);

            page += 1;
            box.append(...nodes);
            nodes[0]?.querySelector('a, button')?.focus();
            button.hidden = page >= next.numberOfPages;

        } catch (error) {
            if (!signal.aborted) {
                button.textContent = 'That did not work. Try again';
            }
        }

        button.disabled = false;
    }

    if (first.numberOfPages > 1) {
        whole.append(button);
    }

    return whole;
}


function some(count, name) {
    return `${count} ${name}${count === 1 ? '' : 's'}`;
}
