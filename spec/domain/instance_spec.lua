-- domain.instance: names, instance.env written and read as if by an enemy, the game's arguments.
local instance = require "domain.instance"

local plain = {
  port = 27015, arguments = { "-tickrate", "60", "+map", "c1m1_hotel" },
  layers = { "12", "3" }, aliases = {},
}

local function parse_of(line)
  return instance.parse_env("L4D2_PORT=1\nL4D2_ARGS=\nL4D2_LOWERDIRS=installation\n" .. line)
end

describe("instance names", function()
  it("are lower case letters, digits, dash and underscore, 64 at most", function()
    for _, name in ipairs { "7", "a", "a-b_c", ("x"):rep(64) } do
      assert.is_true(instance.valid_name(name), name)
    end
    for _, name in ipairs { "", "-a", "_a", "A", "a/b", "..", "a.b", "a\n", "a\0", ("x"):rep(65), "ä" } do
      assert.is_false(instance.valid_name(name), name)
    end
    assert.is_false(instance.valid_name(nil))
    assert.is_false(instance.valid_name(7))
  end)
end)

describe("instance.env", function()
  it("is plain text that systemd reads too", function()
    assert.equal("L4D2_PORT=27015\nL4D2_ARGS=-tickrate 60 +map c1m1_hotel\n"
      .. "L4D2_LOWERDIRS=overlays/12:overlays/3:installation\n", instance.render_env(plain))
  end)

  it("comes back as it was, whatever the arguments hold", function()
    local odd = {
      port = 1, layers = { "a/b" },
      arguments = { "", " ", "a b", 'say "hi"', "back\\slash", "$HOME", "`id`", "é", "'", "%n", "-x=1" },
      aliases = { { alias = "server_overlay_3", layer = "3" }, { alias = "b", layer = "a/b" } },
    }
    assert.same(odd, instance.parse_env(instance.render_env(odd)))
    assert.same(plain, instance.parse_env(instance.render_env(plain)))
  end)

  it("is refused with the line when a key is unknown, doubled, missing or malformed", function()
    for _, line in ipairs {
      "LD_PRELOAD=/x.so", "L4D2_PORT=2", "nonsense", "l4d2_port=1", "L4D2_ALIASES=a=/etc",
      "L4D2_ALIASES=a=overlays/../x", "L4D2_ALIASES=a", "L4D2_ALIASES=../a=overlays/1",
      "L4D2_ALIASES=a=overlays/1\tb=overlays/2",
    } do
      local parsed, why = parse_of(line)
      assert.is_nil(parsed, line)
      assert.matches("^line 4: ", why)
    end
    local _, why = instance.parse_env("L4D2_PORT=1\n")
    assert.equal("L4D2_ARGS is missing", why)
  end)

  it("is refused when a path leaves the overlays or a port the range", function()
    for _, lower in ipairs {
      "", "overlays/1", "overlays/../x:installation", "/etc:installation", "installation:overlays/1",
      "overlays/:installation", "overlays/a//b:installation", "overlays/a,b:installation",
      "overlays/a\\b:installation", "overlays/./a:installation", "installation:installation",
    } do
      assert.is_nil(instance.parse_env("L4D2_PORT=1\nL4D2_ARGS=\nL4D2_LOWERDIRS=" .. lower), lower)
    end
    for _, port in ipairs { "", "0", "65536", "-1", "1e3", "0x50", "999999", "1 2" } do
      assert.is_nil(
        instance.parse_env("L4D2_PORT=" .. port .. "\nL4D2_ARGS=\nL4D2_LOWERDIRS=installation"), port)
    end
  end)

  it("is refused when a quote stays open or the arguments are too many", function()
    for _, args in ipairs { '"', '"a', 'a"b"', '"a"b"', '"\\"a"', "a\\", ("a "):rep(257) } do
      assert.is_nil(
        instance.parse_env("L4D2_PORT=1\nL4D2_ARGS=" .. args .. "\nL4D2_LOWERDIRS=installation"), args)
    end
  end)
end)

describe("the game's arguments", function()
  it("are the words of the specification's lines", function()
    assert.same({ "+map", "c1m1_hotel", "-tickrate", "60", "+hostname", "a b", "" },
      instance.words { "+map c1m1_hotel", "-tickrate\t 60", '+hostname "a b" ""' })
    assert.is_nil(instance.words { 'a "b' })
    assert.is_nil(instance.words { ("x "):rep(200), ("x "):rep(57) })
  end)

  it("name the port and every address, then the owner's own", function()
    assert.same({
      "/game/srcds_run", "-game", "left4dead2", "-norestart", "+hostport", "27015", "+ip", "0.0.0.0",
      "-tickrate", "60", "+map", "c1m1_hotel",
    }, instance.game_argv(plain, "/game/srcds_run"))
  end)
end)
