/* The playlist "For the Road" of t/lib/Resonate/Catalogue.pm. */

import { BASE, login } from './page.mjs';

const IDS = JSON.parse(process.env.RESONATE_IDS);

export const PATH = `/playlist/${IDS.playlist}`;


/* the server, of the playlist */
async function ask(path, options) {
    const { token } = await (await fetch(`${BASE}/demo/token`)).json();
    const answer = await fetch(`${BASE}/api/v3/user/playlists/${IDS.playlist}`
                               + path, {
        headers: { Authorization: `Bearer ${token}`,
                   'Content-Type': 'application/json' },
        ...options,
    });

    return (await answer.json()).data;
}


/* with Morning, Noon, Breath */
export function fill() {
    return ask('/items', {
        method: 'PUT',
        body: JSON.stringify({ tracks: ['paid', 'free', 'band_track'].map(
            (key) => ({ trackId: IDS[key] })) }),
    });
}


/* the titles that the server has */
export async function has() {
    return (await ask('')).items.map(({ track }) => track.title);
}


export async function edit(page) {
    await login(page);
    await page.getByRole('button', { name: 'Edit tracks' }).click();
    await page.locator('[data-edit]').waitFor();
}
