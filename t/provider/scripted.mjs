/*
 * Answers as no provider means to give them.  A test writes one:
 *
 *     { status, headers, body }
 *     length     bytes of JSON space after the body, sent while they are taken
 *     drip       milliseconds between the bytes of the body
 *     cut        closes after the body, though more was announced
 *     hang       never answers
 *     close      closes without an answer
 *     times      how often; then what was there before answers again
 *
 * or names one of these:
 */

const JSON_TYPE = { 'content-type': 'application/json' };

const NAMED = {
    redirect: { status: 302, headers: { location: '/elsewhere' } },
    html: { headers: { 'content-type': 'text/html' },
            body: '<!DOCTYPE html><title>Welcome</title>' },
    empty: { headers: JSON_TYPE, body: '' },
    missing: { status: 404, headers: JSON_TYPE, body: '{}' },
    error: { status: 500, headers: JSON_TYPE,
             body: '{"error":"server_error"}' },
    active_missing: { headers: JSON_TYPE, body: '{"sub":"alice"}' },
    huge: { headers: JSON_TYPE, body: '{', length: 1e9 },
    drip: { headers: JSON_TYPE, body: ' '.repeat(1e6), drip: 20 },
    cut: { headers: JSON_TYPE, body: '{"keys":[', cut: true },
    hang: { hang: true },
    close: { close: true },
};

const SPACES = Buffer.alloc(65536, ' ');


export function named(script) {
    const found = typeof script === 'string' ? NAMED[script] : script;

    if (!found) {
        throw new Error(`no answer is called ${script}`);
    }

    return { ...found };
}


export function answer(script, req, res) {
    const body = script.body ?? '';
    const bytes = Buffer.byteLength(body) + (script.length ?? 0)
                  + (script.cut ? 1000 : 0);

    if (script.hang) {
        req.resume();
        return;
    }

    if (script.close) {
        req.socket.destroy();
        return;
    }

    res.writeHead(script.status ?? 200,
                  { 'content-length': bytes, ...script.headers });

    if (script.drip) {
        drip(res, body, script.drip);

    } else {
        res.write(body, () => script.cut && res.destroy());
        pour(res, script.length ?? 0, Boolean(script.cut));
    }
}


function pour(res, left, open) {
    while (left > 0 && !res.destroyed) {
        const chunk = SPACES.subarray(0, left);

        left -= chunk.length;

        if (!res.write(chunk)) {
            res.once('drain', () => pour(res, left, open));
            return;
        }
    }

    if (!open) {
        res.end();
    }
}


function drip(res, body, ms) {
    let at = 0;

    const timer = setInterval(() => {
        if (at < body.length && !res.destroyed) {
            res.write(body[at++]);
            return;
        }

        clearInterval(timer);
        res.end();
    }, ms);
}
