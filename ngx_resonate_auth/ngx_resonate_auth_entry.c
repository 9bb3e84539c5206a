
/*
 * Copyright (C) Resonate
 *
 * What is known of a good token, as bytes: in shared memory, and with views of
 * them in a worker's.
 *
 * A head is before the bytes.  Its lengths are of what follows, in this order;
 * each text has a NUL behind it, which core's door promises and libpq needs.
 */


#include "ngx_resonate_auth_internal.h"
#include "ngx_resonate_auth_keys.h"


static void ngx_resonate_auth_entry_texts(ngx_resonate_auth_issuer_t *issuer,
    resonate_claims_t *claims, resonate_jwt_view_t *texts);
static ngx_resonate_auth_entry_t *ngx_resonate_auth_entry_new(size_t len,
    ngx_log_t *log);
static u_char *ngx_resonate_auth_entry_data(ngx_resonate_auth_entry_t *entry);
static ngx_int_t ngx_resonate_auth_entry_read(ngx_resonate_auth_entry_t *entry,
    size_t len);


ngx_resonate_auth_entry_t *
ngx_resonate_auth_entry_make(ngx_resonate_auth_issuer_t *issuer, json_t *json,
    resonate_claims_t *claims, ngx_log_t *log)
{
    long                        len;
    char                        packed[RESONATE_CLAIMS_PACKED_MAX];
    u_char                     *p;
    size_t                      size;
    ngx_uint_t                  i;
    resonate_jwt_view_t         texts[NGX_RESONATE_AUTH_TEXTS];
    ngx_resonate_auth_head_t    head;
    ngx_resonate_auth_entry_t  *entry;

    len = resonate_claims_pack(json, packed, sizeof(packed));
    if (len < 0) {
        return NULL;
    }

    ngx_resonate_auth_entry_texts(issuer, claims, texts);

    ngx_memzero(&head, sizeof(ngx_resonate_auth_head_t));

    head.expires = claims->expires;
    head.issued = claims->issued;
    head.authenticated = claims->auth_time;
    head.generation = ngx_resonate_auth_keys_generation(issuer);
    head.issuer = issuer->number;
    head.claims = len;

    size = sizeof(head) + len;

    for (i = 0; i < NGX_RESONATE_AUTH_TEXTS; i++) {
        head.texts[i] = texts[i].len;
        size += texts[i].len + 1;
    }

    entry = ngx_resonate_auth_entry_new(size, log);
    if (entry == NULL) {
        return NULL;
    }

    p = ngx_cpymem(ngx_resonate_auth_entry_data(entry), &head, sizeof(head));

    for (i = 0; i < NGX_RESONATE_AUTH_TEXTS; i++) {
        p = ngx_cpymem(p, texts[i].data, texts[i].len);
        *p++ = '\0';
    }

    ngx_memcpy(p, packed, len);

    (void) ngx_resonate_auth_entry_read(entry, size);

    entry->current = issuer->generation;

    return entry;
}


static void
ngx_resonate_auth_entry_texts(ngx_resonate_auth_issuer_t *issuer,
    resonate_claims_t *claims, resonate_jwt_view_t *texts)
{
    ngx_uint_t  i;

    static const struct {
        ngx_uint_t             text;
        size_t                 offset;
    } views[] = {
        { NGX_RESONATE_AUTH_SUBJECT, offsetof(resonate_claims_t, subject) },
        { NGX_RESONATE_AUTH_CLIENT, offsetof(resonate_claims_t, client) },
        { NGX_RESONATE_AUTH_SCOPE, offsetof(resonate_claims_t, scope) },
        { NGX_RESONATE_AUTH_ROLES, offsetof(resonate_claims_t, roles) },
        { NGX_RESONATE_AUTH_NAME, offsetof(resonate_claims_t, name) },
        { NGX_RESONATE_AUTH_JTI, offsetof(resonate_claims_t, jti) },
        { NGX_RESONATE_AUTH_SID, offsetof(resonate_claims_t, sid) },
        { NGX_RESONATE_AUTH_ACR, offsetof(resonate_claims_t, acr) },
        { NGX_RESONATE_AUTH_JKT, offsetof(resonate_claims_t, jkt) },
        { NGX_RESONATE_AUTH_X5T, offsetof(resonate_claims_t, x5t) }
    };

    const resonate_jwt_view_t  *view;

    texts[NGX_RESONATE_AUTH_ISSUER].data = (char *) issuer->name.data;
    texts[NGX_RESONATE_AUTH_ISSUER].len = issuer->name.len;

    for (i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
        view = (resonate_jwt_view_t *) ((u_char *) claims + views[i].offset);
        texts[views[i].text] = *view;
    }
}


