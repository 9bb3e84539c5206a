/* The pages, by their addresses; conf.d/player.conf answers the same. */

import { release } from './pages/album.js';
import { home } from './pages/home.js';
import { collection, favourites, history } from './pages/library.js';
import { artist, label } from './pages/people.js';
import { playlist } from './pages/playlist.js';
import { playlists } from './pages/playlists.js';
import { queue } from './pages/queue.js';
import { search } from './pages/search.js';
import { tag } from './pages/tag.js';
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
    tag,
    favourites,
    collection,
    history,
    playlists,
    queue,
    missing,
];
