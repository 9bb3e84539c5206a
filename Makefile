# Resonate edge.  "make demo" and "make test" need nothing but make and apt.

SHELL       = /bin/bash
BUILD       = $(CURDIR)/build
WARN        = -Wall -Wextra -Werror
MAKEFLAGS  += --no-print-directory

.PHONY: all modules deps api-table openapi

all: modules

# the routes of the manual, from the comments in their configuration
api-table:
	@doc/api-table --write doc/MANUAL.md conf.d/api-v3.conf

# the OpenAPI document, from the same and what SQL says of its functions; and
# the types of the client, where npm has been before
openapi:
	@doc/openapi --write www/openapi.json --shapes doc/openapi-shapes.json \
	    conf.d/api-v3.conf sql/*.sql
	@if [ -d t/browser/node_modules ]; then $(MAKE) sdk; fi

include build.mk
include demo.mk
include test.mk
include auth.mk
include package.mk
