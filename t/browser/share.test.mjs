/* Links for others: the clean paths, and what a preview of them reads. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { BASE, launch, until, visit } from './page.mjs';

const IDS = JSON.parse(process.env.RESONATE_IDS);
const RELEASE = `/release/${IDS.release}`;

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());


function shares() {
    Navigator.prototype.share = async (what) => { window.shared = what; };
}


function closed() {
    Navigator.prototype.share = async () => {
        throw new DOMException('closed', 'AbortError');
    };
}


/* no TLS, no clipboard: the copy is what execCommand takes */
function copies() {
    delete Navigator.prototype.share;
    delete Navigator.prototype.clipboard;
    Document.prototype.execCommand = (command) => {
        window.copied = `${command} ${getSelection()}`;

        return true;
    };
}


test('by what the system offers', () => visit(
    browser, { path: RELEASE, init: shares }, async (page) => {
        await page.getByRole('button', { name: 'Share' }).click();
        await until(page, () => window.shared);
        assert.deepEqual(await page.evaluate(() => window.shared),
                         { title: 'First Light by Zoë & the Testers',
                           url: BASE.replace(/\/$/, '') + RELEASE });
    }));


test('closed, it is no fault', () => visit(
    browser, { path: RELEASE, init: closed }, async (page) => {
        await page.getByRole('button', { name: 'Share' }).click();
        assert.ok(await page.locator('#toast').isHidden());
    }));


test('else as a copy; a track by its release', () => visit(
    browser, { path: RELEASE, init: copies }, async (page) => {
        await page.getByRole('button', { name: 'More: Noon' }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Share' })
            .click();
        await page.locator('#toast').getByText('The link is copied.')
            .waitFor();
        assert.match(await page.evaluate(() => window.copied),
                     new RegExp(`copy .*${RELEASE}.track=${IDS.free}$`));
    }));


test('the shared track is shown', () => visit(
    browser, { path: `${RELEASE}?track=${IDS.short}` }, async (page) => {
        const next = page.locator('.row-note.shared + .track');

        assert.equal(await next.getAttribute('data-track'), IDS.short);
        await until(page, () => {
            const { top, bottom } = document.querySelector('.row-note.shared')
                .getBoundingClientRect();

            return top > 0 && bottom < innerHeight;
        });
    }));


/* path, og:type, og:title; what a preview reads without any script */
const heads = [
    [RELEASE, 'music.album', 'First Light by Zoë &amp; the Testers'],
    [`${RELEASE}?track=${IDS.free}`, 'music.song',
     'Noon by Zoë &amp; the Testers'],
    [`/artist/${IDS.band}`, 'profile', 'The Assertions'],
    [`/label/${IDS.label}`, 'profile', 'Sunrise Records'],
    [`/playlist/${IDS.playlist}`, 'music.playlist', 'For the Road'],
];

for (const [path, type, title] of heads) {
    test(`the preview of ${path.replace(/[0-9a-f-]{36}/g, 'ID')}`,
        async () => {
            const answer = await fetch(BASE + path);
            const head = (await answer.text()).split('</head>')[0];

            assert.equal(answer.status, 200);
            assert.ok(head.includes(`property="og:type" content="${type}"`));
            assert.ok(head.includes(`property="og:title" content="${title}"`));
            assert.ok(head.includes(`<title>${title} · Resonate</title>`));
            assert.equal(head.match(/<title>/g).length, 1);
            assert.equal(head.match(/name="description"/g).length, 1);
        });
}


for (const [name, path] of [
    ['private', `/release/${IDS.private}`],
    ['to come', `/release/${IDS.coming}`],
    ['a private playlist', `/playlist/${IDS.draft}`],
    ['unknown', '/artist/00000000-0000-4000-8000-000000000000'],
    ['no id', `/artist/${'-'.repeat(36)}`],
    ['a page', '/tracks'],
]) {
    test(`what is ${name} says nothing of itself`, async () => {
        const head = (await (await fetch(BASE + path)).text())
            .split('</head>')[0];

        assert.ok(head.includes('<title>Resonate</title>'));
        assert.ok(!head.includes('og:'));
    });
}
