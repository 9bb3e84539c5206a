
/*
 * Copyright (C) Resonate
 *
 * Whether something was revoked: the token of a request, a browser's session,
 * or the token for which somebody was given a ticket.
 *
 * A token that was checked is checked again when something was revoked since,
 * and only then.  One that was revoked stays so: what it was revoked by is
 * forgotten when it has expired, and so has the token.
 */


#include "ngx_resonate_auth_revoke.h"


static ngx_int_t ngx_resonate_auth_revoke_ready(
    ngx_resonate_auth_revoke_conf_t *rcf);
static ngx_uint_t ngx_resonate_auth_revoke_hit(
    ngx_resonate_auth_revoke_conf_t *rcf, resonate_proof_t *proof);
static ngx_int_t ngx_resonate_auth_revoke_names(ngx_resonate_auth_ctx_t *ctx,
    resonate_proof_t *proof);
static ngx_int_t ngx_resonate_auth_revoke_session_names(
    ngx_resonate_auth_session_t *session, resonate_proof_t *proof);
static ngx_resonate_auth_issuer_t *ngx_resonate_auth_revoke_issuer(
    ngx_http_request_t *r, resonate_proof_t *proof);


ngx_int_t
ngx_resonate_auth_revoked(ngx_http_request_t *r, ngx_resonate_auth_ctx_t *ctx)
{
    ngx_int_t                         rc;
    resonate_proof_t                  proof;
    ngx_atomic_uint_t                 sequence;
    ngx_resonate_auth_entry_t        *entry;
    ngx_resonate_auth_revoke_conf_t  *rcf;

    rcf = ngx_http_get_module_main_conf(r, ngx_resonate_auth_revoke_module);

    rc = ngx_resonate_auth_revoke_ready(rcf);
    if (rc != NGX_OK) {
        return (rc == NGX_DECLINED) ? NGX_OK : NGX_ERROR;
    }

    entry = ctx->entry;

    /* first: what is added while it is looked for makes it look again */

    sequence = rcf->sh->sequence;

    if (entry->judged != sequence) {

        if (ngx_resonate_auth_revoke_names(ctx, &proof) != NGX_OK) {
            return NGX_ERROR;
        }

        entry->revoked |= ngx_resonate_auth_revoke_hit(rcf, &proof);
        entry->judged = sequence;
    }

    if (entry->revoked) {
        ctx->why = RESONATE_JWT_REVOKED;
        ngx_resonate_count(rcf->refused);
        return NGX_DECLINED;
    }

    return NGX_OK;
}


/*
 * A session outlives its tokens, and those that it gets do not say when it
 * began, nor do they have to name it.
 */

