-- Every route that changes something, as the registry has them: no form of another site, no disguise gets through.
local routes = require "web.routes"
local web = require "spec.support.web"

local FORM <const> = "application/x-www-form-urlencoded"
local FORM_KINDS = { FORM, "multipart/form-data; boundary=x", "text/plain", "text/plain;application/json",
  "application/json-seq", "" }

local function scene()
  local site = web.new()
  local services, admin = site.app.services, site.app.users.admin
  local overlay = assert(services.overlays:create(admin, { name = "one", script = "true" }))
  local blueprint = assert(services.blueprints:create(admin, { name = "one", overlays = { { id = overlay.id } } }))
  assert(services.servers:create(admin, { name = "one", blueprint_id = blueprint.id }))
  assert(services.servers:enqueue(admin, 1, "start"))
  return site
end

local function address(route) return (route.path:gsub(":%l+", "1")) end

local function unsafe(of_api)
  local out = {}
  for _, route in ipairs(routes.list) do
    if route.method ~= "GET" and (route.api or false) == of_api then out[#out + 1] = route end
  end
  assert(#out > 10)
  return out
end

-- What the database and the world outside were before, and that they are so still.
local function unchanged(site, name, ask)
  local stamp, outside = { site.app.ports.db:stamp() }, #site.app.calls
  local answer = ask()
  assert.same(stamp, { site.app.ports.db:stamp() }, name)
  assert.equal(outside, #site.app.calls, name)
  return answer
end

local function named(route) return route.method .. " " .. route.path end

describe("Every form of a page", function()
  local site, cookie
  before_each(function()
    site = scene()
    cookie = "left4me_session=" .. site:session("admin").id
    site:get("admin", "/")
  end)

  it("is refused without the token of its session, or with another's", function()
    for _, route in ipairs(unsafe(false)) do
      for _, token in ipairs { "", "x", site:session("eve").csrf } do
        unchanged(site, named(route), function()
          local form = { csrf = token, confirmed = "yes", name = "x" }
          assert.equal(403, site:post("admin", address(route), form).status, named(route))
        end)
      end
    end
  end)

  it("is refused in any other content type, whatever it says", function()
    local csrf = site:session("admin").csrf
    for _, route in ipairs(unsafe(false)) do
      for _, kind in ipairs { "multipart/form-data; boundary=x", "text/plain", "application/json" } do
        unchanged(site, named(route), function()
          local answer = site:request("POST", address(route), { body = "confirmed=yes&csrf=" .. csrf,
            headers = { cookie = cookie, ["content-type"] = kind, ["x-csrf-token"] = csrf } })
          assert.equal(415, answer.status, named(route) .. " " .. kind)
        end)
      end
    end
  end)
end)

describe("Every unsafe call of the API", function()
  it("is refused in a content type that a form can have, even with a token", function()
    local site = scene()
    site:api("admin", "GET", "/servers")
    for _, route in ipairs(unsafe(true)) do
      for _, kind in ipairs(FORM_KINDS) do
        unchanged(site, named(route), function()
          local headers = { authorization = "Bearer " .. site:token "admin", ["content-type"] = kind }
          local body = kind == FORM and "name=x&confirmed=yes" or '{"name":"x"}'
          local answer = site:request(route.method, address(route), { headers = headers, body = body })
          assert.equal(415, answer.status, named(route) .. " " .. kind)
        end)
      end
    end
  end)

  it("is refused to a session: a browser's cookie is no token, with its form's token or without", function()
    local site = scene()
    local session = site:session "admin"
    site:get("admin", "/")
    for _, route in ipairs(unsafe(true)) do
      unchanged(site, named(route), function()
        local answer = site:request(route.method, address(route), { body = "{}", headers = {
          cookie = "left4me_session=" .. session.id, ["x-csrf-token"] = session.csrf,
          ["content-type"] = "application/json" } })
        assert.equal(401, answer.status, named(route))
      end)
    end
  end)
end)

describe("A GET", function()
  it("is a GET, whatever it says that it would rather be", function()
    local site = scene()
    local csrf = site:session("admin").csrf
    for _, route in ipairs(routes.list) do
      if route.method == "GET" then
        for _, verb in ipairs { "DELETE", "POST" } do
          local target = ("%s?_method=%s&confirmed=yes&csrf=%s"):format(address(route), verb, csrf)
          local headers = { ["x-http-method-override"] = verb, ["x-method-override"] = verb, ["x-csrf-token"] = csrf }
          if route.api then headers.authorization = "Bearer " .. site:token "admin" end
          site:get("admin", target, headers) -- the first use of a session or a token is noted
          unchanged(site, named(route), function() site:get("admin", target, headers) end)
        end
      end
    end
  end)
end)
