
/*
 * Copyright (C) Resonate
 *
 * Scalars: each type checks a decoded text and writes its canonical form.
 */


#include "resonate_args.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>


static int resonate_value_uuid(resonate_values_t *v,
    const resonate_arg_t *arg, resonate_view_t text);
static int resonate_value_int(resonate_values_t *v, const resonate_arg_t *arg,
    resonate_view_t text);
static int resonate_value_bool(resonate_values_t *v,
    const resonate_arg_t *arg, resonate_view_t text);
static int resonate_value_date(resonate_values_t *v,
    const resonate_arg_t *arg, resonate_view_t text);
static int resonate_value_text(resonate_values_t *v,
    const resonate_arg_t *arg, resonate_view_t text);
static int resonate_value_enum(resonate_values_t *v,
    const resonate_arg_t *arg, resonate_view_t text);
static int resonate_out_quoted(resonate_values_t *v,
    const resonate_arg_t *arg, resonate_view_t text);
static int resonate_utf8_next(const unsigned char **p,
    const unsigned char *end);
static int resonate_digits(const char *p, size_t n);


void
resonate_fault(resonate_values_t *v, const resonate_arg_t *arg,
    const char *code, const char *fmt, ...)
{
    va_list            args;
    resonate_fault_t  *f;

    if (v->nfaults == RESONATE_FAULTS_MAX) {
        return;
    }

    f = &v->faults[v->nfaults++];
    f->path = arg->name;
    f->member = arg->member;
    f->item = v->item;
    f->location = resonate_where_name(arg->where);
    f->code = code;

    va_start(args, fmt);
    vsnprintf(f->message, sizeof(f->message), fmt, args);
    va_end(args);
}


int
resonate_value_put(resonate_values_t *v, const resonate_arg_t *arg,
    resonate_view_t text)
{
    switch (arg->type) {

    case RESONATE_UUID:
        return resonate_value_uuid(v, arg, text);

    case RESONATE_INT:
        return resonate_value_int(v, arg, text);

    case RESONATE_BOOL:
        return resonate_value_bool(v, arg, text);

    case RESONATE_DATE:
        return resonate_value_date(v, arg, text);

    case RESONATE_ENUM:
        return resonate_value_enum(v, arg, text);

    case RESONATE_TEXT:
        return resonate_value_text(v, arg, text);

    default: /* of a body only, which does it itself */
        return -1;
    }
}


int
resonate_out(resonate_values_t *v, const resonate_arg_t *arg,
    const char *data, size_t len)
{
    /* one byte stays for the NUL */

    if ((size_t) (v->end - v->out) <= len) {
        resonate_fault(v, arg, "maxLength", "is too long");
        return -1;
    }

    memcpy(v->out, data, len);
    v->out += len;

    return 0;
}


static int
resonate_value_uuid(resonate_values_t *v, const resonate_arg_t *arg,
    resonate_view_t text)
{
    int     dash;
    char    c, buf[36];
    size_t  i;

    for (i = 0; i < text.len && i < sizeof(buf); i++) {
        c = text.data[i];
        dash = (i == 8 || i == 13 || i == 18 || i == 23);

        if (c >= 'A' && c <= 'F') {
            c |= 0x20;
        }

        if (dash ? c != '-'
                 : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
        {
            break;
        }

        buf[i] = c;
    }

    if (i != sizeof(buf) || text.len != sizeof(buf)) {
        resonate_fault(v, arg, "format",
                       "should be a uuid");
        return -1;
    }

    return resonate_out(v, arg, buf, sizeof(buf));
}


static int
resonate_value_int(resonate_values_t *v, const resonate_arg_t *arg,
    resonate_view_t text)
{
    int      n, digit, negative;
    char     buf[24];
    size_t   i;
    int64_t  value;

    negative = (text.len && text.data[0] == '-');
    value = 0;
    i = negative;

    if (i == text.len) {
        goto invalid;
    }

    for ( /* void */ ; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            goto invalid;
        }

        /* what saturates is out of any bounds that a route can have */

        digit = text.data[i] - '0';
        value = (value > (INT64_MAX - digit) / 10) ? INT64_MAX
                                                   : value * 10 + digit;
    }

    value = negative ? -value : value;

    if (value < arg->min) {
        resonate_fault(v, arg, "minimum",
                       "should be >= %lld", (long long) arg->min);
        return -1;
    }

    if (value > arg->max) {
        resonate_fault(v, arg, "maximum",
                       "should be <= %lld", (long long) arg->max);
        return -1;
    }

    n = snprintf(buf, sizeof(buf), "%lld", (long long) value);

    return resonate_out(v, arg, buf, n);

invalid:

    resonate_fault(v, arg, "type",
                   "should be an integer");
    return -1;
}


static int
resonate_value_bool(resonate_values_t *v, const resonate_arg_t *arg,
    resonate_view_t text)
{
    if ((text.len == 4 && memcmp(text.data, "true", 4) == 0)
        || (text.len == 1 && text.data[0] == '1'))
    {
        return resonate_out(v, arg, "true", 4);
    }

    if ((text.len == 5 && memcmp(text.data, "false", 5) == 0)
        || (text.len == 1 && text.data[0] == '0'))
    {
        return resonate_out(v, arg, "false", 5);
    }

    resonate_fault(v, arg, "type",
                   "should be true or false");
    return -1;
}


