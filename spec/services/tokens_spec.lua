-- Specs of services.tokens: shown once, acting as their user, nothing else counts as one.
local support = require "spec.support.app"

describe("services.tokens", function()
  local app, tokens, bob
  before_each(function()
    app = support.new()
    tokens, bob = app.services.tokens, app.users.bob
  end)

  it("makes a token that acts as its user and is stored nowhere", function()
    local token, secret = tokens:create(bob, { name = "laptop" })
    assert.matches("^l4m_[%w_-]+$", secret)
    assert.same({ id = bob.id, username = "bob", admin = false, door = "api", pass = "token:1" },
      tokens:resolve(secret))
    for row in app.ports.db:each("SELECT digest, name FROM tokens") do
      assert.is_nil(secret:find(row.digest, 1, true))
      assert.equal("laptop", row.name)
    end
    for _, entry in ipairs(app.ports.store.audit:newest(10)) do
      assert.is_nil(entry.detail:find(secret, 1, true))
    end
    assert.equal(token.id, tokens:list(bob)[1].id)
  end)

  it("takes nothing else for a token", function()
    local _, secret = tokens:create(bob, {})
    for _, value in ipairs {
      "", " ", "null", "0", "l4m_", secret .. "x", secret:sub(1, -2), " " .. secret, secret .. "," .. secret,
      secret:upper(), "l4m_" .. ("a"):rep(43), 0, false,
    } do
      assert.is_nil((tokens:resolve(value)))
    end
    assert.is_nil((tokens:resolve(nil)))
  end)

  it("refuses the token of a deactivated user, and follows the admin flag", function()
    local _, secret = tokens:create(bob, {})
    app.services.users:update(app.users.admin, bob.id, { admin = true })
    assert.is_true(tokens:resolve(secret).admin)
    app.services.users:set_active(app.users.admin, bob.id, false)
    assert.is_nil((tokens:resolve(secret)))
  end)

  it("notes its use, at most once a minute", function()
    local token, secret = tokens:create(bob, {})
    local function used() return app.ports.store.tokens:get(token.id).last_used_at end
    tokens:resolve(secret)
    local first = used()
    app.clock.ms = app.clock.ms + 60000
    tokens:resolve(secret)
    assert.equal(first, used())
    app.clock.ms = app.clock.ms + 1
    tokens:resolve(secret)
    assert.equal(first + 60001, used())
  end)

  it("is revoked by its owner or an admin, and streams end", function()
    for _, case in ipairs { { app.users.eve, false }, { bob, true }, { app.users.admin, true } } do
      local token, secret = tokens:create(bob, {})
      support.rang(app, "")
      local ok, err = tokens:revoke(case[1], token.id)
      assert.equal(case[2], ok ~= nil)
      assert.equal(case[2], tokens:resolve(secret) == nil)
      assert.equal(case[2], support.rang(app, "token:" .. token.id))
      if err then assert.equal(404, err.status) end
    end
  end)

  it("lists a user's own, and everyone's at the command line", function()
    tokens:create(bob, {})
    tokens:create(app.users.admin, {})
    assert.same({ 1, 1, 0, 2 }, { #tokens:list(bob), #tokens:list(app.users.admin), #tokens:list(app.users.eve),
      #tokens:list { admin = true, door = "cli" } })
  end)

  it("belongs to a user", function()
    assert.equal(422, select(2, tokens:create({ admin = true, door = "console" }, {})).status)
  end)
end)
