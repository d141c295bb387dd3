-- Specs of store.jobs: the queue is claimed once, in order, by the rules, and as fast after a hundred thousand jobs.
local database = require "spec.support.database"
local db = require "host.db"
local job_rules = require "domain.job"
local loop = require "host.loop"
local proc = require "host.proc"
local runtime = require "host.runtime"
local schedule = require "domain.schedule"
local scenes = require "spec.support.scene"

local STATES = { "queued", "running", "cancelling", "succeeded", "failed", "cancelled", "lost" }

local function put_in_state(scene, id, state)
  assert(scene.d:run("UPDATE jobs SET state = ?, finished_at = ? WHERE id = ?", state,
    job_rules.final(state) and 5 or nil, id))
end

describe("Claiming", function()
  local scene, jobs
  before_each(function()
    scene = scenes.new()
    jobs = scene.store.jobs
  end)

  it("takes the oldest job and marks it running, until there is none", function()
    local first, second = scene:job("stop", scene:server "a"), scene:job("stop", scene:server "b")
    local job = jobs:claim(77)
    assert.same({ first, "running", 77, false }, { job.id, job.state, job.started_at, job.cancel_requested })
    assert.equal(second, jobs:claim(78).id)
    assert.is_nil((jobs:claim(79)))
  end)

  it("passes over jobs that must wait, and notes on each of them for whom", function()
    local server, other = scene:server "a", scene:server "b"
    local running = scene:job("start", server)
    assert.equal(running, jobs:claim(1).id)
    local waiting, install, free = scene:job("stop", server), scene:job "install", scene:job("stop", other)
    local job, noted = jobs:claim(2)
    assert.equal(free, job.id)
    assert.same({ waiting, install }, { noted[1].id, noted[2].id })
    assert.equal(("start of server %d (job %d)"):format(server, running), scene:waits_for(waiting))
    assert.equal(scene:waits_for(waiting), scene:waits_for(install))
  end)

  it("notes a reason once, anew when it changes, and takes it back when the job starts", function()
    local server = scene:server "a"
    scene:job("start", server)
    local start = jobs:claim(1)
    local stop = scene:job("stop", server)
    assert.equal(1, #select(2, jobs:claim(2)))
    assert.equal(0, #select(2, jobs:claim(3)))
    jobs:finish(start.id, { state = "succeeded", exit_code = 0, finished_at = 4 })
    assert.equal(stop, jobs:claim(5).id)
    assert.equal("", scene:waits_for(stop))
  end)

  it("counts a job that is being cancelled as one that runs", function()
    local server = scene:server "a"
    local first = scene:job("start", server)
    jobs:claim(1)
    assert.equal("cancelling", jobs:request_cancel(first, 2))
    scene:job("stop", server)
    assert.is_nil((jobs:claim(3)))
  end)

  it("keeps a build and the servers whose blueprint has its overlay apart, both ways", function()
    local overlay, other = scene:overlay "o", scene:overlay "p"
    local with, without = scene:server("with", { overlay }), scene:server("without", { other })
    local build = scene:job("build_overlay", overlay)
    jobs:claim(1)
    local waits, free = scene:job("start", with), scene:job("start", without)
    assert.equal(free, jobs:claim(2).id)
    assert.matches("the build of overlay " .. overlay, scene:waits_for(waits), 1, true)
    jobs:finish(build, { state = "succeeded", exit_code = 0, finished_at = 3 })
    assert.equal(waits, jobs:claim(4).id)
    local again = scene:job("build_overlay", overlay)
    assert.is_nil((jobs:claim(5)))
    assert.matches("start of server " .. with, scene:waits_for(again), 1, true)
  end)

  it("keeps a build away from a server that starts with its overlay after it left the blueprint", function()
    local overlay = scene:overlay "o"
    local server = scene:server("s", { overlay })
    scene:job("start", server)
    jobs:claim(1)
    scene.store.servers:note_layers(server, { { id = overlay } })
    scene.store.blueprints:set_overlays(scene.store.servers:get(server).blueprint_id, {})
    scene:job("build_overlay", overlay)
    assert.is_nil((jobs:claim(2)))
  end)

  it("lets a build wait for the stop of each server that has its overlay mounted", function()
    local overlay = scene:overlay "o"
    local server = scene:server("Friday", { overlay })
    scene.store.servers:note_layers(server, { { id = overlay } })
    scene.store.servers:set_actual(server, { state = "running", at = 1 })
    local build = scene:job("build_overlay", overlay)
    assert.is_nil((jobs:claim(2)))
    assert.equal("the stop of the server “Friday”, which has this overlay mounted", scene:waits_for(build))
    scene.store.servers:set_actual(server, { state = "unknown", at = 1 })
    assert.is_nil((jobs:claim(3)))
    scene.store.servers:set_actual(server, { state = "stopped", at = 1 })
    assert.equal(build, jobs:claim(4).id)
  end)

  it("sees a job that can start behind any number of waiting ones", function()
    local server, other = scene:server "a", scene:server "b"
    for _ = 1, 250 do scene:job("stop", server) end
    jobs:claim(1)
    local free = scene:job("stop", other)
    assert.equal(free, jobs:claim(2).id)
  end)
end)

-- What a child prints next; nil at the end.
local function next_output(child)
  local poll <close> = loop.new()
  poll:add(child:fd("stdout"), "r", 1)
  repeat
    local data, why = child:read("stdout")
    if data then return data end
    poll:wait(5000)
  until why ~= "again"
end

-- A connection that shows each statement before it goes to the database.
local function observed(d, observe)
  return setmetatable({}, { __index = function(_, name)
    return function(_, sql, ...)
      if type(sql) == "string" then observe(sql, select("#", ...)) end
      return d[name](d, sql, ...)
    end
  end })
end

describe("Claimers on one database", function()
  local directory, scene, path
  before_each(function()
    directory = assert(proc.run { argv = { "mktemp", "-d" }, timeout_ms = 5000 }).stdout:gsub("%s+$", "")
    path = directory .. "/jobs.db"
    scene = scenes.new(database.open(path))
  end)
  after_each(function()
    scene.d:close()
    os.execute("rm -rf -- '" .. directory .. "'")
  end)

  it("cannot look at what runs while another is about to add to it", function()
    scene:job("stop", scene:server "a")
    local other = require("store").new(assert(db.open(path, { busy_ms = 0 }))).jobs
    local tried
    local jobs = require("store.jobs").new(observed(scene.d, function(sql)
      if sql:find "^UPDATE" then tried = { pcall(other.claim, other, 1) } end
    end))
    assert(jobs:claim(1))
    assert.is_false(tried[1])
    assert.equal("SQLITE_BUSY", tried[2].code)
    other.d:close()
  end)

  it("never get the same job nor two that exclude each other, and together get all that can start", function()
    local expected, claimers, got = {}, {}, {}
    for i = 1, 100 do
      local server = scene:server("server " .. i)
      expected[i] = scene:job("stop", server)
      scene:job("start", server)
    end
    for i = 1, 3 do
      claimers[i] = assert(proc.spawn {
        argv = { runtime.executable, "lua", runtime.share_dir .. "/spec/support/claimer.lua", path },
        stdin = "pipe", stderr = "inherit",
      })
    end
    for _, child in ipairs(claimers) do assert.equal("ready\n", next_output(child)) end
    for _, child in ipairs(claimers) do child:close_stdin() end
    for _, child in ipairs(claimers) do
      local text = ""
      for data in next_output, child do text = text .. data end
      for id in text:gmatch("%d+") do got[#got + 1] = math.tointeger(tonumber(id)) end
      child:close()
    end
    table.sort(got)
    assert.same(expected, got)
  end)
end)

describe("A long history", function()
  local scene, jobs, seen

  setup(function()
    seen = {}
    scene = scenes.new()
    scene.d:transaction(function()
      for i = 1, 50000 do
        scene.d:run([[INSERT INTO jobs (operation, server_id, owner_id, state, created_at)
          VALUES ('stop', ?, 1, 'succeeded', 1)]], i % 3 + 1)
      end
      return true
    end)
    scene.d:exec "ANALYZE" -- as the planner sees it after a restart
    jobs = require("store.jobs").new(observed(scene.d, function(sql, count)
      seen[#seen + 1] = { sql = sql, count = count }
    end))
  end)

  -- Every combination of filters there is; most of them fit no job.
  local function filtered(server, overlay)
    for _, of in ipairs { {}, { owner_id = scene.user.id }, { owner_id = 12345 }, { server_id = server },
      { owner_id = scene.user.id, server_id = server }, { overlay_id = overlay } } do
      for _, operation in ipairs { "any", "stop", "install" } do
        for _, state in ipairs { "any", "queued", "succeeded", "failed" } do
          jobs:list { limit = 10, owner_id = of.owner_id, server_id = of.server_id, overlay_id = of.overlay_id,
            operation = operation ~= "any" and not of.overlay_id and operation or nil,
            state = state ~= "any" and state or nil, before = state == "failed" and 40000 or nil }
        end
      end
    end
  end

  local function everything(server, overlay)
    scene:job("stop", server)
    scene:job("build_overlay", overlay)
    local waiting = scene:job("start", server)
    assert(jobs:claim(1))
    assert(jobs:claim(2))
    assert.is_nil((jobs:claim(3)))
    jobs:note_reasons(schedule.full(1))
    jobs:on_servers()
    jobs:on_overlays()
    jobs:queued_build(overlay)
    jobs:newest_of("server_id", server)
    filtered(server, overlay)
    jobs:newest_install()
    jobs:objects()
    jobs:objects(scene.user.id)
    for _, job in ipairs(jobs:active()) do
      jobs:finish(job.id, { state = "succeeded", exit_code = 0, finished_at = 9 })
    end
    jobs:request_cancel(waiting, 9)
  end

  it("makes no statement look through all jobs, nor sort what a list shows", function()
    everything(scene:server "a", scene:overlay "a")
    assert.is_true(#seen > 20)
    local newest_first = "FROM jobs%s+ORDER BY id DESC LIMIT %?"
    for _, one in ipairs(seen) do
      if not one.sql:find "^%s*INSERT" then
        for row in scene.d:each("EXPLAIN QUERY PLAN " .. one.sql, table.unpack({}, 1, one.count)) do
          local scans = row.detail:find("SCAN jobs", 1, true)
          assert.is_true(not scans or one.sql:find(newest_first) ~= nil, one.sql .. " → " .. row.detail)
          local sorts = row.detail:find "B%-TREE FOR.*ORDER BY" and one.sql:find "LIMIT %?$"
          assert.is_nil(sorts, one.sql .. " → " .. row.detail)
        end
      end
    end
  end)

  it("costs no more steps of the database's machine than a short one", function()
    local server, overlay = scene:server "b", scene:overlay "b"
    scene.d:limit(3000) -- a look through the history takes half a million
    everything(server, overlay)
    scene.d:limit(nil)
  end)
end)

describe("A job in the store", function()
  local scene, jobs
  before_each(function()
    scene = scenes.new()
    jobs = scene.store.jobs
  end)

  it("takes the steps of the state machine, whatever is asked of it", function()
    for _, state in ipairs(STATES) do
      local id = scene:job("stop", scene:server(state))
      put_in_state(scene, id, state)
      local after = jobs:request_cancel(id, 9)
      if state == "cancelling" then assert.equal("cancelling", after)
      else
        local can = job_rules.machine:can("cancel", state)
        assert.equal(can and job_rules.machine:next("cancel", state) or nil, after)
      end
      assert.equal(after == "cancelled" and 9 or job_rules.final(state) and 5 or nil, jobs:get(id).finished_at)
      assert.equal(after ~= nil, jobs:get(id).cancel_requested)
    end
  end)

  it("is no longer waiting when it is cancelled", function()
    local id = scene:job("stop", scene:server "a")
    jobs:note_reasons(schedule.full(1))
    jobs:request_cancel(id, 2)
    assert.equal("", scene:waits_for(id))
  end)

  it("forgets its child when it ends", function()
    local id = scene:job("stop", scene:server "a")
    jobs:set_child(id, 123, 456)
    assert.same({ 123, 456 }, { jobs:get(id).pid, jobs:get(id).pid_started })
    jobs:finish(id, { state = "failed", exit_code = 3, finished_at = 9 })
    local job = jobs:get(id)
    assert.same({ "failed", 3, 9 }, { job.state, job.exit_code, job.finished_at })
    assert.is_nil(job.pid or job.pid_started)
  end)

  it("of an overlay cannot be queued twice as a build, even past the service", function()
    local overlay = scene:overlay "o"
    scene:job("build_overlay", overlay)
    assert.has_error(function() scene:job("build_overlay", overlay) end)
    jobs:claim(1)
    scene:job("build_overlay", overlay)
  end)

  it("names its server or its overlay as its operation asks", function()
    for _, wrong in ipairs { { operation = "install", server_id = 1 }, { operation = "start" }, { operation = "dance" },
      { operation = "build_overlay", server_id = 1 }, { operation = "stop", server_id = 1, overlay_id = 1 } } do
      wrong.at = 1
      assert.has_error(function() jobs:create(wrong) end)
    end
  end)
end)

describe("The notes on waiting jobs", function()
  it("name what stands in the way, or else what the scheduler says", function()
    local scene = scenes.new()
    local server = scene:server "a"
    scene:job("start", server)
    scene.store.jobs:claim(1)
    local blocked, free = scene:job("stop", server), scene:job("stop", scene:server "b")
    assert.equal(2, #scene.store.jobs:note_reasons(schedule.full(1)))
    assert.equal(0, #scene.store.jobs:note_reasons(schedule.full(1)))
    assert.matches("^start of server", scene:waits_for(blocked))
    assert.equal("the running job to end", scene:waits_for(free))
    assert.equal("waits.job.start", scene.store.jobs:get(blocked).waits.key)
    assert.is_nil(rawget(scene.store.jobs:get(blocked), "waits"))
  end)
end)

describe("Lists of jobs", function()
  local scene, jobs, ids
  before_each(function()
    scene = scenes.new()
    jobs, ids = scene.store.jobs, {}
    local a, b = scene:server "a", scene:server "b"
    for i = 1, 6 do ids[i] = scene:job("stop", i % 2 == 0 and a or b) end
    put_in_state(scene, ids[1], "failed")
    put_in_state(scene, ids[2], "succeeded")
    ids.a = a
  end)

  local function listed(options)
    options.limit = options.limit or 10
    local list = jobs:list(options)
    local out = {}
    for i, job in ipairs(list) do out[i] = job.id end
    return out, list.next
  end

  it("begin with the newest and go on page by page", function()
    local page, after = listed { limit = 4 }
    assert.same({ ids[6], ids[5], ids[4], ids[3] }, page)
    page, after = listed { limit = 4, before = after }
    assert.same({ ids[2], ids[1] }, page)
    assert.is_nil(after)
  end)

  it("are of the kind that is asked for, tell who asked and for whom, and how long it took", function()
    local build = scene:job("build_overlay", scene:overlay "o")
    assert.same({ build }, (listed { operation = "build_overlay", owner_id = scene.user.id }))
    assert.same({ ids[1] }, (listed { operation = "stop", state = "failed" }))
    scene.d:run("UPDATE jobs SET started_at = 10, finished_at = 35 WHERE id = ?", ids[1])
    local job = jobs:list({ limit = 1, state = "failed" })[1]
    assert.same({ scene.user.username, scene.user.username, 25 }, { job.asked_by, job.owner, job.took })
    assert.is_nil(jobs:get(build).took)
  end)

  it("name what the newest jobs are about, each once, also what is gone", function()
    local overlay = scene:overlay "an overlay"
    scene:job("build_overlay", overlay)
    scene:job "install"
    scene.d:run("DELETE FROM servers WHERE id <> ?", ids.a)
    local names = {}
    for i, one in ipairs(jobs:objects(scene.user.id)) do names[i] = one.name or "gone" end
    assert.same({ "a", "gone", "an overlay" }, names)
    assert.same({}, jobs:objects(scene.user.id + 1))
  end)

  it("can be of a state, a server, an owner, and of all at once", function()
    assert.same({ ids[1] }, (listed { state = "failed" }))
    assert.same({ ids[6], ids[4], ids[2] }, (listed { server_id = ids.a }))
    assert.same({ ids[6], ids[4] }, (listed { server_id = ids.a, state = "queued", owner_id = scene.user.id }))
    assert.same({ ids[6], ids[5], ids[4], ids[3] }, (listed { state = "queued", owner_id = scene.user.id }))
    assert.same({ ids[2] }, (listed { state = "succeeded", owner_id = scene.user.id }))
    assert.same({}, (listed { owner_id = scene.user.id + 1 }))
  end)
end)

describe("The jobs on servers", function()
  it("are those that are queued, running or cancelling: of each server the oldest", function()
    local scene = scenes.new()
    local expected = {}
    for _, state in ipairs(STATES) do
      local server = scene:server(state)
      local id = scene:job("stop", server)
      put_in_state(scene, id, state)
      expected[server] = not job_rules.final(state) and { id = id, operation = "stop", state = state, waiting_for = "",
        target = server } or nil
      if expected[server] then scene:job("start", server) end
    end
    scene:job "install"
    assert.same(expected, scene.store.jobs:on_servers())
    assert.same({}, scene.store.jobs:on_overlays())
  end)
end)
