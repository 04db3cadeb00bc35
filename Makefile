# Every command of the project. What a command does is in scripts/, where it can be read and checked.
.DEFAULT_GOAL := help
.PHONY: help run test bench build format fuzz schema lint clean distclean

# Everything the formatter has the last word on.
SWIFT_SOURCES := Package.swift $(wildcard Sources Tests admin Plugins)

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Should make itself be killed, the script is told and stops what it started. A shell that starts
# make in the background has it ignore Ctrl-C's signal; the script must not inherit that.
STOPPABLE := setpriv --pdeathsig TERM env --default-signal=INT

run: ## from a checkout to a first picture, then serve until Ctrl-C
	@$(STOPPABLE) scripts/run

test: ## every test, on a throwaway PostgreSQL; ARGS="--filter X" goes to swift test
	@$(STOPPABLE) scripts/test $(ARGS)

bench: ## measure holds, settlements and paid calls beside pgbench; ARGS="ROUNDS SECONDS"
	@$(STOPPABLE) scripts/bench $(ARGS)

build: ## the programs atelier and atelier-admin, in release mode
	@scripts/install build
	swift build -c release --static-swift-stdlib --product atelier
	swift build -c release --static-swift-stdlib --product atelier-admin

format: ## lay out all Swift sources
	swift format --in-place --parallel --recursive $(SWIFT_SOURCES)

schema: ## write migrations/schema.sql anew, after a migration was added
	@$(STOPPABLE) env ATELIER_WRITE_SCHEMA=$(CURDIR)/migrations/schema.sql scripts/test --filter schemaFileIsTrue

fuzz: ## fuzz the request decoder with libFuzzer; ARGS is for how many seconds (300)
	@Sources/Fuzz/run $(ARGS)

lint: ## check the layout of all Swift sources
	swift format lint --strict --parallel --recursive $(SWIFT_SOURCES)

clean: ## delete what was built; the data in .local stays
	rm -rf .build

distclean: clean ## also stop the private PostgreSQL and delete .local: its data, keys and pictures
	@if [ -d .local/postgres ]; then scripts/postgres remove .local/postgres; fi
	rm -rf .local
