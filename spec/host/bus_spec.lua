-- host.bus against a real systemd: as root in a booted host, with units of its own beneath /run/systemd/system.
local bus = require "host.bus"
local clock = require "host.clock"
local descriptors = require "spec.support.descriptors"
local loop = require "host.loop"
local proc = require "host.proc"
local runtime = require "host.runtime"
local scratch = require "spec.support.scratch"
local service = require "spec.support.service"

local PATIENCE_MS = 10000
local FOLDER = "/run/systemd/system"
local GATE = "/run/left4me-spec.gate"
local UNITS = {
  ["left4me-spec@.service"] = "[Service]\nExecStart=/bin/sleep infinity\nTimeoutStopSec=5\nMemoryAccounting=yes\n",
  ["left4me-spec-fails.service"] = "[Service]\nType=oneshot\nExecStart=/bin/sh -c 'exit 3'\n",
  ["left4me-spec-gated.service"] = "[Service]\nType=oneshot\nExecStart=/bin/sh -c 'read word <" .. GATE .. "'\n",
  ["left4me-spec-late.service"] = "[Service]\nType=oneshot\nTimeoutStartSec=300ms\nExecStart=/bin/sleep infinity\n",
  ["left4me-spec-waits.service"] = "[Unit]\nAfter=left4me-spec-gated.service\nJobTimeoutSec=300ms\n"
    .. "[Service]\nType=oneshot\nExecStart=/bin/true\n",
  ["left4me-spec-needs.service"] = "[Unit]\nRequires=left4me-spec-fails.service\nAfter=left4me-spec-fails.service\n"
    .. "[Service]\nType=oneshot\nExecStart=/bin/true\n",
}

local function run(...)
  local result = assert(proc.run { argv = { ... }, timeout_ms = 30000 })
  assert(result.code == 0, table.concat({ ... }, " ") .. ": " .. result.stderr)
  return result.stdout
end

local function write(path, text)
  local file <close> = assert(io.open(path, "w"))
  assert(file:write(text))
end

-- A connection and everything it told, which can be waited for.
local Listener = {}
Listener.__index = Listener

local function listen()
  return setmetatable({ bus = assert(bus.open()), loop = assert(loop.new()), told = {}, seen = 0 }, Listener)
end

