-- `left4me build ID`: builds a script overlay from the database, as a job does.
local cli = require "base.cli"
local runtime = require "host.runtime"

local M = {}

local function out(text)
  return runtime.write(1, text)
end

local function complain(text)
  return runtime.write(2, text)
end

-- A database that is full or busy keeps no build from its end.
local function keep(config, id, usage)
  local ok, problem = pcall(function()
    local d <close> = assert(require("boot.database").open(config))
    require("store").new(d).overlays:set_usage(id, usage)
  end)
  if ok then return end
  local message = type(problem) == "table" and problem.message or problem
  complain(("left4me build: the overlay's size could not be noted: %s\n"):format(message))
end

local function build(values)
  local config, err = require("boot.ports").config { root = values.root }
  if not config then return nil, err end
  local backend
  backend, err = require("boot.ports").backend(config)
  if not backend then return nil, err end
  local script
  script, err = require("boot.overlay_script").read(config.db, values.id)
  if not script then return nil, err end
  return backend:build(values.id, script, {
    step = function(text) out("Step: " .. text .. "\n") end,
    complain = function(text) complain("left4me build: " .. text .. "\n") end,
    put = function(stream, text) (stream == "stderr" and complain or out)(text .. "\n") end,
    measured = function(usage) keep(config, values.id, usage) end,
  })
end

local PROGRAM = {
  name = "left4me", summary = "Builds overlays.",
  options = { { name = "root", value = "DIR", help = "The state directory" } },
  commands = {
    { name = "build", summary = "Build a script overlay", run = build,
      args = { { name = "ID", type = "integer", min = 1, help = "The overlay" } } },
  },
}

--- Run `left4me build`.
-- @param ... string the arguments behind `build`
-- @return integer exit code: the script's; 124 after the wall clock, 143 after a signal
function M.run(...)
  return cli.run(PROGRAM, { "build", ... }, out, complain)
end

return M
