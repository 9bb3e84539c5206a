
/*
 * Copyright (C) Resonate
 *
 * "resonate_problem": the error that led here, as a problem (RFC 9457).
 */


#include "../ngx_resonate_core_internal.h"


static ngx_int_t ngx_resonate_problem_handler(ngx_http_request_t *r);


char *
ngx_resonate_problem_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    return ngx_resonate_set_handler(cf, conf, ngx_resonate_problem_handler);
}


static ngx_int_t
ngx_resonate_problem_handler(ngx_http_request_t *r)
{
    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate problem: %ui", r->err_status);

    if (r->err_status < NGX_HTTP_BAD_REQUEST) {

        /* asked for by its path, or nobody kept the status */

        r->err_status = 0;

        return ngx_resonate_send_problem(r, NGX_HTTP_NOT_FOUND,
                                         "There is no such path", NULL);
    }

    return ngx_resonate_send_problem(r, r->err_status, NULL, NULL);
}
