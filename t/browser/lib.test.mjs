/* www/lib against node_modules. */

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { FILES, LIB, readme, taken } from './lib.mjs';


for (const [name, files] of Object.entries(FILES)) {
    test(`${name} is as npm installs it, and no more`, () => {
        const there = readdirSync(join(LIB, name), { recursive: true })
            .filter((file) => /\.js$|LICENSE/.test(file));

        assert.deepEqual(there.sort(), [...files].sort());

        for (const file of files) {
            assert.equal(readFileSync(join(LIB, name, file), 'utf8'),
                         taken(name, file), file);
        }
    });
}


test('README.md says which versions', () => {
    assert.equal(readFileSync(join(LIB, 'README.md'), 'utf8'), readme());
});
