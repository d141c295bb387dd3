-- The stand-in steamcmd: two passes install the demo game, known failures look like Steam's, and a symlink breaks it.
local fs = require "host.fs"
local ports = require "spec.support.ports"
local proc = require "host.proc"
local runtime = require "host.runtime"
local service = require "spec.support.service"
local standin = require "spec.support.standin"
local steamcmd = require "domain.steamcmd"

local PROGRAM = runtime.share_dir .. "/spec/support/steamcmd/steamcmd.sh"

local function with_directory(run)
  local path = service.temporary_directory()
  local ok, err = pcall(run, path, path .. "/the installation")
  proc.run { argv = { "rm", "-rf", "--", path }, timeout_ms = 20000 }
  assert(ok, err)
end

local function pass(platform, directory, env)
  local all = runtime.environ()
  all.STANDIN_SRCDS = standin.program
  for name, value in pairs(env or {}) do all[name] = value end
  return assert(proc.run { argv = steamcmd.argv(PROGRAM, platform, directory), env = all, timeout_ms = 20000 })
end

describe("The stand-in steamcmd", function()
  it("installs a game that runs, in two passes, with progress lines like Steam's", function()
    with_directory(function(path, directory)
      for _, platform in ipairs { "windows", "linux" } do
        local result = pass(platform, directory)
        assert.equal(0, result.code, result.stdout)
        assert.matches("Update state %(0x61%) downloading, progress: 12.34 %(%d+ / %d+%)", result.stdout)
        assert.matches("Success! App '222860' fully installed.", result.stdout, 1, true)
      end
      local root <close> = assert(fs.root(directory))
      assert.matches("StandIn=1", assert(root:read "left4dead2/steam.inf"))
      local log <close> = assert(root:append "console.log")
      local port = ports.free()
      local game = assert(proc.spawn { argv = { directory .. "/srcds_run", "-game", "left4dead2", "-norestart",
        "+hostport", ("%d"):format(port), "+map c5m1_waterfront" }, cwd = path, stdout = log:fd(), stderr = log:fd() })
      local info = service.eventually("the installed game's answer", function()
        return require("spec.support.a2s_client").info("127.0.0.1", port, 20)
      end)
      game:kill "INT"
      service.eventually("its end", function() return game:exited() end)
      game:close()
      assert.equal("c5m1_waterfront", info.map)
    end)
  end)

  it("refuses the Linux pass alone, which is what the Windows pass is for", function()
    with_directory(function(_, directory)
      local result = pass("linux", directory)
      assert.equal(8, result.code)
      assert.matches("Invalid platform", result.stdout)
    end)
  end)

  it("replaces files that somebody changed, also under a running game", function()
    with_directory(function(_, directory)
      pass("windows", directory)
      pass("linux", directory)
      local root <close> = assert(fs.root(directory))
      assert(root:write("srcds_run", "changed"))
      assert.equal(0, pass("linux", directory).code)
      assert.matches("^#!/bin/bash", assert(root:read "srcds_run"))
    end)
  end)

  it("fails in the known ways", function()
    local cases = {
      { "invalid-platform", "Invalid platform", 8 }, { "missing-configuration", "Missing configuration", 8 },
      { "no-subscription", "No subscription", 8 }, { "no-connection", "No Connection", 8 },
      { "no-space", "state is 0x202", 8 }, { "timeout", "state is 0x402", 8 }, { "exit-8", "", 8 },
      { "killed", "", 137 },
    }
    for _, case in ipairs(cases) do
      with_directory(function(_, directory)
        local result = pass("windows", directory, { STANDIN_STEAMCMD_FAIL = case[1] })
        assert.equal(case[3], result.code)
        assert.is_truthy(result.stdout:find(case[2], 1, true))
        assert.is_nil(result.stdout:find("Success", 1, true))
      end)
    end
  end)

  it("fails in one pass only, or with the exit code 0, when told", function()
    with_directory(function(_, directory)
      local env = { STANDIN_STEAMCMD_FAIL = "no-space", STANDIN_STEAMCMD_FAIL_ON = "linux",
        STANDIN_STEAMCMD_EXIT = "0" }
      assert.matches("Success", pass("windows", directory, env).stdout)
      local linux = pass("linux", directory, env)
      assert.equal(0, linux.code)
      assert.matches("0x202", linux.stdout)
    end)
  end)

  it("breaks when called through a symlink", function()
    with_directory(function(path, directory)
      local root <close> = assert(fs.root(path))
      assert(root:symlink(PROGRAM, "steamcmd"))
      local argv = steamcmd.argv(path .. "/steamcmd", "linux", directory)
      local result = assert(proc.run { argv = argv, timeout_ms = 20000 })
      assert.equal(127, result.code)
    end)
  end)
end)
