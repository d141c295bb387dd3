-- Specs of web.app: methods, sessions, CSRF, logging in, questions before a loss, faults, and headers on everything.
local web = require "spec.support.web"

local function security_headers(answer)
  return answer.headers["content-security-policy"] and answer.headers["x-content-type-options"] == "nosniff"
    and answer.headers["x-frame-options"] == "DENY" and answer.headers["referrer-policy"]
    and answer.headers["cache-control"] == "no-store"
end

describe("web.app", function()
  local site
  before_each(function() site = web.new() end)

  it("answers 404 for what there is not, 405 with Allow for a method there is not, as page and as JSON", function()
    assert.equal(404, site:get("bob", "/nothing").status)
    assert.equal(404, site:get(nil, "/nothing").status)
    local answer = site:get("bob", "/logout")
    assert.same({ 405, "POST" }, { answer.status, answer.headers.allow })
    answer = site:request("DELETE", "/servers", { headers = {} })
    assert.same({ 405, "GET, HEAD, POST" }, { answer.status, answer.headers.allow })
    answer = site:api("bob", "DELETE", "/servers")
    assert.same({ 405, "GET, HEAD, POST", "web.method" },
      { answer.status, answer.headers.allow, answer.json.error.code })
    answer = site:api("bob", "GET", "/nothing")
    assert.same({ 404, "common.not_found" }, { answer.status, answer.json.error.code })
  end)

  it("answers HEAD as GET", function()
    local get, head = site:get("bob", "/servers"), site:request("HEAD", "/servers",
      { headers = { cookie = "left4me_session=" .. site:session("bob").id } })
    assert.same({ get.status, get.headers }, { head.status, head.headers })
  end)

  it("gives every answer the security headers", function()
    for _, answer in ipairs {
      site:get("bob", "/"), site:get(nil, "/"), site:get(nil, "/login"), site:get(nil, "/nothing"),
      site:get("bob", "/admin"), site:get(nil, "/health"),
      site:get("bob", "/events?topics=jobs"), site:post("bob", "/overlays", { name = "x" }),
      site:post("bob", "/overlays", {}), site:post(nil, "/login", {}), site:api("bob", "GET", "/servers"),
      site:api(nil, "GET", "/servers"), site:api(nil, "GET", "/openapi.json"), site:get("bob", "/servers?%zz"),
    } do
      assert.is_truthy(security_headers(answer), answer.status)
    end
  end)

  it("refuses an address whose query is malformed", function()
    for _, query in ipairs { "a=%", "a=%zz", "a=%ff", "a=%00" } do
      local answer = site:get("bob", "/servers?" .. query)
      assert.equal(400, answer.status, query)
      assert.equal(400, site:api("bob", "GET", "/servers?" .. query).status, query)
    end
  end)

  it("answers /health without a login", function()
    local answer = site:get(nil, "/health")
    assert.same({ 200, "ok\n" }, { answer.status, answer.body })
  end)
end)

describe("Someone who is not logged in", function()
  local site
  before_each(function() site = web.new() end)

  it("is sent to log in and comes back to the page asked for", function()
    for path, expected in pairs {
      ["/"] = "/login?next=/", ["/servers/7"] = "/login?next=/servers/7",
      ["/jobs?state=failed&before=3"] = "/login?next=/jobs%3Fstate%3Dfailed%26before%3D3",
      ["/jobs?state=failed&part=live"] = "/login?next=/jobs%3Fstate%3Dfailed",
      ["/jobs?part=live"] = "/login?next=/jobs",
      ["/servers?x=//evil.example"] = "/login",
    } do
      local answer = site:get(nil, path)
      assert.same({ 302, expected }, { answer.status, answer.headers.location }, path)
    end
  end)

  it("is sent there by HTMX as a whole page", function()
    local answer = site:get(nil, "/servers/7", { ["hx-request"] = "true" })
    assert.same({ 401, "/login?next=/servers/7" }, { answer.status, answer.headers["hx-redirect"] })
  end)

  it("learns nothing about routes that would change something", function()
    local answer = site:post(nil, "/servers", {})
    assert.same({ 302, "/login" }, { answer.status, answer.headers.location })
  end)
end)

