-- The limits of a build, enforced by the kernel: memory, tasks, processor, time; and what its owner is told of them.
local booted = require "spec.support.booted"
local clock = require "host.clock"
local product = require "spec.support.product"

local UNIT = "build-overlay@.service"

describe("A build", function()
  local host

  setup(function() host = booted.host():login() end)
  after_each(function() host:reset_units() end)

  local function begin(name, script)
    local overlay = host:api("POST", "/overlays", { name = name, type = "script" }, 201)
    return host:api("POST", ("/overlays/%d/script"):format(overlay.id), { script = script }, 202)
  end

  -- The text of a file of the build's control group; "" when there is none.
  local function cgroup(job, file)
    return host:sh(("cat /sys/fs/cgroup/l4d2.slice/l4d2-build.slice/build-overlay@%d.service/%s")
      :format(job.overlay_id, file)).stdout
  end

  local function number(job, file, name)
    return tonumber(cgroup(job, file):match(name .. " (%d+)")) or 0
  end

  local function has_said(job, line)
    host:slowly("the line " .. line, function() return product.log(host, job):find(line, 1, true) end)
  end

  local function cancel(job)
    host:api("POST", ("/jobs/%d/cancel"):format(job.id), {}, 202)
    assert.equal("cancelled", host:finished(job).state)
  end

  it("has 4 GiB, no swap, 512 tasks and two processors", function()
    local job = begin("limits", "echo begun; sleep 1000")
    has_said(job, "begun")
    local limits = {}
    for _, file in ipairs { "memory.max", "memory.swap.max", "pids.max", "cpu.max" } do
      limits[file] = cgroup(job, file):gsub("\n", "")
    end
    assert.same({ ["memory.max"] = tostring(4 << 30), ["memory.swap.max"] = "0", ["pids.max"] = "512",
      ["cpu.max"] = "200000 100000" }, limits)
    cancel(job)
  end)

  it("that takes more memory than it may is killed whole, and its log says so", function()
    host:limit(UNIT, "MemoryMax=96M")
    local job = begin("hog", "echo begun; sleep 1000 & perl -e 'my $x = q(x) x (256 << 20)'; echo went on")
    job = host:finished(job)
    local log = product.log(host, job)
    assert.equal("failed", job.state)
    assert.equal(137, job.exit_code)
    assert.matches("begun", log, 1, true)
    assert.matches("killed: used more than 4 GiB", log, 1, true)
    assert.is_nil(log:find("went on", 1, true))
  end)

  it("that forks without end stays within its tasks, its log says so, and the host answers meanwhile", function()
    local job = begin("bomb", "echo begun\nbomb() { bomb | bomb & }\nbomb 2>/dev/null\nsleep 1000")
    host:slowly("a refused fork", function() return number(job, "pids.events", "max") > 0 end)
    assert.is_true(tonumber(cgroup(job, "pids.peak"):match("%d+") or cgroup(job, "pids.current"):match("%d+")) <= 512)
    assert.equal("running", host:api("GET", "/jobs/" .. job.id, nil, 200).state)
    host:must("curl -sf http://" .. host.address .. "/health && l4d2ctl status nobody")
    has_said(job, "the build met its limit of 512 tasks")
    cancel(job)
  end)

  it("gets no more of the processor than its quota", function()
    host:limit(UNIT, "CPUQuota=20%")
    local job = begin("spinner", "echo begun; for i in 1 2; do while :; do :; done & done; wait")
    has_said(job, "begun")
    local from, used = clock.monotonic(), number(job, "cpu.stat", "usage_usec")
    host:slowly("ten periods in which it had to wait", function()
      return number(job, "cpu.stat", "nr_throttled") >= 10 and clock.monotonic() > from + 5000
    end)
    used = number(job, "cpu.stat", "usage_usec") - used
    local share = used / 1000 / (clock.monotonic() - from)
    assert.is_true(share > 0.02 and share < 0.3, ("it had %.0f %% of a processor"):format(share * 100))
    cancel(job)
  end)

  it("that takes too long is ended whole, whatever it ignores, and its log says so", function()
    host:limit(UNIT, "TimeoutStartSec=5s\nTimeoutStopSec=2s")
    local job = begin("sleeper", "trap '' TERM; echo begun; sleep 1000 & sleep 1000; sleep 1000")
    job = host:finished(job)
    local log = product.log(host, job)
    assert.equal("failed", job.state)
    assert.equal(124, job.exit_code)
    assert.matches("begun", log, 1, true)
    assert.matches("ended after 3600 s: that is the longest it may take", log, 1, true)
    assert.equal("", cgroup(job, "cgroup.procs"))
  end)
end)
