# Everything runs in a virtual environment of its own, .venv, which each target sets up as needed.

PYTHON ?= python3
VENV := .venv
INSTALLED := $(VENV)/.installed
READY := $(VENV)/.ready
INSTALL := $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check
PYTEST := $(VENV)/bin/python -m pytest

.PHONY: demo test check chaos bench lint clean

demo: $(INSTALLED)
	$(VENV)/bin/reconciler demo

test: $(READY)
	$(PYTEST) -n 2 --dist worksteal -m "not chaos"

# The fast selection, for while you work.
check: $(READY) lint
	$(PYTEST) -n 2 --dist worksteal -m "not chaos and not slow"

# The full campaigns: kills at random moments, long histories, long fuzzing.
chaos: $(READY)
	$(PYTEST) -n 2 --dist worksteal -m chaos --timeout 3600

bench: $(READY)
	for script in tests/bench/bench_*.py; do $(VENV)/bin/python $$script || exit 1; done

lint: $(READY)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

# What the demo needs is installed in seconds; the tests need a good deal more.
$(INSTALLED): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.11") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) --editable .
	touch $@

$(READY): $(INSTALLED)
	$(INSTALL) --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist *.egg-info
