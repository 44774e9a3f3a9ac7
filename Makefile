# What one does with this house. `make` alone lists it.

PRESET ?= warszawa
PORT ?= 8000
PYTHON := .venv/bin/python
PYTEST_ARGS ?=
ON_TWO_CORES := -n 2 --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help run test check bench killed facts demo-reset lock vendor messages screenshots

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## the whole portal with demo data on http://127.0.0.1:8000 (PORT=, PRESET=lebork)
	@.ci/prepare
	@PRESET=$(PRESET) EBOK_BASE_URL=$${EBOK_BASE_URL:-http://127.0.0.1:$(PORT)} exec $(PYTHON) manage.py run_demo --port $(PORT)

test: ## everything: checks, then all tests on SQLite and on PostgreSQL; the journeys on PostgreSQL, the main one on both
	@.ci/prepare --tests
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target check-prepared migrated
	$(PYTHON) -m pytest $(ON_TWO_CORES) -m "not journey or main_job" $(PYTEST_ARGS)
	$(PYTHON) .ci/with-postgres $(PYTHON) -m pytest $(ON_TWO_CORES) $(PYTEST_ARGS)

check: ## quick: lint, format, types, layers, templates, missing migrations, translations
	@.ci/prepare --checks
	@$(MAKE) --no-print-directory check-prepared

.PHONY: check-prepared
check-prepared:
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	$(PYTHON) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()' --no-logo
	$(PYTHON) -m djhtml --check --tabwidth 2 templates home forms payments portal site
	DJANGO_SETTINGS_MODULE=ebok.settings.test $(PYTHON) manage.py makemigrations --check --dry-run
	$(PYTHON) .ci/messages --check

.PHONY: migrated
migrated: # the tests of both databases begin with a copy of one that is migrated once
	$(PYTHON) -m pytest -q tests/test_rows.py
	$(PYTHON) .ci/with-postgres $(PYTHON) -m pytest -q tests/test_rows.py

bench: ## the benchmarks, each figure beside its yardstick
	@.ci/prepare --tests
	@EBOK_BENCH=1 $(PYTHON) .ci/with-postgres $(PYTHON) -m pytest tests/bench -s -p no:randomly $(PYTEST_ARGS)

killed: ## fifty random kills of site, worker and scheduler under twenty payers (EBOK_KILLS=)
	@.ci/prepare --tests
	@EBOK_KILLS=$${EBOK_KILLS:-50} $(PYTHON) .ci/with-postgres $(PYTHON) -m pytest tests/payments/test_killed.py -s -p no:randomly

facts: ## every fact of the five utilities and the journey that shows it
	@.ci/prepare --checks
	@$(PYTHON) .ci/facts

demo-reset: ## throw the demo databases and their files away
	@$(PYTHON) -c 'import pathlib, shutil; [shutil.rmtree(p) if p.is_dir() else p.unlink() for p in pathlib.Path("var").glob("*-*")]'
	@echo "The demo data is gone; make run makes it anew."

lock: ## compile requirements*.in to locks with hashes (needs uv)
	@command -v uv >/dev/null || { echo "uv is needed to write the locks. Type: pip install uv"; exit 2; }
	uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --universal --python-version 3.11 requirements.in -o requirements.txt
	uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --universal --python-version 3.11 -c requirements.txt requirements-dev.in -o requirements-dev.txt

vendor: ## copy the style sheet and fonts that package-lock.json names into static/vendor/
	@.ci/vendor

messages: ## collect the texts to translate into site/locale and compile what is translated
	@.ci/prepare
	@$(PYTHON) .ci/messages

screenshots: ## take the README's pictures from a running demo (make run in another terminal)
	@.ci/prepare --tests
	@$(PYTHON) .ci/screenshots --url http://127.0.0.1:$(PORT)
