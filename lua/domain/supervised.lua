-- What a supervisor's status record means, depending on who of the two processes still lives.
local M = {}

-- record.state while the supervisor lives → {state, active, sub}, in systemd's words.
local ALIVE = {
  starting = { "unknown", "activating", "start" },
  running = { "running", "active", "running" },
  waiting = { "unknown", "activating", "auto-restart" },
  stopping = { "unknown", "deactivating", "stop-sigint" },
}

local GONE = {
  failed = { "stopped", "failed", "failed" },
  stopped = { "stopped", "inactive", "dead" },
}

local function words(triple)
  return { state = triple[1], active = triple[2], sub = triple[3] }
end

--- Judge a status record.
-- @param record table|nil {state="starting|running|waiting|stopping|stopped|failed", …}; nil when
--   the server never ran
-- @param supervisor_alive boolean the very process that wrote it
-- @param game_alive boolean the very process it started
-- @return table {state="running|stopped|unknown", active=string, sub=string}
function M.judge(record, supervisor_alive, game_alive)
  if not record then return words(GONE.stopped) end
  if supervisor_alive and ALIVE[record.state] then return words(ALIVE[record.state]) end
  if GONE[record.state] then return words(GONE[record.state]) end
  -- Its supervisor was killed or the machine went down before it could write the end.
  if game_alive then return { state = "unknown", active = "active", sub = "abandoned" } end
  return { state = "stopped", active = "failed", sub = "dead" }
end

return M
