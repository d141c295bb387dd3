-- The table overlays, and who uses one.
local rows = require "store.rows"

local M = {}

local Overlays = {}
Overlays.__index = Overlays

local MOST_BYTES = 2 << 20 -- of the scripts in one page

local SELECT = [[SELECT o.id, o.name, o.type, o.user_id, u.username AS owner, o.script, o.last_build_status,
  o.built_at, o.build_ms, o.disk_bytes, o.disk_files, o.created_at, o.updated_at,
  (SELECT count(*) FROM blueprint_overlays bo WHERE bo.overlay_id = o.id) AS uses
  FROM overlays o LEFT JOIN users u ON u.id = o.user_id ]]

--- Add an overlay.
-- @param one table {name=, type=, user_id=|nil, script=, at=}
-- @return integer|nil id
-- @return string|nil "name" when it is taken
function Overlays:create(one)
  return rows.unique(self.d:run([[INSERT INTO overlays (name, type, user_id, script, created_at, updated_at)
    VALUES (?, ?, ?, ?, ?, ?)]], one.name, one.type, one.user_id, one.script, one.at, one.at))
end

--- An overlay by id.
-- @return table|nil {id, name, type, user_id|nil, owner|nil, script, last_build_status, built_at|nil, build_ms|nil,
--   disk_bytes|nil, disk_files|nil, created_at, updated_at, uses=how many blueprints have it}
function Overlays:get(id)
  return self.d:row(SELECT .. "WHERE o.id = ?", id)
end

--- Whose some overlays are.
-- @param list table of {id=}
-- @return table id → {user_id=|nil}, for those that exist
function Overlays:owners(list)
  local ids, out = {}, {}
  for i, one in ipairs(list) do ids[i] = ("%d"):format(one.id) end
  for row in self.d:each("SELECT id, user_id FROM overlays WHERE id IN (SELECT value FROM json_each(?))",
    "[" .. table.concat(ids, ",") .. "]") do
    out[row.id] = row
  end
  return out
end

--- A system-wide overlay by name.
function Overlays:system_wide(name)
  return self.d:row(SELECT .. "WHERE o.user_id IS NULL AND o.name = ?", name)
end

local PAGE = "AND (?4 IS NULL OR instr(lower(o.name), lower(?4)) > 0) ORDER BY o.id LIMIT ?3"
local ALL = SELECT .. "WHERE o.id > ?1 AND ?2 IS NULL " .. PAGE
local USABLE = SELECT .. "WHERE o.id > ?1 AND (o.user_id IS NULL OR o.user_id = ?2) " .. PAGE

