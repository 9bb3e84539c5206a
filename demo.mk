# Running: what the machine needs, the demo, and cleaning up.
#
#   make demo [MUSIC=folder] [PORT=8081] [ORIGIN="https://player.example ..."]
#   make stop

.PHONY: deps deps-run deps-all demo stop clean distclean

deps:
	@bin/install-deps build

deps-run:
	@bin/install-deps build run

deps-all:
	@bin/install-deps build run test package bench

demo: deps-run
	@$(MAKE) modules provider-modules
	@set -f; bin/demo $${PORT:+--port "$$PORT"} $${MUSIC:+--music "$$MUSIC"} \
	    $${ORIGIN:+$$(printf -- '--origin %s ' $$ORIGIN)}

stop:
	@bin/stop

clean:
	@rm -rf $(BUILD)

distclean: stop clean
	@rm -rf run t/browser/node_modules t/provider/node_modules
