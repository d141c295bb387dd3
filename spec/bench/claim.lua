-- Time to claim a job with 100, 10,000 and 100,000 finished jobs in the history.
local measure = require "spec.bench.measure"
local service = require "spec.support.service"

local function fill(store_db, count)
  store_db:transaction(function()
    for i = 1, count do
      store_db:run("INSERT INTO jobs(operation, state, created_at, started_at, finished_at) "
        .. "VALUES ('install', 'succeeded', ?, ?, ?)", i, i, i)
    end
    return true
  end)
end

return function()
  local rows, first = {}, nil
  for _, history in ipairs { 100, 10000, 100000 } do
    local one <close> = service.start { serve = false, demo_game = false }
    local d = require("host.db").open(one.root .. "/left4me.db", {})
    fill(d, history)
    local jobs = require("store").new(d).jobs
    local times = measure.times(200, function(i)
      d:run("INSERT INTO jobs(operation, state, created_at) VALUES ('install', 'queued', ?)", i)
      local job = assert(jobs:claim(i))
      jobs:finish(job.id, { state = "succeeded", exit_code = 0, finished_at = i })
    end)
    d:close()
    local p50 = measure.percentile(times, 50)
    first = first or p50
    rows[#rows + 1] = { name = ("claim and finish a job, %d in history"):format(history), ours = measure.spread(times),
      limit = measure.ms(first) .. " (100 in history)", ratio = measure.ratio(p50, first), aim = "flat" }
  end
  return rows
end
