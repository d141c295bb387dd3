-- console.server and console.client over a real socket: who may, cancelling, fairness, audit.
local client = require "console.client"
local clock = require "host.clock"
local connection = require "console.connection"
local errors = require "base.errors"
local guard = require "host.guard"
local json = require "host.json"
local loop = require "host.loop"
local runtime = require "host.runtime"
local server = require "console.server"
local sock = require "host.sock"
local tasks_module = require "scheduler.tasks"

local RECORDS = {
  { name = "server.list", object = "server", summary = "List servers", args = {} },
  { name = "server.start", object = "server", summary = "Start", args = { { name = "id",
    help = "Which" } } },
  { name = "user.create", object = "user", summary = "Create a user",
    args = { { name = "password", secret = true, help = "A password" } } },
}

--- A service with recording fakes behind it; fn(world) runs as a task.
local function with_service(fn)
  local dir = os.tmpname()
  os.remove(dir)
  assert(os.execute("mkdir " .. dir))
  local log = { lines = {}, error = function(self,
    ...) self.lines[#self.lines + 1] = string.format(...) end }
  local tasks = tasks_module.new { loop = assert(loop.new()), clock = clock, log = log }
  local world = { tasks = tasks, log = log, recorded = {}, calls = {}, ticks = 0,
    path = dir .. "/console.sock" }
  local _, uid = runtime.ids()
  world.actions = { list = function() return RECORDS end, call = function(ctx, name, args)
    world.calls[#world.calls + 1] = { actor = ctx.actor, name = name, args = args }
    if name == "server.start" then return nil,
      errors.common.not_found { text = "No such server." } end
    if name == "user.create" then error "a fault of the service" end
    return { { id = 1, name = "campaign" } }
  end }
  world.services = { console = {
    actor = function() return { id = 1, username = "boss", admin = true, door = "console" } end,
    record = function(_, actor, code, secrets)
      if world.full then error(setmetatable({},
      { __tostring = function() return "SQLITE_FULL: full" end })) end
      world.recorded[#world.recorded + 1] = { actor = actor, code = code, secrets = secrets }
    end,
    query = function(_, sql) return { { sql = sql } } end,
  } }
  world.server = server.new {
    actions = world.actions, services = world.services, guard = guard, json = json, uid = uid,
      version = "1",
    log = log, tasks = function() return tasks:list() end, pause = function() tasks:sleep(0) end,
  }
  local listener = assert(sock.unix_listen(world.path, 384))
  local function wait(fd, mode) tasks:any("the other end", { [fd] = mode }) end
  local function wrap(socket) return connection.new { socket = socket, json = json,
    wait = wait } end
  tasks:spawn("console", function()
    while true do
      tasks:readable(listener:fd(), "a console")
      local socket = listener:accept()
      if socket then tasks:spawn("session", function() world.server:serve(wrap(socket)) end) end
    end
  end)
  function world.connect()
    local socket, one = assert(sock.unix_connect(world.path)), { out = {}, err = {} }
    one.socket, one.wire = socket, wrap(socket)
    one.client = client.new {
      connection = one.wire,
      out = function(text) one.out[#one.out + 1] = text end,
        err = function(text) one.err[#one.err + 1] = text end,
    }
    return one
  end
  local finished, failure = false, nil
  tasks:spawn("spec", function()
    local ok, err = xpcall(fn,
      function(e) return type(e) == "string" and debug.traceback(e) or e end, world)
    finished, failure = true, not ok and err
  end)
  local deadline = clock.monotonic() + 30000
  while not finished and clock.monotonic() < deadline do tasks:turn(100) end
  listener:close()
  tasks.loop:close()
  os.execute("rm -r " .. dir)
  if failure then error(failure, 0) end
  assert(finished, "the spec did not end in 30 s")
end

local function session(world)
  local one = world.connect()
  assert(one.client:greet())
  return one
end

describe("The console's service", function()
  it("greets, runs, prints, and shows errors apart", function()
    with_service(function(world)
      local one = world.connect()
      assert.same({ "hello", "boss", "1" }, (function(m) return { m.type, m.user,
        m.version } end)(one.client:greet()))
      assert.is_true(one.client:run("print('a') return 1 + 1"))
      assert.same({ "a\n", "2\n" }, one.out)
      assert.is_false(one.client:run("error 'x'"))
      assert.same({ "console:1: x\n" }, one.err)
    end)
  end)

  it("performs actions as the admin of the console", function()
    with_service(function(world)
      local one = session(world)
      assert.is_true(one.client:run("servers:list()"))
      assert.same({ "id  name\n1   campaign\n" }, one.out)
      assert.same({ id = 1, username = "boss", admin = true, door = "console" },
        world.calls[1].actor)
      assert.is_false(one.client:run("server(9):start()"))
      assert.same({ "No such server.\n" }, one.err)
    end)
  end)

  it("keeps a fault of a service to the log", function()
    with_service(function(world)
      local one = session(world)
      assert.is_false(one.client:run("users:create{}"))
      assert.same({ "Something went wrong; the log of the service says more.\n" }, one.err)
      assert.matches("a fault of the service", world.log.lines[1])
      assert.is_true(one.client:run("1"))
    end)
  end)

  it("answers tasks:list() and db:query()", function()
    with_service(function(world)
      local one = session(world)
      assert.is_true(one.client:run("tasks:list()"))
      assert.matches("session .*nothing: it runs", one.out[1])
      assert.is_true(one.client:run("db:query('SELECT 1')[1].sql"))
      assert.equal("SELECT 1\n", one.out[2])
      assert.is_false(one.client:run("db:query('SELECT ?', {})"))
    end)
  end)

  it("records every chunk it runs, and runs none that it cannot record", function()
    with_service(function(world)
      local one = session(world)
      one.client:run("x = 1")
      one.client:run("while")
      assert.equal("x = 1", world.recorded[1].code)
      assert.same({ "password" }, world.recorded[1].secrets)
      one.client:forget()
      world.full = true
      assert.is_false(one.client:run("x = 2"))
      assert.matches("not run, as it could not be recorded: SQLITE_FULL", one.err[#one.err])
      world.full = false
      one.client:run("x")
      assert.equal("1\n", one.out[#one.out])
    end)
  end)

  it("goes on over lines, and forgets them", function()
    with_service(function(world)
      local one = session(world)
      assert.same({ nil, "more" }, { one.client:run("if true then") })
      assert.is_true(one.client:run("return 'yes' end"))
      assert.same({ "yes\n" }, one.out)
      one.client:run("if true then")
      assert.is_true(one.client:forget())
      assert.is_true(one.client:run("2"))
      assert.is_false(one.client:run("if true then", true))
    end)
  end)

  it("lets other tasks run beside an endless chunk, and stops it when told", function()
    with_service(function(world)
      local one, two = session(world), session(world)
      world.tasks:spawn("ticker", function()
        while true do
          world.tasks:sleep(1)
          world.ticks = world.ticks + 1
          if world.ticks == 20 then
            two.client:run("'meanwhile'")
            one.client:interrupt()
          end
        end
      end)
      assert.is_false(one.client:run("while true do end"))
      assert.same({ "cancelled\n" }, one.err)
      assert.same({ "'meanwhile'" }, { (two.out[1]:gsub("^(.*)\n$", "'%1'")) })
      assert.is_true(world.ticks >= 20)
      assert.is_true(one.client:run("1"))
    end)
  end)

  it("stops a chunk that asks for things without end", function()
    with_service(function(world)
      local one = session(world)
      world.tasks:spawn("ticker", function()
        world.tasks:sleep(20)
        one.client:interrupt()
      end)
      assert.is_false(one.client:run("while true do servers:list() end"))
      assert.same({ "cancelled\n" }, one.err)
    end)
  end)

  it("stops a chunk whose client has gone", function()
    with_service(function(world)
      local one = session(world)
      one.wire:send { type = "line", text = "while true do end", id = 1 }
      world.tasks:sleep(20)
      one.socket:close()
      local deadline = clock.monotonic() + 5000
      while world.server.sessions > 0 and clock.monotonic() < deadline do world.tasks:sleep(5) end
      assert.equal(0, world.server.sessions)
    end)
  end)

  it("drops a late answer instead of taking it for the next", function()
    with_service(function(world)
      local one = session(world)
      one.client.running = true
      one.client:interrupt()
      assert.is_true(one.client:run("'right'"))
      assert.same({ "right\n" }, one.out)
    end)
  end)

  it("refuses another user, and the ninth session", function()
    with_service(function(world)
      local _, uid = runtime.ids()
      assert.is_nil(world.server:refusal { uid = uid })
      assert.is_nil(world.server:refusal { uid = 0 })
      assert.matches("for the user of the service", world.server:refusal { uid = uid + 1 })
      assert.matches("for the user of the service", world.server:refusal(nil))
      local sent, closed = {}, false
      world.server:serve {
        socket = { peer = function() return { uid = uid + 1 } end },
        send = function(_, message) sent[#sent + 1] = message end,
          close = function() closed = true end,
      }
      assert.equal("refused", sent[1].type)
      assert.is_true(closed)
      local held = {} -- a session that is collected is closed
      for i = 1, 8 do held[i] = session(world) end
      local greeting, problem = world.connect().client:greet()
      assert.equal(8, #held)
      assert.is_nil(greeting)
      assert.matches("too many console sessions", problem)
    end)
  end)

  it("closes on what is no message, and lives on", function()
    with_service(function(world)
      for _, line in ipairs {
        "nonsense\n", "[]\n", "{}\n", '{"type":7}\n', '{"type":"shutdown"}\n', "\0\n",
          ("x"):rep(1100000), '"\xff"\n',
        ("["):rep(100) .. "\n", '{"type":"hello"}\n',
      } do
        local one = session(world)
        local from = 1
        while from <= #line do
          local sent, why = one.socket:send(line:sub(from))
          if sent then from = from + sent elseif why == "again" then world.tasks:sleep(1) else break end
        end
        assert.is_nil((one.wire:receive()))
        one.socket:close()
      end
      assert.is_true(session(world).client:run("1"))
      assert.same({}, world.log.lines)
    end)
  end)

  it("takes odd fields without harm", function()
    with_service(function(world)
      local one = session(world)
      for _, message in ipairs {
        { type = "line" }, { type = "line", text = 7 }, { type = "line", text = {}, whole = "x" },
        { type = "complete" }, { type = "complete", text = ("x"):rep(10000) }, { type = "cancel" },
        { type = "line", text = "1", id = "x" },
      } do
        one.wire:send(message)
        assert.is_table(one.wire:receive())
      end
    end)
  end)

  it("completes", function()
    with_service(function(world)
      local one = session(world)
      one.client:run("my_value = {alpha = 1}")
      local cases = { ["serv"] = { "er" }, ["servers:l"] = { "ist" }, ["server(7):"] = { "start" },
        ["my_value.al"] = { "pha" }, ["nothing_like_it"] = {},
          ["users:create{pas"] = { "sword = " },
        ["string.g"] = { nil, "gmatch  gsub" } }
      for line, expected in pairs(cases) do
        assert.same(expected, { one.client:complete(line) }, line)
      end
    end)
  end)

  it("runs lines until the first error", function()
    with_service(function(world)
      local function lines(text) return (text .. "\n"):gmatch("(.-)\n") end
      local one = session(world)
      assert.is_true(one.client:batch(lines "x = 1\nfor i = 1, 2 do\nprint(i + x)\nend\nreturn 'end'"))
      assert.same({ "2\n3\n", "end\n" }, one.out)
      assert.is_false(one.client:batch(lines "error 'a'\nprint 'b'"))
      assert.same({ "console:1: a\n" }, one.err)
      assert.equal(2, #one.out)
      assert.is_false(one.client:batch(lines "for i = 1, 2 do"))
      assert.equal("The last chunk is not complete.\n", one.err[2])
    end)
  end)

  it("sends a long answer whole, to a slow reader too", function()
    with_service(function(world)
      local one = session(world)
      assert.is_true(one.client:run("for i = 1, 200 do print(('x'):rep(1000) .. i) end"))
      assert.is_true(#table.concat(one.out) > 60000)
      assert.is_true(one.client:run("('y'):rep(65536)"))
      assert.equal(65537, #one.out[#one.out])
    end)
  end)
end)
