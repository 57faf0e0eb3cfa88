# Every target sets up what it needs; a second run takes seconds.
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test test-faults demo bench clean

run: $(VENV)/.run
	@$(BIN)/antiphon welcome --data data
	@exec $(BIN)/antiphon serve --data data

test: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/pytest -n 3 --dist worksteal

test-faults: $(VENV)/.dev
	@$(BIN)/python -m bench faults

demo: $(VENV)/.run
	@$(BIN)/python demo/tour.py

bench: $(VENV)/.dev
	@$(BIN)/python -m bench

$(VENV)/.run: requirements/run.txt pyproject.toml
	@scripts/bootstrap run
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml
	@scripts/bootstrap dev
	@touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV)
