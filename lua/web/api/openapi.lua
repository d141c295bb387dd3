-- The description of the JSON API (OpenAPI 3.1), generated from the routes, the action registry and the wire objects.
local actions = require "actions"
local json = require "host.json"
local routes = require "web.api.routes"
local wire = require "web.api.wire"

local M = {}

local TYPES = { id = "integer", text = "string", list = "array" }
local MINIMA = { id = 1 }

local object_of

local function schema_of(field)
  if field.type == "object" then return object_of(field.fields) end
  local out = { type = TYPES[field.type] or field.type, description = field.help }
  if field.one_of then out.enum = json.array(field.one_of) end
  if out.type == "string" then out.minLength, out.maxLength = field.min, field.max
  elseif out.type == "integer" then out.minimum, out.maximum = field.min or MINIMA[field.type], field.max
  elseif out.type == "array" then out.maxItems, out.items = field.max, schema_of(field.items) end
  return out
end

function object_of(fields)
  local properties, required = {}, {}
  for _, field in ipairs(fields) do
    properties[field.name] = schema_of(field)
    if field.required then required[#required + 1] = field.name end
  end
  return { type = "object", properties = properties, additionalProperties = false,
    required = #required > 0 and json.array(required) or nil }
end

local function in_path(route, field)
  return route.path:find(":" .. field.name, 1, true) ~= nil
end

local function parameters(route, args)
  local out = {}
  for _, field in ipairs(args) do
    if in_path(route, field) then
      out[#out + 1] = { name = field.name, ["in"] = "path", required = true, schema = schema_of(field) }
    elseif route.method == "GET" then
      out[#out + 1] = { name = field.name, ["in"] = "query", schema = schema_of(field) }
    end
  end
  return json.array(out)
end

local function body(route, args)
  if route.method == "GET" then return nil end
  local fields = {}
  for _, field in ipairs(args) do
    if not in_path(route, field) then fields[#fields + 1] = field end
  end
  if #fields == 0 then return nil end
  local schema = object_of(fields)
  return { required = schema.required ~= nil, content = { ["application/json"] = { schema = schema } } }
end

local function reference(name) return { ["$ref"] = "#/components/schemas/" .. name } end
local function content(schema) return { ["application/json"] = { schema = schema } } end

local function success(route)
  if route.list then
    return content { type = "object", properties = {
      [route.list .. "s"] = { type = "array", items = reference(route.list) },
      next = { type = json.array { "integer", "null" }, description = "Where the next page goes on" } } }
  end
  if route.object then return content(reference(route.object)) end
  if route.description then return content { type = "object" } end
  return { ["text/plain"] = { schema = { type = "string" } },
    ["text/event-stream"] = route.stream and { schema = { type = "string" } } or nil }
end

-- What a route without an action of its own says of itself.
local function described(route)
  return { name = route.name, summary = route.summary, status = 200,
    args = route.stream and { { name = "id", type = "id", help = "The id" } } or {} }
end

local function operation(route)
  local record = route.action and actions.get(route.action) or described(route)
  return {
    operationId = record.name, summary = record.summary, parameters = parameters(route, record.args),
    requestBody = body(route, record.args), security = route.description and json.array {} or nil,
    responses = {
      [tostring(record.status)] = { description = "Done", content = success(route) },
      default = { description = "Refused", content = content(reference "error") },
    },
  }
end

local function components()
  local fields = { type = "object", additionalProperties = { type = "string" },
    description = "What is wrong with which field" }
  local out = { error = { type = "object", properties = { error = { type = "object", properties = {
    code = { type = "string" }, message = { type = "string" }, fields = fields } } } } }
  for name, properties in pairs(wire.SCHEMAS) do out[name] = { type = "object", properties = properties } end
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
