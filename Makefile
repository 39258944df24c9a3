# Needs Python 3.11 or later and make, nothing else. `make` alone prints the lines that begin with ##.
PYTHON ?= python3
PORT ?= 8000
DAYS ?= 400
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header

.PHONY: help setup demo demo-reset demo-days test test-slow test-pages test-slow-and-pages test-long deploy-test test-ten mutants check advisories lock

help:
	@sed -n 's/^## //p' Makefile

## make demo          the whole product with invented data, at http://localhost:8000/, until Ctrl-C (PORT=8080: elsewhere)
demo: .venv/demo
	$(BIN)/python -m demo.serve --port $(PORT)

## make demo-reset    the same, from new data
demo-reset: .venv/demo
	$(BIN)/python -m demo.serve --port $(PORT) --reset

## make test          three tests of four, all that are quick
TEST := $(BIN)/python -m pytest -n logical --dist worksteal --durations 0 --durations-min 10
# The slow ones share what they make by file: a file stays in one process.
TEST_BY_FILE := $(BIN)/python -m pytest -n logical --dist loadfile --durations 0 --durations-min 10
# What is drawn, and whose turn it is, follow the day: SEED names another, ALL=1 takes every turn.
SEED ?= $(shell date +%Y%m%d)
test-slow test-pages test-slow-and-pages test-long: export RELAIS_TURN ?= $(if $(ALL),,$(SEED))
test: .venv/installed
	$(TEST) -m "not slow and not pages and not long"

## make check         format, lint, types, imports, migrations, templates
check: .venv/installed
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	find templates -name "*.html" -exec $(BIN)/djade --check --target-version 5.2 {} +
	$(BIN)/djlint --lint --quiet templates
# A line of a template has 120 characters at most, but a tag of Django alone on its own: it cannot be cut.
	! LC_ALL=C.UTF-8 grep -rnE --include="*.html" ".{121}" templates | grep -vE ": *\{% [^}]* %\}$$"
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy .
	$(BIN)/python scripts/dead_code.py
	RELAIS_MODE=test $(BIN)/python manage.py makemigrations --check --dry-run
	RELAIS_MODE=test $(BIN)/python scripts/lint_migrations.py
	RELAIS_MODE=test $(BIN)/python manage.py check --fail-level WARNING

## make test-slow     whole stories, walks of every rule and figure, journeys of each role in a browser
test-slow: .venv/installed
	$(TEST_BY_FILE) -m "slow and not pages and not long"

## make test-pages    each page as each role, and examined by axe in one look (ALL=1: in every look; SEED=20261207: as on that day)
test-pages: .venv/installed
	$(TEST) -m pages

# These two at once, which begins and ends but once.
test-slow-and-pages: .venv/installed
	$(TEST_BY_FILE) -m "(slow or pages) and not long"

## make test-long     kills, restarts and simulated years; what takes longest by turns (ALL=1, SEED=: as above; RELAIS_RANDOM=1: drawn anew)
test-long: .venv/installed
	$(TEST) -m long --timeout 1800 --hypothesis-seed $(SEED) -rs

## make deploy-test   the commands of docs/deploiement.md in a container engine (root, Docker’s packages, debootstrap)
deploy-test: export RELAIS_ENGINE ?= .relais/engine
# Asked for by name, it fails where it cannot run. RELAIS_ENGINE keeps its images from one time to the next.
deploy-test: export RELAIS_DEPLOY_MUST_RUN = 1
deploy-test: .venv/installed
	$(BIN)/python -m pytest tests/deployment -rs

## make test-ten      the whole suite, ten times: a test that fails once is a fault
# Stopped, it goes on where it was, after a commit too.
test-ten: .venv/installed
	$(BIN)/python scripts/test_ten.py

## make mutants       changes the code that decides of people, and names what no test notices (MODULE=cases/rules/counting.py)
mutants: .venv/installed
	$(BIN)/python scripts/mutants.py $(MODULE)

## make demo-days     the demonstration made on each of the coming 400 days (DAYS=20), the hardest first
# Stopped, it goes on where it was: .relais/demo-days keeps the days that passed.
demo-days: .venv/installed
	RELAIS_DEMO_DAYS=$(DAYS) $(BIN)/python -m pytest tests/demo/test_demo_days.py -n logical -p no:randomly -v

## make advisories    what is known against the locked packages
# Fails when nothing could be looked up, too.
advisories: .venv/installed
	$(BIN)/python scripts/advisories.py

## make setup         the environment, and an embedded database with its tables and reference data
setup: .venv/installed
	$(BIN)/python manage.py migrate --no-input -v 0

## make lock          the lock files, after a change of the dependencies in pyproject.toml
lock: .venv/installed
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) --group demo -c requirements.lock -o requirements-demo.lock
	$(LOCK) pyproject.toml --group dev -o requirements-dev.lock

.venv/demo: requirements.lock requirements-demo.lock
	@echo "Installation des paquets : moins d’une minute."
	@$(PYTHON) scripts/make_environment.py requirements.lock requirements-demo.lock
	@touch $@

.venv/installed: .venv/demo requirements-dev.lock
	@echo "Installation des outils de développement : une minute."
	@$(PYTHON) scripts/make_environment.py requirements-dev.lock
	@touch $@
