#!/bin/bash
# The configuration in /etc/left4me: made once, then only the lines an option speaks about are changed.
# shellcheck disable=SC2154 # the paths are of host.sh, which deploy/install sources first

# setting FILE NAME: prints the value of the last line that sets NAME, without quotes.
setting() {
    sed -n "s/^[[:space:]]*$2[[:space:]]*=[[:space:]]*//p" "$1" 2>/dev/null | tail -n 1 |
        sed -e 's/[[:space:]]*$//' -e 's/^"\(.*\)"$/\1/' -e "s/^'\(.*\)'\$/\1/"
}

# write_env FILE: standard input becomes the file, readable by root and left4me only; fails when it was so already.
write_env() {
    local file=$1 code=0
    (umask 077 && cat >"$work/env")
    place "$work/env" "$file" 640 root:left4me || code=1
    rm -f "$work/env"
    return "$code"
}

# set_setting FILE NAME VALUE: changes the lines that set NAME, or adds one; fails when nothing was to change.
set_setting() {
    NAME=$2 VALUE=$3 awk '
        { name = $0; sub(/^[ \t]*/, "", name); sub(/[ \t]*=.*/, "", name) }
        index($0, "=") && name == ENVIRON["NAME"] { print name "=" ENVIRON["VALUE"]; found = 1; next }
        { print }
        END { if (!found) print ENVIRON["NAME"] "=" ENVIRON["VALUE"] }' "$1" | write_env "$1"
}

host_env() {
    cat <<ENV
# left4me on this host: read by the service, by left4me and by l4d2ctl. deploy/install made it and keeps what you change.
LEFT4ME_ROOT=$state_dir
# An absolute path, and no link: steamcmd looks for its files beside the name it was called by.
LEFT4ME_STEAMCMD=$state_dir/steam/steamcmd.sh
ENV
}

# The key comes last and from a file, so that it is in no argument list.
web_env() {
    cat <<ENV
# left4me's web service. deploy/install made it and keeps what you change; --listen and --domain change their own lines.
LEFT4ME_LISTEN=${listen:-127.0.0.1:8000}
# true: browsers send the session only over https (--domain sets it). false: also over plain http, as through an SSH
# tunnel; browsers would not send a secure cookie there, and nobody could log in.
SESSION_COOKIE_SECURE=$([ -n "$domain" ] && echo true || echo false)
# Signs sessions: whoever knows it can be anyone. Change it, and everybody has to log in again.
ENV
    printf 'SECRET_KEY=%s\n' "$(new_key)"
}

# 48 bytes nobody can guess, as 64 characters.
new_key() {
    head -c 48 /dev/urandom | base64 -w 0
}

# settings_changed: makes the files or changes their lines; prints each thing done.
settings_changed() {
    local host=$etc_dir/host.env web=$etc_dir/web.env
    [ -e "$host" ] || { host_env | write_env "$host" && echo "host.env made"; }
    if [ ! -e "$web" ]; then
        web_env | write_env "$web" && echo "web.env made"
    else
        [ -n "$(setting "$web" SECRET_KEY)" ] || { set_setting "$web" SECRET_KEY "$(new_key)" && echo "a new SECRET_KEY"; }
        [ -z "$listen" ] || { set_setting "$web" LEFT4ME_LISTEN "$listen" && echo "LEFT4ME_LISTEN=$listen"; }
        [ -z "$domain" ] || { set_setting "$web" SESSION_COOKIE_SECURE true && echo "SESSION_COOKIE_SECURE=true"; }
    fi
    [ -e "$etc_dir/sandbox-resolv.conf" ] ||
        { place "$here/deploy/lib/sandbox-resolv.conf" "$etc_dir/sandbox-resolv.conf" 644 && echo "sandbox-resolv.conf made"; }
}

# keep_private: an admin's editor may have made the files anew; their owner and mode are ours to mend.
keep_private() {
    local file
    for file in "$etc_dir/host.env" "$etc_dir/web.env"; do
        [ "$(stat -c '%a %U:%G' "$file")" = "640 root:left4me" ] && continue
        chown root:left4me "$file" && chmod 0640 "$file"
        echo "$file closed to others"
    done
}

# upstream: where a proxy on this machine reaches the service.
upstream() {
    local address
    address=$(setting "$etc_dir/web.env" LEFT4ME_LISTEN)
    address=${address:-127.0.0.1:8000}
    echo "${address/#0.0.0.0:/127.0.0.1:}"
}

# fill TEMPLATE: the template with the domain and the service's address in it.
fill() {
    sed -e "s/@DOMAIN@/$domain/g" -e "s/@UPSTREAM@/$(upstream)/g" "$1"
}

# known FILE WHAT: the domain or the upstream a proxy file has now.
known() {
    case $2 in
        domain) sed -nE 's/^[[:space:]]*(server_name )?([a-z0-9.-]+\.[a-z0-9-]+)( \{|;)$/\2/p' "$1" ;;
        upstream) sed -nE 's/^[[:space:]]*(server|reverse_proxy) ([0-9.]+:[0-9]+)( \{|;)$/\2/p' "$1" ;;
    esac | head -n 1
}

# refill FILE: an edited proxy file with nothing but its domain and upstream changed.
refill() {
    local old_domain old_upstream
    old_domain=$(known "$1" domain)
    old_upstream=$(known "$1" upstream)
    sed -e "s/\b${old_domain//./\\.}\b/${domain:-$old_domain}/g" -e "s/\b${old_upstream//./\\.}\b/$(upstream)/g" "$1"
}

# proxies_changed: files for a proxy once there is a domain; prints each thing done.
proxies_changed() {
    local name file
    [ -n "$domain" ] || [ -d "$etc_dir/proxy" ] || return 0
    install -d -m 0755 "$etc_dir/proxy"
    for name in nginx.conf Caddyfile; do
        file=$etc_dir/proxy/$name
        if [ ! -e "$file" ]; then
            [ -n "$domain" ] || continue
            fill "$here/deploy/proxy/$name" >"$work/proxy"
        elif [ -n "$(known "$file" domain)" ] && [ -n "$(known "$file" upstream)" ]; then
            refill "$file" >"$work/proxy"
        else
            continue
        fi
        if place "$work/proxy" "$file" 644; then echo "proxy/$name for $(known "$file" domain)"; fi
    done
}

# configure: the whole of /etc/left4me.
configure() {
    local changes
    install -d -m 0755 "$etc_dir"
    changes=$( (settings_changed; keep_private; proxies_changed) | paste -sd, | sed 's/,/, /g')
    step settings "${changes:-unchanged}"
}
