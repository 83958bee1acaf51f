# `make` lists the commands. Every target that needs the environment makes .venv itself, from the
# lock files, and makes it again when they change.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The Python to build .venv with; found below when it is not given.
PYTHON ?=
# Flags for the command, as in: make run ARGS="--until close --speed max"
ARGS ?=
# Parallel test processes.
WORKERS ?= 3

PY := .venv/bin/python
RUNTIME := .venv/.runtime
DEV := .venv/.dev

.NOTPARALLEL:
.PHONY: help setup run test check style types halt status review cache-fund audit refresh-universe drill bench fuzz docs clean

help: ## List these commands
	@echo "tradeengine: make run trades a session of real data; make test proves that it works."
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo '  Flags go into ARGS:   make run ARGS="--until close --speed max"'

setup: $(DEV) ## Make .venv with everything, for running and for development

run: $(RUNTIME) ## Trade one session and end flat (ARGS="--help" lists the flags)
	@$(PY) -m tradeengine run $(ARGS)

halt: | $(PY) ## Stop a running engine: it cancels, flattens and ends
	@$(PY) -m tradeengine halt $(ARGS)

status: | $(PY) ## Show what the engine is doing, or how its last run ended
	@$(PY) -m tradeengine status $(ARGS)

test: $(DEV) ## Run all tests with branch coverage (ARGS="-k name" picks some)
	@$(PY) -m pytest -n $(WORKERS) --dist loadgroup --cov $(ARGS)

check: style types test ## Style, types and tests: what must pass before a change goes in

style: $(DEV) ## Look for mistakes and untidy layout (ruff)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: $(DEV) ## Check types, strictly, in the package, the tests and the benchmarks (mypy)
	$(PY) -m mypy

drill: $(RUNTIME) ## Play every fault that can touch an order against the engine (ARGS="--seeds 10": all)
	@$(PY) -m tradeengine drill $(ARGS)

bench: $(DEV) ## Measure speed against alpaca-py on the same venue, as ratios
	@$(PY) -m benchmarks $(ARGS)

fuzz: $(DEV) ## Send a million spoilt frames and 100,000 REST bodies through every reader
	@$(PY) -m tests.fuzz $(ARGS)

review: | $(PY) ## Show why trading is locked, and lift the lock after a review
	@$(PY) -m tradeengine review $(ARGS)

cache-fund: $(RUNTIME) ## Fetch what companies filed and validate it (ARGS="--symbols AAPL,MSFT")
	@$(PY) -m tradeengine cache-fund $(ARGS)

audit: | $(PY) ## Sum up the refused tickers of the last days, by rule
	@$(PY) -m tradeengine audit $(ARGS)

refresh-universe: $(RUNTIME) ## Choose the universe anew, as a proposal (docs/universe.md)
	@$(PY) -m tradeengine refresh-universe $(ARGS)

docs: $(DEV) ## Write the pages of docs/ that are made from code
	@$(PY) -m tradeengine.pages docs

clean: ## Remove .venv and what tools leave behind; data/, logs/ and .env stay
	rm -rf .venv build dist .coverage .coverage.* htmlcov .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- The environment ---------------------------------------------------------------------------

# The lock files name every package, so pip resolves nothing (--no-deps): a resolver looks at
# newer versions on the way, and one of those is without a hash here.
#
# `.venv` is new, or was made by a Python that is gone, or is what the last lock file left.
define make_environment
	@python=; \
	for candidate in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11 python); do \
		if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			python=$$candidate; break; \
		fi; \
	done; \
	if [ -z "$$python" ]; then \
		found=$$($(or $(PYTHON),python3) --version 2>/dev/null) || found="none"; \
		echo "tradeengine needs Python 3.11 or newer; found: $$found" >&2; \
		echo "  remedy: install it, or name one: make PYTHON=/path/to/python3.12 ..." >&2; \
		exit 2; \
	fi; \
	if ! $(PY) -c 'import pip' 2>/dev/null; then \
		echo "making .venv with $$("$$python" --version)"; \
		rm -rf .venv; \
		if ! "$$python" -m venv .venv; then \
			rm -rf .venv; \
			echo "  remedy: install the venv module of your Python (Debian, Ubuntu: python3-venv)" >&2; \
			exit 2; \
		fi; \
	fi; \
	echo "installing $(1) (once; a minute or two)"; \
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(1); \
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@# Where Python may not keep compiled modules, every command would compile them anew.
	$(PY) -m compileall -q tradeengine
endef

# In a hurry any environment will do: `make halt` never waits for a new one to be installed.
$(PY):
	$(call make_environment,requirements.lock)
	@touch $(RUNTIME)

$(RUNTIME): requirements.lock pyproject.toml
	$(call make_environment,requirements.lock)
	@touch $@

$(DEV): requirements-dev.lock requirements.lock pyproject.toml
	$(call make_environment,requirements-dev.lock)
	@touch $@ $(RUNTIME)
