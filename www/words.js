/* Small texts. */


/**
 * @param {number} number
 * @param {string} thing
 */
export function amount(number, thing) {
    return `${number} ${thing}${number === 1 ? '' : 's'}`;
}


/**
 * A date of the API, 2020-02-29, as the listener writes dates.
 *
 * @param {string} date
 */
export function day(date) {
    return new Date(`${date}T00:00:00`).toLocaleDateString(
        document.documentElement.lang, { dateStyle: 'long' });
}


/* the date by which releases come out: UTC */
export function today() {
    return new Date().toISOString().slice(0, 10);
}


/** @param {unknown} error */
export function message(error) {
    return error instanceof Error ? error.message : String(error);
}
