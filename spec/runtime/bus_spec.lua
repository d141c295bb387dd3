-- host.bus against a message bus of its own, without systemd on it; spec/host/bus_spec.lua has the real one.
local bus = require "host.bus"
local descriptors = require "spec.support.descriptors"
local loop = require "host.loop"
local proc = require "host.proc"
local scratch = require "spec.support.scratch"
local service = require "spec.support.service"

local CONFIG = [[
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>custom</type>
  <listen>unix:path=%s/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy>
</busconfig>
]]

describe("host.bus", function()
  local directory, daemon, address, b

  before_each(function()
    directory = scratch.new()
    directory:fill { config = CONFIG:format(directory.path) }
    daemon = assert(proc.spawn {
      argv = { "dbus-daemon", "--nofork", "--print-address", "--config-file=" .. directory.path .. "/config" },
    })
    address = service.eventually("the bus", function() return (daemon:read "stdout") end):match("^[^,%s]+")
    b = assert(bus.open { address = address })
  end)
  after_each(function()
    b:close()
    daemon:kill "KILL"
    service.eventually("the bus's end", function() return daemon:wait() end)
    daemon:close()
    directory:remove()
  end)

  -- Wait as a loop does until the condition holds for an event. Returns that event, and all before it.
  local function wait_for(condition)
    local l <close>, before = assert(loop.new()), {}
    for _ = 1, 1000 do
      local events = assert(b:process())
      for _, event in ipairs(events) do
        if condition(event) then return event, before end
        before[#before + 1] = event
      end
      if #events == 0 then
        assert(l:add(b:fd(), b:events(), "bus"))
        l:wait(math.min(b:timeout() or 5000, 5000))
        l:del(b:fd())
      end
    end
    error "waited in vain"
  end

  local function reply_to(token)
    return wait_for(function(event) return event.kind == "reply" and event.token == token end)
  end

  -- Let the daemon do all it was told to do before.
  local function settle() reply_to(assert(b:enabled "x.service")) end

  it("answers every call under its own token, in order, with the name of the D-Bus error", function()
    local tokens = {
      b:subscribe(), b:start "a.service", b:stop "a.service", b:reset_failed "a.service", b:properties "a.service",
      b:list "a*", b:enabled "a.service",
    }
    local last, before = reply_to(tokens[#tokens])
    assert.equal(#tokens, #before + 1)
    before[#before + 1] = last
    for i, event in ipairs(before) do
      assert.same({ "reply", tokens[i], "org.freedesktop.DBus.Error.ServiceUnknown" },
        { event.kind, event.token, event.code })
      assert.matches("org.freedesktop.systemd1", event.message)
      assert.is_nil(event.value)
    end
  end)

  it("has something to wait for only while a call is unanswered", function()
    settle()
    assert.same({}, b:process())
    assert.is_nil(b:timeout())
    assert.equal("r", b:events())
    b:list "*"
    assert.is_number(b:timeout())
  end)

  it("refuses what is no text before it is sent, and raises at a NUL byte", function()
    assert.same({ nil, "EINVAL" }, { nil, (select(3, b:start "\xff.service")) })
    assert.same({ nil, "EINVAL" }, { nil, (select(3, b:list "\xff*")) })
    assert.has_error(function() b:stop "a\0.service" end)
    assert.has_error(function() b:properties() end)
  end)

  it("believes no signal that is not systemd's, be it sent to this connection alone", function()
    reply_to(b:subscribe())
    for number = 0, 5 do -- one of them is ours
      for _, signal in ipairs {
        { "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager.JobRemoved", "uint32:1",
          "objpath:/org/freedesktop/systemd1/job/1", "string:a.service", "string:done" },
        { "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager.Reloading", "boolean:false" },
        { "/org/freedesktop/DBus", "org.freedesktop.DBus.NameOwnerChanged", "string:org.freedesktop.systemd1",
          "string:", "string::1.9" },
      } do
        local sent = assert(proc.run { argv = { "dbus-send", "--bus=" .. address, "--type=signal",
          "--dest=:1." .. number, table.unpack(signal) }, timeout_ms = 5000 })
        assert.equal(0, sent.code, sent.stderr)
      end
    end
    local last = assert(b:enabled "x.service")
    local _, before = reply_to(last)
    assert.same({}, before)
  end)

  it("fails the calls that wait when the connection is lost, then says closed", function()
    settle()
    daemon:kill "STOP"
    local token = b:start "a.service"
    daemon:kill "KILL"
    local reply = reply_to(token)
    assert.is_nil(reply.value)
    assert.matches("^org%.freedesktop%.DBus%.Error%.", reply.code)
    local events, message, code
    repeat events, message, code = b:process() until not events
    assert.matches("lost", message)
    assert.equal("closed", code)
    assert.equal("closed", (select(3, b:fd())))
    assert.equal("closed", (select(3, b:events())))
    assert.equal(0, b:timeout())
    assert.equal("closed", (select(3, b:start "a.service")))
  end)

  it("says closed also to a call that is the first to meet the loss", function()
    settle()
    daemon:kill "KILL"
    service.eventually("the bus's end", function() return daemon:wait() end)
    local code
    for _ = 1, 3 do code = code or select(3, b:start "a.service") end
    assert.equal("closed", code)
  end)

  it("says where it cannot connect", function()
    assert.equal("ENOENT", (select(3, bus.open { address = "unix:path=" .. directory.path .. "/none" })))
    assert.equal("ECONNREFUSED", (select(3, bus.open { address = "no address" })))
    assert.has_error(function() bus.open { adress = "x" } end)
  end)

  it("raises on a closed handle, and closes twice", function()
    b:close()
    b:close()
    assert.error_matches(function() b:process() end, "closed host.bus")
  end)

  it("leaks no descriptor when memory runs out at any point", function()
    b:close()
    local before = descriptors.count()
    descriptors.fail_each_allocation(([[
      local b <close> = assert(require("host.bus").open { address = %q })
      local l <close> = assert(require("host.loop").new())
      local last = b:subscribe() and b:list "*"
      while true do
        for _, event in ipairs(assert(b:process())) do
          if event.token == last then return end
        end
        if b:timeout() ~= 0 then
          assert(l:add(b:fd(), b:events(), 1))
          l:wait(b:timeout())
          l:del(b:fd())
        end
      end
    ]]):format(address))
    assert.equal(before, descriptors.count())
  end)
end)
