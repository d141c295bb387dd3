-- A connection to systemd that outlives restarts of the bus and of systemd: questions, and jobs followed to their end.
local clock = require "host.clock"
local units = require "domain.units"

local M = {}

local Connection = {}
Connection.__index = Connection

local FIRST_PAUSE_MS, LONGEST_PAUSE_MS = 20, 2000
-- How long a question, unless said otherwise, or a job's request is repeated while nobody is there to take it.
local PATIENCE_MS = 15000
-- polkit is started anew with the bus; until it is there everything is refused.
local REFUSAL_MS = 5000
-- After a question in vain the next ones wait only so long: a hung bus must not hold up its askers one by one.
local BRIEF_MS = 20
-- How often a job is asked after when no signal came.
local CHECK_MS = 1000

local REFUSED = {
  ["org.freedesktop.DBus.Error.AccessDenied"] = true,
  ["org.freedesktop.DBus.Error.InteractiveAuthorizationRequired"] = true,
}
local ABSENT = {
  closed = true, ETIMEDOUT = true,
  ["org.freedesktop.DBus.Error.Disconnected"] = true,
  ["org.freedesktop.DBus.Error.NameHasNoOwner"] = true,
  ["org.freedesktop.DBus.Error.NoReply"] = true,
  ["org.freedesktop.DBus.Error.ServiceUnknown"] = true,
  ["org.freedesktop.DBus.Error.TimedOut"] = true,
  ["org.freedesktop.DBus.Error.Timeout"] = true,
}
-- A unit systemd has not loaded has nothing to stop or to forget.
local UNLOADED = "org.freedesktop.systemd1.NoSuchUnit"

local function is_worth_repeating(code, waited_ms)
  return ABSENT[code] and waited_ms < PATIENCE_MS or REFUSED[code] and waited_ms < REFUSAL_MS
end

-- Send a verb; whatever becomes of it, done(event) is called once.
local function send(self, done, verb, ...)
  local token, message, code
  if self.bus then token, message, code = self.bus[verb](self.bus, ...) end
  if token then
    self.waiting[token] = done
  else
    done { message = message or self.problem or "there is no connection to systemd", code = code or "closed" }
  end
end

local request

-- A job's request was answered: with the job, or with a reason to ask again or to give up.
local function requested(self, job, event)
  if not event.code then
    job.path, job.checked = event.value, clock.monotonic()
    if self.ended[job.path] then job.result = self.ended[job.path] end
    return
  end
  if event.code == UNLOADED and job.verb == "stop" then
    job.result = "done"
  elseif is_worth_repeating(event.code, clock.monotonic() - job.since) then
    job.again = clock.monotonic() + job.pause
    job.pause = math.min(2 * job.pause, LONGEST_PAUSE_MS)
  else
    job.result, job.message, job.code = "refused", event.message, event.code
  end
end

function request(self, job)
  job.again = nil
  send(self, function(event) requested(self, job, event) end, job.verb, job.unit)
end

-- A signal may have been lost with the bus or with systemd: look whether the job is still there.
local function check(self, job)
  job.checked = clock.monotonic()
  send(self, function(event)
    local properties = event.value
    if job.result or not properties then return end
    local id = math.tointeger(tonumber(job.path:match("(%d+)$")))
    if properties.Job ~= id then job.result = units.outcome(job.verb, job.unit, properties) end
  end, "properties", job.unit)
end

-- What was told meanwhile was told to nobody.
local function doubt(self)
  self.fresh = true
  for job in pairs(self.jobs) do
    if job.path then job.checked = 0 end
  end
end

local function lose(self)
  if self.bus then self.bus:close() end
  self.bus = nil
  local waiting = self.waiting
  self.waiting = {}
  for _, done in pairs(waiting) do done { message = "the connection to systemd was lost", code = "closed" } end
  doubt(self)
end

local function subscribe(self)
  send(self, function() end, "subscribe")
end

local function connect(self)
  local now = clock.monotonic()
  if now < self.retry_at then return end
  local bus, problem = self.open()
  if not bus then
    self.problem, self.retry_at = problem, now + self.pause
    self.pause = math.min(2 * self.pause, LONGEST_PAUSE_MS)
    return
  end
  self.bus, self.pause, self.retry_at = bus, FIRST_PAUSE_MS, 0
  if self.follows then subscribe(self) end
end

local function note(self, event)
  if event.kind == "reply" then
    local done = self.waiting[event.token]
    self.waiting[event.token] = nil
    if done then done(event) end
  elseif event.kind == "job" then
    for job in pairs(self.jobs) do
      if job.path == event.job then job.result = event.result end
      if not job.path then self.ended[event.job] = event.result end -- it may prove to be this one
    end
  elseif event.kind == "unit" then
    self.changed[event.unit] = true
  elseif event.what == "back" then -- systemd executed itself anew
    subscribe(self)
    doubt(self)
  end
end

