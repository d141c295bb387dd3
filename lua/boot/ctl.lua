-- l4d2ctl, the host CLI: finds the command, hands it the state directory and a backend.
local cli = require "base.cli"
local directory = require "boot.directory"
local instance = require "domain.instance"
local ports = require "boot.ports"
local runtime = require "host.runtime"

local M = {}

-- In the order of a server's life; each is ctl/<name>.lua.
local COMMANDS = { "install", "initialize", "start", "stop", "reset", "delete", "status", "logs" }

local PROGRAM = {
  name = "l4d2ctl", summary = "Installs the dedicated server and runs game servers on this host.",
  options = {
    { name = "root", value = "DIR",
      help = "The state directory (default: $LEFT4ME_ROOT, or else $XDG_STATE_HOME/left4me)" },
  },
}

local function out(text)
  return runtime.write(1, text)
end

local function complain(text)
  return runtime.write(2, text)
end

local function context(config)
  return {
    root = config.root,
    steamcmd = config.steamcmd,
    home = runtime.getenv "HOME",
    open = function() return directory.open(config) end,
    make = function() return directory.prepare(config) end,
    out = out,
    err = function(text) complain("l4d2ctl: " .. text .. "\n") end,
    step = function(text) out("Step: " .. text .. "\n") end,
    backend = function() return ports.backend(config) end,
  }
end

local function perform(command, values)
  if values.name and not instance.valid_name(values.name) then
    complain("l4d2ctl: a server's name is 1 to 64 of a-z, 0-9, - and _, and begins with a letter or a digit\n")
    return 2
  end
  if command.before then
    local ok, message = command.before(values)
    if not ok then return nil, message end
  end
  local config, problem = ports.config { root = values.root }
  if not config then return nil, problem end
  return command.run(context(config), values)
end

local function offer(name)
  local command = require("ctl." .. name)
  return {
    name = name, summary = command.summary, args = command.args, options = command.options,
    run = function(values) return perform(command, values) end,
  }
end

-- Options before the command's name go behind it, where the reader of command lines wants them.
local function command_first(words)
  local place = 1
  while words[place] and words[place]:find("^%-") and words[place] ~= "--" do
    place = place + (words[place] == "--root" and 2 or 1)
  end
  if not words[place] then return words end
  local ordered = { words[place] }
  table.move(words, 1, place - 1, 2, ordered)
  return table.move(words, place + 1, #words, place + 1, ordered)
end

-- Only the command that is asked for is loaded: `status` is asked often and must start fast.
local function wanted(first)
  for _, name in ipairs(COMMANDS) do
    if name == first then return { offer(name) } end
  end
  local all = {}
  for i, name in ipairs(COMMANDS) do all[i] = offer(name) end
  return all
end

--- Run l4d2ctl.
-- @param ... string the arguments
-- @return integer exit code: 0, 1, 2 for wrong usage, or a failing child's
function M.run(...)
  local words = command_first { ... }
  if words[1] == "--version" then
    out("l4d2ctl " .. runtime.version .. "\n")
    return 0
  end
  PROGRAM.commands = wanted(words[1])
  return cli.run(PROGRAM, words, out, complain)
end

return M
