-- Ports for servers of specs: free for UDP and TCP, and below those the kernel lends to others meanwhile.
local sock = require "host.sock"

local M = {}

local FIRST <const>, LAST <const> = 10000, 32000 -- ip_local_port_range begins at 32768

--- A port nothing uses.
-- @return integer
function M.free()
  while true do
    local port = math.random(FIRST, LAST)
    local udp <close> = sock.udp("0.0.0.0", port)
    local tcp <close> = sock.tcp_listen("0.0.0.0", port)
    if udp and tcp then return port end
  end
end

--- The settings of a service whose servers take ports that nothing uses.
-- @return table environment, for more to be added
function M.environment()
  local first = M.free()
  return { LEFT4ME_PORT_RANGE_START = ("%d"):format(first), LEFT4ME_PORT_RANGE_END = ("%d"):format(first + 50) }
end

return M
