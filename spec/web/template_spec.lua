-- Specs of web.template: what templates can say, that everything is escaped, and that mistakes name file and line.
local template = require "web.template"

local helpers = {
  shout = function(text) return tostring(text):upper() end,
  pair = function(a, b) return ("%s+%s"):format(a, b) end,
  markup = function() return "<b>" end,
  nothing = function() return nil end,
}

local function set(sources)
  return template.set(function(name) return assert(sources[name], "no template " .. name) end, helpers)
end

local function render(source, ctx)
  return set { page = source } ("page", ctx or {})
end

local function problem(source, ctx)
  local ok, message = pcall(render, source, ctx)
  assert.is_false(ok, source)
  return message
end

describe("A template", function()
  it("is its own text where it says nothing else", function()
    for _, text in ipairs { "", "a\nb\r\n", "é🧟", '"quoted\\" \\n', "{ } %} }} $x", "]]--[[", ("x"):rep(100000) } do
      assert.equal(text, render(text))
    end
  end)

  it("writes values: names with dots, texts, numbers, truth; nil is nothing", function()
    local ctx = { name = "n", deep = { er = { value = 7 } }, yes = true, no = false, text = "t" }
    assert.equal("n 7 true false  ",
      render("{{ name }} {{deep.er.value}} {{ yes }} {{ no }} {{ none }} {{ deep.none.value }}", ctx))
    assert.equal("a 12 true ", render('{{ "a" }} {{ 12 }} {{ true }} {{ nil }}'))
    assert.equal("", render("{{ text.len }}", ctx))
  end)

  it("compares and joins conditions", function()
    local cases = {
      ["a == 1"] = true, ["a ~= 1"] = false, ["a == 2 or b"] = true, ["a == 1 and not b"] = false,
      ["not (a == 2)"] = true,
      ["none"] = false, ["a > 0"] = true, ["a < 0"] = false, ['name == "x"'] = true, ["order"] = true,
      ["nothing()"] = false, ["not none and a"] = true,
    }
    for condition, expected in pairs(cases) do
      local source = "{% if " .. condition .. " %}yes{% else %}no{% end %}"
      assert.equal(expected and "yes" or "no", render(source, { a = 1, b = true, name = "x", order = 1 }), condition)
    end
  end)

  it("chooses, repeats and includes", function()
    local pages = set {
      page = '{% for row in rows %}{% include "row" %}{% if row.x %}[{{ row.x }}]{% elseif row.y %}({{ row.y }})'
        .. '{% else %}-{% end %}{% end %}{% for row in none %}never{% end %}{# a\ncomment #}.',
      row = "{{ sign }}",
    }
    assert.equal("+[1]+(2)+-.", pages("page", { sign = "+", rows = { { x = 1 }, { y = 2 }, {} } }))
  end)

  it("keeps a loop's variable to the loop, also around another", function()
    local source = "{% for a in list %}{% for b in a.list %}{{ a.name }}{{ b }} {% end %}{{ b }} {% end %}{{ a }}"
    assert.equal("x1 x2 outer y3 outer out", render(source, { a = "out", b = "outer",
      list = { { name = "x", list = { 1, 2 } }, { name = "y", list = { 3 } } } }))
  end)

  it("says many thousand texts without keeping all of them", function()
    local page = set { page = "{{ text }}" }
    collectgarbage()
    local before = collectgarbage "count"
    for i = 1, 20000 do assert.equal("&lt;" .. i, page("page", { text = "<" .. i })) end
    collectgarbage()
    assert.is_true(collectgarbage "count" - before < 2000)
  end)

  it("calls the helpers it is given", function()
    assert.equal("AB x+y &lt;b&gt; <b>", render('{{ shout("ab") }} {{ pair("x", y) }} {{ markup() }} {{{ markup() }}}',
      { y = "y" }))
  end)

  it("writes many pieces in a row", function()
    assert.equal(("x&lt;"):rep(1000), render(("x{{ a }}"):rep(1000), { a = "<" }))
  end)
end)

