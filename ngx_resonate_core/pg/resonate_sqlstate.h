
/*
 * Copyright (C) Resonate
 *
 * SQLSTATE to HTTP: the one table.  Pure.
 *
 * "RHnnn" is our own class: a function that has to roll back raises it with
 * the HTTP status nnn (400-599) to answer with, and the message is meant for
 * the client.  Of all other states only the status goes out.
 */


#ifndef _RESONATE_SQLSTATE_H_INCLUDED_
#define _RESONATE_SQLSTATE_H_INCLUDED_


#pragma GCC visibility push(hidden)


/* "state" has five characters; never fails: what is not known is 500 */
int resonate_sqlstate_http(const char *state);

/* whether the server's message was written for the client */
int resonate_sqlstate_public(const char *state);

/* whether it says that there is no database to ask: connection lost or not
   taken, server starting, stopping or recovering */
int resonate_sqlstate_away(const char *state);

/* whether it says nothing about what was asked: try again */
int resonate_sqlstate_transient(const char *state);


#pragma GCC visibility pop


#endif /* _RESONATE_SQLSTATE_H_INCLUDED_ */
