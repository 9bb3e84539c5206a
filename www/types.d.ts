/* The shapes that the API answers (doc/openapi.json has all of them), as far
   as the page reads them, and those of the page itself.  For tsc only. */

interface Picture { url: string, width: number, height: number }

interface Person { id: string, displayName: string }

interface Pictured {
    title?: string;
    album?: string | null;
    cover?: string | null;
    images?: Record<string, Picture>;
    trackGroup?: { id: string, title: string };
}

interface Track extends Pictured {
    id: string;
    title: string;
    url: string;
    duration: number;
    creatorId: string;
    artist?: string;
    creator?: Person;
    artists?: Person[];
    hasLyrics?: boolean;
    price?: { play: number, buy: number };
    userPlays?: number;
    userFavorited?: boolean;
    trackGroupId?: string;
    status?: string;
}

interface Item {
    index: number;
    track: Track | null;
    disc?: number | null;
    number?: number | null;
}

interface Release extends Pictured {
    id: string;
    title: string;
    type?: string;
    about?: string | null;
    display_artist?: string;
    creatorId?: string;
    creator?: Person;
    releaseDate?: string | null;
    items: Item[];
    discs?: { disc: number, title: string }[];
    label?: { id: string, name: string } | null;
    tags?: string[];
    private?: boolean;
    copyright?: string | null;
    barcode?: string | null;
}

interface Playlist extends Omit<Release, 'type'> {
    type?: undefined;
}

interface Artist extends Person {
    type?: { id: number, name: string };
    label?: { id: string, name: string } | null;
    shortBio?: string | null;
    images?: Record<string, string | Picture>;
}

interface List<T> { data: T[], count: number, numberOfPages: number }

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
