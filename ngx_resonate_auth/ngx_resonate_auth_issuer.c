
/*
 * Copyright (C) Resonate
 *
 * The "resonate_issuer" directive: an issuer, its keys and its rules, all of
 * it read and checked while configuration is.
 */


#include "ngx_resonate_auth_internal.h"


#define NGX_RESONATE_AUTH_LEEWAY      30     /* seconds */
#define NGX_RESONATE_AUTH_LEEWAY_MAX  300


static char *ngx_resonate_auth_issuer_name(ngx_conf_t *cf,
    ngx_resonate_auth_main_conf_t *amcf, ngx_str_t *name);
static char *ngx_resonate_auth_jwks(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);
static ngx_int_t ngx_resonate_auth_read(ngx_conf_t *cf, ngx_str_t *name,
    ngx_str_t *data);
static ngx_int_t ngx_resonate_auth_read_fd(ngx_conf_t *cf, ngx_fd_t fd,
    ngx_str_t *name, ngx_str_t *data);
static void ngx_resonate_auth_jwks_cleanup(void *data);
static char *ngx_resonate_auth_audience(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);
static ngx_uint_t ngx_resonate_auth_has_audience(ngx_array_t *audiences,
    ngx_str_t *name);
static char *ngx_resonate_auth_algorithms(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);
static ngx_uint_t ngx_resonate_auth_word(ngx_str_t *list, ngx_str_t *word);
static char *ngx_resonate_auth_issuer_check(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer);
static ngx_int_t ngx_resonate_auth_issuer_digest(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer);


static const ngx_resonate_param_t  ngx_resonate_auth_params[] = {
    { ngx_string("jwks="), ngx_resonate_auth_jwks, 0, 0, 0, "a file" },
    { ngx_string("audience="), ngx_resonate_auth_audience, 0, 0, 0,
      "names with commas between" },
    { ngx_string("leeway="), ngx_resonate_param_sec,
      offsetof(ngx_resonate_auth_issuer_t, policy.leeway),
      0, NGX_RESONATE_AUTH_LEEWAY_MAX, "a time of at most 300s" },
    { ngx_string("algorithms="), ngx_resonate_auth_algorithms, 0, 0, 0,
      "names with commas between" },
    { ngx_null_string, NULL, 0, 0, 0, NULL }
};