describe("A form", function()
  local site
  before_each(function() site = web.new() end)

  local function post(csrf, headers)
    local all = { ["content-type"] = "application/x-www-form-urlencoded",
      cookie = "left4me_session=" .. site:session("bob").id }
    for name, value in pairs(headers or {}) do all[name] = value end
    return site:request("POST", "/blueprints", { headers = all, body = web.form { name = "made", csrf = csrf } })
  end

  it("needs the token of its session, in a field or a header", function()
    assert.equal(303, post(site:session("bob").csrf).status)
    assert.equal(409, post(nil, { ["x-csrf-token"] = site:session("bob").csrf }).status)
  end)

  it("is refused with any other token, and nothing happens", function()
    local right = site:session("bob").csrf
    for _, token in ipairs { "", "x", site:session("eve").csrf, right:sub(1, -2), right .. "x", right:upper(),
      right:sub(1, -2) .. "\0" } do
      if token ~= right then assert.is_true(post(token).status == 403 or post(token).status == 400, token) end
    end
    assert.equal(403, post(nil).status)
    assert.equal(403, post(nil, { ["x-csrf-token"] = "" }).status)
    assert.equal(0, #site.app.services.blueprints:list(site.app.users.bob))
  end)

  it("says another token on each page, and each of them is right; the session's own is not", function()
    local session = assert(select(2, site.app.services.auth:login("bob", "bob's password", "192.0.2.9")))
    local headers, seen = { cookie = "left4me_session=" .. session.id }, {}
    for n = 1, 3 do
      local body = site:request("GET", "/blueprints/new?n=" .. n, { headers = headers }).body
      for token in body:gmatch 'name="csrf" value="([^"]+)"' do seen[token] = true end
      assert.is_nil(body:find(session.csrf, 1, true))
    end
    local count = 0
    for token in pairs(seen) do
      count = count + 1
      assert.not_equal(403, post(token, headers).status)
    end
    assert.equal(3, count)
    assert.equal(403, post(session.csrf, headers).status)
    assert.equal(403, post(nil, { cookie = headers.cookie, ["x-csrf-token"] = session.csrf }).status)
  end)

  it("in another content type is refused before anything is read of it", function()
    for _, kind in ipairs { "text/plain", "application/json", "multipart/form-data; boundary=x" } do
      assert.equal(415, post(site:session("bob").csrf, { ["content-type"] = kind }).status)
    end
  end)

  it("that is malformed is refused", function()
    local answer = site:request("POST", "/blueprints", {
      headers = { ["content-type"] = "application/x-www-form-urlencoded",
        cookie = "left4me_session=" .. site:session("bob").id },
      body = "csrf=" .. site:session("bob").csrf .. "&name=%ff" })
    assert.equal(400, answer.status)
  end)

  it("of a session that has ended is no form of ours", function()
    local session = site:session "bob"
    site.app.services.auth:logout(session.id)
    assert.equal(302, post(session.csrf).status)
    site.sessions.bob = nil
    site:session "bob"
    assert.equal(403, post(session.csrf).status)
  end)

  it("cannot be sent to the API: a session is no token", function()
    local answer = site:request("POST", "/api/v1/blueprints", { headers = { ["content-type"] = "application/json",
      cookie = "left4me_session=" .. site:session("bob").id }, body = '{"name":"x"}' })
    assert.equal(401, answer.status)
  end)
end)

describe("Logging in", function()
  local site
  before_each(function() site = web.new() end)

  -- As a browser: load the form, send it back with its cookie.
  local function log_in(fields, options)
    options = options or {}
    local page = site:get(nil, "/login" .. (options.query or ""))
    local form = { csrf = page.body:match 'name="csrf" value="([^"]+)"', username = "bob", password = "bob's password",
      next = page.body:match 'name="next" value="([^"]+)"' }
    for name, value in pairs(fields or {}) do form[name] = value or nil end
    local cookie = options.cookie or page.cookies[1]:match "^[^;]+"
    return site:request("POST", "/login", { body = web.form(form), remote = options.remote,
      headers = { ["content-type"] = "application/x-www-form-urlencoded", cookie = cookie } })
  end

  it("gives a session cookie that scripts and other sites do not get, and goes to the overview", function()
    local answer = log_in()
    assert.same({ 303, "/" }, { answer.status, answer.headers.location })
    assert.matches("^left4me_session=[%w_-]+; Path=/; HttpOnly; SameSite=Lax$", answer.cookies[1])
    local id = answer.cookies[1]:match "left4me_session=([%w_-]+)"
    assert.equal(200, site:request("GET", "/", { headers = { cookie = "left4me_session=" .. id } }).status)
  end)

  it("marks its cookies Secure where that is configured", function()
    site.app.ports.config.cookie_secure = true
    assert.matches("; Secure$", log_in().cookies[1])
    assert.matches("; Secure$", site:get(nil, "/login").cookies[1])
  end)

  it("goes on to a page of ours, never to another site", function()
    assert.equal("/servers/7", log_in(nil, { query = "?next=/servers/7" }).headers.location)
    assert.equal("/servers/7", site:get("bob", "/login?next=/servers/7").headers.location)
    assert.equal("/", site:get("bob", "/login?next=//evil.example").headers.location)
    for _, target in ipairs { "//evil.example", "/\\evil.example", "https://evil.example", "/%2f%2fevil.example",
      "/a\nb" } do
      assert.equal("/", log_in({ next = target }).headers.location, target)
      local page = site:get(nil, "/login?next=" .. web.form { { "", target } }:sub(2))
      assert.is_nil(page.body:find('name="next"', 1, true), target)
    end
  end)

  it("says the same of a wrong password, an unknown user and one who is shut out, and keeps the name", function()
    assert(site.app.services.users:set_active(site.app.users.admin, site.app.users.eve.id, false))
    local bodies = {}
    for i, fields in ipairs { { password = "wrong" }, { username = "nobody" },
      { username = "eve", password = "eve's password" }, { username = "", password = "" },
      { username = ("x"):rep(5000), password = ("y"):rep(5000) } } do
      local answer = log_in(fields)
      assert.equal(401, answer.status)
      assert.equal(0, #answer.cookies)
      bodies[i] = answer.body:gsub('name="username" value="[^"]*"', ""):gsub('value="[%w_-]+"', "")
      assert.equal(bodies[1], bodies[i])
    end
    assert.is_truthy(log_in({ username = "bo<b" }).body:find('value="bo&lt;b"', 1, true))
    assert.is_nil(log_in({ password = "wrong-secret" }).body:find("wrong-secret", 1, true))
  end)

  it("makes a new session each time, ends the one before, and takes no id from outside", function()
    local first = log_in().cookies[1]:match "^[^;]+"
    local csrf = site:request("GET", "/", { headers = { cookie = first } }).body:match 'name="csrf" value="([^"]+)"'
    local second = log_in({ csrf = csrf }, { cookie = first }).cookies[1]:match "^[^;]+"
    assert.not_equal(first, second)
    assert.equal(302, site:request("GET", "/", { headers = { cookie = first } }).status)
    local planted = "left4me_session=" .. ("a"):rep(43)
    assert.equal(302, site:request("GET", "/", { headers = { cookie = planted } }).status)
    assert.not_equal(planted, log_in().cookies[1]:match "^[^;]+")
  end)

  it("needs the form's own cookie: another site cannot log someone in", function()
    assert.equal(403, log_in(nil, { cookie = "left4me_login=" .. ("x"):rep(32) }).status)
    assert.equal(403, log_in(nil, { cookie = "" }).status)
    assert.equal(403, log_in({ csrf = false }).status)
    for _, length in ipairs { 0, 43, 59, 64 } do assert.equal(403, log_in({ csrf = ("0"):rep(length) }).status) end
  end)

  it("keeps the form's cookie over several tries", function()
    local page = site:get(nil, "/login")
    local cookie = page.cookies[1]:match "^[^;]+"
    local again = site:get(nil, "/login", { cookie = cookie })
    assert.equal(0, #again.cookies)
    for _, one in ipairs { page, again } do
      assert.equal(303, log_in({ csrf = one.body:match 'name="csrf" value="([^"]+)"' }, { cookie = cookie }).status)
    end
    for _, bad in ipairs { "left4me_login=short", "left4me_login=" .. ("%"):rep(32) } do
      assert.equal(1, #site:get(nil, "/login", { cookie = bad }).cookies)
    end
  end)

  it("is refused after 20 tries in a minute, by address and by name, and says when to try again", function()
    for _ = 1, 20 do assert.equal(401, log_in({ password = "wrong" }, { remote = "192.0.2.50" }).status) end
    local answer = log_in({ username = "eve", password = "eve's password" }, { remote = "192.0.2.50" })
    assert.equal(429, answer.status)
    assert.is_true(math.tointeger(tonumber(answer.headers["retry-after"])) <= 60)
    assert.is_truthy(answer.body:find("wait", 1, true))
    assert.equal(429, log_in({}, { remote = "192.0.2.51" }).status)
    assert.equal(303, log_in({ username = "eve", password = "eve's password" }, { remote = "192.0.2.52" }).status)
    site.app.clock.ms = site.app.clock.ms + 60001
    assert.equal(303, log_in({}, { remote = "192.0.2.50" }).status)
  end)
end)

describe("Logging out", function()
  it("ends the session and removes its cookie", function()
    local site = web.new()
    local session = site:session "bob"
    local answer = site:post("bob", "/logout")
    assert.same({ 303, "/login?notice=logged_out" }, { answer.status, answer.headers.location })
    assert.matches("^left4me_session=;.*Max%-Age=0", answer.cookies[1])
    assert.is_nil((site.app.services.auth:session(session.id)))
    assert.is_truthy(site:get(nil, "/login?notice=logged_out").body:find("You are logged out.", 1, true))
  end)
end)

describe("What loses something", function()
  it("is asked about by a page of its own, and done when that is answered", function()
    local site = web.new()
    local overlay = assert(site.app.services.overlays:create(site.app.users.bob, { name = "mine <b>" }))
    local path = ("/overlays/%d/delete"):format(overlay.id)
    local question = site:post("bob", path)
    assert.equal(200, question.status)
    assert.is_truthy(question.body:find("Delete “mine &lt;b&gt;” with its script and all its files?", 1, true))
    assert.is_truthy(question.body:find(('action="%s"'):format(path), 1, true))
    assert.is_truthy(question.body:find(('href="/overlays/%d"'):format(overlay.id), 1, true))
    assert.equal(200, site:get("bob", "/overlays/" .. overlay.id).status)
    assert.equal(303, site:post("bob", path, { confirmed = "yes" }).status)
    assert.equal(404, site:get("bob", "/overlays/" .. overlay.id).status)
    assert.equal(404, site:post("bob", path).status)
  end)

  it("asks the same in the page's own dialog", function()
    local questions, subject = require "web.questions", { name = "x", hostname = "x", lost = "x" }
    for _, route in ipairs(require("web.routes").list) do
      if route.question then assert.is_table(questions.of(route.action, subject), route.path) end
      if route.action and questions.of(route.action, subject) and not route.api then
        assert.is_function(route.question, route.path)
      end
    end
  end)
end)

describe("A fault", function()
  local site
  before_each(function() site = web.new() end)

  local function raising(raised)
    site.app.services.servers.list = function() error(raised, 0) end
  end

  it("is a plain page with a number that the log has too, and nothing of its insides", function()
    raising "secret insides /state/left4me.db"
    for _, answer in ipairs { site:get("bob", "/servers"), site:api("bob", "GET", "/servers") } do
      assert.equal(500, answer.status)
      assert.is_nil(answer.body:find("insides", 1, true))
      local number = answer.body:match "under (%x+)"
      local log = table.concat(site.app.log, "\n")
      assert.is_truthy(log:find("fault " .. number, 1, true))
      assert.is_truthy(log:find("insides", 1, true) and log:find("traceback", 1, true))
    end
  end)

  it("of a full disk or a busy database says that", function()
    for code, status in pairs { SQLITE_FULL = 507, SQLITE_BUSY = 503, SQLITE_IOERR_WRITE = 503 } do
      raising { code = code }
      assert.equal(status, site:get("bob", "/servers").status)
      assert.equal(status, site:api("bob", "GET", "/servers").status)
    end
    assert.same({}, site.app.log)
  end)

  it("while asking who it is shows no page of anyone", function()
    site:session "bob"
    site.app.services.auth.session = function() error({ code = "SQLITE_CORRUPT" }, 0) end
    local answer = site:get("bob", "/servers")
    assert.equal(500, answer.status)
    assert.is_nil(answer.body:find("bob", 1, true))
  end)

  it("is remembered by nobody", function()
    raising "once"
    assert.equal(500, site:get("bob", "/servers").status)
    site.app.services.servers.list = nil
    assert.equal(200, site:get("bob", "/servers").status)
  end)
end)

describe("A page", function()
  it("shows a change at once, whoever made it", function()
    local site = web.new()
    local function names() return site:get("bob", "/blueprints").body:match "<tbody>(.-)</tbody>" end
    local made = assert(site.app.services.blueprints:create(site.app.users.bob, { name = "first" }))
    assert.is_truthy(names():find("first", 1, true))
    assert(site.app.services.blueprints:update(site.app.users.admin, made.id, { name = "second" }))
    assert.is_truthy(names():find("second", 1, true))
    assert.is_nil(names():find("first", 1, true))
  end)

  it("is rendered once for the same question within a second, and for each visitor alone", function()
    local site = web.new()
    local renders = 0
    local page = site.web.view.page
    site.web.view.page = function(...) renders = renders + 1; return page(...) end
    local first = site:get("bob", "/servers").body
    assert.equal(first, site:get("bob", "/servers").body)
    assert.equal(1, renders)
    assert.not_equal(first, site:get("eve", "/servers").body)
    local before = renders
    site.app.clock.ms = site.app.clock.ms + 1000
    site:get("bob", "/servers")
    assert.equal(before + 1, renders)
  end)

  it("made of more than the database is never remembered: files and logs may change at any time", function()
    local site = web.new()
    local fs, bob = site.app.ports.fs, site.app.users.bob
    assert.is_truthy(site:get("admin", "/admin").body:find("No game is installed", 1, true))
    fs.directories["installation/srcds_run"] = true
    assert.is_nil(site:get("admin", "/admin").body:find("No game is installed", 1, true))
    assert(site.app.services.overlays:create(bob, { name = "o", script = "true" }))
    site.app.ports.store.jobs:claim(1)
    site.app.ports.store.jobs:finish(1, { state = "succeeded", finished_at = 2 })
    assert.is_truthy(site:get("bob", "/jobs/1").body:find("not kept", 1, true))
    fs.directories["logs/jobs/1.log"] = true
    assert.is_nil(site:get("bob", "/jobs/1").body:find("not kept", 1, true))
    local blueprint = assert(site.app.services.blueprints:create(bob, { name = "b" }))
    assert(site.app.services.servers:create(bob, { name = "s", blueprint_id = blueprint.id }))
    assert.is_truthy(site:get("bob", "/servers/1").body:find("run=run", 1, true))
    site.app.ports.backend.log = function() return { kind = "file", path = "/state/logs/servers/1/another.log" } end
    assert.is_truthy(site:get("bob", "/servers/1").body:find("run=another", 1, true))
  end)

  it("that is remembered is one that changes nothing and sends no cookie", function()
    for _, route in ipairs(require("web.routes").list) do
      if route.kept then
        assert.equal("GET", route.method)
        assert.is_true(route.access == "user" or route.access == "admin", route.path)
      end
    end
  end)
end)
