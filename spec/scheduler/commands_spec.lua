-- Specs of scheduler.commands: which children each operation has.
local commands = require "scheduler.commands"
local job_rules = require "domain.job"

local PROGRAMS = { left4me = "/bin/left4me", l4d2ctl = "/bin/l4d2ctl" }

local function of(operation)
  return commands.of(PROGRAMS, { operation = operation, server_id = 7, overlay_id = 5 }, "port: 27015\n")
end

describe("The commands of a job", function()
  local CASES = {
    install = { "/bin/l4d2ctl install" },
    build_overlay = { "/bin/left4me build 5" },
    initialize = { "/bin/l4d2ctl initialize 7 -f -" },
    start = { "/bin/l4d2ctl initialize 7 -f -", "/bin/l4d2ctl start 7" },
    stop = { "/bin/l4d2ctl stop 7" },
    reset = { "/bin/l4d2ctl reset 7" },
    delete = { "/bin/l4d2ctl delete 7" },
  }
  for operation, expected in pairs(CASES) do
    it(("to %s are %s"):format(operation, table.concat(expected, ", then ")), function()
      local lines = {}
      for i, command in ipairs(of(operation)) do lines[i] = table.concat(command.argv, " ") end
      assert.same(expected, lines)
    end)
  end

  it("hand the server's spec to the one that reads it, and ask for it only then", function()
    for operation in pairs(CASES) do
      local given = 0
      for _, command in ipairs(of(operation)) do
        if command.input then
          given = given + 1
          assert.equal("port: 27015\n", command.input)
          assert.equal("-", command.argv[#command.argv])
        end
      end
      assert.equal(commands.needs_spec(operation) and 1 or 0, given, operation)
    end
  end)

  it("are there for every operation a door offers", function()
    for operation in pairs(job_rules.OPERATIONS) do
      assert.equal(operation ~= "refresh_workshop_items", pcall(of, operation))
    end
  end)
end)