char *
ngx_resonate_auth_issuer(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_auth_main_conf_t *amcf = conf;

    char                         *rv;
    ngx_str_t                    *value;
    ngx_resonate_auth_issuer_t  **slot, *issuer;

    value = cf->args->elts;

    rv = ngx_resonate_auth_issuer_name(cf, amcf, &value[1]);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    issuer = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_auth_issuer_t));
    slot = ngx_array_push(&amcf->issuers);

    if (issuer == NULL || slot == NULL) {
        return NGX_CONF_ERROR;
    }

    *slot = issuer;

    issuer->name = value[1];
    issuer->algs = RESONATE_JWT_ANY;
    issuer->policy.leeway = NGX_RESONATE_AUTH_LEEWAY;

    rv = ngx_resonate_params(cf, 2, ngx_resonate_auth_params, issuer);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    rv = ngx_resonate_auth_issuer_check(cf, issuer);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    return ngx_resonate_auth_issuer_digest(cf, issuer) == NGX_OK
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static char *
ngx_resonate_auth_issuer_name(ngx_conf_t *cf,
    ngx_resonate_auth_main_conf_t *amcf, ngx_str_t *name)
{
    ngx_uint_t                    i;
    ngx_resonate_auth_issuer_t  **issuer;

    issuer = amcf->issuers.elts;

    for (i = 0; i < amcf->issuers.nelts; i++) {
        if (issuer[i]->name.len == name->len
            && ngx_memcmp(issuer[i]->name.data, name->data, name->len) == 0)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "duplicate issuer \"%V\"", name);
            return NGX_CONF_ERROR;
        }
    }

    for (i = 0; i < name->len; i++) {
        if (name->data[i] <= 0x20 || name->data[i] >= 0x7f) {
            break;
        }
    }

    if (name->len == 0 || i < name->len) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid issuer \"%V\"", name);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_resonate_auth_jwks(ngx_conf_t *cf, const ngx_resonate_param_t *param,
    ngx_str_t *value, void *conf)
{
    ngx_resonate_auth_issuer_t *issuer = conf;

    char                 error[RESONATE_JWK_ERROR_MAX];
    ngx_str_t            name, data;
    ngx_pool_cleanup_t  *cln;

    if (value->len == 0) {
        return (char *) param->expected;
    }

    name = *value;

    if (ngx_conf_full_name(cf->cycle, &name, 0) != NGX_OK
        || ngx_resonate_auth_read(cf, &name, &data) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NGX_CONF_ERROR;
    }

    issuer->jwks = resonate_jwks_parse((char *) data.data, data.len, error);

    if (issuer->jwks == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "bad key set \"%V\": %s",
                           &name, error);
        return NGX_CONF_ERROR;
    }

    cln->handler = ngx_resonate_auth_jwks_cleanup;
    cln->data = issuer->jwks;

    if (EVP_Digest(data.data, data.len, issuer->digest, NULL, EVP_sha256(),
                   NULL)
        != 1)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "EVP_Digest() failed");
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_resonate_auth_read(ngx_conf_t *cf, ngx_str_t *name, ngx_str_t *data)
{
    ngx_fd_t   fd;
    ngx_int_t  rc;

    fd = ngx_open_file(name->data, NGX_FILE_RDONLY|NGX_FILE_NONBLOCK,
                       NGX_FILE_OPEN, 0);

    if (fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_open_file_n " \"%V\" failed", name);
        return NGX_ERROR;
    }

    rc = ngx_resonate_auth_read_fd(cf, fd, name, data);

    if (ngx_close_file(fd) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_ALERT, cf, ngx_errno,
                           ngx_close_file_n " \"%V\" failed", name);
    }

    return rc;
}


static ngx_int_t
ngx_resonate_auth_read_fd(ngx_conf_t *cf, ngx_fd_t fd, ngx_str_t *name,
    ngx_str_t *data)
{
    ssize_t          n;
    ngx_file_info_t  fi;

    if (ngx_fd_info(fd, &fi) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_fd_info_n " \"%V\" failed", name);
        return NGX_ERROR;
    }

    if (!ngx_is_file(&fi) || ngx_file_size(&fi) > RESONATE_JWKS_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "bad key set \"%V\": not a file of at most %d "
                           "bytes", name, RESONATE_JWKS_MAX);
        return NGX_ERROR;
    }

    data->len = ngx_file_size(&fi);
    data->data = ngx_pnalloc(cf->temp_pool, data->len + 1);

    if (data->data == NULL) {
        return NGX_ERROR;
    }

    n = ngx_read_fd(fd, data->data, data->len);

    if (n != (ssize_t) data->len) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, n == -1 ? ngx_errno : 0,
                           ngx_read_fd_n " \"%V\" failed", name);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_resonate_auth_jwks_cleanup(void *data)
{
    resonate_jwks_free(data);
}


static char *
ngx_resonate_auth_audience(ngx_conf_t *cf, const ngx_resonate_param_t *param,
    ngx_str_t *value, void *conf)
{
    ngx_resonate_auth_issuer_t *issuer = conf;

    ngx_str_t             list, word;
    ngx_array_t           audiences;
    resonate_jwt_view_t  *view;

    if (ngx_array_init(&audiences, cf->pool, 2, sizeof(resonate_jwt_view_t))
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    list = *value;

    while (ngx_resonate_auth_word(&list, &word)) {

        if (word.len == 0) {
            return (char *) param->expected;
        }

        if (ngx_resonate_auth_has_audience(&audiences, &word)) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "duplicate audience \"%V\"", &word);
            return NGX_CONF_ERROR;
        }

        view = ngx_array_push(&audiences);
        if (view == NULL) {
            return NGX_CONF_ERROR;
        }

        view->data = (char *) word.data;
        view->len = word.len;
    }

    issuer->policy.audiences = audiences.elts;
    issuer->policy.naudiences = audiences.nelts;

    return NGX_CONF_OK;
}


