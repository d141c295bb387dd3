-- l4d2ctl's command line: help, misuse, names, and where the state directory is.
local ctl = require "spec.support.ctl"
local fixture = require "spec.support.instance"

local COMMANDS = { "install", "initialize", "start", "stop", "reset", "delete", "status", "logs" }

local function misuse(words, text)
  local result = ctl.run("/nonexistent", words)
  local said = table.concat(words, " ") .. ": " .. result.stderr
  assert.equal(2, result.code, said)
  assert.equal("", result.stdout)
  assert.equal(1, select(2, result.stderr:gsub("\n", "")), said)
  if text then assert.truthy(result.stderr:find(text, 1, true), said) end
end

describe("l4d2ctl", function()
  it("shows its commands and their help on stdout", function()
    local result = ctl.run(nil, { "--help" })
    assert.equal(0, result.code)
    assert.equal("", result.stderr)
    for _, command in ipairs(COMMANDS) do
      assert.truthy(result.stdout:find("  " .. command, 1, true), command)
      local help = ctl.run(nil, { command, "--help" })
      assert.equal(0, help.code, command)
      assert.truthy(help.stdout:find(command, 1, true))
      assert.equal("", help.stderr)
    end
    assert.matches("^l4d2ctl %d", ctl.run(nil, { "--version" }).stdout)
  end)

  it("answers misuse with one line on stderr and 2", function()
    misuse({}, "command")
    misuse({ "fly" }, "fly")
    misuse({ "--fly", "status", "a" }, "--fly")
    misuse({ "--root" })
    misuse({ "status" }, "NAME")
    misuse({ "status", "a", "b" }, "b")
    misuse({ "status", "a", "--fly" }, "--fly")
    misuse({ "logs", "a", "--lines" }, "--lines")
    misuse({ "logs", "a", "--lines", "-1" }, "--lines")
    misuse({ "logs", "a", "--lines", "x" }, "--lines")
    misuse({ "initialize", "a" }, "--file")
    misuse({ "install", "a" }, "a")
    misuse({ "status", "a", "--root", "/" }, "--root")
    misuse({ "--root", "/", "stop", "a" }, "--root")
  end)

  it("refuses names that are not a server's, in every command", function()
    for _, command in ipairs { "start", "stop", "reset", "delete", "status", "logs" } do
      for _, name in ipairs { "../x", "a/b", "A", "", ".", "a\nb", ("x"):rep(65), "ä" } do
        misuse({ command, name }, "name")
      end
    end
    misuse({ "initialize", "../x", "-f", "-" }, "name")
    misuse({ "start", "--", "-x" }, "name")
  end)

  it("refuses a backend it does not have", function()
    local host <close> = fixture.new()
    for name, why in pairs { systemd = "LEFT4ME_ROOT", magic = "LEFT4ME_BACKEND" } do
      local result = ctl.run(host.root, { "status", "a" }, { env = { LEFT4ME_BACKEND = name } })
      assert.equal(2, result.code)
      assert.matches("^l4d2ctl: " .. why .. " [^\n]*\n$", result.stderr)
    end
  end)

  it("finds the state directory before or behind the command, or in the environment", function()
    local host <close> = fixture.new()
    for _, words in ipairs {
      { "--root", host.root, "status", "a", "--json" }, { "--root=" .. host.root, "status", "a", "--json" },
      { "status", "a", "--json", "--root", host.root }, { "status", "--root=" .. host.root, "a", "--json" },
    } do
      local result = ctl.run(nil, words)
      assert.equal(0, result.code, result.stderr)
      assert.matches('"state":"stopped"', result.stdout, 1, true)
    end
    assert.equal(0, ctl.run(host.root, { "status", "a" }).code)
    local elsewhere = ctl.run(nil, { "status", "a" }, { env = { XDG_STATE_HOME = host.root } })
    assert.equal(1, elsewhere.code)
    assert.truthy(elsewhere.stderr:find(host.root .. "/left4me", 1, true), elsewhere.stderr)
    assert.equal(0, ctl.run(nil, { "--root", ".", "status", "a" }, { cwd = host.root }).code)
  end)
end)
