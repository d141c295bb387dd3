-- Specs of services.auth: one answer for all who may not enter, the rate limit, the life of a session.
local support = require "spec.support.app"

describe("services.auth", function()
  local app, auth
  before_each(function()
    app = support.new()
    auth = app.services.auth
  end)

  local function login(name, password, address)
    return auth:login(name, password or name .. "'s password", address or "192.0.2.1")
  end

  it("lets the right password in, with a new session every time", function()
    local user, session = login("bob")
    assert.equal("bob", user.username)
    local _, other = login("bob")
    assert.not_equal(session.id, other.id)
    assert.equal(43, #session.id)
    assert.equal("web user.login user:" .. user.id .. " 192.0.2.1", support.audited(app))
  end)

  it("gives an unknown, a wrong and a deactivated user the same answer after the same work", function()
    app.services.users:set_active(app.users.admin, app.users.eve.id, false)
    local verified = 0
    local crypto = app.ports.crypto
    app.ports.crypto = setmetatable({ password_verify = function(...)
      verified = verified + 1
      return crypto.password_verify(...)
    end }, { __index = crypto })
    local answers = {}
    for i, case in ipairs {
      { "nobody", "x" }, { "bob", "wrong" }, { "eve", "eve's password" }, { "", "" }, { "bob", ("x"):rep(100000) },
      { ("x"):rep(100000), "x" }, { "bo\0b", "bob's password" }, { "\xff", "x" }, {},
    } do
      local user, err = auth:login(case[1], case[2], "192.0.2.1")
      assert.is_nil(user)
      answers[i] = { err.code, err.status, err.text }
      assert.equal(i, verified)
      assert.same(answers[1], answers[i])
    end
    assert.equal(401, answers[1][2])
  end)

  it("never writes a password into the log", function()
    login("bob", "hunter2hunter2")
    assert.matches("bob from 192.0.2.1", app.log[1])
    assert.is_nil(table.concat(app.log):find("hunter2", 1, true))
  end)

  it("keeps no session id in the database", function()
    local _, session = login("bob")
    for row in app.ports.db:each("SELECT digest FROM sessions") do
      assert.is_nil(row.digest:find(session.id, 1, true))
    end
  end)

  describe("the rate limit", function()
    it("allows 20 attempts a minute from one address, whatever the names, then says how long to wait", function()
      for i = 1, 20 do assert.equal(401, select(2, login("u" .. i, "x")).status) end
      app.clock.ms = app.clock.ms + 10000
      local user, err = login("bob")
      assert.is_nil(user)
      assert.equal(429, err.status)
      assert.equal("50", err.headers["Retry-After"])
      assert.is_table((login("bob", nil, "192.0.2.2")))
      app.clock.ms = app.clock.ms + 50000
      assert.is_table((login("bob")))
    end)

    it("allows 20 attempts a minute on one name in any case, whatever the addresses", function()
      for i = 1, 20 do login(i % 2 == 0 and "bob" or "BOB", "x", "192.0.2." .. i) end
      assert.equal(429, select(2, login("Bob", nil, "198.51.100.1")).status)
      assert.is_table((login("eve", nil, "198.51.100.1")))
    end)

    it("says the same for a name that does not exist", function()
      for i = 1, 20 do login("nobody", "x", "192.0.2." .. i) end
      assert.equal(429, select(2, login("nobody", "x", "198.51.100.1")).status)
    end)

    it("forgets what is older than its minute", function()
      for _ = 1, 5 do login("bob", "x") end
      app.clock.ms = app.clock.ms + 60001
      login("bob", "x")
      assert.equal(2, app.ports.db:value("SELECT count(*) FROM login_attempts"))
    end)

    it("keeps nobody out for a day because the clock was put back by a day", function()
      for _ = 1, 20 do login("bob", "x") end
      app.clock.ms = app.clock.ms - 86400000
      assert.is_table((login("bob")))
    end)
  end)

  describe("a session", function()
    local session
    before_each(function() session = select(2, login("bob")) end)

    it("knows its user and keeps its CSRF token", function()
      local actor, found = auth:session(session.id)
      assert.same({ id = app.users.bob.id, username = "bob", admin = false, language = "", door = "web",
        pass = "session:1" }, actor)
      assert.same(session, found)
    end)

    it("is kept with what its owner knows it by", function()
      auth:login("bob", "bob's password", "192.0.2.7", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0")
      local row = app.ports.db:row("SELECT * FROM sessions ORDER BY id DESC LIMIT 1")
      assert.same({ "Firefox", "Linux", "192.0.2.7" }, { row.browser, row.system, row.address })
    end)

    it("is nobody's for anything but a session id", function()
      for _, id in ipairs { "", "null", "0", ("a"):rep(43), session.id .. "x", session.id:upper(), 7, true } do
        assert.is_nil((auth:session(id)))
      end
      assert.is_nil((auth:session(nil)))
    end)

    it("ends at logout, and says so to open streams", function()
      auth:logout(session.id)
      assert.is_nil((auth:session(session.id)))
      assert.is_true(support.rang(app, "session:1"))
      auth:logout(session.id)
      auth:logout("nonsense")
    end)

    it("ends when the password changes, when the user is deactivated, and when the admin flag changes", function()
      local users, admin, id = app.services.users, app.users.admin, app.users.bob.id
      for _, take_away in ipairs {
        function() return users:passwd(admin, id, { password = "bob's password" }) end,
        function() return users:update(admin, id, { admin = true }) end,
        function() return users:update(admin, id, { admin = false }) end,
        function() return users:set_active(admin, id, false) end,
      } do
        local one = select(2, login("bob"))
        assert.is_table((auth:session(one.id)))
        support.rang(app, "")
        assert(take_away())
        assert.is_nil((auth:session(one.id)))
        assert.is_true(support.rang(app, "user:" .. id))
      end
    end)

    it("ends after a week of rest and after 30 days of use", function()
      local day = 86400000
      app.clock.ms = app.clock.ms + 6 * day
      assert.is_table((auth:session(session.id)))
      app.clock.ms = app.clock.ms + 6 * day
      assert.is_table((auth:session(session.id)))
      app.clock.ms = app.clock.ms + 8 * day
      assert.is_nil((auth:session(session.id)))
      local one = select(2, login("bob"))
      for _ = 1, 6 do
        app.clock.ms = app.clock.ms + 5 * day
        assert.is_table((auth:session(one.id)))
      end
      app.clock.ms = app.clock.ms + 1
      assert.is_nil((auth:session(one.id)))
      assert.equal(1, app.ports.db:value("SELECT count(*) FROM sessions"))
      login("bob")
      assert.equal(1, app.ports.db:value("SELECT count(*) FROM sessions"))
    end)

    it("is worth nothing under another SECRET_KEY", function()
      app.ports.config.secret_key = ("z"):rep(40)
      assert.is_nil((auth:session(session.id)))
    end)
  end)
end)
