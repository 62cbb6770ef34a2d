# Everything one does with the portal, by name: `make help`. Needs python3 (3.11 or newer) and make.

PYTHON ?= python3
PORT ?= 8000
JOBS ?= 2
SCALE ?= 0.1

BIN := .venv/bin
RUNTIME := .venv/.requirements
TOOLS := .venv/.requirements-dev

# Tests and checks read no .env and no setting left over in the shell.
DEVELOPMENT := DEBUG=1
PRODUCTION := env -u CACHE_URL -u PROXY_COUNT DEBUG=0 PUBLIC_READ=0 SECURE_SSL_REDIRECT=1 \
	ALLOWED_HOSTS=coopportal.example SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(48))')

# As in production, but for the host's name.
MEASURED := env -u CACHE_URL DEBUG=0 PUBLIC_READ=1 SECURE_SSL_REDIRECT=0 ALLOWED_HOSTS=localhost,127.0.0.1 \
	PYTHONWARNINGS=ignore SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(48))')

PYTEST = $(BIN)/pytest -n $(JOBS) --dist loadscope

export PYTHON

.DEFAULT_GOAL := help
.PHONY: help run setup test test-sqlite test-postgres bench growth check check-slow lint format fixtures screenshots demo-passwords

help: ## in danh sách này / this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' Makefile

$(RUNTIME): requirements.txt
	@scripts/setup.sh requirements.txt
	@touch $@

$(TOOLS): requirements.txt requirements-dev.txt
	@scripts/setup.sh requirements-dev.txt
	@touch $(RUNTIME) $@

run: $(RUNTIME) ## mở cổng tại http://127.0.0.1:8000/ (PORT=…) / start the portal
	@$(BIN)/python scripts/start.py $(PORT)

setup: $(TOOLS) ## tạo .venv, cài đủ công cụ / install everything
	@echo "Sẵn sàng: make run, make test"

demo-passwords: $(RUNTIME) ## mật khẩu mới cho tài khoản dùng thử / new demo passwords
	@$(BIN)/python manage.py demo_accounts --new-passwords

fixtures: $(RUNTIME) ## ghi lại fixtures/ từ cơ sở dữ liệu / write fixtures from the database
	@$(BIN)/python manage.py write_fixtures

screenshots: $(TOOLS) ## chụp lại docs/screenshots/ bằng Chromium / take the pictures again
	@$(BIN)/python scripts/screenshots.py

test: test-sqlite test-postgres ## chạy kiểm thử trên SQLite rồi PostgreSQL / the suite on both databases

test-sqlite: $(TOOLS) ## chỉ SQLite / SQLite only
	@echo "== SQLite"
	@DATABASE_URL=sqlite:///$(CURDIR)/db.sqlite3 $(PYTEST)

test-postgres: $(TOOLS) ## chỉ PostgreSQL (TEST_DATABASE_URL hoặc tự mở) / PostgreSQL only
	@echo "== PostgreSQL"
	@$(BIN)/python scripts/with_postgres.py $(PYTEST)

lint: $(TOOLS) ## định dạng, quy tắc, kiểu, ranh giới / format, lint, types, contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/djlint templates --lint --quiet
	$(DEVELOPMENT) $(BIN)/mypy
	$(BIN)/lint-imports
	$(DEVELOPMENT) $(BIN)/python manage.py makemigrations --check --dry-run
	@$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

format: $(TOOLS) ## sửa định dạng / format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

check: lint test ## mọi kiểm tra trước khi gộp / everything before a merge

bench: $(TOOLS) ## đo tốc độ đọc, ghi trên cả hai cơ sở dữ liệu (SCALE=1: cỡ cả nước) / benchmarks
	@mkdir -p .benchmarks
	@missed=0; \
	$(MEASURED) DATABASE_URL=sqlite:///$(CURDIR)/.benchmarks/$(SCALE).sqlite3 \
		$(BIN)/python -m benchmarks --scale $(SCALE) --json .benchmarks/sqlite-$(SCALE).json $(BENCH) || missed=1; \
	$(MEASURED) DURABLE=1 $(BIN)/python scripts/with_postgres.py \
		$(BIN)/python -m benchmarks --scale $(SCALE) --json .benchmarks/postgres-$(SCALE).json $(BENCH) || missed=1; \
	exit $$missed

growth: $(TOOLS) ## mười lần số liệu tốn thêm bao nhiêu; PostgreSQL / what ten times the data costs
	@mkdir -p .benchmarks
	@$(MEASURED) DURABLE=1 $(BIN)/python scripts/with_postgres.py \
		$(BIN)/python -m benchmarks.growth --json .benchmarks/growth.json

check-slow: $(TOOLS) ## kiểm thử nặng / the slow tests
	@echo "== SQLite"
	@DATABASE_URL=sqlite:///$(CURDIR)/db.sqlite3 $(BIN)/pytest -n $(JOBS) -m slow
	@echo "== PostgreSQL"
	@$(BIN)/python scripts/with_postgres.py $(BIN)/pytest -n $(JOBS) -m slow
