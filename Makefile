# Needs Python 3.11 or newer with venv, make, and a package registry. `make` alone lists the targets.

PYTHON ?= python3
ARGS ?=
# Only one target uses each, so they are in no lock themselves.
UV_VERSION = 0.13.8
PIP_AUDIT_VERSION = 2.10.1

VENV = .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
COMPILE = $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header --quiet $(ARGS)

.DEFAULT_GOAL := help
.PHONY: help setup serve test test-faults fuzz audit lint format bench lock clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile
	@echo '  PYTHON=python3.12 picks the Python of a new $(VENV); ARGS="..." is handed on.'

setup: $(VENV)/.runtime  ## create .venv with Leadline in it (test and lint add their tools)

serve: $(VENV)/.runtime  ## start Leadline (ARGS="--help" shows its options)
	@$(BIN)/leadline serve $(ARGS)

test: $(VENV)/.dev  ## run the tests
	$(BIN)/pytest -n auto $(ARGS)

test-faults: $(VENV)/.dev  ## kill everybody, 20 rounds (ARGS="--rounds 5 --clients 50 --seed 2")
	$(BIN)/pytest tests/faults -m faults -s $(ARGS)

fuzz: $(VENV)/.dev  ## make up requests, 300 for each operation (ARGS="--fuzz-examples 1000 --fuzz-seed 2")
	$(BIN)/pytest tests/test_fuzz.py -n auto --fuzz-examples 300 $(ARGS)

audit: $(BIN)/python  ## look the locked packages up in the public list of weaknesses
	@$(BIN)/python -m venv $(VENV)/audit
	@$(VENV)/audit/bin/python -m pip --disable-pip-version-check --no-input --quiet \
		install pip-audit==$(PIP_AUDIT_VERSION)
	$(VENV)/audit/bin/pip-audit --require-hashes --disable-pip --requirement requirements.lock $(ARGS)

lint: $(VENV)/.dev  ## check style, format, types and who imports whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(wildcard leadline tests benchmarks)
	$(BIN)/lint-imports

format: $(VENV)/.dev  ## put imports and layout in order
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: $(VENV)/.bench  ## run the benchmarks
	$(BIN)/python -m benchmarks $(ARGS)

lock: $(BIN)/python  ## bring the lock files up to pyproject.toml (ARGS=--upgrade: newest versions)
	$(PIP) install uv==$(UV_VERSION)
	$(COMPILE) --group build --output-file requirements.lock
	$(COMPILE) --group build --group dev --constraint requirements.lock \
		--output-file requirements-dev.lock
	$(COMPILE) --group build --group bench --constraint requirements.lock \
		--constraint requirements-dev.lock --output-file requirements-bench.lock

clean:  ## remove .venv, builds and caches; a server's data stays
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find leadline tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# A stamp is older than a lock or pyproject.toml exactly when there is something to install.

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Leadline needs Python 3.11 or newer: make PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo 'No venv: on Debian and Ubuntu, install python3-venv.' >&2; exit 1; }

$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	@echo 'Installing Leadline into $(VENV) ...'
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo 'Installing the tools to work on it ...'
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.bench: requirements-bench.lock $(VENV)/.runtime
	@echo 'Installing what to compare with ...'
	@$(PIP) install --require-hashes -r requirements-bench.lock
	@touch $@
