
/*
 * Copyright (C) Resonate
 *
 * Arguments of routes: from bytes of a request to canonical text or a fault.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_core/route/resonate_args.h"


#define UUID  "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9"


typedef struct {
    const char  *word;       /* with its prefix */
    const char  *input;      /* query, or body */
    const char  *value;      /* NULL: absent or refused */
    const char  *code;       /* of the first fault; NULL: none */
} args_case_t;


static const args_case_t  queries[] = {
    { "?id:uuid", "id=" UUID, UUID, NULL },
    { "?id:uuid", "id=0B1C2D3E-4F50-4617-8293-A4B5C6D7E8F9", UUID, NULL },
    { "?id:uuid", "id=0b1c2d3e4f5046178293a4b5c6d7e8f9", NULL, "format" },
    { "?id:uuid", "id=" UUID "0", NULL, "format" },
    { "?id:uuid", "id=", NULL, "format" },
    { "?id:uuid", "id=" UUID "&id=" UUID, NULL, "repeated" },
    { "?id:uuid", "other=1", NULL, NULL },
    { "?id:uuid!", "other=1", NULL, "required" },

    { "?n:int(1..100)=50", "", "50", NULL },
    { "?n:int(1..100)=50", "n=007", "7", NULL },
    { "?n:int(1..100)=50", "n=0", NULL, "minimum" },
    { "?n:int(1..100)=50", "n=101", NULL, "maximum" },
    { "?n:int(1..100)", "n=99999999999999999999999", NULL, "maximum" },
    { "?n:int(0..9000000000000000000)", "n=9300000000000000000", NULL,
      "maximum" },
    { "?n:int(0..9000000000000000000)", "n=9000000000000000000",
      "9000000000000000000", NULL },
    { "?n:int(-9000000000000000000..0)", "n=-9300000000000000000", NULL,
      "minimum" },
    { "?n:int(-5..100)", "n=-99999999999999999999", NULL, "minimum" },
    { "?n:int(-5..100)", "n=-5", "-5", NULL },
    { "?n:int", "n=-", NULL, "type" },
    { "?n:int", "n=1.5", NULL, "type" },
    { "?n:int", "n=+1", NULL, "type" },
    { "?n:int", "n=", NULL, "type" },
    { "?n:int", "n", NULL, "type" },

    { "?b:bool", "b=1", "true", NULL },
    { "?b:bool", "b=false", "false", NULL },
    { "?b:bool", "b=TRUE", NULL, "type" },

    { "?d:date", "d=2024-02-29", "2024-02-29", NULL },
    { "?d:date", "d=2023-02-29", NULL, "format" },
    { "?d:date", "d=1900-02-29", NULL, "format" },
    { "?d:date", "d=2000-02-29", "2000-02-29", NULL },
    { "?d:date", "d=2024-13-01", NULL, "format" },
    { "?d:date", "d=2024-00-10", NULL, "format" },
    { "?d:date", "d=0000-01-01", NULL, "format" },
    { "?d:date", "d=2024-1-01", NULL, "format" },

    { "?o:enum(a|bc|d)", "o=bc", "bc", NULL },
    { "?o:enum(a|bc|d)", "o=b", NULL, "enum" },
    { "?o:enum(a|bc|d)", "o=a|bc", NULL, "enum" },
    { "?o:enum(a|bc|d)", "o=", NULL, "enum" },

    { "?q:text(1..5)", "q=a+b%20c", "a b c", NULL },
    { "?q:text(1..5)", "q=++ab++", "ab", NULL },
    { "?q:text(1..5)", "q=+++", NULL, "minLength" },
    { "?q:text(1..5)", "q=abcdef", NULL, "maxLength" },
    { "?q:text(1..5)", "q=%C3%A4%E2%82%AC%F0%9F%8E%B5", "ä€🎵", NULL },
    { "?q:text(1..5)", "q=%", NULL, "format" },
    { "?q:text(1..5)", "q=%4", NULL, "format" },
    { "?q:text(1..5)", "q=%zz", NULL, "format" },
    { "?q:text(1..5)", "q=%00", NULL, "format" },
    { "?q:text(1..5)", "q=a%0Ab", NULL, "format" },
    { "?q:text(1..5)", "q=%C0%80", NULL, "format" },
    { "?q:text(1..5)", "q=%ED%A0%80", NULL, "format" },
    { "?q:text(1..5)", "q=%F4%90%80%80", NULL, "format" },
    { "?q:text(1..5)", "q=%E2%82", NULL, "format" },

    { "?ids:uuid[](1..2)", "ids=" UUID, "{" UUID "}", NULL },
    { "?ids:uuid[](1..2)", "ids=" UUID "&ids=" UUID,
      "{" UUID "," UUID "}", NULL },
    { "?ids:uuid[](1..2)", "ids%5B%5D=" UUID, "{" UUID "}", NULL },
    { "?ids:uuid[](1..2)", "ids=" UUID "&ids=" UUID "&ids=" UUID, NULL,
      "maxItems" },
    { "?ids:uuid[](2..3)", "ids=" UUID, NULL, "minItems" },
    { "?ids:uuid[](0..2)", "ids=", "{}", NULL },
    { "?ids:uuid[](0..2)", "ids=&ids=" UUID, "{" UUID "}", NULL },
    { "?ids:uuid[](1..2)", "ids=", NULL, "minItems" },
    { "?ids:uuid[](0..2)", "", NULL, NULL },
    { "?t:text[](1..3)", "t=a%22%5C,%7B&t=b", "{\"a\\\"\\\\,{\",\"b\"}", NULL },
    { "?t:text[](1..3)", "t=", NULL, "minLength" },
};


