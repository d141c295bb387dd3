-- domain.rcon: packets, every segmentation of the stream, login, answers of many packets, lying sizes.
local rcon = require "domain.rcon"

local function packet(id, kind, body) return rcon.encode(id, kind, body or "") end

local function logged_in()
  local session = assert(rcon.session "secret")
  session:login()
  session:feed(packet(1, 0) .. packet(1, 2))
  assert.equal("ready", session.state)
  return session
end

describe("rcon.encode", function()
  it("writes size, id, type, body and two zeros", function()
    assert.equal("\16\0\0\0\7\0\0\0\2\0\0\0status\0\0", rcon.encode(7, rcon.EXECCOMMAND, "status"))
    assert.equal("\10\0\0\0\255\255\255\255\2\0\0\0\0\0", rcon.encode(-1, rcon.AUTH_RESPONSE, ""))
  end)
end)

describe("rcon.decoder", function()
  local stream = packet(1, 0) .. packet(1, 2) .. packet(2, 0, "hello\nworld") .. packet(3, 0, ("y"):rep(4086))
  local expected = { { id = 1, kind = 0, body = "" }, { id = 1, kind = 2, body = "" },
    { id = 2, kind = 0, body = "hello\nworld" }, { id = 3, kind = 0, body = ("y"):rep(4086) } }

  it("gives the same packets however the stream is cut in two", function()
    for cut = 0, #stream do
      local decoder = rcon.decoder()
      local packets = decoder:feed(stream:sub(1, cut))
      table.move(decoder:feed(stream:sub(cut + 1)), 1, 4, #packets + 1, packets)
      assert.same(expected, packets)
    end
  end)

  it("gives the same packets byte by byte and in random pieces", function()
    math.randomseed(7)
    for round = 1, 50 do
      local decoder, packets, place = rcon.decoder(), {}, 1
      while place <= #stream do
        local length = round == 1 and 1 or math.random(1, 700)
        for _, one in ipairs(decoder:feed(stream:sub(place, place + length - 1))) do packets[#packets + 1] = one end
        place = place + length
      end
      assert.same(expected, packets)
    end
  end)

  it("refuses sizes that lie, before it collects anything for them", function()
    for _, size in ipairs { -1, 0, 9, 16385, 0x7fffffff, -0x80000000 } do
      local packets, message = rcon.decoder():feed(string.pack("<i4", size))
      assert.is_nil(packets)
      assert.matches("bytes", message)
    end
  end)

  it("keeps zeros inside a body", function()
    local packets = rcon.decoder():feed("\14\0\0\0\1\0\0\0\0\0\0\0\0\1\0\0\0\0")
    assert.equal("\0\1\0\0", packets[1].body)
  end)

  it("survives random streams", function()
    math.randomseed(9)
    for _ = 1, 500 do
      local decoder = rcon.decoder()
      for _ = 1, 20 do
        local bytes = { string.pack("<i4", math.random(8, 30)) }
        for i = 2, math.random(2, 60) do bytes[i] = string.char(math.random(0, 255)) end
        if not decoder:feed(table.concat(bytes)) then break end
        assert.is_true(#decoder.buffer <= 16388)
      end
    end
  end)
end)

describe("A session's login", function()
  it("is ready after both packets, however they are cut", function()
    local both = packet(1, 0) .. packet(1, 2)
    for cut = 0, #both do
      local session = rcon.session "secret"
      assert.equal(packet(1, 3, "secret"), session:login())
      local events = session:feed(both:sub(1, cut))
      for _, event in ipairs(session:feed(both:sub(cut + 1))) do events[#events + 1] = event end
      assert.same({ { type = "ready" } }, events)
      assert.equal("ready", session.state)
    end
  end)

  it("is refused with the id -1", function()
    local session = rcon.session "wrong"
    session:login()
    assert.same({ { type = "refused" } }, session:feed(packet(1, 0) .. packet(-1, 2)))
    assert.same({ nil, "not ready" }, { session:command "status" })
  end)

  it("takes no answer of another login", function()
    local session = rcon.session "secret"
    session:login()
    assert.same({}, session:feed(packet(99, 2)))
    assert.equal("login", session.state)
  end)

  it("sends no password that would not arrive", function()
    for _, password in ipairs { "a\0b", "a\nb", ("x"):rep(4001) } do assert.is_nil((rcon.session(password))) end
  end)
end)

describe("A session's command", function()
  it("is followed by one empty packet, and ends with its mirror", function()
    local session = logged_in()
    assert.equal(packet(2, 2, "status") .. packet(3, 0), session:command "status")
    assert.same({}, session:feed(packet(2, 0, "one ")))
    assert.same({}, session:feed(packet(2, 0, "two")))
    assert.same({ { type = "answer", text = "one two" } }, session:feed(packet(3, 0) .. packet(3, 0, "\1")))
  end)

  it("ignores chatter and what comes late for an earlier command", function()
    local session = logged_in()
    session:command "wait"
    session:feed(packet(2, 0, "early"))
    assert.equal("early", session:give_up())
    session:command "echo"
    local events = session:feed(packet(2, 0, "late") .. packet(3, 0) .. packet(0, 0, "L chatter") .. packet(4, 0, "new")
      .. packet(5, 0))
    assert.same({ { type = "answer", text = "new" } }, events)
  end)

  it("is one at a time, one line, and not too long", function()
    local session = logged_in()
    for _, text in ipairs { "a\nb", "a\rb", "a\0b", ("x"):rep(4001) } do
      assert.same({ nil, "not one line of at most 4000 bytes" }, { session:command(text) })
    end
    assert(session:command "status")
    assert.same({ nil, "busy" }, { session:command "status" })
  end)

  it("breaks the session when the server forgot the login", function()
    local session = logged_in()
    session:command "status"
    assert.equal("broken", session:feed(packet(-1, 2))[1].type)
    assert.same({}, session:feed(packet(2, 0, "x")))
  end)

  it("breaks the session when the answer has no end", function()
    local session, events = logged_in(), {}
    session:command "cvarlist"
    for _ = 1, 300 do
      events = session:feed(packet(2, 0, ("x"):rep(4086)))
      if events[1] then break end
    end
    assert.equal("broken", events[1].type)
  end)

  it("never uses the ids of chatter and refusal", function()
    local session = logged_in()
    session.last_id = 0x7ffffff0
    session:command "status"
    assert.equal(1, session.pending.id)
  end)
end)
