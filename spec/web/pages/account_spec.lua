-- Specs of the pages of one's own account and of the admins: profile, first password, users, the game.
local web = require "spec.support.web"

local site, services, store, bob, admin
local function fresh()
  site = web.new()
  services, store, bob, admin = site.app.services, site.app.ports.store, site.app.users.bob, site.app.users.admin
end

local function shows(...) return site:shows(...) end

describe("The profile", function()
  before_each(fresh)

  it("lists every token, page by page, so that each can be revoked", function()
    for i = 1, 51 do services.tokens:create(bob, { name = ("token %d."):format(i) }) end
    assert.is_true(shows("bob", "/profile", "token 50."))
    assert.is_false(shows("bob", "/profile", "token 51."))
    local more = site:get("bob", "/profile").body:match 'href="(/profile%?after=%d+)#tokens"'
    assert.is_true(shows("bob", more, "token 51."))
    assert.is_false(shows("bob", more, "/profile?after="))
  end)

  it("shows a new token once, and never again", function()
    local answer = site:post("bob", "/profile/tokens", { name = "for a script" })
    local secret = answer.body:match "l4m_[%w_-]+"
    assert.is_truthy(services.tokens:resolve(secret))
    local later = site:get("bob", "/profile").body
    assert.is_nil(later:find(secret, 1, true))
    assert.is_truthy(later:find("for a script", 1, true))
    assert.equal("/profile?notice=revoked", site:post("bob", "/profile/tokens/1/revoke", { confirmed = "yes" })
      .headers.location)
    assert.is_nil(services.tokens:resolve(secret))
  end)

  it("shows where one is logged in, marks this session, and ends another or all others", function()
    services.auth:login("bob", "bob's password", "192.0.2.44", "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0")
    services.auth:login("bob", "bob's password", "", "")
    site:session "bob"
    local body = site:get("bob", "/profile").body
    assert.is_truthy(body:find("Firefox on Linux", 1, true))
    assert.is_truthy(body:find("192.0.2.44", 1, true))
    assert.is_truthy(body:find("An unknown browser", 1, true))
    assert.equal(1, select(2, body:gsub("this one", "")))
    assert.is_nil(body:find("/profile/sessions/3/end", 1, true))
    assert.equal("/profile?notice=session_ended", site:post("bob", "/profile/sessions/1/end").headers.location)
    assert.equal(404, site:post("bob", "/profile/sessions/1/end").status)
    assert.is_true(shows("bob", "/profile", "/profile/sessions/end-others"))
    site:post("bob", "/profile/sessions/end-others")
    assert.is_false(shows("bob", "/profile", "/profile/sessions/end-others"))
  end)

  it("speaks the language one chooses there, whatever the browser says", function()
    assert.is_true(shows("bob", "/profile", '<html lang="en">'))
    site:post("bob", "/profile/language", { language = "de" })
    assert.is_true(shows("bob", "/profile", '<html lang="de">'))
    assert.is_truthy(site:get("bob", "/profile", { ["accept-language"] = "en" }).body:find("Profil von bob", 1, true))
    site:post("bob", "/profile/language", { language = "" })
    assert.is_truthy(site:get("bob", "/profile", { ["accept-language"] = "de" }).body:find("Profil von bob", 1, true))
    assert.equal(422, site:post("bob", "/profile/language", { language = "fr" }).status)
  end)

  it("asks to log in again after a new password", function()
    local answer = site:post("bob", "/profile/password", { current = "bob's password", password = "a new long one" })
    assert.same({ 303, "/login?notice=password" }, { answer.status, answer.headers.location })
    assert.matches("Max%-Age=0", answer.cookies[1])
    assert.equal(302, site:get("bob", "/").status)
  end)
end)

