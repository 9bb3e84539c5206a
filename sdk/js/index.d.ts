import type { Client } from 'openapi-fetch';
import type { components, paths } from './api.js';

export type { components, operations, paths } from './api.js';

/** What answers are made of: `Schemas['Track']`. */
export type Schemas = components['schemas'];

/** Its methods are GET, POST, PUT and DELETE; see openapi-fetch. */
export type Api = Client<paths>;

export interface FetchOptions {
    /** The access token, or what gives it before each request; without one
        the caller is anonymous. */
    token?: string | (() => string | null | undefined
                            | Promise<string | null | undefined>);

    /** Called with a token that the server did not take. */
    refused?: (token: string) => void;

    /** Milliseconds to wait for an answer: 15000; 0 is for ever. */
    patience?: number;

    /** What is called in place of the global fetch. */
    fetch?: typeof fetch;
}

export interface Options extends FetchOptions {
    /** Where the API is: `/api/v3` of the page's own origin. */
    baseUrl?: string;
}

/** A client. It answers `{ data, error, response }`; `ok` makes errors of
    what is refused. */
export function connect(options?: Options): Api;

/** A fetch with the same token and patience, for addresses in answers, such
    as the `url` of a track. */
export function fetcher(options?: FetchOptions): typeof fetch;

/** What was answered, whole: `(await ok(api.GET('/prices'))).data`. Throws an
    ApiError for what is refused or not answered. */
export function ok<T>(asked: Promise<{
    data?: T, error?: unknown, response: Response }>): Promise<T>;

export class ApiError extends Error {
    constructor(status: number, detail: string,
                more?: { retryAfter?: number, problem?: Schemas['Problem'] });

    /** 0: there was no answer. */
    readonly status: number;

    /** Seconds to wait, if the server says so. */
    readonly retryAfter?: number;

    readonly problem?: Schemas['Problem'];

    /** Whether the same may be answered some time later. */
    get passing(): boolean;
}
