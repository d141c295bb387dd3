-- Specs of web.csrf: a page never says the token itself, and says something else each time.
local crypto = require "host.crypto"
local csrf = require "web.csrf"

describe("web.csrf", function()
  local token = ("t"):rep(43)

  it("shows a token anew each time, and knows each again", function()
    local seen = {}
    for _ = 1, 1000 do
      local shown = csrf.shown(crypto, token)
      assert.matches("^[%w_-]+$", shown)
      assert.equal(59, #shown)
      assert.is_nil(seen[shown:sub(1, 16)] or seen[shown:sub(17)])
      seen[shown:sub(1, 16)], seen[shown:sub(17)] = true, true
      assert.is_true(csrf.fits(crypto, shown, token))
    end
  end)

  it("takes nothing else: no other token's, no token itself, nothing changed, of another length or kind", function()
    local shown = csrf.shown(crypto, token)
    assert.is_false(csrf.fits(crypto, csrf.shown(crypto, "other"), token))
    for i = 1, #shown do
      local other = shown:sub(i, i) == "x" and "y" or "x"
      assert.is_false(csrf.fits(crypto, shown:sub(1, i - 1) .. other .. shown:sub(i + 1), token), i)
      assert.is_false(csrf.fits(crypto, shown:sub(1, i - 1), token), i)
    end
    for _, given in ipairs { token, "", shown .. "A", shown:upper(), ("\0"):rep(59), ("\xff"):rep(59), {}, 7, true,
      ("x"):rep(1 << 20) } do
      assert.is_false(csrf.fits(crypto, given, token))
    end
    assert.is_false(csrf.fits(crypto, nil, token))
  end)
end)