describe("The page of the game", function()
  before_each(fresh)

  it("installs by a job and shows its state and its output", function()
    assert.is_false(shows("admin", "/admin", "data-log"))
    assert.equal("/admin#output", site:post("admin", "/admin/install").headers.location)
    assert.is_true(shows("admin", "/admin", 'data-log="/jobs/1/log"'))
    assert.is_true(shows("admin", "/admin", "/jobs/1/cancel"))
    assert.is_false(shows("admin", "/admin", 'action="/admin/install"'))
    store.jobs:claim(1)
    store.jobs:finish(1, { state = "failed", exit_code = 8, finished_at = 2 })
    assert.is_true(shows("admin", "/admin", 'action="/admin/install"'))
    assert.is_true(shows("admin", "/admin", "It did not work."))
    assert.is_true(shows("admin", "/jobs/1", "Installing the game"))
  end)

  it("says which version is there and since when, out of what steamcmd noted", function()
    local files = {
      ["installation/left4dead2/steam.inf"] = "PatchVersion=2.2.4.3\n",
      ["installation/steamapps/appmanifest_222860.acf"] = [["AppState" { "buildid" "17654321"
        "LastUpdated" "1699990000" "SizeOnDisk" "10737418240" "UserConfig" { "a" "b" } }]],
    }
    site.app.ports.fs.directories["installation/srcds_run"] = true
    site.app.ports.fs.read = function(_, path) return files[path] end
    local body = site:get("admin", "/admin").body
    for _, text in ipairs { "2.2.4.3", "17654321", 'datetime="2023-11-14T19:26:40Z"', "10.0 GiB" } do
      assert.is_truthy(body:find(text, 1, true), text)
    end
  end)

  it("says less where the notes are missing, damaged or hostile", function()
    site.app.ports.fs.directories["installation/srcds_run"] = true
    for _, note in ipairs { "", '"AppState"', '"AppState" {', '"AppState" "x"', '"AppState" { "buildid" "<b>" }',
      '"AppState" { "buildid" { } "LastUpdated" "never" "SizeOnDisk" "1e9" }' } do
      site.app.ports.fs.read = function() return note end
      assert.is_false(shows("admin", "/admin", "<dt>Build</dt>"))
    end
  end)
end)

