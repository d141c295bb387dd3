-- A little disk space kept back, so that a job that filled the disk can still have its result written.
local M = {}

local PATH, BYTES = "run/reserve", 1 << 20

local Reserve = {}
Reserve.__index = Reserve

--- Keep the space back; on a disk without room there is none to keep.
function Reserve:keep()
  local stat = self.root:stat(PATH)
  if stat and stat.size == BYTES then return end
  local free = self.root:free()
  if free and free.free_bytes > 8 * BYTES then self.root:write(PATH, ("\0"):rep(BYTES)) end
end

--- Give the space back to whoever needs it now.
function Reserve:release()
  self.root:remove(PATH)
end

--- @param root host.fs root of the state directory
function M.new(root)
  return setmetatable({ root = root }, Reserve)
end

return M
