#!/bin/sh
# Makes .venv (once) and installs one requirements file into it: scripts/setup.sh <requirements file>
# Takes uv when present, else the venv and pip that come with Python.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}

say() { printf '%s\n' "$*" >&2; }

if ! command -v "$python" >/dev/null 2>&1; then
    say "Không tìm thấy $python. Cần Python từ 3.11 trở lên."
    say "$python was not found. Python 3.11 or newer is needed."
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    say "$("$python" --version) quá cũ: cần Python từ 3.11 trở lên (chọn bản khác: make PYTHON=python3.12 …)."
    say "$("$python" --version) is too old: Python 3.11 or newer is needed (pick one: make PYTHON=python3.12 …)."
    exit 1
fi

with_pip() {
    if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
        if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
            say "Python này thiếu venv. Trên Debian, Ubuntu: sudo apt install python3-venv (hoặc cài uv), rồi chạy lại."
            say "This Python lacks venv. On Debian or Ubuntu: sudo apt install python3-venv (or install uv), then run again."
            exit 1
        fi
        "$python" -m venv .venv
    fi
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$1"
}

with_uv() {
    [ -x .venv/bin/python ] || uv venv --quiet --python "$python" .venv || return 1
    uv pip install --quiet --python .venv/bin/python -r "$1"
}

if command -v uv >/dev/null 2>&1; then
    with_uv "$1" || { say "uv không cài được, chuyển sang pip. / uv failed, trying pip."; with_pip "$1"; }
else
    with_pip "$1"
fi
