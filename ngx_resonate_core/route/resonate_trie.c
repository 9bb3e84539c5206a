
/*
 * Copyright (C) Resonate
 */


#include "resonate_trie.h"

#include <string.h>


static const char *const  resonate_methods[] = {
    "GET", "POST", "PUT", "PATCH", "DELETE"
};


static int resonate_path_next(resonate_view_t *path, resonate_view_t *seg);
static resonate_node_t *resonate_trie_literal(resonate_node_t *node,
    resonate_view_t seg);
static resonate_node_t *resonate_trie_step(resonate_node_t *node,
    resonate_view_t seg, resonate_alloc_pt alloc, void *ctx,
    resonate_arg_t *args, size_t *nargs, const char **error);
static const char *resonate_trie_capture(resonate_view_t *seg,
    resonate_arg_t *args, size_t nargs);
static int resonate_trie_suffix(resonate_node_t *capture,
    resonate_view_t *seg);
static resonate_node_t *resonate_trie_walk(resonate_node_t *node,
    resonate_view_t path, resonate_captures_t *captures, size_t depth);


int
resonate_method_parse(resonate_view_t word, resonate_method_e *method)
{
    int  i;

    for (i = 0; i < RESONATE_METHODS; i++) {
        if (strlen(resonate_methods[i]) == word.len
            && memcmp(resonate_methods[i], word.data, word.len) == 0)
        {
            *method = (resonate_method_e) i;
            return 0;
        }
    }

    return -1;
}


const char *
resonate_method_name(resonate_method_e method)
{
    return resonate_methods[method];
}


char *
resonate_route_name(char *dst, resonate_method_e method,
    resonate_view_t prefix, resonate_view_t pattern)
{
    size_t  i, len;

    len = strlen(resonate_methods[method]);
    memcpy(dst, resonate_methods[method], len);
    dst += len;
    *dst++ = ' ';

    memcpy(dst, prefix.data, prefix.len);
    dst += prefix.len;

    for (i = 0; i < pattern.len; i++) {

        if (pattern.data[i] != '<' || pattern.data[i - 1] != '/') {
            *dst++ = pattern.data[i];
            continue;
        }

        *dst++ = ':';

        for (i++; pattern.data[i] != ':'; i++) {
            *dst++ = pattern.data[i];
        }

        while (pattern.data[i] != '>') {
            i++;
        }
    }

    return dst;
}


resonate_node_t *
resonate_trie_add(resonate_node_t *root, resonate_view_t pattern,
    resonate_alloc_pt alloc, void *ctx, resonate_arg_t *args, size_t *nargs,
    const char **error)
{
    size_t            depth;
    resonate_node_t  *node;
    resonate_view_t   seg;

    *nargs = 0;
    *error = NULL;

    if (pattern.len == 0 || pattern.data[0] != '/') {
        *error = "does not begin with \"/\"";
        return NULL;
    }

    node = root;

    for (depth = 0; resonate_path_next(&pattern, &seg); depth++) {

        if (depth == RESONATE_SEGMENTS_MAX) {
            *error = "has too many segments";
            return NULL;
        }

        node = resonate_trie_step(node, seg, alloc, ctx, args, nargs, error);
        if (node == NULL) {
            return NULL;
        }
    }

    node->known = 1;

    return node;
}


static resonate_node_t *
resonate_trie_step(resonate_node_t *node, resonate_view_t seg,
    resonate_alloc_pt alloc, void *ctx, resonate_arg_t *args, size_t *nargs,
    const char **error)
{
    resonate_view_t   name;
    resonate_node_t  *next;

    if (seg.len == 0) {
        *error = "has an empty segment";
        return NULL;
    }

    name = seg;

    if (seg.data[0] == '<') {
        *error = resonate_trie_capture(&name, args, *nargs);
        if (*error) {
            return NULL;
        }

        (*nargs)++;
        next = node->capture;

        if (next && !resonate_view_equal(next->name, name)) {
            *error = "has another suffix behind its capture than a path before";
            return NULL;
        }

    } else {
        next = resonate_trie_literal(node, seg);
    }

    if (next) {
        return next;
    }

    next = alloc(ctx, sizeof(resonate_node_t));
    if (next == NULL) {
        *error = "does not fit into memory";
        return NULL;
    }

    next->name = name;

    if (seg.data[0] == '<') {
        node->capture = next;

    } else {
        next->sibling = node->child;
        node->child = next;
    }

    return next;
}


