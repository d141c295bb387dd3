-- A job's life as a table, and the operations there are.
local fsm = require "base.fsm"

local M = {}

--- What each operation works on: "host", "overlay" or "server".
M.OPERATIONS = {
  install = "host", refresh_workshop_items = "host", build_overlay = "overlay",
  initialize = "server", start = "server", stop = "server", reset = "server", delete = "server",
}

--- The operations, those first that are asked for most.
M.KINDS = {
  "build_overlay", "start", "stop", "reset", "initialize", "delete", "install", "refresh_workshop_items",
}

--- All states, in the order of a job's life.
M.STATES = { "queued", "running", "cancelling", "succeeded", "failed", "cancelled", "lost" }

M.machine = fsm.define {
  { name = "claim", from = "queued", to = "running" },
  { name = "cancel", from = "queued", to = "cancelled" },
  { name = "cancel", from = "running", to = "cancelling" },
  { name = "succeed", from = { "running", "cancelling" }, to = "succeeded" },
  { name = "fail", from = "running", to = "failed" },
  { name = "end_cancelled", from = "cancelling", to = "cancelled" },
  { name = "lose", from = { "running", "cancelling" }, to = "lost" },
}

local DESIRED = { start = "running", stop = "stopped", reset = "stopped", delete = "stopped" }

--- The state an operation wants its server in, or nil when it wants none.
function M.desired(operation)
  return DESIRED[operation]
end

--- How a child's end is judged.
-- @param state string "running" or "cancelling"
-- @param code integer exit code (128 + signal number for a signal)
-- @return string the job's final state
function M.outcome(state, code)
  if code == 0 then return M.machine:next("succeed", state) end
  return M.machine:next(state == "cancelling" and "end_cancelled" or "fail", state)
end

--- Whether a state is final.
function M.final(state)
  return M.machine:final(state)
end

return M
