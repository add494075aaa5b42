#!/bin/sh
# Writes the lock files: every version and hash, for Linux and macOS and for all supported versions of Python. Only
# this needs uv; installing a lock file needs nothing but pip.
set -eu

[ -x .venv-lock/bin/uv ] || {
    .venv/bin/python -m venv .venv-lock
    .venv-lock/bin/python -m pip install --quiet uv
}

compile() {
    output=$1
    shift
    .venv-lock/bin/uv pip compile --quiet --universal --python-version 3.10 --generate-hashes --upgrade \
        --no-emit-index-url --custom-compile-command "make lock" --output-file "$output" "$@"
    echo "wrote $output"
}

compile requirements.lock pyproject.toml --extra server --extra dev
compile requirements-oldest.lock pyproject.toml --extra server --group oldest
compile requirements-duckdb.lock pyproject.toml --group duckdb
compile requirements-spark.lock pyproject.toml --group spark
