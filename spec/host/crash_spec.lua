-- What may happen to a production host at any moment of any job: no server stops, no job hangs, nothing is left behind.
local a2s = require "spec.support.a2s_client"
local booted = require "spec.support.booted"
local loop = require "host.loop"
local product = require "spec.support.product"

-- What is done to the host, whether the service itself lives through it, and with which words a build may fail.
local BLOWS = {
  { "kill -9 of the service", "systemctl kill -s KILL --kill-whom=main left4me-web", false },
  { "a restart of D-Bus", "systemctl restart dbus", true },
  { "systemd executing itself anew", "systemctl daemon-reexec", true,
    "systemd was started anew as the build began, and ended it: build again" },
  { "a restart of journald", "systemctl restart systemd-journald", true },
}
-- Milliseconds into the jobs.
local MOMENTS = { 0, 40, 120, 300 }

local FINAL = { succeeded = true, failed = true, cancelled = true, lost = true }

describe("A production host", function()
  local host, overlay, blueprint, steady, others, pid

  local function pid_of(server)
    return host:must(("systemctl show -P MainPID left4me-server@%d"):format(server.id))
  end

  setup(function()
    host = booted.host():login()
    overlay = product.overlay(host, "long", "for i in $(seq 20); do echo line $i; sleep 0.02; done; echo the end")
    steady = product.server(host, "steady", { overlays = {} })
    blueprint = { id = steady.blueprint_id }
    others = {}
    for i = 1, 3 do
      others[i] = host:api("POST", "/servers",
        { name = "other " .. i, blueprint_id = blueprint.id, port = require("spec.support.ports").free() }, 201)
    end
    product.operate(host, steady, "start")
    host:eventually("an A2S answer", function() return a2s.info("127.0.0.1", steady.port, 100) end)
    pid = pid_of(steady)
  end)

  teardown(function()
    host:answering()
    for _, server in ipairs { steady, table.unpack(others) } do product.operate(host, server, "delete") end
    host:api("DELETE", "/blueprints/" .. blueprint.id, nil, 200)
    host:api("DELETE", "/overlays/" .. overlay.id, nil, 200)
  end)

  local function enqueue_all()
    local jobs = { host:api("POST", ("/overlays/%d/build"):format(overlay.id), {}, 202) }
    for i, operation in ipairs { "start", "stop", "reset" } do
      jobs[i + 1] = host:api("POST", ("/servers/%d/%s"):format(others[i].id, operation), {}, 202)
    end
    return jobs
  end

  local function ended(job)
    return host:eventually("the end of job " .. job.id, function()
      local ok, now = pcall(host.api, host, "GET", "/jobs/" .. job.id, nil, 200)
      return ok and FINAL[now.state] and now
    end)
  end

  local function settled()
    host:eventually("staging taken away", function()
      local left = host:sh("ls -A /run/left4me/builds 2>/dev/null; systemctl list-units --plain --no-legend "
        .. "--state=active,activating,deactivating 'left4me-stage@*' 'build-overlay@*'").stdout
      return left == "", left
    end)
    host:eventually("mounts of running servers only", function()
      local servers = host:must("systemctl list-units --plain --no-legend --state=active 'left4me-server@*' | wc -l")
      return servers == host:must("grep -c ' /var/lib/left4me/runtime/[^ ]*/merged ' /proc/1/mountinfo || true")
    end)
  end

  local function long_build()
    local sleeper = host:api("POST", "/overlays", { name = "sleeper", type = "script" }, 201)
    local job = host:api("POST", ("/overlays/%d/script"):format(sleeper.id),
      { script = "echo begun; trap '' TERM; while :; do sleep 600; done" }, 202)
    host:eventually("the build's first line", function() return product.log(host, job):find("begun", 1, true) end)
    return sleeper, job
  end

  it("ends a build whose service was killed, which counts as lost", function()
    local sleeper, job = long_build()
    host:must "systemctl kill -s KILL --kill-whom=main left4me-web"
    host:answering()
    assert.equal("lost", ended(job).state)
    settled()
    assert.truthy(product.log(host, job):find("begun", 1, true))
    host:api("DELETE", "/overlays/" .. sleeper.id, nil, 200)
  end)

  it("ends a build whose job's process was killed", function()
    local sleeper, job = long_build()
    host:must(("pkill -KILL -f '^/usr/local/lib/left4me/bin/left4me build %d$'"):format(sleeper.id))
    assert.equal("failed", ended(job).state)
    settled()
    host:api("DELETE", "/overlays/" .. sleeper.id, nil, 200)
  end)

  for _, blow in ipairs(BLOWS) do
    for _, moment in ipairs(MOMENTS) do
      it(("lives through %s, %d ms into a build, a start, a stop and a reset"):format(blow[1], moment), function()
        for i, operation in ipairs { "stop", "start", "start" } do product.operate(host, others[i], operation) end
        local jobs = enqueue_all()
        local pause <close> = loop.new()
        pause:wait(moment)
        host:must(blow[2])
        host:answering()
        for _, job in ipairs(jobs) do
          job = ended(job)
          local log = product.log(host, job)
          local build_may_fail = job.operation == "build_overlay" and blow[4] and log:find(blow[4], 1, true)
          if blow[3] and not build_may_fail then assert.equal("succeeded", job.state, job.operation .. "\n" .. log) end
          if job.operation == "build_overlay" and job.state == "succeeded" then
            assert.truthy(log:find("the end", 1, true), log)
          end
        end
        settled()
        assert.equal(pid, pid_of(steady))
        assert.truthy(a2s.info("127.0.0.1", steady.port, 1000))
        assert.equal("running", host:api("GET", "/servers/" .. steady.id, nil, 200).actual_state)
        assert.matches("the database is sound", host:sh("left4me check").stdout)
      end)
    end
  end
end)
