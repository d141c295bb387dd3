#!/bin/bash
# What uninstalling does, step by step; each step is content with finding nothing.
# shellcheck disable=SC2154 # the paths are of host.sh, which deploy/uninstall sources first

running_servers() {
    ! systemd_runs || loaded_units service | grep '^left4me-server@' || true
}

# stop_units: first what starts others, then what is played and built; systemd takes mounts and staging away itself.
stop_units() {
    local -a units
    systemd_runs || { step units "systemd does not run here"; return; }
    mapfile -t units < <(loaded_units timer,service,slice)
    if [ ${#units[@]} -gt 0 ]; then
        systemctl stop 'left4me-*.timer' 'left4me-web.*'
        # left4me may queue starts that no stop replaces.
        systemctl list-jobs --no-legend "${unit_patterns[@]}" | awk '$1 ~ /^[0-9]+$/ { print $1 }' | xargs -r systemctl cancel || true
        systemctl stop 'left4me-server@*' 'build-overlay@*'
        systemctl stop "${unit_patterns[@]}"
        step units "stopped ${units[*]}"
    else
        step units unchanged
    fi
    systemctl reset-failed "${unit_patterns[@]}" 2>/dev/null || true
}

# disable_units: removes the links that start units with the machine, and those that mask them.
disable_units() {
    local -a links
    mapfile -t links < <(for folder in /etc/systemd/system /etc/systemd/system/*.wants; do ours_in "$folder"; done |
        while IFS= read -r path; do [ ! -L "$path" ] || echo "$path"; done)
    [ ${#links[@]} -eq 0 ] || rm -f "${links[@]}"
    step enabled "$([ ${#links[@]} -eq 0 ] && echo unchanged || echo "${#links[@]} links removed")"
}

# end_processes: what still runs as one of the two users, such as steamcmd by hand.
end_processes() {
    local user
    for user in left4me l4d2-sandbox; do
        getent passwd "$user" >/dev/null || continue
        pkill -KILL -u "$user" || true
    done
}

# unmount_all: what a unit that was killed left mounted, the innermost first.
unmount_all() {
    local path
    awk '{ print $5 }' /proc/self/mountinfo | grep -E "^($state_dir/runtime|/run/left4me)/" | LC_ALL=C sort -r |
        while IFS= read -r path; do umount "$(printf '%b' "$path")" && step mounts "$path unmounted"; done || true
}

# installed_files: prints what the installed version and this one put into the system, and what any version named so.
installed_files() {
    local folder
    ours_in "$unit_dir"
    for folder in "${!system_dirs[@]}"; do
        find "$here/deploy/$folder" -maxdepth 1 -type f ! -name README.md -printf "${system_dirs[$folder]}/%f\n" 2>/dev/null || true
    done
    find "$tree/system" -type f -printf '/%P\n' 2>/dev/null || true
}

remove_program() {
    local path name count=0
    while IFS= read -r path; do
        rm -f "$path.left4me-new"
        [ -e "$path" ] || continue
        rm -rf "$path"
        count=$((count + 1))
    done < <(installed_files | LC_ALL=C sort -u)
    for name in left4me l4d2ctl; do
        path=$bin_dir/$name
        rm -f "$path.left4me-new"
        case $(readlink "$path") in "$tree"/*) rm -f "$path" ; count=$((count + 1)) ;; esac
    done
    for path in "$tree" "$tree.new" "${build_dir%/*}" /run/left4me; do
        [ -e "$path" ] || continue
        # A build's overlay that could not be unmounted is data.
        rm -rf --one-file-system "$path"
        count=$((count + 1))
    done
    rmdir --ignore-fail-on-non-empty "$unit_dir" "${unit_dir%/*}" /usr/local/lib/{sysusers,tmpfiles,sysctl}.d 2>/dev/null || true
    if [ "$count" -gt 0 ] && systemd_runs; then systemctl daemon-reload; fi
    if [ "$count" -eq 0 ]; then step program unchanged; else step program "removed, with its units, rules and links"; fi
}

# remove_data: a folder that is a file system of its own is emptied and stays.
remove_data() {
    local path link
    for path in "$state_dir" "$etc_dir" /var/lib/systemd/timers/stamp-left4me-*.timer; do
        [ -e "$path" ] || continue
        if mountpoint -q "$path"; then find "$path" -xdev -mindepth 1 -delete; else rm -rf --one-file-system "$path"; fi
        step data "$path removed"
    done
    find /etc/systemd/system -maxdepth 1 \( -name 'left4me-*.d' -o -name 'build-overlay@*.d' -o -name 'l4d2-*.slice.d' \) -exec rm -rf {} +
    for link in /etc/nginx/sites-enabled/* /etc/nginx/conf.d/*; do
        case $(readlink "$link") in "$etc_dir"/*) rm -f "$link"; step proxy "$link removed; nginx serves it until its reload" ;; esac
    done
    ! grep -qs "$etc_dir/" /etc/caddy/Caddyfile || step proxy "/etc/caddy/Caddyfile imports a file of $etc_dir: remove that line"
}

remove_users() {
    local name
    for name in left4me l4d2-sandbox; do
        ! getent passwd "$name" >/dev/null || { quietly userdel "$name" && step users "$name removed"; }
        ! getent group "$name" >/dev/null || quietly groupdel "$name"
    done
}
