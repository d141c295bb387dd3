#!/bin/bash
# Example: a config overlay with sensible defaults for a public cooperative server.
set -euo pipefail
echo "Writing left4dead2/cfg/server.cfg"
mkdir -p "$OVERLAY/left4dead2/cfg"
cat > "$OVERLAY/left4dead2/cfg/server.cfg" <<'CFG'
// from the overlay coop-defaults
sv_consistency 1
sv_pure_kick_clients 1
sv_voiceenable 1
sv_alltalk 1
mp_gamemode coop
CFG
echo "Done"
