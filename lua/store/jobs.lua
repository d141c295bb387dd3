-- The table jobs: the queue and its history.
local job_list = require "store.job_list"
local phrase = require "base.phrase"
local rows = require "store.rows"
local schedule = require "domain.schedule"

local M = {}

local Jobs = {}
Jobs.__index = Jobs

local COLUMNS = [[id, user_id, owner_id, server_id, overlay_id, operation, state, exit_code, waiting_for,
  cancel_requested, pid, pid_started, created_at, started_at, finished_at]]
local SELECT = "SELECT " .. COLUMNS .. " FROM jobs "
-- For people: what a job works on by name, as long as it is there; who asked, for whom, how long it took.
local SELECT_NAMED = "SELECT " .. COLUMNS .. [[, (SELECT name FROM servers s WHERE s.id = server_id) AS server_name,
  (SELECT name FROM overlays o WHERE o.id = overlay_id) AS overlay_name,
  (SELECT username FROM users u WHERE u.id = user_id) AS asked_by,
  (SELECT username FROM users u WHERE u.id = owner_id) AS owner, max(finished_at - started_at, 0) AS took FROM jobs ]]
-- Almost every job of a long history is in one state, so the planner's statistics speak against this index; for the
-- few unfinished jobs it is the right one all the same.
local SELECT_BY_STATE = SELECT .. "INDEXED BY jobs_state "
local PAGE = 100

local function explained(row) return rows.explained(row, "waiting_for", "waits") end

local function flags(row)
  return row and explained(rows.flags(row, "cancel_requested"))
end

local function all_flags(list)
  for _, row in ipairs(list) do flags(row) end
  return list
end

--- Add a queued job.
-- @param one table {operation=, user_id=|nil, owner_id=|nil, server_id=|nil, overlay_id=|nil, at= unix ms}
-- @return integer id
function Jobs:create(one)
  local _, id = assert(self.d:run([[INSERT INTO jobs (operation, user_id, owner_id, server_id, overlay_id, created_at)
    VALUES (?, ?, ?, ?, ?, ?)]], one.operation, one.user_id, one.owner_id, one.server_id, one.overlay_id, one.at))
  return id
end

--- A job by id.
-- @return table|nil with server_name, overlay_name while that is there, asked_by, owner, took in ms; waits = phrase
--   while it waits for something
function Jobs:get(id)
  return flags(self.d:row(SELECT_NAMED .. "WHERE id = ?", id))
end

--- The queued build of an overlay, if there is one.
function Jobs:queued_build(overlay_id)
  return flags(self.d:row(SELECT .. "WHERE overlay_id = ? AND operation = 'build_overlay' AND state = 'queued'",
    overlay_id))
end

--- How many jobs a user asked for still wait.
-- @param user_id integer
-- @return integer
function Jobs:waiting_of(user_id)
  return self.d:value("SELECT count(*) FROM jobs INDEXED BY jobs_state WHERE state = 'queued' AND user_id = ?", user_id)
end

--- The newest job of a server or an overlay.
-- @param column string "server_id" or "overlay_id"
function Jobs:newest_of(column, id)
  assert(column == "server_id" or column == "overlay_id", "no such column")
  return flags(self.d:row(SELECT .. "WHERE " .. column .. " = ? ORDER BY id DESC LIMIT 1", id))
end

--- The newest job that installs the game.
-- @return table|nil
function Jobs:newest_install()
  return flags(self.d:row(SELECT .. "INDEXED BY jobs_operation WHERE operation = 'install' ORDER BY id DESC LIMIT 1"))
end

--- Jobs, the newest first.
-- @param options {limit=, before=id|nil, state=|nil, operation=|nil, owner_id=|nil, server_id=|nil, overlay_id=|nil}
-- @return table list with next; each with server_name, overlay_name while that is there, asked_by, owner, took
function Jobs:list(options)
  local sql, values = job_list.query(SELECT_NAMED, options)
  return rows.page(all_flags(self.d:rows(sql, table.unpack(values))), options.limit)
end

--- The servers and overlays that the newest jobs were about, see store.job_list.
-- @param owner_id integer|nil only of this owner's
function Jobs:objects(owner_id)
  return job_list.objects(self.d, owner_id)
end

--- Jobs that have a child: running and cancelling ones.
function Jobs:active()
  return all_flags(self.d:rows(SELECT_BY_STATE .. "WHERE state IN ('running', 'cancelling') ORDER BY id"))
end

-- The unfinished jobs by what they are on: of each target the oldest.
local function unfinished_on(self, column)
  local jobs = {}
  local sql = "SELECT id, operation, state, waiting_for, %s AS target FROM jobs INDEXED BY jobs_state WHERE "
    .. rows.UNFINISHED .. " AND target IS NOT NULL"
  for row in self.d:each(sql:format(column)) do
    local known = jobs[row.target]
    if not known or row.id < known.id then jobs[row.target] = explained(row) end
  end
  return jobs
end

--- The unfinished jobs on servers: of each server the oldest.
-- @return table server id → {id, operation, state, waiting_for, target}
function Jobs:on_servers() return unfinished_on(self, "server_id") end

--- The unfinished jobs on overlays: of each overlay the oldest.
-- @return table overlay id → {id, operation, state, waiting_for, target}
function Jobs:on_overlays() return unfinished_on(self, "overlay_id") end

