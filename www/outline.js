/* What a wave looks like. */

/**
 * drawn: what was made of it last, and for how many seconds.
 *
 * @typedef {{ durationMs: number, peaks: number[],
 *             drawn?: { seconds: number, path: string } }} Wave
 */


/**
 * As an SVG path, 1000 wide and 2 high, of as much as is played: a preview
 * ends before the track does.  The loudest part fills the height.
 *
 * @param {Wave} of
 * @param {number} seconds
 */
export function outline(of, seconds) {
    if (of.drawn?.seconds !== seconds) {
        of.drawn = { seconds, path: path(of, seconds) };
    }

    return of.drawn.path;
}


/**
 * @param {Wave} of
 * @param {number} seconds
 */
function path({ durationMs, peaks }, seconds) {
    const part = Math.min(1, 1000 * seconds / durationMs);
    const shown = peaks.slice(0, Math.max(1, Math.round(peaks.length * part)));
    const most = Math.max(1, ...peaks);
    const points = shown.map((peak, n) => [1000 * (n + .5) / shown.length,
                                           .04 + .96 * peak / most]);
    const line = (/** @type {number} */ sign) => points.map(([x, y]) =>
        `${x.toFixed(1)} ${(1 + sign * y).toFixed(2)}`);

    return `M0 1L${[...line(-1), '1000 1', ...line(1).reverse()].join(' ')}Z`;
}
