# Every target makes the virtual environment first if need be; nothing else has to be there but Python 3.11 and make.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8080
SPEED ?=
VENV := .venv
BIN := $(VENV)/bin
LOCKED := $(VENV)/.locked
READY := $(VENV)/.ready
PIP := $(BIN)/pip --disable-pip-version-check -qq
PYTEST := $(BIN)/python -m pytest

.PHONY: help setup demo test browser screenshots fuzz faults bench bench-load soak rehearse check format lint types imports house docs wheel lock

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(READY) ## .venv with the locked dependencies and queueflow itself

# Another lock makes another environment, from nothing: what is no longer locked is then no longer there. The same lock
# under a new date (a checkout, a rebase) keeps it.
$(LOCKED): requirements/dev.txt
	@if cmp -s requirements/dev.txt $(LOCKED); then touch $(LOCKED); else \
	  $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	    echo "Python 3.11 or newer is needed. Where is one? make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; exit 1; }; \
	  rm -rf $(VENV); \
	  $(PYTHON) -m venv $(VENV) || { \
	    rm -rf $(VENV); echo "Python's venv module is missing. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }; \
	  echo "Installing the locked dependencies into $(VENV) (once, about a minute) …"; \
	  $(PIP) install --require-hashes -r requirements/dev.txt || exit 1; \
	  cp requirements/dev.txt $(LOCKED); \
	fi

$(READY): $(LOCKED) pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY) ## a hospital with kiosks, screens, consoles and simulated patients: make demo SPEED=60 PORT=8080
	@$(BIN)/queueflow demo --port $(PORT) $(if $(SPEED),--speed $(SPEED))

# Browsers and kills want the machine to themselves; the rest shares two processes.
APART := tests/browser tests/faults

test: $(READY) ## every test; those that need chromium or redis-server are told of when they are skipped
	@tools/system_packages.sh
	@status=0; \
	  $(PYTEST) -n 2 --dist loadfile tests $(APART:%=--ignore=%) || status=1; \
	  $(PYTEST) $(APART) || status=1; \
	  exit $$status

browser: $(READY) ## the screens' tests alone, in a real browser
	@tools/system_packages.sh
	@$(PYTEST) tests/browser

screenshots: $(READY) ## the pictures in docs/images, taken anew
	@tools/system_packages.sh
	@$(BIN)/python -m tests.browser.screenshots

fuzz: $(READY) ## random days, hostile input and queueing theory, for long
	@QUEUEFLOW_FUZZ=1 $(PYTEST) tests/properties tests/simulation/test_theory.py

faults: $(READY) ## kill -9, lost replies and outages, for long
	@QUEUEFLOW_FAULTS=1 $(PYTEST) tests/faults

bench: $(READY) ## the benchmarks, each against its rival in the same run
	@status=0; \
	  for figure in decision check_in fanout; do $(BIN)/python -m loadtests.benchmarks.$$figure || status=1; done; \
	  exit $$status

bench-load: $(READY) ## Locust's kiosks, doctors and screens against a server of its own; report in artifacts/
	@$(BIN)/python loadtests/bench_load.py

soak: $(READY) ## bench-load for an hour
	@$(BIN)/python loadtests/bench_load.py --seconds 3600

rehearse: $(READY) ## days in virtual time: how good the promised waits are, what any order of tests saves; in artifacts/
	@status=0; \
	  for about in waits journeys; do $(BIN)/python -m loadtests.rehearsals.$$about || status=1; done; \
	  exit $$status

check: format lint types imports house ## format, lint, types, import direction, house rules

format lint types imports house: $(READY)
format:
	@$(BIN)/ruff format --check .
lint:
	@$(BIN)/ruff check .
types:
	@$(BIN)/basedpyright
	@$(BIN)/basedpyright --project tests/pyrightconfig.json
imports:
	@$(BIN)/lint-imports --no-logo
house:
	@$(PYTEST) -q tests/house

docs: $(READY) ## write the generated pages anew: docs/map.md, docs/engine.md
	@$(BIN)/python -m tools.pages

wheel: $(READY) ## the one file to install, in dist/
	@$(BIN)/python -m hatchling build --target wheel

# For whoever adds a dependency; uv is the one tool here that setup does not bring.
lock: ## write requirements/ anew from pyproject.toml
	@uv pip compile --universal --python-version 3.11 --generate-hashes --quiet --no-header pyproject.toml -o requirements/run.txt
	@uv pip compile --universal --python-version 3.11 --generate-hashes --quiet --no-header --group dev pyproject.toml -o requirements/dev.txt
