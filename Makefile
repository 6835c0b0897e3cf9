# One command each; every one of them wraps a preset of CMakePresets.json or a script of scripts/.
#
#   make         packages (nothing is asked for when all are there), then the release build
#   make demo    the above, then the demonstration
#   make test    the above, then every test of the release build
#   make check   all that CI runs: test, runtime-only, sanitizers, fuzzing, install
#   make golden  rewrites the expected output of golden tests, of snippets in the documentation and
#                the page of the standard library; read the diff before you commit it
#   make package a Debian package and a tarball, in build/packages
#   make bench   the table of docs/performance.md, measured here, in about ten minutes
#   make soak    random programs and streams, ten minutes; SOAK=0 never stops
#   make fmt · fuzz T=60 · clean
JOBS ?= $(shell nproc)
T ?= 60
SOAK ?= 10
export JOBS T

build: bootstrap
	@scripts/build release

bootstrap:
	@scripts/bootstrap

demo: build
	@examples/03-online-shop/demo

test: build
	@ctest --preset release -j $(JOBS)

check: test
	@scripts/check

package: build
	@cd build/release && cpack -B ../packages

golden: build
	@python3 tests/golden/run.py --seg build/release/seg --update
	@python3 tests/golden/stdlib_page.py --update
	@python3 tests/golden/snippets.py --seg build/release/seg --update

fmt:
	@scripts/format

bench: build
	@scripts/bench

fuzz: bootstrap
	@scripts/fuzz $(T)

soak: build
	@scripts/soak $(SOAK)

clean:
	@rm -rf build

.PHONY: build bootstrap demo test check package golden fmt bench fuzz soak clean
