-- Specs of web.view and its helpers: times and states in words, what is wrong with a field, rules for all templates.
local helpers = require "web.helpers"
local phrase = require "base.phrase"
local view = require "web.view"
local web = require "spec.support.web"
local words = require "web.words"

local root = require("host.runtime").share_dir

local function rendered(source, data, now)
  local clock = { now = function() return now or 1700000000000 end }
  return view.new({ clock = clock, read = function() return source end }):render("page", data or {})
end

describe("A moment", function()
  it("is said relatively", function()
    for seconds, said in pairs {
      [0] = "just now", [4] = "just now", [5] = "5 s ago", [59] = "59 s ago", [60] = "1 min ago", [3599] = "59 min ago",
      [3600] = "1 h ago", [172799] = "47 h ago", [172800] = "2 days ago", [86400 * 400] = "400 days ago",
    } do
      assert.equal(said, helpers.ago(words.of "en", seconds), seconds)
    end
  end)

  it("is a time element with both", function()
    assert.equal('<time datetime="2023-11-14T22:13:15Z" title="2023-11-14 22:13:15 UTC">5 s ago</time>',
      rendered("{{{ time(at) }}}", { at = 1699999995000 }))
    assert.equal("", rendered "{{{ time(never) }}}")
    assert.matches(">just now<", rendered("{{{ time(at) }}}", { at = 1800000000000 }))
  end)

  it("is the same text throughout one second", function()
    local data = { at = 1699999995900 }
    assert.equal(rendered("{{{ time(at) }}}", data, 1700000000000), rendered("{{{ time(at) }}}", data, 1700000000999))
  end)

  it("is said for many moments without keeping all of them", function()
    local one = view.new { clock = { now = function() return 1700000000000 end },
      read = function() return "{{{ time(at) }}}" end }
    collectgarbage()
    local before = collectgarbage "count"
    for i = 1, 20000 do one:render("page", { at = i * 1000000 }) end
    collectgarbage()
    assert.is_true(collectgarbage "count" - before < 500)
  end)
end)

describe("A list to choose from", function()
  local list = { { id = 1, name = '<i>"a"</i>', owner = "ann" }, { id = 2, name = "b\u{202E}", owner = "bob" } }

  it("is escaped, shows what turns words, and names other owners", function()
    assert.equal('<option value="1">&lt;i&gt;&quot;a&quot;&lt;/i&gt;</option>\n'
      .. '<option value="2" selected>b\u{FFFD} (bob)</option>\n',
      rendered("{{{ options(list, chosen, me) }}}", { list = list, chosen = "2", me = "ann" }))
  end)

  it("needs neither a choice nor owners", function()
    assert.equal('<option value="2">b\u{FFFD}</option>\n', rendered("{{{ options(list) }}}", { list = { list[2] } }))
    assert.equal("", rendered("{{{ options(list) }}}", { list = {} }))
  end)
end)

