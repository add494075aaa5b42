#!/bin/sh
# Makes a virtual environment from a lock file, or leaves it alone when it is up to date.
#
#   tools/environment.sh VENV LOCK_FILE
#
# PYTHON names the interpreter to use; without it, the first of python3, python3.13 ... python3.10 that
# really runs and is new enough.
set -eu

venv=$1
lock=$2
log=$venv/setup.log

supported() {
    "$1" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        supported "$PYTHON" && echo "$PYTHON" && return
        echo "PYTHON=$PYTHON does not run, or is not Python 3.10 to 3.13." >&2
        return 1
    fi
    for candidate in python3 python3.13 python3.12 python3.11 python3.10; do
        supported "$candidate" && echo "$candidate" && return
    done
    echo "No Python 3.10 to 3.13 found. Install one (https://www.python.org/downloads/)," >&2
    echo "or say where it is: make setup PYTHON=/path/to/python3.12" >&2
    return 1
}

# What the environment is made of. The folder belongs to it: a moved environment no longer works. One that
# is there is kept whatever python3 is today, unless PYTHON asks for another.
environment() {
    pwd
    "${PYTHON:-$venv/bin/python}" -c 'import sys; print(sys.version)' 2>/dev/null
    cksum "$lock"
}

# What the installation of this project into it depends on; its modules themselves are used where they are.
project() {
    cksum pyproject.toml
}

# up_to_date PART: whether PART (one of the two above) says today what it said when it was made.
up_to_date() {
    supported "$venv/bin/python" && [ -f "$venv/.made-$1" ] && [ "$("$1")" = "$(cat "$venv/.made-$1")" ]
}

explain_failure() {
    tail -n 15 "$log" >&2
    echo >&2
    echo "The environment $venv could not be made: $1" >&2
    echo "The whole log is in $log" >&2
    exit 1
}

PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1
export PIP_USER PIP_DISABLE_PIP_VERSION_CHECK

if ! up_to_date environment; then
    python=$(find_python)
    echo "Making $venv with $("$python" --version) from $lock (a minute or two) ..."
    rm -rf "$venv"
    mkdir -p "$venv"
    "$python" -m venv "$venv" >"$log" 2>&1 ||
        explain_failure "'$python -m venv' failed. On Debian and Ubuntu: apt-get install python3-venv"
    # The lock file is complete, so pip has nothing to resolve.
    "$venv/bin/python" -m pip install --no-deps --require-hashes -r "$lock" >>"$log" 2>&1 ||
        explain_failure "pip could not install $lock. Is the network there (HTTPS_PROXY, PIP_INDEX_URL)?"
    environment >"$venv/.made-environment"
fi

if ! up_to_date project; then
    "$venv/bin/python" -m pip install --no-deps --no-build-isolation -e . >>"$log" 2>&1 ||
        explain_failure "pip could not install this project into it."
    project >"$venv/.made-project"
fi
