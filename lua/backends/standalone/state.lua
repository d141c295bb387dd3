-- The status file of a server's supervisor: written by it alone, read by everyone.
local instance = require "domain.instance"
local json = require "host.json"
local proc = require "host.proc"
local supervised = require "domain.supervised"

local M = {}

local MAX_BYTES = 65536
local RECORD_MODE = 416 -- 0640
local NO_WAIT = { sync = false } -- what ran does not outlive the host, so the record need not

--- Read the record of a server.
-- @param dir host.fs root of the state directory
-- @param name string
-- @return table|nil see domain.supervised.record
function M.read(dir, name)
  local text = dir:read(instance.paths(name).status, MAX_BYTES)
  return text and supervised.record((json.decode(text)))
end

--- Replace the record of a server.
-- @return true|nil, message, code
function M.write(dir, name, record)
  return dir:write(instance.paths(name).status, json.encode(record) .. "\n", RECORD_MODE, NO_WAIT)
end

--- A process so that it can be known again.
-- @param pid integer
-- @return table {pid, start_time}
function M.identity(pid)
  return { pid = pid, start_time = proc.start_time(pid) }
end

--- Whether the very process of a record still runs (a pid alone may be another's by now, and one
-- that ended may not have been waited for yet).
-- @param process table|nil {pid, start_time}
-- @return boolean
function M.alive(process)
  if not process then return false end
  local handle <close> = proc.adopt(process.pid, process.start_time)
  return handle ~= nil and not handle:exited()
end

return M
