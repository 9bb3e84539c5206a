
/*
 * Copyright (C) Resonate
 *
 * The "resonate_issuer" directive: an issuer, its keys and its rules in one
 * line, all of it read and checked while configuration is.
 */


#include "ngx_resonate_auth_internal.h"
#include "ngx_resonate_auth_keys.h"


static char *ngx_resonate_auth_issuer_name(ngx_conf_t *cf,
    ngx_resonate_auth_main_conf_t *amcf, ngx_str_t *name);
static char *ngx_resonate_auth_jwks(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);
static ngx_int_t ngx_resonate_auth_read(ngx_conf_t *cf, ngx_str_t *name,
    ngx_str_t *data);
static ngx_int_t ngx_resonate_auth_read_fd(ngx_conf_t *cf, ngx_fd_t fd,
    ngx_str_t *name, ngx_str_t *data);
static char *ngx_resonate_auth_issuer_hmac(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer);
static char *ngx_resonate_auth_jwks_owned(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer);
static void ngx_resonate_auth_jwks_cleanup(void *data);
static char *ngx_resonate_auth_audience(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);
static char *ngx_resonate_auth_algorithms(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);
static ngx_int_t ngx_resonate_auth_words(ngx_conf_t *cf, ngx_str_t *list,
    ngx_array_t *words);


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

    char                        *rv;
    ngx_resonate_auth_issuer_t  *issuer;

    issuer = ngx_resonate_auth_issuer_add(cf, amcf);
    if (issuer == NULL) {
        return NGX_CONF_ERROR;
    }

    rv = ngx_resonate_params(cf, 2, ngx_resonate_auth_params, issuer);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    return ngx_resonate_auth_issuer_done(cf, issuer);
}


ngx_resonate_auth_issuer_t *
ngx_resonate_auth_issuer_add(ngx_conf_t *cf,
    ngx_resonate_auth_main_conf_t *amcf)
{
    ngx_str_t                    *value;
    ngx_resonate_auth_issuer_t  **slot, *issuer;

    value = cf->args->elts;

    if (ngx_resonate_auth_issuer_name(cf, amcf, &value[1]) != NGX_CONF_OK) {
        return NULL;
    }

    issuer = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_auth_issuer_t));
    slot = ngx_array_push(&amcf->issuers);

    if (issuer == NULL || slot == NULL) {
        return NULL;
    }

    *slot = issuer;

    issuer->name = value[1];
    issuer->number = amcf->issuers.nelts - 1;
    issuer->generation = &issuer->none;
    issuer->algs = RESONATE_JWT_ANY;
    issuer->policy.issuer.data = (char *) issuer->name.data;
    issuer->policy.issuer.len = issuer->name.len;
    issuer->policy.leeway = NGX_RESONATE_AUTH_LEEWAY;

    if (!resonate_proof_issuer(issuer->policy.issuer, issuer->tag)) {
        return NULL;
    }

    return ngx_resonate_auth_issuer_mix_args(cf, issuer) == NGX_OK
           ? issuer : NULL;
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

    if (value->len == 0) {
        return (char *) param->expected;
    }

    return ngx_resonate_auth_issuer_jwks(cf, issuer, value);
}


char *
ngx_resonate_auth_issuer_jwks(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer, ngx_str_t *value)
{
    char       error[RESONATE_JWK_ERROR_MAX];
    ngx_str_t  name, data;

    name = *value;

    if (ngx_conf_full_name(cf->cycle, &name, 0) != NGX_OK
        || ngx_resonate_auth_read(cf, &name, &data) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    issuer->jwks = resonate_jwks_parse((char *) data.data, data.len, error);

    if (issuer->jwks == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "bad key set \"%V\": %s",
                           &name, error);
        return NGX_CONF_ERROR;
    }

    if (ngx_resonate_auth_jwks_owned(cf, issuer) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    return ngx_resonate_auth_issuer_mix(cf, issuer, &data) == NGX_OK
           ? NGX_CONF_OK : NGX_CONF_ERROR;
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

    ngx_array_t  words;

    if (ngx_resonate_auth_words(cf, value, &words) != NGX_OK) {
        return (char *) param->expected;
    }

    return ngx_resonate_auth_issuer_audiences(cf, issuer, words.elts,
                                              words.nelts);
}


static char *
ngx_resonate_auth_algorithms(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf)
{
    ngx_resonate_auth_issuer_t *issuer = conf;

    ngx_array_t  words;

    if (ngx_resonate_auth_words(cf, value, &words) != NGX_OK) {
        return (char *) param->expected;
    }

    return ngx_resonate_auth_algs(cf, &issuer->algs, words.elts, words.nelts,
                                  RESONATE_JWT_ANY);
}


/* the words of a list with commas, none of which may be empty */

static ngx_int_t
ngx_resonate_auth_words(ngx_conf_t *cf, ngx_str_t *list, ngx_array_t *words)
{
    u_char     *p, *last, *comma;
    ngx_str_t  *word;

    if (ngx_array_init(words, cf->temp_pool, 4, sizeof(ngx_str_t)) != NGX_OK) {
        return NGX_ERROR;
    }

    p = list->data;
    last = p + list->len;

    for ( ;; ) {
        comma = ngx_strlchr(p, last, ',');

        word = ngx_array_push(words);
        if (word == NULL) {
            return NGX_ERROR;
        }

        word->data = p;
        word->len = (comma ? comma : last) - p;

        if (word->len == 0) {
            return NGX_ERROR;
        }

        if (comma == NULL) {
            return NGX_OK;
        }

        p = comma + 1;
    }
}


char *
ngx_resonate_auth_issuer_audiences(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer, ngx_str_t *words, ngx_uint_t n)
{
    ngx_uint_t            i, k;
    resonate_jwt_view_t  *view;

    view = ngx_palloc(cf->pool, n * sizeof(resonate_jwt_view_t));
    if (view == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 0; i < n; i++) {

        for (k = 0; k < i; k++) {
            if (words[k].len == words[i].len
                && ngx_memcmp(words[k].data, words[i].data, words[i].len) == 0)
            {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "duplicate audience \"%V\"", &words[i]);
                return NGX_CONF_ERROR;
            }
        }

        view[i].data = (char *) words[i].data;
        view[i].len = words[i].len;
    }

    issuer->policy.audiences = view;
    issuer->policy.naudiences = n;

    return NGX_CONF_OK;
}


