-- What the first view of each page weighs on the wire: the page, and everything it names, as a browser gets it.
local http = require "spec.support.http_client"
local runtime = require "host.runtime"
local serve = require "host.serve"
local toured = require "spec.support.toured"

local LIMIT <const> = 60000

local function exists(name)
  local file = io.open(("%s/static/%s"):format(runtime.share_dir, name))
  return file ~= nil and file:close()
end

-- The files a page names: by static(), without its base, and by data-module.
local function named(body)
  local out = {}
  for name in body:gmatch('"' .. serve.static_base():gsub("%p", "%%%0") .. '([^"]+)"') do out[#out + 1] = name end
  for name in body:gmatch ' data%-module="([^"]+)"' do out[#out + 1] = ("js/%s.js"):format(name) end
  return out
end

describe("The first view", function()
  local one, seeded, cookies
  local files = {} -- name → {bytes, source=}

  setup(function()
    one, seeded = toured.start()
    cookies = {}
    for role, name in pairs(toured.USERS) do
      cookies[role] = http.log_in(one.address, name, one.env.LEFT4ME_ADMIN_PASSWORD)
    end
  end)
  teardown(function() one:remove() end)

  local function get(path, cookie)
    return http.request(one.address, "GET", path, { headers = { ["Accept-Encoding"] = "gzip", Cookie = cookie } })
  end

  local function whole(answer)
    return answer.headers["content-encoding"] and http.unpacked(answer.body) or answer.body
  end

  local function file_of(name)
    if not files[name] then
      local answer = get(serve.static_base() .. name)
      assert.equal(200, answer.status, name)
      files[name] = { bytes = #answer.body, source = name:match "^js/" and "\n" .. whole(answer) or "" }
    end
    return files[name]
  end

  -- A module and what it imports at once; import(…) in a function waits until it is wanted.
  local function weigh(name, seen)
    if seen[name] then return end
    local file = file_of(name)
    seen[name] = file.bytes
    for other in file.source:gmatch '\n[^\n]- from "%./([^"]+)"' do weigh("js/" .. other, seen) end
    for other in file.source:gmatch '\nimport "%./([^"]+)"' do weigh("js/" .. other, seen) end
  end

  -- All that a page brings: its own bytes under "".
  local function weights(stop)
    local answer = get(stop.path, cookies[stop.role])
    assert.equal(stop.status or 200, answer.status, stop.name)
    local seen = { [""] = #answer.body }
    for _, name in ipairs(named(whole(answer))) do weigh(name, seen) end
    return seen
  end

  it("of every page of a busy host is under 60,000 bytes", function()
    for _, stop in ipairs(toured.stops(seeded)) do
      local seen, total = weights(stop), 0
      for _, name in ipairs { "css/app.css", "js/app.js", "js/stream.js", "vendor/htmx.min.js", "img/icon.svg" } do
        assert.is_truthy(seen[name], name)
      end
      for _, bytes in pairs(seen) do total = total + bytes end
      assert.is_true(total < LIMIT, ("%s: %d bytes"):format(stop.name, total))
    end
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
