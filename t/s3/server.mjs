/*
 * The suite's S3: npm's s3rver, and what it lacks of the real one, see
 * t/lib/Resonate/S3.pm.
 *
 *     node server.mjs SETTINGS.json
 *
 *     { port, directory, bucket, region,
 *       keys: { ID: { secret, write: true } } }
 *
 * s3rver takes any signature of version 4 and any digest, writes an object
 * where it is read, takes "bytes=0-0" for the whole and "bytes=-5" for the
 * first six bytes, and knows no If-Match.  All of that is made good here.
 */

import { createHash, timingSafeEqual } from 'node:crypto';
import fs from 'node:fs/promises';
import http from 'node:http';
import { dirname } from 'node:path';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import S3rver from 's3rver';
import S3Error from 's3rver/lib/models/error.js';
import S3Object from 's3rver/lib/models/object.js';
import aws4 from 'aws4';
import { controlled } from '../provider/control.mjs';

const SKEW_MS = 15 * 60 * 1000;
const READS = ['GET', 'HEAD'];
const CREDENTIAL = /Credential=([^/]+)\/(\d{8})\/([^/]+)\/(\w+)\/aws4_request/;
const AUTHORIZATION = new RegExp(`^AWS4-HMAC-SHA256 ${CREDENTIAL.source}, ?`
    + 'SignedHeaders=([\\w;-]+), ?Signature=([0-9a-f]{64})$');

const settings = JSON.parse(readFileSync(process.argv[2]));
const { bucket, directory, region, keys } = settings;

const s3 = new S3rver({ directory, silent: true,
                        configureBuckets: [{ name: bucket }] });
const { store } = s3;
const read = store.getObject.bind(store);


function digest(name, bytes, encoding) {
    return createHash(name).update(bytes).digest(encoding);
}


/* AWS signature version 4, as another implementation makes it of the same. */

