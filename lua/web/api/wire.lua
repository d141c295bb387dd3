-- The objects of the JSON API as they go over the wire: these fields and no others.
local job_rules = require "domain.job"
local json = require "host.json"

local M = {}

-- JSON Schema (draft 2020-12) of a field; nullable ones are there all the same, as null.
local INTEGER, STRING, BOOLEAN = { type = "integer" }, { type = "string" }, { type = "boolean" }
local function nullable(kind) return { type = json.array { kind, "null" } } end
local function one_of(...) return { type = "string", enum = json.array { ... } } end
local function list(items) return { type = "array", items = items } end
local TIME = { type = "integer", description = "Unix time in milliseconds" }
local MAYBE_TIME = { type = json.array { "integer", "null" }, description = TIME.description }

M.SCHEMAS = {
  overlay = {
    id = INTEGER, name = STRING, type = one_of("workshop", "script", "files"), user_id = nullable "integer",
    last_build_status = one_of("", "ok", "failed"), script = STRING,
  },
  blueprint = {
    id = INTEGER, name = STRING, arguments = list(STRING), config = list(STRING),
    overlays = list { type = "object", properties = { id = INTEGER, expose_server_cfg = BOOLEAN } },
  },
  server = {
    id = INTEGER, name = STRING, blueprint_id = INTEGER, port = INTEGER, hostname = STRING,
    desired_state = one_of("running", "stopped"), actual_state = one_of("running", "stopped", "unknown"),
  },
  job = {
    id = INTEGER, operation = STRING, server_id = nullable "integer", overlay_id = nullable "integer",
    state = one_of(table.unpack(job_rules.STATES)),
    exit_code = nullable "integer", waiting_for = STRING, created_at = TIME, started_at = MAYBE_TIME,
    finished_at = MAYBE_TIME,
  },
}

local function blueprint_overlays(overlays)
  local out = {}
  for i, overlay in ipairs(overlays) do
    out[i] = { id = overlay.id, expose_server_cfg = overlay.expose_server_cfg }
  end
  return json.array(out)
end

--- One object.
-- @param object string "overlay", "blueprint", "server" or "job"
-- @param row table
-- @return table to encode
function M.one(object, row)
  local out = {}
  for name, schema in pairs(M.SCHEMAS[object]) do
    local value = row[name]
    if value == nil then value = json.null end
    if schema.type == "array" then value = name == "overlays" and blueprint_overlays(value) or json.array(value) end
    out[name] = value
  end
  return out
end

--- A list: {<object>s=[…], next=id|null}.
-- @return table to encode
function M.list(object, rows)
  local out = {}
  for i, row in ipairs(rows) do out[i] = M.one(object, row) end
  return { [object .. "s"] = json.array(out), next = rows.next or json.null }
end

--- An error: {error={code, message, fields}}.
-- @param err table of a registry
-- @return table to encode
function M.failure(err)
  return { error = { code = err.code, message = err.text, fields = err.fields or {} } }
end

return M
