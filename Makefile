# Needs Python 3.11 or later and make, nothing else.
PYTHON ?= python3
PORT ?= 8000
DAYS ?= 400
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header

.PHONY: setup demo demo-reset demo-days test test-long check lock

# The environment, and an embedded database with its tables and reference data.
setup: .venv/installed
	$(BIN)/python manage.py migrate --no-input -v 0

# The whole product with invented data at http://localhost:$(PORT)/, until Ctrl-C.
demo: .venv/installed
	$(BIN)/python -m config.serve --port $(PORT)

demo-reset: .venv/installed
	$(BIN)/python -m config.serve --port $(PORT) --reset

test: .venv/installed
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not long"

# Kills, simulated years, races.
test-long: .venv/installed
	$(BIN)/python -m pytest -n 2 --dist worksteal -m long --timeout 1800

# The demonstration made on every day of the coming 400, the hardest first. Stopped, it goes on where it was:
# .relais/demo-days keeps the days that passed.
demo-days: .venv/installed
	RELAIS_DEMO_DAYS=$(DAYS) $(BIN)/python -m pytest tests/config/test_demo_days.py -n 2 -p no:randomly -v

check: .venv/installed
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	find templates -name "*.html" -exec $(BIN)/djade --check --target-version 5.2 {} +
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy .
	RELAIS_MODE=test $(BIN)/python manage.py makemigrations --check --dry-run
	RELAIS_MODE=test $(BIN)/python manage.py check --fail-level WARNING

# After a change of the dependencies in pyproject.toml.
lock: .venv/installed
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) pyproject.toml --group dev -o requirements-dev.lock

.venv/installed: requirements-dev.lock
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installation des paquets : une à trois minutes."
	$(BIN)/python -m pip install --disable-pip-version-check --require-hashes --requirement requirements-dev.lock
	touch $@