function authenticate({ method, url, headers }) {
    const [, id, date, place, service, list, signature] =
        AUTHORIZATION.exec(headers.authorization ?? '') ?? [];

    if (!id) {
        throw new S3Error('AccessDenied', 'Access Denied');
    }

    if (!keys[id]) {
        throw new S3Error('InvalidAccessKeyId', 'The AWS Access Key Id you '
            + 'provided does not exist in our records.');
    }

    if (place !== region || service !== 's3') {
        throw new S3Error('AuthorizationHeaderMalformed',
            `the region '${place}' is wrong; expecting '${region}'`);
    }

    const names = list.split(';');
    const at = headers['x-amz-date'] ?? '';
    const time = Date.parse(at.replace(
        /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

    if (!(Math.abs(Date.now() - time) <= SKEW_MS)) {
        throw new S3Error('RequestTimeTooSkewed', 'The difference between the '
            + 'request time and the current time is too large.');
    }

    if (!headers['x-amz-content-sha256']) {
        throw new S3Error('InvalidRequest', 'Missing required header for this '
            + 'request: x-amz-content-sha256');
    }

    const signer = new aws4.RequestSigner({
        method, path: url, service, region, doNotModifyHeaders: true,
        headers: Object.fromEntries(names.map((name) =>
            [name, headers[name] ?? ''])),
        extraHeadersToInclude: Object.fromEntries(names.map((name) =>
            [name, true])),
    }, { accessKeyId: id, secretAccessKey: keys[id].secret });

    /* it may be unsigned, and counts all the same */
    signer.datetime = at;
    signer.request.headers['x-amz-content-sha256'] =
        headers['x-amz-content-sha256'];

    if (!names.includes('host') || !at.startsWith(date)
        || Object.keys(headers).some((name) =>
            name.startsWith('x-amz-') && !names.includes(name))
        || !timingSafeEqual(Buffer.from(signer.signature()),
                            Buffer.from(signature)))
    {
        throw new S3Error('SignatureDoesNotMatch', 'The request signature we '
            + 'calculated does not match the signature you provided.');
    }

    return keys[id];
}


/* What is there already may be refused or narrowed before it is read. */

async function conditions(ctx, key) {
    const { headers } = ctx;
    const found = await store.getMetadata(bucket, key).catch(() => null);
    const range = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? '');

    if (found && headers['if-match'] && headers['if-match'] !== '*'
        && headers['if-match'] !== found.etag)
    {
        throw new S3Error('PreconditionFailed', 'At least one of the '
            + 'pre-conditions you specified did not hold',
            { Condition: 'If-Match' });
    }

    if (found && range && !range[1] && range[2]) {
        const size = found['content-length'];

        headers.range = Number(range[2])
            ? `bytes=${Math.max(0, size - Number(range[2]))}-`
            : `bytes=${size}-`;

    } else if (!range || !range[1] || range[2] && +range[2] < +range[1]) {
        delete headers.range;
    }
}


async function real(ctx, next) {
    const key = decodeURIComponent(ctx.path).slice(`/${bucket}/`.length);
    const is = authenticate(ctx.req);

    if (!READS.includes(ctx.method) && !is.write) {
        throw new S3Error('AccessDenied', 'Access Denied');
    }

    if (READS.includes(ctx.method)) {
        await conditions(ctx, key);

    } else if (ctx.method === 'PUT' && ctx.headers['if-none-match'] === '*'
               && await store.existsObject(bucket, key))
    {
        throw new S3Error('PreconditionFailed', 'At least one of the '
            + 'pre-conditions you specified did not hold');
    }

    if (!READS.includes(ctx.method)) {
        const bytes = await buffer(ctx.req);

        check(ctx.headers, bytes);
        ctx.req = Readable.from(bytes.length ? [bytes] : []);
    }

    /* checked, and s3rver's own knows only accounts of its own */
    delete ctx.headers.authorization;
    await next();
}


function check(headers, bytes) {
    const sha256 = headers['x-amz-content-sha256'];
    const sums = [
        [headers['content-md5'], 'md5', 'base64', 'BadDigest'],
        [headers['x-amz-checksum-sha256'], 'sha256', 'base64', 'BadDigest'],
        [/^[0-9a-f]{64}$/.test(sha256) ? sha256 : undefined, 'sha256', 'hex',
         'XAmzContentSHA256Mismatch'],
    ];

    for (const [said, name, encoding, code] of sums) {
        if (said !== undefined && said !== digest(name, bytes, encoding)) {
            throw Object.assign(new S3Error(code, `${said} is not what the `
                + 'content has'), { status: 400 });
        }
    }
}


/* Whole or not at all. */

store.putObject = async function putObject(object) {
    const file = this.getResourcePath(object.bucket, object.key, 'object');
    const bytes = await buffer(object.content);
    const md5 = digest('md5', bytes, 'hex');

    await fs.mkdir(dirname(file), { recursive: true });
    await fs.writeFile(`${file}.${md5}.draft`, bytes);
    await this.putMetadata(object.bucket, object.key, object.metadata, md5);
    await fs.rename(`${file}.${md5}.draft`, file);

    return { md5, size: bytes.length };
};


store.getObject = async function getObject(name, key, options = {}) {
    const object = await read(name, key, options);

    if (object?.content && options.end === 0) {
        const { value } = await object.content.iterator().next();

        object.content = Readable.from([value.subarray(0, 1)]);
        object.range.end = 0;
    }

    return object;
};


const control = {
    put({ name, base64, headers }) {
        return store.putObject(new S3Object(bucket, name,
            Readable.from([Buffer.from(base64, 'base64')]), headers));
    },

    async get({ name }) {
        const found = await store.getMetadata(bucket, name).catch(() => null);

        return found && { headers: found, base64: await fs.readFile(
            store.getResourcePath(bucket, name, 'object'), 'base64') };
    },

    async list() {
        const { objects } = await store.listObjects(bucket, {});

        return objects.map(({ key }) => key);
    },

    remove({ name }) {
        return store.deleteObject(bucket, name);
    },

    keys(changed) {
        Object.assign(keys, changed);
    },
};


s3.middleware.unshift(real);
await s3.configureBuckets();

const server = http.createServer(controlled(control, s3.callback()));

server.keepAliveTimeout = 60_000;
server.listen(settings.port, '127.0.0.1',
              () => console.log('listening'));
