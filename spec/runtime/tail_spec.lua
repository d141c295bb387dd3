-- One log, many readers: each gets the same lines from its own place, whoever else reads, and little is held for them.
local echo = require "spec.support.echo"
local http = require "spec.support.http_client"
local proc = require "host.proc"
local runtime = require "host.runtime"
local service = require "spec.support.service"

local function numbered(from, to)
  local lines = {}
  for i = from, to do lines[#lines + 1] = ("1 O line %d of many, all of them different\n"):format(i) end
  return table.concat(lines)
end

local function open_raw(server, path)
  local connection = http.open(server.address)
  connection:send(http.render("GET", path, {}))
  assert(connection:head().status == 200)
  return connection
end

describe("The readers of one log", function()
  local server
  setup(function() server = echo.start { streams = 40, workers = 48 } end)
  teardown(function() server:close() end)

  local function follow(name, topic, query)
    return http.events(server.address, ("/log?path=%s&topic=%s&%s"):format(name, topic, query or ""))
  end

  it("follow it each from its own place while it grows", function()
    local name, topic = echo.fresh("log"), echo.fresh("job:")
    server:write(name, "1 O one\n1 O two\n")
    local first, second, third = follow(name, topic), follow(name, topic, "from=8"), follow(name, topic, "from=16")
    assert.equal("one", first.next().data)
    assert.equal("two", first.next().data)
    assert.equal("two", second.next().data)
    server:write(name, "1 O three\n", "ab")
    server:get("/ring?topic=" .. topic)
    for _, stream in ipairs { first, second, third } do
      local event = stream.next()
      assert.equal("three", event.data)
      assert.equal("26", event.id)
    end
    server:write(name, "1 O four\n", "ab")
    server:get("/close?topic=" .. topic .. "&text=done")
    for _, stream in ipairs { first, second, third } do
      assert.same({ "stdout four", "end done" }, http.drain(stream))
    end
  end)

  it("get the same bytes, be they early, late or slow", function()
    local name, topic = echo.fresh("log"), echo.fresh("job:")
    local path = ("/log?path=%s&topic=%s"):format(name, topic)
    local slow, early, taken = open_raw(server, path), open_raw(server, path), {}
    local late = {}
    for block = 1, 10 do
      server:write(name, numbered(block * 8000, block * 8000 + 7999), "ab")
      server:get("/ring?topic=" .. topic)
      if block % 3 == 0 then late[#late + 1] = open_raw(server, path) end
      taken[block] = early:take_until(("line %d of"):format(block * 8000 + 7999))
    end
    server:get("/close?topic=" .. topic .. "&text=done")
    local expected = table.concat(taken) .. early:take_all()
    assert.equal(80000, select(2, expected:gsub("\ndata: line %d", "")))
    for _, connection in ipairs { slow, table.unpack(late) } do
      assert.is_true(connection:take_all() == expected)
      connection:close()
    end
    early:close()
  end)

  it("see half a line only when the log has ended, or as text; for the others it still grows", function()
    local name, topic = echo.fresh("log"), echo.fresh("job:")
    server:write(name, "1 O one\n1 O thr")
    local stream = follow(name, topic)
    assert.equal("one", stream.next().data)
    local other = follow(name, topic)
    assert.same({ "stdout one", "stdout thr", "end x" },
      http.drain(http.events(server.address, ("/log?path=%s&ended=x"):format(name))))
    assert.equal("one\nthr\n", server:get(("/log?path=%s&kind=text"):format(name)).body)
    server:write(name, "ee\n", "ab")
    server:get("/close?topic=" .. topic .. "&text=done")
    assert.same({ "stdout three", "end done" }, http.drain(stream))
    assert.same({ "stdout one", "stdout three", "end done" }, http.drain(other))
  end)

  it("may read it in several formats at once", function()
    local name, topic = echo.fresh("log"), echo.fresh("job:")
    server:write(name, "1 E one\n")
    local tagged, plain = follow(name, topic), follow(name, topic, "format=plain")
    local event = tagged.next()
    assert.same({ "stderr", "one" }, { event.event, event.data })
    assert.equal("1 E one", plain.next().data)
    assert.equal("one\n", server:get(("/log?path=%s&kind=text"):format(name)).body)
    tagged.close()
    plain.close()
  end)

  it("of a file put in its place see that one, the earlier ones the one they opened", function()
    local name, topic = echo.fresh("log"), echo.fresh("job:")
    server:write(name, "1 O old\n")
    local old = follow(name, topic)
    assert.equal("old", old.next().data)
    os.rename(server.directory .. "/" .. name, server.directory .. "/" .. name .. ".old")
    server:write(name, "1 O new\n")
    local new = follow(name, topic)
    assert.equal("new", new.next().data)
    server:write(name .. ".old", "1 O still old\n", "ab")
    server:get("/close?topic=" .. topic .. "&text=done")
    assert.same({ "stdout still old", "end done" }, http.drain(old))
    assert.same({ "end done" }, http.drain(new))
  end)

  it("lose one of them, and go on", function()
    local name, topic, right = echo.fresh("log"), echo.fresh("job:"), echo.fresh("user:")
    server:write(name, "1 O one\n")
    local stays, leaves, shut = follow(name, topic), follow(name, topic), follow(name, topic, "revoke=" .. right)
    for _, stream in ipairs { stays, leaves, shut } do assert.equal("one", stream.next().data) end
    leaves.close()
    server:get("/ring?topic=" .. right)
    assert.same({}, http.drain(shut))
    server:write(name, "1 O two\n", "ab")
    server:get("/close?topic=" .. topic .. "&text=done")
    assert.same({ "stdout two", "end done" }, http.drain(stays))
  end)

  local function times_open(name)
    local listing = assert(proc.run { argv = { "ls", "-l", ("/proc/%d/fd"):format(server.child:pid()) } })
    return select(2, listing.stdout:gsub("/" .. name .. "\n", ""))
  end

  it("share one descriptor, and leave none", function()
    local name, topic, streams = echo.fresh("log"), echo.fresh("job:"), {}
    server:write(name, "1 O one\n")
    for i = 1, 8 do
      streams[i] = follow(name, topic)
      assert.equal("one", streams[i].next().data)
    end
    assert.equal(1, times_open(name))
    server:get("/close?topic=" .. topic .. "&text=done")
    for _, stream in ipairs(streams) do http.drain(stream) end
    service.eventually("the log to be closed", function() return times_open(name) == 0 end)
  end)

  local function resident_bytes()
    local file <close> = assert(io.open(("/proc/%d/statm"):format(server.child:pid())))
    return math.tointeger(file:read("a"):match("^%d+ (%d+)")) * 4096
  end

  it("make the service hold little, when they are many that read nothing of many large logs", function()
    local slow, before = {}, resident_bytes()
    local text = numbered(1, 300000)
    for i = 1, 20 do
      local name = echo.fresh("large")
      server:write(name, text)
      slow[i] = http.events(server.address, ("/log?path=%s&ended=x"):format(name))
    end
    assert.equal("hello\n", server:get("/hello").body)
    local limit = runtime.executable:find("/asan/", 1, true) and 256 or 32 -- a sanitizer keeps what was freed
    assert.is_true(resident_bytes() - before < limit << 20)
    for _, stream in ipairs(slow) do stream.close() end
  end)
end)
