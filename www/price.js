/*
 * What plays cost, for the eye only: the answer to a play says what was
 * charged.  Sums are in mc; null is not known.
 */

import { PLAYS_TO_OWN, cost, rule } from './plays.js';
import { store } from './store.js';

const CENT_DIGITS_BELOW = 10;

const EUR = new Intl.NumberFormat('en', { style: 'currency',
                                          currency: 'EUR' });


/** @param {Track} track */
export function next(track) {
    return store.owned(track) ? 0 : cost(track, store.plays(track));
}


/**
 * What is left to pay until it is owned; a track that was kept over a reload
 * has no price of its listener.
 *
 * @param {Track} track
 */
export function left(track) {
    const count = store.plays(track);

    if (!track.price) {
        return null;
    }

    if (count >= PLAYS_TO_OWN || track.price.play === 0) {
        return 0;
    }

    if (count === (track.userPlays ?? 0)) {
        return track.price.buy;
    }

    return rule.costs.length ? sum(rule.costs.slice(count, PLAYS_TO_OWN))
                             : null;
}


/** @param {number} mc */
export function credits(mc) {
    return (mc / 1000).toFixed(3);
}


/**
 * Cents with a decimal while they are few; empty until the rate is known.
 *
 * @param {number} mc
 */
export function euros(mc) {
    if (!rule.creditMc) {
        return '';
    }

    const eur = mc * rule.creditEur / rule.creditMc;
    const cents = eur * 100;

    return cents > 0 && cents < CENT_DIGITS_BELOW ? `${cents.toFixed(1)} ct`
                                                  : EUR.format(eur);
}


/**
 * Both, as in a sentence.
 *
 * @param {number} mc
 */
export function price(mc) {
    const eur = euros(mc);

    return `${credits(mc)} credits${eur ? ` (${eur})` : ''}`;
}


/**
 * For the player.
 *
 * @param {Track} track
 */
export function priceText(track) {
    const mc = next(track);

    return store.owned(track) ? 'Nine plays: this track is yours.'
        : mc === 0 ? 'This track is free.'
        : mc === null ? '' : `Next play: ${price(mc)}`;
}


/** @param {number[]} numbers */
export function sum(numbers) {
    return numbers.reduce((all, number) => all + number, 0);
}
