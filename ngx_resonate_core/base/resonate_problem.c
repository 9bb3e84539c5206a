
/*
 * Copyright (C) Resonate
 */


#include "resonate_problem.h"

#include <stdio.h>
#include <stdlib.h>


#define RESONATE_PROBLEM_TYPE_MAX  64


typedef struct {
    int          status;
    const char  *name;     /* of the type; NULL: nothing beyond the status */
    const char  *title;
} resonate_problem_t;


static const resonate_problem_t *resonate_problem_of(int status);


static const resonate_problem_t  resonate_problems[] = {
    { 400, "invalid-request", "Bad Request" },
    { 401, "unauthorized", "Unauthorized" },
    { 402, "no-credit", "Payment Required" },
    { 403, "insufficient-scope", "Forbidden" },
    { 404, "not-found", "Not Found" },
    { 405, "method-not-allowed", "Method Not Allowed" },
    { 408, NULL, "Request Timeout" },
    { 409, "conflict", "Conflict" },
    { 410, NULL, "Gone" },
    { 412, "precondition-failed", "Precondition Failed" },
    { 413, "too-large", "Content Too Large" },
    { 414, "uri-too-long", "URI Too Long" },
    { 415, "unsupported-media-type", "Unsupported Media Type" },
    { 416, "range-not-satisfiable", "Range Not Satisfiable" },
    { 422, "key-reused", "Unprocessable Content" },
    { 429, "too-many-requests", "Too Many Requests" },
    { 431, "headers-too-large", "Request Header Fields Too Large" },
    { 500, "internal", "Internal Server Error" },
    { 501, NULL, "Not Implemented" },
    { 502, NULL, "Bad Gateway" },
    { 503, "unavailable", "Service Unavailable" },
    { 504, "deadline", "Gateway Timeout" },
    { 505, NULL, "HTTP Version Not Supported" },
    { 0, NULL, "Error" }
};


char *
resonate_problem(int status, const char *detail, json_t *errors)
{
    char                       type[RESONATE_PROBLEM_TYPE_MAX], *text;
    json_t                    *problem, *words;
    const resonate_problem_t  *p;

    p = resonate_problem_of(status);

    words = json_string(detail ? detail : p->title);
    if (words == NULL) {
        words = json_string(p->title);
    }

    (void) snprintf(type, sizeof(type), "%s%s",
                    p->name ? RESONATE_PROBLEM_TYPE : "about:blank",
                    p->name ? p->name : "");

    problem = json_pack("{s:s, s:s, s:i, s:O?, s:o?}",
                        "type", type, "title", p->title, "status", status,
                        "detail", words, "message", words);
    if (problem == NULL) {
        return NULL;
    }

    if (errors) {
        json_object_set(problem, "errors", errors);
    }

    json_object_set_new(problem, "data", json_null());

    text = json_dumps(problem, JSON_COMPACT);
    json_decref(problem);

    return text;
}


static const resonate_problem_t *
resonate_problem_of(int status)
{
    const resonate_problem_t  *p;

    for (p = resonate_problems; p->status && p->status != status; p++) {
        /* void */
    }

    return p;
}