local BLUEPRINT_LAYERS = [[SELECT bo.overlay_id AS id FROM servers s JOIN blueprint_overlays bo
  ON bo.blueprint_id = s.blueprint_id WHERE s.id = ?1]]
-- What a running job mounts may have left the blueprint since.
local NOTED_LAYERS = " UNION SELECT overlay_id FROM server_layers WHERE server_id = ?1"

-- The overlays of a job's server, as a set; nil for a job of no server.
local function layers(self, job, sql)
  if not job.server_id then return nil end
  local set = {}
  for row in self.d:each(sql, job.server_id) do set[row.id] = true end
  return set
end

local function mounted_by(self, job)
  if not job.overlay_id then return nil end
  return self.d:rows([[SELECT s.name FROM server_layers l JOIN servers s ON s.id = l.server_id
    WHERE l.overlay_id = ? AND s.actual_state <> 'stopped' ORDER BY s.id LIMIT 100]], job.overlay_id)
end

-- What runs, with the facts domain.schedule wants to know.
local function running_jobs(self)
  local running = self:active()
  for _, job in ipairs(running) do
    job.overlays = layers(self, job, BLUEPRINT_LAYERS .. NOTED_LAYERS)
    running.builds = running.builds or job.operation == "build_overlay"
  end
  return running
end

local function blocker(self, job, running)
  -- A server's layers matter beside a running build alone; a long queue is looked through without asking for them.
  if running.builds then job.overlays = layers(self, job, BLUEPRINT_LAYERS) end
  return schedule.blocker(job, running, mounted_by(self, job))
end

-- Look at the queued jobs, the oldest first, until visit(job) returns true.
local function each_queued(self, visit)
  local after = 0
  repeat
    local page = self.d:rows(SELECT_BY_STATE .. "WHERE state = 'queued' AND id > ? ORDER BY id LIMIT ?", after, PAGE)
    for _, job in ipairs(page) do
      if visit(job) then return job end
      after = job.id
    end
  until #page < PAGE
end

-- A look that locks nothing, for most looks find nothing.
local function anything_queued(self)
  return self.d:value "SELECT 1 FROM jobs INDEXED BY jobs_state WHERE state = 'queued' LIMIT 1" ~= nil
end

-- Note why a job waits; it is added to the list when that is news.
local function note(self, job, reason, noted)
  local packed = phrase.pack(reason)
  if job.waiting_for == packed then return end
  assert(self.d:run("UPDATE jobs SET waiting_for = ? WHERE id = ?", packed, job.id))
  noted[#noted + 1] = job
end

--- Claim the oldest job that can start; those before it get a note for whom they wait. Two schedulers on one
-- database never claim the same.
-- @param now integer unix ms
-- @return table|nil job, running now
-- @return table list of the jobs that wait for something else than before
function Jobs:claim(now)
  local claimed, noted = nil, {}
  if not anything_queued(self) then return nil, noted end
  self.d:transaction(function()
    local running = running_jobs(self)
    local candidate = each_queued(self, function(job)
      local reason = blocker(self, job, running)
      if reason then note(self, job, reason, noted) end
      return not reason
    end)
    claimed = candidate and self.d:row([[UPDATE jobs SET state = 'running', started_at = ?, waiting_for = ''
      WHERE id = ? AND state = 'queued' RETURNING ]] .. COLUMNS, now, candidate.id)
    return true
  end)
  return flags(claimed), noted
end

--- Note for every queued job what it waits for.
-- @param otherwise table phrase: the reason of those that could start
-- @return table list of the jobs that wait for something else than before
function Jobs:note_reasons(otherwise)
  local noted = {}
  if not anything_queued(self) then return noted end
  self.d:transaction(function()
    local running = running_jobs(self)
    each_queued(self, function(job)
      note(self, job, blocker(self, job, running) or otherwise, noted)
    end)
    return true
  end)
  return noted
end

--- Note a job's child, so that a crash leaves no orphan.
-- @param pid integer
-- @param pid_started integer clock ticks since boot
function Jobs:set_child(id, pid, pid_started)
  assert(self.d:run("UPDATE jobs SET pid = ?, pid_started = ? WHERE id = ?", pid, pid_started, id))
end

--- Cancel: a queued job ends at once, a running one is asked to end.
-- @return string|nil the job's state now; nil when it is over already
function Jobs:request_cancel(id, now)
  return self.d:value([[UPDATE jobs SET cancel_requested = 1, waiting_for = '',
    state = CASE state WHEN 'queued' THEN 'cancelled' ELSE 'cancelling' END,
    finished_at = CASE state WHEN 'queued' THEN ? ELSE finished_at END
    WHERE id = ? AND ]] .. rows.UNFINISHED .. " RETURNING state", now, id)
end

--- Write how a job ended.
-- @param result table {state=, exit_code=integer|nil, finished_at= unix ms}
function Jobs:finish(id, result)
  assert(self.d:run([[UPDATE jobs SET state = ?, exit_code = ?, finished_at = ?, pid = NULL, pid_started = NULL
    WHERE id = ?]], result.state, result.exit_code, result.finished_at, id))
end

--- @param d connection of host.db
function M.new(d)
  return setmetatable({ d = d }, Jobs)
end

return M