static const args_case_t  bodies[] = {
    { "body.id:uuid!", "{\"id\":\"" UUID "\"}", UUID, NULL },
    { "body.id:uuid!", "{}", NULL, "required" },
    { "body.id:uuid!", "{\"id\":null}", NULL, "required" },
    { "body.id:uuid!", "{\"id\":7}", NULL, "type" },
    { "body.id:uuid!", "", NULL, "json" },
    { "body.id:uuid!", "[]", NULL, "type" },
    { "body.id:uuid!", "{\"id\":\"" UUID "\"", NULL, "json" },
    { "body.id:uuid!", "{\"id\":\"" UUID "\"}x", NULL, "json" },
    { "body.id:uuid!", "{\"id\":\"a\",\"id\":\"b\"}", NULL, "json" },
    { "body.id:uuid", "{\"no\":1}", NULL, "additionalProperties" },
    { "body.id|old_id:uuid!", "{\"id\":\"" UUID "\"}", UUID, NULL },
    { "body.id|old_id:uuid!", "{\"old_id\":\"" UUID "\"}", UUID, NULL },
    { "body.id|old_id:uuid!", "{\"old_id\":null}", NULL, "required" },
    { "body.id|old_id:uuid!", "{\"id\":null,\"old_id\":\"" UUID "\"}", UUID,
      NULL },
    { "body.id|old_id:uuid!", "{\"id\":\"" UUID "\",\"old_id\":\"" UUID
      "\"}", NULL, "repeated" },
    { "body.id|old_id:uuid!", "{\"old\":\"" UUID "\"}", NULL,
      "additionalProperties" },
    { "body.n:int(1..9)", "{\"n\":9}", "9", NULL },
    { "body.n:int(1..9)", "{\"n\":10}", NULL, "maximum" },
    { "body.n:int(1..9)", "{\"n\":\"9\"}", NULL, "type" },
    { "body.n:int(1..9)", "{\"n\":9.0}", NULL, "type" },
    { "body.n:int(1..9)", "{\"n\":99999999999999999999}", NULL, "json" },
    { "body.b:bool", "{\"b\":true}", "true", NULL },
    { "body.b:bool", "{\"b\":1}", NULL, "type" },
    { "body.t:text(0..5)", "{\"t\":\"a\\nb\"}", "a\nb", NULL },
    { "body.t:text(0..5)", "{\"t\":\"\\u0000\"}", NULL, "json" },
    { "body.t:text(0..5)", "{\"t\":\"\\u0001\"}", NULL, "format" },
    { "body.t:text(0..5)", "{\"t\":\"\"}", "", NULL },
    { "body.l:uuid[](1..2)", "{\"l\":[\"" UUID "\"]}", "{" UUID "}", NULL },
    { "body.l:uuid[](1..2)", "{\"l\":[]}", NULL, "minItems" },
    { "body.l:uuid[](1..2)", "{\"l\":\"" UUID "\"}", NULL, "type" },
    { "body.j:json", "{\"j\":[{\"a\":1}]}", "[{\"a\":1}]", NULL },
    { "body.t:text(0..99)", "{\"t\":\"[[[[[[[[[[[[[[[[[[[[{{{{{\"}",
      "[[[[[[[[[[[[[[[[[[[[{{{{{", NULL },
    { "body.t:text(0..99)", "{\"t\":\"\\\"[[[[[[[[[[[[[[[[[[[[\\\\\"}",
      "\"[[[[[[[[[[[[[[[[[[[[\\", NULL },
    { "body.p:external", "{\"p\":null}", NULL, NULL },
    { "body.p:external", "{\"p\":\"\"}", NULL, NULL },
    { "body.p:external", "{\"p\":\"secret\"}", NULL, "readOnly" },
    { "body.p:external", "{\"p\":0}", NULL, "readOnly" },
    { "body.j:json",
      "{\"j\":[\"]]\",[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}", NULL,
      "json" },
    { "body.j:json",
      "{\"j\":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}", NULL, "json" },
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
check(const args_case_t *c, int body)
{
    char               *buf;
    size_t              size;
    resonate_arg_t      arg;
    resonate_view_t     input = { c->input, strlen(c->input) };
    resonate_values_t   v;

    arg = arg_of(c->word);
    size = resonate_values_size(input.len + arg.fallback.len, 1);
    buf = test_malloc(size);

    resonate_values_init(&v, buf, size);

    if (body) {
        resonate_args_body(&v, &arg, 1, input);

    } else {
        resonate_args_query(&v, &arg, 1, input);
    }

    resonate_args_finish(&v, &arg, 1);

    if (c->code) {
        if (v.nfaults == 0) {
            fail_msg("%s: \"%s\" has no fault", c->word, c->input);
        }

        assert_string_equal(v.faults[0].code, c->code);
        assert_null(v.values[0]);

    } else if (v.nfaults) {
        fail_msg("%s: \"%s\" %s", c->word, c->input, v.faults[0].message);

    } else if (c->value) {
        assert_non_null(v.values[0]);
        assert_string_equal(v.values[0], c->value);

    } else {
        assert_null(v.values[0]);
    }

    test_free(buf);
}


static void
test_queries(void **state)
{
    size_t  i;

    (void) state;

    for (i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        check(&queries[i], 0);
    }
}


static void
test_bodies(void **state)
{
    size_t  i;

    (void) state;

    for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        check(&bodies[i], 1);
    }
}


