#!/bin/sh
# Writes the lock files: every version and hash, for Linux and macOS and for all supported versions of Python.
# The one of uv, too: this and tools/environments.sh use the uv that it names.
set -eu

compile() {
    output=$1
    shift
    tools/environments.sh --uv pip compile --quiet --universal --python-version 3.10 --generate-hashes --upgrade \
        --no-emit-index-url --custom-compile-command "make lock" --output-file "$output" "$@"
    echo "wrote $output"
}

compile requirements.lock pyproject.toml --extra server --extra dev
compile requirements-oldest.lock pyproject.toml --extra server --group oldest
compile requirements-duckdb.lock pyproject.toml --group duckdb
compile requirements-spark.lock pyproject.toml --group spark
# Last, since it is what installs the uv that writes the others.
echo uv | compile requirements-uv.lock --no-annotate -
