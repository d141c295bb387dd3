-- polkit on an installed host: what the user left4me may ask of systemd, tried over the bus; all else is refused.
local host = require "spec.support.units_host"

local MANAGER = "org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager"

local function call(user, words)
  return host.sh(("runuser -u %s -- busctl --system --no-pager call %s %s"):format(user, MANAGER, words))
end

local function allowed(words)
  local result = call("left4me", words)
  assert.equal(0, result.code, words .. ": " .. result.stderr)
end

-- systemd may say that it knows no such unit, or that the name is none, before it asks polkit: that is a no too.
local REFUSALS = { "[Ii]nteractive authentication required", "[Aa]ccess denied", "[Pp]ermission denied", "is not valid",
  "[Ii]nvalid", "not loaded", "missing the instance name" }

local function refused(user, words)
  local result = call(user, words)
  assert.not_equal(0, result.code, words)
  for _, text in ipairs(REFUSALS) do
    if result.stderr:find(text) then return end
  end
  error(words .. ": " .. result.stderr)
end

local function denied(user, words)
  local result = call(user, words)
  assert.truthy(result.code ~= 0 and (result.stderr:find("authentication required") or result.stderr:find("denied")),
    words .. ": " .. result.stdout .. result.stderr)
end

local OURS = { "left4me-server@polkit.service", "left4me-boot@polkit.service", "left4me-purge@polkit.service",
  "build-overlay@999999.service" }
local HELPERS = { "left4me-mount@polkit.service", "left4me-stage@999999.service" }

describe("The user left4me", function()
  teardown(function() host.sh("systemctl reset-failed; systemctl stop left4me-boot@polkit") end)

  it("may start, stop and forgive servers and builds, start and stop boot units, start a purge", function()
    allowed "StartUnit ss left4me-purge@polkit.service replace"
    allowed "StartUnit ss left4me-boot@polkit.service replace"
    allowed "StopUnit ss left4me-boot@polkit.service replace"
    allowed "StartUnit ss left4me-server@polkit.service replace"
    allowed "StopUnit ss left4me-server@polkit.service replace"
    allowed "StartUnit ss build-overlay@999999.service replace"
    allowed "StopUnit ss build-overlay@999999.service replace"
  end)

  for _, unit in ipairs(HELPERS) do
    it("may stop " .. unit .. ", which its own unit starts, and nothing else", function()
      allowed(("StopUnit ss %s replace"):format(unit))
      for _, words in ipairs { "StartUnit ss %s replace", "RestartUnit ss %s replace", "ResetFailedUnit s %s",
        "KillUnit ssi %s all 9", "SetUnitProperties 'sba(sv)' %s true 1 MemoryMax t 1" } do
        refused("left4me", words:format(unit))
      end
    end)
  end

  for _, unit in ipairs { "left4me-mount@Polkit.service", "left4me-stage@x.service", "left4me-web.service",
    "left4me-workshop-refresh.service", "left4me-workshop-refresh.timer", "l4d2-game.slice", "dbus.service",
    "systemd-journald.service", "systemd-logind.service", "multi-user.target", "poweroff.target", "rescue.target",
    "getty@tty1.service", "tmp.mount", "build-overlay@x.service", "build-overlay@01.service",
    "left4me-server@Polkit.service", "left4me-server@-x.service", "left4me-server@polkit.socket",
    "left4me-serverx@polkit.service", "left4me-boot@polkit.timer" } do
    it("may neither start nor stop nor restart " .. unit, function()
      denied("left4me", ("StartUnit ss %s replace"):format(unit))
      refused("left4me", ("StopUnit ss %s replace"):format(unit))
      refused("left4me", ("RestartUnit ss %s replace"):format(unit))
      refused("left4me", ("ResetFailedUnit s %s"):format(unit))
    end)
  end

  for _, unit in ipairs { "left4me-server@../x.service", "'build-overlay@1 .service'", "$'left4me-server@x\\n.service'",
    "'left4me-server@x.service '", "'build-overlay@1.service\t'", "left4me-server@.service",
    "left4me-server@%i.service",
    "'left4me-server@x\\x2fy.service'",
    "left4me-server@ü.service", "/run/x.service", "''" } do
    it("gets nothing by the name " .. unit:gsub("%c", "?"), function()
      refused("left4me", ("StartUnit ss %s replace"):format(unit))
    end)
  end

  for _, unit in ipairs(OURS) do
    it("may do nothing else with " .. unit, function()
      for _, words in ipairs { "RestartUnit ss %s replace", "TryRestartUnit ss %s replace", "ReloadUnit ss %s replace",
        "ReloadOrRestartUnit ss %s replace", "KillUnit ssi %s all 9", "FreezeUnit s %s", "ThawUnit s %s",
        "CleanUnit sas %s 1 all", "SetUnitProperties 'sba(sv)' %s true 1 MemoryMax t 1", "RefUnit s %s" } do
        refused("left4me", words:format(unit))
      end
    end)
  end

  it("may start no transient unit", function()
    for _, unit in ipairs { "run-x.service", "left4me-x.service", "build-x.service", "x.scope", "left4me-x.timer" } do
      denied("left4me", ("StartTransientUnit 'ssa(sv)a(sa(sv))' %s replace 1 ExecStart 'a(sasb)' 1 /bin/true 1 "
        .. "/bin/true false 0"):format(unit))
    end
  end)

  it("may change no unit file, and nothing of the manager itself", function()
    for _, words in ipairs { "EnableUnitFiles asbb 1 left4me-server@polkit.service false false",
      "DisableUnitFiles asb 1 left4me-web.service false", "LinkUnitFiles asbb 1 /tmp/x.service true true",
      "MaskUnitFiles asbb 1 left4me-web.service true true", "Reload", "Reexecute", "SetEnvironment as 1 A=b",
      "PowerOff", "CancelJob u 1",
      "AddDependencyUnitFiles asssbb 1 left4me-server@x.service multi-user.target Wants true true" }
    do
      local result = call("left4me", words)
      assert.not_equal(0, result.code, words)
    end
    -- The unit that was started and stopped above may still be at it.
    host.sh "systemctl stop left4me-boot@polkit"
    assert.equal("disabled", host.sh("systemctl is-enabled left4me-server@polkit").stdout:match("%l+"))
  end)
end)

describe("Other users", function()
  for _, user in ipairs { "l4d2-sandbox", "nobody" } do
    it("such as " .. user .. " may start none of the units", function()
      for _, unit in ipairs(OURS) do denied(user, ("StartUnit ss %s replace"):format(unit)) end
    end)
  end
end)