describe("The pages of users", function()
  before_each(fresh)

  it("list them with their last login, sessions and servers", function()
    local blueprint = services.blueprints:create(bob, { name = "b" })
    services.servers:create(bob, { name = "s", blueprint_id = blueprint.id })
    site:session "bob"
    local row = site:get("admin", "/admin/users").body:match '<tr><td><a href="/admin/users/2">.-</tr>'
    assert.matches(">bob</a>", row)
    assert.matches("<time ", row)
    assert.equal(2, select(2, row:gsub('<td class="amount"[^>]*>1</td>', "")))
    assert.is_truthy(site:get("admin", "/admin/users").body:match '<tr><td><a href="/admin/users/3">.-never')
    for i = 1, 50 do services.users:create(admin, { username = "user" .. i, password = "long enough" }) end
    assert.is_true(shows("admin", "/admin/users?after=50", "user50"))
  end)

  it("make one with a password that is shown once and only used to choose another", function()
    local answer = site:post("admin", "/admin/users", { username = "new", password = "" })
    assert.equal(200, answer.status)
    local secret = answer.body:match '<code class="secret" id="secret">(.-)</code>'
    assert.matches("^%w%w%w%w%-%w%w%w%w%-%w%w%w%w%-%w%w%w%w$", secret)
    assert.is_false(shows("admin", "/admin/users/4", secret))
    assert.is_true(shows("admin", "/admin/users/4", "Has to choose a password"))
    site:session("new", secret)
    assert.is_nil(site:get("new", "/password").body:find("API tokens stay", 1, true)) -- there are none yet
    assert.is_true(shows("bob", "/profile", "Your API tokens stay valid"))
    for _, path in ipairs { "/", "/servers", "/profile", "/jobs", "/overlays/new", "/events" } do
      assert.equal("/password", site:get("new", path).headers.location, path)
    end
    assert.equal("/password", site:post("new", "/overlays", { name = "x" }).headers.location)
    assert.equal(403, site:get("new", "/events", { accept = "text/event-stream" }).status)
    assert.equal("/password", site:get("new", "/", { ["hx-request"] = "true" }).headers["hx-redirect"])
    assert.is_true(shows("new", "/password", "Choose your password"))
    assert.is_false(shows("new", "/password", 'href="/servers"'))
    assert.equal(404, site:get("new", "/nothing").status)
    local same = site:post("new", "/profile/password", { current = secret, password = secret })
    assert.equal(422, same.status)
    assert.is_truthy(same.body:find("must be another one than before", 1, true))
    local chosen = site:post("new", "/profile/password", { current = secret, password = "one of my own" })
    assert.equal("/login?notice=password", chosen.headers.location)
    assert.is_nil((services.auth:login("new", secret, "192.0.2.3")))
    site:session("new", "one of my own")
    assert.equal(200, site:get("new", "/").status)
    assert.equal("/profile", site:get("new", "/password").headers.location)
  end)

  it("make one with a given password, shut them out and let them in again", function()
    local made = site:post("admin", "/admin/users", { username = "new", password = "long enough", admin = "true" })
    assert.equal("/admin/users/4?notice=created", made.headers.location)
    assert.is_truthy((services.auth:login("new", "long enough", "192.0.2.3")))
    local question = site:post("admin", "/admin/users/4/deactivate")
    assert.is_truthy(question.body:find("Shut “new” out?", 1, true))
    assert.is_truthy(question.body:find('href="/admin/users/4"', 1, true))
    site:post("admin", "/admin/users/4/deactivate", { confirmed = "yes" })
    assert.is_nil((services.auth:login("new", "long enough", "192.0.2.3")))
    site:post("admin", "/admin/users/4/activate")
    assert.is_truthy((services.auth:login("new", "long enough", "192.0.2.3")))
    site:post("admin", "/admin/users/4/admin", { admin = "false" })
    assert.is_false(services.users:get(admin, 4).admin)
  end)

  it("keep what was typed when it cannot be", function()
    local answer = site:post("admin", "/admin/users", { username = "bob", password = "" })
    assert.equal(409, answer.status)
    assert.is_truthy(answer.body:find('value="bob"', 1, true))
    assert.equal(422, site:post("admin", "/admin/users", { username = "x", password = "short" }).status)
  end)

  it("give a new password once; the one before and all sessions end", function()
    local id = site:session("bob").id
    local question = site:post("admin", "/admin/users/2/reset-password")
    assert.is_truthy(question.body:find("The present one, their sessions and their API tokens end.", 1, true))
    local answer = site:post("admin", "/admin/users/2/reset-password", { confirmed = "yes" })
    local secret = answer.body:match '<code class="secret" id="secret">(.-)</code>'
    assert.is_nil((services.auth:session(id)))
    assert.is_nil((services.auth:login("bob", "bob's password", "192.0.2.3")))
    assert.is_truthy((services.auth:login("bob", secret, "192.0.2.3")))
  end)

  it("delete who has nothing left, and name with links what is in the way", function()
    local overlay = services.overlays:create(bob, { name = "an <overlay>" })
    local blueprint = services.blueprints:create(bob, { name = "a blueprint" })
    services.servers:create(bob, { name = "a server", blueprint_id = blueprint.id })
    assert.is_false(shows("admin", "/admin/users/2", "/admin/users/2/delete"))
    local refused = site:post("admin", "/admin/users/2/delete", { confirmed = "yes" })
    assert.equal(409, refused.status)
    for _, text in ipairs { "servers (1), blueprints (1) or overlays (1)", 'href="/servers/1">a server<',
      'href="/blueprints/1">a blueprint<', 'href="/overlays/1">an &lt;overlay&gt;<' } do
      assert.is_truthy(refused.body:find(text, 1, true), text)
    end
    assert.is_truthy(services.users:get(admin, 2))
    assert.is_truthy(overlay)
    assert.is_true(shows("admin", "/admin/users/3", "/admin/users/3/delete"))
    assert.equal("/admin/users?notice=deleted",
      site:post("admin", "/admin/users/3/delete", { confirmed = "yes" }).headers.location)
    assert.equal(404, site:get("admin", "/admin/users/3").status)
  end)

  it("keep the last admin and whoever asks", function()
    local function refused(action, says)
      local answer = site:post("admin", "/admin/users/1/" .. action,
        { confirmed = "yes", admin = action == "admin" and "false" or nil })
      assert.equal(409, answer.status, action)
      assert.is_truthy(answer.body:find(says, 1, true), action)
    end
    for _, action in ipairs { "deactivate", "admin", "delete" } do refused(action, "This is the last active admin.") end
    services.users:update(admin, 2, { admin = true })
    for _, action in ipairs { "deactivate", "admin", "delete", "reset-password" } do
      refused(action, "You cannot do this to yourself.")
    end
    assert.is_true(shows("admin", "/admin/users/1", "This is you."))
    assert.is_false(shows("admin", "/admin/users/1", 'action="/admin/users/1/'))
  end)
end)

