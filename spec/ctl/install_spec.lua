-- l4d2ctl install: two steamcmd passes, progress passed through, complaints explained, links repaired.
local ctl = require "spec.support.ctl"
local fixture = require "spec.support.instance"
local proc = require "host.proc"

-- Notes its arguments, prints progress, and fails as the file beside it says.
local STEAMCMD = [[#!/bin/bash
here=$(dirname "$0")
echo "$@" >>"$here/calls"
printf ' Update state (0x61) downloading, progress: 42.17 (1 / 2)\r\n'
[ -e "$here/fail" ] && . "$here/fail"
echo "Success! App '222860' fully installed."
]]

describe("l4d2ctl install", function()
  local host
  before_each(function()
    host = fixture.new()
    host.dir:mkdirs("steam")
    host.dir:mkdirs("home")
    host.dir:write("steam/steamcmd.sh", STEAMCMD, 493)
  end)
  after_each(function() host:remove() end)

  local function install(env)
    local all = { LEFT4ME_STEAMCMD = host.root .. "/steam/steamcmd.sh", HOME = host.root .. "/home" }
    for name, value in pairs(env or {}) do all[name] = value end
    return ctl.run(host.root, { "install" }, { env = all })
  end

  local function fails(code, failure, text)
    host.dir:write("steam/fail", failure)
    local result = install()
    assert.equal(code, result.code)
    assert.truthy(result.stderr:find(text, 1, true), result.stderr)
  end

  it("runs for Windows and then for Linux, with a step for each, and passes progress on", function()
    local result = install()
    assert.equal(0, result.code, result.stderr)
    local tail = (" +force_install_dir %s/installation +login anonymous +app_update 222860 validate +quit\n")
      :format(host.root)
    assert.equal("+@sSteamCmdForcePlatformType windows" .. tail .. "+@sSteamCmdForcePlatformType linux" .. tail,
      host.dir:read("steam/calls", 4096))
    assert.matches("Step: [^\n]*Windows.-progress: 42.17.-Step: [^\n]*Linux.-progress: 42.17.-Step: ", result.stdout)
    assert.is_nil(result.stdout:match("Step: [^\n]*/"))
  end)

  it("points Steam's client libraries at steamcmd's and repairs a wrong link", function()
    host.dir:mkdirs("home/.steam")
    host.dir:symlink("/somewhere/old", "home/.steam/sdk32")
    assert.equal(0, install().code)
    assert.equal(host.root .. "/steam/linux32", host.dir:readlink("home/.steam/sdk32"))
    assert.equal(host.root .. "/steam/linux64", host.dir:readlink("home/.steam/sdk64"))
    assert.equal(0, install().code)
  end)

  -- Runs it as from a terminal, whose user may be root and whom steamcmd's owner must not type for.
  local function at_a_terminal(fail)
    host.dir:write("steam/fail", fail)
    local command = ("LEFT4ME_STEAMCMD=%s/steam/steamcmd.sh HOME=%s/home '%s' --root '%s' install"):format(host.root,
      host.root, ctl.program, host.root)
    return assert(proc.run { argv = { "script", "-qec", command, "/dev/null" }, timeout_ms = 20000 })
  end

  it("gives steamcmd no terminal", function()
    local result = at_a_terminal [[{ : </dev/tty; } 2>/dev/null && echo dev >>"$here/terminal"
      for fd in 0 1 2; do [ -t $fd ] && echo $fd >>"$here/terminal"; done; echo complaint >&2]]
    assert.equal(0, result.code, result.stdout)
    assert.matches("complaint", result.stdout)
    assert.is_nil(host.dir:stat "steam/terminal")
  end)

  it("ends steamcmd when it is ended at a terminal itself", function()
    local result = at_a_terminal [[kill -INT "$PPID"; sleep 60]]
    assert.matches("ended by signal TERM", result.stdout)
  end)

  it("leaves a directory of the user's there and says so", function()
    host.dir:mkdirs("home/.steam/sdk32")
    local result = install()
    assert.equal(0, result.code)
    assert.truthy(result.stderr:find("sdk32", 1, true))
    assert.equal("directory", host.dir:stat("home/.steam/sdk32").type)
  end)

  it("passes steamcmd's exit code on and stops at the first failing pass", function()
    fails(8, "exit 8", "code 8")
    assert.equal(1, select(2, host.dir:read("steam/calls", 4096):gsub("\n", "")))
    fails(1, "kill -KILL $$", "KILL")
  end)

  it("explains the complaints it knows, also when steamcmd exits 0", function()
    fails(8, [[echo "ERROR! Failed to install app '222860' (Invalid platform)"; exit 8]], "Invalid platform")
    fails(1, [[echo "ERROR! Failed to install app '222860' (Missing configuration)"; exit 0]], "Missing configuration")
    fails(1, [[echo "Error! App '222860' state is 0x202 after update job."]], "disk is full")
    fails(1, [[echo "ERROR! Something new"]], "Something new")
  end)

  it("is no success as long as steamcmd has not said so itself", function()
    fails(1, "echo Logging off; exit 0", "without saying that the game is complete")
    fails(1, [[echo "Success! App '4' fully installed."; exit 0]], "without saying that the game is complete")
  end)

  it("is not held up by megabytes without a line end", function()
    host.dir:write("steam/fail", "head -c 4M /dev/zero | tr '\\0' x; echo")
    assert.equal(0, install().code)
  end)

  it("says what is wrong with LEFT4ME_STEAMCMD and what to do", function()
    host.dir:symlink("steam/steamcmd.sh", "steamcmd")
    for value, text in pairs {
      [""] = "absolute", ["steamcmd"] = "absolute", ["/nonexistent/steamcmd.sh"] = "no steamcmd",
      [host.root .. "/steamcmd"] = "symbolic link",
    } do
      local result = install { LEFT4ME_STEAMCMD = value }
      assert.equal(1, result.code)
      assert.truthy(result.stderr:find(text, 1, true), result.stderr)
    end
  end)
end)
