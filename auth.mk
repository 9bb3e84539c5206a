# The program behind bin/resonate-token: the demo issuer, and "explain".

token: $(BUILD)/resonate-token

TOKEN_SRC   = $(wildcard ngx_resonate_auth/tool/*.c) \
              $(patsubst %,ngx_resonate_auth/jwt/resonate_%.c,jwt jwk jwks \
                         jws claims claims_read path)

$(BUILD)/resonate-token: $(TOKEN_SRC) $(wildcard ngx_resonate_auth/*/*.h)
	@mkdir -p $(BUILD)
	@echo '#include <jwt.h>' | $(CC) -E - > /dev/null 2>&1 \
	    || { echo "resonate-token needs libjwt:" \
	              "apt-get install libjwt-dev" >&2; exit 1; }
	@$(CC) -std=gnu99 -D_GNU_SOURCE -g -O2 $(WARN) $(CC_OPT) \
	    -Ingx_resonate_auth/jwt -o $@.$$$$ $(TOKEN_SRC) $(LD_OPT) -ljwt \
	    -ljansson -lcrypto && mv -f $@.$$$$ $@

.PHONY: token
