# Works with GNU Make 3.81 (macOS) and newer.

.DEFAULT_GOAL := help
.PHONY: help setup environments browser screenshots demo check test test-all lint types unit integration \
	test-oldest test-duckdb test-spark durations bench lock clean

BIN := .venv/bin
export PYTHON

# One worker per CPU; every worker of the integration tests starts a PostgreSQL of its own.
PYTEST := $(BIN)/python -m pytest -q -n logical --maxprocesses 8 --dist loadfile

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: ## Make the environment in .venv from requirements.lock
	@tools/environments.sh main

environments: ## Make all environments side by side: newest and oldest dbt, DuckDB, Spark
	@tools/environments.sh main oldest duckdb spark

demo: setup ## A million rows on a private PostgreSQL: changed in batches, killed, resumed, proved; a CSV import
	@$(BIN)/python -m demo

check: setup ## Lint, types, unit tests, and the engine's tests without dbt: five minutes at most
	@$(BIN)/python tools/suite.py check

test: environments browser ## What CI runs (ROTATING=3/12 chooses the rotating part)
	@$(BIN)/python tools/suite.py test $(if $(ROTATING),--rotating $(ROTATING))

test-all: environments browser ## Every test there is, with every cross of every matrix; PART=3/9 for a part
	@$(BIN)/python tools/suite.py all $(if $(PART),--part $(PART))

lint: setup ## ruff and sqlfluff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
# What macros and models render to is linted by the tests. Their own layout: LT02 misreads elif in macros nobody calls.
	$(BIN)/sqlfluff lint --disable-progress-bar --exclude-rules LT02 macros integration_tests/macros

types: setup ## mypy --strict on the generator
	$(BIN)/mypy

unit: setup ## Unit and golden tests of the generator; K=words for some
	$(PYTEST) $(if $(K),-k "$(K)") generator/tests

integration: setup browser ## Integration tests: K=csv by name, F=faults by folder, ROTATING=3/12 for such a part
	$(PYTEST) $(if $(K),-k "$(K)") $(if $(ROTATING),--only-rotating $(ROTATING)) $(if $(TIER),--tier $(TIER)) \
	  integration_tests$(if $(F),/$(F))

test-oldest: ## dbt's transactions and a smoke run on the oldest supported dbt
	@tools/environments.sh oldest
	.venv-oldest/bin/python -m pytest -q integration_tests/commands/test_dbt_transactions.py \
	  integration_tests/commands/test_smoke.py

# The conftest.py of integration_tests starts a PostgreSQL, which these tests do without.
test-duckdb: ## The portable loop on DuckDB
	@tools/environments.sh duckdb
	.venv-duckdb/bin/python -m pytest -q --confcutdir integration_tests/adapters/duckdb $(if $(K),-k "$(K)") \
	  integration_tests/adapters/duckdb

test-spark: ## The portable loop on Spark, by a Sail server
	@tools/environments.sh spark
	.venv-spark/bin/python -m pytest -q --timeout 300 --confcutdir integration_tests/adapters/spark \
	  $(if $(K),-k "$(K)") integration_tests/adapters/spark

durations: ## Note how long each test takes, from the last make test-all: what parts are made by
	@$(BIN)/python tools/suite.py durations

bench: setup ## Measure the targets of the design; writes benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks

screenshots: setup browser ## Make the pictures of the README from a real run
	PYTHONPATH=.:integration_tests $(BIN)/python tools/screenshots.py

browser: ## A browser for the tests that look at pages, if it can be installed
	@tools/browser.sh install

lock: setup ## Bring the lock files up to date
	@tools/lock.sh

clean: ## Remove environments, the demo and what the tools left behind
	rm -rf .venv .venv-uv .venv-oldest .venv-duckdb .venv-spark .demo .reports
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf integration_tests/target integration_tests/logs integration_tests/dbt_packages
