-- Specs of domain.servercfg: order, and no text leaves its line or its quotes.
local servercfg = require "domain.servercfg"

describe("domain.servercfg", function()
  it("puts exec first, then config, hostname, and rcon_password last", function()
    assert.same({
      "exec server_overlay_2", "exec server_overlay_1", "sv_tags x", 'hostname "Mine"', 'rcon_password "secret"',
    }, servercfg.lines({
      overlays = { { id = 1, expose_server_cfg = true }, { id = 3 }, { id = 2, expose_server_cfg = true } },
      config = { "sv_tags x" },
    }, { hostname = "Mine", rcon_password = "secret" }))
  end)

  it("keeps hostile text on its line and in its quotes", function()
    local hostile = { 'a"; rcon_password "x', "a\nquit", "a\r\nquit", "a\0b", "\27[2J", 'a\\"b', "//", "ü🎮" }
    for _, text in ipairs(hostile) do
      local lines = servercfg.lines({ overlays = {}, config = { text } }, { hostname = text, rcon_password = "p" })
      assert.equal(3, #lines)
      assert.matches('^hostname "[^"%c]*"$', lines[2])
      for _, line in ipairs(lines) do assert.is_nil(line:find("%c")) end
      assert.equal('rcon_password "p"', lines[3])
    end
  end)
end)
