/* A page that is left when its edits are not answered yet: nothing is lost. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { after, before, beforeEach, test } from 'node:test';

import { BASE, PATIENCE_MS, launch, until, visit } from './page.mjs';
import { PATH, edit, fill, has } from './road.mjs';

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());
beforeEach(fill);


/* a way to the server where edits are held up: [request, response] */
async function way(end) {
    const edits = [];
    const server = http.createServer((request, response) => {
        if (request.method === 'PUT') {
            edits.push([request, response]);
            server.emit('edit');

        } else {
            pass(request, response);
        }
    });

    end(() => {
        server.closeAllConnections();
        server.close();
    });
    server.listen(0, 'localhost');
    await once(server, 'listening');

    return { server, edits, base: `http://localhost:${server.address().port}` };
}


async function pass(request, response) {
    const { method, headers, url } = request;
    const onward = http.request(BASE + url, { method, headers });

    request.pipe(onward);

    const [answer] = await once(onward, 'response');

    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
    await once(answer, 'end');
}


function reach(server, edits, count) {
    return edits.length >= count ? undefined
        : once(server, 'edit', { signal: AbortSignal.timeout(PATIENCE_MS) });
}


test('the edit under way, and those that wait for it', async (t) => {
    const { server, edits, base } = await way((act) => t.after(act));

    await visit(browser, { base, path: PATH }, async (page) => {
        const down = page.getByRole('button', { name: 'Move down: Morning' });

        await edit(page);
        await down.click();
        await reach(server, edits, 1);
        await down.click();
        await until(page, () => document.querySelector(
            '.track:last-child .track-title').textContent === 'Morning');
        assert.equal(edits.length, 1, 'one at a time');
        await page.goto(`${base}/tracks`);
        await reach(server, edits, 2);

        /* a request that went with its page has no connection by now */
        await page.locator('.track').first().waitFor();
        assert.deepEqual(edits.map(([, { destroyed }]) => destroyed),
                         [false, false]);

        for (const [request, response] of edits) {
            await pass(request, response);
        }

        assert.deepEqual(await has(), ['Noon', 'Breath', 'Morning']);
    });
});
