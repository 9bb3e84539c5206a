# Testing.
#
#   make test               everything; the last lines count the tests, and
#                           say what failed
#   make unit               the pure code's unit tests
#   make fuzz [FUZZ_SECONDS=10]
#   make asan               everything but browser and demo, with sanitized
#                           modules in a sanitized nginx
#   make breaks             breaks the source on purpose, see t/breaks/run
#   make source-check       against plain nginx sources, see t/source/check
#   make page-check         types and lint of the page
#   make sdk                the client's types, from the OpenAPI document
#   make www-lib            copies what www/lib has of npm's packages
#   make www-icons          draws www/icons from www/icon.svg
#   make bench
#   make bench-data         a database of the size the benchmarks are about
#
# The files of a pure folder (resonate_*.c) are linked into every unit test
# and fuzz target.

PURE_SRC      = $(wildcard ngx_resonate_*/*/resonate_*.c)
PURE_HDR      = $(wildcard ngx_resonate_*/*/resonate_*.h)
PURE_DIRS     = $(sort $(dir $(PURE_SRC)))
PURE_CFLAGS   = -g -O1 -std=gnu11 $(WARN) $(addprefix -I,$(PURE_DIRS)) \
                -Ingx_resonate_core -fno-omit-frame-pointer
PURE_LIBS     = -ljansson -lcrypto -lz -lm

UNIT          = $(BUILD)/unit
UNIT_BINS     = $(patsubst t/unit/%.c,$(UNIT)/%,$(wildcard t/unit/test_*.c \
                    t/unit/tool_*.c))
UNIT_OBJS     = $(addprefix $(UNIT)/,$(notdir $(PURE_SRC:.c=.o)))
MEDIA_OBJS    = $(addprefix $(UNIT)/,$(notdir $(patsubst %.c,%.o,\
                    $(wildcard ngx_resonate_tracks/media/resonate_*.c))))
UNIT_CFLAGS   = $(PURE_CFLAGS) -fsanitize=address,undefined \
                -fno-sanitize-recover=undefined

# The audio code as 32 bits too, where gcc-multilib is installed: sizes and
# offsets of 64 bits are in numbers of 32 there.
UNIT_M32      = $(UNIT)/m32
M32_SRC       = $(shell grep -L 'jansson\|openssl' \
                    ngx_resonate_tracks/media/resonate_*.c)
M32_OBJS      = $(addprefix $(UNIT_M32)/,$(notdir $(M32_SRC:.c=.o)))
M32_BINS      = $(addprefix $(UNIT_M32)/test_,mp4 mp4_entry fragment index \
                    preview hls hls_text)

FUZZ          = $(BUILD)/fuzz
FUZZ_CC       = clang-14
FUZZ_BINS     = $(patsubst t/fuzz/%.c,$(FUZZ)/%,$(wildcard t/fuzz/fuzz_*.c))
FUZZ_OBJS     = $(addprefix $(FUZZ)/,$(notdir $(PURE_SRC:.c=.o)))
FUZZ_CFLAGS   = $(PURE_CFLAGS) -fsanitize=address,undefined \
                -fno-sanitize-recover=undefined

fuzz: export FUZZ_SECONDS ?= 10
test: export RESONATE_BUILD = $(BUILD)
asan: export RESONATE_BUILD = $(ASAN)
asan: export RESONATE_NGINX = $(ASAN)/nginx/objs/nginx

# A test waits as long as it computes.
CORES         = $(shell nproc)
PROVE         = prove --jobs $$(($(CORES) + 2)) --timer

# What a failed test had to say is far above the end of the output; its
# beginning is said again there, a hundred lines for all.
DIAGNOSTICS   = $(BUILD)/diagnostics

