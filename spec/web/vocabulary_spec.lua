-- The names the code editor offers for server.cfg: many, each told in one short text, none of another game's.
local json = require "host.json"
local runtime = require "host.runtime"

local GROUPS <const> = { "free", "cheat", "hidden" }
local LONGEST <const> = 130

local function read()
  local file <close> = assert(io.open(runtime.share_dir .. "/static/vocabulary/cvars.json"))
  return file:read "a"
end

describe("The vocabulary of server.cfg", function()
  local source = read()
  local words = assert(json.decode(source, { max_bytes = 1 << 20 }))

  it("tells each name in one group, in a short sentence", function()
    local seen, count = {}, 0
    for _, group in ipairs(GROUPS) do
      for name, text in pairs(words[group]) do
        assert.matches("^[a-z][a-z0-9_]*$", name)
        assert.is_nil(seen[name], name)
        assert.matches("^[%u%d].*%.$", text, nil, name)
        assert.is_true(#text <= LONGEST, name)
        seen[name], count = true, count + 1
      end
      words[group] = nil
    end
    assert.is_true(count >= 400, count)
    assert.is_nil(next(words))
  end)

  it("is sorted within its groups, so that changes are easy to read", function()
    local before = ""
    for line in source:gmatch "[^\n]+" do
      local name = line:match '^  "([^"]+)"'
      assert.is_true(not name or before < name, line)
      before = name or ""
    end
  end)

  it("holds what owners set most, and no cvar of other games", function()
    for _, name in ipairs { "hostname", "sv_tags", "sv_region", "sv_steamgroup", "sv_pure", "z_difficulty" } do
      assert.is_truthy(source:find(('"%s":'):format(name), 1, true), name)
    end
    for _, name in ipairs { "mp_logdetail", "mp_friendlyfire", "mp_timelimit", "sv_maxspeed", "mp_buytime" } do
      assert.is_nil(source:find(('"%s":'):format(name), 1, true), name)
    end
  end)
end)
