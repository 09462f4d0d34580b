# Two targets set a machine up and run something: `make demo` and `make test`. Everything lives in .venv.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PEERS ?= .venv-peers
PEERS_STAMP := $(PEERS)/.installed

# Threads that spin while they wait make two busy cores an order of magnitude slower.
export OMP_WAIT_POLICY ?= passive
export HF_HUB_OFFLINE ?= 1
export TOKENIZERS_PARALLELISM ?= false

.PHONY: demo test test-scale test-peers fuzz check format install clean

demo: $(STAMP)
	$(BIN)/audioforge demo

test: check
	$(BIN)/python -m pytest

# A local Ray cluster: a worker killed in the middle, and a Ray Serve deployment. Adds Ray to .venv.
test-scale: $(STAMP)
	$(BIN)/pip install -q -c constraints.txt -e '.[dev,scale]'
	$(BIN)/python -m pytest -m ray tests/scale

# Ten thousand damaged files, bodies, answers and checkpoints, other ones each time.
fuzz: $(STAMP)
	AUDIOFORGE_FUZZ_CASES=10000 $(BIN)/python -m pytest tests/fuzz

# Compares with laion-clap, frechet-audio-distance and stable-audio-tools, in an environment of their own.
test-peers: $(PEERS_STAMP)
	$(PEERS)/bin/python -m pytest -m peers tests/parity

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "AudioForge needs Python 3.11 or newer: make PYTHON=python3.11 …"; exit 1; }
	@echo "Installing into $(VENV): 2.2 GB, a few minutes the first time."
	$(PYTHON) -m venv $(VENV) || { echo "The venv module is missing: apt-get install python3-venv"; exit 1; }
	$(BIN)/pip install -q --upgrade-strategy only-if-needed -c constraints.txt torch
	$(BIN)/pip install -q -c constraints.txt -e '.[dev]'
	@touch $(STAMP)

$(PEERS_STAMP): constraints-peers.txt
	@echo "Installing into $(PEERS): 7.5 GB, several minutes the first time."
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/pip install -q --no-deps -r constraints-peers.txt
	@touch $(PEERS_STAMP)

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) $(PEERS) artifacts build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