describe("The page of the host's health", function()
  before_each(fresh)

  it("says what the last check found by words, and that another is made", function()
    assert.is_true(shows("admin", "/admin/health", "for the first time"))
    site.app.ports.fs.read = function(_, path)
      return path == "health.json" and [[{"at":1699999990000,"disk":{"overlays":2048,"logs":"x"},"systemd":"252",
        "host":{"at":1699999990000,"findings":[{"ok":true,"text":"of the host"}]},
        "findings":[{"ok":true,"text":"fine <b>"},{"ok":false,"text":"broken","mend":"mend it"},
        {"ok":"note","text":"to know"}]}]] or nil
    end
    local body = site:get("admin", "/admin/health").body
    for _, text in ipairs { "1 thing needs mending", ">ok</span>", ">wrong</span>", ">note</span>", "fine &lt;b&gt;",
      "<code>mend it</code>", "of the host", "2.0 KiB", "60.0 GiB of 100 GiB used",
      "6.0 GiB of 8.0 GiB memory used", "1 h 0 min",
      '<dt>systemd</dt><dd class="number">252</dd>', "0 running of 0" } do
      assert.is_truthy(body:find(text, 1, true), text)
    end
    assert.is_nil(body:find("being checked", 1, true))
    assert.is_nil(body:find("sandbox", 1, true))
    assert.equal("/admin/health?notice=checking", site:post("admin", "/admin/health/check").headers.location)
  end)

  it("warns of a disk that is nearly full", function()
    assert.is_false(shows("admin", "/admin/health", "make room"))
    site.app.ports.fs.free = function() return { free_bytes = 1 << 30, total_bytes = 100 << 30 } end
    assert.is_true(shows("admin", "/admin/health", "Only 1.0 GiB are free"))
  end)
end)

describe("The style guide", function()
  before_each(fresh)

  it("shows every token of the style sheet, in both languages", function()
    local body = site:get("admin", "/admin/style").body
    local file <close> = assert(io.open(require("host.runtime").share_dir .. "/static/css/app.css"))
    local count = 0
    for token in file:read("a"):match("@layer tokens {(.-)\n}"):gmatch "[%s{;]%-%-([%w-]+):" do
      count = count + 1
      assert.is_truthy(body:find('"' .. token .. '"', 1, true) or body:find("<dt>" .. token .. "</dt>", 1, true), token)
    end
    assert.is_true(count > 30)
    site:post("admin", "/profile/language", { language = "de" })
    assert.is_true(shows("admin", "/admin/style", "Gestaltung"))
  end)

  it("shows every state of jobs, servers and builds, a wrong field, and no control that does something", function()
    local body = site:get("admin", "/admin/style").body
    for _, kind in ipairs { "good", "bad", "busy", "plain", "good up", "busy still", "note" } do
      assert.is_truthy(body:find('class="badge ' .. kind .. '"', 1, true), kind)
    end
    for _, state in ipairs(require("domain.job").STATES) do
      assert.is_truthy(body:find(">" .. state .. "</span>", 1, true), state)
    end
    assert.is_truthy(body:find('aria-invalid="true"', 1, true))
    assert.equal(1, select(2, body:gsub('<form method="post"', "")))
  end)
end)
