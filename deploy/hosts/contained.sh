#!/bin/bash
# Runs a command whose processes and mounts all end with it, also when we are killed.

contained_pid=''

# contained NETWORK COMMAND...: runs it as the first process of its own process and mount namespaces, and of its own
# network when NETWORK is "own" ("shared": this machine's). All its descendants are killed and all its mounts undone
# when it ends, when contained_stop is called, and when we die.
contained() {
    local -a net=()
    [ "$1" = shared ] || net=(--net)
    shift
    # pdeathsig and --kill-child: the death of each is told to the next by the kernel, so the chain holds for SIGKILL.
    setpriv --pdeathsig KILL unshare --mount "${net[@]}" --pid --fork --kill-child --mount-proc -- "$@" </dev/null &
    contained_pid=$!
    local code=0
    wait "$contained_pid" || code=$?
    contained_pid=''
    return "$code"
}

# contained_stop: ends what contained started and waits until all of it is gone. For traps.
contained_stop() {
    [ -n "$contained_pid" ] || return 0
    # The namespace's first process: with it the kernel kills all others, and only then does unshare hear of it.
    pkill -KILL -P "$contained_pid"
    wait "$contained_pid" 2>/dev/null
    contained_pid=''
}

# cgroups_of DIRECTORY: prints the control group of what runs in this directory, in each hierarchy that systemd uses.
cgroups_of() {
    local hierarchy
    for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
        [ ! -e "$hierarchy/cgroup.procs" ] || echo "$hierarchy/left4me-test-$(systemd-escape "$1")"
    done
}

# forget_cgroups DIRECTORY: removes them with all that is beneath, once nothing runs there any more.
forget_cgroups() {
    local group
    while read -r group; do
        [ ! -d "$group" ] || find "$group" -depth -type d -exec rmdir {} +
    done < <(cgroups_of "$1")
}
