
/*
 * Copyright (C) Resonate
 *
 * What a token claims (RFC 7519, section 4; RFC 9068), held against what an
 * issuer may claim, and packed for later questions.  Pure: libc and jansson.
 */


#ifndef _RESONATE_CLAIMS_H_INCLUDED_
#define _RESONATE_CLAIMS_H_INCLUDED_


#include "resonate_jwt.h"

#include <time.h>


#pragma GCC visibility push(hidden)


#define RESONATE_CLAIMS_NAME_MAX    64      /* of claims that are packed */
#define RESONATE_CLAIMS_VALUE_MAX   4096
#define RESONATE_CLAIMS_PACKED_MAX  8192
#define RESONATE_CLAIMS_SUB_MAX     255     /* RFC 9068 leaves it open;
                                               OpenID Connect says 255 */
#define RESONATE_CLAIMS_ID_MAX      255     /* "jti", "sid", "acr" */
#define RESONATE_CLAIMS_SCOPE_MAX   2048
#define RESONATE_CLAIMS_SHOWN_MAX   200     /* bytes of a person's name */
#define RESONATE_CLAIMS_KEY_LEN     43      /* SHA-256 in base64url */
#define RESONATE_CLAIMS_ROLES_MAX   64      /* bytes of all names, joined */


/* bits, the most powerful first */

typedef enum {
    RESONATE_ROLE_SUPERADMIN = 0x01,
    RESONATE_ROLE_ADMIN = 0x02,
    RESONATE_ROLE_TENANTADMIN = 0x04,
    RESONATE_ROLE_LABEL = 0x08,
    RESONATE_ROLE_ARTIST = 0x10,
    RESONATE_ROLE_USER = 0x20
} resonate_role_e;


typedef enum {
    RESONATE_PROFILE_LAX = 0,
    RESONATE_PROFILE_RFC9068
} resonate_profile_e;


/* all zero: asks for "sub" and "exp", and takes no audience */

typedef struct {
    const resonate_jwt_view_t  *audiences;  /* one of them must be named */
    size_t                      naudiences;
    time_t                      leeway;     /* of clocks, seconds */
    time_t                      max_age;    /* since "iat", seconds; 0: any */
    resonate_profile_e          profile;
    resonate_jwt_view_t         issuer;     /* empty: "iss" is not asked */
    resonate_jwt_view_t         typ;        /* empty: "JWT", "at+jwt", none */
    resonate_jwt_view_t         roles_path; /* empty: "roles" */
    resonate_jwt_view_t         scope_path; /* empty: "scope" */
    resonate_jwt_view_t         name_path;  /* empty: see below */
} resonate_claims_policy_t;


/*
 * Views of the claims' own strings or of the texts at the end, so that a copy
 * of the structure is of no use.  All but the subject may be empty, the
 * numbers but "expires" may be 0: not said.
 */

typedef struct {
    resonate_jwt_view_t         subject;
    resonate_jwt_view_t         client;
    resonate_jwt_view_t         scope;      /* words with spaces between */
    resonate_jwt_view_t         roles;      /* so too, of resonate_role_e */
    resonate_jwt_view_t         name;       /* of a person */
    resonate_jwt_view_t         jti;
    resonate_jwt_view_t         sid;
    resonate_jwt_view_t         acr;
    resonate_jwt_view_t         jkt;        /* "cnf": RFC 9449, section 6.1 */
    resonate_jwt_view_t         x5t;        /* "cnf": RFC 8705, section 3.1 */
    time_t                      expires;    /* "exp", or the end of max_age
                                               if that is before; 0: an
                                               answer that does not say */
    time_t                      issued;
    time_t                      auth_time;
    char                        roles_text[RESONATE_CLAIMS_ROLES_MAX];
    char                        scope_text[RESONATE_CLAIMS_SCOPE_MAX];
} resonate_claims_t;


/* "iss", or an empty view; it is read before the signature is checked */
resonate_jwt_view_t resonate_claims_issuer(json_t *claims);

/*
 * Whether a token whose signature is good may be taken for an access token.
 *
 * Strings that reach SQL, logs and headers of upstreams hold no control
 * characters, numbers are whole seconds up to the year 9999.  A token that
 * names an audience when the policy has none is refused (RFC 7519, 4.1.3), as
 * is one that shows to be an ID token, a logout token or a refresh token, and
 * one that is bound ("cnf") to what nobody here can check.
 *
 * Of the roles the six are taken, of other words and types nothing: a role
 * only ever adds.  The name is the first of the policy's, "name", "nickname",
 * "preferred_username" (OpenID Connect Core, section 5.1) and "username" (RFC
 * 7662) that is fit to be shown; none is no fault.
 */
resonate_jwt_rc_e resonate_claims_check(const resonate_jwt_t *jwt,
    const resonate_claims_policy_t *policy, time_t now,
    resonate_claims_t *result);

/*
 * The same for what an introspection answer or a function of the database
 * says about a token: no "typ" and no profile, and "iss", "aud" and "exp",
 * if they are there, must be right (RFC 7662, section 2.2).  A token without a
 * subject is its client's own, which is put into the claims (RFC 9068, section
 * 2.2).
 */
resonate_jwt_rc_e resonate_claims_check_answer(json_t *claims,
    const resonate_claims_policy_t *policy, time_t now,
    resonate_claims_t *result);

/* the role of that name, or 0 */
unsigned resonate_claims_role(const char *name, size_t len);

/*
 * Name and text of every claim: strings as they are, other values as JSON.
 * Left out are null, strings with control characters, and what is longer
 * than the limits above.  Returns the bytes used, or -1 when out of memory.
 */
long resonate_claims_pack(json_t *claims, char *buf, size_t size);

/*
 * 1 and the value, or 0.  A name in other letter case is found when no claim
 * has the name as it is: nginx's variables know lower case only.
 */
int resonate_claims_get(const char *packed, size_t len, const char *name,
    size_t namelen, resonate_jwt_view_t *value);

/* by the name as it is; whether the value is a string or JSON, too */
int resonate_claims_find(const char *packed, size_t len, const char *name,
    resonate_jwt_view_t *value, int *string);


#pragma GCC visibility pop


#endif /* _RESONATE_CLAIMS_H_INCLUDED_ */
