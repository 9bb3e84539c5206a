
/*
 * Copyright (C) Resonate
 *
 * Arguments as words of configuration, and the SQL that calls a route.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_core/route/resonate_spec.h"


typedef struct {
    const char        *word;
    const char        *sql;
    resonate_type_e    type;
    resonate_where_e   where;
    int64_t            min;
    int64_t            max;
    const char        *fallback;    /* NULL: has none */
    int                list;
    int                required;
} spec_case_t;


static const spec_case_t  types[] = {
    { "?limit:int(1..100)=50", "limit", RESONATE_INT, RESONATE_QUERY,
      1, 100, "50", 0, 0 },
    { "?n:int(-5..5)", "n", RESONATE_INT, RESONATE_QUERY,
      -5, 5, NULL, 0, 0 },
    { "body.trackId:uuid!", "track_id", RESONATE_UUID, RESONATE_BODY,
      0, 0, NULL, 0, 1 },
    { "header.Idempotency-Key:text(1..255)", "idempotency_key",
      RESONATE_TEXT, RESONATE_HEADER, 1, 255, NULL, 0, 0 },
    { "?ids:uuid[](1..200)!", "ids", RESONATE_UUID, RESONATE_QUERY,
      1, 200, NULL, 1, 1 },
    { "?tags:text[]", "tags", RESONATE_TEXT, RESONATE_QUERY,
      0, RESONATE_ITEMS_MAX, NULL, 1, 0 },
    { "?o:enum(a|b)=", "o", RESONATE_ENUM, RESONATE_QUERY, 0, 0, "", 0, 0 },
    { "?aBC_d:bool", "a_b_c_d", RESONATE_BOOL, RESONATE_QUERY,
      0, 0, NULL, 0, 0 },
    { "body.tracks:json!", "tracks", RESONATE_JSON, RESONATE_BODY,
      0, 0, NULL, 0, 1 },
    { "body.tracks[](1..9).trackId:uuid!", "tracks_track_id", RESONATE_UUID,
      RESONATE_BODY, 0, 0, NULL, 0, 1 },
    { "body.tracks[].index:int(0..7)", "tracks_index", RESONATE_INT,
      RESONATE_BODY, 0, 7, NULL, 0, 0 },
    { "body.trackId|track_id:uuid", "track_id", RESONATE_UUID, RESONATE_BODY,
      0, 0, NULL, 0, 0 },
    { "body.password:external", "password", RESONATE_EXTERNAL, RESONATE_BODY,
      0, 0, NULL, 0, 0 },
    { "?from:date", "from", RESONATE_DATE, RESONATE_QUERY,
      0, 0, NULL, 0, 0 },
};


/* word of configuration, what must be wrong with it */

static const char *const  words[][2] = {
    { "?:int", "has no name" },
    { "?1a:int", "has no name" },
    { "?a", "has no type" },
    { "?a:float", "has an unknown type" },
    { "?a b:int", "has a name of other characters" },
    { "?a:int(5..1)", "has a minimum above its maximum" },
    { "?a:int(5)", "has bounds that are not (MIN..MAX)" },
    { "?a:int(1..99999999999999999999)", "has bounds that are not" },
    { "?a:uuid(1..2)", "has bounds, but its type has none" },
    { "?a:enum", "has an enum without words" },
    { "?a:enum(x", "has bounds that do not end" },
    { "?a:enum[](x)", "is a list of a type that has none" },
    { "?a:uuid[](1..9999)", "is a list that may be too long" },
    { "?a:text(0..99999)", "is a text that may be too long" },
    { "?a:uuid[]=x", "has a default, but its type has none" },
    { "?a:json", "has a type that only a body has" },
    { "?a:external", "has a type that only a body has" },
    { "?a:text(-5..-1)", "has a negative bound" },
    { "?a:uuid[](-1..1)", "has a negative bound" },
    { "?a:enum(|)", "has an enum with an empty word" },
    { "?a:enum(a||b)", "has an enum with an empty word" },
    { "?a:enum(a|)", "has an enum with an empty word" },
    { "?aNameThatInSqlIsALotLongerThanTheServerKEEPSofIT:int",
      "has a name that is too long" },
    { "?ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMN:int",
      "has a name that is too long" },
    { "?a[].b:int", "has no type" },
    { "?a|b:int", "has no type" },
    { "body.a|:int", "has no name" },
    { "body.a|b c:int", "has a name of other characters" },
    { "body.a|b|c:int", "has no type" },
    { "body.a|b[].c:int", "has no type" },
    { "body.a[]:int", "names no member" },
    { "body.a[].:int", "has no name" },
    { "body.a[](2..1).b:int", "has a minimum above its maximum" },
    { "body.a[](-1..1).b:int", "has a negative bound" },
    { "body.a[](0..9999).b:int", "is a list that may be too long" },
    { "body.a[](0..9.b:int", "has bounds that are not (MIN..MAX)" },
    { "body.a[].b[].c:int", "has no type" },
    { "body.a[].b:int[]", "is a list of a type that has none" },
    { "body.a[].b:json", "is a column of a type that has none" },
    { "body.a[].b:external", "is external" },
    { "body.a[].b:int=1", "has a default, but its type has none" },
    { "body.a:external!", "is external" },
    { "body.a:external=", "has a default, but its type has none" },
    { "?a:int!x", "has something behind it" },
};


/* two arguments of one route, how the second contradicts the first */

