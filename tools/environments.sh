#!/bin/sh
# Makes virtual environments from their lock files, side by side. Those that are up to date are left alone.
#
#   tools/environments.sh [NAME ...]     main (.venv, when no name is given), oldest, duckdb, spark (.venv-NAME)
#   tools/environments.sh --uv ARG ...   runs uv, without what pip's settings add to the index (for tools/lock.sh)
#
# PYTHON names the interpreter to use; without it, the first of python3, python3.13 ... python3.10 that
# really runs and is new enough.
#
# uv makes them: pip installs it into .venv-uv first. So nothing is needed but Python. uv's settings (UV_CACHE_DIR,
# UV_DEFAULT_INDEX, uv.toml ...) hold as everywhere, and pip's where uv has none of its own.
set -eu
cd "$(dirname "$0")/.."

uv=.venv-uv/bin/uv
uv_lock=requirements-uv.lock

supported() {
    "$1" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}

# The path itself, and never that of a virtual environment: the environment may be the one that is made anew.
path_of() {
    "$1" -c 'import sys; print(sys.executable if sys.prefix == sys.base_prefix else sys._base_executable)'
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        supported "$PYTHON" && path_of "$PYTHON" && return
        echo "PYTHON=$PYTHON does not run, or is not Python 3.10 to 3.13." >&2
        return 1
    fi
    for candidate in python3 python3.13 python3.12 python3.11 python3.10; do
        supported "$candidate" && path_of "$candidate" && return
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

choose() {
    case $1 in
    main) venv=.venv lock=requirements.lock ;;
    oldest | duckdb | spark) venv=.venv-$1 lock=requirements-$1.lock ;;
    *)
        echo "usage: tools/environments.sh [main] [oldest] [duckdb] [spark]" >&2
        exit 2
        ;;
    esac
    log=$venv/setup.log
}

# up_to_date PART: whether PART (one of the two above) says today what it said when it was made.
up_to_date() {
    supported "$venv/bin/python" && [ -f "$venv/.made-$1" ] && [ "$("$1")" = "$(cat "$venv/.made-$1")" ]
}

# uv works wherever its folder is, and makes environments of any Python.
uv_up_to_date() {
    supported .venv-uv/bin/python && "$uv" --version >/dev/null 2>&1 &&
        [ -f .venv-uv/.made-uv ] && [ "$(cksum "$uv_lock")" = "$(cat .venv-uv/.made-uv)" ]
}

# The marks go first: without them, what an interrupted run leaves behind is never taken for an environment.
start_anew() {
    rm -f "$venv"/.made-*
    rm -rf "$venv"
    mkdir "$venv"
}

# A step runs in the background, since a shell that waits for one in the foreground does not hear it should stop.
run() {
    "$@" >>"$log" 2>&1 &
    step=$!
    wait "$step"
}

fail() {
    echo "$1" >>"$log"
    exit 1
}

explain_failure() {
    tail -n 15 "$log" >&2
    echo >&2
    echo "The environment $venv could not be made. The whole log is in $log" >&2
    echo >&2
}

# Runs in a process of its own. What it has started is never stopped half way: it takes seconds, and the next run
# waits for it. A stopped "python -m venv" would leave a process behind that still writes, and no run waits for that.
make_uv() {
    start_anew
    PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1
    export PIP_USER PIP_DISABLE_PIP_VERSION_CHECK
    run "$python" -m venv "$venv" ||
        fail "'$python -m venv' failed. On Debian and Ubuntu: apt-get install python3-venv"
    run "$venv/bin/python" -m pip install --no-deps --require-hashes --only-binary uv -r "$uv_lock" ||
        fail "pip could not install uv from $uv_lock. If it is the network: HTTPS_PROXY, PIP_INDEX_URL."
    run "$uv" --version ||
        fail "uv is installed, but does not run on this machine."
    cksum "$uv_lock" >"$venv/.made-uv"
}

# Runs in a process of its own, beside the others.
make_environment() {
    trap 'kill "$step" 2>/dev/null; exit 1' TERM
    step=
    if ! up_to_date environment; then
        start_anew
        run "$uv" venv --no-project --allow-existing --python "$python" "$venv" ||
            fail "uv could not make an environment of $python."
        # The lock file is complete, so uv has nothing to resolve. Modules are compiled now, as pip does: where
        # PYTHONDONTWRITEBYTECODE is set, every start of dbt would compile them again.
        # shellcheck disable=SC2086 # no option, or one
        run "$uv" pip install --python "$venv" --no-deps --require-hashes --compile-bytecode $no_index -r "$lock" ||
            fail "uv could not install $lock. If it is the network: HTTPS_PROXY, PIP_INDEX_URL, UV_DEFAULT_INDEX."
        environment >"$venv/.made-environment"
    fi
    # Installed anew even if uv has seen it before, as pip does.
    rm -f "$venv/.made-project"
    run "$uv" pip install --python "$venv" --no-deps --no-build-isolation --reinstall -e . ||
        fail "uv could not install this project into it."
    project >"$venv/.made-project"
}

