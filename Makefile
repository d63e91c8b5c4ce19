# What can be done here. `make` alone lists it.
SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench kill cancels damage faults fuzz api-fuzz survival big upload serve

CARGO := scripts/cargo

help: ## show this list
	@sed -n 's/^\([a-z]*\): .*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|' 2>/dev/null || \
	 sed -n 's/^\([a-z]*\): .*## \(.*\)/  make \1  \2/p' $(MAKEFILE_LIST)

setup: ## install what is missing (FFmpeg, a C compiler, Node, Chromium, models); nothing is done twice
	@scripts/setup

demo: ## build, transcode a sample clip (or CLIP=file) and say where the result is
	@scripts/setup --to-run && scripts/demo

# nextest where it is installed: a process for each test, and a test that hangs is ended. `cargo test` passes as well.
# The page first, so that the server is compiled once, with it.
test: setup ## run all tests, those of the page in a browser as well
	@if scripts/web --can; then scripts/web || echo 'test: no page; its tests at the end will say so'; fi
	@if scripts/web --can; then scripts/web packages crates/server/tests/socket || echo 'test: no client of Socket.IO; its tests will say so'; fi
	@if $(CARGO) nextest --version >/dev/null 2>&1; then \
	     $(CARGO) nextest run --workspace --no-fail-fast </dev/null; \
	 else \
	     $(CARGO) test --workspace --no-fail-fast </dev/null; \
	 fi
	@scripts/test-served

check: setup ## formatting, lints, the rules of the house
	$(CARGO) fmt --all --check
	$(CARGO) run --quiet --package xtask -- tidy
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	@if scripts/web --can; then scripts/web check; fi

bench: setup ## measure reel against plain ffmpeg on this machine (ONLY=case for one)
	@scripts/bench $(ONLY)

# More random moments than `make test` has, and so more time than a test is given there.
kill: setup ## kill reel at each named moment and at 50 random ones (REEL_KILLS=n for more), compare every frame
	@export REEL_KILLS=$${REEL_KILLS:-50}; if $(CARGO) nextest --version >/dev/null 2>&1; then \
	     $(CARGO) nextest run --package reel --test kill --profile kill </dev/null; \
	 else \
	     $(CARGO) test --package reel --test kill -- --nocapture </dev/null; \
	 fi

cancels: setup ## cancel 1000 jobs while they run (REEL_CANCELS=n for another number): nothing goes on, no child is left
	@export REEL_CANCELS=$${REEL_CANCELS:-1000}; $(CARGO) test --package reel --test cancels -- --nocapture </dev/null

damage: setup ## damage 100 000 packed videos (REEL_DAMAGES=n for more): exact, named holes, or a refusal
	@REEL_DAMAGES=$${REEL_DAMAGES:-100000} $(CARGO) test --package reel-pack damaged_videos -- --nocapture </dev/null

faults: setup ## 200 ways for a matte to go wrong: no hang, a result or one clear error, nothing left behind
	@export REEL_FAULTS=all; if $(CARGO) nextest --version >/dev/null 2>&1; then \
	     $(CARGO) nextest run --package reel-matte --package reel --test faults --test matte --profile faults --no-fail-fast </dev/null; \
	 else \
	     $(CARGO) test --package reel-matte --package reel --test faults --test matte --no-fail-fast -- --nocapture </dev/null; \
	 fi

fuzz: setup ## feed the readers of pack what a fuzzer makes up (REEL_FUZZ_SECS=n for each target; goes on where it was)
	@scripts/fuzz $(ONLY)

api-fuzz: setup ## ask a server what its API's description promises and what it does not (EXAMPLES=n made-up requests for each operation)
	@scripts/api-fuzz $(EXAMPLES)

survival: setup ## measure which packed videos survive what sites do (hours; goes on where it was; QUICK=1 for minutes)
	@scripts/survival $(if $(QUICK),--quick)

big: setup ## pack and unpack 10 GB (REEL_BIG_GB for another size) and compare
	@scripts/big

upload: setup ## send 2 GB (REEL_BIG_UPLOAD=MiB) through 20 cuts and a killed server with tus-js-client
	@$(CARGO) build -q --release -p reel
	@cd web && REEL_BIN=../target/release/reel REEL_BIG_UPLOAD=$${REEL_BIG_UPLOAD:-2048} node --test e2e/tus.test.js

web: setup ## build the page that the server shows
	@scripts/web

serve: setup ## the server at http://127.0.0.1:8080 (LISTEN=address:port)
	@if scripts/web --can; then scripts/web; fi
	@$(CARGO) run -q --release -p reel -- serve $(if $(LISTEN),--listen $(LISTEN))
