-- Tasks: waiting, waking, cancelling, and being seen.
local clock = require "host.clock"
local loop = require "host.loop"
local sock = require "host.sock"
local tasks = require "scheduler.tasks"

describe("A task", function()
  local t, l, errors
  before_each(function()
    errors = {}
    l = assert(loop.new())
    t = tasks.new { loop = l, clock = clock, log = { error = function(_, format, ...)
      errors[#errors + 1] = format:format(...)
    end } }
  end)
  after_each(function() l:close() end)

  local function run_until(done)
    local deadline = clock.monotonic() + 5000
    t:run(function()
      assert(clock.monotonic() < deadline, "the tasks did not get there")
      return done()
    end)
  end

  it("runs at once until its first wait, and goes on when its time has come", function()
    local steps = {}
    t:spawn("one", function()
      steps[#steps + 1] = "begun"
      t:sleep(1)
      steps[#steps + 1] = "woken"
    end)
    assert.same({ "begun" }, steps)
    run_until(function() return #steps == 2 end)
    assert.same({}, t:list())
  end)

  it("wakes when a descriptor is ready, and tells which", function()
    local a <close> = assert(sock.udp("127.0.0.1", 0))
    local b <close> = assert(sock.udp("127.0.0.1", 0))
    local ready
    t:spawn("reader", function() ready = t:any("a datagram", { [a:fd()] = "r", [b:fd()] = "r" }) end)
    a:sendto("x", "127.0.0.1", b:local_port())
    run_until(function() return ready end)
    assert.same({ [b:fd()] = true }, ready)
  end)

  it("gives up at its time limit", function()
    local a <close> = assert(sock.udp("127.0.0.1", 0))
    local result = "waiting"
    t:spawn("reader", function() result = t:readable(a:fd(), "a datagram", 1) end)
    run_until(function() return result ~= "waiting" end)
    assert.is_false(result)
    assert(l:add(a:fd(), "r", 1))
  end)

  it("can be seen with what it waits for and since when", function()
    local before = clock.now()
    t:spawn("sleeper", function() t:sleep(60000, "better days") end)
    local list = t:list()
    assert.equal(1, #list)
    assert.equal("sleeper", list[1].name)
    assert.equal("better days", list[1].waits_for)
    assert.is_true(list[1].since >= before)
  end)

  it("that is cancelled unwinds its guards, which may wait themselves", function()
    local trace = {}
    local task = t:spawn("guarded", function()
      local guard <close> = setmetatable({}, { __close = function()
        t:sleep(1)
        trace[#trace + 1] = "closed"
      end })
      trace[#trace + 1] = guard and "waiting"
      t:sleep(60000)
      trace[#trace + 1] = "never"
    end)
    t:cancel(task)
    run_until(function() return #trace == 2 end)
    assert.same({ "waiting", "closed" }, trace)
    assert.same({}, errors)
    run_until(function() return #t:list() == 0 end)
  end)

  it("may catch its cancel and go on waiting", function()
    local done = false
    local task = t:spawn("stubborn", function()
      local ok, err = pcall(t.sleep, t, 60000)
      assert(not ok and err == tasks.CANCELLED)
      t:sleep(1)
      done = true
    end)
    t:cancel(task)
    t:cancel(task)
    run_until(function() return done end)
  end)

  it("that is nudged goes on as if its time were up, once", function()
    local a <close> = assert(sock.udp("127.0.0.1", 0))
    local results = {}
    local task = t:spawn("reader", function()
      results[1] = t:readable(a:fd(), "a datagram")
      results[2] = t:readable(a:fd(), "a datagram", 1)
      t:sleep(60000)
    end)
    t:nudge(task)
    assert.same({}, results)
    run_until(function() return #results == 2 end)
    assert.same({ false, false }, results)
    t:turn(1)
    assert.equal(1, #t:list())
  end)

  it("woken twice in one turn has its next wait left alone", function()
    local a <close> = assert(sock.udp("127.0.0.1", 0))
    local woken = 0
    local reader
    reader = t:spawn("reader", function()
      t:readable(a:fd(), "a datagram")
      woken = woken + 1
      t:sleep(60000)
      woken = woken + 1
    end)
    t:nudge(reader)
    a:sendto("x", "127.0.0.1", a:local_port())
    t:turn(1000)
    t:turn(1)
    assert.equal(1, woken)
  end)

  it("that waits for a descriptor another waits for fails alone, and lets go of the ones it had", function()
    local sockets, all, last = {}, {}, nil
    for i = 1, 6 do
      sockets[i] = assert(sock.udp("127.0.0.1", 0))
      all[sockets[i]:fd()] = "r"
    end
    for fd in pairs(all) do last = fd end -- is waited for when the others are, in the order any() goes
    local got
    t:spawn("first", function() got = t:readable(last, "a datagram") end)
    t:spawn("second", function() t:any("all", all) end)
    assert.matches("task second: .*waited for twice", errors[1])
    all[last] = nil
    t:spawn("third", function() t:any("the others", all, 1) end)
    assert.equal(1, #errors)
    for _, socket in ipairs(sockets) do
      if socket:fd() == last then socket:sendto("x", "127.0.0.1", socket:local_port()) end
    end
    run_until(function() return got end)
    for _, socket in ipairs(sockets) do socket:close() end
  end)

  it("is cancelled with all others at the end", function()
    local closed = 0
    for i = 1, 3 do
      t:spawn("guarded " .. i, function()
        local _ <close> = setmetatable({}, { __close = function() closed = closed + 1 end })
        t:sleep(60000)
      end)
    end
    t:cancel_all()
    assert.equal(3, closed)
    assert.same({}, t:list())
  end)

  it("that fails is reported with its name and hurts no other", function()
    local alive = false
    t:spawn("broken", function() t:sleep(1) error "on purpose" end)
    t:spawn("healthy", function() t:sleep(5) alive = true end)
    run_until(function() return alive end)
    assert.equal(1, #errors)
    assert.matches("task broken: .*on purpose", errors[1])
  end)
end)

describe("A bell", function()
  it("wakes every waiter, and remembers one ring nobody waited for", function()
    local l <close> = assert(loop.new())
    local t = tasks.new { loop = l, clock = clock, log = { error = print } }
    local bell, woken = t:bell(), 0
    for i = 1, 3 do
      t:spawn("waiter " .. i, function()
        if bell:wait("the bell") then woken = woken + 1 end
      end)
    end
    bell:ring()
    t:turn(1000)
    assert.equal(3, woken)
    bell:ring()
    bell:ring()
    local result
    t:spawn("late", function() result = { bell:wait("the bell", 1000), bell:wait("the bell", 1) } end)
    t:run(function() return result end)
    assert.same({ true, false }, result)
  end)
end)
