-- Specs of base.cli: parsing, help and exit codes.
local cli = require "base.cli"
local errors = require "base.errors"
local phrase = require "base.phrase"

local odd = phrase.registry("problems", "cli_spec", { bad = "is\nbad" })

describe("base.cli", function()
  local seen
  local program = {
    name = "left4me", summary = "Runs servers.",
    options = { { name = "root", value = "DIR", help = "State directory" } },
    commands = {
      { name = "user create", summary = "Make a user", args = { { name = "NAME", help = "Login name" } },
        options = { { name = "admin", help = "An administrator" } },
        run = function(values) seen = values end },
      { name = "logs", summary = "Show logs", args = { { name = "NAME" } },
        options = {
          { name = "lines", short = "n", value = "N", type = "integer", min = 0, max = 1000, default = 50 },
          { name = "follow", negatable = true, default = true },
          { name = "kind", value = "KIND", one_of = { "a", "b" } },
        },
        run = function(values) seen = values end },
      { name = "say", summary = "Say words", args = { { name = "WORDS", rest = true } },
        run = function(values) seen = values return 7 end },
      { name = "fail", summary = "Fail", args = { { name = "HOW", optional = true } },
        run = function() return nil, errors.common.invalid { fields = { x = odd.bad() } } end },
      { name = "need", summary = "Need an option", options = { { name = "file", value = "F", required = true } },
        run = function(values) seen = values end },
    },
  }

  local function run(...)
    local out, err = {}, {}
    seen = nil
    local code = cli.run(program, { ... }, function(s) out[#out + 1] = s end,
      function(s) err[#err + 1] = s end)
    return code, table.concat(out), table.concat(err)
  end

  local good = {
    { { "user", "create", "bob" }, { name = "bob" } },
    { { "user", "create", "--admin", "bob", "--root=/x" }, { name = "bob", admin = true, root = "/x" } },
    { { "logs", "1" }, { name = "1", lines = 50, follow = true } },
    { { "logs", "1", "-n", "7", "--no-follow" }, { name = "1", lines = 7, follow = false } },
    { { "logs", "--lines=0", "--kind", "b", "1" }, { name = "1", lines = 0, follow = true, kind = "b" } },
    { { "logs", "--", "--odd" }, { name = "--odd", lines = 50, follow = true } },
    { { "logs", "-" }, { name = "-", lines = 50, follow = true } },
    { { "need", "--file", "-" }, { file = "-" } },
  }
  for i, case in ipairs(good) do
    it(("reads arguments and options (%d)"):format(i), function()
      assert.equal(0, (run(table.unpack(case[1]))))
      assert.same(case[2], seen)
    end)
  end

  it("gives the rest of the words to an argument that takes them, and passes the exit code on", function()
    assert.equal(7, (run("say", "a", "b")))
    assert.same({ words = { "a", "b" } }, seen)
  end)

  local bad = {
    { {}, "which command%?" },
    { { "fly" }, "unknown command fly" },
    { { "fl\ny" }, "unknown command fl\\x0ay" },
    { { "user" }, "which user command%?" },
    { { "user", "fly" }, "which user command%?" },
    { { "user", "create" }, "NAME is missing" },
    { { "user", "create", "a", "b" }, "unexpected argument b" },
    { { "user", "create", "a", "--bad" }, "unknown option %-%-bad" },
    { { "user", "create", "a", "--admin=1" }, "%-%-admin takes no value" },
    { { "logs", "1", "--lines" }, "%-%-lines needs a value, N" },
    { { "logs", "1", "--lines", "x" }, "%-%-lines must be a whole number" },
    { { "logs", "1", "--lines", "1001" }, "%-%-lines must be between 0 and 1000" },
    { { "logs", "1", "--kind", "c" }, "%-%-kind must be one of a, b" },
    { { "logs", "1", "--no-lines" }, "unknown option %-%-no%-lines" },
    { { "need" }, "%-%-file is missing" },
  }
  for i, case in ipairs(bad) do
    it(("answers misuse with one line on stderr and exit 2 (%d)"):format(i), function()
      local code, out, err = run(table.unpack(case[1]))
      assert.equal(2, code)
      assert.equal("", out)
      assert.is_nil(seen)
      assert.matches("^left4me: [^\n]*" .. case[2] .. "[^\n]*\n$", err)
    end)
  end

  it("shows help on stdout with exit 0, for the program, a group and each command", function()
    for _, case in ipairs {
      { { "--help" }, "user create" }, { { "user", "--help" }, "user create" },
      { { "user", "create", "-h" }, "%-%-admin" }, { { "logs", "--help" }, "%-%-%[no%-%]follow" },
      { { "logs", "1", "--bad", "--help" }, "%-%-lines N" },
    } do
      local code, out, err = run(table.unpack(case[1]))
      assert.equal(0, code)
      assert.matches(case[2], out)
      assert.equal("", err)
    end
    assert.is_nil((select(2, run("user", "--help"))):find("logs", 1, true))
  end)

  it("prints a refused action as one line with its own exit code", function()
    local code, _, err = run("fail")
    assert.equal(2, code)
    assert.equal("left4me: Some values cannot be used. x is\\x0abad.\n", err)
  end)
end)
