# The two commands of the README, and what developers run.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: demo test torture lint bench docs figures man exemplars clean

demo: $(VENV)/.installed
	@mkdir -p demo
	@$(BIN)/facestyle exemplars/portraits/*.jpg --exemplars exemplars/noir -o demo --overwrite

test: lint
	$(BIN)/python -m pytest -n auto

lint: $(VENV)/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.tested
	$(BIN)/python -m benchmarks all --quick

docs: $(VENV)/.documented
	$(BIN)/mkdocs build --strict

# the pictures of the documentation: minutes
figures: $(VENV)/.tested
	$(BIN)/python docs/figures/make.py

man: $(VENV)/.installed
	$(BIN)/facestyle man > facestyle.1

# the long form of the tests that damage files
torture: $(VENV)/.tested
	FACESTYLE_TORTURE=1 $(BIN)/python -m pytest tests/robustness

exemplars: $(VENV)/.tested
	$(BIN)/python exemplars/make.py

$(VENV)/.installed: setup.cfg pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --upgrade pip
	$(PIP) install --quiet --constraint constraints.txt --editable .
	@touch $@

# torch by itself: with it installed, its extras bring no other build
$(VENV)/.tested: $(VENV)/.installed
	$(PIP) install --quiet --constraint constraints.txt torch
	$(PIP) install --quiet --constraint constraints.txt --editable '.[test,neural,heif,raw,video,web,cluster,watch,docs]'
	@touch $@

$(VENV)/.documented: $(VENV)/.installed
	$(PIP) install --quiet --constraint constraints.txt --editable '.[docs]'
	@touch $@

clean:
	rm -rf $(VENV) demo build site *.egg-info
