# Building: the modules against the packaged nginx, plain or sanitized.
#
#   $(BUILD)/nginx/src     the nginx source tree, linked
#   $(BUILD)/nginx/objs    what its configure made and make compiled
#   $(BUILD)/*.so          the four modules

NGX_SRC     = /usr/share/nginx/src
ROOM_CONF   = config $(wildcard ngx_resonate_*/config)
ROOM_FILES  = $(wildcard ngx_resonate_*/*.[ch] ngx_resonate_*/*/*.[ch])

modules: $(BUILD)/modules.stamp

$(BUILD)/configure.stamp: $(ROOM_CONF) | deps
	@echo "Building the modules"
	@mkdir -p $(BUILD)/nginx/src
	@ln -sfn $(NGX_SRC)/src $(BUILD)/nginx/src/src
	@ln -sfn $(NGX_SRC)/auto $(BUILD)/nginx/src/auto
	@ln -sfn $(NGX_SRC)/configure $(BUILD)/nginx/src/configure
	@. $(NGX_SRC)/conf_flags && cd $(BUILD)/nginx/src && ./configure \
	    "$${NGX_CONF_FLAGS[@]}" --builddir=$(BUILD)/nginx/objs \
	    --with-cc-opt="-g -O2 -fPIC -fstack-protector-strong $(WARN) \
	    $(CC_OPT)" --with-ld-opt="-Wl,-z,relro -Wl,-z,now $(LD_OPT)" \
	    --add-dynamic-module=$(CURDIR) > $(BUILD)/configure.log 2>&1 \
	    || { tail -n 12 $(BUILD)/configure.log >&2; exit 1; }
	@touch $@

$(BUILD)/modules.stamp: $(BUILD)/configure.stamp $(ROOM_FILES)
	@$(MAKE) -s -C $(BUILD)/nginx/src -f $(BUILD)/nginx/objs/Makefile modules
	@install $(BUILD)/nginx/objs/ngx_resonate_*_module.so $(BUILD)/
	@touch $@
