-- What root does for units, on a booted host: a mounted overlay and a staged build come and go with who needs them.
local clock = require "host.clock"
local fs = require "host.fs"
local loop = require "host.loop"
local proc = require "host.proc"
local sandbox = require "domain.sandbox"

local FOLDER = "/run/systemd/system"
local STATE = "/var/lib/left4me"
local NAME, ID = "spec-priv", 2147483647
local PATIENCE_MS = 10000

local function sh(script)
  return assert(proc.run { argv = { "sh", "-ec", script }, cwd = "/", timeout_ms = 60000 })
end

local function must(script)
  local done = sh(script)
  assert(done.code == 0, script .. ": " .. done.stderr .. done.stdout)
  return (done.stdout:gsub("%s+$", ""))
end

local function as_left4me(script)
  return must(("cd %s; setpriv --reuid=left4me --regid=left4me --clear-groups --bounding-set=-all --inh-caps=-all -- "
    .. "sh -ec '%s'"):format(STATE, script))
end

local function eventually(what, holds)
  local deadline, pause <close> = clock.monotonic() + PATIENCE_MS, loop.new()
  while not holds() do
    assert(clock.monotonic() < deadline, what)
    pause:wait(20)
  end
end

local function holder(unit)
  return ("[Unit]\nRequires=%s\nAfter=%s\n[Service]\nExecStart=/bin/sleep infinity\n"):format(unit, unit)
end

local MOUNT, STAGE = ("left4me-mount@%s.service"):format(NAME), ("left4me-stage@%d.service"):format(ID)

local function is_gone(path)
  return not must("cat /proc/self/mountinfo"):find(path, 1, true)
end

describe("On a booted host", function()
  setup(function()
    for name, unit in pairs { ["left4me-spec-game"] = MOUNT, ["left4me-spec-build"] = STAGE } do
      local file <close> = assert(io.open(("%s/%s.service"):format(FOLDER, name), "w"))
      file:write(holder(unit))
    end
    must "systemctl daemon-reload"
    as_left4me(([[mkdir -p instances/%s overlays/%d installation run/builds
      echo low >overlays/%d/low
      printf "L4D2_PORT=27015\nL4D2_ARGS=\nL4D2_LOWERDIRS=overlays/%d:installation\n" >instances/%s/instance.env]])
      :format(NAME, ID, ID, ID, NAME))
  end)

  teardown(function()
    sh("systemctl stop left4me-spec-game left4me-spec-build")
    must(("systemctl start left4me-purge@%s; cd %s; rm -rf instances/%s overlays/%d run/builds/%d.lock")
      :format(NAME, STATE, NAME, ID, ID))
    must(("rm -f %s/left4me-spec-game.service %s/left4me-spec-build.service; systemctl daemon-reload")
      :format(FOLDER, FOLDER))
  end)

  it("an overlay is mounted for a game, lives as left4me's, and goes with the game", function()
    local merged = ("runtime/%s/merged"):format(NAME)
    for _ = 1, 2 do
      must "systemctl start left4me-spec-game"
      assert.equal("low", as_left4me(("cd %s; cat low; echo b >>low; rm low; mkdir d; mv d e; rmdir e; echo low >low")
        :format(merged)))
      assert.truthy(must "cat /proc/self/mountinfo":find("/" .. merged .. " rw,nosuid,nodev", 1, true))
      must "systemctl stop left4me-spec-game"
      eventually("the mount stays", function() return is_gone(merged) end)
      eventually("root's work directory stays", function()
        return must(("ls -A %s/runtime/%s/work"):format(STATE, NAME)) == ""
      end)
    end
  end)

  it("purge removes what is left, but nothing that is mounted", function()
    must "systemctl start left4me-spec-game"
    assert.not_equal(0, sh(("systemctl start left4me-purge@%s"):format(NAME)).code)
    must "systemctl stop left4me-spec-game"
    eventually("the mount stays", function() return is_gone("/" .. NAME .. "/merged") end)
    must(("systemctl reset-failed; mkdir -p %s/runtime/%s/work/root; systemctl start left4me-purge@%s")
      :format(STATE, NAME, NAME))
    assert.equal("", must(("find %s/runtime -name %s"):format(STATE, NAME)))
  end)

  it("a build finds its script and its overlay staged, and nothing stays behind", function()
    as_left4me(("touch run/builds/%d.lock"):format(ID))
    local state = assert(fs.root(STATE))
    local _ <close> = assert(state:lock(("run/builds/%d.lock"):format(ID), "wipe"))
    must "systemctl start left4me-spec-build"
    local staged = ("/run/left4me/builds/%d"):format(ID)
    assert.equal(sandbox.WIPE, must(("cat %s/script.sh"):format(staged)))
    assert.equal("l4d2-sandbox", must(("stat -c %%U %s/overlay"):format(staged)))
    must "systemctl stop left4me-spec-build"
    eventually("the staging stays", function() return is_gone(staged) and sh("test -e " .. staged).code ~= 0 end)
    must(("systemctl start build-overlay@%d"):format(ID))
    assert.equal("", must(("ls -A %s/overlays/%d"):format(STATE, ID)))
    eventually("the staging stays", function() return is_gone(staged) and sh("test -e " .. staged).code ~= 0 end)
  end)

  it("a build whose script nobody knows is not begun, and nothing stays behind", function()
    assert.not_equal(0, sh(("systemctl start build-overlay@%d"):format(ID)).code)
    local staged = ("/run/left4me/builds/%d"):format(ID)
    eventually("the staging stays", function() return is_gone(staged) and sh("test -e " .. staged).code ~= 0 end)
    assert.truthy(must(("journalctl -u %s -o cat"):format(STAGE)):find("there is no overlay", 1, true))
    must "systemctl reset-failed"
    assert.equal("", must(("find %s ! -user left4me ! -path '*/run/builds/%d.lock'"):format(STATE, ID)))
  end)
end)