local function tend(self)
  local now = clock.monotonic()
  for job in pairs(self.jobs) do
    if job.result then
      self.jobs[job] = nil
    elseif job.again and now >= job.again then
      request(self, job)
    elseif job.path and self.bus and now - job.checked >= CHECK_MS then
      check(self, job)
    end
  end
  if next(self.jobs) == nil then self.ended = {} end
end

--- Take what has come, without waiting.
function Connection:turn()
  if not self.bus then connect(self) end
  local events, message
  if self.bus then
    events, message = self.bus:process()
    if not events then
      self.problem = message
      lose(self)
    end
  end
  for _, event in ipairs(events or {}) do note(self, event) end
  tend(self)
end

--- What to wait for before the next turn.
-- @return table fd → "r", "w" or "rw"
-- @return integer ms after which a turn is due in any case
function Connection:interest()
  local fd = self.bus and self.bus:fd()
  if not fd then return {}, math.max(1, self.retry_at - clock.monotonic()) end
  local due = self.bus:timeout() or CHECK_MS
  for job in pairs(self.jobs) do
    if job.again then due = math.min(due, math.max(0, job.again - clock.monotonic())) end
  end
  return { [fd] = self.bus:events() or "r" }, math.min(due, CHECK_MS)
end

-- Turn until the condition holds or the deadline has passed.
local function turn_until(self, condition, deadline)
  while true do
    self:turn()
    if condition() then return true end
    local left = deadline - clock.monotonic()
    if left <= 0 then return false end
    local fds, ms = self:interest()
    self.wait(fds, math.min(ms, left))
  end
end

-- Put a question, once the one before is answered: whoever asked that one may have stopped waiting.
local function put(self, deadline, verb, ...)
  if not turn_until(self, function() return self.bus and not self.unanswered end, deadline) then
    if self.bus then return { message = "systemd does not answer", code = "ETIMEDOUT" } end
    return { message = self.problem or "systemd cannot be reached", code = "closed" }
  end
  local answer
  self.unanswered = true
  send(self, function(event) answer, self.unanswered = event, false end, verb, ...)
  turn_until(self, function() return answer end, deadline)
  return answer or { message = "systemd does not answer", code = "ETIMEDOUT" }
end

--- Ask something: properties, property, list, enabled or reset_failed of host.bus.
-- @param verb string
-- @param ... its arguments
-- @return value|nil, message, code; true for a value that says nothing
function Connection:ask(verb, ...)
  local deadline = clock.monotonic() + (self.in_vain and BRIEF_MS or self.patience_ms)
  local answer = put(self, deadline, verb, ...)
  while ABSENT[answer.code] and clock.monotonic() < deadline do
    self.wait({}, FIRST_PAUSE_MS)
    answer = put(self, deadline, verb, ...)
  end
  self.in_vain = ABSENT[answer.code]
  if answer.code then return nil, answer.message, answer.code end
  return answer.value == nil or answer.value
end

--- Follow what happens to units from now on, also after the connection was lost and made again.
function Connection:follow()
  if self.follows then return end
  self.follows = true
  if self.bus then subscribe(self) end
end

--- Request a job; turn() and its result follow.
-- @param verb string start or stop
-- @param unit string
-- @return table job {unit=, result= nil while it runs, then "done", "failed", "canceled", "timeout", "dependency",
--   "skipped", or "refused" with message and code}
function Connection:submit(verb, unit)
  self:follow()
  local job = { verb = verb, unit = unit, since = clock.monotonic(), pause = FIRST_PAUSE_MS }
  self.jobs[job] = true
  if not self.bus then connect(self) end
  request(self, job)
  return job
end

--- Wait for jobs to end.
-- @param jobs table list
-- @param patience_ms integer
-- @return boolean whether all have ended
function Connection:finish(jobs, patience_ms)
  return turn_until(self, function()
    for _, job in ipairs(jobs) do
      if not job.result then return false end
    end
    return true
  end, clock.monotonic() + patience_ms)
end

--- The units that changed since the last call, and whether more may have changed unseen.
-- @return table unit → true
-- @return boolean the connection was lost meanwhile, or is new
function Connection:news()
  local changed, all = self.changed, self.fresh
  self.changed, self.fresh = {}, false
  return changed, all
end

--- Close it; jobs go on.
function Connection:close()
  if self.bus then self.bus:close() end
  self.bus = nil
end
Connection.__close = Connection.close

--- @param options table {open=function → host.bus handle|nil, message, wait=function(fds, ms),
--   patience_ms=integer|nil how long a question may take}
-- @return table connection; it connects at the first use
function M.new(options)
  return setmetatable({
    open = options.open, wait = options.wait, waiting = {}, jobs = {}, ended = {}, changed = {}, fresh = true,
    follows = false, pause = FIRST_PAUSE_MS, retry_at = 0, patience_ms = options.patience_ms or PATIENCE_MS,
  }, Connection)
end

return M
