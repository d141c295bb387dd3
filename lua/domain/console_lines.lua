-- A byte stream of console lines while it passes: over-long lines are cut, terminal sequences made harmless.
local M = {}

local Cutter = {}
Cutter.__index = Cutter

local MARK = " … [cut]"

--- A cutter for one stream; it holds back no byte of it.
-- @param limit integer longest line in bytes; a UTF-8 character that begins before it is finished
-- @return table with feed(chunk) and at_line_start()
function M.new(limit)
  return setmetatable({ limit = limit, used = 0, cut = false }, Cutter)
end

-- How many bytes from `from` may still pass: up to the limit, and to the end of the character there.
local function allowed(self, chunk, from)
  local stop = from + math.max(self.limit - self.used, 0)
  while stop <= #chunk and stop - from + self.used < self.limit + 3 do
    local byte = chunk:byte(stop)
    if byte < 0x80 or byte > 0xBF then break end
    stop = stop + 1
  end
  return stop - from
end

local function part(self, chunk, from, to, out)
  if self.cut or to < from then return end
  local length = to - from + 1
  local passing = length
  if self.used + length > self.limit then passing = math.min(length, allowed(self, chunk, from)) end
  out[#out + 1] = chunk:sub(from, from + passing - 1)
  self.used = self.used + passing
  if passing < length then
    out[#out + 1] = MARK
    self.cut = true
  end
end

--- Pass a chunk on.
-- @param chunk string any bytes, cut anywhere
-- @return string what to write
function Cutter:feed(chunk)
  local out, place = {}, 1
  while true do
    local newline = chunk:find("\n", place, true)
    part(self, chunk, place, (newline or #chunk + 1) - 1, out)
    if not newline then break end
    out[#out + 1] = "\n"
    self.used, self.cut = 0, false
    place = newline + 1
  end
  return table.concat(out)
end

--- Whether the stream stands at the beginning of a line, so that a line of our own can be put in.
-- @return boolean
function Cutter:at_line_start()
  return self.used == 0
end

local function code(bytes)
  return (bytes:gsub(".", function(byte) return ("\\x%02x"):format(byte:byte()) end))
end

--- A filter that shows a terminal what a program printed without obeying it: control characters (C0, DEL, and C1 in
-- UTF-8) become \xNN, carriage returns go.
-- @return function(chunk cut anywhere) → string
function M.inert()
  local held = ""
  return function(chunk)
    chunk = held .. chunk
    held = chunk:match "\xC2$" or ""
    chunk = chunk:sub(1, #chunk - #held):gsub("\r", ""):gsub("\xC2[\x80-\x9F]", code)
    return (chunk:gsub("[^\t\n\x20-\x7E\x80-\xFF]", code))
  end
end

return M
