/*
 * What the co-operative's web player sends when somebody is logged in, in its
 * order and with its headers, from an origin of its own; and what it reads of
 * the answers.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { ID, TOKEN, from, listen } from './other.mjs';
import { launch, lasts, until } from './page.mjs';

const LONG_S = Number(process.env.RESONATE_LONG_S);
const MARK_S = 45;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());


/* data of a call that must succeed, as the player takes it */
function player(call) {
    return async (method, path, body) => {
        const answer = await call(`/${path}`, {
            method, token: TOKEN,
            ...(body ? { body: JSON.stringify(body) } : {}) });

        assert.ok([200, 201].includes(answer.status),
                  `${method} ${path}: ${answer.status} `
                  + JSON.stringify(answer.body));

        return answer.body.data;
    };
}


function titled(list) {
    return list.map(({ title }) => title);
}


function visit(story) {
    return () => from(browser, {}, (call, page) => story(player(call), page,
                                                         call));
}


/* the marks of each track in a table: favourite or not, counted plays */
async function marks(ask, tracks) {
    const ids = tracks.map(({ id }) => `ids=${id}`).join('&');
    const favorites = await ask('GET', `user/favorites/resolve?${ids}`);
    const plays = await ask('GET', `user/plays/resolve?${ids}`);

    return tracks.map(({ id }) => [
        favorites.some((f) => f.trackId === id),
        plays.find((p) => p.trackId === id)?.count ?? 0]);
}


test('it starts: the listener, the wallet, the lists at the side', visit(
    async (ask) => {
        const user = await ask('GET', 'user/profile/');

        assert.match(user.id, UUID);
        assert.equal(user.displayName, 'Listener');
        assert.equal(user.credit.total, 4088);
        assert.equal(typeof user.newsletterNotification, 'boolean');
        assert.ok(Array.isArray(user.userGroups));

        for (const path of ['user/playlists',
                            'user/trackgroups?type=playlist'])
        {
            assert.deepEqual(titled(await ask('GET', path)),
                             ['For the Road']);
        }
    }));


test('a release is a table of tracks with their marks', visit(
    async (ask) => {
        const [first] = (await ask('GET', 'trackgroups?limit=50&page=1'))
            .filter(({ title }) => title === 'First Light');
        const release = await ask('GET', `trackgroups/${first.id}`);
        const tracks = release.items.map(({ track }) => track);

        assert.deepEqual(titled(tracks), ['Morning', 'Noon', 'Evening']);

        for (const track of tracks) {
            assert.match(track.trackGroup.id, UUID);
            assert.match(track.creatorId, UUID);
            assert.ok('medium' in track.images || track.cover === null);
        }

        assert.deepEqual(await marks(ask, tracks),
                         [[false, 0], [false, 0], [false, 0]]);
        assert.deepEqual(await marks(ask, []), []);
    }));


test('it plays the whole track, and reports the play at 45 s', visit(
    async (ask, page) => {
        const track = await ask('GET', `tracks/${ID.paid}`);
        const { status, headers } = await listen(
            page, `/user/stream/${track.id}`,
            { token: TOKEN, type: 'audio/x-m4a; charset=utf-8' });

        assert.equal(status, 200);
        assert.equal(headers['x-resonate-stream'], 'full');
        await lasts(page, LONG_S);
        await page.evaluate((to) => {
            document.querySelector('audio').currentTime = to;
        }, MARK_S - 1);
        await until(page, (mark) => document.querySelector('audio')
            .currentTime > mark, MARK_S);

        const { count, cost, total } = await ask(
            'POST', 'user/plays', { trackId: track.id });

        assert.deepEqual([count, cost, total], [1, 2, 4086]);
        assert.deepEqual(await marks(ask, [track]), [[false, 1]]);
    }));


test('it buys a track, and has it', visit(async (ask, page) => {
    const { count, total } = await ask('POST', 'user/plays/buy',
                                       { track_id: ID.paid });

    assert.deepEqual([count, total], [9, 4086 - 1020]);
    assert.equal((await ask('GET', 'user/profile/')).credit.total, 3066);
    assert.deepEqual(await marks(ask, [{ id: ID.paid }]), [[false, 9]]);
    assert.deepEqual((await ask('GET', 'user/collection/?limit=50&page=1'))
        .map(({ id }) => id), [ID.paid]);

    const { headers } = await listen(page, `/user/stream/${ID.paid}`,
                                     { token: TOKEN });

    assert.equal(headers['x-resonate-stream'], 'full');
}));


