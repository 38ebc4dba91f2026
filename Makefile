# Everything is run from here: `make run`, `make test`, `make lint`, `make bench`.
# The first that runs and is of a right version: a version manager may leave a name on the path that starts nothing.
FITS := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
PYTHON ?= $(shell for p in python3.12 python3.11 python3.13 python3 python; do $$p -c '$(FITS)' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
# What a server has beside the least: config/deploy/requirements.lock
SERVER := build postgres tracing openai anthropic
# The version that the browser tests check cards with; it is installed into a folder that git leaves out.
CARDS = adaptivecards@$(shell sed -n 's/.*"adaptivecards": "\(.*\)".*/\1/p' tests/browser/package.json)

.PHONY: run preview test test-browser lint bench fuzz lock audit clean load

run: $(READY)  ## load the law, answer one question, serve on 127.0.0.1:3978
	$(BIN)/reggi serve --example

preview:  ## npm's adaptivecards, so that the page draws Teams' cards with Microsoft's own library: needs npm's index once
	npm install --prefix bots/web/vendor --silent --no-audit --no-fund --ignore-scripts --no-save --no-package-lock --omit=peer $(CARDS)

test: $(READY)  ## all tests; no network, no keys
	$(BIN)/python -m pytest

test-browser: $(READY) preview  ## the page, and Teams in Microsoft's Agents Playground, in a real browser: needs node, chromium, npm's index once
	cd tests/browser && npm install --silent --no-audit --no-fund --ignore-scripts
	$(BIN)/reggi load
	REGGI=$(abspath $(BIN)/reggi) PYTHON=$(abspath $(BIN)/python) node --test --test-concurrency=1 tests/browser/*.test.js
	$(BIN)/python -m pytest tests/bots/teams/test_cards.py tests/bots/teams/test_package.py

lint: $(READY)  ## style, types, and the digest's own checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/reggi check

fuzz: $(READY)  ## 20,000 requests of every kind at every route; none may be a fault of the server
	$(BIN)/python -m tests.load.fuzz 20000

load: $(READY)  ## 1,000 questions in a minute, two replicas, kill -9, outages: every question answered once
	$(BIN)/python -m tests.load

bench: $(READY)  ## ratios measured in one run on this machine
	$(BIN)/python tests/benchmarks

lock:  ## write requirements.lock anew: hashes and versions, no index addresses
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --extra dev -o requirements.lock pyproject.toml
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 $(SERVER:%=--extra %) --constraints requirements.lock -o config/deploy/requirements.lock pyproject.toml

audit: $(READY)  ## known weaknesses of the locked packages; asks PyPI, so it needs the internet
	uvx pip-audit --strict --disable-pip --require-hashes --requirement config/deploy/requirements.lock

$(READY): pyproject.toml requirements.lock
	@$(or $(PYTHON),false) -c '$(FITS)' || { echo "Reggi needs Python 3.11, 3.12 or 3.13 with venv; set PYTHON=/path/to/python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(READY)

clean:
	rm -rf $(VENV) data bots/web/vendor
