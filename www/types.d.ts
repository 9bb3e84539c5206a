/* The shapes that the API answers, as the OpenAPI document has them, and those
   of the page itself.  For tsc only. */

type Paths = import('../sdk/js/index.js').paths;
type Schemas = import('../sdk/js/index.js').Schemas;

type Picture = Schemas['Image'];
type Person = Schemas['Named'];
type Artist = Schemas['Artist'];

/* what is kept of a track between two visits is less than all of it */
type Track = Partial<Schemas['Track']>
             & Pick<Schemas['Track'], 'id' | 'title' | 'url' | 'duration'
                                      | 'creatorId'>;

type Release = Schemas['Trackgroup'];
type Album = Schemas['TrackgroupDetail'];
type Playlist = Schemas['Playlist'] & { type?: never, display_artist?: never };

interface Pictured {
    title?: string;
    album?: string | null;
    cover?: string | null;
    images?: Schemas['Images'];
    trackGroup?: Schemas['TrackRelease'];
}

interface List<T> { data: T[], count: number, numberOfPages: number }

/* the paths that answer pages of a list, their arguments, their items */
type Get<P extends keyof Paths> = Paths[P] extends { get: infer G } ? G : never;
type QueryOf<P extends keyof Paths> =
    Get<P> extends { parameters: { query?: infer Q } } ? NonNullable<Q> : {};
type Answer<P extends keyof Paths> =
    Get<P> extends { responses: { 200: { content:
        { 'application/json': infer A } } } } ? A : never;
type ItemOf<P extends keyof Paths> =
    Answer<P> extends List<infer T> ? T : never;
type Lists = { [P in keyof Paths]:
    ItemOf<P> extends never ? never : P }[keyof Paths];

type Template = import('./lib/lit-html/lit-html.js').TemplateResult;
type Content = Template | typeof import('./lib/lit-html/lit-html.js').nothing
               | string | number | null | undefined | Content[];

/* what a page's load() and render() get, see router.js */
interface Ctx {
    params: Record<string, string>;
    query: URLSearchParams;
    signal: AbortSignal;
    play: (tracks: Track[], index: number) => unknown;
    say: (text: string) => void;
    playback: import('./playback.js').Playback;
    go: (address: string, how?: { replace?: boolean }) => unknown;
    again: () => unknown;
}

interface Page<State = any> {
    pattern: string;
    load: (ctx: Ctx) => Promise<State>;
    render: (state: State, ctx: Ctx) => Content;
    title?: (state: State, ctx: Ctx) => string;
    still?: boolean;
    shown?: () => void;
    intro?: 'whole' | 'line';
    missing?: boolean;
}

/* events of our own carry what they are about */
interface EventTarget {
    addEventListener(type: string, listener: (event: CustomEvent) => void,
                     options?: AddEventListenerOptions): void;
}

/* what index.html has, by id */
interface Ids {
    top: HTMLElement;
    player: HTMLElement;
    q: HTMLInputElement;
    search: HTMLFormElement;
    account: HTMLElement;
    nav: HTMLElement;
    main: HTMLElement;
    explain: HTMLButtonElement;
    audio: HTMLAudioElement;
    status: HTMLElement;
    toast: HTMLElement;
    'toast-text': HTMLElement;
    'toast-action': HTMLButtonElement;
}
