
/*
 * Copyright (C) Resonate
 *
 * A secret in a file of its own: regular, nobody else's to read, long enough.
 */


#include "../ngx_resonate_core_internal.h"

#include <openssl/crypto.h>


/* one byte more than allowed shows a file that is too long, one is for LF */
#define NGX_RESONATE_SECRET_MORE  2


static ngx_int_t ngx_resonate_secret_check(ngx_conf_t *cf,
    ngx_str_t *directive, ngx_str_t *name, ngx_fd_t fd);
static ngx_int_t ngx_resonate_secret_read(ngx_conf_t *cf,
    ngx_str_t *directive, ngx_str_t *name, ngx_fd_t fd, size_t min, size_t max,
    ngx_str_t *secret);
static void ngx_resonate_secret_wipe(void *data);


ngx_str_t *
ngx_resonate_secret(ngx_conf_t *cf, ngx_str_t *directive, ngx_str_t *name,
    size_t min, size_t max)
{
    ngx_fd_t    fd;
    ngx_int_t   rc;
    ngx_str_t  *secret;

    if (ngx_conf_full_name(cf->cycle, name, 0) != NGX_OK) {
        return NULL;
    }

    secret = ngx_resonate_wiped(cf, max + NGX_RESONATE_SECRET_MORE);
    if (secret == NULL) {
        return NULL;
    }

    /* a FIFO must not stop nginx before it is refused */

    fd = ngx_open_file(name->data, NGX_FILE_RDONLY, NGX_FILE_NONBLOCK, 0);

    if (fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_open_file_n " \"%V\" of \"%V\" failed",
                           name, directive);
        return NULL;
    }

    rc = ngx_resonate_secret_check(cf, directive, name, fd);

    if (rc == NGX_OK) {
        rc = ngx_resonate_secret_read(cf, directive, name, fd, min, max,
                                      secret);
    }

    if (ngx_close_file(fd) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_ALERT, cf, ngx_errno,
                           ngx_close_file_n " \"%V\" failed", name);
    }

    return (rc == NGX_OK) ? secret : NULL;
}


static ngx_int_t
ngx_resonate_secret_check(ngx_conf_t *cf, ngx_str_t *directive,
    ngx_str_t *name, ngx_fd_t fd)
{
    ngx_uint_t       mode;
    ngx_file_info_t  fi;

    if (ngx_fd_info(fd, &fi) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_fd_info_n " \"%V\" of \"%V\" failed",
                           name, directive);
        return NGX_ERROR;
    }

    if (!ngx_is_file(&fi)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" of \"%V\" is not a regular file",
                           name, directive);
        return NGX_ERROR;
    }

    mode = ngx_file_access(&fi);

    if (mode & (S_IRWXG|S_IRWXO)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" of \"%V\" has mode 0%ui%ui%ui, "
                           "group and others must have no access",
                           name, directive,
                           mode >> 6 & 7, mode >> 3 & 7, mode & 7);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_secret_read(ngx_conf_t *cf, ngx_str_t *directive,
    ngx_str_t *name, ngx_fd_t fd, size_t min, size_t max, ngx_str_t *secret)
{
    ssize_t  n;

    n = ngx_read_fd(fd, secret->data, secret->len);

    if (n == -1) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_read_fd_n " \"%V\" of \"%V\" failed",
                           name, directive);
        return NGX_ERROR;
    }

    if (n && secret->data[n - 1] == LF) {
        n--;
    }

    if ((size_t) n < min || (size_t) n > max) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" of \"%V\" must have %uz to %uz bytes",
                           name, directive, min, max);
        return NGX_ERROR;
    }

    secret->len = n;

    return NGX_OK;
}


ngx_str_t *
ngx_resonate_wiped(ngx_conf_t *cf, size_t len)
{
    ngx_str_t           *wiped;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(cf->pool, sizeof(ngx_str_t));
    if (cln == NULL) {
        return NULL;
    }

    wiped = cln->data;
    wiped->len = len;

    wiped->data = ngx_pcalloc(cf->pool, len);
    if (wiped->data == NULL) {
        return NULL;
    }

    cln->handler = ngx_resonate_secret_wipe;

    return wiped;
}


static void
ngx_resonate_secret_wipe(void *data)
{
    ngx_str_t  *secret = data;

    OPENSSL_cleanse(secret->data, secret->len);
}
