
/*
 * Copyright (C) Resonate
 *
 * The token endpoint: what it is asked (RFC 6749, sections 4.1.3 and 6), and
 * what its answer makes of a session.
 */


#include "ngx_resonate_login_internal.h"


#define NGX_RESONATE_LOGIN_LIFE    300    /* s, of a token without a word */
#define NGX_RESONATE_LOGIN_MARGIN  30     /* s before its end, at most */


static void ngx_resonate_login_grant_write(resonate_query_writer_t *w,
    ngx_resonate_login_t *login, ngx_keyval_t *params, ngx_uint_t nparams);
static resonate_jwt_rc_e ngx_resonate_login_grant_verify(
    ngx_resonate_login_t *login, ngx_resonate_login_grant_t *grant,
    resonate_oidc_person_t *person);
static resonate_jwt_rc_e ngx_resonate_login_grant_signature(
    ngx_resonate_login_t *login, resonate_jwt_t *jwt);
static void ngx_resonate_login_grant_session(
    ngx_resonate_login_grant_t *grant, resonate_oidc_person_t *person,
    resonate_session_t *session);
static void ngx_resonate_login_grant_text(resonate_session_t *session,
    ngx_uint_t i, resonate_jwt_view_t *text);


ngx_int_t
ngx_resonate_login_grant_body(ngx_pool_t *pool, ngx_resonate_login_t *login,
    ngx_keyval_t *params, ngx_uint_t nparams, ngx_str_t *body)
{
    resonate_query_writer_t  w;

    w.pos = NULL;
    w.len = 0;

    ngx_resonate_login_grant_write(&w, login, params, nparams);

    body->data = ngx_pnalloc(pool, w.len);
    if (body->data == NULL) {
        return NGX_ERROR;
    }

    w.pos = (char *) body->data;

    ngx_resonate_login_grant_write(&w, login, params, nparams);

    /* without the first "&" */

    body->len = w.pos - (char *) body->data - 1;
    body->data++;

    return NGX_OK;
}


static void
ngx_resonate_login_grant_write(resonate_query_writer_t *w,
    ngx_resonate_login_t *login, ngx_keyval_t *params, ngx_uint_t nparams)
{
    ngx_str_t   *resource;
    ngx_uint_t   i;

    for (i = 0; i < nparams; i++) {
        resonate_query_add(w, (char *) params[i].key.data,
                           (char *) params[i].value.data,
                           params[i].value.len);
    }

    if (login->basic.len == 0) {
        resonate_query_add(w, "client_id", (char *) login->client.data,
                           login->client.len);
    }

    resource = login->resources.elts;

    for (i = 0; i < login->resources.nelts; i++) {
        resonate_query_add(w, "resource", (char *) resource[i].data,
                           resource[i].len);
    }
}


ngx_int_t
ngx_resonate_login_grant_start(ngx_resonate_login_t *login,
    ngx_resonate_fetch_t *f)
{
    f->uri = login->token_uri;
    f->args = login->token_args;
    f->max = RESONATE_OIDC_ANSWER_MAX;
    f->timeout = login->timeout;

    ngx_str_set(&f->headers[0].key, "Content-Type");
    ngx_str_set(&f->headers[0].value, "application/x-www-form-urlencoded");
    ngx_str_set(&f->headers[1].key, "Accept");
    ngx_str_set(&f->headers[1].value, "application/json");
    f->nheaders = 2;

    if (login->basic.len) {
        ngx_str_set(&f->headers[2].key, "Authorization");
        f->headers[2].value = login->basic;
        f->nheaders = 3;
    }

    return ngx_resonate_fetch_start(f);
}


/*
 * RFC 6749, section 5.2: a refusal is 400, or 401 when it is of the client:
 * that is ours to mend, and no reason to end a session.
 */

