# Every target works on a fresh clone: the virtual environment is made when it is missing.
#   make song PROMPT="warm gospel in C, 120 bpm, walking bass, 8 bars"

PROMPT ?= warm gospel in C, 120 bpm, walking bass, 8 bars
export PROMPT

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$python && break; done)

.PHONY: song test test-all check fix bench docs tools
.DEFAULT_GOAL := song

song: $(VENV)/song.stamp
	@$(BIN)/resonant compose "$$PROMPT"

test: $(VENV)/dev.stamp tools
	$(BIN)/pytest

test-all: $(VENV)/dev.stamp tools
	$(BIN)/pytest -m "not gpu"

check: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/codespell src tests docs benchmarks scripts *.md

fix: $(VENV)/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/dev.stamp tools
	$(BIN)/python scripts/run_benchmarks.py $(if $(DATA),--data $(DATA))

docs: $(VENV)/dev.stamp
	$(BIN)/python scripts/write_cli_reference.py docs/cli.md

# FluidSynth and its sound bank are the yardstick that tests and benchmarks measure our sampler against.
tools:
	@scripts/install_tools.sh

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed and was not found; install it, or name it: make PYTHON=/path/to/python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/song.stamp: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $@ $(VENV)/song.stamp
