-- Specs of scheduler.recover: after a crash no job stays "running", no child of one stays alive, no finished line goes.
local proc = require "host.proc"
local recover = require "scheduler.recover"
local support = require "spec.support.scheduler"

describe("Recovery", function()
  local host, store, scene, children
  before_each(function()
    host = support.new()
    store, scene, children = host.ports.store, host.scene, {}
  end)
  after_each(function()
    for _, child in ipairs(children) do
      child:kill("KILL", { group = true })
      child:wait()
      child:close()
    end
    host:close()
  end)

  local function running(operation, object)
    local id = scene:job(operation, object)
    assert.equal(id, store.jobs:claim(host.ports.clock.now()).id)
    return id
  end

  -- A child as the service before left it; returns it and the pids it printed.
  local function leave_child(id, script)
    local child = assert(proc.spawn { argv = { "bash", "-c", script }, stderr = "inherit" })
    children[#children + 1] = child
    local text = ""
    host:until_true("the child's word", function()
      text = text .. (child:read "stdout" or "")
      return text:find("ready", 1, true)
    end)
    store.jobs:set_child(id, child:pid(), proc.start_time(child:pid()))
    local pids = {}
    for pid in text:gmatch("%d+") do pids[#pids + 1] = math.tointeger(tonumber(pid)) end
    return child, pids
  end

  local function run() return host:as_task(recover.run, host.ports) end

  it("has nothing to do when nothing ran", function()
    local id = scene:job("stop", scene:server "s")
    assert.equal(0, run())
    assert.equal("queued", store.jobs:get(id).state)
  end)

  it("finishes each running and cancelling job as lost, with its overlay, its bells and its server's state", function()
    local overlay, server = scene:overlay "o", scene:server "s"
    local build, stop = running("build_overlay", overlay), running("stop", server)
    store.jobs:request_cancel(build, 1)
    host.ports.backend.states[tostring(server)] = "running"
    assert.equal(2, run())
    for _, id in ipairs { build, stop } do
      local job = store.jobs:get(id)
      assert.equal("lost", job.state)
      assert.is_nil(job.exit_code)
      assert.is_number(job.finished_at)
      assert.equal("lost", host.ports.hub.closed["job:" .. id])
    end
    assert.equal("failed", store.overlays:get(overlay).last_build_status)
    assert.same({ overlay }, host.ports.backend.ended_builds)
    assert.equal("running", store.servers:get(server).actual_state)
    local rang = host:rang()
    assert.is_true(rang.jobs and rang.overlays and rang.servers)
    assert.equal(2, #host.lines)
    assert.equal(0, run())
  end)

  it("keeps every finished line of the log, and ends it with a sentence on a line of its own", function()
    local id = running "install"
    host.ports.root:write(("logs/jobs/%d.log"):format(id), "1 O whole\n2 O torn in the mid")
    run()
    assert.matches("^1 O whole\n2 O torn in the mid\n"
      .. "%d+ E The service ended while this job ran; its outcome is lost.\n$",
      host.ports.root:read(("logs/jobs/%d.log"):format(id)))
  end)

  it("kills the child that is left, with its whole group, whatever they ignore", function()
    local child, pids = leave_child(running "install", [[
      trap '' TERM HUP; (trap '' TERM; sleep 1000) & echo $!; echo ready; while :; do sleep 1000; done]])
    run()
    assert.same({ kind = "signal", code = 137, signal = "KILL" }, child:wait())
    host:until_true("the end of its child", function() return not support.alive(pids[1]) end)
  end)

  it("kills a group whose leader has ended already", function()
    local id = running "install"
    local child, pids = leave_child(id,
      "(trap '' TERM; exec sleep 1000 >/dev/null) & echo $!; echo ready; read -t 0.05 <> <(:)")
    host:until_true("the leader's end", function() return child:wait() end)
    assert.is_true(support.alive(pids[1]))
    run()
    host:until_true("the end of its child", function() return not support.alive(pids[1]) end)
  end)

  it("spares a process that has the child's number by now", function()
    local id = running "install"
    local child = leave_child(id, "echo ready; exec sleep 1000")
    store.jobs:set_child(id, child:pid(), 1)
    run()
    assert.equal("lost", store.jobs:get(id).state)
    assert.is_true(support.alive(child:pid()))
  end)

  it("spares a group of that number when the host was booted since", function()
    local id = running "install"
    local child, pids = leave_child(id, "(exec sleep 1000 >/dev/null) & echo $!; echo ready; read -t 0.05 <> <(:)")
    host:until_true("the leader's end", function() return child:wait() end)
    scene.d:run("UPDATE jobs SET started_at = 1 WHERE id = ?", id)
    local killed
    host.ports.proc = setmetatable({ kill_group = function(group) killed = group end }, { __index = proc })
    run()
    assert.is_nil(killed)
    assert.is_true(support.alive(pids[1]))
    proc.kill_group(child:pid(), "KILL")
  end)
end)
