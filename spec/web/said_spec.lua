-- What services refuse and what is wrong with a field is said in the language of the page, and in English elsewhere.
local web = require "spec.support.web"
local words = require "web.words"

local root = require("host.runtime").share_dir
local GERMAN = { ["accept-language"] = "de" }

local function lines_of(command)
  local pipe <close> = assert(io.popen(command))
  local out = {}
  for line in pipe:lines() do out[#out + 1] = line end
  return out
end

local function german(site, who, path, form)
  form = form or {}
  form.csrf = site:session(who).csrf
  return site:request("POST", path, { body = web.form(form), headers = { cookie = "left4me_session="
    .. site:session(who).id, ["accept-language"] = "de", ["content-type"] = "application/x-www-form-urlencoded" } })
end

local function shows(answer, text)
  assert.is_truthy(answer.body:find(text, 1, true), text)
end

describe("The registries of errors and problems", function()
  it("are all known to the catalogues", function()
    web.new()
    local pattern = '(errors\\.|phrase\\.registry\\("[a-z]+", )(registry\\()?"[a-z_]+"'
    local command = ("cd '%s' && grep -rnoE '%s' lua --include=*.lua"):format(root, pattern)
    local count = 0
    for _, line in ipairs(lines_of(command:format(root))) do
      local path, source = line:match "^([^:]+):.*\"([%l_]+)\"$"
      local area = line:match 'registry%("(%l+)", "' or "errors"
      if not path:find "^lua/boot/" then
        count = count + 1
        local found = false
        for key in pairs(words.of("de"):area(area)) do found = found or key:find("^" .. source .. "%.") ~= nil end
        assert.is_true(found, line)
      end
    end
    assert.is_true(count > 12)
  end)

  it("hold every sentence a page can show: none is put together where it is refused", function()
    local command = [=[cd '%s' && grep -nE 'errors?\.[a-z_.]+ ?[{(].*[{ ]text ?=' -r lua --include=*.lua]=]
    for _, line in ipairs(lines_of(command:format(root))) do
      assert.is_truthy(line:find "^lua/boot/" or line:find "^lua/services/console.lua:", line)
    end
  end)
end)

describe("An error", function()
  local site
  local function make(path, form)
    local answer = site:post("bob", path, form)
    assert.equal(303, answer.status)
  end
  before_each(function()
    site = web.new()
    make("/overlays", { name = "maps <b>" })
    make("/blueprints", { name = "coop" })
    make("/servers", { name = "one", blueprint_id = "1" })
  end)

  it("is said in the language of the page", function()
    shows(site:request("GET", "/nowhere", { headers = GERMAN }), "Hier gibt es nichts.")
    shows(site:get("bob", "/nowhere"), "There is nothing here.")
    shows(german(site, "bob", "/servers/9/start"), "Diesen Server gibt es nicht.")
    local login = site:request("GET", "/login", { headers = GERMAN })
    local csrf = login.body:match 'name="csrf" value="([^"]+)"'
    shows(site:request("POST", "/login", { body = web.form { csrf = csrf, username = "bob", password = "wrong" },
      headers = { ["accept-language"] = "de", cookie = login.cookies[1]:match "^[^;]+",
        ["content-type"] = "application/x-www-form-urlencoded" } }), "Benutzername oder Passwort ist falsch.")
  end)

  it("is said with what it is about, as text", function()
    make("/blueprints/1", { name = "coop", add = "1" })
    make("/blueprints", { name = "versus" })
    make("/blueprints/2", { name = "versus", add = "1" })
    shows(german(site, "bob", "/overlays/1/delete", { confirmed = "yes" }),
      "Dieses Overlay wird verwendet von: coop und versus.")
  end)

  it("is said beside its field, down to the entry of a list", function()
    local answer = german(site, "bob", "/servers", { name = "", blueprint_id = "1", port = "80" })
    shows(answer, "Einige Werte gehen so nicht.")
    shows(answer, "darf nicht leer sein.")
    shows(answer, "muss zwischen 1024 und 65535 liegen.")
    shows(german(site, "bob", "/servers", { name = "two", blueprint_id = "1", port = "27015" }), "ist vergeben.")
    shows(german(site, "bob", "/blueprints/1", { name = "coop", arguments = "+map x\n-port 1" }),
      "Eintrag 2 enthält -port, das für jeden Server schon gesetzt ist.")
  end)

  it("says above the form what no field of it has", function()
    local answer = german(site, "bob", "/servers", { name = "two", blueprint_id = "1", ["a<b>"] = "1" })
    shows(answer, "<li>a&lt;b&gt; ist hier unbekannt.</li>")
  end)

  it("stays English in the API, whatever language a browser would like", function()
    local answer = site:api("bob", "POST", "/servers", { name = "", blueprint_id = 1 }, GERMAN)
    assert.same({ name = "must not be empty" }, answer.json.error.fields)
    assert.equal("No such server.", site:api("bob", "GET", "/servers/9", nil, GERMAN).json.error.message)
  end)
end)

describe("What a job waits for", function()
  it("is said in the language of the page, and in English by the API", function()
    local site = web.new()
    assert.equal(303, site:post("bob", "/overlays", { name = "maps", script = "true" }).status)
    site.app.ports.store.jobs:note_reasons(require("domain.schedule").full(3))
    shows(site:get("bob", "/jobs/1", GERMAN), "Wartet auf das Ende eines von 3 laufenden Jobs.")
    shows(site:get("bob", "/jobs/1"), "Waits for one of 3 running jobs to end.")
    assert.equal("one of 3 running jobs to end", site:api("bob", "GET", "/jobs/1", nil, GERMAN).json.waiting_for)
  end)
end)

describe("Why a server does not run", function()
  it("is said in the language of the page", function()
    local site = web.new()
    assert.equal(303, site:post("bob", "/blueprints", { name = "coop" }).status)
    assert.equal(303, site:post("bob", "/servers", { name = "one", blueprint_id = "1" }).status)
    local reason, servers = require("domain.endings").code { code = 3 }, site.app.ports.store.servers
    local seen = { state = "stopped", error = tostring(reason), reason = reason, at = 1 }
    assert.is_true(servers:set_actual(1, seen))
    assert.is_false(servers:set_actual(1, seen))
    assert.equal("ended with exit code 3", servers:get(1).last_error)
    shows(site:get("bob", "/servers/1", GERMAN), "beendet mit Code 3")
    shows(site:get("bob", "/servers/1"), "ended with exit code 3")
    servers:set_actual(1, { state = "stopped", error = "said by a <program>", at = 1 })
    shows(site:get("bob", "/servers/1", GERMAN), "said by a &lt;program&gt;")
  end)
end)

describe("What left4me check finds", function()
  local HOSTILE = "</li><script>"

  -- Every finding the code names, and those of the registries.
  local function named()
    local used, known = {}, {}
    local command = "cd '%s' && grep -rlF '\"domain.findings\"' lua/backends lua/boot"
    for _, path in ipairs(lines_of(command:format(root))) do
      local file <close> = assert(io.open(root .. "/" .. path))
      local code = file:read "a"
      local own = code:match 'texts = require%("domain%.findings"%)%.(%l+)'
      for name in code:gmatch "texts%.([%w_.]+)" do used[own and own .. "." .. name or name] = true end
      for name in code:gmatch 'require%("domain%.findings"%)%.([%w_]+%.[%w_]+)' do used[name] = true end
    end
    for name in pairs(words.of("en"):area "findings") do known[name] = true end
    return used, known
  end

  it("is named in its registry, in every language, and found somewhere", function()
    local used, known = named()
    assert.same(known, used)
    local theirs = {}
    for name in pairs(words.of("de"):area "findings") do theirs[name] = true end
    assert.same(known, theirs)
    assert.is_true(next(known) ~= nil)
  end)

  local function page(site, findings, headers)
    site.app.ports.fs.read = function(_, path)
      return path == "health.json" and site.app.ports.json.encode { at = 1699999990000, findings = findings } or nil
    end
    return site:get("admin", "/admin/health", headers)
  end

  it("is said in the language of the page, and how to mend it, by sentence or command", function()
    local site, finding = web.new(), require "base.finding"
    local texts = require "domain.findings"
    local findings = {
      finding.wrong(texts.access.no_user { name = "a" .. HOSTILE }, "deploy/install"),
      finding.wrong(texts.database.unsound { message = "row 7 missing" }, texts.database.put_back()),
    }
    local answer = page(site, findings, GERMAN)
    shows(answer, "Den Benutzer a&lt;/li&gt;&lt;script&gt; gibt es nicht.")
    shows(answer, "<code>deploy/install</code>")
    shows(answer, "Die Datenbank ist beschädigt: row 7 missing")
    shows(answer, "Ein Backup an ihre Stelle kopieren.</span>")
    assert.is_nil(answer.body:find('lang="en"', 1, true))
    local mend = finding.wrong(texts.host.closed_journal(), texts.units.restart { unit = "<a>`b" })
    shows(page(site, { mend }, GERMAN), "<code>systemctl restart &lt;a&gt;</code>b")
    mend = finding.wrong(texts.host.closed_journal(), texts.units.remove_line())
    shows(page(site, { mend }, GERMAN), "Die Zeile entfernen, danach <code>systemctl daemon-reload</code></span>")
    shows(page(site, { mend }), "remove that line, then <code>systemctl daemon-reload</code></span>")
    shows(page(site, findings), "there is no user a&lt;/li&gt;&lt;script&gt;")
    shows(page(site, findings), "copy a backup in its place</span>")
  end)

  it("is said in English, and marked as that, where a record of another version left its text", function()
    local other = { ok = false, text = "all is lost", mend = "find it", said = "findings.host.lost" }
    local answer = page(web.new(), { other, { ok = true, text = "all is well" } }, GERMAN)
    shows(answer, '<span lang="en">all is lost <span class="mend"><span class="hint" lang="de">Abhilfe:</span>')
    shows(answer, "<code>find it</code>")
    shows(answer, '<span lang="en">all is well</span>')
  end)
end)

describe("A question before a loss", function()
  it("is asked in the language of the page, with the action as title and button", function()
    local site = web.new()
    assert.equal(303, site:post("bob", "/overlays", { name = "maps <b>" }).status)
    local answer = german(site, "bob", "/overlays/1/wipe")
    assert.equal(200, answer.status)
    shows(answer, "<h1>Overlay leeren?</h1>")
    shows(answer, "„maps &lt;b&gt;“ leeren? Alle Dateien werden entfernt; das Skript bleibt.")
    shows(answer, ">Overlay leeren</button>")
  end)

  it("has words for its action; and words are there for no action that is not", function()
    for _, route in ipairs(require("web.routes").list) do
      if route.question then assert.is_true(words.of("de"):has("actions." .. route.action), route.path) end
    end
    for name in pairs(words.of("en"):area "actions") do
      assert.is_table(require("actions").get(name), name)
    end
  end)
end)
