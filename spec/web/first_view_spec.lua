-- What the first view of the dashboard weighs on the wire: the page, and everything it names, as a browser gets it.
local echo = require "spec.support.echo"
local runtime = require "host.runtime"
local serve = require "host.serve"
local web = require "spec.support.web"

local LIMIT <const> = 60 * 1024

local function exists(name)
  local file = io.open(("%s/static/%s"):format(runtime.share_dir, name))
  return file ~= nil and file:close()
end

-- The files a page names by static(), without its base.
local function named(body, base)
  local out = {}
  for name in body:gmatch('"' .. base:gsub("%p", "%%%0") .. '([^"]+)"') do out[#out + 1] = name end
  return out
end

describe("The first view", function()
  local server
  setup(function() server = echo.start() end)
  teardown(function() server:close() end)

  -- A module and what it imports at once; import(…) in a function waits until it is wanted.
  local function weigh(name, seen)
    if seen[name] then return end
    local answer = server:get(serve.static_base() .. name, { ["Accept-Encoding"] = "gzip" })
    assert.equal(200, answer.status, name)
    seen[name] = #answer.body
    local source = name:match("^js/") and server:get(serve.static_base() .. name, {}).body or ""
    for other in ("\n" .. source):gmatch('\n[^\n]- from "%./([^"]+)"') do weigh("js/" .. other, seen) end
    for other in ("\n" .. source):gmatch('\nimport "%./([^"]+)"') do weigh("js/" .. other, seen) end
  end

  it("of the dashboard is under 60 KiB", function()
    local site = web.new()
    local page = site:get("admin", "/")
    assert.equal(200, page.status)
    local seen = {}
    for _, name in ipairs(named(page.body, site.app.ports.static_base)) do weigh(name, seen) end
    for _, name in ipairs { "css/app.css", "js/app.js", "js/stream.js", "vendor/htmx.min.js", "img/icon.svg" } do
      assert.is_truthy(seen[name], name)
    end
    local total = #page.body
    for _, bytes in pairs(seen) do total = total + bytes end
    assert.is_true(total < LIMIT, ("%d bytes"):format(total))
  end)

  it("names only files that are there", function()
    local count = 0
    local find = "grep -rhoE 'static\\(\"[^\"]+\"\\)' '%s/templates'"
    local listing <close> = assert(io.popen(find:format(runtime.share_dir)))
    for line in listing:lines() do
      local name = line:match('"(.-)"')
      assert.is_true(exists(name), name)
      count = count + 1
    end
    assert.is_true(count >= 5)
  end)

  it("comes from nowhere but the address with the hash", function()
    local find = "cd '%s' && grep -rlE '[\"(]/static/' templates static/js static/css"
    local listing <close> = assert(io.popen(find:format(runtime.share_dir)))
    assert.equal("", listing:read("a"))
  end)
end)
