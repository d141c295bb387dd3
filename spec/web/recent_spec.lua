-- Specs of web.recent: what is remembered is what would be rendered again, and nobody else's.
local recent = require "web.recent"

describe("web.recent", function()
  local clock, others, own, pages, kept
  before_each(function()
    clock, others, own = { ms = 1000 }, 1, 1
    function clock.now() return clock.ms end
    pages = recent.new { clock = clock, stamp = function() return others, own end,
      keep = function(response) return response end }
  end)

  local function asked(changes)
    local raw = { method = "GET", path = "/servers", query = "", headers = { cookie = "left4me_session=a" } }
    for key, value in pairs(changes or {}) do raw[key] = value end
    return raw
  end

  local function find(raw)
    return raw.method == "GET" and raw.headers.cookie and pages:find(raw.path, raw.query, raw.headers.cookie,
      raw.headers["accept-language"] or "") or nil
  end

  local function rendered(raw, body, status)
    local answer = { status = status or 200, body = body or "page", headers = {} }
    assert.is_nil(find(raw))
    kept = pages:keep(raw, answer)
    return answer
  end

  it("gives the same answer to the same question within the same second", function()
    local answer = rendered(asked())
    clock.ms = 1999
    assert.equal(answer, find(asked()))
    assert.equal(answer, kept)
  end)

  it("knows nothing in the next second, nor after a change by anyone", function()
    for _, change in ipairs {
      function() clock.ms = clock.ms + 1000 end, function() others = others + 1 end, function() own = own + 1 end,
      function() clock.ms = clock.ms - 1000 end,
    } do
      rendered(asked())
      change()
      assert.is_nil(find(asked()))
    end
  end)

  it("gives nothing of one visitor to another, nor of one address to another", function()
    rendered(asked())
    for _, changes in ipairs {
      { headers = { cookie = "left4me_session=b" } }, { headers = { cookie = "left4me_session=a; x=1" } },
      { headers = { cookie = "left4me_session=a", ["accept-language"] = "de" } },
      { headers = {} }, { path = "/jobs" }, { query = "after=1" }, { method = "HEAD" }, { method = "POST" },
    } do
      assert.is_nil(find(asked(changes)))
    end
  end)

  it("keeps no failure, nothing without a cookie and nothing large", function()
    rendered(asked(), "no", 404)
    assert.is_nil(kept)
    assert.is_nil(find(asked()))
    rendered(asked(), ("x"):rep(65537))
    assert.is_nil(find(asked()))
    rendered(asked { headers = {} })
    assert.is_nil(find(asked { headers = {} }))
  end)

  it("forgets rather than grows", function()
    for i = 1, 1000 do rendered(asked { query = "n=" .. i }) end
    local count = 0
    for i = 1, 1000 do
      if find(asked { query = "n=" .. i }) then count = count + 1 end
    end
    assert.is_true(count >= 1 and count <= 32, count)
  end)
end)
