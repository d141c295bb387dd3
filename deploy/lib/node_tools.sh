#!/bin/bash
# Programs from npm that the tests use as outside judges (browser driver, accessibility checker, query client), kept in a
# cache outside the repo.

node_tools=(axe-core@4.14.1 gamedig@5.3.2 playwright-core@1.56.1)

# node_tools_dir: prints the cache directory.
node_tools_dir() {
    echo "${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/left4me/node-tools"
}

# ensure_node_tools: installs the pinned versions unless they are there; prints the node_modules directory.
ensure_node_tools() {
    local dir
    dir=$(node_tools_dir)
    mkdir -p "$dir"
    if [ "$(cat "$dir/installed" 2>/dev/null)" != "${node_tools[*]}" ]; then
        npm install --prefix "$dir" --no-audit --no-fund --no-save --loglevel=error \
            "${node_tools[@]}" >&2 || return 1
        echo "${node_tools[*]}" >"$dir/installed"
    fi
    echo "$dir/node_modules"
}
