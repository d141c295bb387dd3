-- Other people's files in static/vendor are the ones its README names, byte for byte.
local crypto = require "host.crypto"
local runtime = require "host.runtime"

local FOLDER <const> = runtime.share_dir .. "/static/vendor"

local function read(name)
  local file <close> = assert(io.open(FOLDER .. "/" .. name, "rb"))
  return file:read "a"
end

describe("Vendored files", function()
  it("have the sums the README gives, and are all in it", function()
    local readme, count = read "README.md", 0
    local listing <close> = assert(io.popen(("ls '%s'"):format(FOLDER)))
    for name in listing:lines() do
      if name ~= "README.md" then
        local row = readme:match("| `" .. name:gsub("%p", "%%%0") .. "` |[^\n]*")
        assert.equal(crypto.hex(crypto.sha256(read(name))), row and row:match "(%x+) |$", name)
        count = count + 1
      end
    end
    assert.is_true(count >= 6)
  end)

  it("call for no other server", function()
    for _, name in ipairs { "codemirror.js", "htmx.min.js", "idiomorph-ext.min.js" } do
      for address in read(name):gmatch "https?://[%w./-]+" do assert.matches("^http://www%.w3%.org/", address) end
    end
  end)
end)
