-- A service with 30 servers, 200 jobs and what else a busy host has, and an example of an address for every page.
local fs = require "host.fs"
local ports = require "spec.support.ports"
local seed = require "spec.support.seed"
local service = require "spec.support.service"

local M = {}

local GAMES <const> = 3

--- Who looks: role → name.
M.USERS = { admin = "admin", newcomer = "newcomer", invited = "invited" }

-- The rows are put in while it serves: jobs that go on would be lost at a start. A job that has ended says that the
-- scheduler looked at what it found.
local function fill(one)
  local ready = one:api("POST", "/overlays", { name = "Ready" }, 201)
  one:finished(one:api("POST", ("/overlays/%d/script"):format(ready.id), { script = "echo ready; date >built" }, 202))
  local d <close> = assert(require("store.db").open(one.root .. "/left4me.db"))
  local seeded = seed.fill(d, { now = require("host.clock").now(), owner = 1, open = true, port = ports.free(),
    root = assert(fs.root(one.root)) })
  seeded.ready = ready.id
  assert(d:run "UPDATE users SET must_change_password = 1 WHERE username = 'invited'")
  return seeded
end

-- Servers that really run, from a blueprint whose overlay is built.
local function start_games(one, seeded)
  local arguments = { "+map c1m1_hotel", "-standin-chatter 400", "-standin-players 6", "-standin-players-every 200" }
  local blueprint = one:api("POST", "/blueprints", { name = "Running", overlays = { { id = seeded.ready } },
    arguments = arguments }, 201)
  seeded.running = {}
  for i = 1, GAMES do
    local server = one:api("POST", "/servers", { name = seed.HOSTILE[i] .. " runs", blueprint_id = blueprint.id }, 201)
    seeded.running[i] = server.id
    one:finished(one:api("POST", ("/servers/%d/start"):format(server.id), nil, 202))
  end
end

--- Start it: an admin who owns nearly everything, a newcomer who owns nothing, and an invited one whose password is to
-- be used once.
-- @return service, to be closed; table of what spec.support.seed made, with running= and ready=
function M.start()
  local env = ports.environment()
  env.STATE_POLLER_INTERVAL_SECONDS = "3600"
  local one = service.start { env = env }
  for _, name in ipairs { "newcomer", "invited" } do assert(one:run("left4me", "user", "create", name).code == 0) end
  local seeded = fill(one)
  start_games(one, seeded)
  return one, seeded
end

-- What each page with a variable in its address is looked at with: {word = id or {id, query}}. A page that comes and is
-- not here fails the specs.
local EXAMPLES = {
  ["/servers/:id"] = function(s)
    return { runs = s.running[1], busy = s.servers[1], failed = s.servers[7], drifted = s.servers[8],
      up = s.servers[9], unknown = s.servers[10], stopped = s.servers[11], long = s.servers[18] }
  end,
  ["/blueprints/:id"] = function(s)
    return { full = s.blueprints[5], hostile = s.blueprints[3], unused = s.blueprints[8] }
  end,
  ["/overlays/:id"] = function(s)
    return { building = s.overlays[12], built = s.ready, failed = s.overlays[2], hostile = s.overlays[3],
      system = s.overlays[4] }
  end,
  ["/jobs/:id"] = function(s) return s.by_state end,
  ["/servers/:id/jobs"] = function(s) return { runs = s.running[1], many = s.servers[3] } end,
  ["/servers/:id/rcon_password"] = function(s) return { runs = s.running[1] } end,
  ["/servers/:id/files"] = function(s)
    return { runs = s.running[1], folder = { s.running[1], "?path=left4dead2/cfg" }, stopped = s.servers[11] }
  end,
  ["/overlays/:id/files"] = function(s)
    return { top = s.overlays[3], hostile = { s.overlays[3], "?path=left4dead2/cfg" },
      file = { s.overlays[3], "?path=left4dead2/cfg/server.cfg" }, empty = s.overlays[12] }
  end,
  ["/admin/users/:id"] = function(s)
    return { self = 1, active = s.users[1], inactive = s.users[4], admin = s.users[5] }
  end,
}

-- Lists have filters and pages.
local QUERIES = { ["/jobs"] = { failed = "?state=failed", older = "?before=100" } }

local function name_of(path)
  return path == "/" and "overview" or path:sub(2):gsub("/", "-"):gsub(":", "")
end

local function of_route(route, seeded)
  local out, name = {}, name_of(route.path)
  local role = route.login and "nobody" or route.before_password and "invited" or "admin"
  local function add(word, path, who) out[#out + 1] = { name = name .. (word and "." .. word or ""), path = path,
    role = who or role, route = route.path } end
  if not route.path:find ":" then
    add(nil, route.path)
    for word, query in pairs(QUERIES[route.path] or {}) do add(word, route.path .. query) end
    if role == "admin" and route.access == "user" then add("newcomer", route.path, "newcomer") end
    return out
  end
  local examples = assert(EXAMPLES[route.path], "no example of " .. route.path .. " in spec/support/toured.lua")
  for word, example in pairs(examples(seeded)) do
    local id, query = example, ""
    if type(example) == "table" then id, query = example[1], example[2] end
    add(word, route.path:gsub(":id", ("%d"):format(id)) .. query)
  end
  return out
end

-- Streams, files and parts of pages.
local NO_PAGES = {}
for _, path in ipairs { "/health", "/events", "/servers/:id/log", "/jobs/:id/log", "/servers/:id/download",
  "/overlays/:id/download" } do
  NO_PAGES[path] = true
end

local function is_page(route)
  return route.method == "GET" and not route.api and not NO_PAGES[route.path]
end

--- The paths of all pages, as the registry has them.
-- @return table list of strings
function M.routes()
  local out = {}
  for _, route in ipairs(require("web.routes").list) do
    if is_page(route) then out[#out + 1] = route.path end
  end
  return out
end

--- All addresses to look at.
-- @param seeded table
-- @return table list of {name, path, role, route, status|nil}
function M.stops(seeded)
  local out = {
    { name = "error.not-found", path = "/nothing-here", role = "admin", route = "errors", status = 404 },
    { name = "error.forbidden", path = "/admin", role = "newcomer", route = "errors", status = 403 },
  }
  for _, route in ipairs(require("web.routes").list) do
    if is_page(route) then
      for _, stop in ipairs(of_route(route, seeded)) do out[#out + 1] = stop end
    end
  end
  table.sort(out, function(a, b) return a.name < b.name end)
  return out
end

return M
