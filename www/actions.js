/* What a row offers beside playing its track. */

import { nothing } from './lib/lit-html/lit-html.js';


export function rowActions(_track, _ctx) {
    return nothing;
}
