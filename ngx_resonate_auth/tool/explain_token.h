
/*
 * Copyright (C) Resonate
 *
 * "resonate-token explain": what an edge would do with a token.
 */


#ifndef _EXPLAIN_TOKEN_H_INCLUDED_
#define _EXPLAIN_TOKEN_H_INCLUDED_


/*
 * The token is on standard input, the issuers of a configuration are options,
 * as bin/lib/Resonate/Explain.pm gives them.  The exit status: 0 accepted, 1
 * refused, 2 cannot say.
 */
int explain_token(int argc, char **argv);


#endif /* _EXPLAIN_TOKEN_H_INCLUDED_ */
