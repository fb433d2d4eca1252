# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2034

# What the scripts share: where things are, and which Python is real. To be sourced, not run.
# Written for bash 3.2 too, which is what a Mac has.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
BUILD=$ROOT/build
VENVS=$BUILD/venvs
# A copy of what git keeps, or would keep, where Ansible's tools want it; scripts/stage makes it.
STAGE_ROOT=$BUILD/stage
STAGE=$STAGE_ROOT/ansible_collections/syncready/m365

# Ansible keeps its own files here too, not in the home of the user.
export ANSIBLE_HOME=$BUILD/ansible

# Supported Pythons, the preferred one first. 3.14 is taken only where no other is there.
PYTHONS=(3.13 3.12 3.11 3.10 3.14)

# Ansible refuses to work where the locale is not UTF-8.
if [ "$(locale charmap 2>/dev/null)" != UTF-8 ]; then
    export LC_ALL=C.UTF-8
fi

say() { printf '%s\n' "$*" >&2; }

die() {
    say "ERROR: $*"
    exit 1
}

# install_debian PACKAGE...: installs Debian's packages, or says which are missing.
install_debian() {
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
        say "Installing $*"
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y "$@"; } >&2 </dev/null
    else
        die "Install $* (Debian's and Ubuntu's names) and try again."
    fi
}

# find_python VERSION: prints the path of a real interpreter of that version, or fails.
# A name on PATH proves nothing: the shims of pyenv exist for versions that do not run. So each candidate is run, and
# asked for the interpreter behind it, which is no shim and belongs to no virtual environment any more.
find_python() {
    local version=$1 candidate
    while read -r candidate; do
        [ -x "$candidate" ] || continue
        "$candidate" -c '
import sys
if "%d.%d" % sys.version_info[:2] != sys.argv[1]:
    sys.exit(1)
import ctypes, sqlite3, ssl, zlib
print(getattr(sys, "_base_executable", None) or sys.executable)
' "$version" 2>/dev/null </dev/null && return 0
    done < <(
        type -ap "python$version"
        printf '%s\n' "$HOME/.pyenv/versions/$version".*/bin/"python$version"
        type -ap python3
    )
    return 1
}

# first_python VERSION...: prints the path of the first of these versions that works, or fails.
first_python() {
    local version
    for version in "$@"; do
        find_python "$version" && return 0
    done
    return 1
}
