-- What every backend promises, as one spec: each backend's own spec file runs it on itself.
local fs = require "host.fs"
local fixture = require "spec.support.instance"
local sock = require "host.sock"

local eventually = fixture.eventually

--- Describe the promises.
-- @param busted table the spec file's _ENV: busted gives its functions to spec files only
-- @param title string
-- @param open function(host, stop_ms|nil) → backend for the state directory host.root; a game has stop_ms to end
-- @param new_host function|nil → host as of spec.support.instance
return function(busted, title, open, new_host)
  local describe, it, assert = busted.describe, busted.it, busted.assert
  local before_each, after_each = busted.before_each, busted.after_each

  describe(title, function()
    local host, backend

    before_each(function()
      host = (new_host or fixture.new)()
      backend = open(host)
    end)

    after_each(function()
      for _, name in ipairs(host.names) do backend:stop(name) end
      host:remove()
    end)

    local function journal_text(log)
      local entries <close> = assert(require("host.journal").open {
        unit = log.unit, invocation = log.invocation, restarts = true, after = log.after, boot = log.boot,
      })
      local out = {}
      for entry in function() return (entries:next()) end do out[#out + 1] = entry.text .. "\n" end
      return table.concat(out)
    end

    local function console(name)
      local log = backend:log(name)
      if log and log.kind == "journal" then return journal_text(log) end
      local folder = log and fs.root(log.path:match("^(.*)/"))
      return folder and folder:read(log.path:match("[^/]*$"), 1 << 24) or ""
    end

    local function says(name, text)
      eventually("the console says " .. text, function() return console(name):find(text, 1, true) end)
    end

    it("starts a server, says so, and stops it", function()
      local name = host:instance {}
      assert.equal("stopped", backend:status(name).state)
      assert.is_true(backend:start(name))
      local status = backend:status(name)
      assert.equal("running", status.state)
      assert.equal("active", status.active)
      assert.equal("running", status.sub)
      assert.matches("^%x+$", status.invocation)
      assert.equal(32, #status.invocation)
      assert.is_true(status.pid > 0)
      assert.is_true(status.since > 1600000000000)
      assert.is_true(status.memory > 0)
      assert.is_true(status.cpu_usec >= 0)
      says(name, "up on port " .. host.port)
      assert.is_true(backend:stop(name))
      assert.equal("stopped", backend:status(name).state)
      says(name, "asked to end")
      assert.is_false(fixture.alive(status.pid))
    end)

    it("succeeds at starting a running server and at stopping a stopped one", function()
      local name = host:instance {}
      assert.is_true(backend:start(name))
      local before = backend:status(name).invocation
      assert.is_true(backend:start(name))
      assert.equal(before, backend:status(name).invocation)
      assert.is_true(backend:stop(name))
      assert.is_true(backend:stop(name))
      assert.is_true(backend:stop("never-was"))
    end)

    it("shows the game the layers in order, and only its upper layer is written", function()
      local name = host:instance { layers = { "high", "low" } }
      host.dir:mkdirs("overlays/high/left4dead2")
      host.dir:mkdirs("overlays/low/left4dead2")
      host.dir:write("overlays/high/left4dead2/both.txt", "from high")
      host.dir:write("overlays/low/left4dead2/both.txt", "from low")
      host.dir:write("overlays/low/left4dead2/low.txt", "from low")
      assert.is_true(backend:start(name))
      says(name, "both=from high low=from low")
      says(name, "wrote")
      assert.equal("by the game", host.dir:read("runtime/" .. name .. "/upper/left4dead2/written.txt", 100))
      assert.is_nil(host.dir:stat("installation/left4dead2/written.txt"))
    end)

    it("hands the game its port, address and arguments", function()
      local name = host:instance { arguments = { "-tickrate", "60", "two words" } }
      assert.is_true(backend:start(name))
      says(name, ("args: [-game] [left4dead2] [-norestart] [+hostport] [%d] [+ip] [0.0.0.0] "
        .. "[-tickrate] [60] [two words]"):format(host.port))
    end)

    it("gives each start a run and a log of its own", function()
      local name = host:instance {}
      assert.is_true(backend:start(name))
      says(name, "up on port")
      local first = backend:status(name).invocation
      assert.is_true(backend:stop(name))
      assert.is_true(backend:start(name))
      assert.not_equal(first, backend:status(name).invocation)
      says(name, "up on port")
      assert.equal(1, select(2, console(name):gsub("up on port", "")))
    end)

    it("starts a crashed game again, and its log goes on where the crash was", function()
      local name = host:instance { arguments = { "crash-once" } }
      assert.is_true(backend:start(name))
      says(name, "second life")
      eventually("running again", function() return backend:status(name).state == "running" end)
      assert.equal(2, select(2, console(name):gsub("args: ", "")))
    end)

    it("gives a game up that crashes again and again", function()
      local name = host:instance { arguments = { "crash-always" } }
      backend:start(name)
      eventually("giving up", function() return backend:status(name).active == "failed" end)
      assert.equal("stopped", backend:status(name).state)
    end)

    it("takes a clean exit as the end", function()
      local name = host:instance { arguments = { "exit-clean" } }
      backend:start(name)
      eventually("the end", function() return backend:status(name).state == "stopped" end)
      assert.equal("inactive", backend:status(name).active)
    end)

    it("kills a game that does not end when asked", function()
      local name = host:instance { arguments = { "stubborn" } }
      backend = open(host, 200)
      assert.is_true(backend:start(name))
      says(name, "up on port")
      local pid = backend:status(name).pid
      assert.is_true(backend:stop(name))
      assert.is_false(fixture.alive(pid))
      assert.equal("stopped", backend:status(name).state)
    end)

    it("refuses a port in use and names it", function()
      local name = host:instance {}
      local taken <close> = assert(sock.tcp_listen("0.0.0.0", host.port))
      local ok, message = backend:start(name)
      assert.is_nil(ok)
      assert.matches("port " .. host.port, message, 1, true)
      assert.equal(host.port, taken:local_port())
    end)

    it("says how to install when there is no installation", function()
      local name = host:instance {}
      host.dir:remove_tree("installation")
      local ok, message = backend:start(name)
      assert.is_nil(ok)
      assert.matches("l4d2ctl install", message, 1, true)
    end)

    it("notices what changed since it was last asked", function()
      local name = host:instance { name = "watched" }
      backend:watch()
      assert.is_nil(backend:watch()[name])
      assert.is_true(backend:start(name))
      assert.equal("status", backend:watch()[name])
      says(name, "wrote")
      backend:watch()
      eventually("quiet", function() return backend:watch()[name] == nil end)
      backend:stop(name)
      assert.equal("status", backend:watch()[name])
    end)

    it("forgets a server's log and status, also twice", function()
      local name = host:instance {}
      assert.is_true(backend:start(name))
      assert.is_true(backend:stop(name))
      assert.is_true(backend:forget(name))
      assert.is_true(backend:forget(name))
      assert.is_nil(backend:log(name))
      assert.same({}, host.dir:list("logs/servers"))
    end)
  end)
end
