-- The service's start and stop in order, its request states, and what it does when a part fails.
local descriptors = require "spec.support.descriptors"
local echo = require "spec.support.echo"
local fault = require "host.fault"
local http = require "spec.support.http_client"
local json = require "host.json"
local runtime = require "host.runtime"
local serve = require "host.serve"

describe("The service", function()
  it("reports the real port, answers, and ends with 0 on TERM, INT and HUP", function()
    for _, signal in ipairs { "TERM", "INT", "HUP" } do
      local server <close> = echo.start()
      assert.matches("^127%.0%.0%.1:%d+$", server.address)
      assert.equal("hello\n", server:get("/hello").body)
      local status = server:stop(signal)
      assert.same({ "exit", 0 }, { status.kind, status.code })
      assert.is_nil(server.errors:find("left4me", 1, true))
    end
  end)

  it("ends open streams and idle connections when it stops", function()
    local server <close> = echo.start()
    local stream = http.events(server.address, "/bell?topics=jobs")
    local idle <close> = http.open(server.address)
    assert.equal(200, idle:request("GET", "/hello").status)
    local status = server:stop()
    assert.equal(0, status.code)
    assert.is_nil(stream.next())
    stream.close()
    assert.equal("", idle:take_all())
  end)

  it("says who cannot listen where", function()
    local server <close> = echo.start()
    local port = server.address:match("%d+$")
    local second <close> = echo.start { listen_port = port }
    assert.equal(1, second.status.code)
    second:collect()
    assert.matches("listen on 127%.0%.0%.1:" .. port .. ": Address already in use %(EADDRINUSE%)", second.errors)
    local third <close> = echo.start { listen_ip = "localhost" }
    third:collect()
    assert.matches("%(EINVAL%)", third.errors)
  end)

  it("does not start with a web module that fails, and says why", function()
    local server <close> = echo.start { web = "spec.support.no_such_module" }
    server:collect()
    assert.equal(1, server.status.code)
    assert.matches("spec.support.no_such_module.*%(EWEB%)", server.errors)
  end)

  it("stops when the scheduler fails, and says why", function()
    local server <close> = echo.start { config = "fail" }
    server:stop()
    assert.equal(1, server.status.code)
    assert.matches("the scheduler fails on purpose.*%(ESCHEDULER%)", server.errors)
  end)

  it("stops in order when on_ready raises", function()
    local path <close> = setmetatable({ package.path }, { __close = function(old) package.path = old[1] end })
    package.path = runtime.share_dir .. "/?.lua;" .. path[1]
    local ok, message = pcall(serve.run, { listen_port = 0, web = "spec.support.echo_web", config = "/",
      scheduler = "spec.support.idle_scheduler", on_ready = function() error("not ready", 0) end })
    assert.is_false(ok)
    assert.matches("not ready", message)
  end)

  it("stops in order when memory is short", function()
    local before, n = descriptors.count(), 0
    local function start()
      return select(2, fault.run(([[
        package.path = %q .. "/?.lua;" .. package.path
        require("host.serve").run { listen_port = 0, workers = 2, web = "spec.support.echo_web", config = "/",
          scheduler = "spec.support.idle_scheduler", on_ready = function() error("ready", 0) end }
      ]]):format(runtime.share_dir), n))
    end
    local message = start()
    while message:find("not enough memory", 1, true) do
      assert.equal(before, descriptors.count())
      n, message = n + 1, start()
    end
    assert.matches("ready", message)
  end)

  it("refuses options it does not know or that make no sense", function()
    for _, options in ipairs { { port = 1 }, { listen_port = 70000 }, { workers = 1 },
      { workers = 10, streams = 10 }, { pool = 0 }, { body_limit = -1 } } do
      assert.has_error(function() serve.run(options) end)
    end
  end)
end)

describe("A request state", function()
  local server
  setup(function() server = echo.start { pool = 1 } end)
  teardown(function() server:close() end)

  local function calls()
    return json.decode(server:get("/echo").body).calls
  end

  it("lives from request to request", function()
    local before = calls()
    assert.equal(before + 1, calls())
  end)

  for name, path in pairs { ["raises"] = "/raise", ["raises an error that raises"] = "/raise-object",
    ["eats all memory"] = "/eat", ["answers nonsense"] = "/odd" } do
    it("is thrown away when its handler " .. name, function()
      calls()
      assert.equal(500, server:get(path).status)
      assert.equal(1, calls())
      server:collect()
      assert.matches("left4me: request failed: ", server.errors)
    end)
  end

  it("has room for Lua's deepest nesting of C calls", function()
    assert.matches("C stack overflow", server:get("/nest").body)
  end)

  it("is not told what failed inside", function()
    assert.is_nil(server:get("/raise").body:find("purpose", 1, true))
  end)
end)

describe("Several request states", function()
  it("are made when they are needed, and the one made at the start answers first", function()
    local server <close> = echo.start { pool = 2 }
    assert.equal("1", server:get("/generation?topic=state").body)
  end)

  it("work at the same time", function()
    local server <close> = echo.start { pool = 2 }
    local waiting <close> = http.open(server.address)
    local seen = server:get("/generation?topic=both").body
    waiting:send(("GET /wait?topic=both&seen=%s HTTP/1.1\r\nHost: x\r\n\r\n"):format(seen))
    assert.equal("rung\n", server:get("/ring?topic=both").body)
    assert.equal("waited\n", waiting:response().body)
  end)
end)
