
/*
 * Copyright (C) Resonate
 *
 * Who calls, signed by the edge.  A signature costs more than all the rest of
 * a request: a worker keeps the token that it made last for a caller, and
 * makes a new one when half of its life is over.
 */


#include "ngx_resonate_auth_pass.h"


#define NGX_RESONATE_AUTH_PASS_SLOTS  1024   /* a power of two */
#define NGX_RESONATE_AUTH_PASS_LEAST  5      /* seconds */


typedef struct {
    ngx_str_t    who;        /* all that the token says, in one piece */
    ngx_str_t    token;
    time_t       expires;
    time_t       renew;
} ngx_resonate_auth_pass_slot_t;


struct ngx_resonate_auth_pass_worker_s {
    ngx_resonate_auth_pass_slot_t  slots[NGX_RESONATE_AUTH_PASS_SLOTS];
};


static ngx_int_t ngx_resonate_auth_pass_who(ngx_http_request_t *r,
    ngx_resonate_identity_t *id, ngx_str_t *audience, ngx_str_t *who);
static ngx_int_t ngx_resonate_auth_pass_make(ngx_http_request_t *r,
    ngx_resonate_identity_t *id, ngx_str_t *audience,
    ngx_resonate_auth_pass_slot_t *made);
static json_t *ngx_resonate_auth_pass_claims(
    ngx_resonate_auth_pass_main_conf_t *pmcf, ngx_resonate_identity_t *id,
    ngx_str_t *audience);
static json_t *ngx_resonate_auth_pass_text(ngx_str_t *text);
static json_t *ngx_resonate_auth_pass_words(ngx_str_t *text);
static void ngx_resonate_auth_pass_keep(ngx_resonate_auth_pass_slot_t *slot,
    ngx_resonate_auth_pass_slot_t *made, ngx_log_t *log);
static void ngx_resonate_auth_pass_cleanup(void *data);


ngx_int_t
ngx_resonate_auth_pass_token(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t                            who;
    ngx_uint_t                           n;
    ngx_resonate_identity_t             *id;
    ngx_resonate_auth_pass_slot_t       *slot, made;
    ngx_resonate_auth_pass_loc_conf_t   *plcf;
    ngx_resonate_auth_pass_main_conf_t  *pmcf;

    if (ngx_resonate_auth_identity(r, &id) != NGX_OK) {
        return NGX_ERROR;
    }

    pmcf = ngx_http_get_module_main_conf(r, ngx_resonate_auth_pass_module);

    if (id == NULL || pmcf->worker == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    plcf = ngx_http_get_module_loc_conf(r, ngx_resonate_auth_pass_module);

    if (ngx_resonate_auth_pass_who(r, id, &plcf->audience, &who) != NGX_OK) {
        return NGX_ERROR;
    }

    n = ngx_murmur_hash2(who.data, who.len)
        & (NGX_RESONATE_AUTH_PASS_SLOTS - 1);
    slot = &pmcf->worker->slots[n];

    /* what was made for a token of longer life is not for this one */

    if (slot->who.len != who.len
        || ngx_memcmp(slot->who.data, who.data, who.len) != 0
        || slot->renew <= ngx_time()
        || slot->expires > id->expires + NGX_RESONATE_AUTH_PASS_LEAST)
    {
        made.who = who;

        if (ngx_resonate_auth_pass_make(r, id, &plcf->audience, &made)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        ngx_resonate_auth_pass_keep(slot, &made, r->connection->log);
        who = made.token;

    } else {
        who.len = slot->token.len;
        who.data = ngx_pstrdup(r->pool, &slot->token);

        if (who.data == NULL) {
            return NGX_ERROR;
        }
    }

    v->data = who.data;
    v->len = who.len;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


/* no text has a NUL in it */

static ngx_int_t
ngx_resonate_auth_pass_who(ngx_http_request_t *r, ngx_resonate_identity_t *id,
    ngx_str_t *audience, ngx_str_t *who)
{
    u_char      *p;
    ngx_uint_t   i;

    const ngx_str_t  *texts[] = { &id->issuer, &id->subject, &id->client,
                                  &id->scope, &id->roles, &id->name,
                                  audience };

    who->len = 0;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        who->len += texts[i]->len + 1;
    }

    who->data = ngx_pnalloc(r->pool, who->len);
    if (who->data == NULL) {
        return NGX_ERROR;
    }

    p = who->data;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        p = ngx_cpymem(p, texts[i]->data, texts[i]->len);
        *p++ = '\0';
    }

    return NGX_OK;
}


/*
 * A token never outlives the one that it stands for, but by the seconds in
 * which that one is good by its leeway.
 */

static ngx_int_t
ngx_resonate_auth_pass_make(ngx_http_request_t *r, ngx_resonate_identity_t *id,
    ngx_str_t *audience, ngx_resonate_auth_pass_slot_t *made)
{
    char                                *token;
    size_t                               len;
    time_t                               now;
    json_t                              *claims;
    resonate_sign_key_t                **key;
    ngx_resonate_auth_pass_main_conf_t  *pmcf;

    pmcf = ngx_http_get_module_main_conf(r, ngx_resonate_auth_pass_module);

    now = ngx_time();
    made->expires = ngx_max(ngx_min(now + pmcf->lifetime, id->expires),
                            now + NGX_RESONATE_AUTH_PASS_LEAST);
    made->renew = now + (made->expires - now) / 2;

    claims = ngx_resonate_auth_pass_claims(pmcf, id, audience);
    token = NULL;
    len = 0;

    if (claims
        && json_object_set_new(claims, "iat", json_integer(now)) == 0
        && json_object_set_new(claims, "exp", json_integer(made->expires))
           == 0)
    {
        key = pmcf->keys.elts;
        token = resonate_sign(key[0], claims, &len);
    }

    json_decref(claims);

    if (token == NULL) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "could not sign an identity token");
        return NGX_ERROR;
    }

    made->token.len = len;
    made->token.data = ngx_pnalloc(r->pool, len);

    if (made->token.data) {
        ngx_memcpy(made->token.data, token, len);
    }

    free(token);

    return made->token.data ? NGX_OK : NGX_ERROR;
}


