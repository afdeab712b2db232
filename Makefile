# make demo · make test · make install (the extension, through PGXS) · make bench · make format

# One configuration for everything, so that a fresh machine compiles once.
CONFIGURATION ?= release
SWIFT_FLAGS = -c $(CONFIGURATION)
BIN = .build/$(CONFIGURATION)
PG_CONFIG ?= pg_config
SOURCES = Sources Tests Package.swift

# Where libpq is that is linked into the command line; without it, the system's.
LIBPQ = .build/libpq
export PKG_CONFIG_PATH := $(CURDIR)/$(LIBPQ):$(PKG_CONFIG_PATH)

.DEFAULT_GOAL := help
.PHONY: help packages build build-tests demo bench test unit-tests other-versions lint format install uninstall installcheck \
	install-tools uninstall-tools clean

help:
	@echo 'make demo          a throw-away PostgreSQL with all of it, inspected'
	@echo 'make test          what CI runs'
	@echo 'make build         the command line, in .build/release/muster'
	@echo 'make install       the extension, into the PostgreSQL of PG_CONFIG'
	@echo 'make install-tools the command line, its manual page and completions, under PREFIX=/usr/local'
	@echo 'make installcheck  the tests of the installed extension'
	@echo 'make bench         our figures beside the naive design'
	@echo 'make format, lint  the style of the Swift sources'

packages:
	@scripts/install-packages

build: packages $(BIN).built

# A libpq that was updated is linked again.
$(LIBPQ)/made: scripts/static-libpq Sources/CLibPQ/on_demand.c $(wildcard /usr/lib/*/libpq.a)
	@scripts/static-libpq $(LIBPQ)
	@rm -f $(BIN)/muster
	@touch $@

# Asking the package manager takes seconds even where nothing has changed.
$(BIN).built: $(LIBPQ)/made Package.swift $(shell find Sources -type f) sql/muster--1.0.sql
	@swift build $(SWIFT_FLAGS) --product muster
	@touch $@

build-tests: packages $(LIBPQ)/made
	@swift build $(SWIFT_FLAGS) --build-tests

demo: build
	@$(BIN)/muster demo

bench: build
	@$(BIN)/muster bench

# Each stage needs those before it; make stops at the first that fails.
test: packages
	@scripts/stage 'Lint' $(MAKE) --no-print-directory lint
	@scripts/stage 'Build' $(MAKE) --no-print-directory build-tests
	@scripts/stage 'Swift tests' $(MAKE) --no-print-directory unit-tests
	@scripts/stage 'PostgreSQL 16 and 18' $(MAKE) --no-print-directory other-versions
	@scripts/stage 'Install the extension' $(MAKE) --no-print-directory install
	@scripts/stage 'Tests of the extension' $(MAKE) --no-print-directory installcheck
	@scripts/stage 'Demo' $(BIN)/muster demo

# So many tests at once, and not all: each has its own database, sessions and processes. Delivery is held to a second of real
# time, which it cannot keep beside others.
unit-tests other-versions: export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH = 12
unit-tests:
	@swift test $(SWIFT_FLAGS) --skip-build --skip DeliveryCheckTests
	@swift test $(SWIFT_FLAGS) --skip-build --filter DeliveryCheckTests

# Everything on another server: make unit-tests PG_CONFIG=/path/to/pg_config. Drift is shown on two that are fetched for it.
other-versions:
	@scripts/test-other-versions swift test $(SWIFT_FLAGS) --skip-build

lint:
	@swift format lint --strict --parallel --recursive $(SOURCES)

format:
	@swift format --in-place --parallel --recursive $(SOURCES)

# PostgreSQL's folders are root's where it comes as a package.
AS_ROOT = $(shell [ -w "$$($(PG_CONFIG) --sharedir)" ] || echo sudo)

install uninstall: packages
	@$(AS_ROOT) $(MAKE) --no-print-directory -C sql $@ PG_CONFIG=$(PG_CONFIG)

installcheck:
	@swift build $(SWIFT_FLAGS) --product with-cluster --quiet
	@scripts/installcheck $(BIN)/with-cluster

# The command line for whoever has no checkout. DESTDIR is for packages.
PREFIX ?= /usr/local
INTO = $(DESTDIR)$(PREFIX)
COMPLETIONS = \
	$(INTO)/share/bash-completion/completions/muster \
	$(INTO)/share/zsh/site-functions/_muster \
	$(INTO)/share/fish/vendor_completions.d/muster.fish

install-tools: build
	@install -D -m 755 $(BIN)/muster $(INTO)/bin/muster
	@rm -rf $(INTO)/share/muster/migrations
	@install -d $(INTO)/share/man/man1 $(dir $(COMPLETIONS)) $(INTO)/share/muster/migrations $(INTO)/share/muster/expectations
	@install -m 644 expectations/*.yaml $(INTO)/share/muster/expectations
	@cp -R migrations/. $(INTO)/share/muster/migrations
	@$(BIN)/muster manual >$(INTO)/share/man/man1/muster.1
	@$(BIN)/muster --generate-completion-script bash >$(word 1,$(COMPLETIONS))
	@$(BIN)/muster --generate-completion-script zsh >$(word 2,$(COMPLETIONS))
	@$(BIN)/muster --generate-completion-script fish >$(word 3,$(COMPLETIONS))

uninstall-tools:
	@rm -rf $(INTO)/bin/muster $(INTO)/share/man/man1/muster.1 $(INTO)/share/muster $(COMPLETIONS)

clean:
	@rm -rf .build
