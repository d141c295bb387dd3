-- Fills a database with as much as is asked for: users, overlays, blueprints, servers and jobs of every state, some
-- with hostile names. The same arguments give the same rows.
--
-- As a program: left4me lua spec/support/seed.lua ROOT [servers=30] [overlays=12] [blueprints=8] [jobs=200] [users=6]
local M = {}

local MINUTE <const> = 60000
local SIZES = { users = 6, overlays = 12, blueprints = 8, servers = 30, jobs = 200 }

-- What once ran in a panel, turned text around or made a page too wide. Names have 100 characters at most.
M.HOSTILE = {
  [["><img src=x onerror="window.pwned=1">]], "<script>window.pwned=1</script>", "</script></textarea></title><b>bold",
  "\u{202e}drawkcab \u{2066}isolated", "🧟‍♂️🔥 Zombies é ß 中文 עברית", ("W"):rep(100), "${7*7} {{ csrf }} {% end %}",
  "' onmouseover='window.pwned=1", "&lt;b&gt;&amp;amp; &#39;", ("long words in a row "):rep(5):sub(1, 99),
}
local PLAIN = { "Friday coop", "Versus", "Expert realism", "Test range", "Tank training", "Scavenge" }

local SCRIPT <const> = [[#!/bin/bash
set -e
mkdir -p left4dead2/cfg
echo 'sv_tags seeded' > left4dead2/cfg/server.cfg
]]
local LOG <const> = {
  "O Step: fetching the archive", "O \27[32m100 %\27[0m done, \27[1;31mred and bold\27[0m", "E warning: nothing to do",
  [[O "><img src=x onerror="window.pwned=1">]], "O <script>window.pwned=1</script>", "O \u{202e}drawkcab 🧟 \u{2066}",
  "O \27]0;title\7\27]52;c;aGk=\27\\\27[2J after terminal sequences", "O " .. ("unbroken"):rep(120),
}

-- Every third thing has a hostile name, as long as there are some; all names are different.
local function name(kind, i)
  local hostile = i % 3 == 0 and M.HOSTILE[i // 3]
  return hostile or ("%s %d"):format(PLAIN[i % #PLAIN + 1], kind + i)
end

local function add_users(seed, count)
  for i = 1, count do
    local id = assert(seed.store.users:create { username = ("player-%d"):format(i), password_digest = "none",
      admin = i % 5 == 0, at = seed.now - i * 1000 * MINUTE })
    if i % 4 == 0 then seed.store.users:set_active(id, false, seed.now) end
    seed.users[i] = id
  end
end

local function add_overlays(seed, count)
  local status = { "ok", "ok", "failed", "" }
  for i = 1, count do
    local at = seed.now - i * 60 * MINUTE
    local id = assert(seed.store.overlays:create { name = name(1000, i), type = "script", script = SCRIPT,
      user_id = i % 4 ~= 0 and seed.owner or nil, at = at })
    local state = status[i % #status + 1]
    if state ~= "" then seed.store.overlays:set_build_status(id, state, at + MINUTE) end
    seed.overlays[i] = id
  end
end

local function add_blueprints(seed, count)
  for i = 1, count do
    local id = assert(seed.store.blueprints:create { name = name(2000, i), user_id = seed.owner,
      arguments = { "+map c1m1_hotel", "-standin-chatter 400" },
      config = { "sv_cheats 0", 'sv_tags "seeded"', "// " .. M.HOSTILE[i % #M.HOSTILE + 1] },
      at = seed.now - i * MINUTE })
    local layers = {}
    for place = 1, math.min(i, 5, #seed.overlays) do
      layers[place] = { id = seed.overlays[(i + place) % #seed.overlays + 1], expose_server_cfg = place % 2 == 0 }
    end
    seed.store.blueprints:set_overlays(id, layers)
    seed.blueprints[i] = id
  end
end

-- desired state, actual state, what the host said
local STATES = {
  { "stopped", "stopped" }, { "running", "stopped", "It ended with exit code 139 after 3 s, four times in a row" },
  { "running", "stopped" }, { "stopped", "running" }, { "running", "unknown" }, { "stopped", "stopped" },
}

local function add_servers(seed, count)
  for i = 1, count do
    local label, state = name(3000, i), STATES[i % #STATES + 1]
    local id = assert(seed.store.servers:create { name = label, user_id = seed.owner,
      blueprint_id = seed.blueprints[i % #seed.blueprints + 1], port = seed.port + i,
      rcon_password = ("seeded-password-%08d"):format(i),
      hostname = i % 2 == 0 and label:gsub('"', "”") or "", at = seed.now - i * MINUTE })
    seed.store.servers:set_desired(id, state[1], seed.now)
    seed.store.servers:set_actual(id, { state = state[2], error = state[3], at = seed.now })
    seed.servers[i] = id
  end
end

local SERVER_OPERATIONS = { "start", "stop", "initialize", "reset" }
local ENDS = {
  { "succeeded", 0 }, { "succeeded", 0 }, { "failed", 3 }, { "succeeded", 0 }, { "cancelled", 143 }, { "lost" },
}

-- What a job is on: overlays and servers in turn; every 50th is the host's own, every 40th on a server long deleted.
local function target(seed, i)
  if i % 50 == 0 then return { operation = "install" } end
  if i % 2 == 0 then
    return { operation = "build_overlay", overlay_id = seed.overlays[i // 2 % #seed.overlays + 1] }
  end
  local server = i % 40 == 1 and 1 << 40 or seed.servers[i // 2 % #seed.servers + 1]
  return { operation = SERVER_OPERATIONS[i // 2 % #SERVER_OPERATIONS + 1], server_id = server }
end

local UPDATE <const> = [[UPDATE jobs SET state = ?2, exit_code = ?3, started_at = ?4, finished_at = ?5, waiting_for = ?6
  WHERE id = ?1]]

local function add_job(seed, job, at, state, code, rest)
  job.at, job.user_id = at, seed.owner
  job.owner_id = (job.server_id or job.overlay_id) and seed.owner or nil
  local id = seed.store.jobs:create(job)
  rest = rest or {}
  assert(seed.d:run(UPDATE, id, state, code, rest.started, rest.finished, rest.waiting or ""))
  seed.jobs[#seed.jobs + 1], seed.by_state[state] = id, id
  return id
end

-- Finished jobs, the oldest first.
local function add_jobs(seed, count)
  for i = 1, count do
    local at, ending = seed.now - (count - i + 1) * 7 * MINUTE, ENDS[i % #ENDS + 1]
    add_job(seed, target(seed, i), at, ending[1], ending[2],
      { started = at + 1500, finished = at + 1500 + i % 90 * 1000 })
  end
end

-- Jobs that go on: no process is behind them, so whoever serves the database must have started before. The queued
-- ones wait for these, so that no scheduler claims them.
local function add_open_jobs(seed)
  local first, second, overlay = seed.servers[1], seed.servers[2], seed.overlays[#seed.overlays]
  local at = seed.now - MINUTE
  add_job(seed, { operation = "start", server_id = first }, at, "running", nil, { started = at })
  add_job(seed, { operation = "stop", server_id = first }, at, "queued", nil,
    { waiting = "the start of " .. name(3000, 1) })
  add_job(seed, { operation = "reset", server_id = second }, at, "cancelling", nil, { started = at })
  add_job(seed, { operation = "build_overlay", overlay_id = overlay }, at, "running", nil, { started = at })
  add_job(seed, { operation = "build_overlay", overlay_id = overlay }, at, "queued", nil,
    { waiting = "the running build of it" })
end

local NO_SYNC <const> = { sync = false }

-- Logs of the newest jobs, and files of some overlays.
local function add_files(seed, root)
  for i = math.max(1, #seed.jobs - 250), #seed.jobs do
    local lines = {}
    for n = 1, i % 10 == 0 and 400 or 12 do
      lines[n] = ("%d %s\n"):format(seed.now + n * 10, LOG[n % #LOG + 1])
    end
    assert(root:write(("logs/jobs/%d.log"):format(seed.jobs[i]), table.concat(lines), 416, NO_SYNC))
  end
  for i = 1, math.min(#seed.overlays, 20) do
    local folder = ("overlays/%d/left4dead2/cfg"):format(seed.overlays[i])
    assert(root:mkdirs(folder))
    assert(root:write(folder .. "/server.cfg", "sv_tags seeded\n", 416, NO_SYNC))
    for n = 1, i % 3 == 0 and 60 or 3 do
      local file = M.HOSTILE[n % #M.HOSTILE + 1]:gsub("/", "|")
      assert(root:write(("%s/%s %d.cfg"):format(folder, file, n), "x\n", 416, NO_SYNC))
    end
  end
end

--- Fill a database, in one transaction.
-- @param d connection with the newest schema
-- @param options {now= unix ms, owner= user id of most things, port= the first one less one, open=boolean (jobs that
--   go on too), root=host.fs root|nil (for logs and files), users=, overlays=, blueprints=, servers=, jobs=}
-- @return table {users, overlays, blueprints, servers, jobs = lists of ids, by_state = {job state = id}}
function M.fill(d, options)
  local seed = { d = d, store = require("store").new(d), now = options.now, owner = options.owner,
    port = options.port or 20000, users = {}, overlays = {}, blueprints = {}, servers = {}, jobs = {}, by_state = {} }
  local function size(what) return options[what] or SIZES[what] end
  d:transaction(function()
    add_users(seed, size "users")
    add_overlays(seed, size "overlays")
    add_blueprints(seed, size "blueprints")
    add_servers(seed, size "servers")
    add_jobs(seed, size "jobs")
    if options.open then add_open_jobs(seed) end
    return true
  end)
  if options.root then add_files(seed, options.root) end
  return seed
end

local function main(root, ...)
  local sizes = { root = assert(require("host.fs").root(root)), now = require("host.clock").now(), owner = 1 }
  for _, text in ipairs { ... } do
    local what, count = text:match "^(%l+)=(%d+)$"
    assert(SIZES[what], text .. " is no size")
    sizes[what] = math.tointeger(tonumber(count))
  end
  local d = assert(require("store.db").open(root .. "/left4me.db"))
  M.fill(d, sizes)
  require("store.db").close(d)
  return 0
end

if ... ~= "spec.support.seed" then return main(...) end
return M