/* what is empty is left out; whose subject it is: RFC 9493, section 3.2.4 */

static json_t *
ngx_resonate_auth_pass_claims(ngx_resonate_auth_pass_main_conf_t *pmcf,
    ngx_resonate_identity_t *id, ngx_str_t *audience)
{
    json_t  *claims;

    claims = json_pack("{s:o, s:o, s:{s:s, s:o, s:o}}",
                       "iss", ngx_resonate_auth_pass_text(&pmcf->issuer),
                       "sub", ngx_resonate_auth_pass_text(&id->subject),
                       "sub_id", "format", "iss_sub",
                       "iss", ngx_resonate_auth_pass_text(&id->issuer),
                       "sub", ngx_resonate_auth_pass_text(&id->subject));

    if (claims == NULL) {
        return NULL;
    }

    if ((audience->len
         && json_object_set_new(claims, "aud",
                                ngx_resonate_auth_pass_text(audience)))
        || (id->client.len
            && json_object_set_new(claims, "client_id",
                                   ngx_resonate_auth_pass_text(&id->client)))
        || (id->scope.len
            && json_object_set_new(claims, "scope",
                                   ngx_resonate_auth_pass_text(&id->scope)))
        || (id->roles.len
            && json_object_set_new(claims, "roles",
                                   ngx_resonate_auth_pass_words(&id->roles)))
        || (id->name.len
            && json_object_set_new(claims, "name",
                                   ngx_resonate_auth_pass_text(&id->name))))
    {
        json_decref(claims);
        return NULL;
    }

    return claims;
}


static json_t *
ngx_resonate_auth_pass_text(ngx_str_t *text)
{
    return json_stringn((char *) text->data, text->len);
}


static json_t *
ngx_resonate_auth_pass_words(ngx_str_t *text)
{
    u_char  *p, *last, *word;
    json_t  *words;

    words = json_array();

    p = text->data;
    last = p + text->len;

    while (words && p < last) {
        word = p;

        while (p < last && *p != ' ') {
            p++;
        }

        if (p > word
            && json_array_append_new(words, json_stringn((char *) word,
                                                         p - word))
               != 0)
        {
            json_decref(words);
            return NULL;
        }

        p++;
    }

    return words;
}


/* without memory the next request signs again */

static void
ngx_resonate_auth_pass_keep(ngx_resonate_auth_pass_slot_t *slot,
    ngx_resonate_auth_pass_slot_t *made, ngx_log_t *log)
{
    u_char  *p;

    p = ngx_alloc(made->who.len + made->token.len, log);
    if (p == NULL) {
        return;
    }

    if (slot->who.data) {
        ngx_free(slot->who.data);
    }

    *slot = *made;

    slot->who.data = p;
    p = ngx_cpymem(p, made->who.data, made->who.len);

    slot->token.data = p;
    ngx_memcpy(p, made->token.data, made->token.len);
}


ngx_resonate_auth_pass_worker_t *
ngx_resonate_auth_pass_worker(ngx_cycle_t *cycle)
{
    ngx_pool_cleanup_t               *cln;
    ngx_resonate_auth_pass_worker_t  *worker;

    cln = ngx_pool_cleanup_add(cycle->pool,
                               sizeof(ngx_resonate_auth_pass_worker_t));
    if (cln == NULL) {
        return NULL;
    }

    worker = cln->data;
    ngx_memzero(worker, sizeof(ngx_resonate_auth_pass_worker_t));

    cln->handler = ngx_resonate_auth_pass_cleanup;

    return worker;
}


static void
ngx_resonate_auth_pass_cleanup(void *data)
{
    ngx_resonate_auth_pass_worker_t *worker = data;

    ngx_uint_t  i;

    for (i = 0; i < NGX_RESONATE_AUTH_PASS_SLOTS; i++) {
        if (worker->slots[i].who.data) {
            ngx_free(worker->slots[i].who.data);
        }
    }
}
