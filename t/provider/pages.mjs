/* The provider's pages: no scripts, nothing from elsewhere. */

const STYLE = `
    :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
    main { max-width: 22rem; margin: 12vh auto; padding: 0 1.5rem }
    h1 { font-size: 1.4rem }
    label { display: block; margin: 1rem 0 }
    input { display: block; width: 100%; box-sizing: border-box;
            font: inherit; padding: .5rem; margin-top: .25rem }
    button { font: inherit; padding: .5rem 1.25rem; margin: .5rem .5rem 0 0 }
    [role=alert] { color: #b00020 }
    @media (prefers-color-scheme: dark) { [role=alert] { color: #ff8a80 } }`;


function page(ctx, title, main) {
    ctx.type = 'html';
    ctx.set('Cache-Control', 'no-store');
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.set('Content-Security-Policy', "default-src 'none'; "
            + "style-src 'unsafe-inline'; frame-ancestors 'none'");
    ctx.body = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}
</style>
</head>
<body>
<main>
<h1>${title}</h1>
${main}
</main>
</body>
</html>
`;
}


export function login(ctx, settings, fault) {
    ctx.status = fault ? 400 : 200;
    page(ctx, escape(settings.title ?? 'Log in'), `
<p>${escape(settings.note ?? 'Any name, any password.')}</p>
${fault ? `<p role="alert">${escape(fault)}</p>` : ''}
<form method="post">
<label>Name <input name="name" required maxlength="40" autofocus
    autocomplete="username" autocapitalize="none" spellcheck="false"></label>
<label>Password <input name="password" type="password"
    autocomplete="current-password"></label>
<button>Log in</button>
<button name="cancel" value="1" formnovalidate>Cancel</button>
</form>`);
}


/* "form" has what has to be sent back, and no button */

export function logout(ctx, form) {
    page(ctx, 'Log out', `
<p>Log out here, and of all that you entered with it?</p>
${form}
<button form="op.logoutForm" name="logout" value="yes">Log out</button>
<button form="op.logoutForm">Stay</button>`);
}


export function loggedOut(ctx) {
    page(ctx, 'Logged out', '<p>You are logged out.</p>');
}


export function error(ctx, out) {
    page(ctx, 'That did not work', `
<p>${escape(out.error_description ?? out.error)}</p>
<p><a href="/">Back to the beginning</a></p>`);
}


function escape(text) {
    return String(text).replace(/[&<>"]/g,
                                (c) => `&#${c.charCodeAt(0)};`);
}
