# `make` lists what there is to do; every target sets up what it needs by itself.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install -q --disable-pip-version-check
UV     := $(BIN)/uv pip install -q --python $(BIN)/python
PORT   ?= 8000
DATA   ?= .leadlight
WORKERS ?= 2
STACK ?= leadlight
export NO_MKDOCS_2_WARNING = 1
unexport PYTHONDONTWRITEBYTECODE  # tests start servers again and again: each would compile us anew

.DEFAULT_GOAL := help
.PHONY: help setup browser spam demo test check bench mutants soak build package sbom audit deploy downloads screenshots lock clean

help:  ## list the targets
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: setup  ## build the site and be visitor, rep and marketer of a working conversation
	@$(BIN)/leadlight demo --port $(PORT) --data $(DATA)

test: setup browser spam  ## everything: lint, types, all tests, browser included
	@$(BIN)/ruff check functions tests && $(BIN)/ruff format --check functions tests
	@$(BIN)/mypy
	@$(BIN)/pytest -n $(WORKERS) --dist loadgroup

check: setup  ## lint, types and the fast tests, in under a minute
	@$(BIN)/ruff check functions tests && $(BIN)/ruff format --check functions tests
	@$(BIN)/mypy
	@$(BIN)/pytest -n $(WORKERS) --dist loadgroup -m "not slow and not browser and not aws" \
	  --ignore tests/journeys --ignore tests/simulation

bench: setup  ## our figures beside a floor, measured in the same run
	@$(BIN)/python -m tests.bench

SEEDS ?= 10000
soak: setup  ## kill the server under load, then all pairs of faults, random worlds, races; hours, not minutes
	@$(BIN)/pytest -m slow tests/journeys/test_kill.py --kills 100
	@$(BIN)/pytest -m slow tests/journeys/test_import_long.py --rows 100000
	@$(BIN)/pytest -n $(WORKERS) tests/journeys/test_injection.py --each-string
	@$(BIN)/pytest -n $(WORKERS) tests/simulation/test_faults_everywhere.py tests/simulation/test_faults_on_aws.py \
	  tests/simulation/test_seeds.py tests/simulation/test_machine.py tests/test_races.py \
	  tests/rules/test_tokens_forged.py tests/journeys/test_who_is_known.py tests/journeys/test_abuse.py \
	  tests/test_schemathesis.py --all-phases 200 \
	  --all-pairs --seeds $(SEEDS) --examples 500 --steps 50 --races 10000 --forged 1000000 --trials 2000 --posts 10000

mutants: setup  ## change the ledger and the rules in small ways; tests must notice 85 of 100 (half an hour)
	@$(BIN)/python -m tests.mutants

build: setup  ## build site/ and bundle/ and look for leaks
	@$(BIN)/leadlight build -f mkdocs.yml --site-dir site --bundle-dir bundle

package: setup  ## pack each function into dist/, as Lambda will run it
	@$(BIN)/leadlight package --out dist

SBOM ?= dist/sbom.cdx.json
sbom: setup  ## list every part with version and hash, as a CycloneDX bill of materials in dist/
	@mkdir -p $(dir $(SBOM))
	@$(BIN)/cyclonedx-py requirements --output-reproducible --of JSON -o $(SBOM) requirements.lock && echo "$(SBOM)"

audit: setup  ## ask the advisory databases about every part (needs the network; never part of `make test`)
	@$(BIN)/pip-audit --disable-pip --require-hashes -r requirements.lock

deploy: setup  ## publish to AWS; STACK=… and REGION=… name the installation
	@$(BIN)/leadlight deploy --stack $(STACK) $(if $(REGION),--region $(REGION))

downloads: setup  ## renew the tutorial's PDF and recording (needs chromium, flite, ffmpeg)
	@$(BIN)/python .ci/make-downloads content/tutorials/seven-touch-points.md content/downloads

screenshots: setup browser  ## take the manual's pictures anew (half a minute)
	@$(BIN)/python -m tests.screenshots

lock: setup  ## renew requirements.lock from pyproject.toml (versions and hashes, no index address)
	@$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --extra dev -q pyproject.toml -o requirements.lock

clean:  ## remove what the other targets made, the environment included
	rm -rf $(VENV) $(DATA) site bundle dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find functions tests -name __pycache__ -prune -exec rm -rf {} +

setup: $(VENV)/.ready

# uv takes a tenth of the work that pip takes. Where there is no uv, or an index that only pip is told of, pip does it.
$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else f"Leadlight needs Python 3.11 or newer; this is {v[0]}.{v[1]}. Set PYTHON=/path/to/python3.11")'
	@echo "Setting up .venv (once; a quarter of a minute) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || (echo "Python's venv module is missing. On Debian: apt-get install python3-venv" && exit 1)
	@awk '/^[^ ]/ {ours = /^uv==/} ours' requirements.lock > $(VENV)/uv.lock
	@{ $(PIP) --require-hashes -r $(VENV)/uv.lock && $(UV) --require-hashes -r requirements.lock; } || $(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

# Debian's own Chromium: no download from anywhere else. Its shell costs the tests half of what the whole browser does.
browser:
	@command -v chromium-headless-shell >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing Debian's chromium-headless-shell for the browser tests ..."; \
	    get() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends fonts-dejavu-core "$$1" >/dev/null; }; \
	    apt-get update -qq; get chromium-headless-shell || get chromium; \
	  fi; }; \
	command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || \
	  echo "No chromium on the PATH: browser tests will be skipped, and say so. Install Chromium, or run as root on Debian."

# Debian's own SpamAssassin, nine seconds once: what its rules make of every mail that we ship.
spam:
	@command -v spamassassin >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing Debian's spamassassin to have our mails judged ..."; \
	    get() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends spamassassin >/dev/null 2>&1; }; \
	    get || { apt-get update -qq && get; } || true; \
	  fi; }; \
	command -v spamassassin >/dev/null || echo "No spamassassin on the PATH: the test of our mails will be skipped, and say so."
