-- Specs of backends.systemd.check: a host that is in order, and the same host with one thing wrong at a time.
local check = require "backends.systemd.check"

local UNITS = "/usr/local/lib/systemd/system/"
local TMPFILES = "d /var/lib/left4me 0750 left4me left4me -\nd /run/left4me/builds 0700 root root -\n"
local RULES = "etc/polkit-1/rules.d/50-left4me.rules"
local UNIT_TEXT = "[Service]\nExecStart=/bin/true\n"
local RESOLVER = "/etc/left4me/sandbox-resolv.conf"

-- The file system: a string is a file's content, a table what stat tells.
local function files()
  local out = {
    ["/proc/1/comm"] = "systemd\n",
    ["/proc/filesystems"] = "nodev\tproc\nnodev\toverlay\n",
    ["/proc/sys/kernel/osrelease"] = "6.1.0\n",
    ["/proc/sys/fs/inotify/max_user_instances"] = "2048\n",
    ["/sys/fs/cgroup/cgroup.controllers"] = "cpuset cpu io memory pids\n",
    ["/etc/machine-id"] = "00aa\n", ["/var/log/journal/00aa"] = { type = "directory" },
    ["/usr/lib32/libstdc++.so.6"] = { type = "symlink" },
    ["/usr/local/lib/sysctl.d/left4me.conf"] = "# why\nfs.inotify.max_user_instances = 1024\n",
    ["/usr/local/lib/tmpfiles.d/left4me.conf"] = TMPFILES,
    ["/var/lib/left4me"] = { type = "directory", mode = 488, uid = 980, gid = 981 },
    ["/run/left4me/builds"] = { type = "directory", mode = 448, uid = 0, gid = 0 },
    ["/etc/left4me/host.env"] = "LEFT4ME_STEAMCMD='/srv/steamcmd.sh'\n",
    ["/etc/left4me/web.env"] = "SECRET_KEY=" .. ("k"):rep(64) .. "\n",
    ["/srv/steamcmd.sh"] = { type = "file", mode = 493 },
    [RESOLVER] = "nameserver 9.9.9.9\n",
  }
  for _, name in ipairs { RULES, "usr/local/lib/systemd/system/left4me-web.service",
    "usr/local/lib/systemd/system/left4me-server@.service",
    "usr/local/lib/systemd/system/left4me-workshop-refresh.timer" } do
    out["/share/system/" .. name], out["/" .. name] = UNIT_TEXT, UNIT_TEXT
  end
  return out
end

local function unit(id, file, state)
  return { Id = id, LoadState = "loaded", ActiveState = "active", UnitFileState = state, FragmentPath = UNITS .. file,
    DropInPaths = "", NeedDaemonReload = "no" }
end

