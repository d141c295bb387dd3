-- Specs of the pages of files: ways down and back, what is shown of a file, what a download says of itself.
local web = require "spec.support.web"

local site, services, bob, files
before_each(function()
  site = web.new()
  services, bob = site.app.services, site.app.users.bob
  local overlay = services.overlays:create(bob, { name = "maps" })
  local blueprint = services.blueprints:create(bob, { name = "b", overlays = { { id = overlay.id } } })
  services.servers:create(bob, { name = "evening", blueprint_id = blueprint.id })
  files = { a = { type = "file", size = 1536, mtime = site.app.clock.ms - 120000 } }
  -- Every layer has these files in its root, and in the directory "sub dir" as well.
  function site.app.ports.fs.sub()
    local dir = setmetatable({ close = function() end, sub = site.app.ports.fs.sub }, { __close = function() end })
    function dir.opaque() return false end
    function dir.stat(_, name) return name == "sub dir" and { type = "directory", mtime = 0 } or files[name] end
    function dir.read(_, name) return files[name].text end
    function dir.readlink(_, name) return files[name].target end
    function dir.list()
      local list = {}
      for name, one in pairs(files) do list[#list + 1] = { name = name, type = one.type } end
      return list, false
    end
    return dir
  end
end)

local function body(path, headers)
  local answer = site:get("bob", path, headers)
  assert.equal(200, answer.status, path)
  return answer.body
end

local function has(text, path, headers)
  assert.is_truthy(body(path, headers):find(text, 1, true), path .. " lacks " .. text)
end

describe("The files of an overlay", function()
  it("are a list with sizes, times, ways down and downloads", function()
    files["<b>&.d"] = { type = "directory", mtime = 0 }
    files.link = { type = "symlink", mtime = 0, target = "../<x>" }
    local path = "/overlays/1/files"
    has('<a href="/overlays/1/files?path=a">a</a>', path)
    has('<td class="amount">1.5 KiB</td>', path)
    has("2 min ago", path)
    has('href="/overlays/1/download?path=a"', path)
    has('href="/overlays/1/files?path=%3Cb%3E%26.d">&lt;b&gt;&amp;.d/</a>', path)
    has('link <span class="hint">→ ../&lt;x&gt;</span>', path)
    has("<h1>maps</h1>", path)
    assert.is_nil(body(path):find("From", 1, true))
  end)

  it("have names that turn no word after them; the way to a file is its real name", function()
    files["a\u{202e}gpj.exe"] = { type = "file", size = 1, mtime = 0, text = "x" }
    files["link\u{2069}"] = { type = "symlink", mtime = 0, target = "\u{202e}x" }
    local path = "/overlays/1/files"
    has('<a href="/overlays/1/files?path=a%E2%80%AEgpj.exe">a\u{FFFD}gpj.exe</a>', path)
    has('link\u{FFFD} <span class="hint">→ \u{FFFD}x</span>', path)
    has("a\u{FFFD}gpj.exe</span>", path .. "?path=a%E2%80%AEgpj.exe")
    for _, query in ipairs { "", "?path=a%E2%80%AEgpj.exe", "?path=link%E2%81%A9" } do
      local one = path .. query
      assert.is_nil(body(one):find("\xE2\x80\xAE") or body(one):find("\xE2\x81\xA9"), one)
    end
  end)

  it("say where one is, and lead back up", function()
    local path = "/overlays/1/files?path=sub%20dir/sub+dir"
    has('<a href="/overlays/1/files">maps</a> / <a href="/overlays/1/files?path=sub%20dir">sub dir</a> / <span', path)
    has('href="/overlays/1/files?path=sub%20dir%2Fsub%20dir%2Fa"', path)
  end)

  it("that are text are shown as such, whatever is in them", function()
    files.a.text = "first\n</pre><script>alert(1)</script>"
    has("first\n&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;</pre>", "/overlays/1/files?path=a")
    files.a.text = "a\0b"
    has("It is no text", "/overlays/1/files?path=a")
    files.a = { type = "symlink", mtime = 0, target = "/etc/passwd" }
    has("A symbolic link to /etc/passwd.", "/overlays/1/files?path=a")
    assert.is_nil(body("/overlays/1/files?path=a"):find("/download", 1, true))
  end)

  it("are not there for paths that lead nowhere or are no text", function()
    for query, status in pairs {
      ["path=.."] = 404, ["path=%2e%2e"] = 404, ["path=%252e%252e"] = 404, ["path=/a"] = 404, ["path=a%00"] = 400,
      ["path=%ff"] = 400, ["path=gone"] = 404, ["from=-1"] = 200, ["from=99999999999999999999"] = 200, ["from=x"] = 200,
    } do
      assert.equal(status, site:get("bob", "/overlays/1/files?" .. query).status, query)
      assert.is_true(site:get("bob", "/overlays/1/download?" .. query).status >= 400, query)
    end
  end)

  it("that may not be listed are not called nothing", function()
    local whole = site.app.ports.fs.sub
    function site.app.ports.fs.sub()
      local dir = whole()
      function dir.list() return nil, "list .: Permission denied", "EACCES" end
      return dir
    end
    has("directory may not be read here", "/overlays/1/files")
    has("directory may not be read here", "/servers/1/files")
    assert.is_nil(body("/overlays/1/files"):find("There is nothing in it.", 1, true))
  end)

  it("put the focus where one is when a script loads them in place", function()
    assert.is_nil(body("/overlays/1/files?path=sub%20dir"):find("page\" autofocus", 1, true))
    has('aria-current="page" autofocus>sub dir', "/overlays/1/files?path=sub%20dir", { ["hx-request"] = "true" })
  end)
end)

describe("A download", function()
  it("is saved under its name and never shown", function()
    local answer = site:get("bob", "/overlays/1/download?path=a")
    assert.same({ "file", "/state/overlays/1", "a" },
      { answer.stream.kind, answer.stream.directory, answer.stream.path })
    assert.equal("nosniff", answer.headers["x-content-type-options"])
    assert.equal([[attachment; filename="a"; filename*=UTF-8''a]], answer.headers["content-disposition"])
  end)

  it("has one header, whatever its name", function()
    for name, expected in pairs {
      ['a"b\\.txt'] = [[filename="a_b_.txt"; filename*=UTF-8''a%22b%5C.txt]],
      ["x\r\nSet-Cookie: a=b"] = [[filename="x__Set-Cookie_ a_b"; filename*=UTF-8''x%0D%0ASet-Cookie%3A%20a%3Db]],
      ["Kärte.vpk"] = [[filename="K__rte.vpk"; filename*=UTF-8''K%C3%A4rte.vpk]],
    } do
      files[name] = { type = "file", size = 1, mtime = 0 }
      local query = name:gsub("[^%w]", function(c) return ("%%%02X"):format(c:byte()) end)
      local answer = site:get("bob", "/overlays/1/download?path=" .. query)
      assert.equal("attachment; " .. expected, answer.headers["content-disposition"])
    end
  end)
end)

describe("The files of a server", function()
  it("say of which layer each is, and how many it covers", function()
    local path = "/servers/1/files"
    has('<span class="tag own">the server itself</span> <span class="hint">covers 2 more</span>', path)
    has("What the game will see at its next start", path)
    has('<a class="tag" href="/overlays/1">maps</a>', path)
  end)

  it("are said in German to who reads that", function()
    has("verdeckt 2 weitere", "/servers/1/files", { ["accept-language"] = "de" })
    has("Dateien von maps", "/overlays/1/files", { ["accept-language"] = "de" })
  end)
end)
