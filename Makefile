# The two commands of the README are `make study` and `make test`; the rest is for those who change the code.
# PYTHON=... names another interpreter, CORES=... fewer cores than all.

CORES ?= all
WORKERS ?= auto
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --constraint envs/constraints.txt

.PHONY: study test test-long test-slurm lint docs clean

study: $(VENV)/installed
	$(BIN)/python -m snakemake --cores $(CORES)
	@echo
	@echo "The study is done. Its report: $(CURDIR)/results/report.html (open it in a browser)"

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal

# What takes longest: whole studies killed, damaged and fetched; odd shapes of every figure. Before a release.
test-long: $(VENV)/installed-dev
	$(BIN)/python -m pytest --numprocesses $(WORKERS) -m long

# As root, where SLURM is installed and not set up: starts one of one node and stops it again.
test-slurm: $(VENV)/installed-slurm
	$(BIN)/python -m pytest --override-ini=pythonpath=tests/workflow tests/slurm/on_one_node.py

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/python -m mypy
	$(BIN)/python -m snakemake --lint

docs: $(VENV)/installed
	$(BIN)/python -m workflow_scripts.study.make_docs

# Results are never removed here: they may have cost days.
clean:
	rm -rf $(VENV) *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

# The environment is made once, and again only when the pins or the dependencies change.
$(VENV)/installed: pyproject.toml envs/constraints.txt envs/find-python | $(BIN)/python
	$(INSTALL) --editable .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(INSTALL) --editable '.[dev]'
	@touch $@

$(VENV)/installed-slurm: $(VENV)/installed-dev
	$(INSTALL) --editable '.[slurm]'
	@touch $@

$(BIN)/python:
	@python=$$(sh envs/find-python $(PYTHON)) && "$$python" -m venv $(VENV)
