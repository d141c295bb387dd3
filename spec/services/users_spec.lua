-- Specs of services.users: accounts, passwords, and the last admin.
local support = require "spec.support.app"

describe("services.users", function()
  local app, users, admin, bob
  before_each(function()
    app = support.new()
    users, admin, bob = app.services.users, app.users.admin, app.users.bob
  end)

  it("creates a user without telling a digest", function()
    local user = assert(users:create(admin, { username = "carol", password = "a long password" }))
    assert.same({ "carol", false, true }, { user.username, user.admin, user.active })
    assert.is_nil(user.password_digest)
    assert.equal("api user.create user:" .. user.id .. " carol", support.audited(app))
  end)

  it("refuses a name that exists in any case", function()
    local _, err = users:create(admin, { username = "BOB", password = "a long password" })
    assert.same({ 409, { username = "is taken" } }, { err.status, err.fields })
  end)

  it("lists users page by page", function()
    local first = users:list(admin, { limit = 2 })
    assert.same({ 2, first[2].id }, { #first, first.next })
    local second = users:list(admin, { limit = 2, after = first.next })
    assert.equal(1, #second)
    assert.is_nil(second.next)
  end)

  it("shows a user to themselves and to admins", function()
    assert.equal("bob", users:get(bob, bob.id).username)
    assert.equal("bob", users:get(admin, bob.id).username)
    assert.equal(404, select(2, users:get(bob, admin.id)).status)
    assert.equal(404, select(2, users:get(admin, 999)).status)
  end)

  it("keeps one active admin", function()
    assert.equal("user.last_admin", select(2, users:set_active(admin, admin.id, false)).code)
    assert.equal("user.last_admin", select(2, users:update(admin, admin.id, { admin = false })).code)
    assert.equal("user.last_admin", select(2, users:delete(admin, admin.id)).code)
    assert(users:update(admin, bob.id, { admin = true }))
    local cli = { admin = true, door = "cli" }
    assert.is_false(users:update(cli, admin.id, { admin = false }).admin)
    assert.equal("user.last_admin", select(2, users:set_active(cli, bob.id, false)).code)
    assert.equal("user.last_admin", select(2, users:delete(cli, bob.id)).code)
  end)

  it("keeps an admin from shutting themselves out, though there is another", function()
    assert(users:update(admin, bob.id, { admin = true }))
    for _, attempt in ipairs {
      function() return users:update(admin, admin.id, { admin = false }) end,
      function() return users:set_active(admin, admin.id, false) end,
      function() return users:delete(admin, admin.id) end,
      function() return users:reset_password(admin, admin.id) end,
    } do
      local _, err = attempt()
      assert.same({ "user.yourself", 409 }, { err.code, err.status })
    end
    assert.is_truthy((app.services.auth:login("admin", "admin's password", "192.0.2.1")))
  end)

  it("makes up a password to be used once where none is given", function()
    local user = users:create(admin, { username = "carol" })
    assert.is_true(user.must_change_password)
    local _, session = app.services.auth:login("carol", user.one_time_password, "192.0.2.1")
    local actor = app.services.auth:session(session.id)
    assert.is_true(actor.must_change_password)
    assert.is_nil(users:get(admin, user.id).one_time_password)
    local again = { current = user.one_time_password, password = user.one_time_password }
    assert.same({ password = "must be another one than before" }, select(2, users:passwd(actor, user.id, again)).fields)
    assert(users:passwd(actor, user.id, { current = user.one_time_password, password = "one of her own" }))
    _, session = app.services.auth:login("carol", "one of her own", "192.0.2.1")
    assert.is_nil(app.services.auth:session(session.id).must_change_password)
    assert.is_false(users:create(admin, { username = "dave", password = "long enough" }).must_change_password)
  end)

  it("makes up another password each time", function()
    local seen = {}
    for _ = 1, 50 do seen[users:reset_password(admin, bob.id).one_time_password] = true end
    local count = 0
    for password in pairs(seen) do
      count = count + 1
      assert.matches("^[a-km-np-z2-9]+%-", password)
    end
    assert.equal(50, count)
  end)

  it("ends everything a user had open with a new password and with the account", function()
    local _, session = app.services.auth:login("eve", "eve's password", "192.0.2.1")
    local eve = app.users.eve
    support.rang(app, "")
    users:reset_password(admin, eve.id)
    assert.is_nil((app.services.auth:session(session.id)))
    assert.is_true(support.rang(app, "user:" .. eve.id))
    local token, secret = app.services.tokens:create(eve, {})
    assert.is_truthy(token)
    assert.equal("eve", users:delete(admin, eve.id).username)
    assert.is_true(support.rang(app, "user:" .. eve.id))
    assert.is_nil(app.services.tokens:resolve(secret))
    assert.equal("api user.delete user:" .. eve.id .. " eve", support.audited(app))
    assert.equal(404, select(2, users:delete(admin, eve.id)).status)
  end)

  it("ends a user's tokens, and nobody else's, with a password that someone else sets", function()
    local eve = app.users.eve
    local cli = { admin = true, door = "cli" }
    local tokens, _, kept = app.services.tokens, app.services.tokens:create(bob, {})
    for _, set in ipairs {
      function() return users:reset_password(admin, eve.id) end,
      function() return users:passwd(admin, eve.id, { password = "set by the admin" }) end,
      function() return users:passwd(cli, eve.id, { password = "eve's password" }) end,
    } do
      local _, secret = tokens:create(eve, {})
      assert.is_table(tokens:resolve(secret))
      support.rang(app, "")
      assert(set())
      assert.is_nil(tokens:resolve(secret))
      assert.is_true(support.rang(app, "user:" .. eve.id))
      assert.matches(" tokens ended$", support.audited(app))
    end
    local _, own = tokens:create(eve, {})
    assert(users:passwd(eve, eve.id, { password = "one of her own", current = "eve's password" }))
    assert.is_table(tokens:resolve(own))
    assert.is_nil(support.audited(app):find("tokens", 1, true))
    assert.is_table(tokens:resolve(kept))
  end)

  it("deletes nobody who still has something, and keeps what a deleted user did", function()
    local overlay = app.services.overlays:create(bob, { name = "o", script = "true" })
    local _, err = users:delete(admin, bob.id)
    assert.same({ servers = 0, blueprints = 0, overlays = 1 }, err.params)
    assert.same({ "user.owns", 409 }, { err.code, err.status })
    app.ports.db:run("DELETE FROM jobs WHERE state = 'queued'")
    app.ports.db:run([[INSERT INTO jobs (user_id, owner_id, operation, state, created_at)
      VALUES (?, ?, 'install', 'lost', 1)]], bob.id, bob.id)
    app.ports.db:run("DELETE FROM overlays WHERE id = ?", overlay.id)
    assert(users:delete(admin, bob.id))
    assert.equal(1, app.ports.db:value("SELECT count(*) FROM jobs WHERE user_id = ?", bob.id))
    assert.is_true(app.ports.db:value("SELECT count(*) FROM audit WHERE user_id = ?", bob.id) > 0)
  end)

  it("tells an admin what a user has, and of many the first", function()
    for i = 1, 25 do app.services.blueprints:create(bob, { name = "b" .. i }) end
    app.services.tokens:create(bob, {})
    local has = users:overview(admin, bob.id).belongings
    assert.same({ 25, 20, 0 }, { has.blueprints.total, #has.blueprints, has.servers.total })
    assert.same({ 1, 0 }, { has.tokens, has.sessions })
    assert.equal(404, select(2, users:overview(admin, 999)).status)
  end)

  it("notes when a user logged in last", function()
    assert.is_nil(users:get(admin, bob.id).last_login_at)
    app.services.auth:login("bob", "bob's password", "192.0.2.1")
    assert.equal(app.clock.ms, users:get(admin, bob.id).last_login_at)
  end)

  it("changes nothing and ends no session when nothing changes", function()
    users:update(admin, bob.id, { admin = false })
    users:set_active(admin, bob.id, true)
    assert.is_false(support.rang(app, "user:" .. bob.id))
  end)

  it("wants the current password of those who change their own", function()
    local _, err = users:passwd(bob, bob.id, { password = "another password" })
    assert.same({ 422, { current = "is wrong" } }, { err.status, err.fields })
    assert.equal(422, select(2, users:passwd(bob, bob.id, { password = "another password", current = "x" })).status)
    assert(users:passwd(bob, bob.id, { password = "another password", current = "bob's password" }))
    assert.is_table((app.services.auth:login("bob", "another password", "192.0.2.1")))
  end)

  it("lets nobody guess the current password: twenty tries a minute, as when logging in", function()
    local function try(current)
      return select(2, users:passwd(bob, bob.id, { password = "another password", current = current }))
    end
    for _ = 1, 20 do assert.equal(422, try("a guess").status) end
    local err = try "bob's password"
    assert.same({ 429, "auth.too_many" }, { err.status, err.code })
    app.clock.ms = app.clock.ms + 60001
    assert.is_nil(try "bob's password")
  end)

  it("lets an admin and the command line set a password, and nobody else's be touched", function()
    assert(users:passwd(admin, bob.id, { password = "set by the admin" }))
    assert(users:passwd({ admin = true, door = "cli" }, admin.id, { password = "set by the cli" }))
    assert.equal(404, select(2, users:passwd(bob, app.users.eve.id, { password = "x" })).status)
    assert.equal(404, select(2, users:passwd({ admin = true, door = "console" }, nil, { password = "x" })).status)
  end)

  it("keeps the language a user chose, for their sessions to come and those there are", function()
    local _, session = app.services.auth:login("bob", "bob's password", "192.0.2.1")
    assert.equal("de", users:set_language(bob, "de").language)
    assert.equal("de", app.services.auth:session(session.id).language)
    assert.equal("", users:get(admin, admin.id).language)
    assert.equal(404, select(2, users:set_language({ admin = true, door = "console" }, "de")).status)
  end)

  it("finds a user by name for the command line", function()
    assert.equal(bob.id, users:named("Bob").id)
    assert.equal("There is no user carol.", select(2, users:named("carol")).text)
  end)
end)
