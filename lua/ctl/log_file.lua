-- Reads the console log of a run out of its file, for l4d2ctl logs.
local fs = require "host.fs"

local M = {}

local File = {}
File.__index = File

local BLOCK = 65536
local TICK_MS = 100

-- What a supervisor writes is in the file at once.
File.silence_ms = 0

local function block_before(file, place)
  local from = math.max(0, place - BLOCK)
  file:seek(from)
  return file:read(place - from) or "", from
end

-- The offset where the last `lines` lines begin. Zero bytes are the part that was given back to
-- the disk; nothing before them counts.
local function beginning(file, size, lines)
  local place, left = size, lines
  while place > 0 do
    local block, from = block_before(file, place)
    if place == size and block:sub(-1) == "\n" then left = left + 1 end
    for i = #block, 1, -1 do
      if left == 0 or block:byte(i) == 0 then return from + i end
      if block:byte(i) == 10 then
        left = left - 1
        if left == 0 then return from + i end
      end
    end
    place = from
  end
  return 0
end

--- Show what is there and was not shown.
-- @param show function(block) → false when the reader is gone
-- @return boolean|nil whether there was anything; nil when the reader is gone
function File:copy(show)
  local heard = false
  while true do
    self.file:seek(self.place)
    local block = self.file:read(BLOCK)
    if not block or block == "" then return heard end
    if not show(block) then return nil end
    self.place, heard = self.place + #block, true
  end
end

--- Nothing is held back here.
function File.finish() end

--- @return nil there is nothing to wait for
function File.fd() end

--- @return integer ms to wait until the next look
function File.patience() return TICK_MS end

--- Close the file.
function File:close()
  self.file:close()
end
File.__close = File.close

--- @param log table {path=} as a backend's log() says
-- @param lines integer how many of the last lines
-- @return table|nil source; nil when the file is not there
function M.open(log, lines)
  local folder <close> = fs.root(log.path:match("^(.*)/"))
  local file = folder and folder:open(log.path:match("[^/]*$"), "r")
  if not file then return nil end
  return setmetatable({ file = file, place = beginning(file, file:size(), lines) }, File)
end

return M