/* an array of objects, by "tracks[](1..3).trackId:uuid!" and ".index:int" */

static const struct {
    const char  *input;
    const char  *ids;
    const char  *indexes;
    const char  *faults[4];    /* path, and behind a space its code */
} columns[] = {
    { "{\"tracks\":[{\"trackId\":\"" UUID "\",\"index\":7}]}",
      "{" UUID "}", "{7}", { NULL } },
    { "{\"tracks\":[{\"trackId\":\"" UUID "\"},{\"index\":0,"
      "\"trackId\":\"" UUID "\"}]}",
      "{" UUID "," UUID "}", "{NULL,0}", { NULL } },
    { "{\"tracks\":[{\"trackId\":\"" UUID "\",\"index\":null}]}",
      "{" UUID "}", "{NULL}", { NULL } },
    { "{\"tracks\":null}", NULL, NULL, { "tracks required" } },
    { "{}", NULL, NULL, { "tracks required" } },
    { "{\"tracks\":[]}", NULL, NULL, { "tracks minItems" } },
    { "{\"tracks\":[{},{},{},{}]}", NULL, NULL, { "tracks maxItems" } },
    { "{\"tracks\":\"" UUID "\"}", NULL, NULL, { "tracks type" } },
    { "{\"tracks\":[\"" UUID "\",{\"trackId\":\"" UUID "\"}]}", NULL, NULL,
      { "tracks[0] type" } },
    { "{\"tracks\":[{\"trackId\":\"" UUID "\",\"title\":\"x\"}]}",
      NULL, NULL, { "tracks[0] additionalProperties" } },
    { "{\"tracks\":[{\"trackId\":\"" UUID "\"},{\"index\":-1},"
      "{\"trackId\":\"x\",\"index\":\"1\"}]}", NULL, NULL,
      { "tracks[1].trackId required", "tracks[2].trackId format",
        "tracks[1].index minimum", "tracks[2].index type" } },
};


