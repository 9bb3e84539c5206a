# The demo issuer behind bin/resonate-token.

token: $(BUILD)/resonate-token

$(BUILD)/resonate-token: ngx_resonate_auth/tool/sign_token.c
	@mkdir -p $(BUILD)
	@echo '#include <jwt.h>' | $(CC) -E - > /dev/null 2>&1 \
	    || { echo "resonate-token needs libjwt:" \
	              "apt-get install libjwt-dev" >&2; exit 1; }
	@$(CC) -std=gnu99 -D_GNU_SOURCE -g -O2 $(WARN) $(CC_OPT) -o $@.$$$$ $< \
	    $(LD_OPT) -ljwt -lcrypto && mv -f $@.$$$$ $@

.PHONY: token
