-- Rules for servers: their fields, their name on the host, and which port is next.
local live = require "domain.live"
local phrase = require "base.phrase"

local M = {}

M.problems = phrase.registry("problems", "server", {
  quotes = "must not have double quotes", blueprint = "is no blueprint you can use",
})

local function quotable(value)
  if value:find('"', 1, true) then return nil, M.problems.quotes() end
  return true
end

-- Label: free text, unique per user; it never names anything on the host.
M.NAME = {
  name = "name", type = "string", trim = true, visible = true, min = 1, max = 100, help = "What you call the server",
}
M.HOSTNAME = {
  name = "hostname", type = "string", trim = true, visible = true, max = 120, pattern = quotable,
  help = "The name players see; its owner and its label unless told otherwise",
}
M.PORT = {
  name = "port", type = "integer", min = 1024, max = 65535,
  help = "The game's port; the next free one unless told otherwise",
}

--- The name the host knows a server by (unit, directories, l4d2ctl).
-- @param id integer
-- @return string
function M.host_name(id)
  return ("%d"):format(id)
end

--- The name players see.
-- @param server table {owner=username, name=, hostname=}
-- @return string
function M.hostname(server)
  return server.hostname ~= "" and server.hostname or server.owner .. " " .. server.name
end

--- What a server's game said of itself not long ago.
-- @param server table {actual_state=, live_at= unix ms|nil, players=, bots=, max=, map=}
-- @param now integer unix ms
-- @return table|nil {players= people, bots=, max=, map=, at=}; nil when it does not run or nobody knows
function M.live(server, now)
  if server.actual_state ~= "running" or not server.live_at or now - server.live_at > live.FRESH_MS then return nil end
  return { players = server.players, bots = server.bots, max = server.max, map = server.map, at = server.live_at }
end

-- Longer than that nobody looks away from a server's state.
local LONGEST_LOOK_AWAY_MS <const> = 60000

--- Whether the shown state of a server is old.
-- @param server table {state_checked_at= unix ms|nil}
-- @param now integer unix ms
-- @return boolean
function M.is_stale(server, now)
  return server.state_checked_at ~= nil and now - server.state_checked_at > LONGEST_LOOK_AWAY_MS
end

--- The lowest port of a range that no server has.
-- @param taken table list of integers in ascending order
-- @param first integer
-- @param last integer
-- @return integer|nil port, nil when all are taken
function M.free_port(taken, first, last)
  local port = first
  for _, used in ipairs(taken) do
    if used > port then break end
    if used == port then port = port + 1 end
  end
  return port <= last and port or nil
end

--- The RCON password made of random bytes: letters, digits, - and _ only, so it needs no quoting anywhere.
-- @param encoded string base64url of at least 18 random bytes
-- @return string
function M.rcon_password(encoded)
  assert(#encoded >= 24 and encoded:match("^[%w_-]+$"), "not enough randomness")
  return encoded
end

return M
