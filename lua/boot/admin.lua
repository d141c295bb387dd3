-- left4me's subcommands: each is data for base.cli; a command's own modules load only when it runs.
local runtime = require "host.runtime"

local M = {}

-- These read their own command lines.
local PROGRAMS = {
  build = "boot.build", console = "boot.console", relay = "boot.relay", supervise = "boot.supervise",
}
-- Units wait for these: they load nothing else.
local VERBS = { mount = true, umount = true, purge = true, stage = true, unstage = true }

local SERVE = {
  name = "serve", summary = "Serve the dashboard, the API and the console, and run jobs",
  options = {
    { name = "listen", value = "ADDR:PORT", help = "Where to listen (127.0.0.1:8000)" },
    { name = "backend", value = "NAME", one_of = { "auto", "systemd", "standalone" },
      help = "How servers are run: auto, systemd or standalone (auto)" },
  },
  run = function(values) return require("boot.serve").run(values) end,
}

-- Listed for help only: M.run hands them over before.
local LISTED = {
  { name = "console", summary = "A Lua console attached to the running service", run = error },
  { name = "lua", summary = "Run a Lua file inside the runtime: lua FILE [ARGS]", run = error },
  { name = "build", summary = "Build a script overlay in its sandbox, as a job does: build ID", run = error },
  { name = "relay", summary = "Run a program for systemd's journal, as builds do: relay PROGRAM [ARGS]", run = error },
}

local function program()
  local commands = { SERVE }
  for _, name in ipairs { "users", "tokens", "seed", "database", "check", "workshop" } do
    local list = require("boot.commands." .. name)
    table.move(list, 1, #list, #commands + 1, commands)
  end
  table.move(LISTED, 1, #LISTED, #commands + 1, commands)
  local verbs = require("boot.priv").commands
  table.move(verbs, 1, #verbs, #commands + 1, commands)
  return {
    name = "left4me", summary = "Runs Left 4 Dead 2 servers composed of layers.",
    options = { { name = "root", value = "DIR",
      help = "The state directory (default: $LEFT4ME_ROOT, or else $XDG_STATE_HOME/left4me)" } },
    commands = commands,
  }
end

-- Loaded when something went wrong.
local function rescue(raised)
  return require("actions").rescue(raised)
end

--- Run a subcommand.
-- @param ... string the arguments
-- @return integer exit code
function M.run(...)
  local own = PROGRAMS[(...)]
  if own then return require(own).run(select(2, ...)) end
  if VERBS[(...)] then return require("boot.priv").run(...) end
  require("base.strict").install(_G)
  local ok, result = xpcall(require("base.cli").run, rescue, program(), { ... },
    function(text) runtime.write(1, text) end, function(text) runtime.write(2, text) end)
  if ok then return result end
  if require("base.errors").is(result) then
    runtime.write(2, ("left4me: %s\n"):format(result.text))
    return result.exit
  end
  error(result, 0)
end

return M
