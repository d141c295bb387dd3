-- Every route × every role → status. A route or an action without a row here fails.
local actions = require "actions"
local json = require "host.json"
local routes = require "web.routes"
local web = require "spec.support.web"

-- Who asks: nobody, bob (owner of every object asked for), eve (another user), an admin, and bob when deactivated,
-- with the session and token he had. 302 is to the login form.
local ROLES = { "nobody", "bob", "eve", "admin", "deactivated" }
local EVERYONE, USERS, OWNER, ADMINS = "302 200 200 200 302", "302 303 303 303 302", "302 303 404 303 302",
  "302 403 403 303 302"

local PAGES = {
  ["GET /health"] = "200 200 200 200 200",
  ["GET /login"] = "200 303 303 303 200",
  ["POST /login"] = "403 401 401 401 403",
  ["POST /logout"] = USERS,
  ["GET /"] = EVERYONE, ["GET /events"] = EVERYONE,
  ["GET /servers"] = EVERYONE, ["GET /servers/new"] = EVERYONE,
  ["POST /servers"] = "302 303 422 303 302",
  ["GET /servers/:id"] = "302 200 404 200 302", ["GET /servers/:id/log"] = "302 200 404 200 302",
  ["GET /servers/:id/jobs"] = "302 200 404 200 302", ["GET /servers/:id/rcon_password"] = "302 200 404 403 302",
  ["POST /servers/:id/rotate_rcon_password"] = "302 303 404 403 302", ["POST /servers/:id/rename"] = OWNER,
  ["POST /servers/:id/restart"] = OWNER,
  ["POST /servers/:id"] = OWNER, ["POST /servers/:id/start"] = OWNER, ["POST /servers/:id/stop"] = OWNER,
  ["POST /servers/:id/reset"] = OWNER, ["POST /servers/:id/initialize"] = OWNER, ["POST /servers/:id/delete"] = OWNER,
  ["GET /blueprints"] = EVERYONE, ["GET /blueprints/new"] = EVERYONE, ["POST /blueprints"] = USERS,
  ["GET /blueprints/:id"] = "302 200 404 200 302",
  ["POST /blueprints/:id"] = OWNER, ["POST /blueprints/:id/delete"] = OWNER,
  ["POST /blueprints/:id/duplicate"] = OWNER, ["POST /blueprints/:id/preview"] = "302 200 404 200 302",
  ["GET /overlays"] = EVERYONE, ["GET /overlays/new"] = EVERYONE, ["POST /overlays"] = USERS,
  ["GET /overlays/:id"] = "302 200 404 200 302", ["GET /overlays/:id/files"] = "302 200 404 200 302",
  ["GET /overlays/:id/download"] = "302 200 404 200 302", ["GET /servers/:id/files"] = "302 200 404 200 302",
  ["GET /servers/:id/download"] = "302 200 404 200 302",
  ["POST /overlays/:id"] = OWNER, ["POST /overlays/:id/script"] = OWNER, ["POST /overlays/:id/build"] = OWNER,
  ["POST /overlays/:id/wipe"] = OWNER, ["POST /overlays/:id/rebuild"] = OWNER, ["POST /overlays/:id/delete"] = OWNER,
  ["GET /jobs"] = EVERYONE, ["GET /jobs/:id"] = "302 200 404 200 302", ["GET /jobs/:id/log"] = "302 200 404 200 302",
  ["POST /jobs/:id/cancel"] = OWNER,
  ["GET /palette"] = EVERYONE,
  ["GET /profile"] = EVERYONE, ["POST /profile/password"] = USERS, ["POST /profile/tokens"] = EVERYONE,
  ["POST /profile/language"] = USERS,
  ["POST /profile/sessions/:id/end"] = "302 303 404 404 302", ["POST /profile/sessions/end-others"] = USERS,
  ["POST /profile/tokens/:id/revoke"] = OWNER,
  ["GET /admin"] = "302 403 403 200 302", ["GET /admin/users"] = "302 403 403 200 302", ["POST /admin/users"] = ADMINS,
  ["POST /admin/users/:id/admin"] = ADMINS, ["POST /admin/users/:id/activate"] = ADMINS,
  ["POST /admin/users/:id/deactivate"] = ADMINS, ["POST /admin/install"] = ADMINS,
  ["GET /admin/users/new"] = "302 403 403 200 302", ["GET /admin/users/:id"] = "302 403 403 200 302",
  ["POST /admin/users/:id/reset-password"] = "302 403 403 200 302", ["POST /admin/users/:id/delete"] = ADMINS,
  ["GET /password"] = USERS,
  ["GET /admin/health"] = "302 403 403 200 302", ["POST /admin/health/check"] = ADMINS,
  ["GET /admin/style"] = "302 403 403 200 302",
}

