-- The main job through the pages' forms alone, as a browser without JavaScript does it, over real sockets.
local http = require "spec.support.http_client"
local ports = require "spec.support.ports"
local product = require "spec.support.product"
local service = require "spec.support.service"

local FORM = "application/x-www-form-urlencoded"

-- A browser: keeps cookies, sends the form of the page it looks at, follows redirects.
local Browser = {}
Browser.__index = Browser

local function browser(one)
  return setmetatable({ one = one, cookies = {} }, Browser)
end

function Browser:send(method, path, options)
  options = options or {}
  local pairs_of = {}
  for name, value in pairs(self.cookies) do pairs_of[#pairs_of + 1] = name .. "=" .. value end
  options.headers = options.headers or {}
  if #pairs_of > 0 then options.headers.Cookie = table.concat(pairs_of, "; ") end
  local answer = http.request(self.one.address, method, path, options)
  for _, cookie in ipairs(answer.cookies) do
    local name, value = cookie:match "^([^=]+)=([^;]*)"
    self.cookies[name] = value ~= "" and value or nil
  end
  return answer
end

function Browser:open(path)
  local answer = self:send("GET", path)
  if answer.headers.location then return self:open(answer.headers.location) end
  self.page = answer
  return answer
end

-- Fill in and send the form of this page that goes to an address.
function Browser:submit(action, fields)
  local form = { csrf = assert(self.page.body:match 'name="csrf" value="([^"]+)"') }
  assert(self.page.body:find(('action="%s"'):format(action), 1, true), "no form to " .. action)
  for name, value in pairs(fields or {}) do form[name] = value end
  self.page = self:send("POST", action, { form = form })
  if self.page.headers.location then self:open(self.page.headers.location) end
  return self.page
end

function Browser:shows(text)
  return self.page.body:find(text, 1, true) ~= nil
end

local function logged_in(one)
  local user = browser(one)
  user:open "/servers"
  user:submit("/login", { username = "admin", password = "a password for specs only", next = "/servers" })
  assert(user:shows "<h1>Servers</h1>", user.page.body)
  return user
end

-- Someone who was just given an account, logged in.
local function newcomer(one, name)
  one.env.LEFT4ME_ADMIN_PASSWORD = "another password for specs"
  assert.equal(0, one:run("left4me", "user", "create", name).code)
  local user = browser(one)
  user:open "/login"
  user:submit("/login", { username = name, password = "another password for specs" })
  return user
end

-- Ask for a page again until it shows a text.
local function until_it_shows(user, path, text)
  service.eventually(("%s to show %s"):format(path, text), function()
    user:open(path)
    return user:shows(text)
  end, 60000)
end

local PLAIN_HTTP = { SESSION_COOKIE_SECURE = "false" }

describe("Someone with a browser and no JavaScript", function()
  it("makes an overlay, a blueprint and a server, starts, stops, resets and deletes it", function()
    local one <close> = service.start { env = PLAIN_HTTP }
    local user = logged_in(one)
    user:open "/"
    assert.is_true(user:shows "The demo game is installed")
    user:open "/overlays/new"
    user:submit("/overlays", { name = "Motd", script = "mkdir -p left4dead2\r\necho hello > left4dead2/motd.txt\r\n" })
    until_it_shows(user, "/overlays/1", '<span class="badge good">built</span>')
    user:open "/blueprints/new"
    user:submit("/blueprints", { name = "Night" })
    user:submit("/blueprints/1", { name = "Night", add = "1", expose = "1", arguments = "+map c1m1_hotel\r\n",
      config = "sv_tags \"night\"\r\n" })
    assert.is_true(user:shows '<a href="/overlays/1">Motd</a>')
    user:open "/servers/new"
    user:submit("/servers", { name = "First", blueprint_id = "1", port = ("%d"):format(ports.free()) })
    user:submit "/servers/1/start"
    until_it_shows(user, "/servers/1", '<span class="badge good up">running</span>')
    local log = service.eventually("console output", function()
      local text = user:send("GET", "/servers/1/log").body
      return text:find("%S") and text
    end)
    assert.is_truthy(log)
    user:submit "/servers/1/stop"
    until_it_shows(user, "/servers/1", '<span class="badge plain">stopped</span>')
    user:submit "/servers/1/reset"
    assert.is_true(user:shows "Reset “First”?")
    assert.is_truthy(one.directory:stat "runtime/1")
    user:submit("/servers/1/reset", { confirmed = "yes" })
    service.eventually("the reset", function() return not one.directory:stat "runtime/1" end)
    until_it_shows(user, "/servers/1", '<span class="badge plain">stopped</span>')
    user:submit "/servers/1/delete"
    user:submit("/servers/1/delete", { confirmed = "yes" })
    service.eventually("the deletion", function() return user:open("/servers/1").status == 404 end)
    user:open "/profile"
    user:submit "/logout"
    assert.is_true(user:shows "You are logged out.")
    assert.equal(302, user:send("GET", "/servers").status)
  end)
end)

describe("The pages over sockets", function()
  local one, user
  setup(function()
    one = service.start { demo_game = false, env = PLAIN_HTTP }
    user = logged_in(one)
  end)
  teardown(function() one:remove() end)

  local function post(path, body, kind)
    return user:send("POST", path, { body = body, headers = { ["Content-Type"] = kind or FORM } })
  end

  local function csrf() return "csrf=" .. user:open("/overlays").body:match 'name="csrf" value="([^"]+)"' end

  it("refuse too much, the wrong kind, the wrong method and what cannot be read", function()
    assert.equal(413, post("/overlays", csrf() .. "&name=" .. ("x"):rep(2 << 20)).status)
    assert.equal(415, post("/overlays", "{}", "application/json").status)
    assert.equal(415, post("/overlays", "--x--", "multipart/form-data; boundary=x").status)
    local answer = user:send("PUT", "/overlays", { body = csrf(), headers = { ["Content-Type"] = FORM } })
    assert.same({ 405, "GET, HEAD, POST" }, { answer.status, answer.headers.allow })
    assert.equal(400, post("/overlays", csrf() .. "&name=%ff").status)
    assert.equal(400, post("/overlays", csrf() .. "&name=%zz").status)
    assert.equal(400, user:send("GET", "/overlays?after=%c0%af").status)
    assert.equal(403, post("/overlays", "csrf=wrong&name=x").status)
    answer = post("/overlays", csrf() .. "&name=x&colour=red")
    assert.equal(422, answer.status)
    assert.is_truthy(answer.body:find("colour is not known here", 1, true))
  end)

  it("answer HEAD with the headers of GET and nothing more", function()
    local connection <close> = http.open(one.address)
    local cookie = "left4me_session=" .. user.cookies.left4me_session
    local get = connection:request("GET", "/overlays", { headers = { Cookie = cookie } })
    local head = connection:request("HEAD", "/overlays", { headers = { Cookie = cookie } })
    assert.same({ 200, "" }, { head.status, head.body })
    assert.equal(get.headers["content-length"], head.headers["content-length"])
    assert.equal(200, connection:request("GET", "/health").status)
  end)

  it("answer many at once alike, and one visitor's page is never another's", function()
    local other = newcomer(one, "other")
    local connections = {}
    for i = 1, 16 do
      connections[i] = http.open(one.address)
      local visitor = i % 2 == 0 and user or other
      for _ = 1, 20 do
        connections[i]:send(http.render("GET", "/servers",
          { headers = { Cookie = "left4me_session=" .. visitor.cookies.left4me_session } }))
      end
    end
    for i, connection in ipairs(connections) do
      for _ = 1, 20 do
        local body = connection:response("GET").body
        assert.is_truthy(body:find(i % 2 == 0 and ">admin</a>" or ">other</a>", 1, true))
        assert.is_nil(body:find(i % 2 == 0 and ">other</a>" or ">admin</a>", 1, true))
      end
      connection:close()
    end
  end)

  it("end the streams of someone who is shut out, by whichever door, and tell the others of changes", function()
    local leaver = newcomer(one, "leaver")
    local function events(visitor)
      return http.events(one.address, "/events?topics=overlays,servers",
        { headers = { Cookie = "left4me_session=" .. visitor.cookies.left4me_session } })
    end
    local ours, theirs = events(user), events(leaver)
    assert.equal(200, theirs.response.status)
    assert.equal(0, one:run("left4me", "user", "deactivate", "leaver").code)
    assert.is_nil(theirs.next())
    assert.equal(302, leaver:send("GET", "/servers").status)
    one:api("POST", "/overlays", { name = "made meanwhile" }, 201)
    local event = ours.next()
    assert.same({ "changed", "overlays" }, { event.event, event.data })
    ours.close()
    theirs.close()
  end)

  it("show a change at once whichever door it came through", function()
    for i = 1, 20 do
      local name = "changed " .. i
      if i == 1 then one:api("POST", "/blueprints", { name = name }, 201)
      else one:api("PATCH", "/blueprints/1", { name = name }, 200) end
      user:open "/blueprints"
      assert.is_true(user:shows(">" .. name .. "</a>"), name)
    end
  end)

  it("send hostile output of a build as text: it makes no event, no header and no element", function()
    local overlay = product.overlay(one, "<script>alert(1)</script>", [[
      printf 'plain\n\033[31mred\033[0m \033]52;c;eHg=\007 \033]0;title\007\n'
      printf '<script>alert(2)</script>\n</div>&lt;\n'
      printf 'x\rdata: injected\revent: end\rid: 999\n'
      printf 'data: injected\n\nevent: end\ndata: x\n: comment\n\000\377\xfe\xc0\xaf\n']])
    local job = one:api("GET", "/jobs", nil, 200).jobs[1]
    assert.equal(overlay.id, job.overlay_id)
    local stream = http.events(one.address, ("/jobs/%d/log"):format(job.id),
      { headers = { Cookie = "left4me_session=" .. user.cookies.left4me_session } })
    local lines, ends = {}, 0
    for event in stream.next do
      if event.event == "end" then ends = ends + 1 else lines[#lines + 1] = event.data end
      assert.is_truthy(utf8.len(event.data))
      assert.is_nil(event.data:find "[\r\0]")
      if event.id then assert.matches("^%d+$", event.id) end
    end
    stream.close()
    assert.equal(1, ends)
    local text = table.concat(lines, "\n")
    for _, line in ipairs { "<script>alert(2)</script>", "</div>&lt;", "id: 999",
      "event: end", "data: injected", ": comment" } do
      assert.is_truthy(("\n" .. text .. "\n"):find("\n" .. line .. "\n", 1, true), line .. " in " .. text)
    end
    user:open("/overlays/" .. overlay.id)
    assert.is_nil(user.page.body:find("<script>alert", 1, true))
    local plain = one:api("GET", ("/jobs/%d/log"):format(job.id), nil, 200)
    assert.is_truthy(plain:find("<script>alert(2)</script>", 1, true))
    local answer = http.request(one.address, "GET", ("/api/v1/jobs/%d/log"):format(job.id),
      { headers = { Authorization = "Bearer " .. one.token } })
    assert.matches("^text/plain", answer.headers["content-type"])
    assert.equal("nosniff", answer.headers["x-content-type-options"])
  end)

  it("leave nothing in the log that looks like a fault", function()
    assert.is_nil(one:log():find("traceback", 1, true), one:log())
  end)
end)
