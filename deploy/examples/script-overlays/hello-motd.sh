#!/bin/bash
# Example: writes a message of the day and a sample server.cfg that players can see in the console log.
set -euo pipefail
echo "Writing left4dead2/motd.txt and left4dead2/cfg/server.cfg"
mkdir -p "$OVERLAY/left4dead2/cfg"
printf 'Welcome. This server was composed with left4me.\n' > "$OVERLAY/left4dead2/motd.txt"
cat > "$OVERLAY/left4dead2/cfg/server.cfg" <<'CFG'
// from the overlay hello-motd
sv_tags "left4me"
sv_allow_lobby_connect_only 0
CFG
echo "Done"
