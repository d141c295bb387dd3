-- An orderly stop: SIGTERM in the middle of everything ends all of it within seconds, and the next start goes on.
local a2s = require "spec.support.a2s_client"
local db = require "host.db"
local http = require "spec.support.http_client"
local json = require "host.json"
local proc = require "host.proc"
local product = require "spec.support.product"
local runtime = require "host.runtime"
local service = require "spec.support.service"

describe("SIGTERM", function()
  local one
  after_each(function() one:remove() end)

  local function build(name, script)
    local overlay = one:api("POST", "/overlays", { name = name, type = "script" }, 201)
    return one:api("POST", ("/overlays/%d/script"):format(overlay.id), { script = script }, 202), overlay
  end

  local function says(job, text)
    service.eventually(text, function() return product.log(one, job):find(text, 1, true) end)
  end

  local function follow(path)
    return http.events(one.address, "/api/v1" .. path, { headers = { Authorization = "Bearer " .. one.token } })
  end

  -- How many jobs are in each state, while no service runs.
  local function states()
    local d <close> = assert(db.open(one.root .. "/left4me.db", { readonly = true }))
    local counts = {}
    for row in d:each "SELECT state, count(*) AS count FROM jobs GROUP BY state" do counts[row.state] = row.count end
    return counts
  end

  local function open_console()
    local console = assert(proc.spawn {
      argv = { runtime.executable, "console", "--root", one.root }, env = one.env, stdin = "pipe", stdout = "pipe",
      stderr = "pipe",
    })
    console:write "1 + 41\n"
    local text = ""
    service.eventually("the console's answer", function()
      text = text .. (console:read "stdout" or "")
      return text:find("42", 1, true)
    end)
    return console
  end

  it("amid builds, a hundred queued jobs, streams and a console ends it all, and a restart goes on", function()
    one = service.start { demo_game = false, env = { JOB_WORKER_THREADS = "3" } }
    local polite = build("polite", "echo begun; sleep 4242")
    local stubborn, overlay = build("stubborn", [[
      trap '' TERM INT HUP; (trap '' TERM; setsid sleep 4242) & echo begun; while :; do sleep 4242; done]])
    says(polite, "begun")
    says(stubborn, "begun")
    local queued = {}
    local blocker = build("blocker", "echo begun; sleep 4242")
    says(blocker, "begun")
    for i = 1, 100 do queued[i] = build("queued " .. i, "echo built") end
    local streams = { follow(("/jobs/%d/log"):format(polite.id)), follow(("/jobs/%d/log"):format(queued[100].id)) }
    assert.equal("Step: prepare the sandbox", streams[1].next().data)
    local console = open_console()

    one:stop("TERM")
    assert.same({ failed = 3, queued = 100 }, states())
    assert.same({}, product.processes "sleep 4242")
    assert.same({}, product.processes("bwrap.*" .. one.root))
    assert.same({}, product.processes("left4me build.*" .. one.root))
    for _, stream in ipairs(streams) do
      repeat until not stream.next()
      stream.close()
    end
    console:write "6 * 7\n"
    assert.equal(1, service.eventually("the console's end", function() return console:wait() end).code)
    console:close()
    assert.is_nil(one:log():find("traceback", 1, true), one:log())

    one:serve()
    for _, job in ipairs { polite, stubborn, blocker } do
      local now = one:api("GET", "/jobs/" .. job.id, nil, 200)
      assert.equal("failed", now.state)
      assert.is_number(now.finished_at)
      assert.truthy(product.log(one, job):find("The service was stopped while this job ran.", 1, true))
    end
    assert.equal("failed", one:api("GET", "/overlays/" .. overlay.id, nil, 200).last_build_status)
    for _, job in ipairs(queued) do assert.equal("succeeded", one:finished(job).state) end
  end)

  it("gives work on a server a moment and starts nothing new meanwhile; the server's own stop goes on", function()
    one = service.start { env = { JOB_WORKER_THREADS = "2" } }
    local server = product.server(one, "deaf", { arguments = { "+map c1m1_hotel", "-standin-ignore-stop 1" } })
    product.operate(one, server, "start")
    service.eventually("an A2S answer", function() return a2s.info("127.0.0.1", server.port, 100) end)
    local stop = one:api("POST", ("/servers/%d/stop"):format(server.id), {}, 202)
    local running = build("running", "echo begun; sleep 4242")
    says(running, "begun")
    for i = 1, 3 do build("queued " .. i, "echo built") end

    one:stop("TERM")
    assert.same({ succeeded = 1, failed = 2, queued = 3 }, states())

    os.execute("kill -KILL " .. json.decode(one.directory:read(("run/servers/%d.json"):format(server.id))).game.pid)
    one:serve()
    assert.equal("failed", one:api("GET", "/jobs/" .. stop.id, nil, 200).state)
    assert.truthy(product.log(one, stop):find("The service was stopped", 1, true))
    product.seen(one, server, "stopped")
  end)

  it("ends an installation that hangs, and leaves a running game and its log alone", function()
    one = service.start()
    local server = product.server(one, "player")
    product.operate(one, server, "start")
    one:stop("TERM")
    one.env.STANDIN_STEAMCMD_FAIL = "hang"
    one:serve()
    service.eventually("the console", function()
      return one:run("left4me", "console", "-e", "installations:install()").code == 0
    end)
    local job = one:api("GET", "/jobs", nil, 200).jobs[1]
    local steamcmd = "force_install_dir " .. one.root
    service.eventually("steamcmd", function() return #product.processes(steamcmd) > 0 end)

    one:stop("TERM")
    assert.same({}, product.processes(steamcmd))
    service.eventually("an A2S answer", function() return a2s.info("127.0.0.1", server.port, 100) end)

    one:serve()
    assert.equal("failed", one:api("GET", "/jobs/" .. job.id, nil, 200).state)
    product.seen(one, server, "running")
    product.operate(one, server, "stop")
  end)
end)
