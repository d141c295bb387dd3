-- host.crypto against published vectors and against misuse.
local crypto = require "host.crypto"

describe("host.crypto", function()
  it("verifies the password it hashed and no other", function()
    local digest = assert(crypto.password_hash("correct horse"))
    assert.matches("^%$argon2id%$", digest)
    assert.is_true(crypto.password_verify(digest, "correct horse"))
    assert.is_false(crypto.password_verify(digest, "correct hors"))
    assert.is_false(crypto.password_verify(digest, ""))
    assert.is_false(crypto.password_verify(digest, "correct horse\0"))
  end)

  it("salts: the same password gives two digests", function()
    assert.are_not.equal(crypto.password_hash("x"), crypto.password_hash("x"))
  end)

  it("takes a broken digest for a wrong password", function()
    for _, digest in ipairs { "", "x", "$argon2id$", ("a"):rep(127), ("a"):rep(500), "a\0b" } do
      assert.is_false(crypto.password_verify(digest, "x"))
    end
  end)

  it("makes random bytes of the length asked for", function()
    assert.equal(16, #crypto.random(16))
    assert.are_not.equal(crypto.random(16), crypto.random(16))
    assert.equal(1048576, #crypto.random(1048576))
    assert.has_error(function() crypto.random(0) end)
    assert.has_error(function() crypto.random(1048577) end)
  end)

  it("agrees with RFC 4231 on HMAC-SHA-256", function()
    local cases = {
      { ("\x0b"):rep(20), "Hi There",
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
      { "Jefe", "what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
      { ("\xaa"):rep(131), "Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
    }
    for _, case in ipairs(cases) do
      assert.equal(case[3], crypto.hex(crypto.hmac(case[1], case[2])))
    end
  end)

  it("agrees with FIPS 180-4 on SHA-256", function()
    assert.equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      crypto.hex(crypto.sha256("abc")))
    assert.equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      crypto.hex(crypto.sha256("")))
  end)

  it("compares by content and length", function()
    assert.is_true(crypto.equal("", ""))
    assert.is_true(crypto.equal("a\0b", "a\0b"))
    assert.is_false(crypto.equal("a\0b", "a\0c"))
    assert.is_false(crypto.equal("a", "ab"))
  end)

  it("turns bytes into text and back", function()
    assert.equal("00ff10", crypto.hex("\0\xff\x10"))
    assert.equal("\0\xff\x10", crypto.unhex("00FF10"))
    assert.equal("", crypto.unhex(""))
    assert.equal("-_-_", crypto.base64url("\xfb\xff\xbf"))
    assert.equal("YQ", crypto.base64url("a"))
    assert.equal("", crypto.base64url(""))
  end)

  it("refuses what is not hexadecimal", function()
    for _, text in ipairs { "0", "0g", "00 11", "\0\0", "zz" } do
      local bytes, _, code = crypto.unhex(text)
      assert.is_nil(bytes)
      assert.equal("EINVAL", code)
    end
  end)

  it("gives memory back when an allocation fails", function()
    local fault = require "host.fault"
    local source = [[
      local c = require "host.crypto"
      local b = c.random(4096)
      assert(c.unhex(c.hex(b)) == b)
      assert(#c.base64url(b) > 4096 and #c.hmac(b, b) == 32)
    ]]
    for n = 0, 2000 do
      if fault.run(source, n) then return end
    end
    error("never succeeded")
  end)
end)
