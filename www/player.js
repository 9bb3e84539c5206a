/* The page: what is where, and who hears of what. */

import { call } from './api.js';
import { bindKeys } from './keys.js';
import * as pages from './pages.js';
import { bindPlayer } from './bar.js';
import { Playback } from './playback.js';
import { PLAYS_TO_OWN, credits, learnRule, outbox } from './plays.js';
import { session } from './session.js';
import { controlled } from './stream.js';
import { counted, el, forget, showRow } from './view.js';

const TYPING_MS = 180;
const TOAST_MS = 8000;

const $ = (id) => document.getElementById(id);
const playback = new Playback($('audio'));

let turn = new AbortController();
let typing = 0;
let fading = 0;


function start() {
    bindPlayer(playback);
    bindKeys(playback, $('q'));
    bindSearch();
    bindAccount();
    bindPlays();

    addEventListener('hashchange', () => show());
    addEventListener('online', () => {
        outbox.flush();

        if (document.querySelector('main .panel')) {
            show();
        }
    });

    if (session.token) {
        controlled();
    }

    outbox.flush();
    welcome();
    show({ first: true });
}


/* ---- pages ---- */


function route() {
    const [, name, id] = location.hash.match(/^#\/([a-z]+)\/(.+)$/) ?? [];

    if (name && Object.hasOwn(pages, name)
        && ['release', 'playlist', 'artist', 'label', 'search']
            .includes(name))
    {
        return { name, page: pages[name], id: decode(id) };
    }

    return { name: 'home', page: pages.home };
}


function decode(text) {
    try {
        return decodeURIComponent(text);

    } catch {
        return text;
    }
}


async function show({ quiet = false, first = false } = {}) {
    const main = $('main');
    const { name, page, id } = route();

    turn.abort();
    turn = new AbortController();

    const { signal } = turn;

    if (!quiet && name !== 'search') {
        main.replaceChildren(pages.waiting());
        scrollTo(0, 0);
    }

    if (name !== 'search' && document.activeElement !== $('q')) {
        $('q').value = '';

    } else if (name === 'search' && document.activeElement !== $('q')) {
        $('q').value = id;
    }

    main.setAttribute('aria-busy', 'true');
    learnRule();

    try {
        const nodes = await page({ signal, play, id, say });

        signal.throwIfAborted();
        main.replaceChildren(...nodes.filter(Boolean));

        if (!quiet) {
            scrollTo(0, 0);
        }

    } catch (error) {
        if (signal.aborted) {
            return;
        }

        main.replaceChildren(pages.trouble(error, () => show()));
        say(main.textContent);
    }

    main.setAttribute('aria-busy', 'false');
    settle(quiet || first || name === 'search');
}


function settle(still) {
    const title = $('main').querySelector('h1');

    mark();
    retitle();

    if (!still) {
        title?.focus({ preventScroll: true });
    }
}


function retitle() {
    const { track, playing } = playback;
    const page = $('main').querySelector('h1')?.textContent;

    if (track && playing) {
        document.title = `${track.title} · ${track.artist}`;
        return;
    }

    document.title = page && page !== 'Resonate' ? `${page} · Resonate`
                                                 : 'Resonate';
}


/* the row of the track that is on */
function mark() {
    for (const row of document.querySelectorAll('.track')) {
        const on = row.dataset.track === playback.track?.id;

        row.classList.toggle('on', on);
        showRow(row, on && playback.playing);
    }
}


/* a row of what plays pauses it; from any other list its track starts */
function play(tracks, index) {
    if (tracks[index].id === playback.track?.id && playback.playing) {
        return playback.pause();
    }

    return playback.play(tracks, index);
}


/* ---- search ---- */


function bindSearch() {
    const input = $('q');

    const look = (wait) => {
        clearTimeout(typing);
        typing = setTimeout(() => seek(input.value.trim()), wait);
    };

    input.addEventListener('input', () => look(TYPING_MS));
    $('search').addEventListener('submit', (event) => {
        event.preventDefault();
        look(0);
    });
}


/* typing makes one step of the browser's history, not one for each letter */
function seek(query) {
    const on = route().name === 'search';
    const hash = query ? `#/search/${encodeURIComponent(query)}` : '#/';

    if (hash === (location.hash || '#/')) {
        return;
    }

    if (on && query) {
        history.replaceState(null, '', hash);

    } else {
        history.pushState(null, '', hash);
    }

    show();
}


/* ---- account and wallet ---- */


function bindAccount() {
    $('log').addEventListener('click', async () => {
        $('log').disabled = true;

        if (session.token) {
            outbox.clear();
            session.logout();

        } else {
            await login();
        }

        $('log').disabled = false;
    });

    session.addEventListener('change', async () => {
        forget();
        welcome();
        show({ quiet: true });

        if (session.token) {
            await controlled();
        }

        playback.reload();
    });

    session.addEventListener('credit', wallet);
    session.addEventListener('expired', () => {
        toast('You have been logged out: the token has expired.',
              'Log in again', login);
    });
}


async function login() {
    try {
        await session.login();
        outbox.flush();

    } catch (error) {
        toast(error instanceof TypeError ? 'The server does not answer.'
                                         : error.message,
              'Try again', login);
    }
}


async function welcome() {
    const { token } = session;

    $('log').replaceChildren(...(token ? ['Log out'] : [
        'Log in ', el('span', { class: 'wide' }, 'as the demo listener')]));
    wallet();

    if (!token) {
        return;
    }

    try {
        const { data } = await call('/user/profile');

        if (token === session.token) {
            session.wallet(data.credit.total, data.displayName);
        }

    } catch (error) {
        if (error.status !== 401) {
            toast('Your credit cannot be shown just now.', 'Try again',
                  welcome);
        }
    }
}


function wallet() {
    const known = session.token && session.credit !== null;

    $('credit').hidden = !known;
    $('who').textContent = session.name ?? '';
    $('total').textContent = known ? credits(session.credit) : '';
}


/* ---- plays and trouble ---- */


function bindPlays() {
    playback.addEventListener('heard', ({ detail: track }) => {
        if (session.token) {
            outbox.add(track.id);
        }
    });

    playback.addEventListener('track', () => mark());
    playback.addEventListener('state', () => {
        mark();
        retitle();
    });

    playback.addEventListener('trouble', ({ detail }) => {
        toast(detail.passing ? 'The music is held up. It is not you.'
                             : detail.message,
              'Try again', () => playback.resume());
    });

    outbox.addEventListener('counted', ({ detail }) => {
        counted(detail.trackId, detail.count);
        $('toast').hidden ||= $('toast').dataset.about === 'plays';
        session.wallet(detail.total);
        playback.dispatchEvent(new Event('mode'));
        say(`Play counted: ${detail.count} of ${PLAYS_TO_OWN}, it cost `
            + `${credits(detail.cost)} credits.`);
    });

    outbox.addEventListener('waiting', () => {
        toast('Your play is kept, and counts once the server is back.',
              'Try now', () => outbox.flush());
        $('toast').dataset.about = 'plays';
    });

    outbox.addEventListener('refused', ({ detail }) => {
        toast(`This play was not counted: ${detail.message}`);
    });
}


function say(text) {
    $('status').textContent = text;
}


function toast(text, action, act) {
    const button = $('toast-action');

    $('toast-text').textContent = text;
    $('toast').hidden = false;
    $('toast').dataset.about = '';
    button.hidden = !action;
    button.textContent = action ?? '';
    button.onclick = () => {
        $('toast').hidden = true;
        act();
    };

    say(text);
    clearTimeout(fading);

    /* what can be acted on stays until it was */
    if (!action) {
        fading = setTimeout(() => { $('toast').hidden = true; }, TOAST_MS);
    }
}


start();
