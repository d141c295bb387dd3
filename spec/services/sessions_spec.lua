-- Specs of services.sessions: where one is logged in, and ending that.
local support = require "spec.support.app"

describe("services.sessions", function()
  local app, auth, sessions
  before_each(function()
    app = support.new()
    auth, sessions = app.services.auth, app.services.sessions
  end)

  local function login(name)
    local _, session = assert(auth:login(name, name .. "'s password", "192.0.2.1"))
    return auth:session(session.id), session.id
  end

  it("lists those of the actor that are not over, the newest first, and marks this one", function()
    local old = login "bob"
    app.clock.ms = app.clock.ms + 6 * 86400000
    local actor = login "bob"
    login "eve"
    local list = sessions:list(actor)
    assert.same({ { 2, true }, { 1, false } }, { { list[1].id, list[1].own }, { list[2].id, list[2].own } })
    assert.equal(2, #list)
    app.clock.ms = app.clock.ms + 2 * 86400000
    assert.equal(1, #sessions:list(actor))
    assert.is_nil(sessions:list(actor)[1].digest)
    assert.is_true(sessions:list(old)[1].own == false)
  end)

  it("lists them page by page", function()
    local actor
    for _ = 1, 5 do actor = login "bob" end
    local first = sessions:list(actor, { limit = 3 })
    assert.same({ 3, 3 }, { #first, first.next })
    local second = sessions:list(actor, { limit = 3, before = first.next })
    assert.same({ 2, 2 }, { #second, second[1].id })
    assert.is_nil(second.next)
  end)

  it("ends one, and with it what it has open", function()
    local actor = login "bob"
    local _, other = login "bob"
    support.rang(app, "")
    assert.equal(2, sessions:finish(actor, 2).id)
    assert.same({ "session:2" }, app.rung)
    assert.is_nil((auth:session(other)))
    assert.equal("web session.end session:2 user:" .. actor.id, support.audited(app))
    assert.equal(404, select(2, sessions:finish(actor, 2)).status)
  end)

  it("ends nobody else's", function()
    local _, id = login "eve"
    assert.equal("session.not_found", select(2, sessions:finish(login "bob", 1)).code)
    assert.is_table((auth:session(id)))
  end)

  it("ends all others: this one and those of other people stay", function()
    local _, first = login "bob"
    local _, eves = login "eve"
    local actor, id = login "bob"
    login "bob"
    support.rang(app, "")
    assert.equal(2, sessions:end_others(actor).count)
    assert.same({ "session:1", "session:4" }, app.rung)
    assert.is_nil((auth:session(first)))
    assert.is_table((auth:session(id)))
    assert.is_table((auth:session(eves)))
    assert.equal(0, sessions:end_others(actor).count)
  end)

  it("ends all of them for a token, which came with none", function()
    login "bob"
    login "bob"
    assert.equal(2, sessions:end_others(app.users.bob).count)
  end)

  it("knows none at the machine's own doors", function()
    local cli = { admin = true, door = "cli" }
    login "bob"
    assert.equal(0, #sessions:list(cli))
    assert.equal(0, sessions:end_others(cli).count)
  end)
end)