static const char *const  conflicts[][3] = {
    { "?a:int", "?b:int", NULL },
    { "?a:int", "?a:int", "is duplicate" },
    { "?aB:int", "body.a-b:int", "is duplicate" },
    { "body.a[].b:int", "body.a[].c:int", NULL },
    { "body.a[].b:int", "body.a[].b:text", "is duplicate" },
    { "body.a[].b:int", "?a:int", NULL },
    { "body.a|b:int", "?b:int", NULL },
    { "body.a|b:int", "body.b:int", "has a name that another has" },
    { "body.b:int", "body.a|b:int", "has a name that another has" },
    { "body.a|b:int", "body.c|b:int", "has a name that another has" },
    { "body.a|b:int", "body.b[].c:int", "has a name that another has" },
    { "body.a[].b:int", "body.a:int", "is an array of objects and" },
    { "body.a:int", "body.a[].b:int", "is an array of objects and" },
    { "body.a[](1..2).b:int", "body.a[](1..3).c:int", "has other bounds" },
    { "body.a[](1..2).b:int", "body.a[].c:int", "has other bounds" },
};


/* a function's name, whether it is one */

static const struct {
    const char  *name;
    int          valid;
} functions[] = {
    { "a.b", 1 }, { "v3.play_2", 1 }, { "_a._b", 1 },
    { "", 0 }, { "ab", 0 }, { ".", 0 }, { "a.", 0 }, { ".b", 0 },
    { "a..b", 0 }, { "a.b.c", 0 }, { "a.1b", 0 }, { "1a.b", 0 },
    { "A.b", 0 }, { "a.b;", 0 }, { "a.b()", 0 }, { "a.\"b\"", 0 },
    { "a. b", 0 }, { "a.b--", 0 },
};


static resonate_arg_t
arg_of(const char *text)
{
    resonate_arg_t    arg;
    resonate_view_t   word = { text, strlen(text) };
    resonate_where_e  where;

    assert_int_equal(resonate_arg_where(&word, &where), 0);
    assert_null(resonate_arg_parse(word, where, &arg));

    return arg;
}


static void
test_types(void **state)
{
    size_t           i;
    resonate_arg_t   arg;

    (void) state;

    for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        arg = arg_of(types[i].word);

        assert_string_equal(arg.sql, types[i].sql);
        assert_int_equal(arg.type, types[i].type);
        assert_int_equal(arg.where, types[i].where);
        assert_int_equal(arg.min, types[i].min);
        assert_int_equal(arg.max, types[i].max);
        assert_int_equal(arg.list, types[i].list);
        assert_int_equal(arg.required, types[i].required);
        assert_int_equal(arg.has_default, types[i].fallback != NULL);

        if (types[i].fallback) {
            assert_int_equal(arg.fallback.len, strlen(types[i].fallback));
            assert_memory_equal(arg.fallback.data, types[i].fallback,
                                arg.fallback.len);
        }
    }
}


static void
test_words(void **state)
{
    size_t            i;
    const char       *error;
    resonate_arg_t    arg;
    resonate_view_t   word;
    resonate_where_e  where;

    (void) state;

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        word.data = words[i][0];
        word.len = strlen(words[i][0]);

        assert_int_equal(resonate_arg_where(&word, &where), 0);

        error = resonate_arg_parse(word, where, &arg);

        if (error == NULL || strstr(error, words[i][1]) != error) {
            fail_msg("%s: %s", words[i][0], error ? error : "is accepted");
        }
    }
}


static void
test_conflicts(void **state)
{
    size_t           i;
    const char      *error, *expected;
    resonate_arg_t   args[2];

    (void) state;

    for (i = 0; i < sizeof(conflicts) / sizeof(conflicts[0]); i++) {
        args[0] = arg_of(conflicts[i][0]);
        args[1] = arg_of(conflicts[i][1]);
        expected = conflicts[i][2];

        error = resonate_arg_conflict(args, 1, &args[1]);

        if ((error == NULL) != (expected == NULL)
            || (error && strstr(error, expected) != error))
        {
            fail_msg("%s %s: %s", conflicts[i][0], conflicts[i][1],
                     error ? error : "is accepted");
        }
    }
}


static void
test_functions(void **state)
{
    size_t           i;
    resonate_view_t  name;

    (void) state;

    for (i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        name.data = functions[i].name;
        name.len = strlen(functions[i].name);

        if (resonate_function_valid(name) != functions[i].valid) {
            fail_msg("\"%s\"", functions[i].name);
        }
    }
}


static void
test_sql(void **state)
{
    char             sql[512];
    size_t           n;
    resonate_arg_t   args[2];
    resonate_view_t  name = { "v3.play", 7 };

    (void) state;

    args[0] = arg_of("body.trackId:uuid!");
    args[1] = arg_of("header.Idempotency-Key:text(1..9)");

    n = resonate_route_sql(sql, sizeof(sql), name, args, 2, 1, NULL);

    assert_int_equal(n, strlen(sql));
    assert_string_equal(sql,
        "SELECT status, body, tags FROM v3.play(\"track_id\" => $1, "
        "\"idempotency_key\" => $2, "
        "\"caller\" => resonate.caller($3, $4, $5))");

    for (n = 0; n < strlen(sql) + 1; n++) {
        assert_int_equal(resonate_route_sql(sql, n, name, args, 2, 1, NULL),
                         0);
    }

    n = resonate_route_sql(sql, sizeof(sql), name, args, 0, 1, "label");

    assert_int_equal(n, strlen(sql));
    assert_string_equal(sql,
        "SELECT status, body, tags FROM v3.play("
        "\"caller\" => resonate.caller_as('label', $1, $2, $3))");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_conflicts),
        cmocka_unit_test(test_functions),
        cmocka_unit_test(test_sql),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
