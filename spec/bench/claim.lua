-- Time to claim and finish a job with 100, 10,000 and 100,000 finished jobs in the history.
local database = require "host.db"
local measure = require "spec.bench.measure"
local service = require "spec.support.service"
local store = require "store"

local HISTORIES <const> = { 100, 10000, 100000 }
local ROUNDS <const> = 300

local function fill(d, count)
  d:transaction(function()
    for i = 1, count do
      d:run("INSERT INTO jobs(operation, state, created_at, started_at, finished_at) "
        .. "VALUES ('install', 'succeeded', ?, ?, ?)", i, i, i)
    end
    return true
  end)
end

-- A function that claims and finishes a job in a database of its own.
local function worker(directory, history)
  local path = ("%s/%d.db"):format(directory, history)
  local d = assert(database.open(path, {}))
  fill(d, history)
  local jobs = store.new(d).jobs
  return function(round)
    d:run("INSERT INTO jobs(operation, state, created_at) VALUES ('install', 'queued', ?)", round)
    local job = assert(jobs:claim(round))
    jobs:finish(job.id, { state = "succeeded", exit_code = 0, finished_at = round })
  end, d
end

return function()
  local one <close> = service.start { serve = false, demo_game = false }
  local workers, open = {}, {}
  for i, history in ipairs(HISTORIES) do
    one.directory:copy("left4me.db", history .. ".db")
    workers[i], open[i] = worker(one.root, history)
  end
  local times = { measure.alternate(ROUNDS, table.unpack(workers)) }
  for _, d in ipairs(open) do d:close() end
  local rows, limit = {}, measure.percentile(times[1], 50)
  for i, history in ipairs(HISTORIES) do
    rows[i] = { name = ("claim and finish a job, %d in history"):format(history), ours = measure.spread(times[i]),
      limit = measure.ms(limit) .. " (100 in history)", ratio = measure.ratio(measure.percentile(times[i], 50), limit),
      aim = "flat" }
  end
  return rows
end
