-- backends.systemd.connection: questions and jobs over a bus that may go away at any moment, played by a scripted one.
local connections = require "backends.systemd.connection"
local loop = require "host.loop"

-- A bus that answers by script[verb](argument, bus) → value | nil, message, code; a spec puts more events into it.
local function new_bus(script, log)
  local bus = { tokens = 0, events_waiting = {}, open = true }
  for _, verb in ipairs { "subscribe", "start", "stop", "reset_failed", "properties", "property", "list", "enabled" } do
    bus[verb] = function(self, argument)
      log[#log + 1] = verb .. (argument and " " .. argument or "")
      self.tokens = self.tokens + 1
      local answer = script[verb] or function() return true end
      local value, message, code = answer(argument, self)
      if value ~= nil or code then
        table.insert(self.events_waiting,
          { kind = "reply", token = self.tokens, value = value, message = message, code = code })
      end
      return self.tokens
    end
  end
  function bus:process()
    if not self.open then return nil, "Connection reset by peer", "closed" end
    local events = self.events_waiting
    self.events_waiting = {}
    return events
  end
  function bus.fd() return 99 end
  function bus.events() return "r" end
  function bus.timeout() return nil end
  function bus:close() self.open = false end
  return bus
end

local function tell(bus, job, result)
  table.insert(bus.events_waiting, { kind = "job", job = job, unit = "x", result = result })
end

describe("A connection to systemd", function()
  local log, script, buses, connection, waits

  before_each(function()
    log, script, buses, waits = {}, {}, {}, 0
    connection = connections.new {
      open = function()
        if script.refuses then return nil, "Connection refused", "ECONNREFUSED" end
        buses[#buses + 1] = new_bus(script, log)
        return buses[#buses]
      end,
      wait = function()
        waits = waits + 1
        assert(waits < 100000, "waits for ever")
        if script.meanwhile then script.meanwhile(buses[#buses]) end
      end,
    }
  end)

  it("answers a question", function()
    script.properties = function(unit) return { Id = unit } end
    assert.same({ Id = "a.service" }, connection:ask("properties", "a.service"))
  end)

  it("gives a refusal on, with its name", function()
    script.properties = function() return nil, "no such unit", "org.freedesktop.systemd1.NoSuchUnit" end
    local value, message, code = connection:ask("properties", "a.service")
    assert.is_nil(value)
    assert.same({ "no such unit", "org.freedesktop.systemd1.NoSuchUnit" }, { message, code })
  end)

  it("asks again when the bus went away before the answer", function()
    local first = true
    script.properties = function(_, bus)
      if first then
        first, bus.open = false, false
        return nil
      end
      return { ActiveState = "active" }
    end
    assert.equal("active", connection:ask("properties", "a.service").ActiveState)
    assert.equal(2, #buses)
  end)

  it("says in time that nobody answers", function()
    script.refuses = true
    connection.patience_ms = 30
    local value, message, code = connection:ask("properties", "a.service")
    assert.is_nil(value)
    assert.same({ "Connection refused", "closed" }, { message, code })
  end)

  it("puts no second question to somebody who is silent, and asks as ever once the first is answered", function()
    script.property = function() return nil end
    connection.patience_ms = 30
    assert.equal("ETIMEDOUT", select(3, connection:ask("property", "a.service", "ActiveState")))
    connection.patience_ms = 60000
    assert.equal("ETIMEDOUT", select(3, connection:ask("property", "a.service", "ActiveState")))
    assert.same({ "property a.service" }, log)
    table.insert(buses[1].events_waiting, { kind = "reply", token = 1, value = "too late" })
    script.property = function() return "active" end
    assert.equal("active", connection:ask("property", "a.service", "ActiveState"))
  end)

  it("waits for nobody a second time while there is no connection", function()
    script.refuses = true
    connection.patience_ms = 30
    connection:ask("properties", "a.service")
    connection.patience_ms = 60000
    assert.equal("closed", select(3, connection:ask("properties", "a.service")))
  end)

  it("tries to connect less and less often, and as often as ever after it was connected", function()
    local poll <close> = loop.new()
    local function pauses(count)
      local list = {}
      for i = 1, count do
        connection:turn()
        list[i] = select(2, connection:interest())
        poll:wait(list[i] + 1)
      end
      return list
    end
    script.refuses = true
    local list = pauses(4)
    for i = 1, 4 do assert.is_true(list[i] <= 20 << (i - 1) and list[i] > 10 << (i - 1), list[i]) end
    script.refuses = false
    connection:turn()
    buses[1].open = false
    script.refuses = true
    connection:turn()
    assert.is_true(pauses(1)[1] <= 20)
  end)

  it("subscribes before it starts anything, and follows the job to its end", function()
    script.start = function() return "/job/7" end
    script.meanwhile = function(bus) tell(bus, "/job/7", "done") end
    local job = connection:submit("start", "a.service")
    assert.is_true(connection:finish({ job }, 1000))
    assert.equal("done", job.result)
    assert.same({ "subscribe", "start a.service" }, log)
  end)

  it("knows a job's end that was told before the answer", function()
    script.start = function(_, bus)
      tell(bus, "/job/7", "failed")
      return "/job/7"
    end
    local job = connection:submit("start", "a.service")
    assert.is_true(connection:finish({ job }, 1000))
    assert.equal("failed", job.result)
  end)

  it("follows several jobs at once", function()
    script.start = function(unit) return "/job/" .. unit end
    local told = {}
    script.meanwhile = function(bus)
      for _, unit in ipairs { "b", "a" } do
        if not told[unit] then
          told[unit] = true
          return tell(bus, "/job/" .. unit, unit == "a" and "done" or "dependency")
        end
      end
    end
    local a, b = connection:submit("start", "a"), connection:submit("start", "b")
    assert.is_true(connection:finish({ a, b }, 1000))
    assert.same({ "done", "dependency" }, { a.result, b.result })
  end)

  it("takes a unit that systemd has not loaded for stopped", function()
    script.stop = function() return nil, "not loaded", "org.freedesktop.systemd1.NoSuchUnit" end
    local job = connection:submit("stop", "a.service")
    assert.is_true(connection:finish({ job }, 1000))
    assert.equal("done", job.result)
  end)

  it("gives a lasting refusal on, and repeats one while polkit may be starting", function()
    local refusals = 0
    script.start = function()
      refusals = refusals + 1
      if refusals <= 2 then return nil, "Access denied", "org.freedesktop.DBus.Error.AccessDenied" end
      return nil, "Unit a.service is masked.", "org.freedesktop.systemd1.UnitMasked"
    end
    local job = connection:submit("start", "a.service")
    assert.is_true(connection:finish({ job }, 5000))
    assert.same({ "refused", "Unit a.service is masked.", 3 }, { job.result, job.message, refusals })
  end)

  local AFTERWARDS = {
    { "start", { ActiveState = "active" }, "done" },
    { "start", { ActiveState = "failed" }, "failed" },
    { "start", { ActiveState = "activating", SubState = "auto-restart" }, "failed" },
    { "start", { ActiveState = "inactive", Result = "success" }, "failed" },
    { "start", { ActiveState = "inactive", Result = "success" }, "done", "build-overlay@7.service" },
    { "start", { ActiveState = "inactive", Result = "success" }, "done", "left4me-purge@7.service" },
    { "start", { ActiveState = "inactive", Result = "timeout" }, "failed" },
    { "stop", { ActiveState = "inactive" }, "done" },
    { "stop", { ActiveState = "failed" }, "done" },
    { "stop", { ActiveState = "active" }, "canceled" },
  }
  for _, case in ipairs(AFTERWARDS) do
    local unit = case[4] or "a.service"
    it(("takes a %s of %s whose end was lost with the bus for %s when the unit is %s"):format(case[1], unit, case[3],
      case[2].SubState or case[2].Result or case[2].ActiveState), function()
      script[case[1]] = function() return "/org/freedesktop/systemd1/job/7" end
      script.properties = function() return case[2] end
      local reads = 0
      script.meanwhile = function(bus)
        reads = reads + 1
        if reads == 1 then bus.open = false end
      end
      local job = connection:submit(case[1], unit)
      assert.is_true(connection:finish({ job }, 5000))
      assert.equal(case[3], job.result)
      assert.equal(2, #buses)
    end)
  end

  it("waits on while the job is still there after the bus was lost", function()
    script.start = function() return "/org/freedesktop/systemd1/job/7" end
    local asked = 0
    script.properties = function()
      asked = asked + 1
      return { ActiveState = "activating", Job = 7 }
    end
    local turns = 0
    script.meanwhile = function(bus)
      turns = turns + 1
      if turns == 1 then bus.open = false end
      if asked > 0 and bus.open then tell(bus, "/org/freedesktop/systemd1/job/7", "done") end
    end
    local job = connection:submit("start", "a.service")
    assert.is_true(connection:finish({ job }, 5000))
    assert.same({ "done", 1 }, { job.result, asked })
  end)

  it("sends a request again that was lost with the bus", function()
    local sent = 0
    script.start = function(_, bus)
      sent = sent + 1
      if sent == 1 then
        bus.open = false
        return nil
      end
      return "/job/8"
    end
    script.meanwhile = function(bus)
      if sent == 2 then tell(bus, "/job/8", "done") end
    end
    local job = connection:submit("start", "a.service")
    assert.is_true(connection:finish({ job }, 5000))
    assert.equal("done", job.result)
  end)

  it("subscribes anew and doubts everything when systemd has executed itself anew", function()
    connection:follow()
    connection:turn()
    connection:news()
    table.insert(buses[1].events_waiting, { kind = "manager", what = "back" })
    connection:turn()
    assert.is_true(select(2, connection:news()))
    assert.same({ "subscribe", "subscribe" }, log)
  end)

  it("tells which units changed, and that all may have after the bus was lost", function()
    connection:follow()
    connection:turn()
    assert.is_true(select(2, connection:news()))
    table.insert(buses[1].events_waiting, { kind = "unit", unit = "a.service", ActiveState = "active" })
    connection:turn()
    local changed, all = connection:news()
    assert.same({ ["a.service"] = true }, changed)
    assert.is_false(all)
    buses[1].open = false
    connection:turn()
    connection:turn()
    assert.is_true(select(2, connection:news()))
    assert.equal(2, #buses)
  end)
end)
