# Cairn: make help
CONFIGURATION ?= Release
SOLUTION := Cairn.slnx

.DEFAULT_GOAL := help
.PHONY: help build run publish test test-all bench lint format clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build everything; warnings are errors
	dotnet build $(SOLUTION) -c $(CONFIGURATION) -v minimal

run: ## Start Cairn on http://127.0.0.1:8000 (data in ./cairn-data); ARGS="--listen …" adds options
	dotnet run --project src/Cairn.Cli -c $(CONFIGURATION) -- serve $(ARGS)

publish: ## Put the cairn program into artifacts/cairn
	dotnet publish src/Cairn.Cli -c $(CONFIGURATION) -o artifacts/cairn -v quiet

test: TESTS := -p:Tests=quick
test: ## Build, then run the tests that need nothing but this repository
test-all: ## Build, then run every test: also the slow ones, with etcd, PostgreSQL, Redis, HAProxy and the program itself
test test-all:
	dotnet build $(SOLUTION) -c $(CONFIGURATION) -v quiet
	dotnet test $(SOLUTION) -c $(CONFIGURATION) --no-build -m:1 $(TESTS)

bench: ## Measure the figures of docs/performance.md; ARGS="read" runs one of them
	dotnet run --project bench/Cairn.Benchmarks -c Release -- $(ARGS)

lint: ## Check formatting and build without a warning
	dotnet tool restore
	dotnet csharpier check .
	dotnet format $(SOLUTION) --verify-no-changes
	dotnet build $(SOLUTION) -c $(CONFIGURATION) -v minimal -warnaserror

format: ## Format the code
	dotnet format $(SOLUTION)
	dotnet tool restore
	dotnet csharpier format .

clean: ## Remove what was built
	dotnet clean $(SOLUTION) -c $(CONFIGURATION) -v quiet
	rm -rf artifacts
