-- Streams of a unit's journal: events and text of one run, resumed exactly, cut, harmless, ended with the right to it.
local echo = require "spec.support.echo"
local http = require "spec.support.http_client"
local journal = require "host.journal"
local journal_files = require "spec.support.journal_files"

describe("The stream of a journal", function()
  local server, files
  setup(function() server = echo.start { workers = 80, streams = 64, pool = 1 } end)
  teardown(function() server:close() end)
  before_each(function() files = journal_files.new() end)
  after_each(function() files:remove() end)

  local function line(text, fields)
    local entry = { MESSAGE = text, _SYSTEMD_UNIT = "game.service", PRIORITY = 6, _PID = 700 }
    for name, value in pairs(fields or {}) do entry[name] = value end
    return entry
  end

  local function said(text)
    return { MESSAGE = text, _PID = 1, _SYSTEMD_UNIT = "init.scope", UNIT = "game.service", PRIORITY = 6 }
  end

  local function address(query, headers)
    return ("/journal?directory=%s&%s"):format(files.path, query or ""), headers
  end

  local function open(query, headers)
    return http.events(server.address, address(query), { headers = headers })
  end

  -- What a stream shows until the line "end".
  local function shown(query, headers)
    local stream = open(query, headers)
    local out = {}
    for event in stream.next do
      assert.equal("stdout", event.event)
      if event.data == "end" then break end
      out[#out + 1] = event.data
    end
    stream.close()
    return out
  end

  local function text(query)
    return server:get((address("follow=no&" .. (query or "")))).body
  end

  it("has an event for each line, systemd's own words marked", function()
    files:add { said "Starting it.", line "one", { MESSAGE = "x", _SYSTEMD_UNIT = "other.service" }, line "",
      line "end" }
    local stream = open()
    assert.equal("text/event-stream", stream.response.headers["content-type"])
    stream.close()
    assert.same({ "[systemd] Starting it.", "one", "" }, shown())
    assert.equal("[systemd] Starting it.\none\n\nend\n", text())
    assert.equal("text/plain; charset=utf-8", server:get(address "follow=no").headers["content-type"])
  end)

  it("begins no further back than it is asked to, unless it goes on", function()
    files:add { line "one, some time ago", line "two", line "three" }
    local stream = open()
    local first = stream.next().id
    stream.close()
    files:add { line "end" }
    assert.same({ "three" }, shown "tail=20")
    assert.same({ "two", "three" }, shown("tail=20&from=" .. first))
    assert.same({ "one, some time ago", "two", "three" }, shown "tail=0")
  end)

  it("tells of bells beside its lines, and goes on telling of them after its end", function()
    local topic, bell = echo.fresh "journal:", echo.fresh "of:"
    files:add { line "one" }
    local stream = open(("topic=%s&topics=%s"):format(topic, bell))
    assert.equal("one", stream.next().data)
    server:get("/ring?topic=" .. bell)
    assert.equal(bell, stream.next().data)
    server:get("/close?topic=" .. topic .. "&text=over")
    assert.equal("end", stream.next().event)
    server:get("/ring?topic=" .. bell)
    assert.equal(bell, stream.next().data)
    stream.close()
  end)

  it("brings what is printed while it is open, over a rotation too", function()
    files:add { line "one" }
    local stream = open()
    assert.equal("one", stream.next().data)
    files:add { line "two" }
    assert.equal("two", stream.next().data)
    files:rotate()
    files:add { line "three" }
    assert.equal("three", stream.next().data)
    stream.close()
  end)

  it("waits for the first line of a journal that has none yet", function()
    local stream = open()
    files:add { line "one" }
    assert.equal("one", stream.next().data)
    stream.close()
  end)

  it("numbers its events by the cursor, where a later stream goes on exactly", function()
    files:add { line "one", line "two", said "Stopped it.", line "three", line "end" }
    local stream = open()
    stream.next()
    local second = stream.next()
    stream.close()
    assert.is_true(journal.is_cursor(second.id))
    assert.same({ "[systemd] Stopped it.", "three" }, shown("from=" .. second.id))
  end)

  it("shows one run, and is led into no earlier one", function()
    files:add { line "old", line "older than the run" }
    local stream = open()
    local old = stream.next().id
    stream.close()
    local after = journal.cursor(files.path)
    files:add { line "new", line "end" }
    assert.same({ "new" }, shown("after=" .. after))
    assert.same({ "new" }, shown(("after=%s&from=%s"):format(after, old)))
    assert.same({ "new" }, shown(("after=%s&from=%s"):format(after, after)))
    assert.equal("new\nend\n", text(("after=%s&from=%s"):format(after, old)))
  end)

  it("shows one invocation or one boot, whatever place it is asked for", function()
    local first, second = ("1"):rep(32), ("2"):rep(32)
    local function both(name, kind)
      files:add { line("old", { [kind] = first }), line("new", { [kind] = second }), line("end", { [kind] = second }) }
      local stream = open(name .. "=" .. first)
      local old = stream.next().id
      stream.close()
      assert.same({ "new" }, shown(name .. "=" .. second))
      assert.same({ "new" }, shown(("%s=%s&from=%s"):format(name, second, old)))
    end
    both("invocation", "_SYSTEMD_INVOCATION_ID")
    files:remove()
    files = journal_files.new()
    both("boot", "_BOOT_ID")
  end)

  it("shows what an invocation began, and goes on through a restart", function()
    local first, second = ("1"):rep(32), ("2"):rep(32)
    files:add { line("old"), line("new", { _SYSTEMD_INVOCATION_ID = first }) }
    local stream = open("invocation=" .. first)
    assert.equal("new", stream.next().data)
    files:add { line("again", { _SYSTEMD_INVOCATION_ID = second }) }
    assert.equal("again", stream.next().data)
    stream.close()
  end)

  it("begins anew when asked to go on at a place that is none, or that is gone", function()
    files:add { line "one", line "end" }
    local cursor = journal.cursor(files.path)
    for _, from in ipairs { "17", "../../etc/passwd", cursor .. ";x=1", "s=1", (cursor:gsub("i=%x+", "i=ffffffff")),
      (cursor:gsub("s=%x", "s=%%20")), (cursor:gsub("t=%x+", "t=ffffffffffffffff")),
      (cursor:gsub("s=%x+", "s=" .. ("0"):rep(32))) } do
      assert.same({ "one" }, shown("from=" .. from), from)
    end
  end)

  it("keeps its framing whatever was printed", function()
    files:add { line "a\rb", line "c\r", line "\xffd\xc3\xed", line "ünï€😀", line "\27[31mred", line "data: x",
      line "two\n\nevent: end\ndata: lines", line "id: 1\n", line "n\0l", line "end" }
    assert.same({ "a b", "c", "\xEF\xBF\xBDd\xEF\xBF\xBD\xEF\xBF\xBD", "ünï€😀", "\27[31mred", "data: x",
      "two  event: end data: lines", "id: 1 ", "nl" }, shown())
  end)

  it("joins what journald broke, and cuts it at 4096 bytes, not within a character", function()
    local unit = "é"
    files:add {
      line("one ", { _LINE_BREAK = "line-max" }), line "line", line("not", { _LINE_BREAK = "pid-change" }),
      line "broken",
      line(("x"):rep(4096)), line(("x"):rep(4097)),
      line(("x"):rep(4095) .. unit), line(("x"):rep(4095) .. unit .. "x"),
      line(("y"):rep(49152), { _LINE_BREAK = "line-max" }), line(("y"):rep(49152), { _LINE_BREAK = "line-max" }),
      line "rest", line(("z"):rep(4000), { _LINE_BREAK = "line-max" }), line(("z"):rep(200)), line "end",
    }
    assert.same({
      "one line", "not", "broken", ("x"):rep(4096), ("x"):rep(4096) .. " … [cut]", ("x"):rep(4095) .. unit,
      ("x"):rep(4095) .. unit .. " … [cut]", ("y"):rep(4096) .. " … [cut]", ("z"):rep(4096) .. " … [cut]",
    }, shown())
  end)

  it("shows a line that was left open once systemd says what became of the unit, or when it is had as text", function()
    files:add { line("half", { _LINE_BREAK = "line-max" }), said "Killed it.",
      line("open", { _LINE_BREAK = "line-max" }) }
    assert.equal("half\n[systemd] Killed it.\nopen\n", text())
    files:add { line "ed", line "end" }
    assert.same({ "half", "[systemd] Killed it.", "opened" }, shown())
  end)

  it("has the newest 64 MiB of a long run only", function()
    local big = require("host.crypto").random(1 << 20)
    local entries = { line "old" }
    for i = 1, 70 do entries[i + 1] = line(i .. " " .. big) end
    files:add(entries)
    files:add { line "end" }
    local numbers = {}
    for number in text():gmatch("%f[^\n\0](%d+) ") do numbers[#numbers + 1] = math.tointeger(number) end
    assert.same({ 64, 70 }, { #numbers, numbers[#numbers] })
  end)

  it("ends when the right to it is taken away, also while the request was answered, and with its topic", function()
    files:add { line "one" }
    local right, topic = echo.fresh("user:"), echo.fresh("server:")
    local stream = open(("revoke=%s&topic=%s"):format(right, topic))
    assert.equal("one", stream.next().data)
    server:get("/ring?topic=" .. right)
    assert.same({}, http.drain(stream))
    local second = open("topic=" .. topic)
    server:get("/close?topic=" .. topic .. "&text=deleted")
    assert.same({ "stdout one", "end deleted" }, http.drain(second))
  end)

  it("brings thousands of lines whole and in order to several readers", function()
    local entries, streams = {}, {}
    for i = 1, 3 do streams[i] = open() end
    for i = 1, 5000 do entries[i] = line(("line %d %s"):format(i, ("x"):rep(i % 200))) end
    files:add(entries)
    for _, stream in ipairs(streams) do
      for i = 1, 5000 do
        local data = stream.next().data
        if not data:find(("^line %d x*$"):format(i)) then assert.equal("line " .. i, data) end
      end
      stream.close()
    end
  end)

  it("is refused in words when there is no journal, and when it is described badly", function()
    local answer = server:get "/journal?directory=/none&x=y"
    assert.equal(503, answer.status)
    assert.matches("keeps no journal", answer.body, 1, true)
    assert.equal(503, server:get((address "unit=a%20b")).status)
    assert.equal(500, server:get((address("after=" .. ("x"):rep(300)))).status)
    assert.equal(500, server:get("/journal?directory=relative").status)
  end)
end)
