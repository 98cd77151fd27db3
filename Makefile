# Needs GNU make, Python 3.11 or newer, and a package index. Everything else is installed into .venv.
# Another interpreter: make PYTHON=/path/to/python3.12 test

VENV := .venv
BIN := $(VENV)/bin
INTEGRATIONS := .venv-integrations
BENCH := .venv-bench
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# Those that the tests were run with before those that may come.
CANDIDATES := python3.13 python3.12 python3.11 python3.14 python3 python

# The wheel of pyright carries pyright itself: no question to the network whether there is a newer one.
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

# Tests start many processes, and each would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

# Tests wait for sockets and processes now and then: two workers more than there are cores.
WORKERS := $(shell expr $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) + 2)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo check test core integrations lint format sync docs bench bench-batch bench-fleet soak clean

help: ## show this list
	@echo "usage: make <target>"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1	\2/p' $(MAKEFILE_LIST)

demo: $(VENV)/.runtime ## everything the SDK does, against the emulator
	@$(BIN)/python -m scripts.demo

check: $(VENV)/.lint ## the quick ones, before each commit: lint rules, layers, the pure core
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/python scripts/unasync.py --check
	@$(BIN)/python -m pytest --numprocesses 2 tests/test_layers.py tests/core

# Both halves at once: each waits where the other could work. What the second half says is kept until it ends.
test: $(VENV)/.dev $(INTEGRATIONS)/.installed ## all tests; ARGS="-k stream" is passed on to pytest
	@$(MAKE) --no-print-directory --jobs 2 $(if $(filter output-sync,$(.FEATURES)),--output-sync) core integrations

core: $(VENV)/.dev ## the tests of the package by itself
	+@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal $(ARGS)

integrations: $(INTEGRATIONS)/.installed ## the tests of the package inside other libraries
	@$(INTEGRATIONS)/bin/python -m pytest tests/integrations $(ARGS) || \
	  { status=$$?; [ $$status = 5 ] && [ -n "$(ARGS)" ]; }

lint: $(VENV)/.lint $(INTEGRATIONS)/.installed ## formatting, lint rules, both type checkers, the generated twin
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(INTEGRATIONS)/bin/python
	$(BIN)/python scripts/unasync.py --check

format: $(VENV)/.lint ## format, and fix what can be fixed without thought
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

sync: $(VENV)/.lint ## regenerate the _sync packages from the _async ones
	$(BIN)/python scripts/unasync.py

docs: $(VENV)/.docs ## the documentation as a site, into site/; warnings are errors
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet $(ARGS)

bench: $(BENCH)/.peers ## the package against its peers (15 minutes); ARGS=--quick takes four
	@$(BENCH)/bin/python -m benchmarks.run $(ARGS)

bench-batch: $(INTEGRATIONS)/.installed ## batches against what is written by hand, LiteLLM's and Ray's; ARGS=--quick takes two minutes
	@$(INTEGRATIONS)/bin/python -m benchmarks.batch $(ARGS)

bench-fleet: $(VENV)/.dev ## pools and the gate against a fleet that goes wrong; ARGS="--quick --rows tails,dying"
	@$(BIN)/python -m benchmarks.fleet $(ARGS)

soak: $(VENV)/.dev ## a hundred thousand calls with faults and cancellations (some minutes); ARGS="--backend trio"
	@$(BIN)/python -m benchmarks.soak $(ARGS)

clean: ## remove the virtual environment, caches and build output
	rm -rf $(VENV) $(INTEGRATIONS) $(BENCH) build dist site .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps: each is touched last, so that an interrupted installation is done again and a finished one is not.

# A name on PATH proves nothing (version managers put up shims that fail), so every candidate is run.
# Dependency groups need pip 25.1, newer than many interpreters bundle.
$(VENV)/.created:
	@found=; for python in $(or $(PYTHON),$(CANDIDATES)); do \
	  if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    found="$$python"; break; \
	  fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "No Python 3.11 or newer, with its venv and ensurepip modules, among: $(or $(PYTHON),$(CANDIDATES))" >&2; \
	  echo "Install one (Debian, Ubuntu: apt install python3-venv) or name one: make PYTHON=/path/to/python3.12" >&2; \
	  exit 1; \
	fi; \
	echo "Creating $(VENV) with $$("$$found" --version) ..."; \
	"$$found" -m venv --clear $(VENV)
	@$(PIP_INSTALL) 'pip>=25.1'
	@touch $@

$(VENV)/.runtime: $(VENV)/.created pyproject.toml
	@echo "Installing the package and the emulator ..."
	@$(PIP_INSTALL) --editable '.[emulator]'
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
	@echo "Installing the test tools ..."
	@$(PIP_INSTALL) --group dev
	@touch $@

$(VENV)/.lint: $(VENV)/.dev
	@echo "Installing the checkers ..."
	@$(PIP_INSTALL) --group lint
	@touch $@

$(VENV)/.docs: $(VENV)/.created pyproject.toml
	@echo "Installing the tools of the documentation ..."
	@$(PIP_INSTALL) --group docs
	@touch $@

# Other libraries come with many dependencies and pytest plugins: none of them may get between the package and its tests.
$(INTEGRATIONS)/.installed: $(VENV)/.created pyproject.toml
	@echo "Installing the libraries that the package plugs into ..."
	@$(BIN)/python -m venv --clear $(INTEGRATIONS)
	@echo '*' > $(INTEGRATIONS)/.gitignore
	@$(INTEGRATIONS)/bin/python -m pip install --quiet --disable-pip-version-check 'pip>=25.1'
	@$(INTEGRATIONS)/bin/python -m pip install --quiet --disable-pip-version-check \
	  --editable '.[emulator,langchain,litellm,llama-index,ray]' --group integrations
	@touch $@

# The peers have a great many dependencies: none of them may get between the package and its tests.
$(BENCH)/.peers: $(VENV)/.created pyproject.toml benchmarks/requirements.txt
	@echo "Installing the peers ..."
	@$(BIN)/python -m venv --clear $(BENCH)
	@echo '*' > $(BENCH)/.gitignore
	@$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --editable . --requirement benchmarks/requirements.txt
	@touch $@
