-- Specs of the API's wire format: every object, every list and every error as bytes, pinned in golden files.
local golden = require "spec.support.golden"
local json = require "host.json"
local web = require "spec.support.web"
local wire = require "web.api.wire"

local PINNED = { "location", "www-authenticate", "allow", "content-type", "retry-after" }

describe("The wire format", function()
  local site, seen
  before_each(function()
    site, seen = web.new(), {}
  end)

  -- Ask, and note the answer under a name; returns the answer.
  local function ask(name, as, method, path, value, headers)
    local answer = site:api(as, method, path, value, headers)
    local pinned = {}
    for _, header in ipairs(PINNED) do pinned[header] = answer.headers[header] end
    assert(not seen[name], name)
    seen[name] = { ask = method .. " " .. path, status = answer.status, headers = pinned, body = answer.body }
    return answer
  end

  local function make(as)
    ask("overlay created", as, "POST", "/overlays", { name = "Coop <b>", script = "echo 'é'\n" })
    ask("overlay created for everyone", "admin", "POST", "/overlays", { name = "all", system_wide = true })
    ask("blueprint created", as, "POST", "/blueprints", { name = "Night", arguments = { "+map c1m1_hotel" },
      config = { 'hostname "x"', "" }, overlays = json.array { { id = 2, expose_server_cfg = true }, { id = 1 } } })
    ask("blueprint created empty", as, "POST", "/blueprints", { name = "Plain" })
    ask("server created", as, "POST", "/servers", { name = "One", blueprint_id = 1, hostname = "Hello" })
  end

  it("of objects is what it was", function()
    ask("overlays none", "bob", "GET", "/overlays")
    make "bob"
    for _, object in ipairs { "overlay", "blueprint", "server", "job" } do
      ask(object .. "s", "bob", "GET", "/" .. object .. "s")
      ask(object .. " one", "bob", "GET", ("/%ss/1"):format(object))
    end
    ask("overlays a page", "bob", "GET", "/overlays?limit=1")
    ask("overlays another page", "bob", "GET", "/overlays?limit=1&after=1")
    ask("jobs filtered", "bob", "GET", "/jobs?state=running&before=10")
    ask("overlay changed", "bob", "PATCH", "/overlays/1", { name = "Renamed" })
    ask("blueprint changed", "bob", "PATCH", "/blueprints/1", { overlays = json.array {} })
    ask("server changed", "bob", "PATCH", "/servers/1", { port = 27016, hostname = "" })
    ask("preview", "bob", "GET", "/blueprints/1/preview")
    ask("script saved", "bob", "POST", "/overlays/1/script", { script = "true" })
    ask("build again is the same job", "bob", "POST", "/overlays/1/build")
    ask("job cancelled", "bob", "POST", "/jobs/1/cancel")
    for _, operation in ipairs { "start", "stop", "reset", "initialize" } do
      ask("server " .. operation, "bob", "POST", "/servers/1/" .. operation)
    end
    site.app.ports.store.jobs:claim(1700000001000)
    site.app.ports.store.jobs:finish(2, { state = "failed", exit_code = 3, finished_at = 1700000002000 })
    ask("job ended", "bob", "GET", "/jobs/2")
    ask("overlay wiped", "bob", "POST", "/overlays/1/wipe")
    ask("overlay deleted", "bob", "DELETE", "/overlays/1")
    ask("blueprint deleted", "bob", "DELETE", "/blueprints/2")
    ask("server deleted", "bob", "DELETE", "/servers/1")
    golden.same("objects", seen)
  end)

  it("of refusals is what it was", function()
    make "bob"
    ask("no token", nil, "GET", "/servers")
    ask("no such address", "bob", "GET", "/nothing")
    ask("no such object", "bob", "GET", "/servers/9")
    ask("someone else's", "eve", "GET", "/servers/1")
    ask("system-wide, not an admin", "bob", "POST", "/overlays/2/build")
    ask("wrong method", "bob", "PUT", "/servers")
    ask("wrong content type", "bob", "POST", "/servers", nil, { ["content-type"] = "text/plain" })
    ask("no body", "bob", "POST", "/servers", nil, { ["content-type"] = "application/json" })
    ask("a body that is no object", "bob", "POST", "/servers", "{", { ["content-type"] = "application/json" })
    ask("malformed query", "bob", "GET", "/servers?after=%zz")
    ask("missing, unknown and wrong fields", "bob", "POST", "/servers",
      { port = "x", ["colour<"] = 1, blueprint_id = 0 })
    ask("entries of a list", "bob", "POST", "/blueprints", { name = "x", config = { "a", "b\n" } })
    ask("an id in body and path", "bob", "PATCH", "/servers/1", { id = 2 })
    ask("an unknown query field", "bob", "GET", "/servers?colour=red")
    ask("a taken name", "bob", "POST", "/servers", { name = "One", blueprint_id = 1 })
    ask("a taken port", "bob", "POST", "/servers", { name = "Two", blueprint_id = 1, port = 27015 })
    ask("a blueprint in use", "bob", "DELETE", "/blueprints/1")
    ask("an overlay being built", "bob", "POST", "/overlays/1/wipe")
    ask("a job that is over", "bob", "POST", "/jobs/1/cancel")
    ask("a job that is over, again", "bob", "POST", "/jobs/1/cancel")
    golden.same("refusals", seen)
  end)

  it("of every error there is, is what it was", function()
    local out = {}
    local function note(errors)
      for _, constructor in pairs(errors) do
        local ok, err = pcall(constructor) -- those with parameters are told as one of the others
        if ok and err.key == "errors." .. err.code then
          local body = wire.failure(err)
          body.status = err.status
          out[err.code] = body
        end
      end
    end
    note(require("base.errors").common)
    note(require("web.request").errors)
    for _, name in ipairs { "auth", "blueprints", "jobs", "overlays", "servers", "tokens", "users" } do
      note(require("services." .. name).errors)
    end
    golden.same("errors", out)
  end)

  it("shows nothing else of a row", function()
    make "bob"
    for _, path in ipairs { "/overlays/1", "/blueprints/1", "/servers/1", "/jobs/1" } do
      local object = path:match("^/(%l+)s/")
      local names = {}
      for name in pairs(site:api("bob", "GET", path).json) do names[name] = true end
      for name in pairs(wire.SCHEMAS[object]) do
        assert.is_true(names[name], object .. " lacks " .. name)
        names[name] = nil
      end
      assert.same({}, names)
    end
  end)
end)
