-- The table jobs: the queue and its history.
local rows = require "store.rows"
local schedule = require "domain.schedule"

local M = {}

local Jobs = {}
Jobs.__index = Jobs

local COLUMNS = [[id, user_id, owner_id, server_id, overlay_id, operation, state, exit_code, waiting_for,
  cancel_requested, pid, pid_started, created_at, started_at, finished_at]]
local SELECT = "SELECT " .. COLUMNS .. " FROM jobs "
local PAGE = 100

local function flags(row)
  return rows.flags(row, "cancel_requested")
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
-- @return table|nil
function Jobs:get(id)
  return flags(self.d:row(SELECT .. "WHERE id = ?", id))
end

--- The queued build of an overlay, if there is one.
function Jobs:queued_build(overlay_id)
  return flags(self.d:row(SELECT .. "WHERE overlay_id = ? AND operation = 'build_overlay' AND state = 'queued'",
    overlay_id))
end

--- The newest job of a server or an overlay.
-- @param column string "server_id" or "overlay_id"
function Jobs:newest_of(column, id)
  assert(column == "server_id" or column == "overlay_id", "no such column")
  return flags(self.d:row(SELECT .. "WHERE " .. column .. " = ? ORDER BY id DESC LIMIT 1", id))
end

--- Jobs, the newest first.
-- @param options {limit=, before=id|nil, state=|nil, owner_id=|nil, server_id=|nil, overlay_id=|nil}
-- @return table list with next
function Jobs:list(options)
  local where, values = {}, {}
  for _, column in ipairs { "state", "owner_id", "server_id", "overlay_id" } do
    if options[column] ~= nil then
      where[#where + 1] = column .. " = ?"
      values[#values + 1] = options[column]
    end
  end
  if options.before then
    where[#where + 1] = "id < ?"
    values[#values + 1] = options.before
  end
  values[#values + 1] = options.limit + 1
  local condition = #where > 0 and "WHERE " .. table.concat(where, " AND ") or ""
  return rows.page(all_flags(self.d:rows(SELECT .. condition .. " ORDER BY id DESC LIMIT ?", table.unpack(values))),
    options.limit)
end

--- Jobs that have a child: running and cancelling ones.
function Jobs:active()
  return all_flags(self.d:rows(SELECT .. "WHERE state IN ('running', 'cancelling') ORDER BY id"))
end

--- Whether a job that is not finished works on a server.
function Jobs:busy_server(server_id)
  return self.d:value([[SELECT 1 FROM jobs WHERE server_id = ? AND state IN ('queued', 'running', 'cancelling')
    LIMIT 1]], server_id) ~= nil
end

-- The facts domain.schedule wants to know of a job.
local function with_layers(self, job)
  if job.server_id then
    job.overlays = {}
    for row in self.d:each([[SELECT bo.overlay_id AS id FROM servers s JOIN blueprint_overlays bo
      ON bo.blueprint_id = s.blueprint_id WHERE s.id = ?]], job.server_id) do
      job.overlays[row.id] = true
    end
  end
  return job
end

local function mounted_by(self, job)
  if not job.overlay_id then return nil end
  return self.d:rows([[SELECT s.name FROM server_layers l JOIN servers s ON s.id = l.server_id
    WHERE l.overlay_id = ? AND s.actual_state <> 'stopped' ORDER BY s.id LIMIT 100]], job.overlay_id)
end

local function note_waiting(self, job, reason)
  if job.waiting_for ~= reason then
    assert(self.d:run("UPDATE jobs SET waiting_for = ? WHERE id = ?", reason, job.id))
    return 1
  end
  return 0
end

-- The oldest queued job that can start; notes of all others for whom they wait.
local function find_startable(self, running)
  local after, noted = 0, 0
  repeat
    local page = self.d:rows(SELECT .. "WHERE state = 'queued' AND id > ? ORDER BY id LIMIT ?", after, PAGE)
    for _, job in ipairs(page) do
      local reason = schedule.blocker(with_layers(self, job), running, mounted_by(self, job))
      if not reason then return job, noted end
      noted = noted + note_waiting(self, job, reason)
      after = job.id
    end
  until #page < PAGE
  return nil, noted
end

--- Claim the oldest job that can start. Two schedulers on one database never claim the same.
-- @param now integer unix ms
-- @return table|nil job, running now
-- @return integer how many waiting jobs have another reason to wait than before
function Jobs:claim(now)
  local claimed, noted
  self.d:transaction(function()
    local running = self:active()
    for _, job in ipairs(running) do with_layers(self, job) end
    local candidate
    candidate, noted = find_startable(self, running)
    claimed = candidate and self.d:row([[UPDATE jobs SET state = 'running', started_at = ?, waiting_for = ''
      WHERE id = ? AND state = 'queued' RETURNING ]] .. COLUMNS, now, candidate.id)
    return true
  end)
  return flags(claimed), noted
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
    WHERE id = ? AND state IN ('queued', 'running', 'cancelling') RETURNING state]], now, id)
end

--- Write how a job ended.
-- @param result table {state=, exit_code=integer|nil, finished_at= unix ms}
function Jobs:finish(id, result)
  assert(self.d:run([[UPDATE jobs SET state = ?, exit_code = ?, finished_at = ?, pid = NULL, pid_started = NULL
    WHERE id = ?]], result.state, result.exit_code, result.finished_at, id))
end

function M.new(d)
  return setmetatable({ d = d }, Jobs)
end

return M
