-- Hostile requests against the running service: each is refused with the right status, and the service stays well.
local http = require "spec.support.http_client"
local service = require "spec.support.service"

describe("The JSON API", function()
  local one
  setup(function() one = service.start { demo_game = false } end)
  teardown(function() one:remove() end)

  local function raw(method, path, body, headers)
    headers = headers or {}
    headers.Authorization = headers.Authorization or "Bearer " .. one.token
    return http.request(one.address, method, "/api/v1" .. path, { body = body, headers = headers })
  end

  local JSON = { ["Content-Type"] = "application/json" }
  local function json(body) return raw("POST", "/overlays", body, JSON) end

  it("refuses a body over the limit with 413", function()
    assert.equal(413, json('{"name":"' .. ("x"):rep(2 << 20) .. '"}').status)
  end)

  it("refuses another content type with 415", function()
    for _, kind in ipairs { "text/plain", "application/x-www-form-urlencoded", "multipart/form-data" } do
      assert.equal(415, raw("POST", "/overlays", "name=x", { ["Content-Type"] = kind }).status)
    end
  end)

  it("refuses another method with 405 and names those it knows", function()
    local response = raw("PUT", "/overlays", "{}", JSON)
    assert.equal(405, response.status)
    assert.truthy(response.headers.allow:find("POST", 1, true))
  end)

  it("names an unknown field, and a field of the wrong type, with 422", function()
    local unknown = json '{"name":"a","type":"script","colour":"red"}'
    assert.equal(422, unknown.status)
    assert.truthy(unknown.json.error.fields.colour)
    local wrong = json '{"name":{},"type":"script"}'
    assert.equal(422, wrong.status)
    assert.truthy(wrong.json.error.fields.name)
  end)

  it("refuses malformed JSON, deep nesting, doubled keys and malformed UTF-8 with 400 or 422", function()
    for _, body in ipairs { "{", "", "[1,]", ("["):rep(5000), '{"name":"a","name":"b","type":"script"}',
      '{"name":"\xff\xfe","type":"script"}', '{"name":"\xc0\xaf","type":"script"}',
      '{"name":"a\\u0000b","type":"script"}' } do
      local status = json(body).status
      assert.truthy(status == 400 or status == 422, body:sub(1, 40) .. " → " .. status)
    end
  end)

  it("refuses an absent, empty, blank, wrong or doubled token with 401", function()
    for _, value in ipairs { "", "Bearer", "Bearer ", "Bearer null", "Bearer 0", "Basic abc", "Bearer l4m_wrong" } do
      local response = http.request(one.address, "GET", "/api/v1/servers", { headers = { Authorization = value } })
      assert.truthy(response.status == 401 or (value == "" and response.status == 400),
        value .. " → " .. response.status)
    end
    assert.equal(401, http.request(one.address, "GET", "/api/v1/servers").status)
  end)

  it("answers 404 for ids that are absent, huge, negative or no numbers", function()
    for _, id in ipairs { "999999", "9223372036854775807", "9223372036854775808", "-1", "0", "x", "1%2f2", "..%2f1" } do
      local status = raw("GET", "/servers/" .. id).status
      assert.truthy(status == 404 or status == 400, id .. " → " .. status)
    end
  end)

  it("keeps tokens and secrets out of its log", function()
    raw("GET", "/servers?token=" .. one.token)
    assert.is_nil(one:log():find(one.token, 1, true))
    assert.is_nil(one:log():find(one.env.LEFT4ME_ADMIN_PASSWORD, 1, true))
  end)

  it("is well after all this", function()
    assert.equal(200, http.request(one.address, "GET", "/health").status)
    assert.is_nil(one:log():find("traceback", 1, true), one:log())
  end)

  it("gives two servers one port never, and 50 creations at once as many as there are ports", function()
    local few <close> = service.start { demo_game = false,
      env = { LEFT4ME_PORT_RANGE_START = "28000", LEFT4ME_PORT_RANGE_END = "28002" } }
    local blueprint = few:api("POST", "/blueprints", { name = "b", overlays = require("host.json").array {} }, 201)
    local connections, created = {}, 0
    for i = 1, 50 do
      connections[i] = http.open(few.address)
      connections[i]:send(http.render("POST", "/api/v1/servers", {
        json = { name = "s" .. i, blueprint_id = blueprint.id },
        headers = { Authorization = "Bearer " .. few.token } }))
    end
    for _, connection in ipairs(connections) do
      local status = connection:response("POST").status
      assert.truthy(status == 201 or status == 409, status)
      if status == 201 then created = created + 1 end
      connection:close()
    end
    assert.equal(3, created)
  end)
end)