describe("A state", function()
  local function badge(kind, text) return ('<span class="badge %s">%s</span>'):format(kind, text) end

  it("of a job is a badge of its kind", function()
    for state, kind in pairs {
      queued = "busy", running = "busy", cancelling = "busy", succeeded = "good", failed = "bad", lost = "bad",
      cancelled = "plain",
    } do
      assert.equal(badge(kind, state), rendered("{{{ job_badge(job) }}}", { job = { state = state } }))
    end
  end)

  it("of a server says what a job does to it, else what it is, and when it failed", function()
    local function of(server, job) return rendered("{{{ server_badge(s, job) }}}", { s = server, job = job }) end
    assert.equal(badge("good up", "running"), of { actual_state = "running", last_error = "" })
    assert.equal(badge("plain", "stopped"), of { actual_state = "stopped", last_error = "" })
    assert.equal(badge("bad", "failed"), of { actual_state = "stopped", last_error = "it ended with code 1" })
    assert.equal(badge("busy still", "unknown"), of { actual_state = "unknown" })
    local starting = { operation = "start", state = "running" }
    assert.equal(badge("busy", "starting"), of({ actual_state = "stopped" }, starting))
    assert.equal(badge("busy", "starting"), of { actual_state = "stopped", job = starting })
    assert.equal(badge("busy", "queued"), of({ actual_state = "stopped" }, { operation = "start", state = "queued" }))
    assert.equal(badge("plain", "stopped"), of({ actual_state = "stopped" }, { operation = "start", state = "failed" }))
  end)

  it("of an overlay says whether it is built or being built", function()
    local function of(status, job)
      return rendered("{{{ build_badge(o, job) }}}", { o = { last_build_status = status }, job = job })
    end
    assert.equal(badge("plain", "not built"), of "")
    assert.equal(badge("good", "built"), of "ok")
    assert.equal(badge("bad", "build failed"), of "failed")
    assert.equal(badge("busy", "building"), of("ok", { operation = "build_overlay", state = "running" }))
    assert.equal(badge("good", "built"), of("ok", { operation = "build_overlay", state = "succeeded" }))
  end)

  it("of every job there can be has its words", function()
    for operation in pairs(require("domain.job").OPERATIONS) do
      for _, state in ipairs { "queued", "running", "cancelling", "succeeded", "failed", "cancelled", "lost" } do
        local job = { id = 7, operation = operation, state = state, created_at = 0 }
        local said = rendered("{{{ sentence(job) }}}", { job = job }):match '^<a href="/jobs/7">(.-)</a> <time'
        assert.matches("^%u[%l ]+ %l[%l ]+$", said)
        assert.matches("^%u[%l ]+$", rendered("{{ job_title(job) }}", { job = job }))
      end
    end
  end)
end)

describe("A job's title", function()
  it("names what it works on while that is there, then its number", function()
    local function title(job) return rendered("{{ job_title(job) }}", { job = job }) end
    assert.equal("Start of a &lt;b&gt;", title { operation = "start", server_id = 7, server_name = "a <b>" })
    assert.equal("Build of o", title { operation = "build_overlay", overlay_id = 3, overlay_name = "o" })
    assert.equal("Stop of server 7, deleted", title { operation = "stop", server_id = 7 })
    assert.equal("Build of overlay 3, deleted", title { operation = "build_overlay", overlay_id = 3 })
    assert.equal("Installing the game", title { operation = "install" })
  end)
end)

describe("What is wrong with a field", function()
  it("stands beside it and is pointed at", function()
    local less = phrase.registry("problems", "view_spec", { less = "must be <less>" })
    local data = { error = { problems = { port = less.less() } } }
    assert.equal('<span class="wrong" id="wrong-port">Port must be &lt;less&gt;.</span>',
      rendered('{{{ problem(error, "port", "Port") }}}', data))
    assert.equal(' aria-invalid="true" aria-describedby="wrong-port"', rendered('{{{ marked(error, "port") }}}', data))
    for _, other in ipairs { {}, { error = {} }, { error = { problems = { name = less.less() } } } } do
      assert.equal("", rendered('{{{ problem(error, "port", "Port") }}}{{{ marked(error, "port") }}}', other))
    end
  end)
end)

describe("A notice after a redirect", function()
  it("is one of ours: an address cannot put words into the page", function()
    local site = web.new()
    assert.is_truthy(site:get("bob", "/servers?notice=saved").body:find(">Saved.<", 1, true))
    local body = site:get("bob", "/servers?notice=Send+money+to+eve").body
    assert.is_nil(body:find("money", 1, true))
    assert.is_nil(body:find('class="notice"', 1, true))
  end)

  it("that a page can go to is there", function()
    local pipe = assert(io.popen(("grep -rhoE 'notice=[a-z_]+' '%s/lua/web'"):format(root)))
    local known = words.of("en"):area "notices"
    local count = 0
    for line in pipe:lines() do
      count = count + 1
      assert.is_string(known[line:match "=(.*)"], line)
    end
    pipe:close()
    assert.is_true(count > 10)
  end)
end)

