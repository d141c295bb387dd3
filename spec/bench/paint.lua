-- First contentful paint of pages in Chromium on this machine, at a first visit (a new process, nothing cached) and
-- again in the same window, and what comes over the wire for them.
local browser = require "spec.support.browser"
local json = require "host.json"
local measure = require "spec.bench.measure"
local toured = require "spec.support.toured"

local ROUNDS <const> = 7

local function kib(bytes) return ("%.1f KiB"):format(bytes / 1024) end

-- The first is a text of one line: what the browser takes for itself.
local function pages(seeded)
  local out = { { name = "health", path = "/health" } }
  for _, stop in ipairs(toured.stops(seeded)) do
    local word = stop.name:match "%.(.+)$"
    local typical = not word or word == "runs" or word == "full" or word == "built" or word == "succeeded"
    if stop.role == "admin" and not stop.status and typical then out[#out + 1] = stop end
  end
  return json.array(out)
end

return function()
  local why_not = browser.missing()
  if why_not then error(why_not, 0) end
  local one <close>, seeded = toured.start()
  local stops = pages(seeded)
  assert(one.directory:write("plan.json", json.encode { pages = stops, rounds = ROUNDS }))
  browser.run(one, "../bench/paint", "paint", 600000, one.root .. "/plan.json", one.root .. "/result.json")
  local results, rows = json.decode(assert(one.directory:read("result.json"))), {}
  for _, stop in ipairs(stops) do
    local of, bare = results[stop.name], results.health
    for _, visit in ipairs { "first", "next" } do
      rows[#rows + 1] = { name = ("%s paint of %s"):format(visit, stop.name), aim = "p50 under 150 ms",
        ours = ("%s; %s, unpacked %s"):format(measure.spread(of[visit]), kib(of.packed), kib(of.plain)),
        limit = measure.spread(bare[visit]) .. " (a line of text)",
        ratio = measure.ratio(measure.percentile(of[visit], 50), measure.percentile(bare[visit], 50)) }
    end
  end
  return rows
end
