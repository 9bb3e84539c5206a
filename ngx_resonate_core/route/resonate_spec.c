
/*
 * Copyright (C) Resonate
 */


#include "resonate_spec.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>


typedef struct {
    const char       *name;
    resonate_type_e   type;
    int64_t           min;
    int64_t           max;
} resonate_type_t;


static const resonate_type_t  resonate_types[] = {
    { "uuid", RESONATE_UUID, 0, 0 },
    { "int",  RESONATE_INT,  INT32_MIN, INT32_MAX },
    { "bool", RESONATE_BOOL, 0, 0 },
    { "date", RESONATE_DATE, 0, 0 },
    { "text", RESONATE_TEXT, 0, 255 },
    { "enum", RESONATE_ENUM, 0, 0 },
    { "json", RESONATE_JSON, 0, 0 },
    { "external", RESONATE_EXTERNAL, 0, 0 },
    { NULL, 0, 0, 0 }
};


static const char *resonate_arg_check(resonate_arg_t *arg);
static const char *resonate_arg_name(resonate_view_t *word,
    resonate_arg_t *arg);
static const char *resonate_arg_word(resonate_view_t *word,
    resonate_view_t *name, resonate_arg_t *arg);
static const char *resonate_arg_array(resonate_view_t *word,
    resonate_arg_t *arg);
static const char *resonate_arg_type(resonate_view_t *word,
    resonate_arg_t *arg);
static const char *resonate_arg_bounds(resonate_view_t *word,
    resonate_arg_t *arg);
static const char *resonate_arg_words(resonate_view_t *word,
    resonate_arg_t *arg);
static const char *resonate_arg_range(resonate_view_t *word, int64_t *min,
    int64_t *max);
static const char *resonate_arg_tail(resonate_view_t *word,
    resonate_arg_t *arg);
static int resonate_arg_int(resonate_view_t *word, int64_t *n);
static int resonate_view_skip(resonate_view_t *word, const char *text);
static void resonate_view_cut(resonate_view_t *word, size_t n);


const char *
resonate_where_name(resonate_where_e where)
{
    static const char *const  names[] = { "path", "query", "body", "header" };

    return names[where];
}


int
resonate_arg_where(resonate_view_t *word, resonate_where_e *where)
{
    if (resonate_view_skip(word, "?")) {
        *where = RESONATE_QUERY;
        return 0;
    }

    if (resonate_view_skip(word, "body.")) {
        *where = RESONATE_BODY;
        return 0;
    }

    if (resonate_view_skip(word, "header.")) {
        *where = RESONATE_HEADER;
        return 0;
    }

    return -1;
}


const char *
resonate_arg_parse(resonate_view_t word, resonate_where_e where,
    resonate_arg_t *arg)
{
    const char  *error;

    memset(arg, 0, sizeof(resonate_arg_t));

    arg->where = where;

    error = resonate_arg_name(&word, arg);

    if (error == NULL) {
        error = resonate_arg_type(&word, arg);
    }

    if (error == NULL) {
        error = resonate_arg_bounds(&word, arg);
    }

    if (error == NULL) {
        error = resonate_arg_tail(&word, arg);
    }

    return error ? error : resonate_arg_check(arg);
}


static const char *
resonate_arg_check(resonate_arg_t *arg)
{
    if (arg->type == RESONATE_ENUM && arg->words.len == 0) {
        return "has an enum without words";
    }

    if ((arg->type == RESONATE_JSON || arg->type == RESONATE_EXTERNAL)
        && arg->where != RESONATE_BODY)
    {
        return "has a type that only a body has";
    }

    if (arg->type == RESONATE_EXTERNAL && (arg->required || arg->column)) {
        return "is external, and cannot be required or a column";
    }

    if (arg->column && arg->type == RESONATE_JSON) {
        return "is a column of a type that has none";
    }

    if (arg->list && arg->where == RESONATE_PATH) {
        return "is a list in the path";
    }

    if (arg->where == RESONATE_PATH) {
        arg->required = 1;
    }

    return NULL;
}


const char *
resonate_arg_conflict(const resonate_arg_t *args, size_t nargs,
    const resonate_arg_t *next)
{
    size_t                 i;
    const resonate_arg_t  *arg;

    for (i = 0; i < nargs; i++) {
        arg = &args[i];

        if (strcmp(arg->sql, next->sql) == 0) {
            return "is duplicate";
        }

        if (arg->where != RESONATE_BODY || next->where != RESONATE_BODY) {
            continue;
        }

        if (resonate_arg_called(arg, next->older)
            || (next->older.len && resonate_arg_called(next, arg->name))
            || (arg->older.len && resonate_arg_called(arg, next->name)))
        {
            return "has a name that another has";
        }

        if (!resonate_arg_called(arg, next->name)) {
            continue;
        }

        if (!arg->column || !next->column) {
            return "is an array of objects and something else";
        }

        if (arg->items_min != next->items_min
            || arg->items_max != next->items_max)
        {
            return "has other bounds than the array has before";
        }
    }

    return NULL;
}


