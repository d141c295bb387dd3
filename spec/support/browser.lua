-- Runs the flows of spec/e2e in Debian's Chromium, driven by playwright-core from npm.
local fs = require "host.fs"
local ports = require "spec.support.ports"
local proc = require "host.proc"
local runtime = require "host.runtime"
local service = require "spec.support.service"

local M = {}

local CHROMIUM <const> = "/usr/bin/chromium"

--- Why no flow can run here.
-- @param ... string modules of npm that are needed beside the driver
-- @return string|nil
function M.missing(...)
  local modules = runtime.getenv "LEFT4ME_NODE_MODULES"
  if not modules then return "LEFT4ME_NODE_MODULES is not set" end
  for _, name in ipairs { "playwright-core", ... } do
    if not fs.root(modules .. "/" .. name) then return name .. " is not installed" end
  end
  if proc.run { argv = { "test", "-x", CHROMIUM }, timeout_ms = 5000 }.code ~= 0 then
    return CHROMIUM .. " is not installed"
  end
end

--- Run a flow of spec/e2e/<file>.mjs on a service; raises what it printed unless it went well.
-- @param one table spec.support.service
-- @param file string
-- @param flow string
-- @param timeout_ms integer
-- @param ... string what else the program gets
function M.run(one, file, flow, timeout_ms, ...)
  local env = one.env
  env.TMPDIR, env.LEFT4ME_CHROMIUM = one.root, CHROMIUM
  local path = ("%s/spec/e2e/%s.mjs"):format(runtime.share_dir, file)
  local result = assert(proc.run { argv = { "node", path, flow, one.address, one.root, ... }, env = env,
    timeout_ms = timeout_ms, max_output = 1 << 20 })
  assert(result.kind == "exit" and result.code == 0, result.stdout .. result.stderr)
end

--- Flows of one file on one service, which is started before the first of them and removed behind the last.
-- @param busted table the spec file's _ENV: busted gives its functions to spec files only
-- @param file string
-- @param options table|nil {start=function() → spec.support.service (with ports of its own), modules=list of npm,
--   timeout_ms=180000, arguments=function(one) → what else the program gets}
-- @return function(sentence, name) that describes a flow
function M.flows(busted, file, options)
  options = options or {}
  local why_not, one = M.missing(table.unpack(options.modules or {})), nil
  local start = options.start or function() return service.start { env = ports.environment() } end
  local arguments = options.arguments or function() end
  busted.setup(function()
    if not why_not then one = start() end
  end)
  busted.teardown(function() if one then one:remove() end end)
  return function(sentence, name)
    busted.it(sentence, function()
      if why_not then return busted.pending(why_not) end
      M.run(one, file, name, options.timeout_ms or 180000, arguments(one))
    end)
  end
end

return M
