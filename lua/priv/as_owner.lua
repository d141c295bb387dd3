-- Root works on files with the rights of those whose files they are: links lead it nowhere they may not go themselves.
local runtime = require "host.runtime"

local M = {}

--- Call fn(...) with another user's rights over files.
-- @param owner table {uid=, gid=}
-- @param fn function that does not raise for what it finds
-- @return what fn returned; nil, message, code without the rights for it
function M.call(owner, fn, ...)
  local ok, err, code = runtime.files_as(owner.uid, owner.gid)
  if not ok then return nil, err, code end
  local result = table.pack(pcall(fn, ...))
  assert(runtime.files_as(0, 0))
  if not result[1] then error(result[2], 0) end
  return table.unpack(result, 2, result.n)
end

return M
