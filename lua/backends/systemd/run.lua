-- A server's run: where its output lies in the journal. What systemd starts again after a crash belongs to it.
local instance = require "domain.instance"
local journal = require "host.journal"
local json = require "host.json"
local units = require "domain.units"

local M = {}

local RECORD_MODE, DIRECTORY_MODE = 416, 488 -- 0640, 0750
local MAX_BYTES = 4096
local NO_WAIT = { sync = false } -- the journal outlives the host, but not what is running

--- The id of this boot, as the journal knows it: sd-journal's cursors hold it. In a container, systemd 252 gives a unit
-- a /proc that names the boot of the machine outside: entries of that one would be looked for in vain.
-- @param cursor string|nil of the journal's newest entry, where that is known
-- @return string 32 hex digits
function M.boot_id(cursor)
  local boot = (cursor or journal.cursor() or ""):match("%f[%w]b=(%x+)")
  if boot then return boot end
  local file <close> = assert(io.open("/proc/sys/kernel/random/boot_id"))
  return (file:read("l"):gsub("-", ""))
end

--- Note that a run begins now.
-- @param dir host.fs root of the state directory
-- @param name string
-- @return string|nil cursor of the newest entry before it
-- @return string|nil message, string|nil code when it could not be noted
function M.begin(dir, name)
  local cursor = journal.cursor()
  local ok, err, code = dir:mkdirs("run/servers", DIRECTORY_MODE)
  if ok then
    local record = json.encode { boot = M.boot_id(cursor), cursor = cursor }
    ok, err, code = dir:write(instance.paths(name).status, record .. "\n", RECORD_MODE, NO_WAIT)
  end
  if not ok then return nil, err, code end
  return cursor
end

local function word(value, pattern, longest)
  return type(value) == "string" and #value <= longest and value:find(pattern) and value or nil
end

-- The record as hostile input: a cursor of sd-journal and a boot id, or nothing.
local function read(dir, name)
  local text = dir:read(instance.paths(name).status, MAX_BYTES)
  local raw = text and json.decode(text)
  if type(raw) ~= "table" then return {} end
  return { boot = word(raw.boot, "^%x+$", 32), cursor = word(raw.cursor, "^[%w=;]+$", 256) }
end

--- Where the output of a server's run is: the one that goes on, or the last one.
-- @param backend table {dir=, questions=}
-- @param name string
-- @return table|nil {kind="journal", unit=, invocation=|nil, after=cursor|nil, boot=|nil}; nil when it never ran
function M.log(backend, name)
  local unit, boot = units.server(name), M.boot_id()
  local record = read(backend.dir, name)
  local properties = backend.questions:ask("properties", unit) or {}
  local here = { kind = "journal", unit = unit, boot = boot }
  if record.boot == boot then here.after = record.cursor end
  if units.state(properties.ActiveState) ~= "stopped" then
    -- Without a restart the run is this invocation, whoever began it.
    if (properties.NRestarts or 0) == 0 then here.invocation = properties.InvocationID end
    return here
  end
  if not record.boot then return nil end
  if properties.InactiveEnterTimestamp or here.after then return here end
  return { kind = "journal", unit = unit, boot = record.boot, after = record.cursor }
end

return M
