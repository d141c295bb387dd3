-- Specs of web.words: every text is there in every language, filled in as the others are, used, and safe.
local web = require "spec.support.web"
local words = require "web.words"

local root = require("host.runtime").share_dir

-- Asked for by ?notice=, by the name of an action, and by the registries whose English they are.
local FOUND_OTHERWISE = { notices = true, actions = true, errors = true, problems = true, questions = true,
  waits = true, endings = true, findings = true }

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read "a"
end

local function lines_of(command)
  local pipe <close> = assert(io.popen(command))
  local out = {}
  for line in pipe:lines() do out[#out + 1] = line end
  return out
end

local function areas(language)
  local out = {}
  for _, path in ipairs(lines_of(("ls '%s/lua/web/words/%s'"):format(root, language))) do
    out[#out + 1] = path:match "^(%l+)%.lua$"
  end
  return out
end

local function placeholders(text)
  local found, out = {}, {}
  for _, one in ipairs(type(text) == "table" and { text.one, text.other } or { text }) do
    for name in one:gmatch "{([%l_]+)}" do found[name] = true end
  end
  found.count = nil
  for name in pairs(found) do out[#out + 1] = name end
  table.sort(out)
  return table.concat(out, " ")
end

describe("The catalogues", function()
  setup(function() -- what names errors and problems
    web.new()
    for _, path in ipairs(lines_of(("ls '%s/lua/services'"):format(root))) do
      if path:find "%.lua$" then require("services." .. path:match "^[%l_]+") end
    end
  end)

  it("have the same areas and keys in every language, with the same placeholders", function()
    local wrong, count = {}, 0
    for _, language in ipairs(words.LANGUAGES) do
      for _, area in ipairs(areas "en") do
        local ours, theirs = words.of("en"):area(area), words.of(language):area(area)
        for key, text in pairs(ours) do
          count = count + 1
          local other = theirs[key]
          if type(other) ~= type(text) or placeholders(text) ~= placeholders(other) then
            wrong[#wrong + 1] = ("%s: %s.%s"):format(language, area, key)
          end
        end
        for key in pairs(theirs) do
          if not ours[key] then wrong[#wrong + 1] = ("en: %s.%s"):format(area, key) end
        end
      end
      assert.same(areas "en", areas(language))
    end
    assert.equal("", table.concat(wrong, "\n"))
    assert.is_true(count > 100)
  end)

  it("have no empty text, no stray blank and no markup but that of keys ending in _html", function()
    for _, language in ipairs(words.LANGUAGES) do
      for _, area in ipairs(areas(language)) do
        for key, text in pairs(words.of(language):area(area)) do
          for _, one in ipairs(type(text) == "table" and { text.one, text.other } or { text }) do
            assert.matches("^%S.*$", one, nil, area .. "." .. key)
            assert.matches("%S$", one, nil, area .. "." .. key)
            assert.is_true(key:find "_html$" ~= nil or not one:find "[<>]", area .. "." .. key)
          end
        end
      end
    end
  end)

  -- Every literal "area.name" of templates and Lua, "area.name_" .. variable, and word("name") of scripts.
  local function literals()
    local exact, prefixes, scripts = {}, {}, {}
    local find = ("find '%s/templates' '%s/lua' -name '*.html' -o -name '*.lua'"):format(root, root)
    for _, path in ipairs(lines_of(find)) do
      for literal in read(path):gmatch '"(%l+%.[%w_.]+)"' do
        exact[literal] = path
        if literal:find "_$" then prefixes[#prefixes + 1] = literal end
      end
    end
    for _, path in ipairs(lines_of(("find '%s/static/js' -name '*.js'"):format(root))) do
      local source = read(path)
      for key in source:gmatch 'word%("([%w_.]+)"' do scripts[key] = path end
      for prefix in source:gmatch 'word%(`([%w_.]+)%${' do prefixes[#prefixes + 1] = "script." .. prefix end
    end
    return exact, prefixes, scripts
  end

  it("lack no word that a template, a page or a script asks for", function()
    local exact, _, scripts = literals()
    for _, language in ipairs(words.LANGUAGES) do
      local ours = words.of(language)
      for literal, path in pairs(exact) do
        local area = literal:match "^%l+"
        local asked = path:find "%.html$" and read(path):find('th?%("' .. literal:gsub("%p", "%%%0") .. '"')
          or path:find "%.lua$" and read(path):find(':%l+%(%l*,? ?"' .. literal:gsub("%p", "%%%0") .. '"')
        if asked and not literal:find "_$" and pcall(ours.area, ours, area) then
          assert.is_true(ours:has(literal), ("%s: %s (%s)"):format(language, literal, path))
        elseif asked and path:find "%.html$" then
          error(("no area of %s (%s)"):format(literal, path))
        end
      end
      for key, path in pairs(scripts) do assert.is_true(ours:has("script." .. key), key .. " of " .. path) end
    end
  end)

  it("hold no word that nobody asks for", function()
    local exact, prefixes, scripts = literals()
    local unused = {}
    local function used(key)
      if exact[key] or scripts[key:match "^script%.(.*)"] then return true end
      for _, prefix in ipairs(prefixes) do
        if key:sub(1, #prefix) == prefix then return true end
      end
    end
    for _, area in ipairs(areas "en") do
      for name in pairs(words.of("en"):area(area)) do
        local key = area .. "." .. name
        if not FOUND_OTHERWISE[area] and not used(key) then unused[#unused + 1] = key end
      end
    end
    table.sort(unused)
    assert.equal("", table.concat(unused, "\n"))
  end)

  it("hold no notice that no page goes to", function()
    local code = table.concat(lines_of(("grep -rhoE 'notice=[a-z_]+' '%s/lua/web'"):format(root)), "\n") .. "\n"
    for name in pairs(words.of("en"):area "notices") do
      assert.is_truthy(code:find("notice=" .. name .. "\n", 1, true), name)
    end
  end)
end)

describe("A template", function()
  local SAID = { "title", "placeholder", "aria%-label", "alt", "data%-yes", "data%-empty", "data%-label" }
  -- Names, and an example of a script.
  local NAMES = { ["· left4me"] = true, left4me = true, English = true, Deutsch = true }

  local function own_words(source)
    local out = {}
    local text = source:gsub("{#.-#}", ""):gsub("{{{.-}}}", " "):gsub("{{.-}}", " "):gsub("{%%.-%%}", " ")
    for _, name in ipairs(SAID) do
      for value in text:gmatch("%s" .. name .. '="([^"]*)"') do
        if value:find "%a%a" and not value:find "^#!" then out[#out + 1] = value end
      end
    end
    text = text:gsub("<code.-</code>", ""):gsub("<[^>]*>", "\n"):gsub("&%w+;", "")
    for line in text:gmatch "[^\n]+" do
      line = line:match "^%s*(.-)%s*$"
      if line:find "%a%a" and not NAMES[line] then out[#out + 1] = line end
    end
    return out
  end

  it("has no words of its own: they would be English for everybody", function()
    for _, name in ipairs(lines_of(("ls '%s/templates'"):format(root))) do
      assert.equal("", table.concat(own_words(read(root .. "/templates/" .. name)), "\n"), name)
    end
  end)
end)

describe("The templates", function()
  -- Names of things and what is typed: the same in every language.
  local SAME = { "left4me", "LEFT4ME_STEAMCMD=[%w/.]+", "build/l4d2ctl %-%-root%s+install", "[+]map c8m1_apartment",
    "[+]mp_gamemode versus", "%-tickrate 60", "English", "Deutsch", "connect", "#!/bin/bash&#10;[^\n]*" }

  it("have no words of their own", function()
    for _, path in ipairs(lines_of(("ls '%s'/templates/*.html"):format(root))) do
      local source = read(path):gsub("{{.-}}}?", ""):gsub("{%%.-%%}", "")
      local said = source:gsub("<[^>]*>", "")
      for name, value in source:gmatch '([%w-]+)="([^"]*)"' do
        local shown = name == "title" or name == "placeholder" or name == "alt" or name == "aria-label"
          or name == "data-empty" or name == "data-yes" or name == "data-label"
        if shown then said = said .. "\n" .. value end
      end
      for _, same in ipairs(SAME) do said = said:gsub(same, "") end
      assert.is_nil(said:match "%a%a%a[^\n]*", path)
    end
  end)
end)

describe("The palette", function()
  local palette = require "web.palette"

  it("has words for every action it can offer", function()
    local _, wordless = palette.offered()
    assert.same({}, wordless) -- see words/*/actions.lua
  end)

  it("has all pages there are", function()
    local known, elsewhere = {}, { ["/events"] = true, ["/palette"] = true, ["/password"] = true }
    for _, page in ipairs(palette.PAGES) do known[page[1]] = true end
    for _, route in ipairs(require("web.routes").list) do
      if route.method == "GET" and not route.api and route.access ~= "anonymous" and not route.path:find ":" then
        assert.is_true(known[route.path] or elsewhere[route.path], route.path)
        known[route.path] = nil
      end
    end
    assert.same({}, known)
  end)
end)

describe("A text", function()
  local en = words.of "en"

  it("gets its placeholders, and raises when one is missing or the key is not there", function()
    assert.equal("5 s ago", en:text("script.ago.seconds", "n", 5))
    assert.equal("Start of a%1 <b>", en:text("states.of", "what", "Start", "name", "a%1 <b>"))
    assert.has_error(function() en:text("states.of", "what", "Start") end)
    assert.has_error(function() en:text "states.nothing" end)
    assert.has_error(function() en:text "no key" end)
  end)

  it("with HTML of ours escapes what is filled in", function()
    assert.equal("Start of &lt;b&gt;&quot;", en:html("states.of", "what", "Start", "name", '<b>"'))
  end)
end)

describe("The word for a copy", function()
  it("is known in each language, so that a copy of a copy loses it", function()
    local blueprint = require "domain.blueprint"
    for _, language in ipairs(words.LANGUAGES) do
      assert.equal(blueprint.COPIES[language], words.of(language):text "blueprints.copy")
    end
  end)
end)

describe("The language of a page", function()
  it("is the one the browser likes most of those there are", function()
    for header, language in pairs {
      [""] = "en", ["de"] = "de", ["de-AT,en;q=0.5"] = "de", ["fr,de;q=0.3,en;q=0.2"] = "de", ["en-GB,de;q=0.9"] = "en",
      ["fr"] = "en", ["de;q=0"] = "en", ["den"] = "en", ["DE"] = "de", ["*;q=0.1, de;q=0.2"] = "de", [";;q=,=,"] = "en",
      [("de,"):rep(2000)] = "de",
    } do
      assert.equal(language, words.negotiate(header), header)
    end
    assert.equal("en", words.negotiate(nil))
  end)

  it("is said in its headers and its root, and differs between visitors", function()
    local site = web.new()
    local german = site:get(nil, "/login", { ["accept-language"] = "de" })
    assert.is_truthy(german.body:find('<html lang="de">', 1, true))
    assert.is_truthy(german.body:find("Anmelden", 1, true))
    local english = site:get(nil, "/login")
    assert.is_truthy(english.body:find('<html lang="en">', 1, true))
    assert.equal("en", english.headers["content-language"])
  end)
end)
