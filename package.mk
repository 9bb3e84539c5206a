# Packaging for Debian.
#
#   make package            source and binary packages in build/package/
#   make package-deps       what that needs, which "make package" installs too
#
# The version is that of debian/changelog; between two releases it has the
# number of the commit, too.

PACKAGES        = $(BUILD)/package
PACKAGE_RELEASE = $(shell sed -n '1s/.*(\(.*\)).*/\1/p' debian/changelog)
PACKAGE_COMMIT  = $(shell git rev-list --count HEAD 2>/dev/null)
PACKAGE_DATE    = $(shell git log -1 --format=%cD 2>/dev/null)
PACKAGE_VERSION = $(PACKAGE_RELEASE)$(PACKAGE_COMMIT:%=+git%)
PACKAGE_TREE    = $(PACKAGES)/resonate-$(PACKAGE_VERSION)

# what is under version control, or all but what make makes
PACKAGE_FILES   = $(wildcard $(shell git ls-files -co --exclude-standard \
    2>/dev/null || find * .ci -type f -not -path 'build/*' -not -path 'run/*' \
    -not -path '*/node_modules/*'))

.PHONY: package package-deps

package-deps:
	@bin/install-deps build package

package: package-deps
	@mkdir -p $(BUILD)
	@flock $(BUILD)/package.lock $(MAKE) -s $(PACKAGES)/stamp
	@cd $(PACKAGES) && ls *.deb *.dsc

# Files have no later date than the changelog, and ETags are made of dates: so
# it is dated as the commit.
$(PACKAGES)/stamp: $(PACKAGE_FILES)
	@rm -rf $(PACKAGES)
	@mkdir -p $(PACKAGE_TREE)
	@tar -cf - $(PACKAGE_FILES) | tar -xf - -C $(PACKAGE_TREE)
	@sed -i -e '1s/(.*)/($(PACKAGE_VERSION))/' \
	    $(if $(PACKAGE_DATE),-e '/^ -- /{s/>  .*/>  $(PACKAGE_DATE)/;:a;n;ba}') \
	    $(PACKAGE_TREE)/debian/changelog
	@cd $(PACKAGE_TREE) && dpkg-buildpackage -us -uc -rfakeroot \
	    > $(PACKAGES)/build.log 2>&1 \
	    || { tail -n 20 $(PACKAGES)/build.log >&2; exit 1; }
	@rm -rf $(PACKAGE_TREE)
	@touch $@
