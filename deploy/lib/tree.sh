#!/bin/bash
# Builds left4me for this host and swaps the program tree for the new one in one step, when it differs.

# shellcheck disable=SC2154 # the paths are of host.sh, which deploy/install sources first

# build_program: compiles outside the clone, so that this and the developer's build never meet. A compiler that outlives
# us does not keep our turn.
build_program() {
    local home before after
    home=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$build_dir/CMakeCache.txt" 2>/dev/null || true)
    [ "$home" = "$here" ] || rm -rf "$build_dir"
    install -d -m 0755 "${build_dir%/*}"
    before=$(stat -c '%i %y' "$build_dir/left4me" 2>/dev/null || true)
    build_left4me "$here" production 9>&- || fail 1 "the build failed"
    after=$(stat -c '%i %y' "$build_dir/left4me")
    if [ "$before" = "$after" ]; then step build unchanged; else step build "compiled in $build_dir"; fi
}

# copy_system DIRECTORY: what goes into the system, each file by its path; units/systemd-N only from that version on.
copy_system() {
    local folder version
    for folder in "${!system_dirs[@]}"; do
        mkdir -p "$1${system_dirs[$folder]}"
        find "$here/deploy/$folder" -maxdepth 1 -type f ! -name README.md -exec cp -t "$1${system_dirs[$folder]}" {} +
    done
    version=$(systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
    for folder in "$here"/deploy/units/systemd-*; do
        [ "$version" -lt "${folder##*-}" ] || cp -R "$folder/." "$1$unit_dir"
    done
}

# make_tree DIRECTORY: everything the program needs at run time, and in system/ what goes into the system.
make_tree() {
    local folder
    mkdir -p "$1/bin"
    strip --strip-debug -o "$1/bin/left4me" "$build_dir/left4me"
    ln -s left4me "$1/bin/l4d2ctl"
    for folder in lua templates static schema; do cp -R "$here/$folder" "$1/$folder"; done
    copy_system "$1/system"
    chown -hR root:root "$1"
    find "$1" -type d -exec chmod 00755 {} + -o -type f -exec chmod 0644 {} +
    chmod 0755 "$1/bin/left4me"
}

# exchange ONE OTHER...: swaps the paths of each pair (renameat2 of x86-64 with RENAME_EXCHANGE, which mv of Debian 12
# cannot do), all in the same instant as far as a starting unit can tell.
exchange() {
    perl -e 'while (@ARGV) {
        syscall(316, -100, $ARGV[0], -100, $ARGV[1], 2) == 0 or die "$ARGV[0]: $!\n";
        splice(@ARGV, 0, 2);
    }' "$@" || fail 1 "cannot exchange the program tree"
}

# swap_tree NEW: NEW becomes the tree, except for sandbox-root: running games and builds have mounts on its folders, which
# go when the folders go. So there is one for ever, and systemd-tmpfiles adds to it what it lacks.
swap_tree() {
    if [ ! -e "$tree" ]; then
        mv -T "$1" "$tree"
    elif [ ! -e "$tree/sandbox-root" ]; then
        exchange "$1" "$tree"
    else
        cp -a "$tree/sandbox-root" "$1/sandbox-root"
        exchange "$1/sandbox-root" "$tree/sandbox-root" "$1" "$tree"
    fi
}

# recover_root NEW: after an exchange that was cut in half, what runs has its mounts on the wrong one of two.
recover_root() {
    if grep -qs "/${1##*/}/sandbox-root" /proc/[0-9]*/mountinfo; then
        exchange "$1/sandbox-root" "$tree/sandbox-root"
    fi
}

# same_tree ONE OTHER: whether they are equal but for the sandbox's root.
same_tree() {
    [ "$(listing "$1")" = "$(listing "$2" | grep -v '\./sandbox-root')" ]
}

# install_tree: made elsewhere first, so that nothing is touched when nothing changed. What was interrupted is made anew;
# until the exchange the old tree is whole.
install_tree() {
    local made=${build_dir%/*}/tree new=$tree.new
    rm -rf "$made"
    make_tree "$made"
    recover_root "$new"
    if [ -e "$tree" ] && same_tree "$made" "$tree"; then
        step program unchanged
    else
        rm -rf "$new"
        cp -a "$made" "$new"
        swap_tree "$new"
        step program "installed in $tree"
    fi
    rm -rf "$made" "$new"
}

# link_programs: the two names on everyone's PATH. What is there and not ours stays.
link_programs() {
    local name link changed=no
    for name in left4me l4d2ctl; do
        link=$bin_dir/$name
        [ "$(readlink "$link" 2>/dev/null)" != "$tree/bin/$name" ] || continue
        [ -L "$link" ] || [ ! -e "$link" ] || fail 1 "$link is not left4me's: move it away, then run this again"
        ln -sfn "$tree/bin/$name" "$link.left4me-new"
        mv -fT "$link.left4me-new" "$link"
        changed=yes
    done
    if [ "$changed" = yes ]; then step links "left4me and l4d2ctl in $bin_dir"; else step links unchanged; fi
}
