#!/bin/bash
# Stand-in for Valve's steamcmd.sh: finds its own root from $0, so a symlink on PATH breaks it like the real one.
STEAMROOT="$(cd "${0%/*}" && echo "$PWD")"
export STEAMROOT
exec "$STEAMROOT/linux32/steamcmd" "$@"