local LIST, ONE, QUEUED = "401 200 200 200 401", "401 200 404 200 401", "401 202 404 202 401"
local API = {
  ["GET /openapi.json"] = "200 200 200 200 200",
  ["GET /overlays"] = LIST, ["POST /overlays"] = "401 201 201 201 401", ["GET /overlays/:id"] = ONE,
  ["PATCH /overlays/:id"] = ONE, ["DELETE /overlays/:id"] = ONE, ["POST /overlays/:id/script"] = QUEUED,
  ["POST /overlays/:id/build"] = QUEUED, ["POST /overlays/:id/wipe"] = ONE,
  ["GET /blueprints"] = LIST, ["POST /blueprints"] = "401 201 201 201 401", ["GET /blueprints/:id"] = ONE,
  ["PATCH /blueprints/:id"] = ONE, ["DELETE /blueprints/:id"] = ONE, ["GET /blueprints/:id/preview"] = ONE,
  ["GET /servers"] = LIST, ["POST /servers"] = "401 201 422 201 401", ["GET /servers/:id"] = ONE,
  ["PATCH /servers/:id"] = ONE, ["DELETE /servers/:id"] = QUEUED, ["POST /servers/:id/start"] = QUEUED,
  ["POST /servers/:id/stop"] = QUEUED, ["POST /servers/:id/reset"] = QUEUED, ["POST /servers/:id/initialize"] = QUEUED,
  ["GET /servers/:id/log"] = ONE,
  ["GET /jobs"] = LIST, ["GET /jobs/:id"] = ONE, ["POST /jobs/:id/cancel"] = QUEUED, ["GET /jobs/:id/log"] = ONE,
}

-- Actions that pages use without a route of their own.
local WITHOUT_ROUTE = { ["installation.get"] = true, ["session.list"] = true }

-- What is asked for is 1, but what can be deleted is not in use.
local IDS = {
  ["POST /overlays/:id/wipe"] = 3, ["POST /overlays/:id/rebuild"] = 3,
  ["POST /overlays/:id/delete"] = 3, ["DELETE /overlays/:id"] = 3,
  ["POST /blueprints/:id/delete"] = 2, ["DELETE /blueprints/:id"] = 2,
  ["POST /admin/users/:id/reset-password"] = 3, ["POST /admin/users/:id/delete"] = 3,
  ["POST /admin/users/:id/activate"] = 3, ["POST /admin/users/:id/deactivate"] = 3, ["POST /admin/users/:id/admin"] = 3,
}

local QUERIES = { ["GET /overlays/:id/download"] = "?path=a", ["GET /servers/:id/download"] = "?path=a" }

local BODIES = {
  ["POST /servers"] = { name = "new", blueprint_id = 1 }, ["POST /overlays"] = { name = "new" },
  ["POST /blueprints"] = { name = "new" }, ["POST /overlays/:id/script"] = { script = "true" },
  ["POST /servers/:id"] = { name = "renamed" }, ["POST /servers/:id/rename"] = { name = "renamed" },
  ["POST /overlays/:id"] = { name = "renamed" },
  ["POST /blueprints/:id"] = { name = "renamed" }, ["POST /profile/tokens"] = { name = "another" },
  ["POST /admin/users"] = { username = "new", password = "long enough for us" },
  ["POST /admin/users/:id/admin"] = { admin = "true" }, ["POST /profile/language"] = { language = "de" },
}

local SECRET = "bobs-own"

local function scene()
  local site = web.new()
  site:session "bob"
  local services, bob, admin = site.app.services, site.app.users.bob, site.app.users.admin
  local overlay = assert(services.overlays:create(bob, { name = SECRET, script = "# " .. SECRET }))
  assert(services.overlays:create(admin, { name = "everyone's", system_wide = true }))
  assert(services.overlays:create(bob, { name = SECRET .. " unused" }))
  local blueprint = assert(services.blueprints:create(bob, { name = SECRET, config = { SECRET },
    overlays = { { id = overlay.id } } }))
  assert(services.blueprints:create(bob, { name = SECRET .. " unused" }))
  assert(services.servers:create(bob, { name = SECRET, blueprint_id = blueprint.id, hostname = SECRET }))
  assert(services.tokens:create(bob, { name = SECRET }))
  return site
end

local function prepared(role)
  local site = scene()
  if role ~= "deactivated" then return site, role ~= "nobody" and role or nil end
  site:session "bob"
  site:token "bob"
  local user = assert(site.app.services.users:set_active(site.app.users.admin, site.app.users.bob.id, false))
  assert.is_false(user.active)
  return site, "bob"
end

