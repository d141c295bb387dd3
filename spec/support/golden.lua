-- Golden files of the wire format: spec/web/golden/NAME.json is what clients rely on. Write them anew, on purpose, with
-- LEFT4ME_WRITE_GOLDEN=1.
local assert = require "luassert"
local json = require "host.json"
local runtime = require "host.runtime"

local M = {}

--- Compare a value with its golden file, byte by byte.
-- @param name string
-- @param value any to encode
function M.same(name, value)
  local path = ("%s/spec/web/golden/%s.json"):format(runtime.share_dir, name)
  local text = json.encode(value, { pretty = true }) .. "\n"
  if runtime.getenv "LEFT4ME_WRITE_GOLDEN" then
    local file <close> = io.open(path, "wb")
    file:write(text)
  end
  local file <close> = io.open(path, "rb")
  assert.is_truthy(file, "no golden file " .. path)
  assert.equal(file:read("a"), text)
end

return M