int
resonate_arg_called(const resonate_arg_t *arg, resonate_view_t name)
{
    return name.len
           && (resonate_view_equal(arg->name, name)
               || resonate_view_equal(arg->older, name));
}


int
resonate_view_equal(resonate_view_t a, resonate_view_t b)
{
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}


static const char *
resonate_arg_name(resonate_view_t *word, resonate_arg_t *arg)
{
    const char      *error;
    resonate_arg_t   older;

    error = resonate_arg_word(word, &arg->name, arg);

    if (error == NULL && arg->where == RESONATE_BODY) {

        if (resonate_view_skip(word, "|")) {
            older.sql[0] = '\0';
            error = resonate_arg_word(word, &arg->older, &older);

        } else if (resonate_view_skip(word, "[]")) {
            error = resonate_arg_array(word, arg);
        }

        if (error == NULL && arg->column) {
            error = resonate_arg_word(word, &arg->member, arg);
        }
    }

    if (error) {
        return error;
    }

    return resonate_view_skip(word, ":") ? NULL : "has no type";
}


/* trackId -> track_id, Idempotency-Key -> idempotency_key */

static const char *
resonate_arg_word(resonate_view_t *word, resonate_view_t *name,
    resonate_arg_t *arg)
{
    char    c, *p, *last;
    size_t  i;

    p = arg->sql + strlen(arg->sql);
    last = arg->sql + RESONATE_SQL_MAX - 1;

    if (p != arg->sql) {
        if (p >= last) {
            return "has a name that is too long";
        }

        *p++ = '_';
    }

    for (i = 0; i < word->len; i++) {
        c = word->data[i];

        if (c == ':' || c == '[' || c == '|') {
            break;
        }

        if (i == RESONATE_NAME_MAX || p >= last) {
            return "has a name that is too long";
        }

        if (!isalnum((unsigned char) c) && c != '_' && c != '-') {
            return "has a name of other characters than letters, digits, "
                   "\"_\" and \"-\"";
        }

        if (isupper((unsigned char) c) && i && p[-1] != '_') {
            *p++ = '_';
        }

        *p++ = (c == '-') ? '_' : (char) tolower((unsigned char) c);
    }

    *p = '\0';

    if (i == 0 || isdigit((unsigned char) word->data[0])) {
        return "has no name";
    }

    name->data = word->data;
    name->len = i;

    resonate_view_cut(word, i);

    return NULL;
}


/* behind "body.tracks[]": the bounds of the array, and a dot */

static const char *
resonate_arg_array(resonate_view_t *word, resonate_arg_t *arg)
{
    const char  *error;

    arg->column = 1;
    arg->items_min = 0;
    arg->items_max = RESONATE_ITEMS_MAX;

    if (resonate_view_skip(word, "(")) {
        error = resonate_arg_range(word, &arg->items_min, &arg->items_max);
        if (error) {
            return error;
        }
    }

    if (arg->items_min < 0) {
        return "has a negative bound";
    }

    if (arg->items_max > RESONATE_ITEMS_MAX) {
        return "is a list that may be too long";
    }

    return resonate_view_skip(word, ".") ? NULL
                                         : "names no member of the objects";
}


static const char *
resonate_arg_type(resonate_view_t *word, resonate_arg_t *arg)
{
    const resonate_type_t  *t;

    for (t = resonate_types; t->name; t++) {
        if (resonate_view_skip(word, t->name)) {
            break;
        }
    }

    if (t->name == NULL) {
        return "has an unknown type";
    }

    arg->type = t->type;
    arg->min = t->min;
    arg->max = t->max;

    if (!resonate_view_skip(word, "[]")) {
        return NULL;
    }

    if (arg->column || arg->type == RESONATE_ENUM
        || arg->type == RESONATE_JSON || arg->type == RESONATE_EXTERNAL)
    {
        return "is a list of a type that has none";
    }

    arg->list = 1;
    arg->min = 0;
    arg->max = RESONATE_ITEMS_MAX;

    return NULL;
}


static const char *
resonate_arg_bounds(resonate_view_t *word, resonate_arg_t *arg)
{
    const char  *error;

    if (!resonate_view_skip(word, "(")) {
        return NULL;
    }

    if (arg->type == RESONATE_ENUM) {
        return resonate_arg_words(word, arg);
    }

    if (!arg->list && arg->type != RESONATE_INT && arg->type != RESONATE_TEXT)
    {
        return "has bounds, but its type has none";
    }

    error = resonate_arg_range(word, &arg->min, &arg->max);
    if (error) {
        return error;
    }

    if (arg->min < 0 && (arg->list || arg->type == RESONATE_TEXT)) {
        return "has a negative bound";
    }

    if (arg->list && arg->max > RESONATE_ITEMS_MAX) {
        return "is a list that may be too long";
    }

    if (!arg->list && arg->type == RESONATE_TEXT
        && arg->max > RESONATE_TEXT_MAX)
    {
        return "is a text that may be too long";
    }

    return NULL;
}


