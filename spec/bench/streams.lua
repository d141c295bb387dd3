-- Many event streams at once for the benchmarks: opened, read to their end and closed on one loop.
local http = require "spec.support.http_client"
local loop = require "host.loop"

local M = {}

--- Open one stream of a job's log.
function M.open(one, job_id)
  local connection = http.open(one.address)
  connection:send(http.render("GET", ("/api/v1/jobs/%d/log"):format(job_id),
    { headers = { Accept = "text/event-stream", Authorization = "Bearer " .. one.token } }))
  local head = connection:head()
  assert(head.status == 200, head.status)
  return connection
end

--- A build that prints a line and goes on for long.
-- @return table job
function M.sleeping_job(one)
  local overlay = one:api("POST", "/overlays", { name = "sleeper", type = "script" }, 201)
  return one:api("POST", ("/overlays/%d/script"):format(overlay.id), { script = "echo awake; sleep 600" }, 202)
end

--- Open many streams of one job.
-- @return list of connections with close()
function M.crowd(one, job, count)
  local crowd = {}
  for i = 1, count do crowd[i] = M.open(one, job.id) end
  function crowd.close()
    for _, connection in ipairs(crowd) do connection:close() end
  end
  return crowd
end

--- Read streams until each has ended; calls on_data(index, bytes). Garbage is left for long, to be a cheap reader.
function M.drain(connections, on_data)
  collectgarbage("incremental", 1000)
  local open = #connections
  local l <close> = loop.new()
  for i, connection in ipairs(connections) do
    on_data(i, connection.buffer)
    l:add(connection.socket:fd(), "r", i)
  end
  while open > 0 do
    local events = l:wait(60000)
    assert(#events > 0, "the streams fell silent")
    for _, event in ipairs(events) do
      local socket = connections[event.tag].socket
      local data, why = socket:recv(65536)
      if data then
        on_data(event.tag, data)
      elseif why ~= "again" then
        l:del(socket:fd())
        open = open - 1
      end
    end
  end
end

return M
