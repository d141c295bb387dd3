-- The unit files as text: each directive others paid for is there, each one that hurts is absent, with its reason.
local root = arg and arg[0] and arg[0]:match("^(.*)/spec/run%.lua$") or "."

local function read(path)
  local file = assert(io.open(root .. "/deploy/" .. path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

-- A unit as {["Section.Key"] = {value…}}, in the order of the file.
local function parse(name)
  local unit, section = {}, ""
  for line in read("units/" .. name):gmatch("[^\n]+") do
    section = line:match("^%[(%a+)%]$") or section
    local key, value = line:match("^(%a[%w]*)=(.*)$")
    if key then
      local path = section .. "." .. key
      unit[path] = unit[path] or {}
      table.insert(unit[path], value)
    end
  end
  return unit
end

local function all(unit, key)
  return table.concat(unit["Service." .. key] or unit["Unit." .. key] or {}, " ")
end

local function has(unit, key, word)
  return (" " .. all(unit, key) .. " "):find(" " .. word .. " ", 1, true) ~= nil
end

local web, server, build = parse "left4me-web.service", parse "left4me-server@.service", parse "build-overlay@.service"
local mount, stage = parse "left4me-mount@.service", parse "left4me-stage@.service"
local purge, boot = parse "left4me-purge@.service", parse "left4me-boot@.service"
local refresh = parse "left4me-workshop-refresh.service"
local every = { web = web, server = server, build = build, mount = mount, stage = stage, purge = purge, boot = boot,
  refresh = refresh }

-- What must stand in a unit: {unit, key, value, why}.
local PRESENT = {
  { "server", "Type", "exec", "a game that cannot be run fails its start, and says so" },
  { "server", "Restart", "on-failure", "a crash is followed by a new start, an orderly end is not" },
  { "server", "RestartSec", "5", "a crash-looping game leaves the host its breath" },
  { "server", "StartLimitBurst", "5", "a game that cannot live is given up" },
  { "server", "StartLimitIntervalSec", "60", "… after five starts in a minute" },
  { "server", "Nice", "-5", "games go before other work" },
  { "server", "OOMScoreAdjust", "-200", "games are killed last" },
  { "server", "MemoryHigh", "1536M", "a leaking game slows down first" },
  { "server", "MemoryMax", "2G", "… and ends alone" },
  { "server", "TasksMax", "256", "a fork bomb in a plug-in stays in its unit" },
  { "server", "LimitNOFILE", "65536", "many add-ons are many open files" },
  { "server", "KillSignal", "SIGINT", "srcds ends in order on SIGINT" },
  { "server", "TimeoutStopSec", "15s", "a game that hangs is not waited for" },
  { "server", "LogRateLimitIntervalSec", "0", "no console line is dropped" },
  { "server", "SyslogLevelPrefix", "no", "a player named <0> writes to no terminal" },
  { "server", "PrivateUsers", "yes", "a game cannot trace the service, which has its uid" },
  { "server", "ProtectProc", "invisible", "a game sees no other process" },
  { "server", "PrivateIPC", "yes", "games share no memory" },
  { "server", "PrivateDevices", "yes", "a game sees no disk" },
  { "server", "NoNewPrivileges", "yes", "no setuid program helps a game" },
  { "server", "CapabilityBoundingSet", "", "a game has no capability" },
  { "server", "AmbientCapabilities", "", "a game has no capability" },
  { "server", "Slice", "l4d2-game.slice", "games share one weight" },
  { "server", "RootDirectory", "/usr/local/lib/left4me/sandbox-root", "a game sees nothing of the host" },
  { "server", "SystemCallArchitectures", "native x86", "srcds is a 32-bit program" },
  { "web", "SystemCallArchitectures", "native x86", "steamcmd is a 32-bit program" },
  { "web", "Type", "notify", "the service is up when it answers" },
  { "web", "NotifyAccess", "main", "no job may speak for the service" },
  { "web", "WatchdogSec", "30", "a stuck scheduler is restarted" },
  { "web", "StartLimitIntervalSec", "0", "the service is never given up" },
  { "web", "OOMPolicy", "continue", "a job without memory does not end the service" },
  { "web", "SupplementaryGroups", "systemd-journal", "the service reads the journal, and no game does" },
  { "web", "PrivateUsers", "yes", "a game cannot trace the service" },
  { "web", "LimitCORE", "0", "no core file holds the key" },
  { "web", "SyslogLevelPrefix", "no", "what a log line repeats sets no priority" },
  { "build", "Type", "oneshot", "the start of a build is over when the build is" },
  { "build", "User", "l4d2-sandbox", "a build is not who owns the files" },
  { "build", "TimeoutStartSec", "1h", "RuntimeMaxSec has no effect on a oneshot" },
  { "build", "TimeoutStopSec", "10s", "a build that ignores SIGTERM is killed" },
  { "build", "MemoryMax", "4G", "a build is held to 4 GiB" },
  { "build", "MemorySwapMax", "0", "… and does not swap" },
  { "build", "TasksMax", "512", "a fork bomb stays in its unit" },
  { "build", "CPUQuota", "200%", "a build leaves processors to games" },
  { "build", "OOMPolicy", "kill", "a build without memory ends as oom-kill" },
  { "build", "OOMScoreAdjust", "500", "builds are killed first" },
  { "build", "LogRateLimitIntervalSec", "0", "no line of a build is dropped" },
  { "build", "SyslogLevelPrefix", "yes", "the priority tells stdout from stderr" },
  { "build", "MemoryDenyWriteExecute", "yes", "a build needs no writable code" },
  { "build", "RestrictNamespaces", "yes", "a build makes no namespace" },
  { "build", "PrivateUsers", "yes", "a build cannot look into another one, which has its uid" },
  { "build", "PrivateIPC", "yes", "builds share no memory" },
  { "build", "ProtectProc", "invisible", "a build sees no other process" },
  { "build", "RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX", "a build speaks to the internet only" },
  { "build", "RestrictNetworkInterfaces", "~lo", "the host's own public address is reached over lo" },
  { "build", "SystemCallArchitectures", "native", "a build is a 64-bit program" },
  { "build", "CapabilityBoundingSet", "", "a build has no capability" },
  { "build", "NoNewPrivileges", "yes", "no setuid program helps a build" },
  { "build", "UMask", "0022", "the game reads what a build made" },
  { "build", "Slice", "l4d2-build.slice", "builds share one small weight" },
  { "build", "WorkingDirectory", "/overlay", "a script starts in its overlay" },
  { "build", "RootDirectory", "/usr/local/lib/left4me/sandbox-root", "a build sees nothing of the host" },
  { "mount", "StopWhenUnneeded", "yes", "the mount goes with its server" },
  { "mount", "StartLimitIntervalSec", "0", "a server that is started often keeps its mount" },
  { "stage", "StopWhenUnneeded", "yes", "the staging goes with its build" },
  { "stage", "StartLimitIntervalSec", "0", "an overlay may be built often" },
  { "build", "StartLimitIntervalSec", "0", "an overlay may be built often" },
  { "boot", "StartLimitIntervalSec", "0", "a server may be started and stopped often" },
  { "purge", "StartLimitIntervalSec", "0", "an instance may be removed often" },
  { "mount", "CollectMode", "inactive-or-failed", "left4me may not forgive it, and no host stays degraded for it" },
  { "stage", "CollectMode", "inactive-or-failed", "left4me may not forgive it, and no host stays degraded for it" },
  { "purge", "CollectMode", "inactive-or-failed", "left4me may not forgive it, and no host stays degraded for it" },
  { "boot", "DefaultDependencies", "no", "a shutdown stops this unit not, and so disables no server" },
  { "boot", "IgnoreOnIsolate", "yes", "nor does a change to the rescue target" },
  { "boot", "Slice", "-.slice", "nor the end of a slice" },
  { "web", "Restart", "always", "a game could end the service by a signal that looks orderly" },
  { "server", "RestartForceExitStatus", "SIGHUP SIGINT SIGTERM", "a game could send them to another one" },
  { "mount", "RemainAfterExit", "yes", "the unit stands for the mount" },
  { "stage", "RemainAfterExit", "yes", "the unit stands for the staging" },
  { "boot", "RemainAfterExit", "yes", "stopping it must do something" },
}

-- What must not stand in a unit, or not with this value: {unit, key, value|nil (any), why}.
local ABSENT = {
  { "server", "MemoryDenyWriteExecute", nil, "kills srcds, whose code is relocated when it is loaded" },
  { "web", "MemoryDenyWriteExecute", nil, "kills steamcmd, which the service runs" },
  { "server", "ProcSubset", nil, "hides cpuinfo: SteamAPI fails and the server is seen on the LAN only" },
  { "web", "ProcSubset", nil, "hides boot_id: reading the journal fails without a word" },
  { "server", "SystemCallArchitectures", "native", "kills 32-bit srcds" },
  { "web", "SystemCallArchitectures", "native", "kills 32-bit steamcmd" },
  { "build", "IPAddressAllow", nil, "would disable IPAddressDeny" },
  { "server", "IPAddressDeny", nil, "would cut off the players" },
  { "server", "PrivateNetwork", nil, "would cut off the players" },
  { "web", "KillMode", nil, "a job that outlives the service would delay its next start" },
  { "web", "PrivateNetwork", nil, "would cut off the dashboard" },
  { "server", "SupplementaryGroups", nil, "a game must not read the journal" },
  { "server", "ExecStop", nil, "would run while the game lives" },
  { "server", "ExecStartPre", nil, "would run in the unit's own namespace" },
  { "build", "ExecStartPre", nil, "would run in the unit's own namespace" },
  { "build", "RuntimeMaxSec", nil, "has no effect on a oneshot" },
  { "build", "RemainAfterExit", nil, "would leave a finished build active" },
}
-- It cannot look into the arguments of openat2(2), so it takes the call away by which the program opens every path.
for _, name in ipairs { "web", "mount", "stage", "purge", "refresh" } do
  ABSENT[#ABSENT + 1] = { name, "RestrictSUIDSGID", nil, "takes openat2 away" }
end

-- Each of them makes a mount namespace, as systemd.exec(5) says: what the unit mounts would be seen by nobody.
local NAMESPACE_MAKERS = {
  "PrivateTmp", "PrivateDevices", "PrivateMounts", "PrivateNetwork", "PrivateIPC", "PrivateUsers", "ProtectSystem",
  "ProtectHome", "ProtectProc", "ProcSubset", "ProtectKernelTunables", "ProtectKernelModules", "ProtectKernelLogs",
  "ProtectControlGroups", "ProtectHostname", "ReadOnlyPaths", "ReadWritePaths", "InaccessiblePaths", "ExecPaths",
  "NoExecPaths", "BindPaths", "BindReadOnlyPaths", "TemporaryFileSystem", "RootDirectory", "MountAPIVFS", "MountFlags",
  "LogNamespace", "DynamicUser", "StateDirectory", "RuntimeDirectory",
}

local function value_of(name, key)
  local unit = every[name]
  local values = unit["Service." .. key] or unit["Unit." .. key]
  return values and table.concat(values, " ")
end

describe("The units", function()
  for _, row in ipairs(PRESENT) do
    local name, key, value, why = table.unpack(row)
    it(("say %s=%s for the %s: %s"):format(key, value, name, why), function()
      assert.equal(value, value_of(name, key))
    end)
  end

  for _, row in ipairs(ABSENT) do
    local name, key, value, why = table.unpack(row, 1, 4)
    it(("do not say %s%s for the %s: it %s"):format(key, value and "=" .. value or "", name, why), function()
      if value then assert.is_not.equal(value, value_of(name, key)) else assert.is_nil(value_of(name, key)) end
    end)
  end

  for name, unit in pairs { mount = mount, stage = stage } do
    it(("make no mount namespace for the %s"):format(name), function()
      for _, key in ipairs(NAMESPACE_MAKERS) do assert.is_nil(unit["Service." .. key], key) end
    end)
  end

  for name, unit in pairs { mount = mount, stage = stage, purge = purge } do
    it(("give the %s capabilities by name, no network and no new privileges"):format(name), function()
      assert.truthy(all(unit, "CapabilityBoundingSet"):find("^CAP_"))
      assert.equal("none", all(unit, "RestrictAddressFamilies"))
      assert.equal("any", all(unit, "IPAddressDeny"))
      assert.equal("yes", all(unit, "NoNewPrivileges"))
    end)
  end

  it("run fixed commands: a program, its verb, and at most the instance", function()
    for name, unit in pairs(every) do
      for _, key in ipairs { "ExecStart", "ExecStop", "ExecStopPost" } do
        for _, line in ipairs(unit["Service." .. key] or {}) do
          assert.truthy(line:find("^/"), name .. ": " .. line)
          assert.is_nil(line:find("%%I") or line:find("sh %-c"), name .. ": " .. line)
        end
      end
    end
  end)

  it("start a game as srcds_run of its merged directory, listening where RCON is reached", function()
    assert.equal("/var/lib/left4me/runtime/%i/merged/srcds_run -game left4dead2 -norestart +hostport ${L4D2_PORT} "
      .. "+ip 0.0.0.0 $L4D2_ARGS", all(server, "ExecStart"))
  end)

  it("clean up after a mount or a staging that was cut short as well", function()
    assert.equal("/usr/local/lib/left4me/bin/left4me umount %i", all(mount, "ExecStopPost"))
    assert.equal("/usr/local/lib/left4me/bin/left4me unstage %i", all(stage, "ExecStopPost"))
    assert.is_nil(mount["Service.ExecStop"])
    assert.is_nil(stage["Service.ExecStop"])
  end)

  it("tie a server to its mount and a build to its staging", function()
    for unit, need in pairs { [server] = "left4me-mount@%i.service", [build] = "left4me-stage@%i.service" } do
      assert.is_true(has(unit, "Requires", need))
      assert.is_true(has(unit, "After", need))
    end
  end)

  it("give games and builds process ids of their own where systemd can", function()
    for _, name in ipairs { "left4me-server@", "build-overlay@" } do
      assert.same({ "yes" }, parse("systemd-257/" .. name .. ".service.d/private-pids.conf")["Service.PrivatePIDs"])
    end
  end)

  it("let a failed exec be no reason to try again", function()
    assert.is_true(has(server, "RestartPreventExitStatus", "EXEC"))
  end)

  it("deny a build every private network, loopback, link-local and multicast", function()
    for _, network in ipairs { "localhost", "link-local", "multicast", "10.0.0.0/8", "172.16.0.0/12",
      "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "fe80::/10" } do
      assert.is_true(has(build, "IPAddressDeny", network), network)
    end
  end)

  it("give a build its own resolver, because the host's is often in a denied network", function()
    assert.is_true(has(build, "BindReadOnlyPaths", "/etc/left4me/sandbox-resolv.conf:/etc/resolv.conf"))
  end)

  it("show awk and its like to games and builds: they are links into /etc/alternatives", function()
    for _, unit in ipairs { server, build } do assert.is_true(has(unit, "BindReadOnlyPaths", "-/etc/alternatives")) end
  end)

  it("show a game names, certificates, Steam and the Workshop cache, into which overlays link", function()
    for _, path in ipairs { "/etc/resolv.conf", "/etc/ssl/certs", "/etc/nsswitch.conf" } do
      assert.is_true(has(server, "BindReadOnlyPaths", "-" .. path), path)
    end
    for from, to in pairs { workshop_cache = "workshop_cache", steam = "steam", sdk32 = ".steam/sdk32",
      sdk64 = ".steam/sdk64" } do
      local bind = ("/run/left4me/servers/%%i/%s:/var/lib/left4me/%s"):format(from, to)
      assert.is_true(has(server, "BindReadOnlyPaths", bind), bind)
    end
  end)

  it("let systemd read and bind nothing of left4me's own directories, where a link or a pipe may lie", function()
    for name, unit in pairs(every) do
      for _, key in ipairs { "EnvironmentFile", "BindPaths", "BindReadOnlyPaths" } do
        for path in all(unit, key):gmatch "%S+" do
          assert.is_nil(path:match "^%-?/var/lib/left4me", name .. ": " .. path)
        end
      end
    end
  end)

  it("let a build write its overlay and a game its merged directory, and nothing else of the host", function()
    assert.equal("/run/left4me/builds/%i/overlay:/overlay", all(build, "BindPaths"))
    assert.equal("/run/left4me/servers/%i/merged:/var/lib/left4me/runtime/%i/merged", all(server, "BindPaths"))
  end)

  it("bind no password file, no key and no socket into the view of a game or a build", function()
    for _, unit in ipairs { server, build } do
      local binds = all(unit, "BindReadOnlyPaths")
      for _, word in ipairs { "passwd", "shadow", "/etc/ssl ", "private", "dbus", ".db", "journal", "/home" } do
        assert.is_nil((binds .. " "):find(word, 1, true), word)
      end
    end
  end)

  it("filter system calls by the same list everywhere a stranger's code runs", function()
    for _, unit in ipairs { server, build, web } do
      assert.is_true(has(unit, "SystemCallFilter", "@system-service"))
      for _, group in ipairs { "~@debug", "@mount", "@raw-io", "@reboot", "@swap", "@cpu-emulation", "@obsolete",
        "@privileged" } do
        assert.is_true(has(unit, "SystemCallFilter", group), group)
      end
    end
  end)

  it("close the ways into the kernel that neither a game nor a build needs", function()
    for _, unit in ipairs { server, build } do
      for _, call in ipairs { "~@keyring", "io_uring_setup", "io_uring_enter", "io_uring_register", "userfaultfd" } do
        assert.is_true(has(unit, "SystemCallFilter", call), call)
      end
    end
  end)

  it("enable the server, the service and the boot unit, and nothing else, for the next boot", function()
    for name, unit in pairs(every) do
      local wanted = unit["Install.WantedBy"]
      assert.same((name == "server" or name == "web" or name == "boot") and { "multi-user.target" } or nil, wanted)
    end
  end)

  it("enable or disable the server and the boot unit in one call, and call no unit of the host outdated", function()
    for key, verb in pairs { ExecStart = "enable", ExecStopPost = "disable" } do
      assert.equal("/usr/bin/systemctl --root=/ --quiet " .. verb
        .. " left4me-boot@%i.service left4me-server@%i.service", all(boot, key))
    end
  end)

  it("refresh the Workshop once a day, at a different time on each host", function()
    local timer = parse "left4me-workshop-refresh.timer"
    assert.same({ "daily" }, timer["Timer.OnCalendar"])
    assert.truthy(timer["Timer.RandomizedDelaySec"])
    assert.equal("/usr/local/lib/left4me/bin/left4me workshop-refresh", all(refresh, "ExecStart"))
  end)

  it("weigh games 1000 and builds 10", function()
    for name, weight in pairs { ["l4d2-game.slice"] = "1000", ["l4d2-build.slice"] = "10" } do
      local slice = parse(name)
      assert.same({ weight }, slice["Slice.CPUWeight"])
      assert.same({ weight }, slice["Slice.IOWeight"])
    end
  end)
end)

describe("The directories", function()
  local text = read "tmpfiles/left4me.conf"

  it("are left4me's alone, and the staging root's alone", function()
    assert.truthy(text:find("d /var/lib/left4me +0750 left4me left4me"))
    for _, place in ipairs { "builds", "servers" } do
      assert.truthy(text:find("d /run/left4me/" .. place .. " +0700 root +root"))
    end
  end)

  it("hold every place that a unit binds something to", function()
    for _, unit in ipairs { server, build } do
      for bind in (all(unit, "BindReadOnlyPaths") .. " " .. all(unit, "BindPaths")):gmatch("%S+") do
        local target = bind:match("^[^:]*:(/[^:]*)") or bind:gsub("^%-", "")
        if not target:find("^/var/lib/left4me/") and not target:find("^/usr/local$") then
          assert.truthy(text:find("/usr/local/lib/left4me/sandbox-root" .. target .. " ", 1, true), target)
        end
      end
    end
  end)
end)

describe("The users", function()
  local text = read "sysusers/left4me.conf"

  it("cannot log in, and neither is in the journal's group", function()
    assert.truthy(text:find("u left4me %- \"[^\"]*\" /var/lib/left4me /usr/sbin/nologin"))
    assert.truthy(text:find("u l4d2%-sandbox %- \"[^\"]*\" / /usr/sbin/nologin"))
    assert.is_nil(text:find("\nm ", 1, true))
  end)
end)