describe("Escaping", function()
  it("is done unless a template says otherwise", function()
    local hostile = [[<script>alert("1")</script>&'`]]
    local safe = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;`"
    assert.equal(safe, render("{{ a }}", { a = hostile }))
    assert.equal('<a title="' .. safe .. '">', render('<a title="{{ a }}">', { a = hostile }))
    assert.equal(safe, render("{% for one in list %}{{ one.a }}{% end %}", { list = { { a = hostile } } }))
    assert.equal(hostile, render("{{{ a }}}", { a = hostile }))
  end)

  it("is done once", function()
    assert.equal("&amp;amp;", render("{{ a }}", { a = "&amp;" }))
  end)

  it("leaves all other characters as they are", function()
    local text = "é🧟\u{202e} %s %1 {{ a }} \n\t"
    assert.equal(text, template.escape(text))
  end)
end)

describe("A value", function()
  it("is never run, whatever it says", function()
    for _, text in ipairs { "{{ secret }}", "{{{ secret }}}", "{% include \"other\" %}", "{{ shout(secret) }}",
      "]] .. secret .. [[", '" .. secret .. "', "%secret", "\\" } do
      local pages = set { page = "{{{ a }}}{% for x in list %}{{{ x }}}{% end %}", other = "secret" }
      assert.equal(text .. text, pages("page", { a = text, list = { text }, secret = "secret" }))
    end
  end)

  it("that is no text, number or truth raises: a template shows no insides", function()
    for _, value in ipairs { {}, print, coroutine.create(print) } do
      assert.matches("cannot be written", problem("{{ a }}", { a = value }))
      assert.matches("must be a text", problem("{{{ a }}}", { a = value }))
    end
    assert.matches("must be a text", problem "{{{ none }}}")
  end)
end)

describe("A mistake in a template", function()
  it("is named with file and line", function()
    for source, expected in pairs {
      ["a\nb {{ }}"] = "^templates/page.html:2: this cannot be understood: {{ }}",
      ["\n\n{{ a b }}"] = "^templates/page.html:3: ",
      ["{{ a"] = "^templates/page.html:1: ",
      ["{% what %}"] = "^templates/page.html:1: this cannot be understood",
      ["\n{% if a %}\n\n"] = "^templates/page.html:2: its end is missing",
      ["\n{% for a in b %}{% if a %}{% end %}"] = "^templates/page.html:2: its end is missing",
      ["\n\n{% end %}"] = "^templates/page.html:3: there is an end too many",
      ["\n{{ unknown() }}"] = "^templates/page.html:2: there is no helper unknown",
      ["\n{% for a in b %}{% else %}{% end %}"] = "^templates/page.html:2: ",
      ["\n{% else %}"] = "^templates/page.html:2: ",
      ["a\n{{ a\n}}"] = "^templates/page.html:2: ",
      ["{# never closed"] = "^templates/page.html:1: ",
    } do
      assert.matches(expected, problem(source), nil, source)
    end
  end)

  it("that shows only when it is rendered is named with file and line too", function()
    assert.matches("templates/page.html:3: ", problem("a\nb\n{{ shout() + }}{{ a }}", { a = 1 }))
    assert.matches("templates/page.html:3: ", problem("{{ b }}\n\n{% if a < 1 %}{% end %}", { a = "x" }))
  end)

  it("is no way to Lua", function()
    for _, code in ipairs {
      "os.execute('x')", "a = 1", "function() end", "a[1]", "a:b()", "#a", "a .. b", "1 + 1", "_G", "_ENV.os",
      "shout{}", "shout'x'", "(function() end)()", 'a "x"', "...", "h", "get", "escape(1)", "ctx.a(1)",
    } do
      local ok, text = pcall(render, "{{ " .. code .. " }}")
      assert.is_true(not ok or text == "", code)
    end
  end)
end)
