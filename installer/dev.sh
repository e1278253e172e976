#!/bin/sh
# From a checkout to a running program, on Debian 12 or Ubuntu 24.04 and their relatives.
#
#   sh installer/dev.sh setup    system packages, .venv, locked dependencies, .venv/bin/psyroom
#   sh installer/dev.sh run      setup, then the program's window
#   sh installer/dev.sh test     setup, what tests need, then lint, format, types, import rules, tests
#
# Whatever is there already is left alone, so the second time takes a second.
set -eu

root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
venv="$root/.venv"

# A name | its other name on newer or older systems.
window_packages="libglib2.0-0|libglib2.0-0t64 libgl1 libegl1 libdbus-1-3 libfontconfig1 libxkbcommon0
    libx11-xcb1 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0
    libxcb-shape0 libxcb-shm0 libxcb-sync1 libxcb-xfixes0 libxcb-xkb1 libxkbcommon-x11-0
    libwayland-client0 libwayland-cursor0 libwayland-egl1 libcups2|libcups2t64"
# xvfb, xauth, xdotool: a display and keys from outside; poppler-utils: reads our PDF files back; the rest: a real Secret Service.
test_packages="xvfb xauth xdotool poppler-utils gnome-keyring dbus-daemon|dbus"

say() { printf '%s\n' "psyroom: $*"; }
stop() {
    printf '%s\n' "psyroom: $*" >&2
    exit 1
}

# ---- system packages --------------------------------------------------------------------------------------------

is_installed() {
    case $(dpkg-query -W -f='${Status}' "$1" 2>/dev/null) in *" installed") return 0 ;; esac
    return 1
}

is_offered() {
    [ -n "$(apt-cache policy "$1" 2>/dev/null | awk '/Candidate:/ && $2 != "(none)" { print $2 }')" ]
}

# Of each "a|b" that is missing, the name this system knows. Without a package list: the first name.
missing_of() {
    for names in $*; do
        found=
        for name in $(printf %s "$names" | tr '|' ' '); do
            if is_installed "$name"; then found=yes; fi
        done
        [ -z "$found" ] || continue
        chosen=${names%%|*}
        for name in $(printf %s "$names" | tr '|' ' '); do
            if is_offered "$name"; then chosen=$name && break; fi
        done
        printf '%s ' "$chosen"
    done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
    [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null 2>&1 && sudo -n true >/dev/null 2>&1; }
}

lists_are_fresh=
install_packages() { # names, alternatives with |
    if ! command -v apt-get >/dev/null 2>&1; then
        say "no apt-get here; please make sure of these yourself: $*"
        return 0
    fi
    packages=$(missing_of "$@")
    [ -n "$packages" ] || return 0
    if ! may_install; then
        printf '%s\n' "psyroom: system packages are missing, and this account may not install them. Please run:" \
            "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages% }" \
            "and then this command again." >&2
        exit 1
    fi
    if [ -z "$lists_are_fresh" ]; then
        say "reading the system's package lists"
        as_root apt-get update -qq || stop "the package lists could not be read: is this computer online?"
        lists_are_fresh=yes
        packages=$(missing_of "$@")
    fi
    say "installing system packages: $packages"
    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $packages >/dev/null ||
        stop "these could not be installed: $packages"
}

# ---- Python -----------------------------------------------------------------------------------------------------

fits() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1
}

can_make_venv() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

find_python() { # sets python; a fitting one that can make a venv before one that cannot
    python=
    for name in python3 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null 2>&1 && fits "$name"; then
            if can_make_venv "$name"; then python=$name && return 0; fi
            [ -n "$python" ] || python=$name
        fi
    done
    [ -n "$python" ]
}

offered_python() { # the names of the packages with a fitting Python
    case $(apt-cache policy python3 2>/dev/null | awk '/Candidate:/ { print $2 }') in
    3.11* | 3.12* | 3.13*) printf 'python3 python3-venv' && return 0 ;;
    esac
    for number in 3.13 3.12 3.11; do
        if is_offered "python$number"; then printf 'python%s python%s-venv' "$number" "$number" && return 0; fi
    done
    return 1
}

