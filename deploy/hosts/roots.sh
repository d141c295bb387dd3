#!/bin/bash
# Debian roots for the test hosts: made once by debootstrap, kept in a cache outside the repo. Needs packages.sh,
# contained.sh and in $here the clone.
# shellcheck disable=SC2034,SC2154 # root is for the script that sources this file, which sets here

root='' unfinished=''

# host_packages RELEASE: prints what a test host holds: an init with its bus, the product's needs, the specs' tools.
host_packages() {
    local -a all=(systemd systemd-sysv dbus libpam-systemd polkitd "${build_packages[@]}" "${demo_packages[@]}"
        "${production_packages[@]}" iproute2 lua-busted qstat sqlite3)
    # The virtual machine's kernel: Debian 12's runs steadily in an emulator.
    [ "$1" != bookworm ] || all+=(linux-image-cloud-amd64 initramfs-tools)
    printf '%s\n' "${all[@]}" | sort -u
}

# debian_archive: prints the address of the archive this machine takes Debian from and, when its entry names one, the
# file with its keys: a line each.
debian_archive() {
    local address='' source codename
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    read -r address source < <(apt-get indextargets --format "\$(REPO_URI) \$(SOURCESENTRY)" \
        "Identifier: Packages" "Component: main" "Release: $codename")
    [ -n "$address" ] || { echo "apt knows no archive of Debian $codename" >&2; return 1; }
    echo "$address"
    sed -n 's/^Signed-By: *\(\/[^ ]*\)$/\1/p; s/^deb .*signed-by=\(\/[^] ]*\).*/\1/p' "${source%:*}" | head -n 1
}

# make_root RELEASE DIRECTORY: a Debian root there, without documentation and network settings.
make_root() {
    local release=$1 tree=$2 proxy='' text
    local -a archive
    text=$(debian_archive) || return 1
    mapfile -t archive <<<"$text"
    mkdir -p "$tree/etc/dpkg/dpkg.cfg.d" || return 1
    printf '%s\n' force-unsafe-io 'path-exclude=/usr/share/doc/*' 'path-exclude=/usr/share/man/*' \
        'path-exclude=/usr/share/locale/*' >"$tree/etc/dpkg/dpkg.cfg.d/left4me-test"
    eval "$(apt-config shell proxy Acquire::http::Proxy)"
    [ -z "$proxy" ] || export http_proxy=$proxy
    contained shared debootstrap --variant=minbase ${archive[1]:+"--keyring=${archive[1]}"} \
        --include="$(host_packages "$release" | paste -sd,)" "$release" "$tree" "${archive[0]}" || return 1
    rm -rf "$tree"/var/cache/apt/archives/*.deb "$tree"/var/lib/apt/lists/* "$tree/etc/resolv.conf" "$tree/etc/machine-id"
}

# ensure_root RELEASE: sets root to the cached root; makes it when a package list or this file changed. While the caller
# lives it is locked (descriptor 8), so that no other run removes it.
ensure_root() {
    local release=$1 cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/left4me/hosts key tree old
    # Without a place to keep it, it is this run's own.
    mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ] || { cache=$work/cache && mkdir -p "$cache"; } || return 1
    key=$({ host_packages "$release"; cat "$here/deploy/hosts/roots.sh"; } | sha256sum | cut -c 1-16)
    tree=$cache/$release-$key
    exec 7>"$cache/$release.lock"
    flock 7
    if [ ! -d "$tree" ]; then
        for old in "$cache/$release-"*; do
            [ ! -d "$old" ] || flock -n "$old" rm -rf "$old"
        done
        unfinished=$tree.new
        make_root "$release" "$unfinished" || { forget_unfinished; return 1; }
        mv "$unfinished" "$tree" && unfinished=''
    fi
    exec 8<"$tree"
    flock -s 8
    exec 7>&-
    root=$tree
}

# forget_unfinished: removes a root that was not finished.
forget_unfinished() {
    [ -z "$unfinished" ] || rm -rf "$unfinished"
    unfinished=''
}
