#!/bin/sh
# Finds a browser of the Chromium family for the tests that look at pages.
#
#   tools/browser.sh find      prints its path; exit code 1 when there is none
#   tools/browser.sh install   installs Debian's small one, without a window, when there is none and it can be
#
# BROWSER_BINARY names the one to use.
set -eu

find_browser() {
    if [ -n "${BROWSER_BINARY:-}" ]; then
        command -v "$BROWSER_BINARY"
        return
    fi
    for name in chromium-headless-shell chromium chromium-browser google-chrome-stable google-chrome chrome \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
        "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
        command -v "$name" && return
    done
    return 1
}

case "${1:-find}" in
find)
    find_browser
    ;;
install)
    if find_browser >/dev/null; then
        exit 0
    fi
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "No Chromium here: the tests that look at pages are skipped. Any will do (apt-get install chromium)." >&2
        exit 0
    fi
    echo "Installing chromium-headless-shell (half a minute) ..."
    log=$(mktemp)
    # Another apt-get may be at work: its lock is waited for.
    if ! { apt-get -o DPkg::Lock::Timeout=300 update &&
        DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends \
            chromium-headless-shell fonts-dejavu-core; } >"$log" 2>&1; then
        tail -n 15 "$log" >&2
        echo "chromium-headless-shell could not be installed: the tests that look at pages are skipped." >&2
    fi
    rm -f "$log"
    ;;
*)
    echo "usage: tools/browser.sh find | install" >&2
    exit 2
    ;;
esac