char *
ngx_resonate_auth_algs(ngx_conf_t *cf, unsigned *algs, ngx_str_t *words,
    ngx_uint_t n, unsigned known)
{
    unsigned    alg;
    ngx_uint_t  i;

    *algs = 0;

    for (i = 0; i < n; i++) {

        alg = resonate_jwt_alg((char *) words[i].data, words[i].len) & known;

        if (alg == 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "unsupported algorithm \"%V\"", &words[i]);
            return NGX_CONF_ERROR;
        }

        if (*algs & alg) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "duplicate algorithm \"%V\"", &words[i]);
            return NGX_CONF_ERROR;
        }

        *algs |= alg;
    }

    return NGX_CONF_OK;
}


char *
ngx_resonate_auth_issuer_secret(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf)
{
    ngx_resonate_auth_issuer_t *issuer = conf;

    ngx_str_t  *value;

    value = cf->args->elts;

    issuer->secret = ngx_resonate_secret(cf, &value[0], &value[1], 32, 1024);
    if (issuer->secret == NULL) {
        return NGX_CONF_ERROR;
    }

    return ngx_resonate_auth_issuer_mix(cf, issuer, issuer->secret) == NGX_OK
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}


char *
ngx_resonate_auth_issuer_done(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer)
{
    size_t     i;
    ngx_int_t  asked;

    if ((issuer->secret || issuer->algs & RESONATE_JWT_HMAC)
        && ngx_resonate_auth_issuer_hmac(cf, issuer) != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    if (issuer->policy.naudiences == 0) {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "issuer \"%V\" has no \"audience\": its tokens are "
                           "taken, whatever service they are for, if they name "
                           "none", &issuer->name);
    }

    asked = ngx_resonate_auth_opaque_done(cf, issuer);

    if (asked == NGX_ERROR) {
        return NGX_CONF_ERROR;
    }

    if (issuer->keys) {
        return ngx_resonate_auth_keys_conf(cf, issuer);
    }

    if (issuer->jwks == NULL && asked == NGX_OK) {
        return NGX_CONF_OK;
    }

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


static char *
ngx_resonate_auth_issuer_hmac(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer)
{
    char  error[RESONATE_JWK_ERROR_MAX];

    if (issuer->secret == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "issuer \"%V\" needs a \"secret\" for its "
                           "\"algorithms\"", &issuer->name);
        return NGX_CONF_ERROR;
    }

    if (issuer->jwks) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "issuer \"%V\" has both \"jwks\" and \"secret\"",
                           &issuer->name);
        return NGX_CONF_ERROR;
    }

    issuer->jwks = resonate_jwks_secret((char *) issuer->secret->data,
                                        issuer->secret->len, issuer->algs,
                                        error);

    if (issuer->jwks == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "bad \"secret\" of issuer \"%V\": %s",
                           &issuer->name, error);
        return NGX_CONF_ERROR;
    }

    return ngx_resonate_auth_jwks_owned(cf, issuer);
}


static char *
ngx_resonate_auth_jwks_owned(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer)
{
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(cf->pool, 0);

    if (cln == NULL) {
        resonate_jwks_free(issuer->jwks);
        return NGX_CONF_ERROR;
    }

    cln->handler = ngx_resonate_auth_jwks_cleanup;
    cln->data = issuer->jwks;

    return NGX_CONF_OK;
}


/*
 * The digest is of all that the configuration says of an issuer, of the text
 * of its files too; lengths keep the words apart.
 */

ngx_int_t
ngx_resonate_auth_issuer_mix_args(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer)
{
    ngx_str_t   *value;
    ngx_uint_t   i;

    value = cf->args->elts;

    for (i = 0; i < cf->args->nelts; i++) {
        if (ngx_resonate_auth_issuer_mix(cf, issuer, &value[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_resonate_auth_issuer_mix(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer, ngx_str_t *text)
{
    int          ok;
    EVP_MD_CTX  *ctx;

    ctx = EVP_MD_CTX_new();

    ok = ctx
         && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL)
         && EVP_DigestUpdate(ctx, issuer->digest, NGX_RESONATE_AUTH_DIGEST)
         && EVP_DigestUpdate(ctx, &text->len, sizeof(text->len))
         && EVP_DigestUpdate(ctx, text->data, text->len)
         && EVP_DigestFinal_ex(ctx, issuer->digest, NULL);

    EVP_MD_CTX_free(ctx);

    if (!ok) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "EVP_DigestUpdate() failed");
        return NGX_ERROR;
    }

    return NGX_OK;
}
