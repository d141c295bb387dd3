-- A little disk space kept back, so that a job that filled the disk can still have its result written.
local M = {}

local PATH, BYTES = "run/reserve", 1 << 20
-- On a disk with less room than this the space is worth more to whoever needs it now.
local ROOM = 8 * BYTES

local Reserve = {}
Reserve.__index = Reserve

--- Keep the space back; on a disk without room there is none to keep.
function Reserve:keep()
  local stat = self.root:stat(PATH)
  if stat and stat.size == BYTES then return end
  local free = self.root:free()
  -- Random, for a file system that compresses would keep nothing back for anything else.
  if free and free.free_bytes > ROOM then self.root:write(PATH, self.random(BYTES)) end
end

--- Give the space back to whoever needs it now.
function Reserve:release()
  self.root:remove(PATH)
end

--- @param root host.fs root of the state directory
-- @param random function(count) → bytes
function M.new(root, random)
  return setmetatable({ root = root, random = random }, Reserve)
end

return M
