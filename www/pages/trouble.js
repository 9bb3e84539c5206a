/* What did not come, and what can be done. */

import { ApiError } from '../api.js';
import { panel } from '../view.js';


/**
 * The last of the table: an address that names no page.
 *
 * @type {Page}
 */
export const missing = {
    pattern: '*',
    missing: true,
    title: () => 'Not found',
    load: async () => ({}),
    render: (_, { go }) => panel(
        'No such page', 'This address names nothing here.', 'See all music',
        () => go('/')),
};


/**
 * @param {any} error
 * @param {Ctx} ctx
 */
export function trouble(error, { again, go }) {
    if (error instanceof ApiError && error.status === 404) {
        return panel('Not here', 'This is not in the catalogue, or not any'
                     + ' more.', 'See all music', () => go('/'));
    }

    if (!navigator.onLine) {
        return panel('You are offline', 'What is playing plays on as far as'
                     + ' it was loaded. What you own cannot be played offline'
                     + ' yet.', 'Try again', again);
    }

    if (error instanceof ApiError && error.status === 0) {
        return panel('No connection', 'The server does not answer. What is'
                     + ' playing plays on; the catalogue returns with the'
                     + ' connection.', 'Try again', again);
    }

    if (error instanceof ApiError && error.passing) {
        return panel('Just a moment', 'The catalogue is resting. It usually'
                     + ' is back within seconds.', 'Try again', again);
    }

    return panel('That went wrong', error.message, 'Try again', again);
}
