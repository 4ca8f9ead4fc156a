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

.PHONY: help setup demo test check format lint types imports house docs wheel lock

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(READY) ## .venv with the locked dependencies and queueflow itself

# Another lock makes another environment, from nothing: what is no longer locked is then no longer there.
$(LOCKED): requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo "Python 3.11 or newer is needed. Where is one? make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; exit 1; }
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "Python's venv module is missing. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Installing the locked dependencies into $(VENV) (once, about a minute) …"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

$(READY): $(LOCKED) pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY) ## a hospital with kiosks, screens, consoles and simulated patients: make demo SPEED=60 PORT=8080
	@$(BIN)/queueflow demo --port $(PORT) $(if $(SPEED),--speed $(SPEED))

test: $(READY) ## every test
	@tools/system_packages.sh
	@$(PYTEST)

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
