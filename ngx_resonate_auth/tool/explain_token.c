
/*
 * Copyright (C) Resonate
 *
 * The steps of ngx_resonate_auth_token.c, in its order and by the functions
 * that it calls, told one by one.  Neither the token nor its signature is
 * shown, and nothing of it that a terminal would obey.
 */


#include "explain_internal.h"

#include <getopt.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>


static void explain_options(explain_t *e, int argc, char **argv);
static void explain_option(explain_t *e, int c, char *value);
static explain_issuer_t *explain_issuer(explain_t *e);
static void explain_issuer_option(explain_issuer_t *issuer, int c,
    char *value);
static void explain_ask_add(explain_t *e, const char *what, int uuid);
static resonate_jwt_view_t explain_view(const char *s);
static int explain(const explain_t *e, const char *token, size_t len);
static int explain_jwt(const explain_t *e, const resonate_jwt_t *jwt,
    const char *token, size_t len);
static int explain_judge(const explain_t *e, const explain_issuer_t *issuer,
    const resonate_jwt_t *jwt);
static int explain_opaque(const explain_t *e, const explain_issuer_t *issuer,
    const char *token, size_t len);
static int explain_uuid(const char *token, size_t len);
static int explain_b64token(const char *token, size_t len);


static const struct option  explain_longopts[] = {
    { "issuer", required_argument, NULL, 'i' },
    { "where", required_argument, NULL, 'w' },
    { "audience", required_argument, NULL, 'a' },
    { "algorithm", required_argument, NULL, 'g' },
    { "jwks", required_argument, NULL, 'j' },
    { "secret", required_argument, NULL, 's' },
    { "fetched", required_argument, NULL, 'f' },
    { "url", required_argument, NULL, 'u' },
    { "leeway", required_argument, NULL, 'l' },
    { "max-age", required_argument, NULL, 'm' },
    { "profile", required_argument, NULL, 'p' },
    { "typ", required_argument, NULL, 't' },
    { "roles", required_argument, NULL, 'R' },
    { "scope", required_argument, NULL, 'S' },
    { "name", required_argument, NULL, 'N' },
    { "ask", required_argument, NULL, 'A' },
    { "ask-uuid", required_argument, NULL, 'U' },
    { "dpop", required_argument, NULL, 'D' },
    { "revocation", no_argument, NULL, 'V' },
    { NULL, 0, NULL, 0 }
};


int
explain_token(int argc, char **argv)
{
    int         rc;
    char       *token;
    size_t      len;
    explain_t  *e;

    e = calloc(1, sizeof(explain_t));
    if (e == NULL) {
        explain_fail("out of memory");
    }

    e->dpop = "off";
    e->now = time(NULL);

    explain_options(e, argc, argv);

    /* one byte more than a token may have shows that it has too many */

    token = explain_read(STDIN_FILENO, "standard input",
                         RESONATE_JWT_MAX + 1, &len);

    rc = explain(e, token, len);

    OPENSSL_cleanse(token, len);
    free(token);
    free(e);

    return fflush(stdout) == 0 ? rc : EXPLAIN_UNKNOWN;
}


static void
explain_options(explain_t *e, int argc, char **argv)
{
    int  c;

    while ((c = getopt_long(argc, argv, "", explain_longopts, NULL)) != -1) {
        explain_option(e, c, optarg);
    }

    if (optind < argc) {
        explain_fail("unexpected argument");
    }
}


static void
explain_option(explain_t *e, int c, char *value)
{
    explain_issuer_t  *issuer;

    switch (c) {

    case '?':
        exit(EXPLAIN_UNKNOWN);

    case 'D':
        e->dpop = value;
        break;

    case 'V':
        e->revocation = 1;
        break;

    case 'A':
    case 'U':
        explain_ask_add(e, value, c == 'U');
        break;

    case 'i':
        if (e->nissuers == EXPLAIN_ISSUERS) {
            explain_fail("more than %d issuers", EXPLAIN_ISSUERS);
        }

        issuer = &e->issuers[e->nissuers++];
        issuer->name = value;
        issuer->where = "";
        issuer->policy.issuer = explain_view(value);
        issuer->policy.audiences = issuer->audiences;
        break;

    default:
        explain_issuer_option(explain_issuer(e), c, value);
    }
}