test('favourites: on, shown, off', visit(async (ask) => {
    const track = { trackId: ID.short };

    assert.equal((await ask('POST', 'user/favorites', track)).type, true);
    assert.deepEqual(await marks(ask, [{ id: ID.short }]), [[true, 0]]);
    assert.deepEqual(titled(await ask('GET',
                                      'user/favorites?limit=50&page=1')),
                     ['Evening']);
    assert.equal((await ask('POST', 'user/favorites', track)).type, false);
}));


test('a playlist from beginning to end', visit(async (ask, page, call) => {
    const { id } = await ask('POST', 'user/playlists', { title: 'Mine' });
    const path = `user/playlists/${id}`;
    const titles = async () => titled((await ask('GET', path)).items.map(
        ({ track }) => track));
    const three = [ID.paid, ID.free, ID.short];

    assert.deepEqual(titled(await ask('GET',
                                      'user/trackgroups?type=playlist')),
                     ['Mine', 'For the Road']);

    for (const trackId of three) {
        await ask('PUT', `${path}/items/add`, { tracks: [{ trackId }] });
    }

    assert.deepEqual(await titles(), ['Morning', 'Noon', 'Evening']);
    await ask('PUT', `${path}/items`, { tracks: three.reverse().map(
        (trackId, i) => ({ trackId, index: i + 1 })) });
    assert.deepEqual(await titles(), ['Evening', 'Noon', 'Morning']);
    await ask('PUT', `${path}/items/remove`,
              { tracks: [{ trackId: ID.free }] });
    assert.deepEqual(await titles(), ['Evening', 'Morning']);

    await ask('PUT', path, { title: 'Ours', private: false, tags: ['slow'],
                             type: 'playlist', about: 'For all.' });
    assert.deepEqual(titled(await ask('GET', 'playlists?limit=50&page=1'
                                             + '&type=playlist')),
                     ['Ours', 'For the Road']);

    const answer = await call(`/${path}`, { method: 'DELETE', token: TOKEN });

    assert.ok(answer.status < 300);
    assert.deepEqual(titled(await ask('GET', 'user/playlists')),
                     ['For the Road']);
}));


test('what was heard', visit(async (ask) => {
    const today = new Date().toISOString().slice(0, 10);
    const [artist] = await ask('GET', 'user/plays/history/artists');

    assert.deepEqual(titled(await ask('GET',
                                      'user/plays/history/?limit=50&page=1')),
                     ['Morning']);
    assert.equal(artist.uid, ID.artist);
    assert.match(artist.meta_value, /Testers/);
    assert.deepEqual(await ask('GET', `user/plays/stats?from=${today}&to=${
        today}`), [{ date: today, count: 1 }]);
}));


test('search, tags, artists, labels', visit(async (ask) => {
    const found = await ask('GET', 'search/?q=first%2Blight');

    for (const kind of ['artists', 'bands', 'labels', 'tracks',
                        'trackgroups'])
    {
        assert.ok(Array.isArray(found[kind]), kind);
    }

    assert.equal(found.trackgroups[0].title, 'First Light');
    assert.ok((await ask('GET', 'tag/ambient?limit=50&page=1')).trackgroups
        .length);
    assert.equal((await ask('GET', `artists/${ID.artist}`)).label.id,
                 ID.label);

    for (const path of [`artists/${ID.artist}`, `labels/${ID.label}`]) {
        const [release] = await ask('GET', `${path}/releases`);

        assert.equal(release.items[0].track.title, 'Morning');
    }

    assert.ok((await ask('GET', `artists/${ID.artist}/tracks/top`)).some(
        (track) => track.id === ID.paid));
    assert.equal((await ask('GET', `labels/${ID.label}/artists`))[0].id,
                 ID.artist);
}));


test('the profile takes what the form sends', visit(async (ask) => {
    const form = { displayName: 'Ada', newsletterNotification: true,
                   email: '', password: '' };

    assert.equal((await ask('PUT', 'user/profile/', form)).displayName,
                 'Ada');
    assert.equal((await ask('GET', 'user/profile/')).displayName, 'Ada');
}));