ngx_int_t
ngx_resonate_login_grant_hear(ngx_resonate_login_t *login,
    ngx_resonate_fetch_t *f, ngx_resonate_login_grant_t *grant, ngx_log_t *log)
{
    resonate_jwt_rc_e        why;
    resonate_oidc_answer_t  *answer;

    if (f->status == 0) {
        return NGX_ERROR;
    }

    answer = &grant->answer;

    why = resonate_oidc_answer(answer, (char *) f->answer.data, f->answer.len);

    if (f->status == NGX_HTTP_BAD_REQUEST
        && answer->error.len == sizeof("invalid_grant") - 1
        && ngx_strncmp(answer->error.data, "invalid_grant", answer->error.len)
           == 0)
    {
        return NGX_DECLINED;
    }

    if (f->status != NGX_HTTP_OK || why != RESONATE_JWT_OK) {
        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "log-in \"%V\": the token endpoint answered %ui \"%*s\"",
                      &login->name, f->status, answer->error.len,
                      answer->error.len ? answer->error.data : "");
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* only the first answer has to have an ID token */

ngx_int_t
ngx_resonate_login_grant_judge(ngx_resonate_login_t *login,
    ngx_resonate_login_grant_t *grant, resonate_session_t *session,
    ngx_log_t *log)
{
    resonate_jwt_rc_e        why;
    resonate_oidc_person_t   person;

    ngx_memzero(&person, sizeof(resonate_oidc_person_t));

    if (grant->answer.id_token.len || grant->subject.len == 0) {

        why = ngx_resonate_login_grant_verify(login, grant, &person);

        if (why == RESONATE_JWT_KEY && !grant->waited) {
            grant->waited = 1;

            if (ngx_resonate_auth_keys_wait(login->keys, &grant->keys)
                == NGX_AGAIN)
            {
                return NGX_AGAIN;
            }
        }

        if (why != RESONATE_JWT_OK) {
            ngx_log_error(NGX_LOG_ERR, log, 0,
                          "log-in \"%V\": ID token refused: %s",
                          &login->name, resonate_jwt_strerror(why));
            return NGX_ERROR;
        }
    }

    ngx_resonate_login_grant_session(grant, &person, session);

    return NGX_OK;
}


static resonate_jwt_rc_e
ngx_resonate_login_grant_verify(ngx_resonate_login_t *login,
    ngx_resonate_login_grant_t *grant, resonate_oidc_person_t *person)
{
    resonate_jwt_rc_e        why;
    resonate_oidc_answer_t  *answer;
    resonate_oidc_policy_t   policy;

    answer = &grant->answer;

    policy.issuer.data = (char *) login->issuer.data;
    policy.issuer.len = login->issuer.len;
    policy.client.data = (char *) login->client.data;
    policy.client.len = login->client.len;
    policy.nonce.data = (char *) grant->nonce.data;
    policy.nonce.len = grant->nonce.len;
    policy.subject.data = (char *) grant->subject.data;
    policy.subject.len = grant->subject.len;
    policy.access = answer->access;
    policy.leeway = login->keys->policy.leeway;

    resonate_jwt_free(&grant->jwt);

    why = resonate_jwt_parse(&grant->jwt, answer->id_token.data,
                             answer->id_token.len);

    if (why == RESONATE_JWT_OK) {
        why = ngx_resonate_login_grant_signature(login, &grant->jwt);
    }

    return (why == RESONATE_JWT_OK)
           ? resonate_oidc_check(&grant->jwt, &policy, ngx_time(), person)
           : why;
}


static resonate_jwt_rc_e
ngx_resonate_login_grant_signature(ngx_resonate_login_t *login,
    resonate_jwt_t *jwt)
{
    const resonate_jwk_t   *key;
    const resonate_jwks_t  *jwks;

    if (!(login->keys->algs & jwt->alg)) {
        return RESONATE_JWT_ALGORITHM;
    }

    jwks = ngx_resonate_auth_keys(login->keys);
    key = jwks ? resonate_jwks_find(jwks, jwt) : NULL;

    return key ? resonate_jws_verify(key, jwt->alg, &jwt->input,
                                     jwt->signature, jwt->signature_len)
               : RESONATE_JWT_KEY;
}


/*
 * What an answer says anew; a renewed session keeps the rest.  The margin
 * leaves a short life three quarters of itself.
 */

static void
ngx_resonate_login_grant_session(ngx_resonate_login_grant_t *grant,
    resonate_oidc_person_t *person, resonate_session_t *session)
{
    time_t                   life, margin;
    resonate_oidc_answer_t  *answer;

    answer = &grant->answer;

    life = answer->life ? answer->life : NGX_RESONATE_LOGIN_LIFE;
    margin = ngx_min(life / 4, NGX_RESONATE_LOGIN_MARGIN);

    session->times[RESONATE_SESSION_RENEW] = ngx_time() + life - margin;
    session->times[RESONATE_SESSION_ENDS] = answer->life ? ngx_time() + life
                                                         : 0;

    session->texts[RESONATE_SESSION_ACCESS] = answer->access;

    /* RFC 6749, section 6: without a new one the old one stays */

    if (answer->refresh.len) {
        session->texts[RESONATE_SESSION_REFRESH] = answer->refresh;
    }

    if (answer->id_token.len == 0) {
        return;
    }

    session->texts[RESONATE_SESSION_ID_TOKEN] = answer->id_token;
    session->texts[RESONATE_SESSION_SUBJECT] = person->subject;

    ngx_resonate_login_grant_text(session, RESONATE_SESSION_SID,
                                  &person->sid);
    ngx_resonate_login_grant_text(session, RESONATE_SESSION_NAME,
                                  &person->name);
    ngx_resonate_login_grant_text(session, RESONATE_SESSION_USERNAME,
                                  &person->username);
    ngx_resonate_login_grant_text(session, RESONATE_SESSION_EMAIL,
                                  &person->email);
}


/* a renewed ID token may say less than the first one */

static void
ngx_resonate_login_grant_text(resonate_session_t *session, ngx_uint_t i,
    resonate_jwt_view_t *text)
{
    if (text->len) {
        session->texts[i] = *text;
    }
}


void
ngx_resonate_login_grant_free(ngx_resonate_login_grant_t *grant)
{
    ngx_resonate_auth_keys_cancel(&grant->keys);
    resonate_jwt_free(&grant->jwt);
    resonate_oidc_answer_free(&grant->answer);
}
