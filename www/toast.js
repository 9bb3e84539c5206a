/* A word to the listener, seen and read out. */

const TOAST_MS = 8000;

const $ = (id) => document.getElementById(id);

let fading = 0;


export function say(text) {
    $('status').textContent = text;
}


/* about: what it is of, by which settled() takes it away */
export function toast(text, { action, act, about = '' } = {}) {
    const button = $('toast-action');

    $('toast-text').textContent = text;
    $('toast').hidden = false;
    $('toast').dataset.about = about;
    button.hidden = !action;
    button.textContent = action ?? '';
    button.onclick = () => {
        $('toast').hidden = true;
        act();
    };

    say(text);
    clearTimeout(fading);

    /* what can be acted on stays until it was */
    if (!action) {
        fading = setTimeout(() => { $('toast').hidden = true; }, TOAST_MS);
    }
}


export function settled(about) {
    $('toast').hidden ||= $('toast').dataset.about === about;
}
