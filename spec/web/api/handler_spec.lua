-- Specs of web.api.handler: tokens, arguments from path, query and body, and where things are.
local web = require "spec.support.web"

describe("A token", function()
  local site
  before_each(function() site = web.new() end)

  local function with(authorization)
    return site:request("GET", "/api/v1/servers", { headers = { authorization = authorization } })
  end

  it("is taken after the word Bearer, however that is written", function()
    local token = site:token "bob"
    for _, scheme in ipairs { "Bearer ", "bearer ", "BEARER ", "Bearer   " } do
      assert.equal(200, with(scheme .. token).status, scheme)
    end
  end)

  it("that is empty, missing, blank, null, 0, repeated, cut, wrong or of another kind is 401", function()
    local token = site:token "bob"
    for _, value in ipairs {
      "", " ", "Bearer", "Bearer ", "Bearer null", "Bearer 0", "Bearer undefined", token, "Token " .. token,
      "Basic " .. token, "Bearer" .. token, "Bearer " .. token .. " ", "Bearer " .. token .. " " .. token,
      "Bearer " .. token .. "," .. token,
      "Bearer " .. token .. ", Bearer " .. token, "Bearer " .. token:sub(1, -2), "Bearer " .. token .. "x",
      "Bearer " .. token:upper(), "Bearer l4m_" .. ("a"):rep(43), "Bearer %00", "Bearer " .. token .. "\0",
    } do
      local answer = with(value)
      assert.equal(401, answer.status, value)
      assert.matches("^Bearer", answer.headers["www-authenticate"])
      assert.is_nil(answer.body:find(token, 1, true))
    end
    assert.equal(401, with(nil).status)
  end)

  it("is not taken from the address or a cookie", function()
    local token = site:token "bob"
    assert.equal(401, site:request("GET", "/api/v1/servers?token=" .. token).status)
    assert.equal(401, site:request("GET", "/api/v1/servers?access_token=" .. token).status)
    assert.equal(401, site:request("GET", "/api/v1/servers", { headers = { cookie = "token=" .. token } }).status)
  end)
end)

describe("An answer of the API", function()
  local site
  before_each(function() site = web.new() end)

  it("says where what was made is, and where a job is", function()
    local function location(...) return site:api("bob", ...).headers.location end
    assert.equal("/api/v1/overlays/1", location("POST", "/overlays", { name = "a" }))
    assert.equal("/api/v1/blueprints/1", location("POST", "/blueprints", { name = "a" }))
    assert.equal("/api/v1/servers/1", location("POST", "/servers", { name = "a", blueprint_id = 1 }))
    assert.equal("/api/v1/jobs/1", location("POST", "/overlays/1/build"))
    assert.equal("/api/v1/jobs/2", location("DELETE", "/servers/1"))
    for _, path in ipairs { "/api/v1/overlays/1", "/api/v1/jobs/2" } do
      assert.equal(200, site:api("bob", "GET", path:gsub("^/api/v1", "")).status)
    end
  end)

  it("goes through a list page by page, without gaps and twice", function()
    for i = 1, 7 do site:api("bob", "POST", "/blueprints", { name = "b" .. i }) end
    local seen, after, pages = {}, "", 0
    repeat
      local answer = site:api("bob", "GET", "/blueprints?limit=3" .. after).json
      pages = pages + 1
      for _, one in ipairs(answer.blueprints) do seen[#seen + 1] = one.name end
      after = math.type(answer.next) and "&after=" .. answer.next or nil
    until not after
    assert.same({ "b1", "b2", "b3", "b4", "b5", "b6", "b7" }, seen)
    assert.equal(3, pages)
  end)

  it("ends a page of large scripts early and goes on", function()
    for i = 1, 20 do
      site:api("bob", "POST", "/overlays", { name = "o" .. i, script = "# " .. ("x"):rep(262000) })
    end
    local seen, after, largest = 0, 0, 0
    repeat
      local answer = site:api("bob", "GET", "/overlays?limit=200&after=" .. after)
      largest = math.max(largest, #answer.body)
      seen = seen + #answer.json.overlays
      after = answer.json.next
    until not math.type(after)
    assert.equal(20, seen)
    assert.is_true(largest < 3 << 20, largest)
  end)

  it("refuses limits that are none", function()
    for _, limit in ipairs { "0", "201", "-1", "x", "1.5", "1e2", "99999999999999999999" } do
      local answer = site:api("bob", "GET", "/jobs?limit=" .. limit)
      assert.equal(422, answer.status, limit)
      assert.is_string(answer.json.error.fields.limit)
    end
  end)

  it("takes no object for a list, not even an empty one", function()
    local list = require("host.json").array {}
    assert.equal(201, site:api("bob", "POST", "/blueprints", { name = "a", config = list }).status)
    for _, name in ipairs { "overlays", "arguments", "config" } do
      local answer = site:api("bob", "PATCH", "/blueprints/1", { [name] = {} })
      assert.equal(422, answer.status, name)
      assert.equal("must be a list", answer.json.error.fields[name])
    end
  end)

  it("takes arguments of an unsafe request from the body only", function()
    local answer = site:api("bob", "POST", "/overlays?name=from-the-address", {})
    assert.equal(422, answer.status)
    assert.equal("is missing", answer.json.error.fields.name)
  end)
end)

describe("A log through the API", function()
  it("is text, or events when they are asked for, from where the client left off", function()
    local site = web.new()
    site:api("bob", "POST", "/overlays", { name = "a", script = "true" })
    local function stream(headers) return site:api("bob", "GET", "/jobs/1/log", nil, headers).stream end
    assert.same({ kind = "text", format = "tagged", from = 0, path = "/state/logs/jobs/1.log" }, stream())
    local events = stream { accept = "text/event-stream", ["last-event-id"] = "120" }
    assert.same({ "log", 120, "job:1" }, { events.kind, events.from, events.topic })
    assert.same({ "user:2", "token:1" }, events.revoke)
    assert.equal(-5, stream({ accept = "text/event-stream", ["last-event-id"] = "-5" }).from)
    assert.equal(0, stream({ accept = "text/event-stream", ["last-event-id"] = "five" }).from)
  end)
end)
