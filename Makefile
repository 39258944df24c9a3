# Needs Python 3.11 or later and make, nothing else.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin

.PHONY: setup demo demo-reset test test-long check lock

setup: .venv/installed
	$(BIN)/python manage.py migrate --no-input -v 0

.venv/installed: requirements-dev.lock
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-dev.lock
	touch $@

demo: .venv/installed
	$(BIN)/python -m config.serve --port $(PORT)

demo-reset: .venv/installed
	$(BIN)/python -m config.serve --port $(PORT) --reset

test: .venv/installed
	$(BIN)/python -m pytest -n 2 -m "not long"

test-long: .venv/installed
	$(BIN)/python -m pytest -n 2 -m long --timeout 1800

lock: .venv/installed
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header pyproject.toml --group dev -o requirements-dev.lock
