-- Notices which servers' status or console log changed, by looking at the files.
local console_log = require "backends.standalone.console_log"
local state = require "backends.standalone.state"

local M = {}

local function mark(dir, path)
  local stat = dir:stat(path)
  return stat and ("%d %d %d"):format(stat.inode, stat.size, stat.mtime) or ""
end

-- The record is read again only when its file was replaced.
local function look(dir, name, before)
  local status = mark(dir, "run/servers/" .. name .. ".json")
  local invocation = before and before.invocation
  if not before or before.status ~= status then
    local record = state.read(dir, name)
    invocation = record and record.invocation
  end
  local log = invocation and mark(dir, console_log.path(name, invocation)) or ""
  return { status = status, invocation = invocation, log = log }
end

--- Names that changed since the last look.
-- @param dir host.fs root of the state directory
-- @param seen table kept by the caller between looks
-- @return string[]
function M.changed(dir, seen)
  local changed, present = {}, {}
  for _, entry in ipairs(dir:list("run/servers") or {}) do
    local name = entry.name:match("^(.+)%.json$")
    if name then
      present[name] = true
      local before, now = seen[name], look(dir, name, seen[name])
      if not before or before.status ~= now.status or before.log ~= now.log then
        changed[#changed + 1] = name
      end
      seen[name] = now
    end
  end
  for name in pairs(seen) do
    if not present[name] then
      seen[name] = nil
      changed[#changed + 1] = name
    end
  end
  return changed
end

return M
