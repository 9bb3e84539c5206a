/* The page without a network, and after it was changed. */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { BASE, PATIENCE_MS, launch, login, moves, play, visit }
    from './page.mjs';

const WWW = process.env.RESONATE_WWW;

/* what the browser says of it */
const OFFLINE = /ERR_INTERNET_DISCONNECTED|ERR_FAILED/;

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());

/* the caches: by name, the paths of each */
const caches_ = (page) => page.evaluate(async () => Object.fromEntries(
    await Promise.all((await caches.keys()).map(async (name) => [
        name, (await (await caches.open(name)).keys()).map(
            ({ url }) => new URL(url).pathname).sort()]))));

/* the page's own file is the last that is kept; answers the cache's name */
function kept(page, but = '') {
    return page.evaluate(async ([old, patience]) => {
        while (performance.now() < patience) {
            const names = await caches.keys();

            if (names.length === 1 && names[0] !== old
                && await caches.match('/'))
            {
                return names[0];
            }

            await new Promise(requestAnimationFrame);
        }

        throw new Error('nothing is kept');
    }, [but, PATIENCE_MS]);
}


test('it opens without a network, at any of its addresses', () => visit(
    browser, { worker: true, allow: OFFLINE }, async (page) => {
        await kept(page);
        await page.context().setOffline(true);

        for (const path of ['/', '/tracks', '/search?q=noon']) {
            await page.goto(BASE + path);
            await page.getByRole('heading', { name: 'You are offline' })
                .waitFor();
        }

        assert.equal(await page.evaluate(() => getComputedStyle(
            document.querySelector('.top')).position), 'sticky');
        await page.context().setOffline(false);
        await page.getByText('1 track').first().waitFor();
    }));


test('a queue is kept there, and says why it does not play', () => visit(
    browser, { worker: true, allow: OFFLINE }, async (page) => {
        /* with a route the browser does without the music that it has kept */
        await page.route('**/api/v3/prices', (route) => route.continue());
        await login(page);
        await play(page, 'Noon');
        await moves(page);
        await kept(page);
        await page.context().setOffline(true);
        await page.reload();
        await page.locator('#now-title', { hasText: 'Noon' }).waitFor();
        await page.getByRole('button', { name: 'Play', exact: true }).click();
        await page.locator('#toast', { hasText: 'You are offline' }).waitFor();

        await page.context().setOffline(false);
        await page.locator('#toast-action').click();
        await moves(page);
    }));


test('kept are files of the page: no answer, no picture, no audio',
     () => visit(browser, { worker: true }, async (page) => {
         await login(page);
         await play(page, 'Morning');
         await moves(page);
         await page.goto(`${BASE}/tracks`);
         await page.locator('.track').first().waitFor();
         await kept(page);

         const [paths] = Object.values(await caches_(page));

         assert.ok(paths.includes('/player.js'));
         assert.ok(paths.includes('/lib/lit-html/lit-html.js'));
         assert.deepEqual(paths.filter((path) =>
             !/^\/$|\.(js|css|svg|png|webmanifest)$/.test(path)
             || /^\/(api|images|demo)\//.test(path)), []);

         /* what the worker is asked for it need not take */
         const old = await kept(page);

         await page.evaluate(() => navigator.serviceWorker.controller
             .postMessage({ shell: ['/icon.svg', '/images/none.png',
                                    '/api/none.js', '/demo/token'] }));
         await kept(page, old);
         assert.deepEqual(Object.values(await caches_(page)),
                          [['/', '/icon.svg']]);
     }));


test('a changed file shows at the next load, and is what is kept',
     () => visit(browser, { worker: true, allow: OFFLINE },
                 async (page) => {
         const file = `${WWW}/pages/trouble.js`;
         const text = readFileSync(file, 'utf8');
         const old = await kept(page);

         try {
             writeFileSync(file, text.replace('You are offline',
                                              'No network here'));
             await page.reload();
             await kept(page, old);
             await page.context().setOffline(true);
             await page.goto(`${BASE}/tracks`);
             await page.getByRole('heading', { name: 'No network here' })
                 .waitFor();

         } finally {
             writeFileSync(file, text);
         }
     }));


test('it can be installed: a manifest whose icons are there', () => visit(
    browser, { worker: true }, async (page) => {
        const href = await page.locator('link[rel=manifest]')
            .getAttribute('href');
        const answer = await page.request.get(BASE + href);
        const manifest = await answer.json();

        assert.equal(answer.headers()['content-type'],
                     'application/manifest+json');
        assert.equal(manifest.start_url, '/');
        assert.equal(manifest.display, 'standalone');

        const sizes = await Promise.all(manifest.icons.map(async (icon) => {
            const { width } = await page.evaluate(async (src) => {
                const image = new Image();

                image.src = src;
                await image.decode();

                return { width: image.naturalWidth };
            }, icon.src);

            assert.equal(icon.sizes, `${width}x${width}`);

            return `${icon.purpose ?? 'any'} ${width}`;
        }));

        assert.deepEqual(sizes.sort(), ['any 192', 'any 512', 'maskable 192',
                                        'maskable 512']);

        const client = await page.context().newCDPSession(page);
        const { errors } = await client.send('Page.getAppManifest');
        const { installabilityErrors } = await client.send(
            'Page.getInstallabilityErrors');

        assert.deepEqual(errors, []);

        /* a test's window is one without a profile */
        assert.deepEqual(installabilityErrors.map(({ errorId }) => errorId)
            .filter((id) => id !== 'in-incognito'), []);
    }));
