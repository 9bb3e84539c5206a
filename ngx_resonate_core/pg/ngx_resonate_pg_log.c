
/*
 * Copyright (C) Resonate
 *
 * What libpq and the server say, as entries of the error log.
 */


#include "ngx_resonate_pg_internal.h"


u_char *
ngx_resonate_pg_log_handler(ngx_log_t *log, u_char *buf, size_t len)
{
    u_char                  *p;
    ngx_resonate_pg_conn_t  *conn;

    conn = log->data;

    if (log->action) {
        p = ngx_snprintf(buf, len, " while %s", log->action);

    } else {
        p = ngx_snprintf(buf, len, ",");
    }

    return ngx_snprintf(p, len - (p - buf), " database \"%V\", connection %ui",
                        &conn->worker->pg->name, conn->number);
}


/*
 * libpq's messages have many lines, one for each host and indented hints; a
 * log entry has one line, without hints.
 */

void
ngx_resonate_pg_log_error(ngx_resonate_pg_conn_t *conn, ngx_uint_t level,
    const char *what, const char *message)
{
    u_char      *p, *last, text[512];
    ngx_uint_t   hint;

    if (message == NULL) {
        message = PQerrorMessage(conn->pgconn);
    }

    p = text;
    last = text + sizeof(text) - 2;
    hint = 0;

    for ( /* void */ ; *message && p < last; message++) {

        if (*message == '\t') {
            hint = 1;

        } else if (*message == '\n') {
            hint = 0;

        } else if (!hint) {

            if (p > text && message[-1] == '\n') {
                *p++ = ' ';
            }

            *p++ = (u_char) *message;
        }
    }

    *p = '\0';

    conn->log.action = (char *) what;
    ngx_log_error(level, &conn->log, 0, "%s", text);
    conn->log.action = NULL;
}


/*
 * Errors of the server that belong to no query, and those that end the
 * connection.  PostgreSQL says the severity untranslated too, poolers do not.
 */

void
ngx_resonate_pg_notice(void *data, const PGresult *res)
{
    ngx_resonate_pg_conn_t  *conn = data;

    const char  *severity, *sqlstate, *message;

    severity = ngx_resonate_pg_field(res, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (*severity == '\0') {
        severity = ngx_resonate_pg_field(res, PG_DIAG_SEVERITY);
    }

    sqlstate = ngx_resonate_pg_field(res, PG_DIAG_SQLSTATE);
    message = ngx_resonate_pg_field(res, PG_DIAG_MESSAGE_PRIMARY);

    if (ngx_strcmp(severity, "FATAL") == 0
        || ngx_strcmp(severity, "PANIC") == 0)
    {
        if (!conn->logged) {
            conn->logged = 1;
            ngx_log_error(NGX_LOG_WARN, &conn->log, 0,
                          "server ends the connection: %s: %s (%s)",
                          severity, message, sqlstate);
        }

    } else if (ngx_strcmp(severity, "WARNING") == 0
               || ngx_strcmp(severity, "NOTICE") == 0)
    {
        ngx_log_error(NGX_LOG_NOTICE, &conn->log, 0, "server says: %s: %s (%s)",
                      severity, message, sqlstate);

    } else {
        ngx_log_debug3(NGX_LOG_DEBUG_HTTP, &conn->log, 0,
                       "resonate pg server: %s: %s (%s)",
                       severity, message, sqlstate);
    }
}


const char *
ngx_resonate_pg_field(const PGresult *res, int field)
{
    const char  *value;

    value = PQresultErrorField(res, field);

    return value ? value : "";
}