static ngx_uint_t
ngx_resonate_auth_has_audience(ngx_array_t *audiences, ngx_str_t *name)
{
    ngx_uint_t            i;
    resonate_jwt_view_t  *view;

    view = audiences->elts;

    for (i = 0; i < audiences->nelts; i++) {
        if (view[i].len == name->len
            && ngx_memcmp(view[i].data, name->data, name->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


static char *
ngx_resonate_auth_algorithms(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf)
{
    ngx_resonate_auth_issuer_t *issuer = conf;

    unsigned   alg;
    ngx_str_t  list, word;

    list = *value;
    issuer->algs = 0;

    while (ngx_resonate_auth_word(&list, &word)) {

        if (word.len == 0) {
            return (char *) param->expected;
        }

        alg = resonate_jwt_alg((char *) word.data, word.len);

        if (alg == 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "unsupported algorithm \"%V\"", &word);
            return NGX_CONF_ERROR;
        }

        if (issuer->algs & alg) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "duplicate algorithm \"%V\"", &word);
            return NGX_CONF_ERROR;
        }

        issuer->algs |= alg;
    }

    return NGX_CONF_OK;
}


/* takes the next word off a list with commas; the list's data ends as NULL */

static ngx_uint_t
ngx_resonate_auth_word(ngx_str_t *list, ngx_str_t *word)
{
    u_char  *comma;

    if (list->data == NULL) {
        return 0;
    }

    *word = *list;
    comma = ngx_strlchr(list->data, list->data + list->len, ',');

    if (comma) {
        word->len = comma - list->data;
        list->data = comma + 1;
        list->len -= word->len + 1;

    } else {
        list->data = NULL;
    }

    return 1;
}


static char *
ngx_resonate_auth_issuer_check(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer)
{
    size_t  i;

    if (issuer->jwks == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "no \"jwks\" is given for issuer \"%V\"",
                           &issuer->name);
        return NGX_CONF_ERROR;
    }

    for (i = 0; i < issuer->jwks->nkeys; i++) {
        if (issuer->jwks->keys[i].algs & issuer->algs) {
            return NGX_CONF_OK;
        }
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "issuer \"%V\" has no key for its \"algorithms\"",
                       &issuer->name);

    return NGX_CONF_ERROR;
}


/* until here the digest is that of the key set; lengths keep fields apart */

static ngx_int_t
ngx_resonate_auth_issuer_digest(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer)
{
    int                         ok;
    size_t                      i;
    u_char                      buf[NGX_INT64_LEN * 4];
    EVP_MD_CTX                 *ctx;
    const resonate_jwt_view_t  *a;

    ctx = EVP_MD_CTX_new();
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    ok = EVP_DigestInit_ex(ctx, EVP_sha256(), NULL)
         && EVP_DigestUpdate(ctx, issuer->digest, NGX_RESONATE_AUTH_DIGEST)
         && EVP_DigestUpdate(ctx, buf,
                             ngx_sprintf(buf, "%ui,%T,%uz,",
                                         (ngx_uint_t) issuer->algs,
                                         issuer->policy.leeway,
                                         issuer->name.len) - buf)
         && EVP_DigestUpdate(ctx, issuer->name.data, issuer->name.len);

    for (i = 0; ok && i < issuer->policy.naudiences; i++) {
        a = &issuer->policy.audiences[i];

        ok = EVP_DigestUpdate(ctx, buf,
                              ngx_sprintf(buf, ",%uz,", a->len) - buf)
             && EVP_DigestUpdate(ctx, a->data, a->len);
    }

    ok = ok && EVP_DigestFinal_ex(ctx, issuer->digest, NULL);

    EVP_MD_CTX_free(ctx);

    if (!ok) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "EVP_DigestUpdate() failed");
        return NGX_ERROR;
    }

    return NGX_OK;
}
