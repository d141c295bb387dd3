-- GET /servers with 50 servers over 8 keep-alive connections, beside an empty CivetWeb handler in C.
local http = require "spec.support.http_client"
local measure = require "spec.bench.measure"
local proc = require "host.proc"
local service = require "spec.support.service"

local ROUNDS <const>, SECONDS <const> = 5, "2"

local FRESH <const> = require("host.runtime").share_dir .. "/spec/bench/fresh_page.wrk.lua"

local function wrk(url, cookie, script)
  local argv = { "wrk", "-t", "2", "-c", "8", "-d", SECONDS, "--latency", "-H", "Accept-Encoding: gzip" }
  if script then table.move({ "-s", script }, 1, 2, #argv + 1, argv) end
  if cookie then table.move({ "-H", "Cookie: " .. cookie }, 1, 2, #argv + 1, argv) end
  argv[#argv + 1] = url
  local text = assert(proc.run { argv = argv, timeout_ms = 20000 }).stdout
  assert(not text:find("Non-2xx", 1, true), text)
  return { rate = tonumber(text:match("Requests/sec:%s+([%d.]+)")), p50 = text:match("\n%s+50%%%s+(%S+)"),
    p99 = text:match("\n%s+99%%%s+(%S+)") }
end

local function median(runs)
  table.sort(runs, function(a, b) return a.rate < b.rate end)
  return runs[#runs // 2 + 1]
end

local function shown(run)
  return ("%.0f/s, p50 %s, p99 %s"):format(run.rate, run.p50, run.p99)
end

local function empty_handler()
  local program = require("host.runtime").executable:gsub("[^/]*$", "bench_civetweb_empty")
  local child = assert(proc.spawn { argv = { program, "0" }, stdin = "null", stdout = "pipe", stderr = "inherit",
    session = true })
  local text = ""
  service.eventually("the empty handler", function()
    text = text .. (child:read("stdout", 4096) or "")
    return text:match("(%d+)%s")
  end)
  return child, "127.0.0.1:" .. text:match("(%d+)%s")
end

return function()
  local one <close> = service.start { demo_game = false, env = { SESSION_COOKIE_SECURE = "false" } }
  local blueprint = one:api("POST", "/blueprints", { name = "bench" }, 201)
  for i = 1, 50 do one:api("POST", "/servers", { name = "server " .. i, blueprint_id = blueprint.id }, 201) end
  local cookie = http.log_in(one.address, "admin", one.env.LEFT4ME_ADMIN_PASSWORD)
  local child, address = empty_handler()
  local ours, limit = {}, {}
  measure.alternate(ROUNDS, function(i) ours[i] = wrk("http://" .. one.address .. "/servers", cookie) end,
    function(i) limit[i] = wrk("http://" .. address .. "/") end)
  local fresh = wrk("http://" .. one.address, cookie, FRESH)
  child:kill("KILL")
  service.eventually("the empty handler's end", function() return child:wait() end)
  child:close()
  local a, b = median(ours), median(limit)
  return { { name = "GET /servers, 50 servers, 8 connections", ours = shown(a),
    limit = shown(b) .. " (empty C handler)", ratio = measure.ratio(a.rate, b.rate), aim = "at least 0.5 ×" },
    { name = "the same, no page asked for twice", ours = shown(fresh), ratio = measure.ratio(fresh.rate, b.rate),
      aim = "" } }
end
