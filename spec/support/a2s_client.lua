-- A small blocking client for server queries with deadlines, for specs, benchmarks and the quickstart's check.
local a2s = require "domain.a2s"
local clock = require "host.clock"
local sock = require "host.sock"

local M = {}

local RESEND_MS = 250

--- Ask a server. A query without an answer is sent again every 250 ms.
-- @param kind string "info", "players" or "rules"
-- @param ip string numeric address
-- @param port integer
-- @param timeout_ms integer|nil limit of the whole (default 1000)
-- @return table|nil what domain.a2s.parse gives; nil, "timeout"
function M.ask(kind, ip, port, timeout_ms)
  local socket <close> = assert(sock.udp())
  local query, deadline = a2s.query(kind), clock.monotonic() + (timeout_ms or 1000)
  local resend = 0
  while clock.monotonic() < deadline do
    if clock.monotonic() >= resend then
      socket:sendto(query:request(), ip, port)
      resend = clock.monotonic() + RESEND_MS
    end
    socket:wait("r", math.max(0, math.min(deadline, resend) - clock.monotonic()))
    local data, from_ip, from_port = socket:recvfrom(4096)
    if data and from_ip == ip and from_port == port then
      local word, reply = query:receive(data)
      if word == "done" then return reply end
      if word == "send" then resend = 0 end
    end
  end
  return nil, "timeout"
end

--- @return table|nil {name=, map=, players=, max_players=, bots=, keywords=, …}; nil, "timeout"
function M.info(ip, port, timeout_ms) return M.ask("info", ip, port, timeout_ms) end

--- @return table|nil {players={ {name=, score=, seconds=}… }, cut=}; nil, "timeout"
function M.players(ip, port, timeout_ms) return M.ask("players", ip, port, timeout_ms) end

--- @return table|nil {rules={name=value}, count=, cut=}; nil, "timeout"
function M.rules(ip, port, timeout_ms) return M.ask("rules", ip, port, timeout_ms) end

return M
