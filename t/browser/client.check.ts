/* What the types of sdk/js let pass, and what they do not; for tsc only. */

import { ApiError, connect, fetcher, ok } from '../../sdk/js/index.js';
import type { Schemas } from '../../sdk/js/index.js';

const api = connect({ baseUrl: 'https://x.example/api/v3', token: 'x' });
const id = '0000000c-0000-4000-8000-000000000001';

export async function right() {
    const { data, count } = await ok(api.GET('/tracks', {
        params: { query: { limit: 2, order: 'plays' } } }));
    const tracks: Schemas['Track'][] = data;
    const pages: number = count;
    const { data: one } = await ok(api.GET('/tracks/{id}', {
        params: { path: { id } } }));
    const lyrics: string | null = one.lyrics;
    const { data: play } = await ok(api.POST('/user/plays', {
        params: { header: { 'Idempotency-Key': 'x' } },
        body: { trackId: id } }));
    const total: number = play.total;
    const { error } = await api.GET('/prices');
    const detail: string | undefined = error?.detail;

    await fetcher({ token: async () => null })(tracks[0].url);

    return [pages, lyrics, total, detail, new ApiError(0, 'x').passing];
}

export async function wrong() {
    // @ts-expect-error there is no such route
    await api.GET('/nothing');

    // @ts-expect-error it has another method
    await api.POST('/tracks');

    // @ts-expect-error it has no such order
    await api.GET('/tracks', { params: { query: { order: 'best' } } });

    // @ts-expect-error an id is needed
    await api.GET('/tracks/{id}');

    // @ts-expect-error a body is needed
    await api.POST('/user/plays');

    // @ts-expect-error it has another name
    await api.POST('/user/plays', { body: { track: id } });

    const { data } = await ok(api.GET('/prices'));

    // @ts-expect-error there is no such member
    return data.price;
}
