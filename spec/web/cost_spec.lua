-- What pages and lists cost: the same few questions to the database, however much there is.
local web = require "spec.support.web"

local TABLES = { "audit", "blueprints", "figures", "jobs", "live", "overlays", "search", "servers", "sessions",
  "tokens", "users" }
local MOST = { ["/"] = 9, ["/servers"] = 4, ["/blueprints"] = 5, ["/overlays"] = 3, ["/jobs"] = 3, ["/profile"] = 3,
  ["/servers/new"] = 2, ["/servers/1"] = 5, ["/blueprints/1"] = 6, ["/overlays/1"] = 6, ["/admin/users"] = 2,
  ["/admin/users/1"] = 10, ["/admin/health"] = 10, ["/admin"] = 2,
  ["/palette?q=start+s"] = 9 }

describe("A page", function()
  local site, services, admin
  setup(function()
    site = web.new()
    services, admin = site.app.services, site.app.users.admin
    site.app.ports.config.port_last = 27300
    site:session "admin"
  end)

  local function fill(from, to)
    for i = from, to do
      local overlay = assert(services.overlays:create(admin, { name = "o" .. i, script = "true" }))
      local blueprint = assert(services.blueprints:create(admin,
        { name = "b" .. i, overlays = { { id = overlay.id } } }))
      assert(services.servers:create(admin, { name = "s" .. i, blueprint_id = blueprint.id }))
      assert(services.tokens:create(admin, { name = "t" .. i }))
      assert(services.users:create(admin, { username = "u" .. i, password = "long enough" }))
    end
  end

  -- How many questions a page asks.
  local function questions(path)
    local store, count = site.app.ports.store, 0
    local d = site.app.ports.db
    local counting = setmetatable({}, { __index = function(_, name)
      return function(_, ...)
        count = count + 1
        return d[name](d, ...)
      end
    end })
    for _, name in ipairs(TABLES) do store[name].d = counting end
    site.app.clock.ms = site.app.clock.ms + 1000
    local answer = site:get("admin", path)
    for _, name in ipairs(TABLES) do store[name].d = d end
    assert.equal(200, answer.status, path)
    return count
  end

  it("asks as few questions of a full database as of an empty one", function()
    fill(1, 1)
    local before = {}
    for path in pairs(MOST) do before[path] = questions(path) end
    fill(2, 60)
    for path, most in pairs(MOST) do
      assert.equal(before[path], questions(path), path)
      assert.is_true(before[path] <= most, path .. " " .. before[path])
    end
  end)
end)
