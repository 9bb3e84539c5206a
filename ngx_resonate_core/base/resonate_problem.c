
/*
 * Copyright (C) Resonate
 */


#include "resonate_problem.h"

#include <string.h>


typedef struct {
    int          status;
    const char  *title;
} resonate_problem_title_t;


static const resonate_problem_title_t  resonate_problem_titles[] = {
    { 400, "Bad Request" },
    { 401, "Unauthorized" },
    { 402, "Payment Required" },
    { 403, "Forbidden" },
    { 404, "Not Found" },
    { 405, "Method Not Allowed" },
    { 408, "Request Timeout" },
    { 409, "Conflict" },
    { 410, "Gone" },
    { 412, "Precondition Failed" },
    { 413, "Content Too Large" },
    { 415, "Unsupported Media Type" },
    { 416, "Range Not Satisfiable" },
    { 422, "Unprocessable Content" },
    { 429, "Too Many Requests" },
    { 500, "Internal Server Error" },
    { 501, "Not Implemented" },
    { 502, "Bad Gateway" },
    { 503, "Service Unavailable" },
    { 504, "Gateway Timeout" },
    { 0, NULL }
};


const char *
resonate_problem_title(int status)
{
    const resonate_problem_title_t  *t;

    for (t = resonate_problem_titles; t->title; t++) {
        if (t->status == status) {
            return t->title;
        }
    }

    return (status < 500) ? "Client Error" : "Server Error";
}


char *
resonate_problem(int status, const char *detail, json_t *errors, size_t *len)
{
    char        *text;
    json_t      *problem, *words;
    const char  *title;

    title = resonate_problem_title(status);

    words = json_string(detail ? detail : title);
    if (words == NULL) {
        words = json_string(title);
    }

    problem = json_pack("{s:s, s:s, s:i, s:O?, s:o?}",
                        "type", "about:blank", "title", title,
                        "status", status, "detail", words, "message", words);
    if (problem == NULL) {
        return NULL;
    }

    if (errors) {
        json_object_set(problem, "errors", errors);
    }

    json_object_set_new(problem, "data", json_null());

    text = json_dumps(problem, JSON_COMPACT);
    json_decref(problem);

    if (text) {
        *len = strlen(text);
    }

    return text;
}
