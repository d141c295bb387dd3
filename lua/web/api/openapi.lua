-- The description of the JSON API (OpenAPI 3.1), generated from the routes and the action registry.
local actions = require "actions"
local json = require "host.json"
local routes = require "web.api.routes"
local wire = require "web.api.wire"

local M = {}

local TYPES = { id = "integer", text = "string", list = "array" }

local function schema_of(field)
  local out = { type = TYPES[field.type] or field.type, description = field.help }
  if field.one_of then out.enum = json.array(field.one_of) end
  if out.type == "string" then out.minLength, out.maxLength = field.min, field.max
  elseif out.type == "integer" then out.minimum, out.maximum = field.min, field.max
  elseif out.type == "array" then
    out.maxItems = field.max
    out.items = type(field.items) == "table" and field.items.type and schema_of(field.items) or {}
  end
  return out
end

local function parameters(route, args)
  local out = {}
  for _, field in ipairs(args) do
    if route.path:find(":" .. field.name, 1, true) then
      out[#out + 1] = { name = field.name, ["in"] = "path", required = true, schema = schema_of(field) }
    elseif route.method == "GET" then
      out[#out + 1] = { name = field.name, ["in"] = "query", schema = schema_of(field) }
    end
  end
  return json.array(out)
end

local function body(route, args)
  if route.method == "GET" then return nil end
  local properties, required, any = {}, {}, false
  for _, field in ipairs(args) do
    if not route.path:find(":" .. field.name, 1, true) then
      properties[field.name], any = schema_of(field), true
      if field.required then required[#required + 1] = field.name end
    end
  end
  if not any then return nil end
  local schema = { type = "object", properties = properties, additionalProperties = false }
  if #required > 0 then schema.required = json.array(required) end
  return { content = { ["application/json"] = { schema = schema } } }
end

local function reference(name) return { ["$ref"] = "#/components/schemas/" .. name } end

local function success(route)
  if route.list then
    return { ["application/json"] = { schema = { type = "object", properties = {
      [route.list .. "s"] = { type = "array", items = reference(route.list) },
      next = { type = json.array { "integer", "null" } } } } } }
  elseif route.object then
    return { ["application/json"] = { schema = reference(route.object) } }
  end
  return { ["text/plain"] = {}, ["text/event-stream"] = route.stream and {} or nil }
end

local function operation(route)
  local record = route.action and actions.get(route.action)
    or { name = (route.stream or "openapi") .. ".log", summary = route.summary, status = 200,
      args = route.stream and { { name = "id", type = "id", help = "The id" } } or {} }
  return {
    operationId = record.name, summary = record.summary, parameters = parameters(route, record.args),
    requestBody = body(route, record.args),
    responses = { [tostring(record.status)] = { description = "Done", content = success(route) },
      default = { description = "Refused", content = { ["application/json"] = { schema = reference "error" } } } },
  }
end

local function components()
  local out = { error = { type = "object", properties = { error = { type = "object", properties = {
    code = { type = "string" }, message = { type = "string" }, fields = { type = "object" } } } } } }
  for _, object in ipairs { "overlay", "blueprint", "server", "job" } do
    local properties = {}
    for _, name in ipairs(wire.fields(object)) do properties[name] = {} end
    out[object] = { type = "object", properties = properties }
  end
  return out
end

--- The document as a value to encode.
function M.document()
  local paths = {}
  for _, route in ipairs(routes.list) do
    local path = route.path:gsub("^/api/v1", ""):gsub(":(%l+)", "{%1}")
    paths[path] = paths[path] or {}
    paths[path][route.method:lower()] = operation(route)
  end
  return {
    openapi = "3.1.0", info = { title = "left4me", version = "1" }, paths = paths,
    servers = json.array { { url = "/api/v1" } },
    security = json.array { { token = json.array {} } },
    components = { schemas = components(), securitySchemes = { token = { type = "http", scheme = "bearer" } } },
  }
end

return M
