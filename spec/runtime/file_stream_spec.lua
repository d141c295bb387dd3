-- Files as streams: every byte of a regular file beneath its directory, and nothing else whatever was planted there.
local echo = require "spec.support.echo"
local http = require "spec.support.http_client"
local proc = require "host.proc"
local service = require "spec.support.service"

local function shell(directory, script)
  local result = assert(proc.run { argv = { "bash", "-ec", script }, cwd = directory, timeout_ms = 20000 })
  assert.same({ "exit", 0 }, { result.kind, result.code })
end

local function escaped(path)
  return (path:gsub("[^%w._-]", function(byte) return ("%%%02X"):format(byte:byte()) end))
end

describe("The stream of a file", function()
  local server
  setup(function()
    server = echo.start { streams = 8, pool = 1 }
    shell(server.directory, [[
      mkdir -p 1/sub 11 empty
      echo canary | tee canary >11/canary
      printf 'a\0b\r\n' >1/sub/small; : >1/nothing
      head -c 3000000 /dev/urandom >1/large
      ln -s sub/small 1/link; ln -s ../canary 1/out; ln -s /etc/passwd 1/passwd; ln -s gone 1/dangling
      ln -s sub 1/way; ln -s loop 1/loop; mkfifo 1/pipe; ln -s 1 root]])
  end)
  teardown(function() server:close() end)

  local function ask(method, path, directory)
    return http.request(server.address, method, ("/download?directory=%s&path=%s"):format(directory or "1",
      escaped(path)))
  end

  it("has every byte and their number", function()
    local small = ask("GET", "sub/small")
    assert.same({ 200, "a\0b\r\n", "5", "application/octet-stream", "no-store" }, { small.status, small.body,
      small.headers["content-length"], small.headers["content-type"], small.headers["cache-control"] })
    local file <close> = assert(io.open(server.directory .. "/1/large", "rb"))
    assert.is_true(ask("GET", "large").body == file:read("a"))
    assert.same({ 200, "" }, { ask("GET", "nothing").status, ask("GET", "nothing").body })
  end)

  it("tells a HEAD how many they are", function()
    local head = ask("HEAD", "large")
    assert.same({ 200, "3000000" }, { head.status, head.headers["content-length"] })
  end)

  it("is not there for links, ways through links, directories, pipes and devices", function()
    for _, path in ipairs { "link", "out", "passwd", "dangling", "way/small", "loop", "loop/x", "pipe", "sub", ".",
      "gone", "sub/small/x", "sub/small/" } do
      assert.equal(404, ask("GET", path).status, path)
    end
    assert.equal(404, ask("GET", "sub/small", "root").status)
    assert.equal(404, ask("GET", "anything", "missing").status)
  end)

  it("is not there for whatever leads out of the directory", function()
    for _, path in ipairs { "../canary", "../11/canary", "sub/../../canary", "/etc/passwd",
      server.directory .. "/canary", "..", "../1/sub/small",
      "%2e%2e/canary", "..%2fcanary", "..\\canary", "\xc0\xae\xc0\xae/canary", "",
      ("a"):rep(4097), ("a/"):rep(3000) } do
      assert.equal(404, ask("GET", path).status, path:sub(1, 40))
    end
    assert.equal("canary\n", ask("GET", "canary", "11").body)
  end)

  it("takes no path with a NUL", function()
    assert.equal(500, ask("GET", "sub/small\0x").status)
  end)

  it("is whole or cut short, never longer than it said, when the file changes on the way", function()
    shell(server.directory, "head -c 8000000 /dev/zero >1/changing")
    for _, size in ipairs { "9000000", "10" } do
      local connection <close> = http.open(server.address)
      connection:send "GET /download?directory=1&path=changing HTTP/1.1\r\nHost: x\r\n\r\n"
      assert.truthy(connection:take_until("\r\n\r\n"):find("Content-Length: 8000000\r\n", 1, true))
      shell(server.directory, "truncate -s " .. size .. " 1/changing")
      assert.is_true(#connection:take_all() <= 8000000)
      shell(server.directory, "truncate -s 8000000 1/changing")
    end
  end)

  it("holds no state while its reader takes its time, and ends when the right to it does", function()
    shell(server.directory, "truncate -s 1G 1/slow")
    local readers = {}
    for i = 1, 8 do
      readers[i] = http.open(server.address)
      readers[i]:send "GET /download?directory=1&path=slow&revoke=user:7 HTTP/1.1\r\nHost: x\r\n\r\n"
      assert.truthy(readers[i]:take_until("\r\n\r\n"):find("200 OK", 1, true))
    end
    assert.equal("hello\n", server:get("/hello").body)
    assert.equal(503, ask("GET", "sub/small").status)
    server:get "/ring?topic=user:7"
    service.eventually("a free place", function() return ask("GET", "sub/small").status == 200 end)
    for _, reader in ipairs(readers) do reader:close() end
  end)
end)
