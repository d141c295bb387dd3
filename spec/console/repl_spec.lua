-- console.repl and a session's environment: what is there, and what cannot be done with it.
local guard = require "host.guard"
local repl = require "console.repl"

local ACTIONS = {
  { name = "server.list", object = "server", summary = "List servers",
    args = { { name = "limit", help = "How many" } } },
  { name = "server.start", object = "server", summary = "Start the server",
    args = { { name = "id", required = true, help = "Which" } } },
  { name = "server.create", object = "server", summary = "Create a server",
    args = { { name = "name", required = true, help = "Its label" } } },
}

local function new_session()
  return repl.new { guard = guard, actions = ACTIONS }
end

--- Step a chunk to its end; requests are noted and answered with `answer`.
local function run(session, code, answer)
  local state, detail = session:feed(code, true)
  if state ~= "run" then return { state = "failed", text = detail, requests = {} } end
  local requests, slices = {}, 0
  state, detail = session:step()
  while state == "slice" or state == "request" do
    if state == "slice" then
      slices = slices + 1
      state, detail = session:step()
    else
      requests[#requests + 1] = detail
      state, detail = session:step(table.unpack(answer or { true }, 1, 2))
    end
  end
  return { state = state, text = detail, printed = session:printed(), requests = requests,
    slices = slices }
end

local function value_of(code)
  local result = run(new_session(), code)
  assert.equal("done", result.state, result.text)
  return result.text
end

local function failure_of(code, ...)
  local result = run(new_session(), code, ...)
  assert.equal("failed", result.state)
  return result.text
end

describe("console.repl", function()
  it("takes expressions, statements and lists of values", function()
    assert.equal("3", value_of("1 + 2"))
    assert.equal("1\nnil\nx", value_of("1, nil, 'x'"))
    assert.equal("", value_of("x = 1"))
    assert.equal("7", value_of("local a = 7 return a"))
    assert.equal("", value_of("-- nothing"))
    assert.equal("nil", value_of("undefined"))
  end)

  it("asks for more until a chunk is complete", function()
    local session = new_session()
    assert.equal("more", session:feed("for i = 1, 3 do"))
    assert.equal("more", session:feed("print(i)"))
    assert.equal("run", session:feed("end"))
    assert.equal("done", (session:step()))
    assert.equal("1\n2\n3", session:printed())
    assert.equal("more", session:feed("1 +"))
    assert.equal("run", session:feed("1"))
    session:cancel()
    assert.equal("more", session:feed("x = [["))
    assert.equal("run", session:feed("]]"))
  end)

  it("says what is wrong with a chunk that can never be complete", function()
    local session = new_session()
    local state, message = session:feed("x = = 1")
    assert.is_nil(state)
    assert.matches("^console:1: unexpected symbol near '='", message)
    assert.matches("<eof>", failure_of("x ="))
    assert.matches("at most 65536 bytes", failure_of(("x"):rep(70000)))
    assert.matches("binary chunk", failure_of("\27Lua"))
  end)

  it("keeps globals between chunks and forgets pending lines on cancel", function()
    local session = new_session()
    run(session, "x = 41")
    assert.equal("42", run(session, "x + 1").text)
    session:feed("if x then")
    session:cancel()
    assert.equal("41", run(session, "x").text)
  end)

  it("shares nothing between sessions", function()
    local a, b = new_session(), new_session()
    run(a, "x = 1; " ..
      "string.upper = nil; math.pi = 3; table.concat = nil; _G.print = nil; servers.y = 1")
    run(a, "rawset(servers, 'list', 'mine')")
    assert.equal("nil", run(b, "x").text)
    assert.equal("A", run(b, "('a'):upper()").text)
    assert.equal("3.1415926535898", run(b, "math.pi").text)
    assert.equal("function", run(b, "type(print)").text)
    assert.equal("function", run(b, "type(servers.list)").text)
    assert.equal("a1", ("a%d"):format(1))
  end)

  describe("a session's globals", function()
    it("reach nothing outside", function()
      for _, name in ipairs {
        "io", "os", "debug", "load", "loadstring", "loadfile", "dofile", "require", "package",
          "collectgarbage",
        "coroutine", "string.dump", "math.randomseed", "arg", "warn", "string.pack",
      } do
        assert.equal("nil", value_of(name), name)
      end
      for _, name in ipairs { "assert", "pcall", "pairs", "string.format", "table.sort",
        "utf8.char", "math.floor" } do
        assert.equal("function", value_of("type(" .. name .. ")"), name)
      end
    end)

    it("do not lead to the metatable of strings", function()
      assert.equal("nil", value_of("getmetatable('')"))
      assert.matches("console", failure_of("getmetatable('').__index.len = nil"))
      assert.equal(1, #"x")
    end)

    it("bound the methods of strings too, and only while they run", function()
      assert.matches("at most 1048576 bytes", failure_of("string.rep('x', 1 << 40)"))
      assert.matches("at most 1048576 bytes", failure_of("local s = ('x'):rep(1 << 30) return #s"))
      assert.equal("nil", value_of("('x').dump"))
      assert.equal(string, getmetatable("").__index)
      failure_of("error('x')")
      assert.equal(string, getmetatable("").__index)
    end)

    it("have no finalizers", function()
      assert.matches("no finalizers", failure_of("setmetatable({}, {__gc = print})"))
      assert.equal("1",
        value_of("local mt = {} local t = setmetatable({}, mt) mt.__gc = error return 1"))
      collectgarbage()
    end)

    it("have tables functions that agree with Lua's", function()
      local cases = {
        "local t = {1, 2, 3} table.insert(t, 4) table.insert(t, 1, 0) table.insert(t, 3, 9) return t",
        "local t = {1, 2, 3} return table.remove(t), table.remove(t, 1), t",
        "local t = {} return table.remove(t), table.remove(t, #t), t",
        "local t = {1, 2, 3, 4, 5} table.move(t, 2, 4, 1) return t",
        "local t = {1, 2, 3, 4, 5} table.move(t, 1, 3, 2) return t",
        "return table.move({1, 2, 3}, 1, 3, 2, {9})",
        "local t = {3, 1, 2, 5, 4, 9, 8, 7, 6} table.sort(t) return t",
        "local t = {3, 1, 2, 5, 4} table.sort(t, function(a, b) return a > b end) return t",
        "local t = {'b', 'a', 'c'} table.sort(t) return t",
        "local t = {} table.sort(t) return t", "local t = {1} table.sort(t) return t",
        "return table.concat({1, 'a', 2.5}, '-'), table.unpack({1, 2, 3}, 2)",
        "return pcall(table.insert, {1}, 5, 1)", "return select('#', table.unpack({}, 1, 3))",
        "return xpcall(error, function(e) return e .. '!' end, 'x')",
          "return xpcall(function(...) return ... end, print, 1, nil, 2)",
      }
      for _, code in ipairs(cases) do
        local expected = table.pack(load(code)())
        for i = 1, expected.n do expected[i] = require("console.format").value(expected[i]) end
        local text = value_of(code):gsub("console:1: ", ""):gsub("bad argument.-position",
          "position")
        local wanted = table.concat(expected, "\n"):gsub("bad argument.-position", "position")
        assert.equal((wanted:gsub("[()]", "")), (text:gsub("[()]", "")), code)
      end
    end)
  end)

  describe("a chunk that goes too far", function()
    local bombs = {
      ["a loop"] = "while true do end",
      ["a loop that catches"] = "while true do pcall(error) end",
      ["a handler"] = "while true do xpcall(error, function() while true do end end) end",
      ["a pattern"] = "return (('a'):rep(30000)):find(('a-'):rep(20) .. 'b')",
      ["a pattern of gsub"] = "return string.gsub(('a'):rep(30000), ('a*'):rep(20) .. 'b', '')",
      ["a move of nothing"] = "table.move({}, 1, math.maxinteger - 1, 2)",
      ["an insert with a false length"] =
        "table.insert(setmetatable({}, {__len = function() return math.maxinteger - 1 end}), 1, 0)",
      ["a sort without end"] =
        "local t = {} for i = 1, 100000 do t[i] = i end while true do table.sort(t, rawequal) end",
      ["a metamethod"] = "return #setmetatable({}, {__len = function() while true do end end})",
      ["a tostring"] =
        "return tostring(setmetatable({}, {__tostring = function() while true do end end}))",
      ["a print"] = "print(setmetatable({}, {__tostring = function() while true do end end}))",
      ["a concat"] =
        "return table.concat(setmetatable({}, {__index = function() return '' end}), '', 1, 1 << 60)",
      ["a pairs"] =
        "for _ in pairs(setmetatable({}, {__pairs = function() while true do end end})) do end",
      ["a closing variable"] =
        "local x <close> = setmetatable({}, {__close = function() while true do end end}) error 'x'",
      ["a utf8 walk"] = "while true do for _ in utf8.codes(('x'):rep(1000)) do end end",
    }
    for name, code in pairs(bombs) do
      it("is stopped: " .. name, function()
        local session = new_session()
        assert.equal("run", session:feed(code, true))
        session.limits.instructions, session.limits.milliseconds = 3000000, 2000
        local state, message
        repeat state, message = session:step() until state ~= "slice"
        assert.equal("failed", state)
        assert.matches("^stopped: it ", message)
        assert.equal("2", run(session, "1 + 1").text)
        assert.equal(string, getmetatable("").__index)
      end)
    end

    it("gets no more memory", function()
      for _, code in ipairs {
        "local t = {} while true do t[#t + 1] = {t} end",
          "local s = 'x' while true do s = s .. s end",
        "local function f() return 1 + f() end return f()",
          "return table.concat(table.pack(table.unpack({}, 1, 900000)))",
        "local t = {} for i = 1, 1e6 do t[i] = ('x'):rep(1000) .. i end",
      } do
        local session = new_session()
        assert.equal("run", session:feed(code, true))
        session.limits.milliseconds = 60000 -- sanitizers take their time
        local state, message
        repeat state, message = session:step() until state ~= "slice"
        assert.equal("failed", state)
        assert.matches("memory", message)
        collectgarbage()
      end
    end)

    it("does not print for ever", function()
      assert.matches("too much output", failure_of("while true do print(('x'):rep(1000)) end"))
    end)

    it("can be cancelled in the middle", function()
      local session = new_session()
      session:feed("while true do end", true)
      assert.equal("slice", (session:step()))
      session:cancel()
      assert.equal("2", run(session, "1 + 1").text)
    end)
  end)

  describe("objects", function()
    it("become requests", function()
      local result = run(new_session(),
        "servers:list{limit = 3} server(7):start() tasks:list() db:query('x', 1, nil)")
      assert.same({ kind = "action", name = "server.list", args = { limit = 3 } },
        result.requests[1])
      assert.same({ kind = "action", name = "server.start", args = { id = 7 } }, result.requests[2])
      assert.same({ kind = "tasks" }, result.requests[3])
      assert.same({ kind = "query", sql = "x", values = { 1, n = 2 } }, result.requests[4])
    end)

    it("give back what was answered, or raise what went wrong", function()
      assert.equal("id  1", run(new_session(), "servers:list()", { { id = 1 } }).text)
      assert.equal("No such server.", failure_of("server(9):start()", { nil, "No such server." }))
      assert.equal("false\nNo such server.",
        run(new_session(), "local s = server(9) return pcall(s.start, s)", { nil, "No such server." }).text)
    end)

    it("say how they are to be used", function()
      assert.matches("write server%(id%):start%(%)", failure_of("server(7).start()"))
      assert.matches("which server%? server%(7%)", failure_of("server('7')"))
      assert.matches("which server%?", failure_of("server()"))
      assert.matches("servers has no start; try help", failure_of("servers:start()"))
      assert.matches("arguments are named", failure_of("servers:list(3)"))
      assert.matches("cannot be changed", failure_of("servers.x = 1"))
      assert.matches('write db:query', failure_of("db.query()"))
      assert.equal("servers", value_of("tostring(servers)"))
      assert.equal("server(7)", value_of("tostring(server(7))"))
      assert.equal("false", value_of("getmetatable(servers)"))
    end)

    it("hand over plain data only", function()
      for code, problem in pairs {
        ["servers:create{name = print}"] = "holds a function",
        ["servers:create{[{}] = 1}"] = "has a table as a key",
        ["local t = {} t.t = t servers:create(t)"] = "is nested too deep",
        ["local t = {} for i = 1, 200000 do t[i] = i end servers:create(t)"] = "has too many values",
      } do
        assert.matches("the table of arguments " .. problem, failure_of(code))
      end
      local result = run(new_session(),
        "servers:create(setmetatable({name = 'x'}, {__index = error, __pairs = error, __len = error}))")
      assert.same({ name = "x" }, result.requests[1].args)
      assert.is_nil(getmetatable(result.requests[1].args))
    end)

    it("can be called from within patterns and sorts", function()
      local result = run(new_session(), "string.gsub('ab', '.', function() servers:list() end)")
      assert.equal(2, #result.requests)
      result = run(new_session(),
        "table.sort({1, 2}, function(a, b) servers:list() return a < b end)")
      assert.equal(1, #result.requests)
    end)
  end)

  describe("help", function()
    it("lists everything, an object, an action", function()
      local text = run(new_session(), "help()").printed
      assert.matches("servers:create{name =}  ?", text)
      assert.matches("db:query", text, 1, true)
      text = run(new_session(), "help('server')").printed
      assert.matches("server(id):start()", text, 1, true)
      assert.matches("Start the server", text, 1, true)
      text = run(new_session(), "help 'server.create'").printed
      assert.matches("Create a server.\n  name  Its label (needed)", text, 1, true)
      assert.matches("There is no help on that", run(new_session(), "help 'x'").printed)
      assert.matches("server(id):start()", run(new_session(), "help(servers)").printed, 1, true)
    end)
  end)

  it("prints as it goes, inert", function()
    local session = new_session()
    session:feed("print('a\\27[2J', nil, 1) print() servers:list() print('b')", true)
    assert.equal("request", (session:step()))
    assert.equal("a\\x1b[2J    nil    1\n", session:printed())
    assert.is_nil(session:printed())
    assert.equal("done", (session:step(true)))
    assert.equal("b", session:printed())
  end)

  it("loses no printed line, wherever a slice ends", function()
    local session, lines = new_session(), {}
    session:feed("for i = 1, 2000 do print(i) end", true)
    session.limits.slice = 1
    repeat
      local state = session:step()
      for line in (session:printed() or ""):gmatch("[^\n]+") do lines[#lines + 1] = line end
    until state ~= "slice"
    assert.equal(2000, #lines)
    for i, line in ipairs(lines) do assert(line == tostring(i), line) end
  end)

  it("shows errors that are tables without calling them", function()
    assert.equal("code  7",
      failure_of("error(setmetatable({code = 7}, {__tostring = error, __index = error}))"))
    assert.equal("nil", failure_of("error()"))
  end)
end)
