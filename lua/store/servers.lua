-- The tables servers and server_layers.
local phrase = require "base.phrase"
local rows = require "store.rows"

require "domain.endings" -- which last_error may be

local M = {}

local Servers = {}
Servers.__index = Servers

local LISTED = [[SELECT s.id, s.name, s.user_id, u.username AS owner, s.blueprint_id, b.name AS blueprint_name, s.port,
  s.hostname, s.desired_state, s.actual_state, s.state_checked_at, s.last_error,
  l.players, l.bots, l.max, l.map, l.to_at AS live_at]]
local FROM = [[ FROM servers s JOIN users u ON u.id = s.user_id JOIN blueprints b ON b.id = s.blueprint_id
  LEFT JOIN server_live_state l ON l.server_id = s.id
    AND l.from_at = (SELECT max(from_at) FROM server_live_state WHERE server_id = s.id) ]]
local SELECT = LISTED .. ", s.rcon_password, s.spec_digest, s.created_at, s.updated_at" .. FROM

--- Add a server.
-- @param one table {user_id=, blueprint_id=, name=, port=, hostname=, rcon_password=, at=}
-- @return integer|nil id
-- @return string|nil "name" or "port" when that is taken
function Servers:create(one)
  return rows.unique(self.d:run([[INSERT INTO servers
    (user_id, blueprint_id, name, port, hostname, rcon_password, created_at, updated_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)]], one.user_id, one.blueprint_id, one.name, one.port, one.hostname,
    one.rcon_password, one.at, one.at))
end

local function explained(row) return rows.explained(row, "last_error", "reason") end

--- A server by id.
-- @return table|nil {id, name, user_id, owner, blueprint_id, blueprint_name, port, hostname, rcon_password,
--   desired_state, actual_state, state_checked_at|nil, last_error, spec_digest, created_at, updated_at}, and of its
--   newest row of server_live_state players, bots, max, map and live_at, when that ended; reason = phrase of last_error
function Servers:get(id)
  return explained(self.d:row(SELECT .. "WHERE s.id = ?", id))
end

-- Servers that are not as their owners want them; spelt as their index is. What is unknown will soon be known.
local BROKEN = "(s.desired_state <> s.actual_state AND s.actual_state <> 'unknown' OR s.last_error <> '')"
local NAMED = "(instr(lower(s.name), lower(?)) > 0 OR instr(lower(b.name), lower(?)) > 0 OR instr(s.port, ?) > 0)"

local function conditions(options)
  local where, values = { "s.id > ?" }, { options.after }
  local function add(condition, ...)
    where[#where + 1] = condition
    for _, value in ipairs { ... } do values[#values + 1] = value end
  end
  if options.user_id then add("s.user_id = ?", options.user_id) end
  if options.running then add "s.actual_state = 'running'" end
  if options.broken then add(BROKEN) end
  if options.text then add(NAMED, options.text, options.text, options.text) end
  return table.concat(where, " AND "), values
end

--- Servers in the order of their ids.
-- @param options {after=, limit=, user_id=|nil for everyone's, running=true|nil, broken=true|nil,
--   text=|nil a part of a name, a blueprint's name or a port}
-- @return table list with next; a list has no passwords
function Servers:list(options)
  local where, values = conditions(options)
  values[#values + 1] = options.limit + 1
  local list = self.d:rows(LISTED .. FROM .. "WHERE " .. where .. " ORDER BY s.id LIMIT ?", table.unpack(values))
  for _, row in ipairs(list) do explained(row) end
  return rows.page(list, options.limit)
end

--- The ports in use within a range, in ascending order.
-- @return table list of integers
function Servers:ports(first, last)
  local out = {}
  for row in self.d:each("SELECT port FROM servers WHERE port BETWEEN ? AND ? ORDER BY port", first, last) do
    out[#out + 1] = row.port
  end
  return out
end

--- Write the columns people change.
-- @param one table {id=, name=, blueprint_id=, port=, hostname=}
-- @return integer|nil rows changed
-- @return string|nil "name" or "port" when that is taken
function Servers:update(one, at)
  return rows.changed(self.d:run(
    "UPDATE servers SET name = ?, blueprint_id = ?, port = ?, hostname = ?, updated_at = ? WHERE id = ?",
    one.name, one.blueprint_id, one.port, one.hostname, at, one.id))
end

--- Give a server another RCON password.
function Servers:set_rcon_password(id, password, at)
  assert(self.d:run("UPDATE servers SET rcon_password = ?, updated_at = ? WHERE id = ?", password, at, id))
end

--- Note what the host of a server gets, unless the game runs with something else by now.
-- @param digest string SHA-256, hex
function Servers:set_spec_digest(id, digest)
  assert(self.d:run("UPDATE servers SET spec_digest = ? WHERE id = ? AND actual_state <> 'running'", digest, id))
end

--- Note what the owner wants: "running" or "stopped".
function Servers:set_desired(id, state, at)
  assert(self.d:run("UPDATE servers SET desired_state = ?, updated_at = ? WHERE id = ?", state, at, id))
end

--- Note what the host says.
-- @param seen table {state="running|stopped|unknown", error=string, reason=phrase that says so|nil, at= unix ms}
-- @return boolean whether the state or the error is another one than before
function Servers:set_actual(id, seen)
  local before = self.d:row("SELECT actual_state, last_error FROM servers WHERE id = ?", id)
  if not before then return false end
  local kept = seen.reason and phrase.pack(seen.reason) or seen.error or ""
  assert(self.d:run("UPDATE servers SET actual_state = ?, last_error = ?, state_checked_at = ? WHERE id = ?",
    seen.state, kept, seen.at, id))
  return before.actual_state ~= seen.state or before.last_error ~= kept
end

--- Note that servers were looked at, but those a job works on.
-- @param first integer id
-- @param last integer id
-- @param at integer unix ms
function Servers:set_checked(first, last, at)
  assert(self.d:run([[UPDATE servers SET state_checked_at = ? WHERE id BETWEEN ? AND ?
    AND id NOT IN (SELECT server_id FROM jobs INDEXED BY jobs_state WHERE ]] .. rows.UNFINISHED
    .. " AND server_id IS NOT NULL)", at, first, last))
end

--- Remove a server; its jobs stay.
function Servers:remove(id)
  assert(self.d:run("DELETE FROM servers WHERE id = ?", id))
end

--- Note the layers a server is about to mount. While it is not known to be stopped, earlier ones stay noted.
-- @param id integer
-- @param overlays table list of {id=}
function Servers:note_layers(id, overlays)
  assert(self.d:run([[DELETE FROM server_layers WHERE server_id = ?1
    AND EXISTS (SELECT 1 FROM servers WHERE id = ?1 AND actual_state = 'stopped')]], id))
  for _, overlay in ipairs(overlays) do
    assert(self.d:run("INSERT OR IGNORE INTO server_layers (server_id, overlay_id) VALUES (?, ?)", id, overlay.id))
  end
end

--- The unfinished delete job of a server.
-- @return integer|nil job id
function Servers:deletion(id)
  return self.d:value([[SELECT id FROM jobs INDEXED BY jobs_state WHERE server_id = ? AND operation = 'delete'
    AND ]] .. rows.UNFINISHED .. " LIMIT 1", id)
end

--- @param d connection of host.db
function M.new(d)
  return setmetatable({ d = d }, Servers)
end

return M
