-- How the host is: its last check, its disk, its memory, what runs on it; and asking for a new check.
local checked = require "domain.checked"
local unit = require "services.unit"

local M = {}

-- `left4me check --keep` leaves this file; whoever asks for a check rings the bell, then wakes the scheduler.
M.RECORD, M.ASKED = "health.json", "health:ask"

local MAX_BYTES = 262144
-- A check that is older is made again when somebody looks.
local STALE_MS = 5 * 60 * 1000

local Health = {}
Health.__index = Health

-- Findings with the wrong ones first. → how many are wrong, list
local function sorted(...)
  local wrong, others = {}, {}
  for _, list in ipairs { ... } do
    for _, finding in ipairs(list) do table.insert(finding.ok == false and wrong or others, finding) end
  end
  return #wrong, table.move(others, 1, #others, #wrong + 1, wrong)
end

-- The last check, if there was one that can be read.
local function record(self)
  local text = self.ports.fs:read(M.RECORD, MAX_BYTES)
  local kept = text and checked.record(self.ports.json.decode(text))
  if not kept then return nil end
  local wrong, findings = sorted(kept.findings, kept.host and kept.host.findings or {})
  return { at = kept.at, host_at = kept.host and kept.host.at, wrong = wrong, findings = findings, disk = kept.disk,
    systemd = kept.systemd }
end

local function ask(ports)
  ports.hub.ring(M.ASKED)
  ports.hub.ring("scheduler")
end

--- How the host is. A check that is old, or was never made, is made anew meanwhile.
-- @return table {check=|nil {at=, wrong= how many, findings= list as of domain.checked,
--   what is wrong first, host_at=|nil when the host was looked at, which the service cannot do on a production host,
--   disk=bytes by folder, systemd=|nil}, checking=boolean, machine=, versions=, figures=,
--   disk=|nil {free_bytes=, total_bytes=}}
function Health:overview()
  local ports = self.ports
  local check = record(self)
  local age = check and ports.clock.now() - check.at
  local stale = not age or age < 0 or age > STALE_MS
  if stale then ask(ports) end
  return {
    check = check, checking = stale, machine = ports.machine.now(), versions = ports.machine.versions(),
    figures = ports.store.figures:all(), disk = ports.fs:free(),
  }
end

--- Ask for a new check; its end rings "health".
-- @return true
function Health:ask(actor)
  return unit.act(self.ports, actor, function(act)
    act:audit("health.check", "host")
    act:ring(M.ASKED)
    act:ring("scheduler")
    return true
  end)
end

--- @param ports table {db, store, clock, hub, fs, json, machine={now=function, versions=function}}
function M.new(ports)
  return setmetatable({ ports = ports }, Health)
end

return M