static explain_issuer_t *
explain_issuer(explain_t *e)
{
    if (e->nissuers == 0) {
        explain_fail("an option needs an --issuer in front of it");
    }

    return &e->issuers[e->nissuers - 1];
}


static void
explain_issuer_option(explain_issuer_t *issuer, int c, char *value)
{
    switch (c) {

    case 'w':
        issuer->where = value;
        break;

    case 'j':
        issuer->jwks = value;
        break;

    case 's':
        issuer->secret = value;
        break;

    case 'f':
        issuer->fetched = value;
        break;

    case 'u':
        issuer->url = value;
        break;

    case 'a':
        if (issuer->policy.naudiences == EXPLAIN_AUDIENCES) {
            explain_fail("more than %d audiences", EXPLAIN_AUDIENCES);
        }

        issuer->audiences[issuer->policy.naudiences++] = explain_view(value);
        break;

    case 'g':
        issuer->algs |= resonate_jwt_alg(value, strlen(value));
        break;

    case 'l':
        issuer->policy.leeway = strtol(value, NULL, 10);
        break;

    case 'm':
        issuer->policy.max_age = strtol(value, NULL, 10);
        break;

    case 'p':
        issuer->policy.profile = strcmp(value, "rfc9068") == 0
                                 ? RESONATE_PROFILE_RFC9068
                                 : RESONATE_PROFILE_LAX;
        break;

    case 't':
        issuer->policy.typ = explain_view(value);
        break;

    case 'R':
        issuer->policy.roles_path = explain_view(value);
        break;

    case 'S':
        issuer->policy.scope_path = explain_view(value);
        break;

    case 'N':
        issuer->policy.name_path = explain_view(value);
        break;
    }
}


static void
explain_ask_add(explain_t *e, const char *what, int uuid)
{
    explain_asked_t  *asked;

    if (e->nasked == EXPLAIN_ASKED) {
        explain_fail("more than %d to ask", EXPLAIN_ASKED);
    }

    asked = &e->asked[e->nasked++];
    asked->what = what;
    asked->issuer = explain_issuer(e);
    asked->uuid = uuid;
}


static resonate_jwt_view_t
explain_view(const char *s)
{
    resonate_jwt_view_t  view;

    view.data = s;
    view.len = strlen(s);

    return view;
}


static int
explain(const explain_t *e, const char *token, size_t len)
{
    int                rc;
    resonate_jwt_t     jwt;
    resonate_jwt_rc_e  why;

    if (len <= RESONATE_JWT_MAX && e->nissuers == 0) {
        explain_line("issuer", 0, "the configuration has none");
        return explain_refused(resonate_jwt_strerror(RESONATE_JWT_ISSUER));
    }

    why = resonate_jwt_parse(&jwt, token, len);

    if (why == RESONATE_JWT_MALFORMED) {
        explain_line("shape", -1, "an opaque token: not a JWT");
        return explain_opaque(e, NULL, token, len);
    }

    explain_line("shape", why != RESONATE_JWT_TOO_LARGE
                          && why != RESONATE_JWT_ENCRYPTED,
                 why == RESONATE_JWT_TOO_LARGE ? "more than %d bytes"
                 : why == RESONATE_JWT_ENCRYPTED ? "an encrypted JWT (JWE)"
                 : "a signed JWT (JWS)", RESONATE_JWT_MAX);

    explain_header(token, len);

    if (why != RESONATE_JWT_OK) {
        return explain_refused(resonate_jwt_strerror(why));
    }

    rc = explain_jwt(e, &jwt, token, len);

    resonate_jwt_free(&jwt);

    return rc;
}