ngx_int_t
ngx_resonate_auth_revoked_session(ngx_http_request_t *r,
    ngx_resonate_auth_session_t *session)
{
    resonate_proof_t                  proof;
    ngx_resonate_auth_revoke_conf_t  *rcf;

    rcf = ngx_http_get_module_main_conf(r, ngx_resonate_auth_revoke_module);

    if (rcf->zone == NULL || rcf->sh->count == 0) {
        return NGX_OK;
    }

    proof.n = 0;
    proof.issued = session->began;

    if (ngx_resonate_auth_revoke_session_names(session, &proof) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_resonate_auth_revoke_hit(rcf, &proof) ? NGX_DECLINED : NGX_OK;
}


/* what is given on a session's token ends with the session, too */

ngx_int_t
ngx_resonate_auth_proof(ngx_http_request_t *r, ngx_str_t *text)
{
    ngx_int_t                     rc;
    ngx_str_t                    *issuer;
    resonate_proof_t              proof;
    resonate_jwt_view_t           name;
    ngx_resonate_auth_ctx_t      *ctx;
    ngx_resonate_auth_session_t   session;

    rc = ngx_resonate_auth_request(r, &ctx);

    if (rc == NGX_DECLINED || (rc == NGX_OK && ctx->entry == NULL)) {
        return NGX_OK;
    }

    if (rc != NGX_OK
        || ngx_resonate_auth_revoke_names(ctx, &proof) != NGX_OK)
    {
        return NGX_ERROR;
    }

    issuer = &ctx->entry->texts[NGX_RESONATE_AUTH_ISSUER];
    name.data = (char *) issuer->data;
    name.len = issuer->len;

    if (!resonate_proof_issuer(name, proof.issuer)) {
        return NGX_ERROR;
    }

    if (ctx->source == NGX_RESONATE_AUTH_SESSION) {
        ngx_resonate_login_session(r, &session);

        proof.issued = ngx_min(proof.issued, (int64_t) session.began);

        if (ngx_resonate_auth_revoke_session_names(&session, &proof)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    text->data = ngx_pnalloc(r->pool, RESONATE_PROOF_MAX);
    if (text->data == NULL) {
        return NGX_ERROR;
    }

    text->len = resonate_proof_pack(&proof, text->data);

    return NGX_OK;
}


ngx_int_t
ngx_resonate_auth_stands(ngx_http_request_t *r, ngx_resonate_identity_t *id,
    ngx_str_t *text)
{
    ngx_int_t                         rc;
    resonate_proof_t                  proof;
    ngx_resonate_auth_issuer_t       *issuer;
    ngx_resonate_auth_revoke_conf_t  *rcf;

    if (resonate_proof_unpack(&proof, text->data, text->len) != 0) {
        return NGX_DECLINED;
    }

    issuer = ngx_resonate_auth_revoke_issuer(r, &proof);
    if (issuer == NULL) {
        return NGX_DECLINED;
    }

    id->issuer = issuer->name;

    rcf = ngx_http_get_module_main_conf(r, ngx_resonate_auth_revoke_module);

    rc = ngx_resonate_auth_revoke_ready(rcf);
    if (rc != NGX_OK) {
        return (rc == NGX_DECLINED) ? NGX_OK : NGX_ERROR;
    }

    if (rcf->sh->count == 0) {
        return NGX_OK;
    }

    return ngx_resonate_auth_revoke_hit(rcf, &proof) ? NGX_DECLINED : NGX_OK;
}


/* NGX_DECLINED: nothing is ever revoked;  NGX_ERROR: it is not known yet */

static ngx_int_t
ngx_resonate_auth_revoke_ready(ngx_resonate_auth_revoke_conf_t *rcf)
{
    if (rcf->zone == NULL) {
        return NGX_DECLINED;
    }

    return (rcf->required && rcf->sh->loaded == 0) ? NGX_ERROR : NGX_OK;
}


/* what does not say when it was issued counts as old */

static ngx_uint_t
ngx_resonate_auth_revoke_hit(ngx_resonate_auth_revoke_conf_t *rcf,
    resonate_proof_t *proof)
{
    int64_t  before;

    ngx_shmtx_lock(&rcf->shpool->mutex);

    before = resonate_proof_before(proof, rcf->sh->set);

    ngx_shmtx_unlock(&rcf->shpool->mutex);

    return before > proof->issued;
}


static ngx_int_t
ngx_resonate_auth_revoke_names(ngx_resonate_auth_ctx_t *ctx,
    resonate_proof_t *proof)
{
    char                  hash[RESONATE_REVOKED_HASH];
    ngx_str_t            *text;
    ngx_uint_t            i;
    resonate_jwt_view_t   issuer, value;

    static const struct {
        resonate_revoked_kind_e   kind;
        ngx_resonate_auth_text_e  text;
    } texts[] = {
        { RESONATE_REVOKED_JTI, NGX_RESONATE_AUTH_JTI },
        { RESONATE_REVOKED_SUBJECT, NGX_RESONATE_AUTH_SUBJECT },
        { RESONATE_REVOKED_CLIENT, NGX_RESONATE_AUTH_CLIENT },
        { RESONATE_REVOKED_SESSION, NGX_RESONATE_AUTH_SID }
    };

    proof->n = 0;
    proof->issued = ctx->entry->issued;

    if (!resonate_revoked_hash((char *) ctx->token.data, ctx->token.len,
                               hash))
    {
        return NGX_ERROR;
    }

    /* a hash names a token whoever issued it */

    issuer.data = "";
    issuer.len = 0;
    value.data = hash;
    value.len = RESONATE_REVOKED_HASH;

    if (!resonate_proof_add(proof, RESONATE_REVOKED_TOKEN, issuer, value)) {
        return NGX_ERROR;
    }

    text = &ctx->entry->texts[NGX_RESONATE_AUTH_ISSUER];
    issuer.data = (char *) text->data;
    issuer.len = text->len;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        text = &ctx->entry->texts[texts[i].text];
        value.data = (char *) text->data;
        value.len = text->len;

        if (value.len
            && !resonate_proof_add(proof, texts[i].kind, issuer, value))
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_auth_revoke_session_names(ngx_resonate_auth_session_t *session,
    resonate_proof_t *proof)
{
    ngx_uint_t            i;
    resonate_jwt_view_t  *value;

    static const struct {
        resonate_revoked_kind_e   kind;
        size_t                    offset;
    } views[] = {
        { RESONATE_REVOKED_SUBJECT,
          offsetof(ngx_resonate_auth_session_t, subject) },
        { RESONATE_REVOKED_CLIENT,
          offsetof(ngx_resonate_auth_session_t, client) },
        { RESONATE_REVOKED_SESSION,
          offsetof(ngx_resonate_auth_session_t, sid) }
    };

    for (i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
        value = (resonate_jwt_view_t *) ((u_char *) session
                                         + views[i].offset);

        if (value->len
            && !resonate_proof_add(proof, views[i].kind, session->issuer,
                                   *value))
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/*
 * An issuer that is no more is not asked about its tokens, either.  What
 * stands for two names none of them.
 */

static ngx_resonate_auth_issuer_t *
ngx_resonate_auth_revoke_issuer(ngx_http_request_t *r,
    resonate_proof_t *proof)
{
    ngx_uint_t                       i;
    ngx_resonate_auth_issuer_t     **issuer, *found;
    ngx_resonate_auth_main_conf_t   *amcf;

    amcf = ngx_http_get_module_main_conf(r, ngx_resonate_auth_module);
    issuer = amcf->issuers.elts;
    found = NULL;

    for (i = 0; i < amcf->issuers.nelts; i++) {

        if (ngx_memcmp(issuer[i]->tag, proof->issuer, RESONATE_PROOF_ISSUER)
            != 0)
        {
            continue;
        }

        if (found) {
            return NULL;
        }

        found = issuer[i];
    }

    return found;
}
