# The two commands: `make run` and `make test`. The rest is for who works on it.
.DEFAULT_GOAL := run
.PHONY: run floater desktop window test lint fuzz prove bench natlab cover mutants setup page release shots

TARGET := $(or $(CARGO_TARGET_DIR),target)
FLOATERD := $(TARGET)/ci/floaterd
WINDOW := $(TARGET)/desktop/ci/floater-window
DATA := data
LISTEN := 127.0.0.1:7575
# Minutes for each fuzz target.
MINUTES := 10
# For each cell of the NAT lab.
RUNS := 5

ENGINE := web/src/engine/pkg/floater_bg.wasm
PAGE := web/dist/index.html
ENGINE_SOURCES := Cargo.lock $(shell find crates/proto/src crates/evidence/src crates/e2e/src crates/core/src crates/wasm/src -name '*.rs')
PAGE_SOURCES := web/index.html web/package-lock.json web/vite.config.ts $(shell find web/src web/public -type f -not -path '*/pkg/*')

## Builds what is not built and starts the server for this machine.
run: setup-run $(PAGE)
	cargo build --quiet --profile ci --package floater-server
	@echo
	@echo "  FLOATER            http://$(LISTEN)"
	@echo "  activation mails   $(DATA)/outbox  (and the codes below)"
	@echo
	@$(FLOATERD) --data $(DATA)

.PHONY: setup-run
setup-run: cc
	@cargo xtask setup run

## Talks in this terminal, with the server that `make run` started.
floater: cc
	cargo build --quiet --profile ci --package floater-tui
	@$(TARGET)/ci/floater

## Talks in a window of its own, with the server that `make run` started.
desktop: window
	@$(WINDOW) floater://localhost

# A workspace of its own: everything else is built without WebKit.
window: cc
	@cargo xtask setup desktop
	@$(MAKE) --no-print-directory $(PAGE)
	cargo build --quiet --profile ci --manifest-path desktop/Cargo.toml --target-dir $(TARGET)/desktop

## The window as a package: target/floater-window.deb.
.PHONY: deb
deb: cc
	@cargo xtask setup desktop
	@$(MAKE) --no-print-directory $(PAGE)
	cargo xtask deb

## Installs what the tests need.
setup: cc
	@cargo xtask setup

# Without a linker nothing can be built, xtask included.
.PHONY: cc
cc: null
	@command -v cargo >/dev/null || { echo "please install Rust: https://rustup.rs"; exit 1; }
	@command -v npm >/dev/null || { echo "please install Node.js 20.19 or newer"; exit 1; }
	@command -v cc >/dev/null || { SUDO=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$SUDO apt-get update -q && $$SUDO apt-get install -y --no-install-recommends build-essential pkg-config; }

# A tool that writes "to nowhere" as root can leave a plain file there. Compilers then read what others
# threw away.
.PHONY: null
null:
	@[ -c /dev/null ] || { rm -f /dev/null && mknod -m 666 /dev/null c 1 3; } || \
	  { echo "/dev/null is not a device: please mend it"; exit 1; }

$(ENGINE): $(ENGINE_SOURCES)
	cargo xtask wasm

$(PAGE): $(ENGINE) $(PAGE_SOURCES)
	cargo xtask web

## The page alone.
page: setup-run $(PAGE)

## Everything of the project with small counts, the browser included.
test: setup
	cargo xtask ci

## Everything that looks at the sources and runs nothing: format, house rules, clippy, the page's
## lint, and cargo-deny over all dependencies.
lint: setup $(PAGE)
	cargo fmt --all --check
	cargo xtask tidy
	npm --prefix web run --silent lint
	cargo clippy --workspace --all-targets --profile ci -- -D warnings
	cargo clippy --manifest-path desktop/Cargo.toml --target-dir $(TARGET)/desktop --all-targets --profile ci -- -D warnings
	cargo fmt --manifest-path desktop/Cargo.toml --check
	@command -v cargo-deny >/dev/null || cargo install --locked cargo-deny || cargo install cargo-deny
	cargo deny check bans licenses sources
	cargo deny --manifest-path desktop/Cargo.toml check bans licenses sources

## Each fuzz target for MINUTES minutes.
fuzz: setup-run
	@command -v cargo-fuzz >/dev/null || cargo install --locked cargo-fuzz || cargo install cargo-fuzz
	for target in $$(cargo fuzz list); do \
	  RUSTC_BOOTSTRAP=1 cargo fuzz run $$target -- -max_total_time=$$(($(MINUTES) * 60)) || exit 1; \
	done

## Every pair of NATs and the further axes, as root: RUNS runs of each. The rest is said by
## `cargo xtask natlab --help`.
natlab: setup
	cargo xtask natlab --runs $(RUNS)

## Every promise with its full counts, in parts: what has passed on this commit is not run again.
## `make prove P=2` holds one, `cargo xtask prove --help` says the rest.
prove: setup
	cargo xtask prove $(P)

## Every figure beside other programs, as one table: or only those parts, `make bench ONLY=relay`.
bench: setup release
	cargo xtask setup bench
	cargo xtask bench $(ONLY)

## Which lines of the pure crates the tests reach: 95 % of each at least.
cover: cc
	cargo xtask cover

## Changes of the crates on which all else rests that no test notices. It goes on where it was ended:
## `cargo xtask mutants evidence` tries one of them.
mutants: cc
	cargo xtask mutants

## The binary for a real server: target/release/floaterd.
release: setup-run $(PAGE)
	cargo build --release --package floater-server

## Pictures of every page into web/e2e/shots.
shots: setup $(PAGE)
	npm --prefix web run shots -- e2e/shots
