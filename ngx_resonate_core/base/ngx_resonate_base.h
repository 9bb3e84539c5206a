
/*
 * Copyright (C) Resonate
 *
 * What the workers share.
 *
 *   counters   numbers in shared memory, printed by "resonate_status"
 *   gauges     numbers of each worker, likewise, added up
 *   samples    numbers of others, likewise, read when they are asked for
 *   tables     key -> bytes in shared memory, with expiry and LRU eviction
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
    ngx_str_t       name;       /* name{label="value"}, with a label */
    ngx_str_t       family;     /* without it */
    ngx_str_t       help;
    ngx_uint_t      slot;       /* when the zone is mapped */
    ngx_atomic_t   *value;      /* likewise; then this worker's */
} ngx_resonate_counter_t;

ngx_resonate_counter_t *ngx_resonate_counter_add(ngx_conf_t *cf,
    const char *name, const char *help);

/* one of a family, whose counters are added without others in between */
ngx_resonate_counter_t *ngx_resonate_counter_label_add(ngx_conf_t *cf,
    const char *name, const char *help, const char *label, ngx_str_t *value);

#define ngx_resonate_count(c)  (void) ngx_atomic_fetch_add((c)->value, 1)


/*
 * Gauges.
 *
 * Added while configuration is read, one for each value of "label"; "name",
 * "help" and "label" must be literals.  NULL: out of memory, or the value is
 * too long, which was logged.  A worker moves its own share up and down from
 * init_process on; a worker that has ended has none.
 */

typedef struct {
    ngx_str_t       name;
    ngx_str_t       help;
    ngx_str_t       series;     /* name{label="value"} */
    ngx_uint_t      slot;       /* when the zone is mapped */
    ngx_atomic_t   *value;      /* of this worker */
} ngx_resonate_gauge_t;

ngx_resonate_gauge_t *ngx_resonate_gauge_add(ngx_conf_t *cf,
    const char *name, const char *help, const char *label, ngx_str_t *value);

#define ngx_resonate_gauge_move(g, n)  (void) (*(g)->value += (n))


/*
 * Samples.
 *
 * Numbers that are in memory anyway, shared if they are of all workers: read()
 * is called in the worker that makes a page.  A negative one is left out.  A
 * family is static; a sample is added for each value of "label" while
 * configuration is read.
 */

typedef struct {
    const char           *name;
    const char           *type;       /* "counter" or "gauge" */
    const char           *help;
    ngx_atomic_int_t    (*read)(void *data);
} ngx_resonate_family_t;

ngx_int_t ngx_resonate_sample_add(ngx_conf_t *cf,
    const ngx_resonate_family_t *family, const char *label, ngx_str_t *value,
    void *data);


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
 *   delete  NGX_OK: removed;  NGX_DECLINED: there was none
 *   once    NGX_OK: there was no such entry, and now there is;
 *           NGX_DECLINED: there is one;  NGX_BUSY: no room, nothing is
 *           evicted before its time;  NGX_ABORT: the table is half full, and
 *           the "owner", which may be NULL, has a sixteenth of it.  Of a table
 *           that is used for nothing else, and whose entries live equally long
 *
 *   update  NGX_OK: the entry's value, of "len" bytes at any alignment, was
 *           changed by "update", which runs under a lock: it is zeroed if
 *           there was none of that length;  NGX_DECLINED: no room
 *
 * A claim is an entry that only one owner has at a time.
 *
 *   claim   NGX_OK: it is the caller's for "time" milliseconds, and until
 *           somebody else claims it after that;  NGX_DECLINED: it is
 *           somebody's.  Without room for it everybody may go on
 *   release NGX_OK: it was still the owner's;  NGX_DECLINED: it was not
 */

typedef struct ngx_resonate_table_s  ngx_resonate_table_t;

typedef void (*ngx_resonate_update_pt)(u_char *value, void *data);

#define NGX_RESONATE_TABLE_MIN_SIZE  (64 * 1024)

ngx_resonate_table_t *ngx_resonate_table_add(ngx_conf_t *cf, ngx_str_t *name,
    size_t size);
ngx_int_t ngx_resonate_table_get(ngx_resonate_table_t *table, ngx_str_t *key,
    ngx_pool_t *pool, ngx_str_t *value);
ngx_int_t ngx_resonate_table_put(ngx_resonate_table_t *table, ngx_str_t *key,
    ngx_str_t *parts, ngx_uint_t nparts, time_t expires);
ngx_int_t ngx_resonate_table_delete(ngx_resonate_table_t *table,
    ngx_str_t *key);
ngx_int_t ngx_resonate_table_update(ngx_resonate_table_t *table,
    ngx_str_t *key, size_t len, time_t expires,
    ngx_resonate_update_pt update, void *data);
ngx_int_t ngx_resonate_table_claim(ngx_resonate_table_t *table,
    ngx_str_t *key, uint64_t owner, ngx_msec_t time);
ngx_int_t ngx_resonate_table_release(ngx_resonate_table_t *table,
    ngx_str_t *key, uint64_t owner);
ngx_int_t ngx_resonate_table_once(ngx_resonate_table_t *table, ngx_str_t *key,
    ngx_str_t *owner, time_t expires);


#endif /* _NGX_RESONATE_BASE_H_INCLUDED_ */
