-- The child commands of each operation: l4d2ctl for servers and the installation, left4me for builds.
local M = {}

local function ctl(programs, ...)
  return { argv = { programs.l4d2ctl, ... } }
end

local PLANS = {}

function PLANS.install(programs)
  return { ctl(programs, "install") }
end

function PLANS.build_overlay(programs, job)
  return { { argv = { programs.left4me, "build", tostring(job.overlay_id) } } }
end

function PLANS.initialize(programs, job, spec)
  local step = ctl(programs, "initialize", tostring(job.server_id), "-f", "-")
  step.input = spec
  return { step }
end

-- A blueprint change applies at the next start, so each start writes the instance anew.
function PLANS.start(programs, job, spec)
  local steps = PLANS.initialize(programs, job, spec)
  steps[2] = ctl(programs, "start", tostring(job.server_id))
  return steps
end

for _, operation in ipairs { "stop", "reset", "delete" } do
  PLANS[operation] = function(programs, job) return { ctl(programs, operation, tostring(job.server_id)) } end
end

--- Whether an operation needs the server's spec.yaml.
function M.needs_spec(operation)
  return operation == "initialize" or operation == "start"
end

--- The commands of a job, in order; each runs only when the one before succeeded.
-- @param programs table {left4me=, l4d2ctl=} absolute paths
-- @param job table {operation=, server_id=|nil, overlay_id=|nil}
-- @param spec string|nil spec.yaml of the server
-- @return table list of {argv=, input=|nil}
function M.of(programs, job, spec)
  local plan = assert(PLANS[job.operation], "no commands for this operation")
  return plan(programs, job, spec)
end

return M
