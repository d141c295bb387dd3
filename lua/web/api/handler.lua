-- Answers the routes of the JSON API: token, body, action, wire object.
local actions = require "actions"
local errors = require "base.errors"
local json = require "host.json"
local openapi = require "web.api.openapi"
local phrase = require "base.phrase"
local response = require "web.response"
local validate = require "base.validate"
local wire = require "web.api.wire"

local M = {}

local refusals = errors.registry("api", {
  token = { code = "common.unauthenticated", status = 401, text = "A valid token is needed." },
})
local problems = phrase.registry("problems", "api", { id = "belongs into the path, not into the body" })

local LOCATIONS = { overlay = true, blueprint = true, server = true }

--- An error as the API says it.
function M.failure(err)
  local headers = response.pairs(err.headers)
  if err.status == 401 then headers[#headers + 1] = { "WWW-Authenticate", 'Bearer realm="left4me"' } end
  return response.json(err.status, wire.failure(err), headers)
end

-- The actor of exactly one well-formed bearer token.
local function authenticate(services, request)
  local scheme, secret = (request.headers.authorization or ""):match("^(%a+) +([%w_~+/=.-]+)$")
  return scheme and scheme:lower() == "bearer" and services.tokens:resolve(secret) or nil
end

-- To Lua an empty JSON object looks like an empty list: what is no array is handed on as what no list can be.
local function refuse_objects(raw, fields)
  for _, field in ipairs(fields) do
    local value = raw[field.name]
    if field.type == "list" and type(value) == "table" and not json.is_array(value) then raw[field.name] = false end
  end
end

-- The raw arguments: the body of an unsafe request, the query of a safe one, and the path's id.
local function arguments(request, route, params, record)
  local raw, err
  if route.method == "GET" then
    local query = {}
    for _, field in ipairs(request.query) do query[field.name] = query[field.name] or field.value end
    raw = validate.from_form(record.args, query)
  else
    raw, err = request:json()
    if not raw then return nil, err end
    refuse_objects(raw, record.args)
  end
  if params.id then
    if raw.id ~= nil then
      return nil, errors.common.invalid { fields = { id = problems.id() } }
    end
    raw.id = params.id
  end
  return raw
end

local function answer(route, record, value)
  if route.text then return response.text(200, value) end
  if route.list then return response.json(record.status, wire.list(route.list, value)) end
  local headers = {}
  if record.status == 201 and LOCATIONS[route.object] then
    headers[1] = { "Location", ("/api/v1/%ss/%d"):format(route.object, value.id) }
  elseif record.status == 202 then
    headers[1] = { "Location", ("/api/v1/jobs/%d"):format(value.id) }
  end
  return response.json(record.status, wire.one(route.object, value), headers)
end

local function log(services, request, route, actor, id)
  local stream, err = services[route.stream]:log_stream(actor, id)
  if not stream then return M.failure(err) end
  return response.log(stream, request)
end

--- Answer a request of the API.
-- @param app table {services=}
-- @param request web.request
-- @param route table of web.api.routes
-- @param params table
function M.handle(app, request, route, params)
  if route.description then return response.json(200, openapi.document()) end
  local actor = authenticate(app.services, request)
  if not actor then return M.failure(refusals.token()) end
  if route.stream then return log(app.services, request, route, actor, params.id) end
  local record = actions.get(route.action)
  local raw, err = arguments(request, route, params, record)
  if not raw then return M.failure(err) end
  local value
  value, err = actions.call({ actor = actor, services = app.services }, route.action, raw)
  if value == nil then return M.failure(err) end
  return answer(route, record, value)
end

return M
