# Rujukan. `make` alone lists what there is. Needs Python 3.11 or newer (with venv) and make; nothing is compiled.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# Settings for commands that need no secret and reach nobody.
CHECK  := TESTING=true
TEST   := TESTING=true $(BIN)/python -m config.embedded --test --

# As in production, with secrets of the moment.
SECRET := $$(head -c 48 /dev/urandom | base64 -w 0)
DEPLOY  = HTTPS=true BASE_DOMAIN=rujukan.example SECRET_KEY=$(SECRET) PERSONAL_DATA_KEYS=$(SECRET) PERSONAL_DATA_HASH_KEY=$(SECRET)
LOCK   := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header $(if $(UPGRADE),--upgrade)

.DEFAULT_GOAL := help
.PHONY: help run test check bench rules demo-reset lock messages clean
MAKEFLAGS += --no-print-directory

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | while IFS='|' read -r name text; do printf '  make %-11s %s\n' "$$name" "$$text"; done

run: $(VENV)/run.stamp $(VENV)/messages.stamp ## start everything on this machine, with Batang and Manggarai (PORT, DATA_DIR, DATABASE_URL, REDIS_URL)
	@exec $(BIN)/python -m config.run

test: $(VENV)/dev.stamp $(VENV)/messages.stamp ## all tests (one of them: make test ARGS="tests/config -k lock")
	@$(TEST) $(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 $(ARGS)

check: $(VENV)/dev.stamp $(VENV)/messages.stamp ## linters, types, layers, migrations, deployment settings, translations, Dockerfile
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(CHECK) $(BIN)/mypy
	$(BIN)/lint-imports
	$(TEST) $(BIN)/python manage.py makemigrations --check --dry-run
	$(DEPLOY) $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(CHECK) $(BIN)/python -m config.messages --check
	$(BIN)/hadolint Dockerfile

bench: $(VENV)/dev.stamp $(VENV)/messages.stamp ## the speed and memory table; the same figures in bench.json
	@$(TEST) $(BIN)/python -m tests.bench $(ARGS)

rules: $(VENV)/dev.stamp ## the rules of the regulations and the tests that show them
	@$(CHECK) $(BIN)/python -m tests.rules $(ARGS)

demo-reset: $(VENV)/run.stamp ## throw the demo's data away; the next `make run` makes it anew
	@$(BIN)/python -m config.run reset

messages: $(VENV)/dev.stamp ## collect the texts to translate into locale/
	@$(CHECK) $(BIN)/python -m config.messages --update

lock: $(VENV)/dev.stamp ## pin every dependency with its hashes (UPGRADE=1: to the newest versions)
	$(LOCK) pyproject.toml --group dev --output-file requirements/dev.txt
	$(LOCK) pyproject.toml --group run --output-file requirements/run.txt
	$(LOCK) pyproject.toml --output-file requirements/production.txt
	$(LOCK) --group pyproject.toml:build --output-file requirements/build.txt

clean: ## remove what was generated, except the data
	rm -rf $(VENV) staticfiles .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './.data/*' -prune -exec rm -rf {} +
	find . -name '*.mo' -path '*/LC_MESSAGES/*' -delete

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Rujukan needs Python 3.11 or newer, and \`$(PYTHON)\` is not. Name another one: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "The virtual environment could not be made. On Debian: apt install python3-venv"; exit 1; }

$(VENV)/%.stamp: requirements/%.txt | $(VENV)/bin/pip
	@echo "Installing requirements/$*.txt into $(VENV) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-input --require-hashes --requirement $<
	@touch $@

$(VENV)/messages.stamp: $(wildcard locale/*/LC_MESSAGES/*.po) | $(VENV)/bin/pip
	@$(if $^,$(BIN)/python -m config.messages --compile)
	@touch $@
