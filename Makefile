# Works with GNU Make 3.81 (macOS) and newer.

.DEFAULT_GOAL := help
.PHONY: help setup browser screenshots demo test lint types unit integration integration-machine test-oldest test-duckdb test-spark bench lock clean

BIN := .venv/bin
OLDEST := .venv-oldest
DUCKDB := .venv-duckdb
SPARK := .venv-spark
export PYTHON

# One worker per CPU; every worker of the integration tests starts a PostgreSQL of its own.
PYTEST := $(BIN)/python -m pytest -q -n logical --maxprocesses 8

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: ## Make the environment in .venv from requirements.lock
	@tools/environment.sh .venv requirements.lock

demo: setup ## A million rows on a private PostgreSQL: changed in batches, killed, resumed, proved; a CSV import
	@$(BIN)/python -m demo

test: lint types unit integration integration-machine test-oldest test-duckdb test-spark ## All checks, as CI runs them

lint: setup ## ruff and sqlfluff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
# What macros and models render to is linted by the tests. Their own layout: LT02 misreads elif in macros nobody calls.
	$(BIN)/sqlfluff lint --disable-progress-bar --exclude-rules LT02 macros integration_tests/macros

types: setup ## mypy --strict on the generator
	$(BIN)/mypy

unit: setup ## Unit and golden tests of the generator
	$(PYTEST) generator/tests

integration: setup browser ## The dbt package and the generator on a real PostgreSQL
	$(PYTEST) integration_tests

# What depends most on the server's version, on the machine's own PostgreSQL (15 or newer), where there is one.
integration-machine: setup ## A part of the integration tests on the PostgreSQL of this machine, if it has one
	@if $(BIN)/python -c 'from dbt_batch_ops.database import find_binaries; find_binaries("machine")' 2>/dev/null; then \
	  DBT_BATCH_OPS_TEST_SERVER=machine $(PYTEST) integration_tests/commands/test_smoke.py integration_tests/operations/test_batches.py \
	    integration_tests/operations/test_bounded_work.py integration_tests/faults/test_terminated_sessions.py \
	    integration_tests/sources/test_csv_sources.py integration_tests/sources/test_validation.py; \
	else echo "No PostgreSQL 15 or newer on this machine: its tests are left out."; fi

test-oldest: ## dbt's transactions and a smoke run on the oldest supported dbt
	@tools/environment.sh $(OLDEST) requirements-oldest.lock
	$(OLDEST)/bin/python -m pytest -q integration_tests/commands/test_dbt_transactions.py integration_tests/commands/test_smoke.py

# The conftest.py of integration_tests starts a PostgreSQL, which these tests do without.
test-duckdb: ## The portable loop on DuckDB
	@tools/environment.sh $(DUCKDB) requirements-duckdb.lock
	$(DUCKDB)/bin/python -m pytest -q --confcutdir integration_tests/adapters/duckdb integration_tests/adapters/duckdb

test-spark: ## The portable loop on Spark, by a Sail server
	@tools/environment.sh $(SPARK) requirements-spark.lock
	$(SPARK)/bin/python -m pytest -q --timeout 300 --confcutdir integration_tests/adapters/spark integration_tests/adapters/spark

bench: setup ## Measure the targets of the design; writes benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks

screenshots: setup browser ## Make the pictures of the README from a real run
	PYTHONPATH=.:integration_tests $(BIN)/python tools/screenshots.py

browser: ## A browser for the tests that look at pages, if it can be installed
	@tools/browser.sh install

lock: setup ## Bring the lock files up to date (uses uv)
	@tools/lock.sh

clean: ## Remove environments, the demo and what the tools left behind
	rm -rf .venv .venv-oldest .venv-duckdb .venv-spark .venv-lock .demo .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf integration_tests/target integration_tests/logs integration_tests/dbt_packages