-- Take what is there; when nothing is, wait once. Returns nil, message, code when the connection is lost.
function Listener:take()
  local events, message, code = self.bus:process()
  if not events then return nil, message, code end
  table.move(events, 1, #events, #self.told + 1, self.told)
  if #events > 0 then return true end
  assert(self.loop:add(self.bus:fd(), self.bus:events(), "bus"))
  self.loop:wait(math.min(self.bus:timeout() or 1000, 1000))
  self.loop:del(self.bus:fd())
  return true
end

-- The first event the condition holds for.
function Listener:find(condition)
  local deadline = clock.monotonic() + PATIENCE_MS
  repeat
    for i, event in ipairs(self.told) do
      if condition(event) then return event, i end
    end
    assert(self:take())
  until clock.monotonic() > deadline
  error("waited in vain", 2)
end

function Listener:reply(token)
  assert(token)
  return self:find(function(event) return event.kind == "reply" and event.token == token end)
end

-- How a job asked for ended: its result, and its place among the events.
function Listener:result(token)
  local reply = self:reply(token)
  assert(reply.value, reply.message)
  local event, at = self:find(function(event) return event.kind == "job" and event.job == reply.value end)
  return event.result, at, event.unit
end

function Listener:properties(unit)
  local reply = self:reply(self.bus:properties(unit))
  return assert(reply.value, reply.message)
end

function Listener:close()
  self.bus:close()
  self.loop:close()
end
Listener.__close = Listener.close

describe("host.bus on a booted host", function()
  local one

  setup(function()
    for name, text in pairs(UNITS) do write(FOLDER .. "/" .. name, text) end
    run("systemctl", "daemon-reload")
  end)
  teardown(function()
    for name in pairs(UNITS) do os.remove(FOLDER .. "/" .. name) end
    run("systemctl", "daemon-reload")
  end)
  before_each(function()
    os.remove(GATE)
    run("mkfifo", GATE)
    one = listen()
    -- systemd remembers who subscribed, by names that a new bus gives away again.
    service.eventually("systemd on the bus again", function()
      local reply = one:reply(one.bus:subscribe())
      return reply.value or reply.code == "org.freedesktop.systemd1.AlreadySubscribed"
    end)
  end)
  after_each(function()
    one:close()
    run("systemctl", "stop", "left4me-spec@*", "left4me-spec-gated", "left4me-spec-waits")
    proc.run { argv = { "systemctl", "reset-failed", "left4me-spec*" }, timeout_ms = 10000 }
    os.remove(GATE)
  end)

  it("starts and stops a unit, and tells of its changes before its job ends", function()
    local unit = "left4me-spec@1.service"
    local result, at, name = one:result(one.bus:start(unit))
    assert.same({ "done", unit }, { result, name })
    local active, before
    active, before = one:find(function(e) return e.kind == "unit" and e.ActiveState == "active" end)
    assert.equal(unit, active.unit)
    assert.is_true(before < at)
    local now = one:properties(unit)
    assert.same({ unit, "loaded", "active", "running", "static", "success", false, 0 },
      { now.Id, now.LoadState, now.ActiveState, now.SubState, now.UnitFileState, now.Result, now.NeedDaemonReload,
        now.NRestarts })
    assert.matches("^%x+$", now.InvocationID)
    assert.equal(32, #now.InvocationID)
    assert.matches("left4me%-spec", now.ControlGroup)
    assert.is_true(math.abs(now.ActiveEnterTimestamp / 1000000 - os.time()) < 60)
    assert.equal(run("systemctl", "show", "-P", "MainPID", unit), now.MainPID .. "\n")
    assert.is_nil(now.Job)
    assert.equal("done", (one:result(one.bus:stop(unit))))
    now = one:properties(unit)
    assert.same({ "inactive", "dead" }, { now.ActiveState, now.SubState })
    assert.same({}, { now.MainPID, now.ControlGroup })
  end)

  it("tells how a job ended: failed, and what came of the command", function()
    local unit = "left4me-spec-fails.service"
    assert.equal("failed", (one:result(one.bus:start(unit))))
    local now = one:properties(unit)
    assert.same({ "failed", "exit-code", 1, 3 },
      { now.ActiveState, now.Result, now.ExecMainCode, now.ExecMainStatus })
    assert.is_true(one:reply(one.bus:reset_failed(unit)).value)
    assert.equal("inactive", one:properties(unit).ActiveState)
  end)

  it("tells how a job ended: canceled by a stop, which ends as done", function()
    local unit = "left4me-spec-gated.service"
    local starting = one.bus:start(unit)
    one:find(function(e) return e.kind == "unit" and e.ActiveState == "activating" end)
    assert.is_number(one:properties(unit).Job)
    local stopping = one.bus:stop(unit)
    assert.equal("canceled", (one:result(starting)))
    assert.equal("done", (one:result(stopping)))
  end)

  it("tells how a job ended: a dependency that failed, a time that ran out", function()
    assert.equal("dependency", (one:result(one.bus:start "left4me-spec-needs.service")))
    assert.equal("failed", (one:result(one.bus:start "left4me-spec-late.service")))
    assert.equal("timeout", one:properties("left4me-spec-late.service").Result)
    one.bus:start "left4me-spec-gated.service"
    assert.equal("timeout", (one:result(one.bus:start "left4me-spec-waits.service")))
  end)

  it("knows units by their names, however odd", function()
    for _, unit in ipairs { "left4me-spec@a-b_c.d:e.service", "left4me-spec@0.service",
      "left4me-spec@\\x2e\\x2e-etc.service", "left4me-spec@" .. ("x"):rep(200) .. ".service" } do
      local result, _, name = one:result(one.bus:start(unit))
      assert.same({ "done", unit }, { result, name })
      one:find(function(e) return e.kind == "unit" and e.unit == unit and e.ActiveState == "active" end)
      assert.equal(unit, one:properties(unit).Id)
      assert.equal("done", (one:result(one.bus:stop(unit))))
    end
    for _, unit in ipairs { "", "left4me-spec@a b.service", "left4me-spec@ü.service", "left4me-spec@a/b.service", "a",
      "left4me-spec@../x.service", ("x"):rep(300) .. ".service" } do
      assert.equal("org.freedesktop.DBus.Error.InvalidArgs", one:reply(one.bus:start(unit)).code)
      assert.equal("org.freedesktop.DBus.Error.InvalidArgs", one:reply(one.bus:properties(unit)).code)
    end
  end)

  it("tells a unit that does not exist", function()
    local unit = "left4me-nothing.service"
    assert.equal("org.freedesktop.systemd1.NoSuchUnit", one:reply(one.bus:start(unit)).code)
    assert.equal("org.freedesktop.systemd1.NoSuchUnit", one:reply(one.bus:stop(unit)).code)
    assert.equal("org.freedesktop.systemd1.NoSuchUnit", one:reply(one.bus:reset_failed(unit)).code)
    assert.equal("org.freedesktop.DBus.Error.FileNotFound", one:reply(one.bus:enabled(unit)).code)
    local now = one:properties(unit)
    assert.same({ unit, "not-found", "inactive" }, { now.Id, now.LoadState, now.ActiveState })
    assert.same({}, { now.InvocationID, now.UnitFileState, now.ActiveEnterTimestamp })
  end)

  it("reads one property, absent when it says nothing, and whether a unit starts with the host", function()
    local unit = "left4me-spec@1.service"
    local function property(name)
      local reply = one:reply(one.bus:property(unit, name))
      assert.is_nil(reply.message)
      return reply.value
    end
    assert.same({ "inactive", 0, false }, { property "ActiveState", property "NRestarts", property "NeedDaemonReload" })
    assert.same({}, { property "MainPID", property "InvocationID", property "MemoryCurrent", property "Job" })
    one:result(one.bus:start(unit))
    local now = one:properties(unit)
    assert.same({ now.MainPID, now.InvocationID, now.ControlGroup },
      { property "MainPID", property "InvocationID", property "ControlGroup" })
    assert.has_error(function() one.bus:property(unit, "ExecStart") end)
    assert.equal("static", one:reply(one.bus:enabled(unit)).value)
    assert.equal("org.freedesktop.DBus.Error.UnknownProperty", one:reply(one.bus:property("-.slice", "MainPID")).code)
  end)

  it("lists the units a pattern matches", function()
    one:result(one.bus:start "left4me-spec@b.service")
    one:result(one.bus:start "left4me-spec@a.service")
    local list = one:reply(one.bus:list "left4me-spec@*").value
    table.sort(list, function(x, y) return x.unit < y.unit end)
    assert.same({
      { unit = "left4me-spec@a.service", load = "loaded", active = "active", sub = "running" },
      { unit = "left4me-spec@b.service", load = "loaded", active = "active", sub = "running" },
    }, list)
    assert.same({}, one:reply(one.bus:list "left4me-spec@none*").value)
  end)

  it("answers more calls at once than the bus keeps of a connection", function()
    local tokens = {}
    for i = 1, 500 do tokens[i] = assert(one.bus:property("left4me-spec@1.service", "Id")) end
    for _, token in ipairs(tokens) do assert.equal("left4me-spec@1.service", one:reply(token).value) end
  end)

  it("tells nothing of units that are not ours", function()
    run("systemctl", "restart", "systemd-journald.service")
    one:properties "left4me-spec@1.service"
    for _, event in ipairs(one.told) do assert.not_equal("unit", event.kind) end
  end)

  it("subscribes once", function()
    assert.equal("org.freedesktop.systemd1.AlreadySubscribed", one:reply(one.bus:subscribe()).code)
  end)

  it("tells that systemd read its files again", function()
    run("systemctl", "daemon-reload")
    one:find(function(e) return e.kind == "manager" and e.what == "reloaded" end)
  end)

  it("hears of a job's end across an execution of systemd anew", function()
    local token = one.bus:start "left4me-spec-gated.service"
    one:find(function(e) return e.kind == "unit" and e.ActiveState == "activating" end)
    run("systemctl", "daemon-reexec")
    local _, back = one:find(function(e) return e.kind == "manager" and e.what == "back" end)
    write(GATE, "go\n")
    local result, at = one:result(token)
    assert.equal("done", result)
    assert.is_true(at > back)
  end)

  it("says closed when the bus is started anew, and connects again", function()
    run("systemctl", "restart", "dbus.service")
    local ok, message, code
    repeat ok, message, code = one:take() until not ok
    assert.matches("lost", message)
    assert.equal("closed", code)
    one:close()
    one = listen()
    -- systemd remembers who subscribed, by names that a new bus gives away again.
    service.eventually("systemd on the bus again", function()
      local reply = one:reply(one.bus:subscribe())
      return reply.value or reply.code == "org.freedesktop.systemd1.AlreadySubscribed"
    end)
    assert.equal("done", (one:result(one.bus:start "left4me-spec@1.service")))
  end)

  it("keeps the name of the error when systemd refuses who asks", function()
    local place <close> = scratch.new()
    place:fill { ["ask.lua"] = [[
      local b, l = assert(require("host.bus").open()), require("host.loop").new()
      local names = { [assert(b:start "left4me-spec@1.service")] = "start", [b:list "dbus.service"] = "list" }
      while next(names) do
        for _, event in ipairs(assert(b:process())) do
          if names[event.token] then print(names[event.token], event.code, event.value and #event.value) end
          names[event.token or 0] = nil
        end
        l:add(b:fd(), b:events(), 1)
        l:wait(next(names) and b:timeout() or 0)
        l:del(b:fd())
      end
    ]] }
    run("chmod", "-R", "a+rX", place.path)
    local out = run(table.unpack(scratch.as_nobody { runtime.executable, "lua", place.path .. "/ask.lua" }))
    assert.matches("start\torg%.freedesktop%.DBus%.Error%.%a*A%a+", out)
    assert.matches("list\tnil\t1\n", out)
    assert.equal("inactive", one:properties("left4me-spec@1.service").ActiveState)
  end)

  it("leaks nothing when memory runs out while events become tables", function()
    local before = descriptors.count()
    descriptors.fail_each_allocation [[
      local b <close> = assert(require("host.bus").open())
      local l <close> = assert(require("host.loop").new())
      local waiting = { [b:subscribe()] = 1, [b:properties "left4me-spec@1.service"] = 1, [b:list "dbus*"] = 1,
        [b:property("dbus.service", "Id")] = 1, [b:start "left4me-spec@1.service"] = 1,
        [b:stop "left4me-spec@1.service"] = 1 }
      while next(waiting) do
        for _, event in ipairs(assert(b:process())) do waiting[event.token or 0] = nil end
        assert(l:add(b:fd(), b:events(), 1))
        l:wait(next(waiting) and b:timeout() or 0)
        l:del(b:fd())
      end
    ]]
    assert.equal(before, descriptors.count())
  end)
end)