static int
resonate_value_date(resonate_values_t *v, const resonate_arg_t *arg,
    resonate_view_t text)
{
    int                         year, month, day, last;
    static const unsigned char  days[] = { 31, 28, 31, 30, 31, 30,
                                           31, 31, 30, 31, 30, 31 };

    if (text.len != 10 || text.data[4] != '-' || text.data[7] != '-') {
        goto invalid;
    }

    year = resonate_digits(text.data, 4);
    month = resonate_digits(text.data + 5, 2);
    day = resonate_digits(text.data + 8, 2);

    if (year < 1 || month < 1 || month > 12 || day < 1) {
        goto invalid;
    }

    last = days[month - 1];

    if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)) {
        last = 29;
    }

    if (day > last) {
        goto invalid;
    }

    return resonate_out(v, arg, text.data, text.len);

invalid:

    resonate_fault(v, arg, "format",
                   "should be a date, YYYY-MM-DD");
    return -1;
}


static int
resonate_value_enum(resonate_values_t *v, const resonate_arg_t *arg,
    resonate_view_t text)
{
    const char  *p, *end, *word;

    p = arg->words.data;
    end = p + arg->words.len;

    while (p < end) {
        word = p;

        while (p < end && *p != '|') {
            p++;
        }

        if ((size_t) (p - word) == text.len
            && memcmp(word, text.data, text.len) == 0)
        {
            return arg->column ? resonate_out_quoted(v, arg, text)
                               : resonate_out(v, arg, text.data, text.len);
        }

        p++;
    }

    resonate_fault(v, arg, "enum", "should be one of %.*s",
                   (int) arg->words.len, arg->words.data);
    return -1;
}


/*
 * Control characters have no place in a text, but a body may break lines.
 */

static int
resonate_value_text(resonate_values_t *v, const resonate_arg_t *arg,
    resonate_view_t text)
{
    int                   c;
    int64_t               n, min, max;
    const unsigned char  *p, *end;

    while (text.len && text.data[0] == ' ') {
        text.data++;
        text.len--;
    }

    while (text.len && text.data[text.len - 1] == ' ') {
        text.len--;
    }

    p = (const unsigned char *) text.data;
    end = p + text.len;

    for (n = 0; p < end; n++) {
        c = resonate_utf8_next(&p, end);

        if (c < 0
            || c == 0x7f
            || (c < 0x20 && (arg->where != RESONATE_BODY
                             || (c != '\n' && c != '\r' && c != '\t'))))
        {
            resonate_fault(v, arg, "format",
                           "should be UTF-8 text without control characters");
            return -1;
        }
    }

    min = arg->list ? 1 : arg->min;
    max = arg->list ? 255 : arg->max;

    if (n < min) {
        resonate_fault(v, arg, "minLength",
                       "should have at least %lld characters",
                       (long long) min);
        return -1;
    }

    if (n > max) {
        resonate_fault(v, arg, "maxLength",
                       "should have at most %lld characters",
                       (long long) max);
        return -1;
    }

    if (arg->list || arg->column) {
        return resonate_out_quoted(v, arg, text);
    }

    return resonate_out(v, arg, text.data, text.len);
}


/* an element of an array literal, quoted so that nothing in it is special */

static int
resonate_out_quoted(resonate_values_t *v, const resonate_arg_t *arg,
    resonate_view_t text)
{
    size_t  i;

    if (resonate_out(v, arg, "\"", 1) != 0) {
        return -1;
    }

    for (i = 0; i < text.len; i++) {
        if ((text.data[i] == '"' || text.data[i] == '\\')
            && resonate_out(v, arg, "\\", 1) != 0)
        {
            return -1;
        }

        if (resonate_out(v, arg, &text.data[i], 1) != 0) {
            return -1;
        }
    }

    return resonate_out(v, arg, "\"", 1);
}


/* RFC 3629: shortest form, no surrogates, at most U+10FFFF; -1: invalid */

static int
resonate_utf8_next(const unsigned char **p, const unsigned char *end)
{
    int                         c, n, i;
    static const int            least[] = { 0, 0x80, 0x800, 0x10000 };

    c = *(*p)++;

    if (c < 0x80) {
        return c;
    }

    if (c < 0xc2 || c > 0xf4) {
        return -1;
    }

    n = (c >= 0xf0) ? 3 : (c >= 0xe0) ? 2 : 1;
    c &= 0x3f >> n;

    if (end - *p < n) {
        return -1;
    }

    for (i = 0; i < n; i++) {
        if ((**p & 0xc0) != 0x80) {
            return -1;
        }

        c = (c << 6) | (*(*p)++ & 0x3f);
    }

    if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
        return -1;
    }

    return c;
}


static int
resonate_digits(const char *p, size_t n)
{
    int  value;

    for (value = 0; n; n--, p++) {
        if (*p < '0' || *p > '9') {
            return -1;
        }

        value = value * 10 + (*p - '0');
    }

    return value;
}
