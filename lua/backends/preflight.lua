-- What can be known before a game server is started: its instance is whole, the game is there, its port is free.
local instance = require "domain.instance"
local sock = require "host.sock"

local M = {}

local MAX_ENV <const> = 1 << 20

--- Read an instance as `l4d2ctl initialize` wrote it.
-- @param dir host.fs root of the state directory
-- @param name string
-- @return table|nil as of domain.instance.parse_env; string message
function M.instance(dir, name)
  local text, err = dir:read(instance.paths(name).env, MAX_ENV)
  if not text then return nil, err end
  return instance.parse_env(text)
end

local function port_is_free(port)
  for _, open in ipairs { sock.udp, sock.tcp_listen } do
    local socket, why, code = open("0.0.0.0", port)
    if not socket then
      if code ~= "EADDRINUSE" then return nil, why end
      return nil, ("port %d is in use on this host"):format(port)
    end
    socket:close()
  end
  return true
end

--- Whether an instance can start: the game is installed and its port can be bound, which the game would only say in
-- its log.
-- @param dir host.fs root of the state directory
-- @param name string
-- @return true|nil, message
function M.can_start(dir, name)
  local parsed, err = M.instance(dir, name)
  if not parsed then return nil, err end
  if not dir:stat("installation/srcds_run") then
    return nil, "the game is not installed: run `l4d2ctl install`"
  end
  return port_is_free(parsed.port)
end

return M