define prove
@rm -rf $(DIAGNOSTICS) && mkdir -p $(DIAGNOSTICS)
@$(PROVE) --exec 't/diagnosed $(DIAGNOSTICS)' $(1) || { status=$$?; \
    cd $(DIAGNOSTICS) && set -- * \
    && head -v -n $$((100 / $$# + 1)) * | head -n 100 | cut -c -300; \
    exit $$status; }
endef

# first, so that none of them is alone at the end
LONG_TESTS    = $(patsubst %,t/%.t,package ingest_owner browser_playback fuzz \
                    browser ingest_again browser_player catalogue_changes \
                    browser_library build sql_running browser_axe)
ALL_TESTS     = $(LONG_TESTS) $(filter-out $(LONG_TESTS),$(wildcard t/*.t))
BROWSER       = t/browser

.PHONY: test unit fuzz asan bench bench-data breaks source-check deps-test \
        unit-bins unit-m32 fuzz-bins browser-modules provider-modules \
        s3-modules sdk www-lib www-icons page-check

deps-test:
	@bin/install-deps build run test package

# the deps come first, then what needs them
test: deps-test
	@$(MAKE) -j $(CORES) modules token unit-bins fuzz-bins \
	    browser-modules provider-modules s3-modules
	$(call prove,$(ALL_TESTS))

unit: unit-bins
	@RESONATE_BUILD=$(BUILD) prove --verbose t/unit.t

fuzz: fuzz-bins
	@RESONATE_BUILD=$(BUILD) prove --verbose t/fuzz.t

unit-bins: $(UNIT_BINS) unit-m32

unit-m32: | $(UNIT)
	@if echo 'int main(void) { return 0; }' | $(CC) -m32 -fsanitize=address \
	    -xc - -o $(UNIT)/m32.test 2> /dev/null; then \
	    $(MAKE) $(M32_BINS); \
	else \
	    echo "No 32-bit unit tests: gcc-multilib is not installed"; \
	fi

fuzz-bins: $(FUZZ_BINS)

browser-modules provider-modules s3-modules: %-modules:
	@cd t/$* && if [ package-lock.json -nt node_modules ]; then \
	    npm ci --ignore-scripts --no-audit --no-fund \
	        && touch node_modules; \
	fi

page-check: browser-modules
	@$(BROWSER)/node_modules/.bin/tsc -p $(BROWSER)
	@$(BROWSER)/node_modules/.bin/tsc -p $(BROWSER)/tsconfig.worker.json
	@$(BROWSER)/node_modules/.bin/eslint -c $(BROWSER)/eslint.config.js \
	    www sdk t

sdk: browser-modules
	@$(BROWSER)/node_modules/.bin/openapi-typescript www/openapi.json \
	    -o sdk/js/api.d.ts > /dev/null

www-lib: browser-modules
	node $(BROWSER)/lib.mjs copy

# A maskable icon fills its square, and is cut to a circle of four fifths.
www-icons: $(foreach size,192 512,www/icons/icon-$(size).png \
                                  www/icons/maskable-$(size).png)

www/icons/icon-%.png: www/icon.svg
	ffmpeg -v error -y -width $* -height $* -i $< -frames:v 1 $@

www/icons/maskable-%.png: www/icon.svg
	sed 's/ rx="8"//; s/<g /<g transform="translate(3.2 3.2) scale(.8)" /' \
	    $< > $(BUILD)/maskable.svg
	ffmpeg -v error -y -width $* -height $* -i $(BUILD)/maskable.svg \
	    -frames:v 1 -pix_fmt rgb24 $@


# one object for each source; their folders do not matter, names are unique

vpath %.c $(PURE_DIRS)
.SECONDARY: $(UNIT_OBJS) $(M32_OBJS) $(FUZZ_OBJS)

$(UNIT)/resonate_%.o: resonate_%.c $(PURE_HDR) | $(UNIT)
	@echo "  $(notdir $@)"
	@$(CC) $(UNIT_CFLAGS) -c -o $@ $<

$(UNIT_M32)/resonate_%.o: resonate_%.c $(PURE_HDR) | $(UNIT_M32)
	@echo "  m32/$(notdir $@)"
	@$(CC) -m32 $(UNIT_CFLAGS) -c -o $@ $<

$(FUZZ)/resonate_%.o: resonate_%.c $(PURE_HDR) | $(FUZZ)
	@echo "  $(notdir $@)"
	@$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link -c -o $@ $<

# what tests use of the pure code, and make themselves: see Resonate::Hls
$(UNIT)/tool_%: t/unit/tool_%.c $(MEDIA_OBJS) $(PURE_HDR)
	@echo "  $(notdir $@)"
	@$(CC) $(UNIT_CFLAGS) -o $@ $< $(MEDIA_OBJS) -lcmocka $(PURE_LIBS)

$(UNIT)/test_%: t/unit/test_%.c $(UNIT_OBJS) $(PURE_HDR)
	@echo "  $(notdir $@)"
	@$(CC) $(UNIT_CFLAGS) -o $@ $< $(UNIT_OBJS) -lcmocka $(PURE_LIBS)

$(UNIT_M32)/test_%: t/unit/test_%.c $(M32_OBJS) $(PURE_HDR)
	@echo "  m32/$(notdir $@)"
	@$(CC) -m32 $(UNIT_CFLAGS) -It/unit/m32 -o $@ $< $(M32_OBJS)

$(FUZZ)/fuzz_%: t/fuzz/fuzz_%.c $(FUZZ_OBJS) $(PURE_HDR)
	@echo "  $(notdir $@)"
	@$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $< $(FUZZ_OBJS) \
	    $(PURE_LIBS)

$(UNIT) $(UNIT_M32) $(FUZZ):
	mkdir -p $@


# A sanitized nginx, because the packaged one hides what happens in its
# pools: with NGX_DEBUG_PALLOC every allocation is one of its own.

ASAN          = $(BUILD)/asan
ASAN_CC       = -O1 -fno-omit-frame-pointer -fsanitize=address,undefined \
                -fno-sanitize=alignment,pointer-overflow,nonnull-attribute \
                -DNGX_DEBUG_PALLOC=1
ASAN_SKIP     = t/browser% t/demo% t/style.t t/directives.t t/build.t \
                t/unit.t t/fuzz.t t/leak.t t/package%
ASAN_TESTS    = $(filter-out $(ASAN_SKIP), $(wildcard t/*.t))

asan: deps-test
	@source=$$(t/source/fetch bookworm) \
	    && cp $(NGX_SRC)/conf_flags $$source/ \
	    && echo 'NGX_CONF_FLAGS+=(--with-http_gzip_static_module)' \
	        >> $$source/conf_flags \
	    && $(MAKE) BUILD=$(ASAN) NGX_SRC=$$source CC_OPT="$(ASAN_CC)" \
	        LD_OPT="-fsanitize=address,undefined" modules asan-nginx
	$(call prove,$(ASAN_TESTS))

asan-nginx: modules
	$(MAKE) -C $(BUILD)/nginx/src -f $(BUILD)/nginx/objs/Makefile binary

breaks: deps-test
	@$(MAKE) browser-modules provider-modules s3-modules
	@t/breaks/run

bench:
	@bin/install-deps build run bench
	@$(MAKE) modules
	@bench/run

bench-data:
	@bin/install-deps run
	@bench/data

source-check:
	@t/source/check