need_python() {
    if ! find_python; then
        command -v apt-get >/dev/null 2>&1 || stop "Python 3.11, 3.12 or 3.13 is needed; please install it."
        if [ -z "$lists_are_fresh" ] && may_install; then
            say "reading the system's package lists"
            as_root apt-get update -qq || stop "the package lists could not be read: is this computer online?"
            lists_are_fresh=yes
        fi
        # shellcheck disable=SC2046
        install_packages $(offered_python || printf 'python3 python3-venv')
        find_python || stop "this system offers no Python 3.11, 3.12 or 3.13; please install one."
    fi
    if ! can_make_venv "$python"; then
        number=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        install_packages "python$number-venv"
        can_make_venv "$python" || stop "$python has no venv module; please install python$number-venv."
    fi
}

# ---- the environment ---------------------------------------------------------------------------------------------

# What the environment was made from: place, Python, lock and project.
print_of() { # lock
    {
        printf '%s\n' "$root"
        "$venv/bin/python" -c 'import sys; print(sys.version)'
        cat "$1" pyproject.toml installer/dev.sh
    } | sha256sum | cut -d' ' -f1
}

is_done() { # lock
    [ -x "$venv/bin/python" ] && [ -f "$venv/made-from-$1" ] && "$venv/bin/python" -c '' 2>/dev/null &&
        [ "$(cat "$venv/made-from-$1")" = "$(print_of "$1")" ]
}

install_lock() { # lock
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
        --only-binary :all: --require-hashes -r "$1" || stop "the dependencies could not be installed."
}

setup() {
    # shellcheck disable=SC2086
    install_packages $window_packages
    if is_done requirements.lock; then return 0; fi
    need_python
    if [ -d "$venv" ] && { ! "$venv/bin/python" -c '' 2>/dev/null || [ ! -f "$venv/made-from-requirements.lock" ] ||
        ! grep -qsF "$venv" "$venv/bin/activate"; }; then
        say "the old .venv is of no use any more; making a new one"
        rm -rf "$venv"
    fi
    if [ ! -d "$venv" ]; then
        say "making .venv with $("$python" --version)"
        "$python" -m venv "$venv" || stop "the environment could not be made."
    fi
    say "installing the locked dependencies (the first time about 150 MB)"
    rm -f "$venv"/made-from-*
    install_lock requirements.lock
    say "installing psyroom itself, as it lies here"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
        --no-deps --no-build-isolation --no-index --editable . || stop "psyroom could not be installed into .venv."
    print_of requirements.lock >"$venv/made-from-requirements.lock"
    say "ready: .venv/bin/psyroom"
}

setup_tests() {
    # shellcheck disable=SC2086
    install_packages $test_packages
    if is_done requirements-dev.lock; then return 0; fi
    say "installing what the tests need"
    install_lock requirements-dev.lock
    print_of requirements-dev.lock >"$venv/made-from-requirements-dev.lock"
}

step() { # what it is, then the command
    what=$1
    shift
    say "$what"
    begun=$(date +%s)
    "$@" || stop "$what: not passed"
    say "$what: passed in $(($(date +%s) - begun)) s"
}

run_tests() {
    PATH="$venv/bin:$PATH"
    export PATH
    step "lint" ruff check .
    step "format" ruff format --check .
    step "types" mypy
    step "import rules" lint-imports
    step "tests" in_two_halves
}

# Two cores: deeds, rules and papers on one, the window and all others on the other, each with a display of its own.
in_two_halves() {
    half=$venv/tests-of-the-deeds.log
    xvfb-run -a -n 150 pytest tests/faults tests/intake tests/journeys tests/reports tests/rules tests/services >"$half" 2>&1 &
    deeds=$!
    others=0
    xvfb-run -a -n 250 pytest tests --ignore tests/faults --ignore tests/intake --ignore tests/journeys \
        --ignore tests/reports --ignore tests/rules --ignore tests/services || others=$?
    did=0
    wait "$deeds" || did=$?
    cat "$half"
    [ "$others" -eq 0 ] && [ "$did" -eq 0 ]
}

case ${1-} in
setup) setup ;;
run)
    setup
    exec "$venv/bin/psyroom"
    ;;
test)
    setup
    setup_tests
    run_tests
    ;;
*)
    printf '%s\n' "usage: sh installer/dev.sh setup|run|test" >&2
    exit 2
    ;;
esac
