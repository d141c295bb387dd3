-- The promises of the threat model, tried on the whole product: what a crash may not take away.
local a2s = require "spec.support.a2s_client"
local fs = require "host.fs"
local product = require "spec.support.product"
local rcon = require "spec.support.rcon_client"
local service = require "spec.support.service"

local function password(one, server)
  return one.directory:read(("instances/%d/server.cfg"):format(server.id), 65536):match('rcon_password "([^"]+)"')
end

local function newest_log(one, server)
  local folder, newest = ("logs/servers/%d"):format(server.id), nil
  for _, entry in ipairs(one.directory:list(folder)) do
    local stat = one.directory:stat(folder .. "/" .. entry.name)
    if stat.type == "file" and (not newest or stat.mtime >= newest.mtime) then
      newest = { path = folder .. "/" .. entry.name, mtime = stat.mtime }
    end
  end
  return one.directory:read(newest.path, 1 << 24)
end

describe("kill -9 of the service", function()
  it("stops no game server, loses nothing of its log, and the next service takes it up again", function()
    local one <close> = service.start()
    local server = product.server(one, "survivor")
    product.operate(one, server, "start")
    service.eventually("an A2S answer", function() return a2s.info("127.0.0.1", server.port, 100) end)
    one:stop("KILL")
    local console = assert(rcon.open("127.0.0.1", server.port, password(one, server)))
    assert(console:command("say written while no service ran"))
    console:close()
    service.eventually("the line in the log", function()
      return newest_log(one, server):find("written while no service ran", 1, true)
    end)
    one:serve()
    product.seen(one, server, "running")
    local text = one:api("GET", ("/servers/%d/log"):format(server.id), nil, 200)
    assert.truthy(text:find("written while no service ran", 1, true))
    product.operate(one, server, "stop")
    product.seen(one, server, "stopped")
    assert.is_nil(a2s.info("127.0.0.1", server.port, 50))
  end)

  it("leaves a running build lost, its finished lines kept and none of its processes alive", function()
    local one <close> = service.start { demo_game = false }
    local overlay = one:api("POST", "/overlays", { name = "long", type = "script" }, 201)
    local job = one:api("POST", ("/overlays/%d/script"):format(overlay.id),
      { script = "echo the first line; (trap '' TERM; sleep 987) & sleep 987" }, 202)
    service.eventually("the first line", function()
      return product.log(one, job):find("the first line", 1, true)
    end)
    one:stop("KILL")
    one:serve()
    assert.equal("lost", one:finished(job).state)
    assert.truthy(product.log(one, job):find("the first line", 1, true))
    service.eventually("the end of the build's processes", function()
      return #product.processes("sleep 987") == 0
    end)
    local again = one:finished(one:api("POST", ("/overlays/%d/script"):format(overlay.id), { script = "true" }, 202))
    assert.equal("succeeded", again.state)
  end)

  it("at any moment leaves a database that opens and passes its check", function()
    local one <close> = service.start { demo_game = false }
    local overlay = product.overlay(one, "busy", "echo built")
    for round = 1, 6 do
      for _ = 1, round do one:api("POST", ("/overlays/%d/build"):format(overlay.id), {}) end
      one:stop("KILL")
      one:serve()
    end
    local checked = one:run("left4me", "check")
    assert.truthy(checked.stdout:lower():find("database", 1, true))
    service.eventually("an idle service", function()
      for _, job in ipairs(one:api("GET", "/jobs", nil, 200).jobs) do
        if job.state == "queued" or job.state == "running" or job.state == "cancelling" then return false end
      end
      return true
    end)
  end)
end)

describe("A server", function()
  it("keeps its upper directory through stop and start and loses it only by reset", function()
    local one <close> = service.start()
    local server = product.server(one, "keeper")
    product.operate(one, server, "start")
    product.operate(one, server, "stop")
    local upper = ("runtime/%d/upper/left4dead2/kept.txt"):format(server.id)
    one.directory:write(upper, "written by the owner")
    product.operate(one, server, "start")
    product.operate(one, server, "stop")
    assert.equal("written by the owner", one.directory:read(upper, 100))
    product.operate(one, server, "reset")
    assert.is_nil(one.directory:stat("runtime/" .. server.id))
  end)

  it("leaves no process, mount or file after delete", function()
    local one <close> = service.start()
    local server = product.server(one, "gone")
    product.operate(one, server, "start")
    product.operate(one, server, "delete")
    local _, status = one:api("GET", "/servers/" .. server.id)
    assert.equal(404, status)
    for _, folder in ipairs { "instances", "runtime", "logs/servers" } do
      assert.is_nil(one.directory:stat(folder .. "/" .. server.id), folder)
    end
    assert.same({}, product.processes("supervise.*" .. one.root))
    assert.same({}, product.processes("srcds_linux.*" .. server.port))
    local mounts = assert(fs.root("/proc/self")):read("mountinfo", 1 << 20)
    assert.is_nil(mounts:find(one.root, 1, true))
  end)

  it("that crashes is started again, and given up after five starts in a minute", function()
    local one <close> = service.start()
    local server = product.server(one, "crasher", { arguments = { "+map c1m1_hotel", "-standin-crash-after 200" } })
    product.operate(one, server, "start")
    local first = one.directory:read(("run/servers/%d.json"):format(server.id), 65536)
    service.eventually("a restart", function()
      return one.directory:read(("run/servers/%d.json"):format(server.id), 65536) ~= first
    end)
    product.operate(one, server, "stop")
    product.seen(one, server, "stopped")
  end)
end)
