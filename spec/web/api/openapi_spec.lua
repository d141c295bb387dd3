-- Specs of web.api.openapi: a valid OpenAPI 3.1 document that describes every route, and pinned word by word.
local actions = require "actions"
local golden = require "spec.support.golden"
local json = require "host.json"
local openapi = require "web.api.openapi"
local routes = require "web.api.routes"

local SCHEMA_TYPES = { integer = true, string = true, boolean = true, array = true, object = true, null = true }

-- The parts of https://spec.openapis.org/oas/v3.1.0 a document of ours can break, as a list of problems.
local function check_schema(document, schema, where, problems)
  local function bad(text) problems[#problems + 1] = where .. ": " .. text end
  local reference = schema["$ref"]
  if reference then
    local name = reference:match("^#/components/schemas/(%l+)$")
    if not (name and document.components.schemas[name]) then bad("refers to nothing: " .. reference) end
    return
  end
  for _, name in ipairs(type(schema.type) == "table" and schema.type or { schema.type }) do
    if not SCHEMA_TYPES[name] then bad("unknown type " .. tostring(name)) end
  end
  if schema.type == nil then bad "has no type" end
  if schema.type == "array" then
    if schema.items then check_schema(document, schema.items, where .. "[]", problems) else bad "has no items" end
  end
  for name, property in pairs(schema.properties or {}) do
    check_schema(document, property, where .. "." .. name, problems)
  end
  for _, name in ipairs(schema.required or {}) do
    if not schema.properties[name] then bad("requires what it has not: " .. name) end
  end
end

local function check_content(document, content, where, problems)
  if next(content) == nil then problems[#problems + 1] = where .. ": no content" end
  for kind, media in pairs(content) do check_schema(document, media.schema, where .. " " .. kind, problems) end
end

local function check_parameters(document, path, operation, where, problems)
  local wanted, given = {}, {}
  for name in path:gmatch("{(%l+)}") do wanted[name] = true end
  for _, parameter in ipairs(operation.parameters) do
    local key = parameter["in"] .. " " .. parameter.name
    if given[key] then problems[#problems + 1] = where .. ": twice " .. key end
    given[key] = true
    if parameter["in"] == "path" and not (wanted[parameter.name] and parameter.required) then
      problems[#problems + 1] = where .. ": no path parameter " .. parameter.name
    end
    check_schema(document, parameter.schema, where .. " " .. key, problems)
  end
  for name in pairs(wanted) do
    if not given["path " .. name] then problems[#problems + 1] = where .. ": lacks " .. name end
  end
end

local function check_operation(document, path, operation, where, problems)
  check_parameters(document, path, operation, where, problems)
  if operation.requestBody then check_content(document, operation.requestBody.content, where .. " body", problems) end
  for status, answer in pairs(operation.responses) do
    if not (status == "default" or status:find "^2%d%d$") then problems[#problems + 1] = where .. ": " .. status end
    if not answer.description then problems[#problems + 1] = where .. ": no description" end
    check_content(document, answer.content, where .. " " .. status, problems)
  end
end

describe("The description of the API", function()
  local document
  -- As a client reads it.
  before_each(function() document = assert(json.decode(json.encode(openapi.document()))) end)

  it("is an OpenAPI 3.1 document", function()
    local problems, ids = {}, {}
    assert.equal("3.1.0", document.openapi)
    assert.is_truthy(document.info.title and document.info.version)
    for path, item in pairs(document.paths) do
      assert.matches("^/", path)
      for method, operation in pairs(item) do
        local where = method .. " " .. path
        assert.is_nil(ids[operation.operationId], where)
        ids[operation.operationId] = true
        check_operation(document, path, operation, where, problems)
      end
    end
    for name, schema in pairs(document.components.schemas) do check_schema(document, schema, name, problems) end
    assert.same({}, problems)
  end)

  it("has every route of the API and no other", function()
    local described, served = {}, {}
    for path, item in pairs(document.paths) do
      for method in pairs(item) do described[method:upper() .. " /api/v1" .. path:gsub("{(%l+)}", ":%1")] = true end
    end
    for _, route in ipairs(require("web.routes").list) do
      if route.path:find "^/api/" then served[route.method .. " " .. route.path] = true end
    end
    assert.same(served, described)
  end)

  it("says of each action what the registry says", function()
    for _, route in ipairs(routes.list) do
      if route.action then
        local record = actions.get(route.action)
        local path = route.path:gsub("^/api/v1", ""):gsub(":(%l+)", "{%1}")
        local operation = document.paths[path][route.method:lower()]
        assert.same({ record.name, record.summary }, { operation.operationId, operation.summary })
        assert.is_truthy(operation.responses[tostring(record.status)])
        local names = {}
        for _, parameter in ipairs(operation.parameters) do names[parameter.name] = true end
        local body = operation.requestBody and operation.requestBody.content["application/json"].schema
        for name in pairs(body and body.properties or {}) do names[name] = true end
        for _, field in ipairs(record.args) do
          assert.is_true(names[field.name], route.action .. "." .. field.name)
          names[field.name] = nil
        end
        assert.same({}, names)
      end
    end
  end)

  it("is what it was", function()
    golden.same("openapi", openapi.document())
  end)
end)