--- Overlays in the order of their ids. A page ends early when its scripts are large.
-- @param options {after=, limit=, user_id=|nil for all; else those of the user and system-wide ones, name=|nil a part
--   of their names}
-- @return table list with next
function Overlays:list(options)
  local list, bytes = {}, 0
  local sql = options.user_id and USABLE or ALL
  for row in self.d:each(sql, options.after, options.user_id, options.limit + 1, options.name) do
    list[#list + 1] = row
    bytes = bytes + #row.script
    if bytes > MOST_BYTES and #list > 1 then return rows.page(list, #list - 1) end
  end
  return rows.page(list, options.limit)
end

--- What a user can choose from, by name: their own and system-wide ones. The index has the order and all that is told,
-- so walking through it, past the overlays of others, costs less than sorting a selection.
-- @param user_id integer
-- @return table list of {id, name}, at most 1000
function Overlays:names(user_id)
  return self.d:rows([[SELECT id, name FROM overlays INDEXED BY overlays_name WHERE user_id IS NULL OR user_id = ?
    ORDER BY name, id LIMIT 1000]], user_id)
end

--- Names and owners of some overlays.
-- @param ids table list of integers
-- @return table id → {id, name, user_id|nil}
function Overlays:named(ids)
  local out = {}
  for row in self.d:each("SELECT id, name, user_id FROM overlays WHERE id IN (SELECT value FROM json_each(?))",
    "[" .. table.concat(ids, ",") .. "]") do
    out[row.id] = row
  end
  return out
end

--- Rename.
-- @return integer|nil rows changed
-- @return string|nil "name" when it is taken
function Overlays:rename(id, name, at)
  return rows.changed(self.d:run("UPDATE overlays SET name = ?, updated_at = ? WHERE id = ?", name, at, id))
end

--- Replace the script.
function Overlays:set_script(id, script, at)
  assert(self.d:run("UPDATE overlays SET script = ?, updated_at = ? WHERE id = ?", script, at, id))
end

--- Note how the last build ended: "" (there is none), "ok" or "failed".
-- @param ms integer|nil how long it took
function Overlays:set_build_status(id, status, at, ms)
  assert(self.d:run([[UPDATE overlays SET last_build_status = ?1, updated_at = ?2, build_ms = ?3,
    built_at = CASE ?1 WHEN '' THEN NULL ELSE ?2 END WHERE id = ?4]], status, at, ms, id))
end

--- Note what an overlay takes on disk.
-- @param usage table|nil {bytes=, files=}; nil when nobody knows
function Overlays:set_usage(id, usage)
  usage = usage or {}
  assert(self.d:run("UPDATE overlays SET disk_bytes = ?, disk_files = ? WHERE id = ?", usage.bytes, usage.files, id))
end

-- Of everyone, or of a user and the system; through the index on sizes.
local SIZED = "FROM overlays o INDEXED BY overlays_disk LEFT JOIN users u ON u.id = o.user_id WHERE o.disk_bytes > 0 "
local SIZED_ALL, SIZED_USABLE = SIZED .. "AND ?1 IS NULL ", SIZED .. "AND (o.user_id IS NULL OR o.user_id = ?1) "

--- The overlays that take the most.
-- @param options {limit=, user_id=|nil for all; else those of the user and system-wide ones}
-- @return table list of {id, name, owner|nil, disk_bytes, disk_files}, the largest first
-- @return integer bytes of all of them, integer how many they are
function Overlays:largest(options)
  local sized = options.user_id and SIZED_USABLE or SIZED_ALL
  local list = self.d:rows("SELECT o.id, o.name, u.username AS owner, o.disk_bytes, o.disk_files " .. sized
    .. "ORDER BY o.disk_bytes DESC LIMIT ?2", options.user_id, options.limit)
  local all = self.d:row("SELECT coalesce(sum(o.disk_bytes), 0) AS bytes, count(*) AS count " .. sized, options.user_id)
  return list, all.bytes, all.count
end

--- Remove the row; blueprints must not use it.
function Overlays:remove(id)
  assert(self.d:run("DELETE FROM overlays WHERE id = ?", id))
end

--- Blueprints that use an overlay.
-- @param user_id integer|nil only this user's
-- @return table list of {id, name, user_id, owner}, at most 100
function Overlays:used_by(id, user_id)
  return self.d:rows([[SELECT b.id, b.name, b.user_id, u.username AS owner FROM blueprint_overlays bo
    JOIN blueprints b ON b.id = bo.blueprint_id JOIN users u ON u.id = b.user_id
    WHERE bo.overlay_id = ?1 AND (?2 IS NULL OR b.user_id = ?2) ORDER BY b.id LIMIT 100]], id, user_id)
end

--- Servers of the blueprints that use an overlay.
-- @param user_id integer|nil only this user's
-- @return table list of {id, name, blueprint_id, actual_state, last_error}, at most 200
function Overlays:servers(id, user_id)
  return self.d:rows([[SELECT s.id, s.name, s.blueprint_id, s.actual_state, s.last_error FROM blueprint_overlays bo
    JOIN servers s ON s.blueprint_id = bo.blueprint_id
    WHERE bo.overlay_id = ?1 AND (?2 IS NULL OR s.user_id = ?2) ORDER BY s.id LIMIT 200]], id, user_id)
end

--- Servers that are not known to be stopped and have an overlay mounted.
-- @return table list of {id, name, user_id}, at most 100
function Overlays:mounted_by(id)
  return self.d:rows([[SELECT s.id, s.name, s.user_id FROM server_layers l JOIN servers s ON s.id = l.server_id
    WHERE l.overlay_id = ? AND s.actual_state <> 'stopped' ORDER BY s.id LIMIT 100]], id)
end

--- The oldest unfinished job that builds an overlay, or works on a server that has it: in its blueprint, or noted as
-- what it mounts, which may have left the blueprint since.
-- @return table|nil {id, operation, state}
function Overlays:busy_job(id)
  return self.d:row("SELECT j.id, j.operation, j.state FROM jobs j INDEXED BY jobs_state WHERE "
    .. rows.UNFINISHED .. [[ AND (j.overlay_id = ?1
      OR j.state <> 'queued' AND j.server_id IN (SELECT s.id FROM blueprint_overlays bo
          JOIN servers s ON s.blueprint_id = bo.blueprint_id WHERE bo.overlay_id = ?1
        UNION SELECT server_id FROM server_layers WHERE overlay_id = ?1))
    ORDER BY j.id LIMIT 1]], id)
end

--- @param d connection of host.db
function M.new(d)
  return setmetatable({ d = d }, Overlays)
end

return M
