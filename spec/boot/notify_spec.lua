-- What `left4me serve` tells systemd: READY when it answers, WATCHDOG from the scheduler's loop, STOPPING.
local db = require "host.db"
local echo = require "spec.support.echo"
local http = require "spec.support.http_client"
local notify_socket = require "spec.support.notify_socket"
local product = require "spec.support.product"
local runtime = require "host.runtime"
local scratch = require "spec.support.scratch"
local service = require "spec.support.service"

describe("left4me serve under systemd", function()
  local place, heard
  before_each(function()
    place = scratch.new()
    heard = notify_socket.listen(place.path .. "/notify")
  end)
  after_each(function()
    heard:close()
    place:remove()
  end)

  local function environment(extra)
    local env = extra or {}
    env.NOTIFY_SOCKET, env.WATCHDOG_USEC = heard.path, "30000"
    return env
  end

  it("says READY when it answers, feeds the watchdog, and says STOPPING, once each", function()
    local one <close> = service.start { demo_game = false, env = environment() }
    local lines = heard:wait_for("^WATCHDOG=1$", 5)
    assert.equal(("READY=1 STATUS=Serves http://%s"):format(one.address), lines[1]:match "^READY.*" or lines[2])
    assert.equal(200, http.request(one.address, "GET", "/health").status)
    one:stop()
    lines = heard:wait_for "^STOPPING=1 STATUS=Stops"
    local count = {}
    for _, line in ipairs(lines) do
      local word = line:match "^%u+"
      count[word] = (count[word] or 0) + 1
    end
    assert.same({ 1, 1 }, { count.READY, count.STOPPING })
  end)

  it("does not hand the socket and the watchdog on to the children of jobs", function()
    local one <close> = service.start { demo_game = false, env = environment { WATCHDOG_PID = "1" } }
    local overlay = one:api("POST", "/overlays", { name = "x", type = "script" }, 201)
    local job = one:api("POST", ("/overlays/%d/script"):format(overlay.id), { script = "echo begun; sleep 4242" }, 202)
    service.eventually("the build", function() return product.log(one, job):find("begun", 1, true) end)
    local d <close> = assert(db.open(one.root .. "/left4me.db", { readonly = true }))
    local file <close> = assert(io.open(("/proc/%d/environ"):format(d:row("SELECT pid FROM jobs").pid), "rb"))
    local text = file:read "a"
    assert.matches("LEFT4ME_ROOT=", text)
    assert.is_nil(text:match "NOTIFY_SOCKET" or text:match "WATCHDOG")
    one:api("POST", ("/jobs/%d/cancel"):format(job.id))
    one:finished(job)
  end)

  it("is silent once the scheduler hangs, though requests are answered", function()
    local argv = { "env", "NOTIFY_SOCKET=" .. heard.path, "WATCHDOG_USEC=30000" }
    local server <close> = echo.start({ scheduler = "spec.support.hanging_scheduler" }, argv)
    local lines = heard:wait_for "^STATUS=has hung$"
    assert.equal("hello\n", server:get("/hello").body)
    assert.same({ "WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1", "STATUS=hangs", "STATUS=has hung" }, lines)
  end)

  it("serves though nobody listens at the socket, and says so", function()
    local env = environment()
    env.NOTIFY_SOCKET = place.path .. "/nobody"
    local one <close> = service.start { demo_game = false, env = env }
    service.eventually("the line about it", function() return one:log():find "left4me: tell systemd: [%a ]+\n" end)
  end)
end)

describe("host.runtime.notify", function()
  it("says that nobody asked without a NOTIFY_SOCKET, and raises at what is no text", function()
    assert.is_nil(runtime.getenv "NOTIFY_SOCKET")
    assert.is_false(runtime.notify "READY=1")
    assert.has_error(function() runtime.notify "READY=1\0" end)
    assert.has_error(function() runtime.notify() end)
  end)
end)
