# Everything is run from here: `make run`, `make test`, `make lint`, `make bench`.
# The first that runs and is of a right version: a version manager may leave a name on the path that starts nothing.
FITS := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
PYTHON ?= $(shell for p in python3.12 python3.11 python3.13 python3 python; do $$p -c '$(FITS)' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed

.PHONY: run test test-browser lint bench lock clean

run: $(READY)  ## load the law, answer one question, serve on 127.0.0.1:3978
	$(BIN)/reggi serve --example

test: $(READY)  ## all tests; no network, no keys
	$(BIN)/python -m pytest

test-browser: $(READY)  ## the page in a real browser: needs node and Debian's chromium, and npm's index once
	cd tests/browser && npm install --silent --no-audit --no-fund
	$(BIN)/reggi load
	REGGI=$(abspath $(BIN)/reggi) node --test tests/browser/

lint: $(READY)  ## style, types, and the digest's own checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/reggi check

bench: $(READY)  ## ratios measured in one run on this machine
	$(BIN)/python tests/benchmarks

lock:  ## write requirements.lock anew: hashes and versions, no index addresses
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --extra dev -o requirements.lock pyproject.toml

$(READY): pyproject.toml requirements.lock
	@$(or $(PYTHON),false) -c '$(FITS)' || { echo "Reggi needs Python 3.11, 3.12 or 3.13 with venv; set PYTHON=/path/to/python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(READY)

clean:
	rm -rf $(VENV) data
