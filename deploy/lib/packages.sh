#!/bin/bash
# The Debian packages left4me needs (Debian 12 and 13), and the functions that check for and install them.
# shellcheck disable=SC2034 # the lists are for the scripts that source this file

build_packages=(bubblewrap ca-certificates cmake gcc libc6-dev libcivetweb-dev libedit-dev libjansson-dev
    liblua5.4-dev libsodium-dev libsqlite3-dev libsystemd-dev libyaml-dev lua-lpeg ninja-build pkg-config zlib1g-dev)
demo_packages=(curl procps)
# A host of its own: what units and left4me need, 32-bit libraries for the game, and what scripts of overlays fetch with.
production_packages=(curl dbus lib32gcc-s1 lib32stdc++6 libpam-systemd perl-base polkitd procps systemd unzip)
test_packages=(clang-tidy chromium dbus git libasan8 libubsan1 lua-busted lua-check lua5.4 npm nodejs qstat rcon
    shellcheck sqlite3 systemd-journal-remote util-linux)
# A crawler that attacks; Debian 13 has none.
crawl_packages=(wapiti)
container_packages=(debootstrap iproute2 systemd-container)
vm_packages=(e2fsprogs qemu-system-x86)

# missing_packages NAME...: prints those that are not installed, a line each.
missing_packages() {
    local name
    for name in "$@"; do
        # A newer npm and nodejs may be installed by other means than Debian's packages.
        case $name in npm | nodejs) command -v "${name/nodejs/node}" >/dev/null 2>&1 && continue ;; esac
        dpkg-query -W -f '${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed || echo "$name"
    done
}

# ensure_packages NAME...: installs what is missing as root; as an ordinary user says so in one copyable line.
ensure_packages() {
    local missing
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} -eq 0 ] && return 0
    if [ "$(id -u)" -ne 0 ]; then
        echo "These packages are missing. Install them, then run this again:" >&2
        echo "  sudo apt-get install --no-install-recommends -y ${missing[*]}" >&2
        return 1
    fi
    echo "Installing ${#missing[@]} packages: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null
    apt-get install --no-install-recommends -y -qq "${missing[@]}" >/dev/null
}

# available_packages NAME...: prints those that this release of Debian has.
available_packages() {
    local name
    for name in "$@"; do
        if apt-cache show "$name" >/dev/null 2>&1; then echo "$name"; fi
    done
}

# build_left4me SOURCE_DIR PRESET: configures and compiles, quiet unless something fails.
build_left4me() {
    local log
    log=$(mktemp)
    if ! (cd "$1" && cmake --preset "$2" && cmake --build --preset "$2") >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}