local function shown(units)
  local blocks = {}
  for i, one in ipairs(units) do
    local lines = {}
    for name, value in pairs(one) do lines[#lines + 1] = name .. "=" .. value end
    blocks[i] = table.concat(lines, "\n") .. "\n"
  end
  return table.concat(blocks, "\n")
end

local function a_host()
  local host = {
    files = files(), is_root = true, share_dir = "/share",
    passwd = {
      left4me = "left4me:x:980:981:left4me:/var/lib/left4me:/usr/sbin/nologin\n",
      ["l4d2-sandbox"] = "l4d2-sandbox:x:982:983:builds:/:/usr/sbin/nologin\n",
    },
    groups = { left4me = "left4me\n", ["l4d2-sandbox"] = "l4d2-sandbox\n" },
    said = { Version = "252.39-1\n", LoadState = "loaded\n", journal = "a line\n" },
    web = unit("left4me-web.service", "left4me-web.service", "enabled"),
    server = unit("left4me-server@1.service", "left4me-server@.service", "disabled"),
    timer = unit("left4me-workshop-refresh.timer", "left4me-workshop-refresh.timer", "enabled"),
  }
  function host.stat(path)
    local one = host.files[path]
    if one == nil then return nil, "no such file", "ENOENT" end
    if type(one) == "table" then return one end
    local private = path:find "%.env$"
    return { type = "file", mode = private and 416 or 420, uid = 0, gid = private and 981 or 0 }
  end
  function host.read(path)
    local one = host.files[path]
    if type(one) ~= "string" then return nil, "no such file", 2 end
    return one
  end
  function host.files_of(path)
    local out = {}
    for name in pairs(host.files) do
      if name:sub(1, #path) == path then out[#out + 1] = (name:sub(#path + 1):gsub("^/", "")) end
    end
    table.sort(out)
    return out
  end
  function host.run(program, ...)
    local words = table.concat({ ... }, " ")
    if program == "getent" then return host.passwd[words:match "%S+$"] end
    if program == "id" then return host.groups[words:match "%S+$"] end
    if program == "journalctl" then return host.said.journal end
    if words:find "Version" then return host.said.Version, "no bus" end
    if words:find "polkit" then return host.said.LoadState end
    return not host.said.silent and shown { host.web, host.server, host.timer } or nil, "no bus"
  end
  return host
end

local function lines_of(host)
  return check.lines { is_root = host.is_root, share_dir = host.share_dir, stat = host.stat, read = host.read,
    files = host.files_of, run = host.run }
end

local function wrong_of(host)
  local out = {}
  for _, line in ipairs(lines_of(host)) do
    if line.ok == false then out[#out + 1] = line end
  end
  return out
end

local function set(path, value)
  return function(host) host.files[path] = value end
end

local function drop_in(content)
  return function(host)
    host.server.DropInPaths = UNITS .. "left4me-server@.service.d/ours.conf /etc/systemd/system/x.d/o.conf"
    host.files["/etc/systemd/system/x.d/o.conf"] = content
  end
end

-- What is done to the host → what the one wrong line says, how to mend it.
local CASES = {
  { "another first process", set("/proc/1/comm", "tini\n"), "first process is tini", "standalone" },
  { "a systemd that is silent", function(h) h.said.Version = nil end, "does not answer: no bus", "dbus" },
  { "an old systemd", function(h) h.said.Version = "247\n" end, "systemd 247 is too old", "252" },
  { "old control groups", set("/sys/fs/cgroup/cgroup.controllers", nil), "version 1", "unified_cgroup_hierarchy" },
  { "a missing controller", set("/sys/fs/cgroup/cgroup.controllers", "cpuset pids cpu\n"), "lack: memory$",
    "cgroup_disable" },
  { "no overlayfs", set("/proc/filesystems", "nodev\tproc\n"), "no overlayfs", "modprobe overlay" },
  { "a journal in memory", set("/var/log/journal/00aa", nil), "in memory only", "mkdir %-p /var/log/journal" },
  { "a journal nobody can read", function(h) h.said.journal = nil end, "journal cannot be read", "journalctl" },
  { "a kernel value", set("/proc/sys/fs/inotify/max_user_instances", "128\n"),
    "max_user_instances is 128, not 1024", "sysctl" },
  { "no 32-bit libraries", set("/usr/lib32/libstdc++.so.6", nil), "32%-bit libraries are missing", "lib32stdc" },
  { "no user", function(h) h.passwd["l4d2-sandbox"] = nil end, "no user l4d2%-sandbox", "deploy/install" },
  { "a user in a group", function(h) h.groups.left4me = "left4me systemd-journal\n" end,
    "in the group systemd%-journal",
    "gpasswd %-%-delete left4me systemd%-journal" },
  { "a user that can log in", function(h) h.passwd.left4me = h.passwd.left4me:gsub("/usr/sbin/nologin",
    "/bin/bash") end,
    "left4me can log in", "usermod %-%-shell" },
  { "a user with another home", function(h) h.passwd.left4me = h.passwd.left4me:gsub("/var/lib", "/home") end,
    "home of left4me is /home/left4me", "usermod %-%-home" },
  { "a directory open to all", function(h) h.files["/var/lib/left4me"].mode = 493 end,
    "/var/lib/left4me must belong to "
    .. "left4me:left4me with mode 0750", "systemd%-tmpfiles" },
  { "a directory of another", function(h) h.files["/run/left4me/builds"].uid = 980 end, "builds must belong to root",
    "systemd%-tmpfiles" },
  { "no directory", set("/run/left4me/builds", nil), "/run/left4me/builds is missing", "systemd%-tmpfiles" },
  { "a link to another disk", set("/run/left4me/builds", { type = "symlink", mode = 511, uid = 0, gid = 0 }),
    "/run/left4me/builds is a symlink, and no link is followed there", "mount %-%-bind OTHER /run/left4me/builds" },
  { "settings open to all", set("/etc/left4me/host.env", { type = "file", mode = 420, uid = 0, gid = 981 }),
    "host.env must be readable by root and left4me only", "chmod 0640", more = "steamcmd" },
  { "a short key", set("/etc/left4me/web.env", "SECRET_KEY=swordfish\n"), "SECRET_KEY in %S+ has 9 characters",
    "remove" },
  { "an empty key", set("/etc/left4me/web.env", 'SECRET_KEY=""\n'), "SECRET_KEY is not set", "deploy/install" },
  { "no resolver", set(RESOLVER, nil), "sandbox%-resolv.conf is missing", "deploy/install" },
  { "a private resolver", set(RESOLVER, "nameserver 172.20.0.1\n"), "172.20.0.1", "public" },
  { "a resolver without a server", set(RESOLVER, "# none\n"), "names no server", "nameserver" },
  { "no polkit", function(h) h.said.LoadState = "masked\n" end, "polkit is missing or masked", "polkitd" },
  { "no steamcmd", set("/srv/steamcmd.sh", nil), "steamcmd is not at /srv/steamcmd.sh", "README" },
  { "steamcmd that is no program", set("/srv/steamcmd.sh", { type = "file", mode = 420 }), "steamcmd is not at",
    "README" },
  { "a missing unit file", function(h)
    h.files[UNITS .. "left4me-server@.service"], h.server.LoadState, h.server.FragmentPath = nil, "not-found", ""
  end, "left4me%-server@.service is missing",
    "deploy/install", more = "systemd does not know left4me%-server@.service" },
  { "another version's unit file", set(UNITS .. "left4me-server@.service", "[Service]\n"), "is not this version's",
    "deploy/install" },
  { "another version's rule", set("/" .. RULES, "// all\n"), "rules is not this version's", "deploy/install" },
  { "a masked unit", function(h) h.server.LoadState = "masked" end, "left4me%-server@.service is masked", "unmask" },
  { "a unit in front of ours", function(h) h.web.FragmentPath = "/etc/systemd/system/left4me-web.service" end,
    "/etc/systemd/system/left4me%-web.service stands in for", "rm /etc/systemd" },
  { "a unit not read again", function(h) h.server.NeedDaemonReload = "yes" end, "in memory as it was",
    "daemon%-reload" },
  { "a unit with a mistake", function(h) h.server.LoadState = "bad-setting" end, "bad%-setting", "daemon%-reload" },
  { "a drop-in that opens the sandbox", drop_in "[Service]\n PrivateUsers = no\n", "o.conf changes PrivateUsers=",
    "remove that line" },
  { "a silent bus", function(h) h.said.silent = true end, "does not tell of its units: no bus", "dbus" },
  { "a service that is down", function(h) h.web.ActiveState = "failed" end, "the service does not run %(failed%)",
    "journalctl" },
  { "a service that is not enabled", function(h) h.web.UnitFileState = "disabled" end, "does not start with",
    "enable" },
  { "a timer that is down", function(h) h.timer.ActiveState = "inactive" end, "refresh does not run", "restart" },
}

describe("backends.systemd.check", function()
  it("finds nothing wrong with a host that is in order", function()
    assert.same({}, wrong_of(a_host()))
  end)

  for _, case in ipairs(CASES) do
    it("says what is wrong with " .. case[1] .. ", and how to mend it", function()
      local host = a_host()
      case[2](host)
      local wrong = wrong_of(host)
      local first = table.remove(wrong, 1)
      assert(first, "nothing is said to be wrong")
      if case.more then
        assert.matches(case.more, table.remove(wrong, 1).text)
      end
      assert.same({}, wrong)
      assert.matches(case[3], first.text)
      assert.matches(case[4], first.mend)
    end)
  end

  it("never shows the key", function()
    local host = a_host()
    host.files["/etc/left4me/web.env"] = "SECRET_KEY=swordfish\n"
    for _, line in ipairs(lines_of(host)) do
      assert.is_nil(line.text:find("swordfish", 1, true))
      assert.is_nil((line.mend or ""):find("swordfish", 1, true))
    end
  end)

  it("mentions a drop-in that changes limits only, and ours not at all", function()
    local host = a_host()
    drop_in "[Service]\nMemoryMax=8G\n"(host)
    assert.same({}, wrong_of(host))
    local notes = {}
    for _, line in ipairs(lines_of(host)) do
      if line.ok == "note" and line.text:find "drop%-in" then notes[#notes + 1] = line.text end
    end
    assert.same({ "left4me-server@.service has the drop-in /etc/systemd/system/x.d/o.conf." }, notes)
  end)

  it("notes who can end whom where systemd gives no process ids of their own, and wants nothing mended", function()
    for version, expected in pairs { ["252.39-1\n"] = 1, ["257.9\n"] = 0 } do
      local host, count = a_host(), 0
      host.said.Version = version
      for _, line in ipairs(lines_of(host)) do
        if line.ok == "note" and line.text:find("no process ids", 1, true) then count = count + 1 end
      end
      assert.equal(expected, count)
    end
  end)

  it("leaves to root what only root may see", function()
    local host = a_host()
    host.is_root, host.said.journal = false, nil
    local read, stat = host.read, host.stat
    function host.read(path)
      if path:find "rules" and not path:find "share" then return nil, "permission denied", 13 end
      return read(path)
    end
    function host.stat(path)
      if path:find "builds" or path:find "rules" then return nil, "permission denied", "EACCES" end
      return stat(path)
    end
    assert.same({}, wrong_of(host))
  end)

  it("says that a program nobody installed is no production host's", function()
    local host = a_host()
    host.share_dir = "/home/me/left4me"
    local wrong = wrong_of(host)
    assert.equal(1, #wrong)
    assert.matches("not put there by deploy/install", wrong[1].text)
  end)
end)
