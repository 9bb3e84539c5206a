
/*
 * Copyright (C) Resonate
 *
 * The floor of the core room: what every other part stands on.
 *
 *   counters   numbers in shared memory, printed by "resonate_status"
 *   tables     key -> bytes in shared memory, with expiry and LRU eviction
 *   replies    finished JSON and RFC 9457 problems
 *   identity   who the caller is, provided by the auth room
 */


#ifndef _NGX_RESONATE_BASE_H_INCLUDED_
#define _NGX_RESONATE_BASE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/*
 * Counters.
 *
 * Added while configuration is read, by name; a name keeps its number
 * across reloads.  "name" and "help" must be literals.  Returns NULL only
 * when out of memory.  Counting is one atomic add and works in any process.
 */

typedef struct {
    ngx_str_t       name;
    ngx_str_t       help;
    ngx_atomic_t   *value;      /* set when the zone is mapped */
} ngx_resonate_counter_t;

ngx_resonate_counter_t *ngx_resonate_counter_add(ngx_conf_t *cf,
    const char *name, const char *help);

#define ngx_resonate_count(c)  (void) ngx_atomic_fetch_add((c)->value, 1)


/*
 * Tables.
 *
 * One table is one shared memory zone.  Keys and values are bytes; keys are
 * compared whole.  An old zone of the same name and size lives on after a
 * reload.  put() evicts the least recently used entries before it refuses.
 *
 *   get     NGX_OK: *value is a copy in "pool";  NGX_DECLINED: no such
 *           entry, or it has expired;  NGX_ERROR: out of memory
 *   put     NGX_OK: stored, whatever was there before is replaced;
 *           NGX_DECLINED: larger than an eighth of the table.
 *           The value is the concatenation of "nparts" parts;
 *           "expires" is absolute, in ngx_time() seconds
 *   delete  removes the entry if there is one
 */

typedef struct ngx_resonate_table_s  ngx_resonate_table_t;

#define NGX_RESONATE_TABLE_MIN_SIZE  (64 * 1024)

ngx_resonate_table_t *ngx_resonate_table_add(ngx_conf_t *cf, ngx_str_t *name,
    size_t size);
ngx_int_t ngx_resonate_table_get(ngx_resonate_table_t *table, ngx_str_t *key,
    ngx_pool_t *pool, ngx_str_t *value);
ngx_int_t ngx_resonate_table_put(ngx_resonate_table_t *table, ngx_str_t *key,
    ngx_str_t *parts, ngx_uint_t nparts, time_t expires);
void ngx_resonate_table_delete(ngx_resonate_table_t *table, ngx_str_t *key);


/*
 * Replies.
 *
 * Both send header and body and return what a content handler returns.
 * "detail" may be NULL: then the status' own words are used.  "errors" is a
 * finished JSON array text (API contract, section 2) or NULL.  Statuses 429
 * and 503 carry "Retry-After".  A request whose body was not read is
 * answered too: nginx discards it.
 */

ngx_int_t ngx_resonate_send_json(ngx_http_request_t *r, ngx_uint_t status,
    ngx_str_t *json);
ngx_int_t ngx_resonate_send_problem(ngx_http_request_t *r, ngx_uint_t status,
    const char *detail, ngx_str_t *errors);

/* adds a response header; "name" is a literal, "value" must outlive r */
ngx_int_t ngx_resonate_add_header(ngx_http_request_t *r, const char *name,
    ngx_str_t *value);


/*
 * Identity.
 *
 * Read-only and valid as long as the request; each text has a NUL behind its
 * length.  A subject belongs to its issuer: only the pair names a person.
 * NULL means anonymous.
 *
 * The auth room registers itself as the provider; without it everybody is
 * anonymous.  challenge() adds the WWW-Authenticate header that fits the
 * request (RFC 6750): with "scope" the token lacked that scope (403),
 * without it the caller has to log in (401).
 */

typedef struct {
    ngx_str_t       issuer;
    ngx_str_t       subject;
    ngx_str_t       client;     /* empty if the token names none */
    ngx_str_t       scope;      /* space separated, may be empty */
    time_t          expires;    /* absolute, seconds */
} ngx_resonate_identity_t;

typedef struct {
    ngx_resonate_identity_t  *(*get)(ngx_http_request_t *r);
    ngx_int_t                 (*challenge)(ngx_http_request_t *r,
                                           ngx_str_t *scope);
} ngx_resonate_identity_provider_t;

void ngx_resonate_identity_provide(ngx_conf_t *cf,
    ngx_resonate_identity_provider_t *provider);
ngx_resonate_identity_t *ngx_resonate_identity(ngx_http_request_t *r);
ngx_int_t ngx_resonate_challenge(ngx_http_request_t *r, ngx_str_t *scope);
ngx_uint_t ngx_resonate_has_scope(ngx_resonate_identity_t *id,
    ngx_str_t *scope);


#endif /* _NGX_RESONATE_BASE_H_INCLUDED_ */
