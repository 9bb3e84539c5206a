/* The page: what is where, and who hears of what. */

import { bindAccount } from './account.js';
import { Bar } from './bar.js';
import { $ } from './dom.js';
import { showHelp } from './help.js';
import { bindIntro, intro } from './intro.js';
import { keep } from './kept.js';
import { bindKeys } from './keys.js';
import { bindLyrics } from './lyrics.js';
import { bindNav } from './nav.js';
import { bindOffline } from './offline.js';
import { trouble } from './pages/trouble.js';
import { Playback } from './playback.js';
import { PLAYS_TO_OWN, learnRule, outbox } from './plays.js';
import { credits } from './price.js';
import { Router } from './router.js';
import { routes } from './routes.js';
import { bindSearch } from './search.js';
import { session } from './session.js';
import { store } from './store.js';
import { controlled } from './stream.js';
import { bindSystem } from './system.js';
import { bindTabs } from './tabs.js';
import { say, settled, toast } from './toast.js';
import { waiting } from './view.js';

const playback = new Playback($('audio'));
const main = $('main');

/** @type {Router} */
const router = new Router(routes, main, { play, say, playback },
                          { waiting, trouble, above: intro,
                            ready: learnRule });


function start() {
    new Bar(playback, router);
    bindSystem(playback);
    bindTabs(playback);
    bindKeys({ playback, search: $('q'), help: showHelp,
               go: (address) => router.go(address) });
    bindNav(router);
    bindSearch(router);
    bindAccount();
    bindIntro();
    bindLyrics(playback);
    bindPlayback();
    bindPlays();
    bindSession();
    bindRouter();

    keep(playback);
    bindOffline();
    outbox.flush();
    main.replaceChildren();
    router.start();
}


/* a row of what plays pauses it; from any other list its track starts */
/**
 * @param {Track[]} tracks
 * @param {number} index
 */
function play(tracks, index) {
    if (!tracks[index]) {
        return undefined;
    }

    if (tracks[index].id === playback.track?.id && playback.playing) {
        return playback.pause();
    }

    return playback.play(tracks, index, from());
}


/* the home page is nothing that one would go back to for a track */
function from() {
    const { pathname, search } = location;

    return router.title && pathname !== '/'
        ? { title: router.title, path: pathname + search } : null;
}


function bindRouter() {
    router.addEventListener('settle', () => {
        retitle();

        if (router.failed) {
            say(main.textContent.replace(/\s+/g, ' ').trim());
        }
    });

    addEventListener('online', () => {
        outbox.flush();

        if (router.failed) {
            router.again();
        }
    });
}


function retitle() {
    const { track, playing } = playback;

    document.title = track && playing ? `${track.title} · ${track.artist}`
        : router.title ? `${router.title} · Resonate` : 'Resonate';
}


function bindPlayback() {
    const on = () => {
        store.on(playback.track, playback.playing);
        retitle();
    };

    playback.addEventListener('track', on);
    playback.addEventListener('state', on);
    playback.addEventListener('queue', () => store.changed());
    playback.addEventListener('trouble', ({ detail }) => {
        toast(!navigator.onLine ? 'You are offline: the music goes on with'
                                  + ' the connection.'
              : detail.passing ? 'The music is held up. It is not you.'
              : detail.message,
              { action: 'Try again', act: () => playback.resume() });
    });
}


/* another listener: other counts, another stream behind the same address */
function bindSession() {
    if (session.who) {
        controlled();
    }

    session.addEventListener('change', async () => {
        router.forget();
        router.again({ quiet: true });

        if (session.who) {
            await controlled();
        }

        playback.reload();
    });

    /* in another tab, or at the provider, they may have gone or come */
    session.look();
    document.addEventListener('visibilitychange', () => {
        if (document.visibilityState === 'visible') {
            session.look();
        }
    });
}


function bindPlays() {
    playback.addEventListener('heard', ({ detail: { track, key } }) => {
        if (session.who) {
            outbox.add(track.id, key);
        }
    });

    outbox.addEventListener('counted', ({ detail }) => {
        store.counted(detail.trackId, detail.count);
        store.wallet(detail.total);
        settled('plays');
        say(`Play counted: ${detail.count} of ${PLAYS_TO_OWN}, it cost `
            + `${credits(detail.cost)} credits.`);
    });

    outbox.addEventListener('waiting', () => {
        toast('Your play is kept, and counts once the server is back.',
              { action: 'Try now', act: () => outbox.flush(),
                about: 'plays' });
    });

    outbox.addEventListener('refused', ({ detail }) => {
        toast(`This play was not counted: ${detail.message}`);
    });
}


start();