# pip_settings all|index: what pip is told by its files and PIP_* variables, as variables for uv, which reads neither.
# Who has told uv itself where its packages come from has the last word. pip knows best how its settings add up.
pip_settings() {
    .venv-uv/bin/python - "$1" <<'PYTHON'
import os, shlex, shutil, sys

from pip._internal.commands import create_command

options, _ = create_command("install").parse_args([])
everything = sys.argv[1] == "all"


def say(name, value, override=False):
    if value and (override or not os.environ.get(name)):
        print(f"export {name}={shlex.quote(str(value))}")


def uv_has_its_own_index():
    if any(os.environ.get(f"UV_{name}") for name in ("DEFAULT_INDEX", "INDEX", "INDEX_URL", "EXTRA_INDEX_URL")):
        return True
    folders = [os.environ.get("XDG_CONFIG_HOME") or "~/.config", "/etc"]
    folders += (os.environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")
    files = [os.path.expanduser(f"{folder}/uv/uv.toml") for folder in folders]
    files.append(os.environ.get("UV_CONFIG_FILE") or "")
    return any("index" in open(file, encoding="utf-8").read() for file in files if os.path.isfile(file))


if not uv_has_its_own_index():
    say("UV_DEFAULT_INDEX", options.index_url)
    if everything:
        # uv takes a version from the first index that has it, and asks the default one last. pip takes the file whose
        # hash is right. So that a file that was built again elsewhere is not in the way: the default one first.
        if options.extra_index_urls:
            say("UV_INDEX", " ".join([options.index_url, *options.extra_index_urls]))
            say("UV_INDEX_STRATEGY", "unsafe-best-match")
        say("UV_FIND_LINKS", ",".join(options.find_links))
        if options.no_index:
            print("no_index=--no-index")

say("UV_INSECURE_HOST", " ".join(options.trusted_hosts))
say("UV_HTTP_TIMEOUT", max(30, int(options.timeout)))
say("UV_HTTP_RETRIES", options.retries)
say("SSL_CLIENT_CERT", options.client_cert)
for scheme in "HTTP", "HTTPS":
    say(f"{scheme}_PROXY", options.proxy, override=True)
if shutil.which("keyring") and getattr(options, "keyring_provider", "") != "disabled":
    say("UV_KEYRING_PROVIDER", "subprocess")

certificates = options.cert or os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
if certificates:
    say("SSL_CERT_DIR" if os.path.isdir(certificates) else "SSL_CERT_FILE", certificates, override=True)
elif not (os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")):
    # What the system trusts, where it has such a list: newer versions of pip do the same.
    files = "ssl/certs/ca-certificates.crt", "pki/tls/certs/ca-bundle.crt", "ssl/ca-bundle.pem", "ssl/cert.pem"
    if any(os.path.exists(f"/etc/{file}") for file in files):
        say("UV_SYSTEM_CERTS", "true")
PYTHON
}

# One run at a time makes environments here: another one waits, and then finds them made. The lock is that of the
# operating system: it ends with the last process of the run that has it, however that ends.
one_at_a_time() {
    exec "$python" -c '
import fcntl, os, signal, sys
for number in signal.SIGINT, signal.SIGPIPE:
    signal.signal(number, signal.SIG_DFL)
lock = os.open(sys.argv[1], os.O_RDWR)
try:
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    print("Another run makes environments here: waiting for it ...", flush=True)
    fcntl.flock(lock, fcntl.LOCK_EX)
os.set_inheritable(lock, True)
os.execve("/bin/sh", ["sh", *sys.argv[2:]], {**os.environ, "ENVIRONMENTS_LOCKED_BY": str(os.getpid())})
' "$uv_lock" tools/environments.sh "$@"
}

locked() {
    [ "${ENVIRONMENTS_LOCKED_BY:-}" = $$ ]
}

# shellcheck disable=SC2317,SC2086 # reached by the trap below; a list of numbers
stop() {
    kill $workers 2>/dev/null || true
    wait
    exit 130
}

# The environments are for the Python that was found, and every hash counts, whatever these say.
unset UV_PYTHON UV_SYSTEM_PYTHON UV_VENV_CLEAR UV_REQUIRE_HASHES UV_NO_VERIFY_HASHES
UV_PYTHON_DOWNLOADS=never
export UV_PYTHON_DOWNLOADS

mode=environments outdated=
if [ "${1:-}" = --uv ]; then
    mode=uv
else
    [ $# -gt 0 ] || set -- main
    for name in "$@"; do
        choose "$name"
        case " $outdated " in *" $name "*) continue ;; esac
        { up_to_date environment && up_to_date project; } || outdated="$outdated $name"
    done
    [ -n "$outdated" ] || exit 0
fi

workers=
trap stop INT TERM HUP

if ! { [ $mode = uv ] && uv_up_to_date; }; then
    python=$(find_python)
    locked || one_at_a_time "$@"
    if ! uv_up_to_date; then
        venv=.venv-uv log=.venv-uv/setup.log
        make_uv &
        workers=$!
        wait "$workers" || { explain_failure && exit 1; }
    fi
fi

no_index=
if [ $mode = uv ]; then
    settings=$(pip_settings index)
else
    settings=$(pip_settings all)
fi || echo "pip's settings could not be read. uv goes on with its own." >&2
eval "$settings"

if [ $mode = uv ]; then
    shift
    exec "$uv" "$@"
fi

to_make='' workers=''
for name in $outdated; do
    choose "$name"
    up_to_date environment || to_make="$to_make $venv"
done
[ -z "$to_make" ] ||
    echo "Making$to_make with $("$python" --version) (a minute or so) ..."
for name in $outdated; do
    choose "$name"
    make_environment &
    workers="$workers $!"
done

status=0
# shellcheck disable=SC2086 # a list of numbers
set -- $workers
for name in $outdated; do
    choose "$name"
    wait "$1" || { status=1 && explain_failure; }
    shift
done
exit $status