/* NULL, or what is wrong; the suffix is left of *seg */

static const char *
resonate_trie_capture(resonate_view_t *seg, resonate_arg_t *args,
    size_t nargs)
{
    const char       *error, *end;
    resonate_view_t   word;

    end = memchr(seg->data, '>', seg->len);
    if (end == NULL) {
        return "has a capture that does not end with \">\"";
    }

    word.data = seg->data + 1;
    word.len = end - word.data;

    error = resonate_arg_parse(word, RESONATE_PATH, &args[nargs]);
    if (error) {
        return error;
    }

    if (resonate_arg_conflict(args, nargs, &args[nargs])) {
        return "has two captures of one name";
    }

    args[nargs].capture = nargs;

    seg->len -= end + 1 - seg->data;
    seg->data = end + 1;

    return NULL;
}


resonate_node_t *
resonate_trie_find(resonate_node_t *root, resonate_view_t path,
    resonate_captures_t *captures)
{
    captures->n = 0;

    if (path.len && path.data[0] != '/') {
        return NULL;
    }

    if (path.len > 1 && path.data[path.len - 1] == '/') {
        path.len--;
    }

    return resonate_trie_walk(root, path, captures, 0);
}


static resonate_node_t *
resonate_trie_walk(resonate_node_t *node, resonate_view_t path,
    resonate_captures_t *captures, size_t depth)
{
    size_t            n;
    resonate_node_t  *next, *found;
    resonate_view_t   seg;

    if (!resonate_path_next(&path, &seg)) {
        return node->known ? node : NULL;
    }

    if (seg.len == 0 || depth == RESONATE_SEGMENTS_MAX) {
        return NULL;
    }

    next = resonate_trie_literal(node, seg);

    if (next) {
        found = resonate_trie_walk(next, path, captures, depth + 1);
        if (found) {
            return found;
        }
    }

    if (node->capture == NULL || !resonate_trie_suffix(node->capture, &seg)) {
        return NULL;
    }

    n = captures->n;
    captures->seg[captures->n++] = seg;

    found = resonate_trie_walk(node->capture, path, captures, depth + 1);

    if (found == NULL) {
        captures->n = n;
    }

    return found;
}


static resonate_node_t *
resonate_trie_literal(resonate_node_t *node, resonate_view_t seg)
{
    resonate_node_t  *n;

    for (n = node->child; n; n = n->sibling) {
        if (n->name.len == seg.len
            && memcmp(n->name.data, seg.data, seg.len) == 0)
        {
            return n;
        }
    }

    return NULL;
}


/* cuts the suffix off; 0: it is not there, or there is nothing else */

static int
resonate_trie_suffix(resonate_node_t *capture, resonate_view_t *seg)
{
    size_t  len;

    len = capture->name.len;

    if (seg->len <= len
        || memcmp(seg->data + seg->len - len, capture->name.data, len) != 0)
    {
        return 0;
    }

    seg->len -= len;

    return 1;
}


/* cuts "/segment" off the path; 0 when there is nothing left but "/" */

static int
resonate_path_next(resonate_view_t *path, resonate_view_t *seg)
{
    size_t  i;

    if (path->len <= 1) {
        return 0;
    }

    for (i = 1; i < path->len && path->data[i] != '/'; i++) { /* void */ }

    seg->data = path->data + 1;
    seg->len = i - 1;

    path->data += i;
    path->len -= i;

    return 1;
}
