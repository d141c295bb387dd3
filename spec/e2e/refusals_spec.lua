-- What the whole product refuses at its start, and how it says so: one clear sentence with the way out.
local clock = require "host.clock"
local product = require "spec.support.product"
local ports = require "spec.support.ports"
local proc = require "host.proc"
local service = require "spec.support.service"
local sock = require "host.sock"

local function serve_argv(one)
  return { require("host.runtime").executable, "serve", "--root", one.root, "--listen", "127.0.0.1:0",
    "--backend", "standalone" }
end

local function serve_again(one)
  return assert(proc.run { argv = serve_argv(one), env = one.env, timeout_ms = 10000 })
end

local function spawn_serve(one)
  return assert(proc.spawn { argv = serve_argv(one), env = one.env, stdin = "null", stdout = "pipe" })
end

describe("A second service on one root", function()
  it("refuses to start and names the first one's process and address", function()
    local one <close> = service.start { demo_game = false }
    local second = serve_again(one)
    assert.equal("exit", second.kind)
    assert.not_equal(0, second.code)
    assert.truthy(second.stderr:find(tostring(one.process:pid()), 1, true), second.stderr)
    assert.truthy(second.stderr:find(one.address, 1, true), second.stderr)
  end)

  it("starts when the first was killed while it made a child, which holds the lock for a moment more", function()
    local one <close> = service.start { demo_game = false, serve = false }
    local NOBODY <const> = "process 2147483647"
    local lock = assert(one.directory:lock("serve.lock", NOBODY))
    local refused = serve_again(one)
    assert.not_equal(0, refused.code)
    assert.truthy(refused.stderr:find(NOBODY, 1, true), refused.stderr)
    local second <close> = spawn_serve(one)
    service.eventually("the second to look at the directory", function()
      return product.processes("serve --root " .. one.root)[1]
    end)
    lock:close()
    service.eventually("its start", function()
      assert.is_nil((second:wait()))
      return (second:read("stdout", 4096) or ""):find("left4me serves", 1, true)
    end)
    second:kill("TERM")
    service.eventually("its end", function() return second:wait() end)
  end)
end)

describe("A database", function()
  it("from a newer version is refused", function()
    local one <close> = service.start { demo_game = false, serve = false }
    local d = assert(require("host.db").open(one.root .. "/left4me.db", {}))
    d:exec("PRAGMA user_version = 9999")
    d:close()
    local refused = serve_again(one)
    assert.not_equal(0, refused.code)
    assert.truthy(refused.stderr:find("newer", 1, true), refused.stderr)
  end)

  it("that is corrupted is refused, with the way to the last backup", function()
    local one <close> = service.start { demo_game = false, serve = false }
    assert(one.directory:mkdirs("backups"))
    assert.equal(0, one:run("left4me", "backup", one.root .. "/backups/before.db").code)
    local file = assert(io.open(one.root .. "/left4me.db", "r+b"))
    file:seek("set", 0)
    file:write(("garbage "):rep(2000))
    file:close()
    local refused = serve_again(one)
    assert.not_equal(0, refused.code)
    assert.truthy(refused.stderr:find("before.db", 1, true), refused.stderr)
  end)
end)

describe("A start", function()
  it("without an installation fails and says how to install", function()
    local one <close> = service.start { demo_game = false }
    local server = product.server(one, "no game")
    local job = product.operate(one, server, "start", "failed")
    assert.truthy(product.log(one, job):find("l4d2ctl install", 1, true), product.log(one, job))
  end)

  it("on a port in use fails and names the port", function()
    local one <close> = service.start()
    local port = ports.free()
    local taken <close> = assert(sock.udp("0.0.0.0", port))
    assert.equal(port, taken:local_port())
    local server = product.server(one, "taken", { port = port })
    local job = product.operate(one, server, "start", "failed")
    assert.truthy(product.log(one, job):find(tostring(port), 1, true), product.log(one, job))
  end)
end)

describe("A full disk", function()
  local function on_small_disk(run)
    if select(2, require("host.runtime").ids()) ~= 0 then
      pending("mounting a small tmpfs needs root")
      return
    end
    local directory = service.temporary_directory()
    assert.equal(0, proc.run { argv = { "mount", "-t", "tmpfs", "-o", "size=12m", "left4me-spec", directory },
      timeout_ms = 5000 }.code)
    local ok, err = xpcall(run, debug.traceback, directory)
    proc.run { argv = { "umount", "-l", directory }, timeout_ms = 5000 }
    proc.run { argv = { "rmdir", directory }, timeout_ms = 5000 }
    assert(ok, err)
  end

  it("during a build fails the build, and the service goes on when there is room again", function()
    on_small_disk(function(directory)
      local one <close> = service.start { demo_game = false, root = directory }
      local overlay, job = product.overlay(one, "hungry", "head -c 100M /dev/zero > big")
      assert.equal("failed", job.state)
      one:run("left4me", "check")
      local file = one.directory:stat(("overlays/%d/big"):format(overlay.id))
      if file then assert(one.directory:remove(("overlays/%d/big"):format(overlay.id))) end
      local again = one:finished(one:api("POST", ("/overlays/%d/script"):format(overlay.id),
        { script = "echo small > small" }, 202))
      assert.equal("succeeded", again.state)
    end)
  end)

  it("during a database write is said clearly, loses nothing, and the database opens again", function()
    on_small_disk(function(directory)
      local one <close> = service.start { demo_game = false, root = directory }
      assert.equal(0, proc.run { argv = { "sh", "-c", 'head -c 20M /dev/zero > "$0/filler"; true', directory },
        timeout_ms = 10000 }.code)
      local refused
      local deadline = clock.monotonic() + 10000
      repeat
        local answer, status = one:api("POST", "/blueprints", { name = "b" .. clock.monotonic_ns(),
          overlays = require("host.json").array {}, config = { ("x"):rep(900) } })
        refused = status ~= 201 and { answer = answer, status = status }
      until refused or clock.monotonic() > deadline
      assert.truthy(refused, "the disk never filled")
      assert.truthy(refused.status == 507 or refused.status == 503, refused.status)
      assert.truthy(refused.answer.error.message)
      assert(one.directory:remove("filler"))
      one:api("POST", "/blueprints", { name = "there is room again", overlays = require("host.json").array {} }, 201)
    end)
  end)
end)
