# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

.DEFAULT_GOAL := help
.PHONY: help demo lab test lint bench clean

help: ## show these lines
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-14s%s\n", $$1, $$2 }'

demo: ## audit and repair the sample directory; needs Python 3.10 or newer, nothing else
	@scripts/demo

lab: ## start a Samba domain controller with the sample directory; needs Debian and root
	@scripts/lab start

test: ## everything: lint, types, tests, documentation, package, sanity; needs Python 3.12 too
	@scripts/test

lint: ## the quick checks of format, style, types and documentation
	@scripts/test lint

bench: ## measure speed and memory
	@scripts/bench
	@scripts/bench planning
	@scripts/bench teams
	@scripts/bench writing
	@scripts/bench reading
	@scripts/bench winrm

clean: ## remove everything that was made
	rm -rf build .ansible collections tests/output
