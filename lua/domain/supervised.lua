-- What a supervisor's status record says, and what that means depending on who of the two processes still lives.
local phrase = require "base.phrase"
local text = require "base.text"

require "domain.endings" -- which a record may have

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

local MAX_PACKED = 500
local MAX_PID, MAX_MS = 1 << 22, 253402300799999 -- PID_MAX_LIMIT of Linux; the end of the year 9999

local function whole(value, low, high)
  return math.type(value) == "integer" and value >= low and value <= high and value or nil
end

local function process(value)
  local pid = type(value) == "table" and whole(value.pid, 1, MAX_PID)
  local start_time = pid and whole(value.start_time, 0, math.maxinteger)
  return start_time and { pid = pid, start_time = start_time } or nil
end

local function sentence(value)
  return type(value) == "string" and text.shorten(text.printable(value), 1000) or nil
end

local function reason(value)
  local found = type(value) == "string" and #value <= MAX_PACKED and phrase.unpack(value) or nil
  return found and found.key:find("^endings%.") and not text.problem(tostring(found)) and found or nil
end

--- Read a status record as hostile input: it names processes that are signalled and a file that is shown.
-- @param raw any
-- @return table|nil {state=, supervisor={pid,start_time}|nil, game={pid,start_time}|nil, since=unix ms|nil,
--   invocation=32 hex|nil, restarts=integer, exit=string|nil, error=string|nil,
--   reason=phrase of domain.endings that says the error|nil}; nil when it is none
function M.record(raw)
  if type(raw) ~= "table" or not (ALIVE[raw.state] or GONE[raw.state]) then return nil end
  local invocation = raw.invocation
  local is_run = type(invocation) == "string" and #invocation == 32 and not invocation:find "%X"
  return {
    state = raw.state, supervisor = process(raw.supervisor), game = process(raw.game),
    since = whole(raw.since, 0, MAX_MS), invocation = is_run and invocation or nil,
    restarts = whole(raw.restarts, 0, math.maxinteger) or 0, exit = sentence(raw.exit), error = sentence(raw.error),
    reason = reason(raw.reason),
  }
end

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
