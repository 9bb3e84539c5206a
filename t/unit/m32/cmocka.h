
/*
 * Copyright (C) Resonate
 *
 * What the unit tests use of cmocka, for a build of 32 bits: Debian has no
 * such library of it beside that of the machine.
 */


#ifndef _RESONATE_CMOCKA_H_INCLUDED_
#define _RESONATE_CMOCKA_H_INCLUDED_


#include <inttypes.h>
#include <stdlib.h>
#include <string.h>


struct CMUnitTest {
    const char   *name;
    void        (*run)(void **state);
};


#define print_message  printf

#define cmocka_must(x, what)                                                  \
    do {                                                                      \
        if (!(x)) {                                                           \
            printf("# %s:%d: %s\n", __FILE__, __LINE__, what);                \
            printf("not ok 1 - %s\n", __func__);                              \
            exit(1);                                                          \
        }                                                                     \
    } while (0)

#define assert_true(x)             cmocka_must(x, #x)
#define assert_false(x)            cmocka_must(!(x), #x)
#define assert_null(x)             cmocka_must((x) == NULL, #x)
#define assert_non_null(x)         cmocka_must((x) != NULL, #x)
#define assert_ptr_equal(a, b)     cmocka_must((a) == (b), #a)
#define assert_int_equal(a, b)                                                \
    cmocka_must((uint64_t) (a) == (uint64_t) (b), #a)
#define assert_int_not_equal(a, b)                                            \
    cmocka_must((uint64_t) (a) != (uint64_t) (b), #a)
#define assert_string_equal(a, b)  cmocka_must(strcmp(a, b) == 0, #a)
#define assert_memory_equal(a, b, n)                                          \
    cmocka_must(memcmp(a, b, n) == 0, #a)
#define assert_in_range(a, b, c)                                              \
    cmocka_must((uint64_t) (a) >= (uint64_t) (b)                              \
                && (uint64_t) (a) <= (uint64_t) (c), #a)

#define cmocka_unit_test(f)  { #f, f }

#define cmocka_run_group_tests(tests, setup, teardown)                        \
    cmocka_run(tests, sizeof(tests) / sizeof(tests[0]))


static inline int
cmocka_run(const struct CMUnitTest *tests, size_t n)
{
    size_t   i;
    void    *state;

    state = NULL;

    for (i = 0; i < n; i++) {
        tests[i].run(&state);
        printf("ok %zu - %s\n", i + 1, tests[i].name);
    }

    return 0;
}


#endif /* _RESONATE_CMOCKA_H_INCLUDED_ */