static const char *
resonate_arg_words(resonate_view_t *word, resonate_arg_t *arg)
{
    size_t       i;
    const char  *end;

    end = memchr(word->data, ')', word->len);

    if (end == NULL) {
        return "has bounds that do not end";
    }

    arg->words.data = word->data;
    arg->words.len = end - word->data;

    for (i = 0; i < arg->words.len; i++) {
        if (arg->words.data[i] == '|'
            && (i == 0 || i + 1 == arg->words.len
                || arg->words.data[i + 1] == '|'))
        {
            return "has an enum with an empty word";
        }
    }

    resonate_view_cut(word, arg->words.len + 1);

    return NULL;
}


static const char *
resonate_arg_range(resonate_view_t *word, int64_t *min, int64_t *max)
{
    if (resonate_arg_int(word, min) != 0
        || !resonate_view_skip(word, "..")
        || resonate_arg_int(word, max) != 0
        || !resonate_view_skip(word, ")"))
    {
        return "has bounds that are not (MIN..MAX)";
    }

    return (*min > *max) ? "has a minimum above its maximum" : NULL;
}


static const char *
resonate_arg_tail(resonate_view_t *word, resonate_arg_t *arg)
{
    if (word->len == 0) {
        return NULL;
    }

    if (resonate_view_skip(word, "!")) {
        arg->required = 1;

    } else if (arg->where != RESONATE_PATH && resonate_view_skip(word, "=")) {
        if (arg->list || arg->column || arg->type == RESONATE_JSON
            || arg->type == RESONATE_EXTERNAL)
        {
            return "has a default, but its type has none";
        }

        arg->has_default = 1;
        arg->fallback = *word;
        word->len = 0;
    }

    return word->len ? "has something behind it" : NULL;
}


static int
resonate_arg_int(resonate_view_t *word, int64_t *n)
{
    int      negative;
    size_t   i;
    int64_t  v;

    negative = resonate_view_skip(word, "-");
    v = 0;

    for (i = 0; i < word->len && isdigit((unsigned char) word->data[i]); i++) {
        if (v > INT64_MAX / 10 - 1) {
            return -1;
        }

        v = v * 10 + (word->data[i] - '0');
    }

    if (i == 0) {
        return -1;
    }

    *n = negative ? -v : v;
    resonate_view_cut(word, i);

    return 0;
}


static int
resonate_view_skip(resonate_view_t *word, const char *text)
{
    size_t  n;

    n = strlen(text);

    if (word->len < n || memcmp(word->data, text, n) != 0) {
        return 0;
    }

    resonate_view_cut(word, n);

    return 1;
}


static void
resonate_view_cut(resonate_view_t *word, size_t n)
{
    word->data += n;
    word->len -= n;
}


int
resonate_function_valid(resonate_view_t name)
{
    int     start, dots;
    size_t  i;
    char    c;

    start = 1;
    dots = 0;

    for (i = 0; i < name.len; i++) {
        c = name.data[i];

        if (c == '.' && !start) {
            dots++;
            start = 1;
            continue;
        }

        if (!islower((unsigned char) c) && c != '_'
            && (start || !isdigit((unsigned char) c)))
        {
            return 0;
        }

        start = 0;
    }

    return !start && dots == 1;
}


size_t
resonate_route_sql(char *buf, size_t size, resonate_view_t function,
    const resonate_arg_t *args, size_t nargs, int caller, const char *role)
{
    int     n;
    size_t  i, len;

    n = snprintf(buf, size, "SELECT status, body, tags FROM %.*s(",
                 (int) function.len, function.data);
    len = n;

    for (i = 0; i < nargs && len < size; i++) {
        n = snprintf(buf + len, size - len, "%s\"%s\" => $%zu",
                     i ? ", " : "", args[i].sql, i + 1);
        len += n;
    }

    if (caller && len < size) {
        n = snprintf(buf + len, size - len,
                     "%s\"caller\" => resonate.caller%s%s%s$%zu, $%zu, $%zu)",
                     i ? ", " : "", role ? "_as('" : "", role ? role : "",
                     role ? "', " : "(", i + 1, i + 2, i + 3);
        len += n;
    }

    if (len + 1 < size) {
        buf[len++] = ')';
        buf[len] = '\0';
        return len;
    }

    return 0;
}
