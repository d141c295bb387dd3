-- Specs of services.health: the record of the last check, when it is asked for anew, what is counted.
local support = require "spec.support.app"

describe("services.health", function()
  local app, health, kept
  before_each(function()
    app = support.new()
    health, kept = app.services.health, nil
    app.ports.fs.read = function(_, path) return path == "health.json" and kept or nil end
  end)

  local function record(at, findings)
    kept = app.ports.json.encode { at = at, findings = app.ports.json.array(findings), disk = {} }
  end

  it("asks for a check when there is none, or an old one, and not for a fresh one", function()
    for _, case in ipairs { { nil, true }, { 300001, true }, { 300000, false }, { 0, false }, { -1, true } } do
      if case[1] then record(app.clock.ms - case[1], {}) end
      support.rang(app, "")
      assert.equal(case[2], health:overview().checking)
      assert.same(case[2] and { "health:ask", "scheduler" } or {}, app.rung)
    end
  end)

  it("tells what is wrong first and counts it, not what is only to be known", function()
    record(app.clock.ms,
      { { ok = true, text = "a" }, { ok = false, text = "b", mend = "c" }, { ok = "note", text = "d" } })
    local check = health:overview().check
    assert.equal(1, check.wrong)
    assert.same({ "b", "a", "d" }, { check.findings[1].text, check.findings[2].text, check.findings[3].text })
    assert.equal("c", check.findings[1].mend)
  end)

  it("tells the findings about the host with the others, and when that was looked at", function()
    kept = app.ports.json.encode { at = app.clock.ms, findings = app.ports.json.array { { ok = true, text = "a" } },
      host = { at = 5, findings = app.ports.json.array { { ok = false, text = "b" } } } }
    local check = health:overview().check
    assert.same({ "b", "a" }, { check.findings[1].text, check.findings[2].text })
    assert.same({ 1, 5 }, { check.wrong, check.host_at })
    kept = app.ports.json.encode { at = app.clock.ms, findings = app.ports.json.array {}, host = { findings = 7 } }
    assert.is_nil(health:overview().check.host_at)
  end)

  it("has no check where its record cannot be read", function()
    for _, text in ipairs { "", "{", "[]", "7", '{"at":"x","findings":[]}', '{"at":1}' } do
      kept = text
      assert.is_nil(health:overview().check)
      assert.is_true(health:overview().checking)
    end
  end)

  it("counts what there is", function()
    local bob = app.users.bob
    local blueprint = app.services.blueprints:create(bob, { name = "b" })
    app.services.servers:create(bob, { name = "s", blueprint_id = blueprint.id })
    app.services.overlays:create(bob, { name = "o", script = "true" })
    local figures = health:overview().figures
    assert.same({ 3, 1, 0, 1, 1, 1 }, { figures.users, figures.servers, figures.running, figures.blueprints,
      figures.overlays, figures.unfinished })
    assert.is_true(figures.bytes > 10000)
  end)

  it("notes who asked for a check", function()
    support.rang(app, "")
    assert.is_true(health:ask(app.users.admin))
    assert.same({ "health:ask", "scheduler" }, app.rung)
    assert.equal("api health.check host ", support.audited(app))
  end)
end)