local function path_of(key, id)
  return (key:match("^%u+ (.*)$"):gsub(":id", id or IDS[key] or 1))
end

local function ask_page(key, site, as, id)
  local method, path = key:match("^%u+"), path_of(key, id)
  if method == "GET" then return site:get(as, path .. (QUERIES[key] or "")) end
  local form = { confirmed = "yes" }
  for name, value in pairs(BODIES[key] or {}) do form[name] = value end
  if key == "POST /profile/password" then
    form.current, form.password = (as or "") .. "'s password", "another long password"
  end
  return site:post(as, path, form)
end

local function ask_api(key, site, as, id)
  local method = key:match("^%u+")
  local body = BODIES[key] or (method == "POST" and {}) or (method == "PATCH" and { name = "renamed" }) or nil
  if body and next(body) == nil then body = nil end
  return site:api(as, method, path_of(key, id), body)
end

local function statuses(ask, key)
  local out = {}
  for i, role in ipairs(ROLES) do
    local site, as = prepared(role)
    local answer = ask(key, site, as)
    out[i] = answer.stream and 200 or answer.status
  end
  return table.concat(out, " ")
end

local function keys_of(prefix)
  local keys = {}
  for _, route in ipairs(routes.list) do
    local of_api = route.path:find("^/api/v1")
    if prefix == "api" and of_api then keys[route.method .. " " .. route.path:gsub("^/api/v1", "")] = route end
    if prefix == "pages" and not of_api then keys[route.method .. " " .. route.path] = route end
  end
  return keys
end