static int
explain_jwt(const explain_t *e, const resonate_jwt_t *jwt, const char *token,
    size_t len)
{
    char                     buf[EXPLAIN_SHOWN + 4];
    size_t                   i;
    resonate_jwt_view_t      iss;
    const explain_issuer_t  *issuer;

    iss = resonate_claims_issuer(jwt->claims);

    for (i = 0; i < e->nissuers; i++) {
        issuer = &e->issuers[i];

        if (strlen(issuer->name) != iss.len
            || memcmp(issuer->name, iss.data, iss.len) != 0)
        {
            continue;
        }

        explain_line("issuer", 1, "%s, %s", issuer->name, issuer->where);

        if (issuer->jwks || issuer->secret || issuer->url) {
            return explain_judge(e, issuer, jwt);
        }

        return explain_opaque(e, issuer, token, len);
    }

    explain_line("issuer", 0, "%s, which is none of the configuration",
                 iss.len ? explain_text(buf, iss.data, iss.len) : "none");

    return explain_refused(resonate_jwt_strerror(RESONATE_JWT_ISSUER));
}


static int
explain_judge(const explain_t *e, const explain_issuer_t *issuer,
    const resonate_jwt_t *jwt)
{
    int                known;
    resonate_claims_t  claims;
    resonate_jwt_rc_e  why, rc;

    why = explain_signature(issuer, jwt, &known);
    rc = explain_claims(e, issuer, jwt, &claims);

    if (why != RESONATE_JWT_OK) {
        return explain_refused(resonate_jwt_strerror(why));
    }

    if (rc != RESONATE_JWT_OK) {

        if (!known) {
            printf("its keys are not read; even if its signature is good:\n");
        }

        return explain_refused(resonate_jwt_strerror(rc));
    }

    explain_identity(&claims);

    if (!explain_bound(e, &claims)) {
        return explain_refused(resonate_jwt_strerror(RESONATE_JWT_BOUND));
    }

    if (e->revocation) {
        explain_line("revocation", -1, "not looked at: the database knows");
    }

    if (!known) {
        printf("cannot say: its keys are those of %s, see --jwks\n",
               issuer->url);
        return EXPLAIN_UNKNOWN;
    }

    printf("accepted%s%s\n", claims.jkt.len ? ", with a proof of its key" : "",
           claims.x5t.len ? ", with its certificate" : "");

    return EXPLAIN_ACCEPTED;
}


static int
explain_opaque(const explain_t *e, const explain_issuer_t *issuer,
    const char *token, size_t len)
{
    size_t                  i;
    const explain_asked_t  *asked;

    for (i = 0; i < e->nasked && explain_b64token(token, len); i++) {
        asked = &e->asked[i];

        if ((issuer == NULL || issuer == asked->issuer)
            && (!asked->uuid || explain_uuid(token, len)))
        {
            explain_line("asked", -1, "%s, of issuer %s", asked->what,
                         asked->issuer->name);
            printf("cannot say: only who is asked knows\n");
            return EXPLAIN_UNKNOWN;
        }
    }

    explain_line("asked", 0, "nobody about this one");

    return explain_refused(resonate_jwt_strerror(
                           issuer ? RESONATE_JWT_ISSUER
                                  : RESONATE_JWT_MALFORMED));
}


static int
explain_uuid(const char *token, size_t len)
{
    size_t                    i;
    static const size_t       digits[] = { 8, 4, 4, 4, 12 };
    static const char *const  hex = "0123456789abcdefABCDEF";

    for (i = 0; len == 36 && i < 5; i++) {
        if (strspn(token, hex) != digits[i]
            || token[digits[i]] != (i < 4 ? '-' : '\0'))
        {
            return 0;
        }

        token += digits[i] + 1;
    }

    return i == 5;
}


/* RFC 6750, section 2.1 */

static int
explain_b64token(const char *token, size_t len)
{
    size_t  n;

    n = strspn(token, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                      "abcdefghijklmnopqrstuvwxyz-._~+/");

    return n && n + strspn(token + n, "=") == len;
}