static void
check_faults(resonate_values_t *v, const char *const *expected)
{
    char         text[128];
    size_t       i;
    json_t      *faults, *fault;
    const char  *path, *code;

    faults = resonate_args_faults(v);

    json_array_foreach(faults, i, fault) {
        assert_int_equal(json_unpack(fault, "{s:s, s:s}", "path", &path,
                                     "code", &code), 0);
        snprintf(text, sizeof(text), "%s %s", path, code);

        assert_true(i < 4 && expected[i] != NULL);
        assert_string_equal(text, expected[i]);
    }

    assert_true(i == 4 || expected[i] == NULL);
    json_decref(faults);
}


static void
test_columns(void **state)
{
    char                buf[1024];
    size_t              i;
    resonate_arg_t      args[2];
    resonate_view_t     body;
    resonate_values_t   v;

    (void) state;

    args[0] = arg_of("body.tracks[](1..3).trackId:uuid!");
    args[1] = arg_of("body.tracks[](1..3).index:int(0..99)");

    for (i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        body.data = columns[i].input;
        body.len = strlen(columns[i].input);

        resonate_values_init(&v, buf, sizeof(buf));
        resonate_args_body(&v, args, 2, body);
        resonate_args_finish(&v, args, 2);

        check_faults(&v, columns[i].faults);

        if (columns[i].ids) {
            assert_string_equal(v.values[0], columns[i].ids);
            assert_string_equal(v.values[1], columns[i].indexes);
        }
    }
}


/* texts and words of an array of objects are quoted */

static void
test_column_texts(void **state)
{
    char                buf[1024];
    resonate_arg_t      args[2];
    resonate_view_t     body = { "{\"a\":[{\"t\":\"x\\\"},{\"},{\"t\":\"\"},"
                                 "{\"o\":\"NULL\"}]}", 42 };
    resonate_values_t   v;

    (void) state;

    args[0] = arg_of("body.a[].t:text(0..9)");
    args[1] = arg_of("body.a[].o:enum(NULL|x)");
    body.len = strlen(body.data);

    resonate_values_init(&v, buf, sizeof(buf));
    resonate_args_body(&v, args, 2, body);

    assert_int_equal(v.nfaults, 0);
    assert_string_equal(v.values[0], "{\"x\\\"},{\",\"\",NULL}");
    assert_string_equal(v.values[1], "{NULL,NULL,\"NULL\"}");
}


/* all faults at once; two hundred ids fit */

static void
test_many(void **state)
{
    char               *query, *buf;
    size_t              i, n, size;
    json_t             *faults;
    resonate_arg_t      args[3];
    resonate_view_t     view;
    resonate_values_t   v;

    (void) state;

    args[0] = arg_of("?a:int");
    args[1] = arg_of("?b:uuid");
    args[2] = arg_of("?ids:uuid[](1..200)!");

    query = test_malloc(200 * (sizeof("&ids=" UUID)) + 1);
    n = 0;

    for (i = 0; i < 200; i++) {
        n += sprintf(query + n, "&ids=" UUID);
    }

    view.data = query;
    view.len = n;
    size = resonate_values_size(n, 3);
    buf = test_malloc(size);

    resonate_values_init(&v, buf, size);
    resonate_args_query(&v, args, 3, view);
    assert_int_equal(v.nfaults, 0);
    assert_int_equal(strlen(v.values[2]), 200 * 37 + 1);

    resonate_values_init(&v, buf, size);
    view.data = "a=x&b=y";
    view.len = 7;
    resonate_args_query(&v, args, 3, view);
    resonate_args_finish(&v, args, 3);

    faults = resonate_args_faults(&v);
    assert_int_equal(json_array_size(faults), 3);
    json_decref(faults);

    test_free(buf);
    test_free(query);
}


/* a number of JSON may become five times as long */

static void
test_numbers(void **state)
{
    char                body[4096], buf[resonate_values_size(4096, 1)];
    size_t              i, n;
    resonate_arg_t      arg;
    resonate_view_t     view;
    resonate_values_t   v;

    (void) state;

    arg = arg_of("body.j:json");
    n = sprintf(body, "{\"j\":[0.1");

    for (i = 0; i < 1000; i++) {
        n += sprintf(body + n, ",0.1");
    }

    n += sprintf(body + n, "]}");

    view.data = body;
    view.len = n;

    resonate_values_init(&v, buf, resonate_values_size(n, 1));
    resonate_args_body(&v, &arg, 1, view);

    assert_int_equal(v.nfaults, 0);
    assert_non_null(v.values[0]);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_queries),
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_column_texts),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
