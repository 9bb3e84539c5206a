# Resonate edge.  "make demo" and "make test" need nothing but make and apt.

SHELL       = /bin/bash
BUILD       = $(CURDIR)/build
WARN        = -Wall -Wextra -Werror
MAKEFLAGS  += --no-print-directory

.PHONY: all modules deps api-table

all: modules

# the routes of the manual, from the comments in their configuration
api-table:
	@doc/api-table --write doc/MANUAL.md conf.d/api-v3.conf

include build.mk
include demo.mk
include test.mk
include auth.mk
include package.mk
