-- Tells systemd that the scheduler's loop turns and its jobs are claimed: who hangs is silent, and is started anew.
local M = {}

--- How often to tell (sd_watchdog_enabled(3)): three times as often as asked for.
-- @param env table<string, string> the environment
-- @param pid integer our own
-- @return integer|nil ms; nil when nobody asked us
function M.interval(env, pid)
  local usec = math.tointeger(tonumber(env.WATCHDOG_USEC))
  local meant = not env.WATCHDOG_PID or math.tointeger(tonumber(env.WATCHDOG_PID)) == pid
  return usec and usec > 0 and meant and math.max(1, usec // 3000) or nil
end

--- The watchdog's task: ends, and is silent from then on, only when the queue's task has ended. It tells from within
-- the loop, so no other thread can speak for one that hangs.
-- @param ports table {tasks, log, notify=function as host.runtime.notify}
-- @param interval_ms integer
-- @param claiming table the queue's task
function M.run(ports, interval_ms, claiming)
  while true do
    ports.tasks:sleep(interval_ms, "the next word to systemd's watchdog")
    if not ports.tasks:lives(claiming) then
      ports.log:error "nobody claims jobs any more: systemd is no longer told that all is well"
      return
    end
    local told, message = ports.notify "WATCHDOG=1"
    if told == nil then ports.log:warning("systemd's watchdog: %s", message) end
  end
end

return M
