#!/bin/bash
# What installing and uninstalling share: where things are on a host, one way to print a step and to put a file in place.
# shellcheck disable=SC2034,SC2154 # the paths are for the scripts that source this file, which say what program they are

tree=/usr/local/lib/left4me
bin_dir=/usr/local/bin
state_dir=/var/lib/left4me
etc_dir=/etc/left4me
build_dir=/var/cache/left4me/build
unit_dir=/usr/local/lib/systemd/system
web_unit=left4me-web.service

# The folders of deploy/ whose files go into the system as they are, and where.
declare -A system_dirs=(
    [units]=$unit_dir [sysusers]=/usr/local/lib/sysusers.d [tmpfiles]=/usr/local/lib/tmpfiles.d
    [sysctl]=/usr/local/lib/sysctl.d [polkit]=/etc/polkit-1/rules.d
)
# Whatever version put them there, units of these names are ours.
unit_patterns=('left4me-*' 'build-overlay@*' 'l4d2-game.slice' 'l4d2-build.slice' 'l4d2.slice')

# fail CODE TEXT...: one line on stderr, and the end.
fail() {
    echo "$program: ${*:2}" >&2
    exit "$1"
}

# step NAME TEXT...: what a step did.
step() {
    printf '%-13s %s\n' "$1" "${*:2}"
}

# quietly COMMAND...: says nothing unless it fails.
quietly() {
    local said
    said=$("$@" 2>&1) || { printf '%s\n' "$said" >&2; return 1; }
}

# need_root COMMAND...: only root goes on; everyone else is told the command.
need_root() {
    [ "$(id -u)" -eq 0 ] || fail 1 "this needs root: sudo $*"
}

# One at a time; the lock is on a folder that nobody else may open and so hold against us, and goes with the process.
take_turn() {
    install -d -m 0700 /run/left4me-turn
    exec 9</run/left4me-turn
    flock -n 9 || fail 1 "another installation or removal is at work: wait for its end"
}

# Whether systemd runs here; in a chroot it does not, whatever is mounted there.
systemd_runs() {
    [ -d /run/systemd/system ] && ! systemd-detect-virt --quiet --chroot
}

# ours_in DIRECTORY: prints the paths of unit files (or links, or folders of drop-ins) of our names in it.
ours_in() {
    local pattern
    for pattern in "${unit_patterns[@]}"; do
        compgen -G "$1/$pattern" || true
    done
}

# loaded_units TYPE: prints the units of our names that systemd knows and that are not at rest.
loaded_units() {
    systemctl list-units --plain --no-legend --full --type="$1" --state=active,activating,deactivating,reloading \
        "${unit_patterns[@]}" | awk '{ print $1 }'
}

# place SOURCE TARGET MODE [OWNER]: makes TARGET equal to SOURCE with one rename; fails (1) when it was so already.
place() {
    local source=$1 target=$2 mode=$3 owner=${4:-root:root}
    if [ -f "$target" ] && [ ! -L "$target" ] && cmp -s "$source" "$target" &&
        [ "$(stat -c '%a %U:%G' "$target")" = "$mode $owner" ]; then
        return 1
    fi
    if ! install -o "${owner%:*}" -g "${owner#*:}" -m "$mode" "$source" "$target.left4me-new" ||
        ! mv -fT "$target.left4me-new" "$target"; then
        fail 1 "$target cannot be written"
    fi
}

# listing DIRECTORY: prints every path beneath it, with type, mode, owner, link target and hash of content.
listing() {
    find "$1" -mindepth 1 -printf '%y %m %U:%G ./%P %l\n' | LC_ALL=C sort
    find "$1" -type f -printf './%P\0' | LC_ALL=C sort -z | env -C "$1" xargs -0r sha256sum
}
