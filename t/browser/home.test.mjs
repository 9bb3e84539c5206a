/* What the pages of the catalogue have, and in which order. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { BASE, launch, titles, visit } from './page.mjs';

const IDS = JSON.parse(process.env.RESONATE_IDS);

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());


const headings = (page) => page.getByRole('heading', { level: 2 })
    .allTextContents();


test('home: what is new, played, listed, and the labels', () => visit(
    browser, {}, async (page) => {
        assert.deepEqual(await headings(page), [
            'Second Wind', 'New releases', 'Most played', 'Playlists',
            'Labels']);
        await page.getByRole('link', { name: 'All tracks' }).click();
        await page.getByRole('heading', { name: 'Tracks', level: 1 })
            .waitFor();
        assert.equal(new URL(page.url()).search, '?order=plays');
    }));


/* the order that the page asks for */
for (const [path, order] of [['/tracks', 'newest'],
                             ['/tracks?order=plays', 'plays'],
                             ['/tracks?order=random', 'random'],
                             ['/tracks?order=toString', 'newest']])
{
    test(`${path} is in the order ${order}`, () => visit(
        browser, {}, async (page) => {
            const asked = page.waitForRequest(/\/api\/v3\/tracks\?/);

            await page.goto(BASE + path);
            assert.equal(new URL((await asked).url()).searchParams
                .get('order'), order);
            await page.locator(`.orders [aria-current=true][href$=${order}]`)
                .waitFor();
        }));
}


test('an artist: what is heard most, releases, and those of others',
     () => visit(browser, {}, async (page) => {
         await page.route(/\/artists\/[^/]+\/tracks\?/, async (route) => {
             const response = await route.fetch();
             const json = await response.json();

             json.data.push({ ...json.data[0], id: IDS.band_track,
                              title: 'Guest', trackGroupId: IDS.band_release,
                              trackGroup: {
                                  id: IDS.band_release,
                                  title: 'Second Wind' } });
             await route.fulfill({ response, json });
         });
         await page.goto(`${BASE}/artist/${IDS.artist}`);
         await page.locator('.person').waitFor();
         assert.deepEqual(await headings(page), [
             'Most played', 'Releases', 'On other releases']);
         assert.deepEqual((await titles(page)).slice(-1), ['Guest']);
     }));