local function sorted(set)
  local out = {}
  for key in pairs(set) do out[#out + 1] = key end
  table.sort(out)
  return out
end

describe("The table of routes and roles", function()
  it("has a row for every route and no other", function()
    assert.same(sorted(keys_of "pages"), sorted(PAGES))
    assert.same(sorted(keys_of "api"), sorted(API))
  end)

  it("reaches every action of the registry", function()
    local reached = {}
    for name in pairs(WITHOUT_ROUTE) do reached[name] = true end
    for _, route in ipairs(routes.list) do
      if route.action then reached[route.action] = true end
    end
    local all = {}
    for _, record in ipairs(actions.list()) do all[record.name] = true end
    assert.same(sorted(all), sorted(reached))
  end)

  for _, key in ipairs(sorted(PAGES)) do
    it("holds for " .. key, function() assert.equal(PAGES[key], statuses(ask_page, key)) end)
  end

  for _, key in ipairs(sorted(API)) do
    it("holds for the API's " .. key, function() assert.equal(API[key], statuses(ask_api, key)) end)
  end
end)

describe("GET", function()
  local function changes_nothing(ask, keys)
    for key, route in pairs(keys) do
      if route.method == "GET" then
        local site = scene()
        for _, role in ipairs { "bob", "admin" } do
          ask(key, site, role) -- the first use of a session or a token is noted
          local before, outside = { site.app.ports.db:stamp() }, #site.app.calls
          ask(key, site, role)
          assert.same(before, { site.app.ports.db:stamp() }, key)
          assert.equal(outside, #site.app.calls, key)
        end
      end
    end
  end

  it("changes nothing, whatever it asks for", function()
    changes_nothing(ask_page, keys_of "pages")
    changes_nothing(ask_api, keys_of "api")
  end)

  it("of what a form would change is refused", function()
    for _, path in ipairs { "/servers/1/start", "/overlays/3/wipe", "/logout", "/admin/install" } do
      assert.equal(405, scene():get("admin", path).status, path)
    end
  end)
end)

describe("A system-wide overlay", function()
  it("is read by everyone and changed by admins only", function()
    for key, route in pairs(keys_of "pages") do
      if route.path:find "^/overlays/:id" then
        local expected = route.method == "GET" and 200 or 403
        local answer = ask_page(key, scene(), "eve", 2)
        assert.equal(expected, answer.stream and 200 or answer.status, key)
        answer = ask_page(key, scene(), "admin", 2)
        assert.equal(route.method == "GET" and 200 or 303, answer.stream and 200 or answer.status, key)
      end
    end
    for key, route in pairs(keys_of "api") do
      if route.path:find "/overlays/:id" then
        assert.equal(route.method == "GET" and 200 or 403, ask_api(key, scene(), "eve", 2).status, key)
        assert.is_true(ask_api(key, scene(), "admin", 2).status < 300, key)
      end
    end
  end)

  it("is created by admins only", function()
    local form = { name = "mine", system_wide = "true" }
    assert.equal(403, scene():post("eve", "/overlays", form).status)
    assert.equal(303, scene():post("admin", "/overlays", form).status)
    assert.equal(403, scene():api("eve", "POST", "/overlays", { name = "mine", system_wide = true }).status)
  end)
end)

describe("What belongs to another", function()
  it("is in no page and no answer of the API", function()
    local site = scene()
    for key, route in pairs(keys_of "pages") do
      if route.method == "GET" then
        local answer = ask_page(key, site, "eve")
        assert.is_nil((answer.body or ""):find(SECRET, 1, true), key)
      end
    end
    for key, route in pairs(keys_of "api") do
      if route.method == "GET" then
        assert.is_nil((ask_api(key, site, "eve").body or ""):find(SECRET, 1, true), key)
      end
    end
  end)

  it("cannot be asked about before it is lost either", function()
    for key, route in pairs(keys_of "pages") do
      if route.question and route.path:find ":id" and route.access == "user" then
        local answer = scene():post("eve", path_of(key))
        assert.is_nil(answer.body:find(SECRET, 1, true), key)
        assert.is_true(answer.status == 404 or route.action == "token.revoke", key)
      end
    end
  end)

  it("cannot be used in an object of one's own", function()
    local overlays = json.array { { id = 1, expose_server_cfg = true } }
    local site = scene()
    assert.equal(422, site:api("eve", "POST", "/blueprints", { name = "x", overlays = overlays }).status)
    local mine = site:api("eve", "POST", "/blueprints", { name = "x" }).json
    assert.equal(422, site:api("eve", "PATCH", "/blueprints/" .. mine.id, { overlays = overlays }).status)
    assert.equal(422, site:post("eve", "/blueprints/" .. mine.id, { name = "x", add = "1" }).status)
    local server = site:api("eve", "POST", "/servers", { name = "x", blueprint_id = mine.id }).json
    assert.equal(422, site:api("eve", "PATCH", "/servers/" .. server.id, { blueprint_id = 1 }).status)
  end)

  it("is not changed by an id slipped into a form", function()
    local site = scene()
    local mine = site:api("eve", "POST", "/overlays", { name = "mine" }).json
    site:post("eve", "/overlays/" .. mine.id, { name = "slipped", id = "1" })
    site:post("bob", "/overlays/3", { name = "slipped", id = "1" })
    assert.equal(SECRET, site:api("bob", "GET", "/overlays/1").json.name)
    site:post("eve", "/profile/password", { id = "2", current = "bob's password", password = "taken over by eve" })
    assert.is_truthy((site.app.services.auth:login("bob", "bob's password", "192.0.2.77")))
  end)

  it("never shows an admin its RCON password", function()
    local site = scene()
    local password = site.app.services.servers:get(site.app.users.bob, 1).rcon_password
    assert.is_truthy(site:get("bob", "/servers/1/rcon_password").body:find(password, 1, true))
    for _, path in ipairs { "/servers/1", "/servers/1/rcon_password", "/servers", "/" } do
      assert.is_nil(site:get("admin", path).body:find(password, 1, true))
    end
    for _, path in ipairs { "/servers/1", "/servers" } do
      assert.is_nil(site:api("bob", "GET", path).body:find(password, 1, true))
    end
  end)
end)

describe("A right taken away", function()
  it("ends sessions at once: deactivation, a new password, the admin flag, logging out", function()
    for what, take in pairs {
      deactivated = function(users, admin, eve) return users:set_active(admin, eve.id, false) end,
      password = function(users, _, eve)
        return users:passwd(eve, eve.id, { current = "eve's password", password = "a new long one" })
      end,
      promoted = function(users, admin, eve) return users:update(admin, eve.id, { admin = true }) end,
    } do
      local site = scene()
      assert.equal(200, site:get("eve", "/").status)
      assert(take(site.app.services.users, site.app.users.admin, site.app.users.eve))
      assert.equal(302, site:get("eve", "/").status, what)
    end
    local site = scene()
    assert.equal(303, site:post("eve", "/logout").status)
    assert.equal(302, site:get("eve", "/").status)
  end)

  it("ends a token at once when it is revoked or its user shut out, and the admin flag counts at once", function()
    local site = scene()
    local token = site:token "eve"
    assert.equal(200, site:api("eve", "GET", "/servers").status)
    local id = site.app.services.tokens:list(site.app.users.eve)[1].id
    assert(site.app.services.tokens:revoke(site.app.users.eve, id))
    assert.equal(401, site:api("eve", "GET", "/servers").status)
    assert.is_string(token)
    site:token "bob"
    assert.equal(403, site:api("bob", "POST", "/overlays/2/build").status)
    assert(site.app.services.users:update(site.app.users.admin, 2, { admin = true }))
    assert.equal(202, site:api("bob", "POST", "/overlays/2/build").status)
  end)
end)
