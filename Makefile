# The two commands are "make run" and "make test"; each installs what it lacks, builds, and does its job.
SHELL := /bin/sh
BELAY := .build/debug/belay

.PHONY: run test lint sanitize docs bench without-libvirt clean packages toolchain

SIMULATED := --skip LibvirtDriverTests --skip EndToEndTests --skip TidyTests

# Run the whole scenario library on every platform: simulated EC2, Azure, Compute Engine, Hyper-V and vSphere, and real QEMU machines.
run: packages
	swift build
	$(BELAY) run

# Run all tests, the real machines' among them.
test: packages
	swift test --disable-xctest

# Hold the sources to the format.
lint: toolchain
	swift format lint --strict --recursive --parallel Package.swift Sources Tests Plugins Benchmarks Snippets

# Run the tests of the simulated half under the thread and the address sanitizer; each builds everything anew. Leaks are
# not looked for: a case of an enumeration holds its payload by a pointer with a tag in it, which the sanitizer does not
# take for a pointer, so that it calls every fixture leaked that the tests keep to their end.
sanitize: packages
	swift test --disable-xctest --sanitize=thread --scratch-path .build-tsan $(SIMULATED)
	ASAN_OPTIONS=detect_leaks=0 swift test --disable-xctest --sanitize=address --scratch-path .build-asan $(SIMULATED)

# Check the libraries' documentation, and write it to .build/docs.
docs: packages
	swift build
	triple=$$(swiftc -print-target-info | sed -n 's/.*"triple": "\(.*\)",/\1/p' | head -n 1) && \
	for catalog in Sources/*/*.docc; do \
	    module=$$(basename $$catalog .docc) && graphs=.build/docs/graphs/$$module && mkdir -p $$graphs && \
	    swift symbolgraph-extract -module-name $$module -I .build/debug/Modules -target $$triple \
	        -minimum-access-level public -output-dir $$graphs && \
	    docc convert $$catalog --additional-symbol-graph-dir $$graphs --output-path .build/docs/$$module \
	        --warnings-as-errors || exit 1; \
	done

# Measure speed and memory, as ratios within one run.
bench: packages
	swift build -c release
	.build/release/belay-benchmarks .build/release/belay
	.build/release/belay-benchmarks --real Benchmarks/way-back.sh

# Build the command without libvirt, as for a host that has none, and see that it says so; it builds everything anew.
without-libvirt: toolchain
	swift build --disable-default-traits --scratch-path .build-without-libvirt --product belay
	.build-without-libvirt/debug/belay doctor; test $$? -eq 3

# Remove what was built, and every machine, disk and image that the lab keeps.
clean:
	if [ -x $(BELAY) ]; then $(BELAY) clean; fi
	rm -rf .build .build-*

packages: toolchain
	@docker/install-packages

toolchain:
	@command -v swift >/dev/null || { echo "No Swift toolchain is on the path; get 6.2 or later from https://www.swift.org/install" >&2; exit 3; }
