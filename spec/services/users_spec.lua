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
    assert(users:update(admin, bob.id, { admin = true }))
    assert.is_false(users:update(admin, admin.id, { admin = false }).admin)
    assert.equal("user.last_admin", select(2, users:set_active(admin, bob.id, false)).code)
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
