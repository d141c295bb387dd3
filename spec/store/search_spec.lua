-- Specs of store.search: names found by their beginnings, words, parts and letters; nothing of LIKE is left open.
local scenes = require "spec.support.scene"

describe("Looking for servers by name", function()
  local scene
  before_each(function() scene = scenes.new() end)

  local function found(text, options)
    local asked = { kind = "server", text = text, limit = 20 }
    for key, value in pairs(options or {}) do asked[key] = value end
    local names = {}
    for i, row in ipairs(scene.store.search:find(asked)) do names[i] = row.name end
    return table.concat(names, ", ")
  end

  it("puts beginnings first, then words, parts, and letters in their order", function()
    for _, name in ipairs { "cargo on open port", "scoop", "my coop", "coop 2", "my-coop_b", "Coop", "other" } do
      scene:server(name)
    end
    assert.equal("Coop, coop 2, my coop, my-coop_b, scoop, cargo on open port", found "coop")
    assert.equal("my-coop_b", found "my-coop_")
    assert.equal("", found "poc x")
  end)

  it("takes what LIKE acts on as what it is", function()
    for _, name in ipairs { "100%", "100 percent", "a_b", "axb", [[back\slash]], "backslash" } do scene:server(name) end
    assert.equal("100%", found "100%")
    assert.equal("a_b", found "a_b")
    assert.equal([[back\slash]], found [[\s]])
    assert.equal("100%", found "%")
    assert.equal([[back\slash]], found [[\]])
  end)

  it("finds all for no text, no more than asked for, none in a state left out", function()
    local running = scene:server "a"
    scene:server "b"
    scene.store.servers:set_actual(running, { state = "running", at = 1 })
    assert.equal("a, b", found "")
    assert.equal("a", found("", { limit = 1 }))
    assert.equal("b", found("", { except_state = "running" }))
  end)

  it("says whether a job is at work on it", function()
    local id = scene:server "a"
    assert.is_false(scene.store.search:find({ kind = "server", text = "a", limit = 1 })[1].busy)
    scene:job("start", id)
    assert.is_true(scene.store.search:find({ kind = "server", text = "a", limit = 1 })[1].busy)
  end)

  it("is quick with a pattern made to go back and forth for ever", function()
    scene:server(("a"):rep(100))
    assert.equal("", found(("a"):rep(59) .. "b"))
  end)
end)
