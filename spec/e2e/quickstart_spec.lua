-- deploy/quickstart in the foreground: the first start sets everything up, a later one finds it as it was left.
local fs = require "host.fs"
local http = require "spec.support.http_client"
local proc = require "host.proc"
local runtime = require "host.runtime"
local service = require "spec.support.service"

local QUICKSTART = runtime.share_dir .. "/deploy/quickstart"
local BUILD_MS = 300000

describe("deploy/quickstart", function()
  local root, child, said, address
  before_each(function() root = service.temporary_directory() end)

  local function left4me(...)
    local argv = { runtime.share_dir .. "/build/left4me", ... }
    table.move({ "--root", root .. "/state" }, 1, 2, #argv + 1, argv)
    local result = assert(proc.run { argv = argv, timeout_ms = 20000 })
    assert.equal(0, result.code, result.stderr)
    return result.stdout
  end

  local function read(stream)
    local data = child:read(stream, 65536)
    while data do
      said, data = said .. data, child:read(stream, 65536)
    end
  end

  local function start()
    said = ""
    child = assert(proc.spawn {
      argv = { QUICKSTART, "--root", root .. "/state", "--listen", "127.0.0.1:0" }, stdin = "null", stdout = "pipe",
      stderr = "pipe", session = true,
    })
    address = service.eventually("the address", function()
      read "stdout"
      read "stderr"
      assert(not child:wait(), said)
      return said:match("Open http://([%d.:]+) ")
    end, BUILD_MS)
  end

  local function stop(signal)
    child:kill(signal)
    local ended = service.eventually("its end", function() return child:wait() end)
    child:close()
    child = nil
    assert.same({ kind = "exit", code = 0 }, ended)
    assert.has_error(function() http.request(address, "GET", "/health") end)
  end

  after_each(function()
    if child then
      child:kill("KILL", { group = true })
      child:close()
    end
    proc.run { argv = { "rm", "-rf", "--", root }, timeout_ms = 20000 }
  end)

  it("makes an admin, examples and a blueprint once, and keeps what people made of them", function()
    start()
    local password = said:match("Password %(shown only now%): (%S+)")
    assert.is_string(password)
    local token = left4me("token", "create", "admin"):match("l4m_[%w_-]+")
    local function api(method, path, body)
      return http.request(address, method, "/api/v1" .. path,
        { json = body, headers = { Authorization = "Bearer " .. token } }).json
    end
    assert.equal("Demo", api("GET", "/blueprints").blueprints[1].name)
    local examples = api("GET", "/overlays").overlays
    assert.equal(2, #examples)
    assert.is_nil(api("POST", ("/overlays/%d/script"):format(examples[1].id), { script = "echo mine" }).error)
    stop "TERM"

    start()
    assert.is_nil(said:find("Password", 1, true))
    assert.equal("echo mine", api("GET", "/overlays/" .. examples[1].id).script)
    assert.equal(1, #api("GET", "/blueprints").blueprints)
    stop "INT"
  end)

  it("that was interrupted before there was an admin makes one the next time", function()
    left4me "migrate"
    start()
    assert.matches("Password %(shown only now%): %S+", said)
    stop "TERM"
  end)

  it("leaves the rights of a directory that is there as they are", function()
    local directory = assert(fs.root(root))
    directory:mkdirs("state")
    directory:chmod("state", 493) -- 0755
    start()
    assert.equal(493, directory:stat("state").mode & 511)
    stop "TERM"
  end)
end)
