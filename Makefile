# Needs Python 3.11 or later and make, nothing else.
PYTHON ?= python3
PORT ?= 8000
DAYS ?= 400
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header

.PHONY: setup demo demo-reset demo-days test test-slow test-pages test-slow-and-pages test-long deploy-test test-ten mutants check advisories lock

# The environment, and an embedded database with its tables and reference data.
setup: .venv/installed
	$(BIN)/python manage.py migrate --no-input -v 0

# The whole product with invented data at http://localhost:$(PORT)/, until Ctrl-C.
demo: .venv/installed
	$(BIN)/python -m demo.serve --port $(PORT)

demo-reset: .venv/installed
	$(BIN)/python -m demo.serve --port $(PORT) --reset

TEST := $(BIN)/python -m pytest -n logical --dist worksteal
# Of what RELAIS_RANDOM=1 makes test-long draw: what was drawn on another day is drawn again by naming it.
SEED ?= $(shell date +%Y%m%d)

test: .venv/installed
	$(TEST) -m "not slow and not pages and not long"

# Modules that live whole stories, walk every rule or figure, start processes or a browser: a third of a second a test or more.
test-slow: .venv/installed
	$(TEST) -m "slow and not pages and not long"

# Each page in a browser, to every eye, on every screen; and asked for by each role of each structure.
test-pages: .venv/installed
	$(TEST) -m pages

# These two at once, which begins and ends but once.
test-slow-and-pages: .venv/installed
	$(TEST) -m "(slow or pages) and not long"

# Kills, simulated years, races, long plays; what deploy-test proves too, where RELAIS_ENGINE names a folder for its images.
test-long: .venv/installed
	$(TEST) -m long --timeout 1800 --hypothesis-seed $(SEED) -rs

# What docs/deploiement.md says, command by command, in a container engine of its own (as root, with Docker’s packages and
# debootstrap). RELAIS_ENGINE keeps its images from one time to the next.
deploy-test: export RELAIS_ENGINE ?= .relais/engine
deploy-test: .venv/installed
	$(BIN)/python -m pytest tests/deployment -rs

# The whole suite, ten times: a test that fails once is a fault. Stopped, it goes on where it was, after a commit too.
test-ten: .venv/installed
	$(BIN)/python scripts/test_ten.py

# Changes one thing at a time in the code that decides of people, and names the changes that no test notices. One module:
# make mutants MODULE=cases/rules/counting.py
mutants: .venv/installed
	$(BIN)/python scripts/mutants.py $(MODULE)

# The demonstration made on every day of the coming 400, the hardest first. Stopped, it goes on where it was:
# .relais/demo-days keeps the days that passed.
demo-days: .venv/installed
	RELAIS_DEMO_DAYS=$(DAYS) $(BIN)/python -m pytest tests/demo/test_demo_days.py -n logical -p no:randomly -v

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

# What is known against the locked dependencies; fails when nothing could be looked up, too.
advisories: .venv/installed
	$(BIN)/python scripts/advisories.py

# After a change of the dependencies in pyproject.toml.
lock: .venv/installed
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) pyproject.toml --group dev -o requirements-dev.lock

.venv/installed: requirements-dev.lock
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installation des paquets : une à trois minutes."
	$(BIN)/python -m pip install --disable-pip-version-check --require-hashes --requirement requirements-dev.lock
	touch $@
