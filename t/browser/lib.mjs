/*
 * What www/lib holds of the packages that npm installed; nothing else of
 * them is served, and the demo needs no npm.
 *
 *   node t/browser/lib.mjs copy
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));

export const LIB = join(HERE, '../../www/lib');
export const MODULES = join(HERE, 'node_modules');

const DIRECTIVES = ['class-map', 'if-defined', 'keyed', 'live', 'ref',
                    'repeat'];

export const FILES = {
    'lit-html': ['LICENSE', 'lit-html.js', 'directive.js',
                 'directive-helpers.js', 'async-directive.js',
                 ...DIRECTIVES.map((name) => `directives/${name}.js`)],
};


export function version(name) {
    return JSON.parse(readFileSync(join(MODULES, name, 'package.json')))
        .version;
}


/* a map would name sources that are not served */
export function taken(name, file) {
    return readFileSync(join(MODULES, name, file), 'utf8')
        .replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n');
}


export function readme() {
    const lines = Object.keys(FILES).map(
        (name) => `* ${name} ${version(name)}, as published on npm\n`);

    return 'Libraries of the page, copied by `make www-lib`; not edited'
        + ` here.\n\n${lines.join('')}`;
}


if (process.argv[2] === 'copy') {
    for (const [name, files] of Object.entries(FILES)) {
        for (const file of files) {
            const to = join(LIB, name, file);

            mkdirSync(dirname(to), { recursive: true });
            writeFileSync(to, taken(name, file));
        }
    }

    writeFileSync(join(LIB, 'README.md'), readme());
}