ngx_resonate_auth_entry_t *
ngx_resonate_auth_entry_open(ngx_resonate_auth_main_conf_t *amcf,
    ngx_str_t *value, ngx_log_t *log)
{
    ngx_resonate_auth_head_t      head;
    ngx_resonate_auth_entry_t    *entry;
    ngx_resonate_auth_issuer_t  **issuer;

    entry = ngx_resonate_auth_entry_new(value->len, log);
    if (entry == NULL) {
        return NULL;
    }

    ngx_memcpy(ngx_resonate_auth_entry_data(entry), value->data, value->len);

    if (ngx_resonate_auth_entry_read(entry, value->len) != NGX_OK) {
        ngx_log_error(NGX_LOG_ALERT, log, 0, "bad entry in token cache");
        ngx_free(entry);
        return NULL;
    }

    ngx_memcpy(&head, value->data, sizeof(head));

    issuer = amcf->issuers.elts;
    entry->current = issuer[head.issuer]->generation;

    return entry;
}


/* the bytes are behind the entry */

static ngx_resonate_auth_entry_t *
ngx_resonate_auth_entry_new(size_t len, ngx_log_t *log)
{
    ngx_resonate_auth_entry_t  *entry;

    entry = ngx_alloc(sizeof(ngx_resonate_auth_entry_t) + len, log);

    if (entry) {
        ngx_memzero(entry, sizeof(ngx_resonate_auth_entry_t));
        entry->refs = 1;
    }

    return entry;
}


static u_char *
ngx_resonate_auth_entry_data(ngx_resonate_auth_entry_t *entry)
{
    return (u_char *) entry + sizeof(ngx_resonate_auth_entry_t);
}


void
ngx_resonate_auth_entry_bytes(ngx_resonate_auth_entry_t *entry,
    ngx_str_t *bytes)
{
    bytes->data = ngx_resonate_auth_entry_data(entry);
    bytes->len = entry->claims.data + entry->claims.len - bytes->data;
}


static ngx_int_t
ngx_resonate_auth_entry_read(ngx_resonate_auth_entry_t *entry, size_t len)
{
    u_char                    *p;
    size_t                     size;
    ngx_uint_t                 i;
    ngx_resonate_auth_head_t   head;

    if (len < sizeof(head)) {
        return NGX_ERROR;
    }

    p = ngx_resonate_auth_entry_data(entry);

    ngx_memcpy(&head, p, sizeof(head));
    p += sizeof(head);

    size = sizeof(head) + head.claims + NGX_RESONATE_AUTH_TEXTS;

    for (i = 0; i < NGX_RESONATE_AUTH_TEXTS; i++) {
        size += head.texts[i];
    }

    if (size != len) {
        return NGX_ERROR;
    }

    for (i = 0; i < NGX_RESONATE_AUTH_TEXTS; i++) {
        entry->texts[i].data = p;
        entry->texts[i].len = head.texts[i];
        p += head.texts[i] + 1;
    }

    entry->claims.data = p;
    entry->claims.len = head.claims;

    entry->issued = head.issued;
    entry->authenticated = head.authenticated;
    entry->generation = head.generation;

    entry->id.issuer = entry->texts[NGX_RESONATE_AUTH_ISSUER];
    entry->id.subject = entry->texts[NGX_RESONATE_AUTH_SUBJECT];
    entry->id.client = entry->texts[NGX_RESONATE_AUTH_CLIENT];
    entry->id.scope = entry->texts[NGX_RESONATE_AUTH_SCOPE];
    entry->id.roles = entry->texts[NGX_RESONATE_AUTH_ROLES];
    entry->id.name = entry->texts[NGX_RESONATE_AUTH_NAME];
    entry->id.expires = head.expires;

    return NGX_OK;
}


void
ngx_resonate_auth_entry_release(ngx_resonate_auth_entry_t *entry)
{
    if (entry && --entry->refs == 0) {
        ngx_free(entry->token.data);
        ngx_free(entry);
    }
}
