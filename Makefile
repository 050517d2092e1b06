# The project's commands. `make demo` and `make test` work in a fresh clone: what they need, they install here.

PYTHON ?= python3
PYTEST_ARGS ?=
BENCH_ARGS ?=
TORTURE_ARGS ?=
LOCK_ARGS ?=
UV_VERSION := 0.13.9

# Flags, level and variables of this make are not meant for the makes that the commands below start.
OUTSIDE_MAKE := env -u MAKEFLAGS -u MAKELEVEL -u MAKEOVERRIDES -u MFLAGS SAM_CLI_TELEMETRY=0
PIP_INSTALL := -m pip --disable-pip-version-check --quiet install --no-input --no-deps

# The tests that have a long form.
TORTURES := $(wildcard tests/torture tests/test_build_machine.py tests/hostile)

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: help demo test torture lint bench bench-peers lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

demo: .venv/.runtime ## build examples/monorepo twice: the second build has nothing to do
	@rm -rf examples/monorepo/.aws-sam
	@for run in first second; do \
		echo; echo "$$run build: cd examples/monorepo && engine build"; \
		(cd examples/monorepo && $(OUTSIDE_MAKE) ENGINE_CACHE_DIR="$(CURDIR)/examples/monorepo/.aws-sam/demo-cache" \
			"$(CURDIR)/.venv/bin/engine" build) || exit; \
	done

test: .venv/.dev .venv-sam/.sam ## run the whole suite (PYTEST_ARGS="-k name")
	@.ci/packages
	@$(OUTSIDE_MAKE) .venv/bin/python -m pytest $(PYTEST_ARGS)

torture: .venv/.torture ## attack the engine for long: kills, floods, hostile bytes (TORTURE_ARGS="--torture-seed 7 -k kill")
	@.ci/packages
	@$(OUTSIDE_MAKE) .venv/bin/python -m pytest --torture $(TORTURES) $(TORTURE_ARGS)

lint: .venv/.dev ## ruff and mypy --strict
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy

bench: .venv/.dev .venv-sam/.sam ## measure beside sam build, the installed peers and the machine's floors (BENCH_ARGS="--large")
	@$(OUTSIDE_MAKE) .venv/bin/python -m benchmarks.run $(BENCH_ARGS)

bench-peers: ## install the peers of the benchmarks: Turborepo and Nx into .bench, Bazel and xxhash by apt-get
	@benchmarks/install_peers.sh

# Each lock is complete, with every file's hash for all platforms; uv is needed to make one, pip alone to install it.
LOCK := .venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock" $(LOCK_ARGS)

lock: ## resolve the locks anew (LOCK_ARGS=--upgrade for newer versions)
	@$(PYTHON) -m venv --clear .venv-lock
	@.venv-lock/bin/python $(PIP_INSTALL) uv==$(UV_VERSION)
	@$(LOCK) pyproject.toml --group build --output-file requirements.lock
	@$(LOCK) pyproject.toml --group build --group dev --group bench --constraints requirements.lock \
		--output-file .locks/dev.lock
	@$(LOCK) --group pyproject.toml:torture --output-file .locks/torture.lock
	@$(LOCK) .locks/sam.in --output-file .locks/sam.lock
	@rm -rf .venv-lock

clean: ## remove what the commands above left
	@rm -rf .venv .venv-sam .venv-lock .bench .mypy_cache .ruff_cache .pytest_cache .hypothesis dist examples/*/.aws-sam
	@find engine cache tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

.venv/pyvenv.cfg .venv-sam/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) is not Python 3.11 or newer: name one that is, as in 'make PYTHON=python3.12'" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments: 'apt-get install python3-venv' on Debian and Ubuntu" >&2; exit 1; }
	@echo "Creating $(@D)"
	@$(PYTHON) -m venv $(@D)

.venv/.runtime: requirements.lock pyproject.toml | .venv/pyvenv.cfg
	@echo "Installing the engine and what it needs (requirements.lock)"
	@.venv/bin/python $(PIP_INSTALL) --require-hashes -r requirements.lock
	@.venv/bin/python $(PIP_INSTALL) --no-build-isolation --editable .
	@touch $@

.venv/.dev: .locks/dev.lock .venv/.runtime
	@echo "Installing the development tools (.locks/dev.lock)"
	@.venv/bin/python $(PIP_INSTALL) --require-hashes -r .locks/dev.lock
	@touch $@

.venv/.torture: .locks/torture.lock .venv/.dev
	@echo "Installing what guides the fuzzing (.locks/torture.lock)"
	@.venv/bin/python $(PIP_INSTALL) --require-hashes -r .locks/torture.lock
	@touch $@

.venv-sam/.sam: .locks/sam.lock | .venv-sam/pyvenv.cfg
	@echo "Installing the reference sam (.locks/sam.lock)"
	@.venv-sam/bin/python $(PIP_INSTALL) --require-hashes -r .locks/sam.lock
	@touch $@
