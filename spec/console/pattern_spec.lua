-- console.pattern: the answers of the C functions, and stoppable where they are not.
local guard = require "host.guard"
local pattern = require "console.pattern"

local SUBJECTS = {
  "", "a", "hello world", "key = value", "  padded  ", "a,b,,c", "THE (quick) fox",
    "x=1, y=22; z=-3", "((a)(b))",
  "aaa", "abcabc", "f(a(b)c)d", "\0a\0", "ä\xff-", "[]]^-%", "2026-11-21", "%d+",
    "line\nbreak\ttab", "aXb", "THE END",
}

local PATTERNS = {
  "", "a", ".", "a*", "a+", "a-", "a?", "^a", "a$", "^", "$", "^$", "(a)", "()", "(a*)(b*)", "%a+",
    "%w+", "%s*$",
  "^%s*(.-)%s*$", "(%w+)%s*=%s*(%w+)", "[abc]", "[^abc]+", "[a-c]+", "[%a_][%w_]*", "[]]", "[^]]",
    "[%]]", "[a-]", "[-a]",
  "%b()", "%f[%w]%w+", "%f[%a]%a+%f[%A]", "(.)%1", "(%w)(%w)%2%1", "()ll()", "%d%d%d%d%-%d%d",
    ".-b", "(.-),", "[%s%p]",
  "%z", "[\0]", "%%", "%d+", "((a)(b))", "x?y?z?", "%u%l*", "[%a-z]", "a.-c", "(a)(b)(c)", "\xff",
    "[\x80-\xff]+", "^(a)(b)",
}

local BROKEN = { "[", "[a", "%", "(", ")", "(()", "%b", "%bx", "%f", "%fa", "%1", "(a%1)", "[%",
  "(a)%2", ("(a)"):rep(33) }

--- What a call gives, errors without their place.
local function outcome(fn, ...)
  local result = table.pack(pcall(fn, ...))
  if not result[1] then return { "error" } end
  return result
end

local function all_matches(gmatch, ...)
  local out = {}
  for a, b, c in gmatch(...) do out[#out + 1] = { a, b, c } end
  return out
end

describe("console.pattern", function()
  it("finds and matches as the C functions do", function()
    for _, p in ipairs(PATTERNS) do
      for _, s in ipairs(SUBJECTS) do
        for _, init in ipairs { 1, 2, -1, -100, 100 } do
          local where = ("%q in %q from %d"):format(p, s, init)
          assert.same(outcome(string.find, s, p, init), outcome(pattern.find, s, p, init), where)
          assert.same(outcome(string.match, s, p, init), outcome(pattern.match, s, p, init), where)
        end
        assert.same(outcome(string.find, s, p, 1, true), outcome(pattern.find, s, p, 1, true), p)
        assert.same(all_matches(string.gmatch, s, p), all_matches(pattern.gmatch, s, p),
          p .. " in " .. s)
      end
    end
  end)

  it("replaces as the C function does", function()
    local by = { "<%0>", "<%1>", "%%", "", "%2%1", { a = "A", hello = false, key = 1 },
      string.upper, function() end, 7 }
    for _, p in ipairs(PATTERNS) do
      for _, s in ipairs(SUBJECTS) do
        for i, replacement in ipairs(by) do
          local where = ("%q in %q by %d"):format(p, s, i)
          assert.same(outcome(string.gsub, s, p, replacement), outcome(pattern.gsub, s, p,
            replacement), where)
          assert.same(outcome(string.gsub, s, p, replacement, 1), outcome(pattern.gsub, s, p,
            replacement, 1), where)
        end
      end
    end
    for _, replacement in ipairs { true, "%", "%x", { a = {} }, function() return {} end } do
      assert.same({ "error" }, outcome(pattern.gsub, "a", "a", replacement))
    end
  end)

  it("refuses what the C functions refuse", function()
    for _, p in ipairs(BROKEN) do
      for _, name in ipairs { "find", "match" } do
        assert.same(outcome(string[name], "(a)", p), outcome(pattern[name], "(a)", p), p)
      end
    end
    assert.same({ "error" }, outcome(pattern.find, {}, "a"))
    assert.same({ "error" }, outcome(pattern.find, "a", nil))
    assert.same({ "error" }, outcome(pattern.find, "a", "a", 1.5))
  end)

  it("takes numbers for text", function()
    assert.equal("2", pattern.match(123, 2))
    assert.equal("1x3", (pattern.gsub(123, 2, "x")))
  end)

  it("can be stopped in a catastrophic pattern", function()
    local cases = {
      { ("a"):rep(5000), ("a-"):rep(20) .. "b" },
      { ("a"):rep(30), ("a?"):rep(30) .. ("a"):rep(30) .. "b" },
      { ("a"):rep(10000), ".-.-.-.-b" }, { ("("):rep(100000), "%b()" },
    }
    for _, case in ipairs(cases) do
      local co = coroutine.create(pattern.find)
      local limits = { instructions = 500000, slice = 10000 }
      local status, message = guard.resume(co, limits, case[1], case[2])
      while status == "slice" do status, message = guard.resume(co, limits) end
      assert.is_false(status)
      assert.equal("stopped: it ran for too long", message)
    end
  end)

  it("bounds a plain search", function()
    local s = ("a"):rep(100000)
    assert.equal(1, (pattern.find(s, "aaa", 1, true)))
    assert.has_error(function() pattern.find(s, s, 1, true) end, "too much text to search")
  end)
end)
