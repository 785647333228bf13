# Two commands to know: `make demo` and `make test`. Both set themselves up from nothing.

# The Python engines parse with the interpreter that runs them, so the newest one at hand is used.
PYTHON := $(shell sh examples/newest-python.sh)
BIN := .venv/bin

.PHONY: demo test lint unit setup clean

demo: .venv/.installed
	@sh examples/demo.sh $(abspath $(BIN))

test: lint unit

lint: .venv/.tested
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

unit: .venv/.tested
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

setup: .venv/.tested

.venv/.python:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@touch $@

.venv/.installed: .venv/.python pyproject.toml
	@echo "setting up .venv; the first time takes about a minute"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/.tested: .venv/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev
	@touch $@

clean:
	rm -rf .venv
