-- The tables blueprints and blueprint_overlays; lists of lines are kept as text, one entry a line.
local rows = require "store.rows"
local text = require "base.text"

local M = {}

local Blueprints = {}
Blueprints.__index = Blueprints

local SELECT = [[SELECT b.id, b.name, b.user_id, u.username AS owner, b.arguments, b.config, b.created_at, b.updated_at
  FROM blueprints b JOIN users u ON u.id = b.user_id ]]

-- Each entry ends its line, so that an empty last entry is kept.
local function joined(list)
  return #list == 0 and "" or table.concat(list, "\n") .. "\n"
end

local OVERLAYS = [[SELECT bo.blueprint_id, bo.overlay_id AS id, bo.expose_server_cfg, o.name FROM blueprint_overlays bo
  JOIN overlays o ON o.id = bo.overlay_id WHERE bo.blueprint_id IN (SELECT value FROM json_each(?))
  ORDER BY bo.blueprint_id, bo.position]]

-- Complete rows of blueprints: lines as lists, and overlays {id, expose_server_cfg, name}, the one with the highest
-- precedence first. One question for all of them.
local function complete(self, list)
  local ids, by_id = {}, {}
  for i, row in ipairs(list) do
    row.arguments, row.config, row.overlays = text.lines(row.arguments), text.lines(row.config), {}
    ids[i], by_id[row.id] = row.id, row
  end
  for row in self.d:each(OVERLAYS, "[" .. table.concat(ids, ",") .. "]") do
    local overlays = by_id[row.blueprint_id].overlays
    overlays[#overlays + 1] = { id = row.id, expose_server_cfg = row.expose_server_cfg == 1, name = row.name }
  end
  return list
end

--- Add a blueprint.
-- @param one table {name=, user_id=, arguments=list, config=list, at=}
-- @return integer|nil id
-- @return string|nil "name" when it is taken
function Blueprints:create(one)
  return rows.unique(self.d:run([[INSERT INTO blueprints
    (name, user_id, arguments, config, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5)]],
    one.name, one.user_id, joined(one.arguments), joined(one.config), one.at))
end

--- Replace the overlays of a blueprint.
-- @param list table of {id=, expose_server_cfg=}
function Blueprints:set_overlays(id, list)
  assert(self.d:run("DELETE FROM blueprint_overlays WHERE blueprint_id = ?", id))
  for position, overlay in ipairs(list) do
    assert(self.d:run([[INSERT INTO blueprint_overlays (blueprint_id, position, overlay_id, expose_server_cfg)
      VALUES (?, ?, ?, ?)]], id, position, overlay.id, overlay.expose_server_cfg or false))
  end
end

--- A blueprint by id.
-- @return table|nil {id, name, user_id, owner, overlays, arguments, config, created_at, updated_at}
function Blueprints:get(id)
  return complete(self, self.d:rows(SELECT .. "WHERE b.id = ?", id))[1]
end

--- Blueprints in the order of their ids.
-- @param options {after=, limit=, user_id=|nil for everyone's}
-- @return table list with next
function Blueprints:list(options)
  local list
  if options.user_id then
    list = self.d:rows(SELECT .. "WHERE b.user_id = ? AND b.id > ? ORDER BY b.id LIMIT ?",
      options.user_id, options.after, options.limit + 1)
  else
    list = self.d:rows(SELECT .. "WHERE b.id > ? ORDER BY b.id LIMIT ?", options.after, options.limit + 1)
  end
  return complete(self, rows.page(list, options.limit))
end

--- What one can choose from, by name.
-- @param user_id integer|nil nil for everyone's
-- @return table list of {id, name, owner}, at most 1000
function Blueprints:names(user_id)
  local select = "SELECT b.id, b.name, u.username AS owner FROM blueprints b JOIN users u ON u.id = b.user_id "
  if not user_id then return self.d:rows(select .. "ORDER BY b.name, b.id LIMIT 1000") end
  return self.d:rows(select .. "WHERE b.user_id = ? ORDER BY b.name, b.id LIMIT 1000", user_id)
end

--- Write the columns of a blueprint.
-- @param one table {id=, name=, arguments=, config=}
-- @return integer|nil rows changed
-- @return string|nil "name" when it is taken
function Blueprints:update(one, at)
  return rows.changed(self.d:run(
    "UPDATE blueprints SET name = ?, arguments = ?, config = ?, updated_at = ? WHERE id = ?",
    one.name, joined(one.arguments), joined(one.config), at, one.id))
end

--- Remove a blueprint; servers must not follow it.
function Blueprints:remove(id)
  assert(self.d:run("DELETE FROM blueprints WHERE id = ?", id))
end

--- Whether a user has a blueprint of this name.
-- @param except integer|nil id of one that does not count
-- @return boolean
function Blueprints:has(user_id, name, except)
  return self.d:value("SELECT 1 FROM blueprints WHERE user_id = ? AND name = ? AND id IS NOT ?",
    user_id, name, except) ~= nil
end

--- Servers that follow a blueprint.
-- @return table list of {id, name, hostname, owner, port, rcon_password, spec_digest, actual_state, last_error}, at
--   most 100, with total = how many there are
function Blueprints:servers(id)
  local list = self.d:rows([[SELECT s.id, s.name, s.hostname, u.username AS owner, s.port, s.rcon_password,
    s.spec_digest, s.actual_state, s.last_error FROM servers s JOIN users u ON u.id = s.user_id WHERE s.blueprint_id = ?
    ORDER BY s.id LIMIT 100]], id)
  list.total = #list < 100 and #list or self.d:value("SELECT count(*) FROM servers WHERE blueprint_id = ?", id)
  return list
end

local FEW = 3

--- The first servers that follow each of some blueprints.
-- @param ids table list of integers
-- @return table id → list of {id, name, actual_state, last_error}, at most 3, with total = how many there are
function Blueprints:followers(ids)
  local out = {}
  for _, id in ipairs(ids) do out[id] = { total = 0 } end
  for row in self.d:each([[SELECT * FROM (SELECT id, name, actual_state, last_error, blueprint_id,
      row_number() OVER (PARTITION BY blueprint_id ORDER BY id) AS place,
      count(*) OVER (PARTITION BY blueprint_id) AS total
      FROM servers WHERE blueprint_id IN (SELECT value FROM json_each(?)))
    WHERE place <= ? ORDER BY blueprint_id, place]], "[" .. table.concat(ids, ",") .. "]", FEW) do
    local list = out[row.blueprint_id]
    list[#list + 1], list.total = row, row.total
  end
  return out
end

--- @param d connection of host.db
function M.new(d)
  return setmetatable({ d = d }, Blueprints)
end

return M
