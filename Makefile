# Copyright: (c) 2026, Keyturn
# SPDX-License-Identifier: GPL-3.0-or-later

# Any Python from 3.10 on: make PYTHON=python3.13 setup
PYTHON ?= python3
VENV_PYTHON := .venv/bin/python
TESTS := ansible_collections.keyturn.sfmc.tests
RUN := PYTHONPATH=.work/collections $(VENV_PYTHON) -m
GATES := sanity ansible-lint ruff format mypy yamllint managed-hosts hygiene import artifact docs docs-site changelog reuse \
	execution-environment unit unit-quick integration leaks molecule azure rulebook

.DEFAULT_GOAL := help
.PHONY: help setup setup-run python check test demo report-demo bench mutants matrix release-notes build clean $(GATES)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  one gate:         make $(GATES)" | fold -s -w 110

setup: python ## virtual environment, all dependencies, import path, openssh-server and php-cli where it may
	@$(PYTHON) tests/gates/prepare.py test

setup-run: python ## the same with what the collection and the demo need only
	@$(PYTHON) tests/gates/prepare.py run

python:
	@command -v git >/dev/null || { echo "git is missing: install it" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
		echo "$(PYTHON) is missing or older than 3.10: install one, or name it: make PYTHON=python3.12 ..." >&2; exit 1; }

check: setup ## the quick gates: ruff, mypy, yamllint, unit tests and two of our own
	@$(RUN) $(TESTS).gates check

test: setup ## everything, but azure and rulebook (below)
	@$(RUN) $(TESTS).gates test

$(GATES): setup
	@$(RUN) $(TESTS).gates $@

demo: setup-run ## a whole rotation over two environments against the simulator; DEMO="--help" for more
	@$(RUN) $(TESTS).demo $(DEMO)

report-demo: setup-run ## the demo, with a report of it in .work/report/report.html
	@$(RUN) $(TESTS).demo --report .work/report $(DEMO)

bench: setup-run ## how long a rollout takes, beside ansible -m ping and a playbook by hand; BENCH="--help" for more
	@$(RUN) $(TESTS).bench $(BENCH)

mutants: setup ## takes one protection away at a time and expects a red test; MUTANTS="--help" for more
	@$(RUN) $(TESTS).mutants $(MUTANTS)

matrix: setup ## everything with each ansible-core, in hours; goes on where it was; MATRIX="--help" for more
	@$(RUN) $(TESTS).matrix $(MATRIX)

release-notes: setup ## the changelog of galaxy.yml's version, from the fragments: docs/development.md
	@$(RUN) $(TESTS).gates.release_notes

build: setup ## the artifact, in dist/: looked into, imported as Galaxy does, its demo run from an empty folder
	@$(RUN) $(TESTS).gates.artifact build

clean: ## everything that was made here, the virtual environment too
	rm -rf .venv .work .ansible dist tests/output .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
