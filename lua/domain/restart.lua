-- When a game that ended is started again: after a pause, and not for ever.
local endings = require "domain.endings"

local M = {}

--- The policy of product.md: 5 s between starts, 5 starts in 60 s, 15 s to stop by itself.
M.policy = { pause_ms = 5000, burst = 5, window_ms = 60000, stop_ms = 15000 }

--- What follows a game's end nobody asked for.
-- @param policy table {pause_ms, burst, window_ms}
-- @param starts integer[] times of the starts of this run in ms, oldest first
-- @param now integer ms
-- @param exit table {kind="exit"|"signal", code=integer|nil, signal=string|nil}
-- @return string "stopped" (it ended well), "failed" (too often) or "restart"
-- @return integer|nil for "restart": when, in ms
function M.after(policy, starts, now, exit)
  if exit.kind == "exit" and exit.code == 0 then return "stopped" end
  local at = now + policy.pause_ms
  local recent = 0
  for _, start in ipairs(starts) do
    if start > at - policy.window_ms then recent = recent + 1 end
  end
  if recent >= policy.burst then return "failed" end
  return "restart", at
end

--- Note a start, forgetting those the policy cannot ask about any more.
-- @param policy table {burst}
-- @param starts integer[] changed in place
-- @param now integer ms
function M.note(policy, starts, now)
  starts[#starts + 1] = now
  if #starts > policy.burst then table.remove(starts, 1) end
end

--- An end in words for a server owner.
-- @param exit table as for `after`
-- @return string such as "code 1" or "signal SEGV"
function M.describe(exit)
  if exit.kind == "signal" then return "signal " .. tostring(exit.signal) end
  return ("code %d"):format(exit.code)
end

--- Why it is not started again, in words.
-- @param policy table {burst, window_ms}
-- @param exit table as for `after`
-- @return table phrase of domain.endings
function M.gave_up(policy, exit)
  local params = { times = policy.burst, seconds = policy.window_ms // 1000 }
  if exit.kind == "signal" then
    params.signal = tostring(exit.signal)
    return endings.gave_up_signal(params)
  end
  params.code = ("%d"):format(exit.code)
  return endings.gave_up_code(params)
end

return M
