/*
 * A client as others write them: "application/json" on every call, GET too,
 * so that the browser asks leave for each (Fetch, "CORS-preflight request").
 */

window.call = async (url, { token, headers, type = 'application/json',
                            blob, ...init } = {}) => {
    const answer = await fetch(url, { ...init, headers: {
        'Content-Type': type,
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
        ...headers,
    } });

    /* of the headers, those that the browser lets a page see */
    return { status: answer.status,
             headers: Object.fromEntries(answer.headers),
             body: blob ? await answer.blob()
                        : await answer.json().catch(() => null) };
};


/* the audio as a client with a token gets it, played from memory */
window.listen = async (url, options) => {
    const { status, headers, body } = await window.call(
        url, { ...options, blob: true });
    const audio = document.getElementById('audio');

    audio.src = URL.createObjectURL(body);
    await audio.play();

    return { status, headers, bytes: body.size };
};
