-- The objects of the JSON API as they go over the wire: these fields and no others.
local json = require "host.json"

local M = {}

local FIELDS = {
  overlay = { "id", "name", "type", "user_id", "last_build_status", "script" },
  server = { "id", "name", "blueprint_id", "port", "hostname", "desired_state", "actual_state" },
  job = { "id", "operation", "state", "server_id", "overlay_id", "exit_code", "waiting_for", "created_at",
    "started_at", "finished_at" },
  token = { "id", "name", "created_at", "last_used_at", "token" },
  user = { "id", "username", "admin", "active" },
}

local function picked(row, names)
  local out = {}
  for _, name in ipairs(names) do
    local value = row[name]
    if value == nil then value = json.null end
    out[name] = value
  end
  return out
end

local SHAPES = {}
for object, names in pairs(FIELDS) do
  SHAPES[object] = function(row) return picked(row, names) end
end

function SHAPES.token(row)
  local out = picked(row, FIELDS.token)
  if row.token == nil then out.token = nil end
  return out
end

function SHAPES.blueprint(row)
  local overlays = {}
  for i, overlay in ipairs(row.overlays) do
    overlays[i] = { id = overlay.id, expose_server_cfg = overlay.expose_server_cfg }
  end
  return {
    id = row.id, name = row.name, overlays = json.array(overlays), arguments = json.array(row.arguments),
    config = json.array(row.config),
  }
end

--- The names of an object's fields, for the description of the API.
function M.fields(object)
  return FIELDS[object] or { "id", "name", "overlays", "arguments", "config" }
end

--- One object.
-- @param object string "overlay", "blueprint", "server", "job", "token" or "user"
-- @param row table
function M.one(object, row)
  return SHAPES[object](row)
end

--- A list: {<object>s=[…], next=id|null}.
function M.list(object, rows)
  local out = {}
  for i, row in ipairs(rows) do out[i] = M.one(object, row) end
  return { [object .. "s"] = json.array(out), next = rows.next or json.null }
end

return M
