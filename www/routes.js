/* The pages, by their addresses; conf.d/player.conf answers the same. */

import { playlist, release } from './pages/album.js';
import { home } from './pages/home.js';
import { artist, label } from './pages/people.js';
import { queue } from './pages/queue.js';
import { search } from './pages/search.js';
import { tracks } from './pages/tracks.js';
import { missing } from './pages/trouble.js';


/** @type {Page[]} */
export const routes = [
    home,
    tracks,
    release,
    playlist,
    artist,
    label,
    search,
    queue,
    missing,
];
