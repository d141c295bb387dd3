-- The installed product as specs inside a booted host see it: commands, what is on the disk, a little game.
local clock = require "host.clock"
local loop = require "host.loop"
local proc = require "host.proc"

local M = {}

local DEADLINE_MS = 30000
-- A build of the whole program is the longest.
local COMMAND_MS = 300000

local GAME = [[#!/bin/bash
trap 'exit 0' INT
echo up
sleep infinity &
while :; do wait; done
]]

--- Run a bash command as root in the clone.
-- @param command string
-- @return table {kind=, code=, stdout=, stderr=} as host.proc.run gives it
function M.sh(command)
  return assert(proc.run { argv = { "bash", "-c", command }, timeout_ms = COMMAND_MS, max_output = 1 << 24 })
end

--- Run a bash command that must exit 0.
-- @return string its standard output without the newline at its end
function M.must(command)
  local result = M.sh(command)
  if result.kind ~= "exit" or result.code ~= 0 then
    error(("%s: exit %s\n%s%s"):format(command, result.code, result.stdout, result.stderr), 2)
  end
  return (result.stdout:gsub("\n$", ""))
end

--- Wait until a condition gives a true value; raises after a deadline.
-- @return the value
function M.eventually(name, condition)
  local deadline = clock.monotonic() + DEADLINE_MS
  local pause <close> = loop.new()
  repeat
    local value = condition()
    if value then return value end
    pause:wait(20)
  until clock.monotonic() > deadline
  error("waited in vain for " .. name, 2)
end

--- Everything installed: each path with inode, time of change, mode, owner and the content's hash. The database and
-- what the service writes while it runs are not part of it.
-- @return table set of lines
function M.listing()
  local lines = {}
  for line in M.must([[
    find /usr/local /etc/left4me /etc/systemd/system /etc/polkit-1 /etc/passwd /etc/group /run/left4me \
      -printf '%p %i %T@ %m %u:%g %l\n'
    find /var/lib/left4me -maxdepth 2 -type d -printf '%p %i %m %u:%g\n'
    find /usr/local /etc/left4me /etc/systemd/system -type f -print0 | xargs -0 sha256sum]]):gmatch "[^\n]+" do
    lines[line] = true
  end
  return lines
end

--- What is different between now and a listing.
-- @param before table of listing()
-- @return string[] lines, empty when nothing was touched
function M.changes(before)
  local out, now = {}, M.listing()
  for line in pairs(before) do
    if not now[line] then out[#out + 1] = "gone: " .. line end
  end
  for line in pairs(now) do
    if not before[line] then out[#out + 1] = "new: " .. line end
  end
  table.sort(out)
  return out
end

--- The web service's process, and when it was started.
-- @return string
function M.service()
  return M.must "systemctl show -p MainPID,ExecMainStartTimestampMonotonic,ActiveState left4me-web.service"
end

--- Whether the service answers.
-- @return boolean
function M.healthy()
  return M.sh("curl -fsS http://$(sed -n 's/^LEFT4ME_LISTEN=//p' /etc/left4me/web.env)/health").code == 0
end

--- Start a server of the name with a game of a few lines, which takes the place of an installed one for as long.
-- @return string the game's process id
function M.play(name)
  local file = assert(io.open("/tmp/left4me-spec-game", "w"))
  file:write(GAME)
  file:close()
  M.must([[
    cd /var/lib/left4me/installation && { [ ! -e srcds_run ] || mv srcds_run srcds_run.kept; }
    install -m 0755 -o left4me -g left4me /tmp/left4me-spec-game srcds_run
    echo 'port: 27099' >/tmp/left4me-spec.yaml && chmod 0644 /tmp/left4me-spec.yaml
    l4d2ctl initialize ]] .. name .. " -f /tmp/left4me-spec.yaml && l4d2ctl start " .. name)
  return M.game(name)
end

--- The process id of a server's game.
-- @return string "0" when it does not run
function M.game(name)
  return M.must(("systemctl show -p MainPID --value left4me-server@%s.service"):format(name))
end

--- Remove that server and the game.
function M.forget(name)
  M.must(([[
    l4d2ctl delete %s
    rm -f /tmp/left4me-spec-game /tmp/left4me-spec.yaml /var/lib/left4me/installation/srcds_run
    cd /var/lib/left4me/installation && { [ ! -e srcds_run.kept ] || mv srcds_run.kept srcds_run; }]]):format(name))
end

return M