describe("The templates", function()
  local sources = {}
  setup(function()
    local pipe = assert(io.popen(("ls '%s/templates'"):format(root)))
    for name in pipe:lines() do
      local file <close> = assert(io.open(root .. "/templates/" .. name))
      sources[name] = file:read "a"
    end
    pipe:close()
  end)

  -- Raw text comes from helpers that escape what they are given, and from a page's own content.
  local RAW = { time = true, job_badge = true, build_badge = true, server_badge = true, sentence = true,
    problem = true, marked = true, content = true, th = true, options = true, with_commands = true }

  it("write raw text only through helpers that escape", function()
    for name, source in pairs(sources) do
      for expression in source:gmatch "{{{%s*([%w_]+)" do
        assert.is_true(RAW[expression], name .. ": " .. expression)
      end
    end
  end)

  -- Paths that the pages make themselves.
  local OUR_ADDRESSES = { log = true, path = true, back = true, static = true, newest = true, older = true,
    base = true, ["one.address"] = true, ["again.action"] = true }

  it("quote every attribute that holds a value, and start no address with one", function()
    for name, source in pairs(sources) do
      assert.is_nil(source:find "%s[%w-]+={{", name)
      for attribute, value in source:gmatch '(%w+)="{{ ([%w_.]+)' do
        local address = attribute == "href" or attribute == "src" or attribute == "action"
        assert.is_true(not address or OUR_ADDRESSES[value] == true, name .. ": " .. value)
      end
    end
  end)

  it("have no script, style or event handler of their own: the policy would stop them", function()
    for name, source in pairs(sources) do
      for _, pattern in ipairs { "<script>", "<style", "%sstyle=", "%son%l+=", "javascript:", "hx%-on" } do
        assert.is_nil(source:find(pattern), name .. ": " .. pattern)
      end
    end
  end)

  it("send a token with every form that changes something", function()
    for name, source in pairs(sources) do
      for form in source:gmatch '<form method="post".-</form>' do
        assert.is_truthy(form:find('<input type="hidden" name="csrf" value="{{ csrf }}">', 1, true), name)
      end
    end
  end)

  it("give every input a label, every button words, every table heads and every picture a text", function()
    for name, source in pairs(sources) do
      local unlabelled = source:gsub("<label.-</label>", ""):gsub('<input type="hidden"[^>]*>', "")
      assert.is_nil(unlabelled:find "<input", name)
      assert.is_nil(unlabelled:find "<select", name)
      assert.is_nil(unlabelled:find "<textarea", name)
      for button in source:gmatch "<button[^>]*>(.-)</button>" do assert.is_truthy(button:find "%S", name) end
      for one in source:gmatch "<table>(.-)</table>" do assert.is_truthy(one:find("<th", 1, true), name) end
      for image in source:gmatch "<img[^>]*>" do assert.is_truthy(image:find("alt=", 1, true), name) end
    end
  end)

  it("ask before every loss in the same words as the page that asks", function()
    for name, source in pairs(sources) do
      for text in source:gmatch 'data%-confirm="(.?.?[^"]*)' do
        assert.matches("^{{ question%($", text, nil, name)
      end
      for form in source:gmatch '<form method="post"[^>]*>' do
        local loses = form:find "/delete" or form:find "/reset" or form:find "/wipe" or form:find "/cancel"
          or form:find "/revoke" or form:find "/deactivate" or form:find "/rebuild"
          or form:find "/restart" or form:find "/rename" or form:find "/rotate"
        assert.equal(loses ~= nil, form:find("data-confirm", 1, true) ~= nil, name .. ": " .. form)
      end
    end
  end)

  it("compile, each of them, and each is used", function()
    local pages = {}
    local pipe = assert(io.popen(("cat '%s'/lua/web/*.lua '%s'/lua/web/pages/*.lua"):format(root, root)))
    local code = pipe:read "a"
    pipe:close()
    for _, source in pairs(sources) do
      for name in source:gmatch '{%% include "([%l_]+)" %%}' do pages[name] = true end
    end
    for name in pairs(sources) do
      local stem = name:gsub("%.html$", "")
      assert.is_true(pages[stem] or code:find('"' .. stem .. '"', 1, true) ~= nil, name)
      assert.is_function(require("web.template").compile(sources[name], name, { include = print,
        helpers = setmetatable({}, { __index = function() return print end }) }))
    end
  end)
end)

describe("A page asked for its live part", function()
  it("is the same template without the frame, and says so in no other way", function()
    local site = web.new()
    local whole, part = site:get("bob", "/servers").body, site:get("bob", "/servers?part=live").body
    assert.is_nil(part:find("<html", 1, true))
    assert.is_truthy(part:find('id="live"', 1, true))
    assert.is_truthy(whole:find(part, 1, true))
  end)
end)
