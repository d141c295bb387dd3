-- Server time of every page with 1,000 servers, 500 overlays and 100,000 jobs, beside a database whose lists are just
-- as long on a page.
local http = require "spec.support.http_client"
local measure = require "spec.bench.measure"
local seed = require "spec.support.seed"
local service = require "spec.support.service"
local toured = require "spec.support.toured"

local ROUNDS <const> = 100
-- Enough jobs that each server's list of them is full, as it is in the large one.
local SMALL = { users = 60, overlays = 60, blueprints = 60, servers = 300, jobs = 10000 }
local LARGE = { users = 200, overlays = 500, blueprints = 200, servers = 1000, jobs = 100000 }

local Site = {}
Site.__index = Site

-- The numbers of queries make each request one that is not remembered.
function Site:get(path)
  self.count = self.count + 1
  local target = ("%s%sn=%d"):format(path, path:find("?", 1, true) and "&" or "?", self.count)
  local options = { headers = { Cookie = self.cookie } }
  local answer = self.connection:request("GET", target, options)
  if not answer then -- the service closes what was idle for long
    self.connection:close()
    self.connection = http.open(self.service.address)
    answer = self.connection:request("GET", target, options)
  end
  assert(answer.status == 200, ("%s answered %d"):format(target, answer.status))
  return answer
end

function Site:close()
  self.connection:close()
  self.service:remove()
end

local function open(sizes)
  local one = service.start { demo_game = false, env = { STATE_POLLER_INTERVAL_SECONDS = "3600" } }
  local options = { now = require("host.clock").now(), owner = 1, open = true, root = one.directory }
  for what, count in pairs(sizes) do options[what] = count end
  local d <close> = assert(require("store.db").open(one.root .. "/left4me.db"))
  local seeded = seed.fill(d, options)
  d:exec "PRAGMA optimize"
  seeded.running, seeded.ready = { seeded.servers[9] }, seeded.overlays[1]
  local cookie = http.log_in(one.address, "admin", one.env.LEFT4ME_ADMIN_PASSWORD)
  return setmetatable({ service = one, cookie = cookie, count = 0, connection = http.open(one.address),
    seeded = seeded }, Site)
end

-- The addresses of a page in both: the same example in each.
local function pages(small, large)
  local out, others = {}, {}
  for _, stop in ipairs(toured.stops(large.seeded)) do others[stop.name] = stop.path end
  for _, stop in ipairs(toured.stops(small.seeded)) do
    if stop.role == "admin" and not stop.status then
      out[#out + 1] = { name = stop.name, small = stop.path, large = others[stop.name] }
    end
  end
  return out
end

local function compare(page, small, large)
  for _ = 1, 5 do small:get(page.small); large:get(page.large) end
  local few, many = measure.alternate(ROUNDS, function() small:get(page.small) end,
    function() large:get(page.large) end)
  return { name = page.name, ours = measure.spread(many), limit = measure.spread(few),
    ratio = measure.ratio(measure.percentile(many, 50), measure.percentile(few, 50)), aim = "at most 1.5 ×" }
end

return function()
  local small, large = open(SMALL), open(LARGE)
  local rows = {}
  for i, page in ipairs(pages(small, large)) do rows[i] = compare(page, small, large) end
  small:close()
  large:close()
  return rows
end
