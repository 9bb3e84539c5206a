// @ts-nocheck
/*
 * Keys for the whole page: space plays and pauses, the arrows seek, with
 * shift they change the track, "/" goes to the search.  A key that already
 * means something where the focus is keeps that meaning.
 */

const STEP_S = 5;


export function bindKeys(playback, search) {
    const keys = {
        ' ': () => playback.toggle(),
        ArrowLeft: () => playback.seek(playback.position - STEP_S),
        ArrowRight: () => playback.seek(playback.position + STEP_S),
        'Shift+ArrowLeft': () => playback.previous(),
        'Shift+ArrowRight': () => playback.next(),
        '/': () => search.focus(),
    };

    addEventListener('keydown', (event) => {
        const key = (event.shiftKey && event.key !== '/' ? 'Shift+' : '')
                    + event.key;

        if (event.defaultPrevented || event.ctrlKey || event.metaKey
            || event.altKey || !keys[key] || taken(event.target, event.key)
            || (!playback.track && key !== '/'))
        {
            return;
        }

        event.preventDefault();
        keys[key]();
    });

    search.addEventListener('keydown', (event) => {
        if (event.key === 'Escape' && search.value === '') {
            search.blur();
        }
    });
}


function taken(target, key) {
    if (target.matches('input:not([type=range]), textarea, select')) {
        return true;
    }

    if (target.id === 'volume') {
        return key.startsWith('Arrow');
    }

    return key === ' ' && target.matches('button, summary');
}
