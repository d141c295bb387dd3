-- Specs of the pages of jobs: the list with its filters, one job, what is offered to do again.
local web = require "spec.support.web"

local site, services, store, bob, blueprint
local function fresh()
  site = web.new()
  services, store, bob = site.app.services, site.app.ports.store, site.app.users.bob
  blueprint = services.blueprints:create(bob, { name = "b" }).id
end

local function body(...) return site:page(...) end
local function shows(...) return site:shows(...) end

local function listed(who, path)
  local out = {}
  for id in body(who, path):gmatch '<tr id="job%-(%d+)"' do out[#out + 1] = math.tointeger(tonumber(id)) end
  return out
end

local function overlay(name, who)
  return services.overlays:create(who or bob, { name = name, script = "true" })
end

local function server(name)
  return services.servers:create(bob, { name = name, blueprint_id = blueprint })
end

local function ends(id, state, code)
  store.jobs:claim(1)
  store.jobs:finish(id, { state = state, exit_code = code, finished_at = 2001 })
  site.app.clock.ms = site.app.clock.ms + 1000 -- pages of this second are kept
end

describe("The list of jobs", function()
  before_each(fresh)

  it("goes back page by page with its filter, and forward to the newest", function()
    for i = 1, 60 do overlay("o" .. i) end
    assert.equal(50, #listed("bob", "/jobs"))
    local kind = "/jobs?operation=build_overlay"
    local older = body("bob", kind):match 'href="(/jobs%?operation=build_overlay&amp;before=%d+)"'
    older = older:gsub("&amp;", "&")
    assert.equal(10, #listed("bob", older))
    assert.is_true(shows("bob", older, ('href="%s">Newest</a>'):format(kind)))
    for _, before in ipairs { "x", "-1", "99999999999999999999" } do
      assert.equal(50, #listed("bob", "/jobs?before=" .. before))
    end
  end)

  it("is filtered by state, kind and object, and by all at once", function()
    overlay "o"
    local a, b = server "a", server "b"
    for _, one in ipairs { { a, "start" }, { a, "stop" }, { b, "start" } } do
      services.servers:enqueue(bob, one[1].id, one[2])
    end
    store.jobs:finish(2, { state = "failed", exit_code = 1, finished_at = 5 })
    assert.same({ 4, 3, 2, 1 }, listed("bob", "/jobs"))
    assert.same({ 4, 3, 2, 1 }, listed("bob", "/jobs?state=&operation=&object="))
    assert.same({ 2 }, listed("bob", "/jobs?state=failed"))
    assert.same({ 4, 2 }, listed("bob", "/jobs?operation=start"))
    assert.same({ 3, 2 }, listed("bob", "/jobs?object=server:1"))
    assert.same({ 1 }, listed("bob", "/jobs?object=overlay:1"))
    assert.same({ 4 }, listed("bob", "/jobs?state=queued&operation=start&object=server:2"))
    for _, none in ipairs { "state=lost", "operation=build_overlay&object=server:1", "operation=start&object=overlay:1",
      "object=server:99" } do
      assert.same({}, listed("bob", "/jobs?" .. none))
    end
  end)

  it("keeps the other filters in the links of one, and the choice in the form", function()
    overlay "o"
    server "a"
    services.servers:enqueue(bob, 1, "start")
    local page = body("bob", "/jobs?state=queued&operation=start&object=server:1")
    for _, text in ipairs { '<a href="/jobs?operation=start&amp;object=server:1">any state</a>',
      '<a href="/jobs?state=queued&amp;operation=start&amp;object=server:1" aria-current="page">queued</a>',
      '<a href="/jobs?state=failed&amp;operation=start&amp;object=server:1">failed</a>',
      '<input type="hidden" name="state" value="queued">', '<option value="start" selected>Start</option>',
      '<option value="server:1" selected>Server a</option>', '<option value="overlay:1">Overlay o</option>' } do
      assert.is_truthy(page:find(text, 1, true), text)
    end
  end)

  it("offers what the newest jobs are about, and what is chosen though it is gone", function()
    local gone = '<option value="server:77" selected>Server 77, deleted</option>'
    assert.is_true(shows("bob", "/jobs?object=server:77", gone))
    assert.is_false(shows("bob", "/jobs", '<option value="install"'))
    assert.is_true(shows("admin", "/jobs", '<option value="install"'))
  end)

  it("refuses a filter that means nothing", function()
    assert.equal(422, site:get("bob", "/jobs?state=nonsense").status)
    assert.equal(422, site:get("bob", "/jobs?operation=nonsense").status)
    for _, object in ipairs { "x", "server:", "server:x", "user:1", "server:99999999999999999999" } do
      assert.equal(404, site:get("bob", "/jobs?object=" .. object).status)
    end
  end)

  it("says which filter to drop when nothing fits", function()
    assert.is_true(shows("bob", "/jobs", "Builds, starts and stops appear here"))
    local page = body("bob", "/jobs?state=failed&operation=start")
    assert.is_truthy(page:find('<a href="/jobs?operation=start">In any state</a>', 1, true))
    assert.is_truthy(page:find('<a href="/jobs?state=failed">Of any kind</a>', 1, true))
    assert.is_nil(page:find("Of any server or overlay", 1, true))
  end)

  it("shows users their own and admins all, with who asked and for whom", function()
    overlay "o"
    services.overlays:build(site.app.users.admin, overlay("p", site.app.users.eve).id)
    server "a"
    services.servers:enqueue(site.app.users.admin, 1, "start")
    assert.same({ 3, 1 }, listed("bob", "/jobs"))
    assert.same({ 3, 2, 1 }, listed("admin", "/jobs"))
    assert.is_true(shows("admin", "/jobs?object=server:1", '>admin <span class="hint">for bob</span></td>'))
    assert.is_true(shows("bob", "/jobs?object=server:1", ">admin</td>"))
    assert.same({}, listed("eve", "/jobs?object=server:1"))
  end)
end)

describe("The page of a job", function()
  before_each(fresh)

  it("has its log, and its cancel while that is possible", function()
    overlay "o"
    assert.is_true(shows("bob", "/jobs/1", 'data-log="/jobs/1/log"'))
    assert.is_true(shows("bob", "/jobs/1", "/jobs/1/cancel"))
    assert.equal("/jobs/1?notice=cancelled", site:post("bob", "/jobs/1/cancel", { confirmed = "yes" }).headers.location)
    assert.is_false(shows("bob", "/jobs/1", "/jobs/1/cancel"))
    local again = site:post("bob", "/jobs/1/cancel", { confirmed = "yes" })
    assert.equal(409, again.status)
    assert.is_truthy(again.body:find("This job is over already.", 1, true))
  end)

  it("says that the log of an old job is not kept", function()
    overlay "o"
    ends(1, "succeeded", 0)
    assert.is_true(shows("bob", "/jobs/1", "is not kept any more"))
    assert.equal(410, site:get("bob", "/jobs/1/log").status)
  end)

  it("says in words how it ended, and how long it took", function()
    overlay "o"
    for code, words in pairs { [3] = "it ended with exit code 3", [127] = "a command was not found",
      [126] = "a command may not be run", [137] = "ended by the signal KILL (exit code 137)" } do
      store.jobs:finish(1, { state = "failed", exit_code = code, finished_at = 1 })
      assert.is_true(shows("bob", "/jobs/1", words))
    end
    store.jobs:finish(1, { state = "lost", finished_at = 1 })
    assert.is_true(shows("bob", "/jobs/1", "nobody knows how far it came"))
    site.app.ports.db:run("UPDATE jobs SET state = 'succeeded', started_at = 1, finished_at = 62001")
    assert.is_true(shows("bob", "/jobs/1", "1 min 2 s"))
  end)

  it("leads to the job it waits for, when that may be seen", function()
    server "a"
    services.servers:enqueue(bob, 1, "start")
    services.servers:enqueue(bob, 1, "stop")
    store.jobs:claim(1)
    store.jobs:claim(2)
    assert.is_true(shows("bob", "/jobs/2", "Waits for start of server 1 (job 1)."))
    assert.is_true(shows("bob", "/jobs/2", '<a href="/jobs/1">See job 1</a>'))
    site.app.ports.db:run("UPDATE jobs SET owner_id = NULL, user_id = NULL WHERE id = 1")
    assert.is_false(shows("bob", "/jobs/2", '<a href="/jobs/1">See job 1</a>'))
  end)

  it("offers to do it again when that can be done", function()
    overlay "o"
    local build = 'action="/overlays/1/build"'
    assert.is_false(shows("bob", "/jobs/1", build))
    ends(1, "failed", 1)
    assert.is_true(shows("bob", "/jobs/1", build))
    services.overlays:build(bob, 1)
    assert.is_false(shows("bob", "/jobs/1", build))
    ends(2, "succeeded", 0)
    services.overlays:delete(bob, 1)
    assert.is_false(shows("bob", "/jobs/1", build))
    server "a"
    services.servers:enqueue(bob, 1, "start")
    ends(3, "failed", 1)
    assert.is_true(shows("bob", "/jobs/3", 'action="/servers/1/start"'))
    store.servers:set_actual(1, { state = "running", at = 5 })
    assert.is_false(shows("bob", "/jobs/3", 'action="/servers/1/start"'))
    services.servers:enqueue(bob, 1, "reset")
    ends(4, "failed", 1)
    assert.is_false(shows("bob", "/jobs/4", 'action="/servers/1/reset"'))
  end)

  it("has a bar for the installation of the game while that is under way, for an admin to install again", function()
    services.installation:install(site.app.users.admin)
    assert.is_true(shows("admin", "/jobs/1", '<progress max="100"'))
    store.jobs:finish(1, { state = "failed", exit_code = 8, finished_at = 1 })
    assert.is_false(shows("admin", "/jobs/1", "<progress"))
    assert.is_true(shows("admin", "/jobs/1", 'action="/admin/install"'))
  end)
end)
