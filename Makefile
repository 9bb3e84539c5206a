# Resonate edge.  "make demo" and "make test" need nothing but make and apt.

SHELL       = /bin/bash
BUILD       = $(CURDIR)/build
WARN        = -Wall -Wextra -Werror
MAKEFLAGS  += --no-print-directory

.PHONY: all modules deps

all: modules

include build.mk
include demo.mk
include test.mk
include auth.mk
