-- Specs of domain.blueprint: arguments, config lines, exposed overlays.
local blueprint = require "domain.blueprint"
local validate = require "base.validate"

describe("domain.blueprint", function()
  it("takes the arguments people use", function()
    for _, line in ipairs { "+map c1m1_hotel", "-tickrate 60", "+sv_lan 0", "-maxplayers", "+exec my.cfg" } do
      assert.is_true(blueprint.check_argument(line))
    end
  end)

  it("refuses arguments that need quoting or that the host sets", function()
    for _, line in ipairs {
      'a"b', "it's", "a\\b", "$(id)", "`id`", "+hostport 27016", "-PORT 1", "+ip 1.2.3.4",
      "+map c1m1_hotel -game cstrike",
    } do
      assert.is_nil((blueprint.check_argument(line)))
    end
  end)

  it("wants quotes closed on a config line", function()
    for _, line in ipairs { "sv_tags hidden", 'sm_cvar a "b c"', "// it's fine", "", "a; b" } do
      assert.is_true(blueprint.check_config(line))
    end
    assert.is_nil((blueprint.check_config('say "open')))
  end)

  it("bounds its lists and names what is wrong", function()
    local schema = { blueprint.OVERLAYS, blueprint.ARGUMENTS, blueprint.CONFIG }
    local many, words = {}, {}
    for i = 1, 500 do many[i] = { id = i } end
    for i = 1, 100 do words[i] = "+a b c" end
    local cases = {
      { "overlays", many, "at most 499" }, { "overlays", { { id = 1 }, { id = 1 } }, "twice" },
      { "overlays", { { id = "1" } }, "whole number" }, { "overlays", { { id = 1, x = 1 } }, "not known" },
      { "arguments", { "a\nb" }, "control character" }, { "arguments", words, "256 words" },
      { "config", { "a\nrcon_password x" }, "control character" }, { "config", { ("x"):rep(1001) }, "at most 1000" },
    }
    for _, case in ipairs(cases) do
      local _, err = validate.check(schema, { [case[1]] = case[2] })
      assert.matches(case[3], err.fields[case[1]], 1, true)
    end
    many[500] = nil
    assert.is_table(validate.check(schema, { overlays = many }))
  end)

  it("gives the game the words of its arguments", function()
    assert.same({ "+map", "c1m1_hotel", "-x" }, blueprint.words { "+map  c1m1_hotel", "-x" })
  end)

  it("runs exposed overlays from the lowest precedence to the highest", function()
    assert.same({ "server_overlay_3", "server_overlay_1" }, blueprint.exposed {
      { id = 1, expose_server_cfg = true }, { id = 2, expose_server_cfg = false }, { id = 3, expose_server_cfg = true },
    })
  end)

  it("names a copy so that it is unique and fits", function()
    local function name(of, ...)
      local taken = {}
      for _, one in ipairs { ... } do taken[one] = true end
      return blueprint.copy_name(of, function(one) return taken[one] end)
    end
    assert.equal("a (copy)", name "a")
    assert.equal("a (copy 2)", name("a", "a (copy)"))
    assert.equal("a (copy 3)", name("a (copy)", "a (copy)", "a (copy 2)"))
    assert.equal("a (copy)", name "a (copy 7)")
    local long = name(("ü"):rep(100), ("ü"):rep(92) .. "… (copy)")
    assert.is_table(validate.check({ blueprint.NAME }, { name = long }))
    assert.matches("ü… %(copy 2%)$", long)
  end)

  it("names a copy in another language, and one of such a copy", function()
    local function name(of, word) return blueprint.copy_name(of, function() return false end, word) end
    assert.equal("a (Kopie)", name("a", "Kopie"))
    assert.equal("a (Kopie)", name("a (copy 2)", "Kopie"))
    assert.equal("a (copy)", name "a (Kopie)")
    assert.equal("a (copy)", name "a (Kopie 3)")
    for _, kept in ipairs { "a (copy2)", "a(copy)", "a (2)", "a (night)", "(copy)" } do
      assert.equal(kept .. " (copy)", name(kept))
    end
    assert.equal("a (Kopie)", name("a (Kopie 12)", "Kopie"))
    assert.equal("a (v 2) (%d)", name("a (v 2)", "%d"))
    for _, fields in ipairs { { word = ("ü"):rep(20) }, { word = "Kopie" } } do
      assert.is_table(validate.check({ blueprint.COPY }, fields))
      assert.equal(100, utf8.len(name(("ü"):rep(100), fields.word)))
    end
  end)
end)
