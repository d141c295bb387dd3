-- Joins the parts that services need: database, clock, bells, files, backend, log.
local M = {}

-- Many wait for the service while it asks its host something.
local QUESTION_MS <const> = 2000

--- The directory this process was started in.
-- @return string absolute path
function M.directory()
  local pipe = assert(io.popen("pwd -P"))
  local path = pipe:read("l")
  pipe:close()
  return path
end

local function read(path)
  local file, message, code = io.open(path, "rb")
  if not file then
    if code == 2 then return nil end
    return nil, message
  end
  local content = file:read("a")
  file:close()
  return content
end

-- Asked of files and directories of root's that everyone may enter.
local function exists(path)
  local root <close> = require("host.fs").root "/"
  return root ~= nil and root:stat(path:sub(2)) ~= nil
end

--- The configuration of this process, from its options and environment. On a production host root becomes left4me.
-- @param options table {root=, listen=, backend=}
-- @param stay boolean|nil root stays root: boot.identity's settle comes before the state directory is touched
-- @return table|nil config
-- @return table|nil err of one line that names what is wrong, exit code 2
function M.config(options, stay)
  local config, problem = require("boot.config").load(options,
    { environ = require("host.runtime").environ(), directory = M.directory, read = read, exists = exists })
  if not config then return nil, require("base.errors").common.invalid { text = problem } end
  if stay then return config end
  local ok, err = require("boot.identity").settle(config)
  if not ok then return nil, err end
  return config
end

--- A log on standard error.
-- @return table log
function M.log()
  local runtime = require "host.runtime"
  return require("base.log").new { sink = function(line) runtime.write(2, line .. "\n") end }
end

--- Open the backend that the configuration chose.
-- @param config table
-- @param waiting table|nil where the backend must not block: {run=function as host.proc.run,
--   wait=function(fds, ms) until one of the descriptors is ready, patience_ms= the longest a question may take}
-- @return table|nil backend; string message; string code
function M.backend(config, waiting)
  waiting = waiting or {}
  return require("backends." .. config.backend).new {
    root = config.root, run = waiting.run, wait = waiting.wait, patience_ms = waiting.patience_ms,
  }
end

--- The ports of the services, on a database that is open already.
-- @param config table
-- @param d connection
-- @param waiting table|nil {run=, wait=} as of M.backend
-- @return table|nil ports, see lua/services.lua
-- @return string|nil message
function M.join(config, d, waiting)
  local root, message = require("boot.directory").open(config)
  if not root then return nil, message end
  local backend
  waiting = waiting or {}
  backend, message = M.backend(config, { run = waiting.run, wait = waiting.wait, patience_ms = QUESTION_MS })
  if not backend then return nil, message end
  return {
    config = config, db = d, store = require("store").new(d), backend = backend, fs = root, log = M.log(),
    clock = require "host.clock", crypto = require "host.crypto", hub = require "host.hub",
    json = require "host.json", machine = require "boot.machine", proc = require "host.proc",
  }
end

return M
