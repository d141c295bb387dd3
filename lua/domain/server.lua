-- Rules for servers: their fields, their name on the host, and which port is next.
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
M.NAME = { name = "name", type = "string", trim = true, min = 1, max = 100, help = "What you call the server" }
M.HOSTNAME = {
  name = "hostname", type = "string", trim = true, max = 120, pattern = quotable,
  help = "The name players see; the label unless told otherwise",
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
-- @param server table {name=, hostname=}
-- @return string
function M.hostname(server)
  return server.hostname ~= "" and server.hostname or server.name
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
