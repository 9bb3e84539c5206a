/*
 * What www/lib holds of the packages that npm installed, and of our own in
 * sdk/; nothing else of them is served, and the demo needs no npm.
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
    'openapi-fetch': ['LICENSE', 'index.js'],
    'resonate-client': ['index.js'],
    'lit-html': ['LICENSE', 'lit-html.js', 'directive.js',
                 'directive-helpers.js', 'async-directive.js',
                 ...DIRECTIVES.map((name) => `directives/${name}.js`)],
};


/* where a package is that npm did not install, and files of another name */
const OWN = { 'resonate-client': join(HERE, '../../sdk/js') };
const FROM = { 'openapi-fetch/index.js': 'dist/index.mjs' };


export function version(name) {
    return JSON.parse(readFileSync(join(MODULES, name, 'package.json')))
        .version;
}


/* A map would name sources that are not served; and a browser knows packages
   by their files. */
export function taken(name, file) {
    const from = FROM[`${name}/${file}`] ?? file;

    return readFileSync(join(OWN[name] ?? join(MODULES, name), from), 'utf8')
        .replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n')
        .replace(/^(import .* from )'([\w-]+)';$/m, "$1'../$2/index.js';");
}


export function readme() {
    const lines = Object.keys(FILES).map((name) => OWN[name]
        ? `* ${name}, of sdk/js\n`
        : `* ${name} ${version(name)}, as published on npm\n`);

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
