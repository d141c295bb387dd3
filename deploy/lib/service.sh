#!/bin/bash
# Users, folders, units and the running service: puts them in place, and tells systemd only what it does not know yet.
# shellcheck disable=SC2154 # the paths are of host.sh, which deploy/install sources first

# place_system: every file of the tree's system/ at its path; prints those that changed.
place_system() {
    local path
    while IFS= read -r path; do
        [ -d "${path%/*}" ] || install -d -m 0755 "${path%/*}"
        if place "$tree/system$path" "$path" 644; then echo "$path"; fi
    done < <(cd "$tree/system" && find . -type f -printf '/%P\n' | LC_ALL=C sort)
}

# drop_stale: units an older version had and this one has not; prints them.
drop_stale() {
    local path
    while IFS= read -r path; do
        [ -e "$tree/system$path" ] || { rm -rf "$path" && echo "$path (removed)"; }
    done < <(ours_in "$unit_dir")
}

install_system() {
    system_changes=$( (place_system; drop_stale) | sed "s:^$unit_dir/::" | paste -sd' ')
    step system "${system_changes:-unchanged}"
}

make_users() {
    local before after
    before=$(getent passwd left4me l4d2-sandbox || true)
    quietly systemd-sysusers /usr/local/lib/sysusers.d/left4me.conf || fail 1 "systemd-sysusers failed"
    after=$(getent passwd left4me l4d2-sandbox) || fail 1 "systemd-sysusers made no users"
    if [ "$before" = "$after" ]; then step users unchanged; else step users "left4me, l4d2-sandbox"; fi
}

# What tmpfiles.d speaks of, as it is.
folders() {
    awk '/^[a-z]/ { print $2 }' /usr/local/lib/tmpfiles.d/left4me.conf | xargs -r stat -c '%n %a %U:%G' 2>/dev/null || true
}

make_folders() {
    local before
    before=$(folders)
    quietly systemd-tmpfiles --create /usr/local/lib/tmpfiles.d/left4me.conf || fail 1 "systemd-tmpfiles failed"
    if [ "$before" = "$(folders)" ]; then step directories unchanged; else step directories "$state_dir and what is in it"; fi
}

# set_kernel: the values of sysctl.d that are not so yet.
set_kernel() {
    local name value changes=''
    while IFS='= ' read -r name value; do
        [ "$(sysctl -n "$name" 2>/dev/null | tr '\t' ' ')" != "$value" ] || continue
        if sysctl -qw "$name=$value" 2>/dev/null; then
            changes+="${changes:+, }$name=$value"
        else
            changes+="${changes:+, }$name cannot be set here (a container?)"
        fi
    done < <(grep -hE '^[a-z]' /usr/local/lib/sysctl.d/left4me.conf | sed 's/^-//')
    step sysctl "${changes:-unchanged}"
}

# needs_reload: whether a unit changed now, or systemd has one in memory as it is no longer on disk.
needs_reload() {
    [[ $system_changes != *@(.service|.timer|.slice)* ]] || return 0
    systemctl show -p NeedDaemonReload "${unit_patterns[@]}" | grep -q '=yes'
}

reload_units() {
    if needs_reload; then
        systemctl daemon-reload
        step systemd "read the changed units"
    else
        step systemd unchanged
    fi
}

# enable_units: what starts with the machine. A timer is started too, where there is a systemd.
enable_units() {
    local unit changes=''
    local -a units
    mapfile -t units < <(find "$tree/system$unit_dir" -name '*.timer' -printf '%f\n')
    for unit in "$web_unit" "${units[@]}"; do
        [ "$(systemctl is-enabled "$unit" 2>/dev/null)" != enabled ] || continue
        systemctl --quiet enable "$unit" || fail 1 "$unit cannot be enabled"
        changes+="${changes:+ }$unit"
    done
    ! systemd_runs || systemctl start "${units[@]}"
    step enabled "${changes:-unchanged}"
}

# started_at: when the web service's program was started, in microseconds of the Unix clock.
started_at() {
    busctl get-property org.freedesktop.systemd1 /org/freedesktop/systemd1/unit/left4me_2dweb_2eservice \
        org.freedesktop.systemd1.Service ExecMainStartTimestamp | cut -d' ' -f2
}

# newer_than MICROSECONDS: whether the program, its unit or its settings were put in place after that.
newer_than() {
    local changed
    changed=$(stat -c '%.6Z' "$tree" "$unit_dir/$web_unit" "$etc_dir/host.env" "$etc_dir/web.env" | tr -d . | sort -n | tail -n 1)
    [ "$changed" -gt "$1" ]
}

# start_service: starts it, or starts it again when it runs as it was before. Servers and builds are units of their own.
start_service() {
    local done_so=started
    if systemctl is-active --quiet "$web_unit"; then
        newer_than "$(started_at)" || { step service unchanged; return; }
        done_so=restarted
    fi
    if ! systemctl restart "$web_unit" 2>/dev/null; then
        journalctl -q -n 8 -u "$web_unit" --no-pager >&2
        fail 1 "the service does not start: see above"
    fi
    step service "$done_so"
}

# wait_until_healthy: the address must answer, not only the unit be active.
wait_until_healthy() {
    local address deadline=$((SECONDS + 30))
    address=$(upstream)
    until curl -fsS -o /dev/null --max-time 5 "http://$address/health" 2>/dev/null; do
        [ $SECONDS -lt $deadline ] || fail 1 "http://$address/health does not answer: journalctl -u $web_unit"
        sleep 0.1
    done
    step health "http://$address/health answers"
}

# self_check: what left4me itself finds wrong; what only the admin can give (the game) is no failure of ours.
self_check() {
    local said
    said=$("$bin_dir/left4me" check 2>&1) || true
    step check "$(tail -n 1 <<<"$said")"
    grep -A 1 '^WRONG' <<<"$said" | grep -v '^--$' | sed 's/^/              /' || true
}
