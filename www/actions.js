/* What a row offers beside playing its track. */

import { nothing } from './lib/lit-html/lit-html.js';


/**
 * @param {Track} _track
 * @param {Ctx} _ctx
 * @returns {Content}
 */
export function rowActions(_track, _ctx) {
    return nothing;
}
