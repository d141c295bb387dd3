-- What starts, stops and builds ask of systemd, and what they make of its answers; systemd is played.
local ports = require "spec.support.ports"
local scratch = require "spec.support.scratch"
local start = require "backends.systemd.start"
local stop = require "backends.systemd.stop"

-- systemd as a unit's state by its name; results and states may be changed as jobs come.
local function played(script)
  local systemd = { told = {}, states = script.states or {} }
  local connection = setmetatable({}, { __close = function() end })
  function connection.submit(_, verb, unit)
    table.insert(systemd.told, verb .. " " .. unit:match "^[^@]*")
    local job = { verb = verb, unit = unit, result = "done" }
    for key, value in pairs(script[systemd.told[#systemd.told]] or {}) do job[key] = value end
    systemd.states[unit] = job.leaves or systemd.states[unit]
    if not job.result then systemd.running = job end
    if verb == "stop" and systemd.running and systemd.running.unit == unit then systemd.running.result = "canceled" end
    return job
  end
  function connection.finish() return true end
  function connection.follow() end
  function connection.turn() end
  function connection.interest() return {}, 0 end
  function connection.ask(_, verb, unit)
    if verb == "list" then
      local list = {}
      for loaded, state in pairs(systemd.states) do list[#list + 1] = { unit = loaded, active = state } end
      return list
    end
    if verb == "property" then return nil end
    if verb == "properties" then return script.properties or {} end
    if verb == "enabled" then return script.enabled or "disabled" end
    table.insert(systemd.told, verb .. " " .. unit:match "^[^@]*")
    return true
  end
  systemd.connect = function() return connection end
  return systemd
end

describe("A start", function()
  local place, backend
  local SERVER <const>, MOUNT <const> = "left4me-server@7.service", "left4me-mount@7.service"
  before_each(function()
    place = scratch.new()
    place:fill {
      ["installation/srcds_run"] = "", ["instances/7/instance.env"] = ("L4D2_PORT=%d\nL4D2_ARGS=\n"
        .. "L4D2_LOWERDIRS=installation\n"):format(ports.free()),
    }
    backend = { dir = place.dir, runs = function() return false end }
  end)
  after_each(function() place:remove() end)

  local function run(script)
    local systemd = played(script)
    backend.connect = systemd.connect
    local ok, message, code = start.run(backend, "7")
    return ok or message, systemd.told, code
  end

  it("starts the server, then has it started with the host", function()
    local ok, told = run { ["start left4me-server"] = { leaves = "active" } }
    assert.is_true(ok)
    assert.same({ "start left4me-server", "start left4me-boot" }, told)
  end)

  it("ends what an earlier one left mounted, but not below a game that runs", function()
    local script = { ["start left4me-server"] = { leaves = "active" }, states = { [MOUNT] = "active" } }
    local _, told = run(script)
    assert.same({ "stop left4me-mount", "start left4me-server", "start left4me-boot" }, told)
    script.states = { [MOUNT] = "active", [SERVER] = "activating" }
    assert.same("start left4me-server", (select(2, run(script)))[1])
  end)

  it("forgives a unit that systemd would not start for its many starts, once", function()
    local problem, told, code = run { ["start left4me-server"] = { result = "failed" },
      properties = { Result = "exit-code", ExecMainStatus = 3 } }
    assert.equal("ended with exit code 3", problem)
    assert.equal("start_failed", code)
    assert.same({ "start left4me-server", "reset_failed left4me-server", "start left4me-server" }, told)
  end)

  it("is made once more when the game it began is gone, and then said to have failed", function()
    local problem, told, code = run { ["start left4me-server"] = { leaves = "inactive" } }
    assert.equal("the game ended as soon as it ran", problem)
    assert.equal("start_failed", code)
    assert.same({ "start left4me-server", "start left4me-boot", "start left4me-server" }, told)
  end)

  it("says who refused it", function()
    local problem, _, code = run { ["start left4me-server"] = { result = "refused", message = "Access denied",
      code = "denied" } }
    assert.same({ "Access denied", "denied" }, { problem, code })
  end)

  it("of a game that will not start with the host says that it runs", function()
    local problem, _, code = run { ["start left4me-server"] = { leaves = "active" },
      ["start left4me-boot"] = { result = "refused", message = "Unit is masked." } }
    assert.same({ "it runs, but will not start with the host: Unit is masked.", "boot_failed" }, { problem, code })
  end)
end)

describe("A stop", function()
  local function run(script)
    local systemd = played(script)
    local ok, message, code = stop.run(systemd, "7")
    return ok or message, systemd.told, code
  end

  it("stops the server, its mount, and its start with the host", function()
    local ok, told = run {}
    assert.is_true(ok)
    assert.same({ "stop left4me-server", "stop left4me-mount", "stop left4me-boot" }, told)
  end)

  it("disables a server whose boot unit somebody else stopped", function()
    local _, told = run { enabled = "enabled" }
    assert.same({ "stop left4me-boot", "start left4me-boot", "stop left4me-boot" }, table.move(told, 3, 5, 1, {}))
  end)

  for unit, words in pairs { server = "the game: no", mount = "its files are still mounted: no",
    boot = "its start with the host: no" } do
    it("says that the " .. unit .. "'s unit did not stop", function()
      local problem, _, code = run { ["stop left4me-" .. unit] = { result = "refused", message = "no", code = "busy" } }
      assert.same({ words, "busy" }, { problem, code })
    end)
  end
end)

describe("A build", function()
  local output, asked
  local sandbox
  setup(function()
    package.loaded["backends.systemd.output"] = { new = function() return output end }
    package.loaded["host.signal"] = { watch = function()
      return setmetatable({ fd = function() return 0 end, read = function() return table.remove(asked, 1) end },
        { __close = function() end })
    end }
    package.loaded["backends.systemd.waiting"] = { here = function() end }
    sandbox = require "backends.systemd.sandbox"
  end)

  before_each(function()
    asked = {}
    output = setmetatable({ lines = { { stream = "stdout", text = "one" } }, exit = 0 }, { __close = function() end })
    function output.read(o)
      local lines = o.lines
      o.lines = {}
      return lines
    end
    function output.fd() return 0 end
    function output.patience(_, ms) return ms end
    function output.drain(o, _, take) for _, line in ipairs(o:read()) do take(line) end end
    function output.exit_code(o) return o.exit end
  end)

  local function run(script)
    local systemd, put, complaints = played(script), {}, {}
    local code, message, name = sandbox.new(7, systemd.connect):run {
      put = function(stream, text) put[#put + 1] = stream .. " " .. text end,
      complain = function(text) complaints[#complaints + 1] = text end,
    }
    return { code = code, message = message, name = name, told = systemd.told, put = put, complaints = complaints }
  end

  it("starts its unit and passes its lines on", function()
    local done = run {}
    assert.same({ 0, { "start build-overlay" }, { "stdout one" }, {} },
      { done.code, done.told, done.put, done.complaints })
  end)

  it("ends what an earlier one left running or staged, and forgives what failed", function()
    local UNIT <const>, STAGE <const> = "build-overlay@7.service", "left4me-stage@7.service"
    assert.same({ "stop build-overlay", "stop left4me-stage", "start build-overlay" },
      run({ states = { [STAGE] = "active" } }).told)
    assert.same({ "stop build-overlay", "stop left4me-stage", "start build-overlay" },
      run({ states = { [UNIT] = "activating" } }).told)
    assert.same({ "stop build-overlay", "stop left4me-stage", "start build-overlay" },
      run({ states = { [UNIT] = "deactivating", [STAGE] = "active" } }).told)
    assert.same({ "reset_failed build-overlay", "start build-overlay" }, run({ states = { [UNIT] = "failed" } }).told)
  end)

  it("has the relay's exit code where systemd saw a success", function()
    output.exit = 143
    local done = run {}
    assert.equal(143, done.code)
    assert.matches("build again", done.complaints[1])
  end)

  it("has systemd's exit code and its reason when it failed", function()
    local done = run { ["start build-overlay"] = { result = "failed" },
      properties = { Result = "oom-kill", ExecMainStatus = 9 } }
    assert.equal(137, done.code)
    assert.same({ "killed: used more than 4 GiB" }, done.complaints)
    done = run { ["start build-overlay"] = { result = "failed" },
      properties = { Result = "exit-code", ExecMainStatus = 3 } }
    assert.same({ 3, {} }, { done.code, done.complaints })
  end)

  it("that is asked to end has its unit and its staging stopped", function()
    asked = { "TERM" }
    local done = run { ["start build-overlay"] = { result = false } }
    assert.equal(143, done.code)
    assert.same({ "start build-overlay", "stop build-overlay", "stop left4me-stage" }, done.told)
  end)

  it("that could not begin says why", function()
    local done = run { ["start build-overlay"] = { result = "refused", message = "Access denied", code = "denied" } }
    assert.same({ "Access denied", "denied" }, { done.message, done.name })
    done = run { ["start build-overlay"] = { result = "dependency" } }
    assert.same({ "systemd could not prepare the sandbox", "not_prepared" }, { done.message, done.name })
  end)
end)
