-- The tables server_live_state and server_live_players: what running games said of themselves.
local live_rules = require "domain.live"

local M = {}

local Live = {}
Live.__index = Live

-- A silence longer than this is no part of a row: nobody knows what was then.
local LONGEST_SILENCE_MS <const> = 60000
local KEPT_MS <const> = 30 * 86400000

--- The servers whose games run.
-- @return table list of {id=, port=}, by id
function Live:running()
  return self.d:rows [[SELECT id, port FROM servers INDEXED BY servers_running WHERE actual_state = 'running'
    ORDER BY id]]
end

-- → whether the newest row says the same, and goes on
local function extend(self, one)
  return assert(self.d:run([[UPDATE server_live_state SET to_at = max(to_at, ?2) WHERE server_id = ?1
    AND from_at = (SELECT max(from_at) FROM server_live_state WHERE server_id = ?1)
    AND to_at >= ?3 AND players = ?4 AND bots = ?5 AND max = ?6 AND map = ?7]], one.id, one.at,
    one.at - LONGEST_SILENCE_MS, one.players, one.bots, one.max, one.map)) > 0
end

-- → whether there is such a server
local function begin(self, one)
  local added = assert(self.d:run([[INSERT OR REPLACE INTO server_live_state
    (server_id, from_at, to_at, players, bots, max, map) SELECT id, ?2, ?2, ?3, ?4, ?5, ?6 FROM servers WHERE id = ?1]],
    one.id, one.at, one.players, one.bots, one.max, one.map))
  assert(self.d:run("DELETE FROM server_live_state WHERE server_id = ? AND from_at < ?", one.id, one.at - KEPT_MS))
  return added > 0
end

--- Who plays on a server, as its game said last.
-- @return table list of {name=, score=, joined_at= unix ms}
function Live:players(id)
  return self.d:rows("SELECT name, score, joined_at FROM server_live_players WHERE server_id = ? ORDER BY position", id)
end

local function set_players(self, id, names)
  if live_rules.same_players(self:players(id), names) then return false end
  assert(self.d:run("DELETE FROM server_live_players WHERE server_id = ?", id))
  for position, player in ipairs(names) do
    assert(self.d:run([[INSERT INTO server_live_players (server_id, position, name, score, joined_at)
      VALUES (?, ?, ?, ?, ?)]], id, position, player.name, player.score, player.joined_at))
  end
  return true
end

--- Note what games said.
-- @param list table of {id=, at= unix ms, players=, bots=, max=, map=, names=list as of domain.live's players}
-- @return table list of the servers' ids of which anything is another than before
function Live:note(list)
  local news = {}
  self.d:transaction(function()
    for _, one in ipairs(list) do
      local goes_on = extend(self, one)
      if goes_on or begin(self, one) then
        local others = set_players(self, one.id, one.names)
        if others or not goes_on then news[#news + 1] = one.id end
      end
    end
    return true
  end)
  return news
end

--- @param d connection of host.db
function M.new(d)
  return setmetatable({ d = d }, Live)
end

return M
